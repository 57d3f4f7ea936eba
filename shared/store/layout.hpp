// Layout: how a schema's tables lie in SQLite, and the SQL that reads and writes them.
//
// A table is a real table with a column a field, clustered by (tenant, _creationTime, _id); reading it
// in order is Convex's by_creation_time. A second index finds rows by _id. Each declared index is a
// table of (tenant, key): the fields' key encodings, then _creationTime's, then the 16 bytes of _id.
//
// A column has no affinity. REAL is a float64, TEXT a string, INTEGER 0 or 1 a boolean, NULL a field
// that is not there, and a BLOB the key encoding of anything else. Fields that have no column (of a
// newer schema, or of a table without one) are in _extra, the key encoding of an object. What sets,
// lists and texts keep beside their values (RowState::contents) is in the table _contents, by table and _id.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/schema/schema.hpp"
#include "shared/store/database.hpp"
#include "shared/store/row.hpp"

namespace syncline {

// A generation of a tenant in this file: what rows and index entries are filed under. A tenant's
// snapshot is built under a new number, and becomes visible by a switch.
struct TenantNo {
  std::int64_t value = 0;
  bool operator==(TenantNo other) const { return value == other.value; }
  bool operator<(TenantNo other) const { return value < other.value; }
};

// What the rows of local tables are filed under. Real generations count up from 1.
inline constexpr TenantNo kLocalTenant{-2};

// Which index of a table: a position in read sets and touched keys.
using IndexOrdinal = std::uint32_t;
inline constexpr IndexOrdinal kById = 0;
inline constexpr IndexOrdinal kByCreationTime = 1;
inline constexpr IndexOrdinal kFirstDeclared = 2;

// An index of our own beside those that the schema declares: for finding memberships, what is unique, and
// who refers to a row. No query names it and none waits for its changes.
struct ExtraIndex {
  enum class Takes {
    kEvery,    // every row
    kDefined,  // rows in which all fields are defined
    kIds,      // rows whose one field is a text, or an array of texts: an entry for each of them
  };
  std::string table;
  std::string name;
  std::vector<std::string> fields;  // dotted paths
  Takes takes = Takes::kEvery;
  // If set, only rows for which it is true, which is a matter of the document alone; `condition` tells
  // one such function from another.
  std::function<bool(const Object& document)> where;
  std::string condition;
};

struct IndexLayout {
  std::string name;
  std::vector<std::string> fields;  // dotted paths, without the implicit two
  std::string sql_insert, sql_delete, sql_erase;
  std::string sql_ascending, sql_descending;
  // None for an index that the schema declares, which has one entry for each row.
  std::optional<ExtraIndex> extra;
};

struct TableLayout {
  const TableSchema* schema = nullptr;
  std::vector<std::string> columns;  // field names, ascending
  std::vector<IndexLayout> indexes;  // kFirstDeclared is indexes[0]
  std::string sql_put, sql_delete, sql_erase;
  std::string sql_by_id;   // ?1 _id; gives tenant first
  std::string sql_of_id;   // ?1 _id, ?2 tenant
  std::string sql_by_key;  // ?1 tenant, ?2 _creationTime, ?3 _id
  // ?1 tenant, (?2, ?3) the least (_creationTime, _id), (?4, ?5) what it stays below, ?6 limit.
  std::string sql_ascending, sql_descending;

  // Null if there is no such index. Knows by_id and by_creation_time.
  const IndexLayout* FindIndex(std::string_view name, IndexOrdinal& ordinal) const;
};

// Creates or extends the tables of `schema` in `database`; never drops a column or a row. An index
// that is new or changed is built from the rows. One transaction.
Result<std::vector<TableLayout>> PrepareLayout(Database& database, const Schema& schema,
                                               const std::vector<ExtraIndex>& extra_indexes);

// The key of a row in an index, without the tenant. REQUIRES: no extra index.
Bytes IndexKey(const IndexLayout& index, const Row& row);
// All its keys in any index, ascending.
std::vector<Bytes> IndexKeys(const IndexLayout& index, const Row& row);
Bytes CreationKey(double creation_time, const RowId& id);
// The end of every declared index's key and of by_creation_time's.
inline constexpr std::size_t kKeyTailBytes = 9 + 16;
void SplitKeyTail(ByteView key, double& creation_time, RowId& id);

// Reads a row from the columns that start at `first`: _creationTime, _id, _clock, _extra, fields.
enum class ReadClock { kNo, kYes };
Result<Row> ReadRow(const TableLayout& table, const Statement& statement, int first,
                    ReadClock clock);

// "name" quoted for SQL.
std::string Quoted(std::string_view name);

}  // namespace syncline
