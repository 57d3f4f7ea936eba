#include "shared/merge/merge.hpp"

#include <algorithm>

#include "shared/base/hash.hpp"
#include "shared/base/planted.hpp"
#include "shared/base/varint.hpp"
#include "shared/merge/text.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline {

bool operator==(const RowState& a, const RowState& b) {
  if (!(a.clock == b.clock) || a.fields.size() != b.fields.size()) return false;
  if (a.contents != b.contents) return false;
  if (a.alive() && a.creation_time != b.creation_time) return false;
  return std::equal(
      a.fields.begin(), a.fields.end(), b.fields.begin(),
      [](const auto& x, const auto& y) { return x.first == y.first && x.second == y.second; });
}

namespace {

const Value& ValueAt(const RowState& row, std::string_view path) {
  static const Value kUndefined;
  const auto found = row.fields.find(path);
  return found == row.fields.end() ? kUndefined : found->second;
}

void SetField(RowState& row, const std::string& path, const Value& value) {
  if (value.is_undefined()) {
    row.fields.erase(path);
  } else {
    row.fields.insert_or_assign(path, value);
  }
}

// Far above the counters of most fields, and as few bytes on the wire as leave lives apart.
constexpr std::uint64_t kFirstCounterMin = std::uint64_t{1} << 21;
constexpr std::uint64_t kFirstCounterEnd = std::uint64_t{1} << 28;

std::uint64_t FirstCounter(const RowClock& clock, std::string_view path, const KindState& field) {
  const auto written = clock.exceptions.find(path);
  if (written == clock.exceptions.end()) return 0;
  const std::string* text = field.value.As<std::string>();
  const Array* array = field.value.As<Array>();
  Bytes told_apart_by;
  if (field.content.empty() && ((text && !text->empty()) || (array && !array->empty()))) {
    AppendKey(told_apart_by, field.value);
  } else {
    PutFixed64(told_apart_by, written->second.time.value);
    PutFixed64(told_apart_by, written->second.replica.value);
  }
  return kFirstCounterMin + Fnv1a64(told_apart_by) % (kFirstCounterEnd - kFirstCounterMin);
}

// Moves the field out of the row; PutField gives it back.
KindState TakeField(RowState& row, const std::string& path) {
  KindState field;
  field.literal_by = row.clock.Of(path).replica;
  if (const auto value = row.fields.find(path); value != row.fields.end()) {
    field.value = std::move(value->second);
  }
  if (const auto content = row.contents.find(path); content != row.contents.end()) {
    field.content = std::move(content->second);
  }
  field.first_counter = FirstCounter(row.clock, path, field);
  return field;
}

void PutField(RowState& row, const std::string& path, KindState field) {
  if (field.content.empty()) {
    row.contents.erase(path);
  } else {
    row.contents.insert_or_assign(path, std::move(field.content));
  }
  if (field.value.is_undefined()) {
    row.fields.erase(path);
  } else {
    row.fields.insert_or_assign(path, std::move(field.value));
  }
}

}  // namespace

bool Wins(const Stamp& challenger, const Value& new_value, const Stamp& holder,
          const Value& old_value, bool edited) {
  if (challenger != holder) return holder < challenger;
  return !edited && Compare(old_value, new_value) < 0;
}

namespace {

ByteView ContentAt(const RowState& row, std::string_view path) {
  const auto found = row.contents.find(path);
  return found == row.contents.end() ? ByteView() : ByteView(found->second);
}

void JoinPath(RowState& joined, const RowState& other, const std::string& path,
              const RowClock& before) {
  const Stamp& mine = before.Of(path);
  const Stamp& theirs = other.clock.Of(path);
  const Value& value = ValueAt(other, path);
  const ByteView content = ContentAt(other, path), held = ContentAt(joined, path);
  const bool wins = mine == theirs && content != held
                        ? held < content
                        : Wins(theirs, value, mine, ValueAt(joined, path), false);
  if (wins) {
    SetField(joined, path, value);
    joined.contents.erase(path);
    if (!content.empty()) joined.contents.emplace(path, content);
  }
  const Stamp& winner = wins ? theirs : mine;
  if (joined.clock.whole < winner) {
    joined.clock.exceptions.insert_or_assign(path, winner);
  } else {
    joined.clock.exceptions.erase(path);
  }
}

}  // namespace

