#include "shared/sync/state_after.hpp"

#include "shared/value/key.hpp"

namespace syncline {

const IndexLayout& StateAfter::Index(TableNumber table, const std::string& name) const {
  IndexOrdinal unused = 0;
  const IndexLayout* index = store_.Layout(table).FindIndex(name, unused);
  CHECK(index);
  return *index;
}

void StateAfter::Put(const RowKey& key, std::optional<Row> row) {
  const auto [slot, fresh] = put_.try_emplace(key);
  for (auto& [place, entries] : entries_) {
    if (!(place.first == key.table)) continue;
    const IndexLayout& index = Index(place.first, place.second);
    if (!fresh && slot->second) {
      for (Bytes& old : IndexKeys(index, *slot->second)) entries.erase({std::move(old), key.id});
    }
    if (row) {
      for (Bytes& now : IndexKeys(index, *row)) entries.emplace(std::move(now), key.id);
    }
  }
  slot->second = std::move(row);
}

StateAfter::Entries& StateAfter::EntriesOf(TableNumber table, const IndexLayout& index) {
  const auto [slot, fresh] = entries_.try_emplace({table, index.name});
  if (!fresh) return slot->second;
  for (auto put = put_.lower_bound({table, {}}); put != put_.end() && put->first.table == table;
       ++put) {
    if (!put->second) continue;
    for (Bytes& key : IndexKeys(index, *put->second)) {
      slot->second.emplace(std::move(key), put->first.id);
    }
  }
  return slot->second;
}

Result<std::optional<Row>> StateAfter::Get(const RowKey& key, ReadClock clock) {
  const auto put = put_.find(key);
  return put == put_.end() ? store_.Get(no_, key, clock) : put->second;
}

Status StateAfter::Visit(TableNumber table, const std::string& name, const Bytes& prefix,
                         const Visitor& visit) {
  const IndexLayout& index = Index(table, name);
  const KeyRange range{prefix, PrefixEnd(prefix)};
  if (!put_.empty()) {
    const Entries& entries = EntriesOf(table, index);
    for (auto entry = entries.lower_bound({range.low, {}});
         entry != entries.end() && entry->first.compare(0, prefix.size(), prefix) == 0; ++entry) {
      if (!visit(entry->second)) return Done{};
    }
  }
  return store_.VisitKeys(no_, index, range, false, static_cast<std::size_t>(-1),
                          [&](ByteView key) -> Result<bool> {
                            double unused = 0;
                            RowId id;
                            SplitKeyTail(key, unused, id);
                            return IsPut({table, id}) || visit(id);
                          });
}

}  // namespace syncline
