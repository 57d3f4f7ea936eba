#include "shared/query/read_set.hpp"

namespace syncline {

void LiveQueries::Add(QueryId query, ReadSet read_set) {
  Drop(query);
  for (const ReadRange& range : read_set) {
    trees_[{range.table, range.index}].Add(range.keys.low, range.keys.high, query.value);
  }
  read_sets_.insert_or_assign(query, std::move(read_set));
}

void LiveQueries::Drop(QueryId query) {
  const auto found = read_sets_.find(query);
  if (found == read_sets_.end()) return;
  for (const ReadRange& range : found->second) {
    const auto tree = trees_.find({range.table, range.index});
    tree->second.Remove(range.keys.low, range.keys.high, query.value);
    if (tree->second.empty()) trees_.erase(tree);
  }
  read_sets_.erase(found);
}

std::set<QueryId> LiveQueries::Touched(const std::vector<TouchedKey>& keys) const {
  std::vector<std::uint64_t> owners;
  for (const TouchedKey& key : keys) {
    const auto tree = trees_.find({key.table, key.index});
    if (tree != trees_.end()) tree->second.Find(key.key, owners);
  }
  std::set<QueryId> queries;
  for (const std::uint64_t owner : owners) queries.insert({owner});
  return queries;
}

std::set<QueryId> LiveQueries::All() const {
  std::set<QueryId> all;
  for (const auto& [query, read_set] : read_sets_) all.insert(query);
  return all;
}

}  // namespace syncline