RowState Merge(const RowState& a, const RowState& b) {
  if (a.clock.length != b.clock.length) return a.clock.length > b.clock.length ? a : b;
  RowState joined = a;
  joined.clock.whole = std::max(a.clock.whole, b.clock.whole);
  if (!a.alive()) return joined;
  joined.creation_time = std::max(a.creation_time, b.creation_time);
  std::vector<std::string> paths;
  for (const RowState* row : {&a, &b}) {
    for (const auto& field : row->fields) paths.push_back(field.first);
    for (const auto& exception : row->clock.exceptions) paths.push_back(exception.first);
    for (const auto& content : row->contents) paths.push_back(content.first);
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  for (const std::string& path : paths) JoinPath(joined, b, path, a.clock);
  return joined;
}

bool Apply(RowState& row, const RowChange& change, const Stamp& stamp) {
  if (change.length < row.clock.length) return false;
  if (change.whole || change.deletes()) {
    RowState alone;
    alone.clock.length = change.length;
    alone.clock.whole = stamp;
    alone.creation_time = change.whole ? change.creation_time : 0;
    for (const FieldWrite& write : change.writes) SetField(alone, write.path, write.value);
    if (change.length == row.clock.length) alone = Merge(row, alone);
    if (alone == row) return false;
    row = std::move(alone);
    return true;
  }
  if (change.length > row.clock.length) return false;
  bool moved = false;
  for (const FieldWrite& write : change.writes) {
    const Stamp& holder = row.clock.Of(write.path);
    const bool edited = row.contents.count(write.path) > 0;
    if (!Wins(stamp, write.value, holder, ValueAt(row, write.path), edited) &&
        !PLANTED("last-come-wins")) {
      continue;
    }
    SetField(row, write.path, write.value);
    row.contents.erase(write.path);
    if (row.clock.whole < stamp) row.clock.exceptions.insert_or_assign(write.path, stamp);
    moved = true;
  }
  for (const FieldEdit& edit : change.edits) {
    KindState field = TakeField(row, edit.path);
    ApplyEdit(field, edit.edit, stamp);
    PutField(row, edit.path, std::move(field));
    moved = true;
  }
  return moved;
}

bool EditsOnlyTexts(const RowChange& change) {
  return !change.whole && !change.deletes() && change.writes.empty() &&
         std::all_of(change.edits.begin(), change.edits.end(),
                     [](const FieldEdit& field) { return KindOf(field.edit) == MergeKind::kText; });
}

bool ApplyTextEdits(RowState& row, const std::vector<StampedChange>& changes) {
  std::map<std::string, std::vector<AuthoredText>> edits_by_path;
  for (const StampedChange& each : changes) {
    if (each.change->length != row.clock.length) continue;
    for (const FieldEdit& field : each.change->edits) {
      edits_by_path[field.path].push_back({&std::get<TextEdit>(field.edit), each.stamp.replica});
    }
  }
  for (const auto& [path, edits] : edits_by_path) {
    KindState field = TakeField(row, path);
    ApplyTexts(field, edits);
    PutField(row, path, std::move(field));
  }
  return !edits_by_path.empty();
}

namespace {

std::size_t TextParts(const RowChange& change) {
  std::size_t parts = 0;
  for (const FieldEdit& field : change.edits) {
    const TextEdit& edit = std::get<TextEdit>(field.edit);
    parts += edit.inserted.size() + edit.deleted.size();
  }
  return parts;
}

}  // namespace

bool JoinTextEdits(RowChange& change, const RowChange& next, ReplicaId author) {
  if (!EditsOnlyTexts(change) || !EditsOnlyTexts(next) || change.length != next.length ||
      !(change.key == next.key) || TextParts(change) + TextParts(next) > kTextPartsMax) {
    return false;
  }
  for (const FieldEdit& field : next.edits) {
    const auto at = std::lower_bound(
        change.edits.begin(), change.edits.end(), field.path,
        [](const FieldEdit& edit, const std::string& path) { return edit.path < path; });
    if (at == change.edits.end() || at->path != field.path) {
      change.edits.insert(at, field);
    } else {
      JoinTexts(std::get<TextEdit>(at->edit), std::get<TextEdit>(field.edit), author);
    }
  }
  return true;
}

KindState FieldAt(const RowState& row, std::string_view path) {
  KindState field{ValueAt(row, path), Bytes(ContentAt(row, path)), row.clock.Of(path).replica};
  field.first_counter = FirstCounter(row.clock, path, field);
  return field;
}

namespace {

void PutStamp(Bytes& out, const Stamp& stamp) {
  PutFixed64(out, stamp.time.value);
  PutFixed64(out, stamp.replica.value);
}

bool TakeStamp(ByteView& in, Stamp& stamp) {
  return TakeFixed64(in, stamp.time.value) && TakeFixed64(in, stamp.replica.value);
}

}  // namespace

Bytes EncodeRowClock(const RowClock& clock) {
  Bytes out;
  PutVarint(out, clock.length);
  PutStamp(out, clock.whole);
  for (const auto& [path, stamp] : clock.exceptions) {
    PutVarint(out, path.size());
    out += path;
    PutStamp(out, stamp);
  }
  return out;
}

Result<RowClock> DecodeRowClock(ByteView bytes) {
  RowClock clock;
  std::uint64_t length = 0;
  if (!TakeVarint(bytes, length) || length > 0xFFFFFFFFu || !TakeStamp(bytes, clock.whole)) {
    return Fail(Code::kCorrupt, "A row's clock is cut short");
  }
  clock.length = static_cast<std::uint32_t>(length);
  while (!bytes.empty()) {
    std::uint64_t size = 0;
    Stamp stamp;
    if (!TakeVarint(bytes, size) || size > bytes.size()) {
      return Fail(Code::kCorrupt, "A row's clock has a broken path");
    }
    std::string path(bytes.substr(0, static_cast<std::size_t>(size)));
    bytes.remove_prefix(path.size());
    if (!TakeStamp(bytes, stamp)) return Fail(Code::kCorrupt, "A row's clock has a broken stamp");
    clock.exceptions.insert_or_assign(std::move(path), stamp);
  }
  return clock;
}

}  // namespace syncline
