// SqlReader: plain SQL over the rows, read-only. A table of the schema is what a statement finds under its
// name: with the columns _id (text), _creationTime and the table's fields, of the visible tenants' rows.
//
// What a value is in SQL: undefined and null NULL, a boolean 0 or 1, int64 INTEGER, float64 REAL (NaN is
// NULL), a string TEXT, bytes BLOB, an array or object its Convex JSON as TEXT. Coming back, an integer
// within 2^53 is a float64, a larger one an int64. A table whose documents are no objects has no fields.
//
// It may select and call SQLite's functions, from these tables and nothing else: not our own, not the
// file's schema, no pragma (sql_reader_test.cpp tries to get around it). The names come by a WITH clause in
// front of the statement; views would hide the tables from the store's own SQL.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/schema/schema.hpp"
#include "shared/store/table_store.hpp"
#include "shared/value/value.hpp"

namespace syncline {

// What one statement may cost.
inline constexpr std::size_t kSqlRowsMax = 100'000;
inline constexpr std::size_t kSqlBytesMax = std::size_t{16} << 20;

struct SqlRows {
  std::vector<std::string> columns;
  std::vector<Array> rows;
  std::vector<TableNumber> tables;  // which it reads, ascending
};

class SqlReader {
 public:
  // REQUIRES: `store` outlives it.
  explicit SqlReader(TableStore& store);

  // `visible`: the tenants whose rows synced tables show. kInvalid: the statement is wrong, not allowed or
  // too costly, and why.
  Result<SqlRows> Read(const std::string& sql, const Array& arguments,
                       const std::vector<TenantNo>& visible);

 private:
  std::string WithTables(std::string_view sql, const std::vector<TenantNo>& visible) const;

  TableStore* store_;
};

}  // namespace syncline
