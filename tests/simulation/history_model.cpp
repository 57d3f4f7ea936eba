#include "tests/simulation/history_model.hpp"

#include <algorithm>
#include <set>

#include "shared/base/hash.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/id.hpp"
#include "shared/value/order.hpp"
#include "tests/simulation/reference.hpp"

namespace syncline::simulation {
namespace {

constexpr double kCreationStepMs = 1.0 / 1024;

// Tasks have no objects, so that a path is a field.
Array ChangedFields(const RowState& before, const RowState& after) {
  std::set<std::string> names;
  for (const auto& field : before.fields) names.insert(field.first);
  for (const auto& field : after.fields) names.insert(field.first);
  Array changed;
  for (const std::string& name : names) {
    const auto old = before.fields.find(name);
    const auto now = after.fields.find(name);
    const bool both = old != before.fields.end() && now != after.fields.end();
    if (!both || old->second != now->second) changed.emplace_back(name);
  }
  return changed;
}

}  // namespace

std::optional<HistoryModel::Entry> HistoryModel::Note(const RowKey& task, std::uint32_t ordinal,
                                                      const Told& told, const Author& author,
                                                      const Place& place) {
  if (!told.before && !told.after) return std::nullopt;
  Array changed;
  if (told.before && told.after) {
    changed = ChangedFields(*told.before, *told.after);
    if (changed.empty()) return std::nullopt;
  }
  const RowState& shown = told.after ? *told.after : *told.before;
  Object document = DocumentOf(shown, task);
  document.Set("_creationTime", shown.creation_time);
  last_creation_time_ =
      std::max(static_cast<double>(place.now_ms), last_creation_time_ + kCreationStepMs);
  const std::uint64_t at_ms = place.stamp.time.unix_ms();
  Entry entry;
  // An id that no other row of any tenant has.
  const std::uint64_t place_bits = place.seq << 32 | ordinal;
  entry.key = {NumberOfTable("_history"),
               MakeRowId(at_ms, place.seq >> 32, place_bits ^ Fnv1a64(tenant_.text))};
  entry.state.clock.length = 1;
  entry.state.clock.whole = place.stamp;
  entry.state.creation_time = last_creation_time_;
  entry.state.fields = {{"table", "tasks"},
                        {"row", IdToText(task)},
                        {"at", static_cast<double>(at_ms)},
                        {"by", author.by},
                        {"role", author.role},
                        {"action", !told.after   ? "delete"
                                   : told.before ? "update"
                                                 : "insert"},
                        {"document", std::move(document)},
                        {"changed", std::move(changed)},
                        {"length", static_cast<double>(told.length)}};
  std::deque<Kept>& entries = kept_[task];
  const double version = entries.empty() ? 1 : entries.back().version + 1;
  entry.state.fields["version"] = version;
  entries.push_back({entry.key, last_creation_time_, version});
  return entry;
}

std::optional<RowKey> HistoryModel::TakeSurplus(const RowKey& task, std::size_t count) {
  std::deque<Kept>& entries = kept_[task];
  if (entries.size() <= count) return std::nullopt;
  const RowKey oldest = entries.front().key;
  entries.pop_front();
  return oldest;
}

void HistoryModel::Reopened() {
  last_creation_time_ = 0;
  for (const auto& [task, entries] : kept_) {
    for (const Kept& entry : entries) {
      last_creation_time_ = std::max(last_creation_time_, entry.creation_time);
    }
  }
}

}  // namespace syncline::simulation
