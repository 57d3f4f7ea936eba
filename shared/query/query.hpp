// Query: what a function asks of the database, from npm convex's JSON: a walk over an index, and the
// filters and limits applied along it.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/query/filter.hpp"
#include "shared/query/search.hpp"
#include "shared/store/table_store.hpp"

namespace syncline {

struct Query {
  const TableLayout* table = nullptr;
  IndexOrdinal index = kByCreationTime;
  // Over the index's keys without the tenant. Empty ranges have low >= high with high not empty.
  KeyRange range;
  bool descending = false;
  // A search of the whole table instead of a walk along the index; the range then is over ranks
  // (stream.cpp).
  std::optional<SearchQuery> search;
  // In the order of the chain.
  std::vector<std::variant<Filter, std::size_t>> operators;
  // The fields that the range, or a search, holds to one value: what tells the tenant, if it is among them.
  std::vector<std::pair<std::string, Value>> equalities;
};

// One step of an index range: q.eq, q.gt, ...
struct Bound {
  enum class Kind { kEq, kGt, kGte, kLt, kLte };
  Kind kind = Kind::kEq;
  std::string path;
  Value value;
};

// Convex's rules: equalities in any order on a prefix of the index's fields (with _creationTime and
// _id at the end), then at most one field with one lower and one upper bound.
Result<KeyRange> CompileRange(const TableLayout& table, IndexOrdinal index,
                              const std::string& index_name, const std::vector<Bound>& bounds);

// kNotFound: no such table or index. kInvalid: what else is wrong, and what to do.
Result<Query> ParseQuery(const TableStore& store, const Value& json);

}  // namespace syncline
