#include "shared/sync/history.hpp"

#include <algorithm>

#include "shared/sync/may_read.hpp"
#include "shared/sync/undo.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"
#include "shared/value/size.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kDayMs = 24ull * 3600 * 1000;
// Entries of one row increase by this much, so that they stand in the order in which they were made.
constexpr double kCreationStepMs = 1.0 / 1024;
// How many entries of one row go at once where rules keep fewer than they did.
constexpr std::size_t kTrimmedMax = 16;

const TableNumber kNumber = NumberOfTable(kHistoryTable);

// No other write has this place: seqs ascend, and ordinals within one.
RowId IdAt(const History::Place& place, std::uint32_t ordinal) {
  return MakeRowId(place.stamp.time.unix_ms(), place.seq >> 32, place.seq << 32 | ordinal);
}

// The paths whose values differ, dotted.
Array ChangedPaths(const TableSchema& table, const RowKey& key, const Row& before,
                   const Row& after) {
  Array paths;
  const RowChange change = PlainChange(key, ToState(table, before), ToState(table, after));
  for (const FieldWrite& write : change.writes) {
    std::string path = write.path;
    std::replace(path.begin(), path.end(), kPathStep, '.');
    paths.push_back(std::move(path));
  }
  return paths;
}

RowChange Whole(const RowKey& key, const Row& row, const TableSchema& table) {
  RowChange change{key, 1, true, row.creation_time, {}};
  for (auto& [path, value] : Flatten(table, row.document)) change.writes.push_back({path, value});
  return change;
}

}  // namespace

const HistoryRule* History::RuleOf(std::string_view table) const {
  const TableRules* rules = application_.rules.Find(table);
  return rules && rules->history ? &*rules->history : nullptr;
}

IndexOrdinal History::Index(const char* name) const {
  IndexOrdinal ordinal = 0;
  CHECK(store_.Layout(kNumber).FindIndex(name, ordinal));
  return ordinal;
}

Result<double> History::NextCreationTime(std::uint64_t now_ms) {
  if (!last_creation_time_) {
    const Result<std::vector<Entry>> last = store_.Scan(no_, kNumber, kByCreationTime, {}, true, 1);
    if (!last) return Fail(last.error());
    last_creation_time_ = last->empty() ? 0 : last->front().row.creation_time;
  }
  last_creation_time_ =
      std::max(static_cast<double>(now_ms), *last_creation_time_ + kCreationStepMs);
  return *last_creation_time_;
}

Status History::Note(const RowKey& key, std::uint32_t ordinal, const Row* before, const Row* after,
                     std::uint32_t length, const Author& author, const Place& place,
                     GroupEffects& effects) {
  const TableSchema& table = *application_.schema.FindTable(key.table);
  const TableSchema& own = *application_.schema.FindTable(kNumber);
  Array changed;
  if (before && after) {
    changed = ChangedPaths(table, key, *before, *after);
    // Moved a clock, or lost against a later write.
    if (changed.empty()) return Done{};
  }
  if (!before && !after) return Done{};
  const Result<double> creation_time = NextCreationTime(place.now_ms);
  if (!creation_time) return Fail(creation_time.error());
  auto entry = std::make_shared<Row>();
  entry->id = IdAt(place, ordinal);
  entry->creation_time = *creation_time;
  entry->clock.length = 1;
  entry->clock.whole = place.stamp;
  const std::string row = IdToText(key);
  Object& document = entry->document;
  document.Set("table", table.name);
  document.Set("row", row);
  document.Set("at", static_cast<double>(place.stamp.time.unix_ms()));
  document.Set("by", author.by);
  document.Set("role", author.role);
  document.Set("action", !after ? "delete" : before ? "update" : "insert");
  document.Set("document", ForFunctions(table, after ? *after : *before));
  document.Set("changed", std::move(changed));
  document.Set("length", static_cast<double>(length));
  std::vector<TouchedKey> nobody_watches;
  if (Status done = store_.Write(no_, kNumber, nullptr, entry.get(), nobody_watches); !done) {
    return done;
  }
  const RowKey own_key{kNumber, entry->id};
  if (Status done = log_.AddChange(place.seq, own_key, nullptr, false, place.now_ms); !done) {
    return done;
  }
  recent_.Add({place.seq, own_key, nullptr, entry});
  const RowChange change = Whole(own_key, *entry, own);
  effects.Add(own_key, nullptr, std::move(entry), change, place.stamp);
  return Trim(*RuleOf(table.name), row, place, effects);
}

