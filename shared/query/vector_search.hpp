// VectorSearch: the rows of a table whose vectors point most nearly the way that a given one does.
//
// Exact: the cosine to every row that the filter admits. There is no index of neighbours: it reads the
// whole table. A row whose field is no array of as many float64 as the index has dimensions is not found.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/query/filter.hpp"
#include "shared/store/table_store.hpp"

namespace syncline {

struct VectorQuery {
  const TableLayout* table = nullptr;
  std::string field;  // dotted path
  std::vector<double> vector;
  std::size_t limit = 10;
  std::optional<Filter> filter;
  // What the filter holds to one value, if it does that and nothing else.
  std::vector<std::pair<std::string, Value>> equalities;
};

// From {"indexName":"table.index","vector":[...],"limit"?:1..256,"expressions":Expr|null}, where Expr is
// made of $eq of a filter field with a literal, and $or of those, at most 64. kNotFound: no such table or
// index, or a staged one. kInvalid: what else is wrong.
Result<VectorQuery> ParseVectorQuery(const TableStore& store, const Value& json);

struct VectorHit {
  RowId id;
  double score = 0;  // the cosine, -1 to 1; 0 for a vector of zeros
};

// The nearest first; among equals the newest.
Result<std::vector<VectorHit>> RunVectorSearch(TableStore& store, const VectorQuery& query,
                                               const std::vector<TenantNo>& tenants);

}  // namespace syncline
