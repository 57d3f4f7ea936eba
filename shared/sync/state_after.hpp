// StateAfter: a tenant's rows as a change set would leave them: what the store has, but for the rows that
// were put over it. What rules that look beyond one row are judged by.
//
// A device has written to its store by then, and puts nothing. One thread; writes nothing.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "shared/base/result.hpp"
#include "shared/store/table_store.hpp"

namespace syncline {

class StateAfter {
 public:
  StateAfter(TableStore& store, TenantNo no) : store_(store), no_(no) {}

  // The row as it will be; none: deleted.
  void Put(const RowKey& key, std::optional<Row> row);
  bool IsPut(const RowKey& key) const { return put_.count(key) != 0; }

  // REQUIRES, here and below: the table has the index.
  const IndexLayout& Index(TableNumber table, const std::string& index) const;
  Result<std::optional<Row>> Get(const RowKey& key, ReadClock clock = ReadClock::kYes);
  // The rows with an entry of the index that begins with `prefix`, in no order, until `visit` gives
  // false.
  using Visitor = std::function<bool(const RowId& row)>;
  Status Visit(TableNumber table, const std::string& index, const Bytes& prefix,
               const Visitor& visit);

 private:
  // Where a row that was put stands in an index. Made when it is first asked for.
  using Entries = std::set<std::pair<Bytes, RowId>>;
  using Place = std::pair<TableNumber, std::string>;
  Entries& EntriesOf(TableNumber table, const IndexLayout& index);

  TableStore& store_;
  const TenantNo no_;
  std::map<RowKey, std::optional<Row>> put_;
  std::map<Place, Entries> entries_;
};

}  // namespace syncline
