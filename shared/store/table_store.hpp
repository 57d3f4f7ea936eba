// TableStore: rows and their index entries in one SQLite file. Every write keeps the table and all its
// indexes in step and notes the keys that it touched, which is what live queries are held against.
//
// It knows tenants only as numbers, and nothing of pending, confirmed, rules or sync.
// Invariant: an index holds exactly one entry for each row, at the key of the row's fields, an extra one
// those that it is told to (table_store_test.cpp compares each index with a fresh one after random writes).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/schema/schema.hpp"
#include "shared/store/database.hpp"
#include "shared/store/layout.hpp"
#include "shared/store/row.hpp"

namespace syncline {

// One point of one index of one tenant that a write touched. Keys carry the tenant in front.
struct TouchedKey {
  TableNumber table;
  IndexOrdinal index;
  Bytes key;
};

// A key with its tenant in front: 8 bytes big-endian. One keyspace per index for read sets.
Bytes TenantKey(TenantNo tenant, ByteView key);

struct KeyRange {
  Bytes low;   // inclusive
  Bytes high;  // exclusive; empty: no bound
};

inline bool IsEmpty(const KeyRange& range) {
  return !range.high.empty() && range.low >= range.high;
}

struct Entry {
  Bytes key;  // without the tenant
  Row row;
};

// A row where SQLite has it, until the walk goes on: its columns from `first` on are _creationTime, _id,
// _clock, _extra and the fields (ReadRow).
struct StoredRow {
  ByteView key;  // without the tenant
  const Statement& columns;
  int first;
};
// False ends the walk.
using RowVisitor = std::function<Result<bool>(const StoredRow&)>;
using KeyVisitor = std::function<Result<bool>(ByteView key)>;

class TableStore {
 public:
  // `schema` must outlive it. kInvalid if the schema cannot be laid out.
  static Result<TableStore> Open(Database& database, const Schema& schema,
                                 const std::vector<ExtraIndex>& extra_indexes);

  Database& database() { return *database_; }
  const Schema& schema() const { return *schema_; }
  // REQUIRES: the table is in the schema.
  const TableLayout& Layout(TableNumber table) const;

  // The row in that tenant; none if there is none.
  Result<std::optional<Row>> Get(TenantNo tenant, const RowKey& key,
                                 ReadClock clock = ReadClock::kYes);
  // Every tenant's row with that id (there can be one per generation).
  struct Found {
    TenantNo tenant;
    Row row;
  };
  Result<std::vector<Found>> GetAnywhere(const RowKey& key, ReadClock clock = ReadClock::kYes);

  // Replaces `before` (null: there was none) by `after` (null: the row goes). Both name the same row.
  // REQUIRES: a transaction is open; `before` is what is stored.
  Status Write(TenantNo tenant, TableNumber table, const Row* before, const Row* after,
               std::vector<TouchedKey>& touched);
  // Drops all rows of a tenant in every table.
  Status EraseTenant(TenantNo tenant);

  // Up to `limit` entries of `range` in key order, or in reverse. The range is over the index's keys
  // without the tenant.
  Result<std::vector<Entry>> Scan(TenantNo tenant, TableNumber table, IndexOrdinal index,
                                  const KeyRange& range, bool descending, std::size_t limit,
                                  ReadClock clock = ReadClock::kNo);
  // The same rows in the same order, one by one to `visit`, which must not write.
  Status Visit(TenantNo tenant, TableNumber table, IndexOrdinal index, const KeyRange& range,
               bool descending, std::size_t limit, const RowVisitor& visit);
  // The keys of such a walk along one of a table's own indexes. No row is read.
  Status VisitKeys(TenantNo tenant, const IndexLayout& index, const KeyRange& range,
                   bool descending, std::size_t limit, const KeyVisitor& visit);

 private:
  TableStore(Database& database, const Schema& schema, std::vector<TableLayout> layouts)
      : database_(&database), schema_(&schema), layouts_(std::move(layouts)) {}
  Status PutRow(TenantNo tenant, const TableLayout& layout, const Row& row);
  Status WriteExtra(TenantNo tenant, const IndexLayout& index, const Row* before, const Row* after);
  Status ReadContents(TenantNo tenant, TableNumber table, Row& row);
  Status WriteContents(TenantNo tenant, TableNumber table, const Row* before, const Row* after);
  Status VisitById(TenantNo tenant, const TableLayout& layout, const KeyRange& range,
                   bool descending, std::size_t limit, const RowVisitor& visit);
  Status VisitByCreation(TenantNo tenant, const TableLayout& layout, const KeyRange& range,
                         bool descending, std::size_t limit, const RowVisitor& visit);
  Status VisitDeclared(TenantNo tenant, const TableLayout& layout, const IndexLayout& index,
                       const KeyRange& range, bool descending, std::size_t limit,
                       const RowVisitor& visit);

  Database* database_;
  const Schema* schema_;
  std::vector<TableLayout> layouts_;
};

}  // namespace syncline