Status History::Trim(const HistoryRule& rule, const std::string& row, const Place& place,
                     GroupEffects& effects) {
  const Bytes prefix = EncodeKey(Value(row));
  const KeyRange range{prefix, PrefixEnd(prefix)};
  const IndexOrdinal by_row = Index("by_row");
  const Result<std::size_t> count =
      store_.Count(no_, kNumber, by_row, range, rule.count + kTrimmedMax);
  if (!count) return Fail(count.error());
  if (*count <= rule.count) return Done{};
  Result<std::vector<Entry>> oldest =
      store_.Scan(no_, kNumber, by_row, range, false, *count - rule.count, ReadClock::kYes);
  if (!oldest) return Fail(oldest.error());
  for (Entry& entry : *oldest) {
    if (Status done = Remove(std::move(entry.row), place, effects); !done) return done;
  }
  return Done{};
}

Status History::Remove(Row row, const Place& place, GroupEffects& effects) {
  const TableSchema& own = *application_.schema.FindTable(kNumber);
  const RowKey key{kNumber, row.id};
  std::vector<TouchedKey> nobody_watches;
  if (Status done = store_.Write(no_, kNumber, &row, nullptr, nobody_watches); !done) return done;
  // What a device that comes back must forget is told by what it could see.
  RowState told = ToState(own, row);
  if (!application_.rules.ReadDependsOnRow(TableOfEntry(row.document))) {
    for (auto field = told.fields.begin(); field != told.fields.end();) {
      field = field->first == "table" ? std::next(field) : told.fields.erase(field);
    }
  }
  if (Status done = log_.AddChange(place.seq, key, &told, true, place.now_ms); !done) return done;
  const auto before = std::make_shared<const Row>(std::move(row));
  recent_.Add({place.seq, key, before, nullptr});
  effects.Add(key, before, nullptr, {key, 2, false, 0, {}}, place.stamp);
  return Done{};
}

Result<std::vector<Entry>> History::OldEntries(std::uint64_t now_ms, std::size_t limit) {
  const IndexOrdinal by_table = Index("by_table");
  KeyRange range;
  // One turn a table that has entries.
  for (;;) {
    const Result<std::vector<Entry>> first = store_.Scan(no_, kNumber, by_table, range, false, 1);
    if (!first || first->empty()) return first;
    const std::string_view table = TableOfEntry(first->front().row.document);
    const Bytes prefix = EncodeKey(Value(table));
    range.high = PrefixEnd(prefix);
    if (const HistoryRule* rule = RuleOf(table)) {
      const std::uint64_t kept_ms = rule->days * kDayMs;
      range.high = prefix;
      AppendKey(range.high, static_cast<double>(now_ms > kept_ms ? now_ms - kept_ms : 0));
    }
    Result<std::vector<Entry>> old =
        store_.Scan(no_, kNumber, by_table, range, false, limit, ReadClock::kYes);
    if (!old || !old->empty()) return old;
    range = {PrefixEnd(prefix), {}};
  }
}

Result<bool> History::HasOld(std::uint64_t now_ms) {
  if (!application_.schema.FindTable(kNumber)) return false;
  const Result<std::vector<Entry>> old = OldEntries(now_ms, 1);
  if (!old) return Fail(old.error());
  return !old->empty();
}

Result<bool> History::Sweep(const Place& place, GroupEffects& effects) {
  constexpr std::size_t kAtOnce = 16;
  std::size_t bytes = 0;
  if (!application_.schema.FindTable(kNumber)) return false;
  for (std::size_t swept = 0; swept < kSweptMax && bytes < kSweptBytesMax;) {
    Result<std::vector<Entry>> old = OldEntries(place.now_ms, kAtOnce);
    if (!old) return Fail(old.error());
    if (old->empty()) return false;
    for (Entry& entry : *old) {
      bytes += SizeOf(Value(entry.row.document));
      if (Status done = Remove(std::move(entry.row), place, effects); !done) {
        return Fail(done.error());
      }
      ++swept;
    }
  }
  return true;
}

}  // namespace syncline
