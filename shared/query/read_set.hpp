// ReadSet: the index ranges that a query walked; and LiveQueries: the read sets of many queries, against
// which the keys that a commit touched are held.
//
// A touched key reaches a query only if the query walked over that very key, so that of ten thousand
// live queries only those run again that may answer otherwise. Ranges lie in one interval tree for each
// index; a key costs the logarithm of the ranges plus those that it hits.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "shared/query/interval_tree.hpp"
#include "shared/store/table_store.hpp"

namespace syncline {

// A walk over one index; keys carry the tenant in front (TenantKey).
struct ReadRange {
  TableNumber table;
  IndexOrdinal index;
  KeyRange keys;
};
using ReadSet = std::vector<ReadRange>;

struct QueryId {
  std::uint64_t value = 0;
  bool operator<(QueryId other) const { return value < other.value; }
  bool operator==(QueryId other) const { return value == other.value; }
};

class LiveQueries {
 public:
  void Add(QueryId query, ReadSet read_set);
  void Drop(QueryId query);
  // The queries that read any of the keys.
  std::set<QueryId> Touched(const std::vector<TouchedKey>& keys) const;
  std::set<QueryId> All() const;
  std::size_t size() const { return read_sets_.size(); }

 private:
  std::map<QueryId, ReadSet> read_sets_;
  std::map<std::pair<TableNumber, IndexOrdinal>, IntervalTree> trees_;
};

}  // namespace syncline
