#include "shared/sync/history.hpp"

#include <algorithm>

#include "shared/base/hash.hpp"
#include "shared/base/planted.hpp"
#include "shared/sync/may_read.hpp"
#include "shared/sync/undo.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"
#include "shared/value/size.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kDayMs = 24ull * 3600 * 1000;
// Entries of one row increase by this much, so that they stand in the order in which they were made.
constexpr double kCreationStepMs = 1.0 / 1024;
// How many entries of one row go at once where rules keep fewer than they did.
constexpr int kTrimmedMax = 16;
// So long what one person types goes into the same entry.
constexpr double kTypedMs = 5 * 60 * 1000;

const TableNumber kNumber = NumberOfTable(kHistoryTable);

// The paths whose values differ, dotted.
Array ChangedPaths(const TableSchema& table, const RowKey& key, const Row& before,
                   const Row& after) {
  Array paths;
  const RowChange change = PlainChange(key, ToState(table, before), ToState(table, after));
  for (const FieldWrite& write : change.writes) {
    paths.push_back(Dotted(write.path));
  }
  return paths;
}

// Dotted, as ChangedPaths gives them.
bool AreTexts(const TableSchema& table, const Array& paths) {
  return std::all_of(paths.begin(), paths.end(), [&](const Value& dotted) {
    std::string path = *dotted.As<std::string>();
    std::replace(path.begin(), path.end(), '.', kPathStep);
    return table.KindAt(path) == MergeKind::kText;
  });
}

Array Union(Array paths, const Array& others) {
  for (const Value& path : others) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end(),
            [](const Value& a, const Value& b) { return Compare(a, b) < 0; });
  return paths;
}

double NumberIn(const Object& entry, const char* name) {
  const Value* value = entry.Find(name);
  const double* number = value ? value->As<double>() : nullptr;
  return number ? *number : 0;
}

KeyRange EntriesOf(const std::string& row) {
  const Bytes prefix = EncodeKey(Value(row));
  return {prefix, PrefixEnd(prefix)};
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

RowId History::IdAt(const Place& place, std::uint32_t ordinal) const {
  // Tenants may have the same seq at the same time.
  const std::uint64_t place_bits = place.seq << 32 | ordinal;
  return MakeRowId(place.stamp.time.unix_ms(), place.seq >> 32, place_bits ^ Fnv1a64(tenant_.text));
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
  Array changed;
  if (before && after) {
    changed = ChangedPaths(table, key, *before, *after);
    // Moved a clock, or lost against a later write.
    if (changed.empty()) return Done{};
  }
  if (!before && !after) return Done{};
  const std::string row = IdToText(key);
  Result<std::vector<Entry>> newest =
      store_.Scan(no_, kNumber, Index("by_row"), EntriesOf(row), true, 1, ReadClock::kYes);
  if (!newest) return Fail(newest.error());
  std::shared_ptr<const Row> last;
  if (!newest->empty()) last = std::make_shared<const Row>(std::move(newest->front().row));
  const bool typed = last && before && after && GoesOn(table, *last, changed, author, place);

  auto entry = typed ? std::make_shared<Row>(*last) : std::make_shared<Row>();
  Object& document = entry->document;
  double at = static_cast<double>(place.stamp.time.unix_ms());
  double version = (last ? NumberIn(last->document, "version") : 0) + 1;
  Stamp stamp = place.stamp;
  if (typed) {
    changed = Union(std::move(changed), *document.Find("changed")->As<Array>());
    at = std::max(at, NumberIn(document, "at"));
    --version;
    stamp.time = std::max(stamp.time, last->clock.whole.time.Next());
  } else {
    const Result<double> creation_time = NextCreationTime(place.now_ms);
    if (!creation_time) return Fail(creation_time.error());
    entry->id = IdAt(place, ordinal);
    entry->creation_time = *creation_time;
    entry->clock.length = 1;
  }
  entry->clock.whole = stamp;
  document.Set("table", table.name);
  document.Set("row", row);
  document.Set("version", version);
  document.Set("at", at);
  document.Set("by", author.by);
  document.Set("role", author.role);
  document.Set("action", !after ? "delete" : before ? "update" : "insert");
  document.Set("document", ForFunctions(table, after ? *after : *before));
  document.Set("changed", std::move(changed));
  document.Set("length", static_cast<double>(length));
  const Status written = Write(typed ? last : nullptr, std::move(entry), stamp, place, effects);
  if (!written || typed) return written;
  return Trim(*RuleOf(table.name), row, version, place, effects);
}

bool History::GoesOn(const TableSchema& table, const Row& last, const Array& changed,
                     const Author& author, const Place& place) {
  const Object& entry = last.document;
  return !author.by.empty() && *entry.Find("by") == Value(author.by) &&
         *entry.Find("role") == Value(author.role) && *entry.Find("action") == Value("update") &&
         static_cast<double>(place.now_ms) < last.creation_time + kTypedMs &&
         AreTexts(table, changed) && AreTexts(table, *entry.Find("changed")->As<Array>());
}

Status History::Trim(const HistoryRule& rule, const std::string& row, double version,
                     const Place& place, GroupEffects& effects) {
  // The oldest go first, by count as by age, so that versions have no gaps.
  for (int trimmed = 0; trimmed < kTrimmedMax && version > rule.count; ++trimmed) {
    Result<std::vector<Entry>> oldest =
        store_.Scan(no_, kNumber, Index("by_row"), EntriesOf(row), false, 1, ReadClock::kYes);
    if (!oldest) return Fail(oldest.error());
    CHECK(!oldest->empty());
    Row& entry = oldest->front().row;
    const bool within = NumberIn(entry.document, "version") + rule.count > version;
    if (within || PLANTED("history-untrimmed")) return Done{};
    if (Status done = Remove(std::move(entry), place, effects); !done) return done;
  }
  return Done{};
}

Status History::Remove(Row entry, const Place& place, GroupEffects& effects) {
  return Write(std::make_shared<const Row>(std::move(entry)), nullptr, place.stamp, place, effects);
}

RowState History::SeenOf(const Row& entry) const {
  const std::string_view table = TableOfEntry(entry.document);
  Object shown;
  for (const Member& member : entry.document.Find("document")->As<Object>()->members()) {
    if (application_.rules.ReadLooksAt(table, member.name)) shown.Set(member.name, member.value);
  }
  Row seen{entry.id, entry.creation_time, entry.clock, {}, {}};
  seen.document.Set("table", table);
  seen.document.Set("document", std::move(shown));
  return ToState(*application_.schema.FindTable(kNumber), seen);
}

Status History::Write(std::shared_ptr<const Row> before, std::shared_ptr<const Row> after,
                      const Stamp& stamp, const Place& place, GroupEffects& effects) {
  const TableSchema& own = *application_.schema.FindTable(kNumber);
  const RowKey key{kNumber, after ? after->id : before->id};
  std::vector<TouchedKey> nobody_watches;
  if (Status done = store_.Write(no_, kNumber, before.get(), after.get(), nobody_watches); !done) {
    return done;
  }
  std::optional<RowState> told;
  if (before) told = SeenOf(*before);
  if (Status done =
          log_.AddChange(place.seq, key, told ? &*told : nullptr, told.has_value(), place.now_ms);
      !done) {
    return done;
  }
  recent_.Add({place.seq, key, before, after});
  const RowChange change = after ? Whole(key, *after, own) : RowChange{key, 2, false, 0, {}};
  effects.Add(key, std::move(before), std::move(after), change, stamp);
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
