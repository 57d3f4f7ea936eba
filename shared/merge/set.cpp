#include "shared/merge/set.hpp"

#include <algorithm>

#include "shared/merge/replica_table.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr char kVersion = 1;
// A field's counters lie further apart in two of its lives, as a rule.
constexpr std::uint64_t kCountersOfLifeMax = std::uint64_t{1} << 20;
// Stands in a kept inverse for the replica that made the edit.
constexpr ReplicaId kAuthor{0};

struct SetMember {
  Value value;
  std::vector<ElementId> additions;  // ascending
};
struct Members {
  std::vector<SetMember> list;  // ascending by value
  std::uint64_t next = 0;       // above every counter seen
  std::uint64_t first = 0;      // KindState::first_counter
  std::uint64_t NextCounter() const { return next > 0 ? next : first; }
};

bool Less(const Value& a, const Value& b) { return Compare(a, b) < 0; }

auto Find(std::vector<SetMember>& members, const Value& value) {
  return std::lower_bound(
      members.begin(), members.end(), value,
      [](const SetMember& member, const Value& wanted) { return Less(member.value, wanted); });
}

const SetMember* Find(const Members& members, const Value& value) {
  auto& list = const_cast<std::vector<SetMember>&>(members.list);
  const auto at = Find(list, value);
  return at != list.end() && at->value == value ? &*at : nullptr;
}

void Add(std::vector<SetMember>& members, const Value& value, const ElementId& id) {
  auto at = Find(members, value);
  if (at == members.end() || at->value != value) at = members.insert(at, {value, {}});
  std::vector<ElementId>& additions = at->additions;
  for (auto held = additions.begin(); held != additions.end(); ++held) {
    if (held->replica != id.replica) continue;
    if (id < *held) return;
    additions.erase(held);
    break;
  }
  InsertAt(additions, PlaceIn(additions, id), id);
}

bool TakeAdditions(ByteView& in, const ReplicaTable& table, std::uint64_t next, SetMember& member) {
  std::uint64_t head = 1;
  while (head & 1) {
    ElementId id;
    if (!TakeVarint(in, head) || !table.At(head / 2, id.replica) || !TakeVarint(in, id.counter)) {
      return false;
    }
    if (id.counter >= next) return false;
    if (!member.additions.empty() && !(member.additions.back() < id)) return false;
    member.additions.push_back(id);
  }
  return true;
}

bool Decode(ByteView in, Members& members) {
  ReplicaTable table;
  if (in.front() != kVersion) return false;
  in.remove_prefix(1);
  if (!TakeVarint(in, members.next) || members.next > kCounterEnd || !table.TakeTable(in)) {
    return false;
  }
  const SetMember* before = nullptr;
  for (SetMember& member : members.list) {
    if (before && !Less(before->value, member.value)) return false;
    if (!TakeAdditions(in, table, members.next, member)) return false;
    before = &member;
  }
  return in.empty();
}

Failure NoArray(const Value& value) {
  return Fail(Code::kInvalid, std::string("A set is an array, not ") + TypeName(value));
}

Result<Members> Load(const KindState& state) {
  Members members;
  static const Array kEmpty;
  const Array* array = state.value.is_undefined() ? &kEmpty : state.value.As<Array>();
  if (!array) return NoArray(state.value);
  members.first = state.first_counter;
  if (!state.content.empty()) {
    for (const Value& value : *array) members.list.push_back({value, {}});
    if (Decode(state.content, members)) return members;
    return Fail(Code::kCorrupt, "The content of a set does not decode");
  }
  std::uint64_t counter = members.first;
  for (const Value& value : *array) Add(members.list, value, {counter++, state.literal_by});
  if (!array->empty()) members.next = counter;
  return members;
}

void Save(Members members, KindState& state) {
  ReplicaTable table;
  for (const SetMember& member : members.list) {
    for (const ElementId& id : member.additions) table.Add(id.replica);
  }
  Bytes out(1, kVersion);
  PutVarint(out, members.next);
  table.PutTable(out);
  Array array;
  for (SetMember& member : members.list) {
    for (const ElementId& id : member.additions) {
      const bool last = &id == &member.additions.back();
      PutVarint(out, 2 * table.PlaceOf(id.replica) + (last ? 0 : 1));
      PutVarint(out, id.counter);
    }
    array.push_back(std::move(member.value));
  }
  state.value = Value(std::move(array));
  state.content = std::move(out);
}

void Remove(std::vector<SetMember>& members, const SetEdit::Removal& removal) {
  const auto at = Find(members, removal.element);
  if (at == members.end() || at->value != removal.element) return;
  for (const ElementId& id : removal.seen) {
    at->additions.erase(std::remove(at->additions.begin(), at->additions.end(), id),
                        at->additions.end());
  }
  if (at->additions.empty()) members.erase(at);
}

void Apply(Members& members, const SetEdit& edit, ReplicaId author) {
  for (const SetEdit::Removal& removal : edit.removed) Remove(members.list, removal);
  if (edit.counter >= kCounterEnd) return;
  for (const Value& value : edit.added) {
    if (value.is_undefined()) continue;
    Add(members.list, value, {edit.counter, author});
    members.next = std::max(members.next, edit.counter + 1);
  }
}

Status CheckCounter(const Members& members, const SetEdit& edit, ReplicaId author) {
  if (edit.counter >= kCounterEnd || edit.counter > members.NextCounter() + kCounterLeapMax) {
    return Fail(Code::kInvalid, "The edit of a set has a counter far above the field's");
  }
  for (const SetMember& member : members.list) {
    for (const ElementId& id : member.additions) {
      if (id.replica == author && id.counter >= edit.counter) {
        return Fail(Code::kInvalid, "The edit of a set uses an id a second time");
      }
    }
  }
  return Done{};
}

Status CheckRemovals(const Members& members, const SetEdit& edit) {
  for (const SetEdit::Removal& removal : edit.removed) {
    if (removal.seen.empty()) {
      return Fail(Code::kInvalid, "The edit of a set removes an element without its additions");
    }
    for (const ElementId& id : removal.seen) {
      if (id.counter < members.next) continue;
      return Fail(Code::kConflict, "The edit removes what was never added to this set");
    }
  }
  return Done{};
}

Failure TooMany() {
  return Fail(Code::kInvalid, "A set has at most " + std::to_string(kSetElementsMax) + " elements");
}

Status Take(Members members, const SetEdit& edit, ReplicaId author) {
  if (edit.removed.size() > std::max(kSetElementsMax, members.list.size())) {
    return Fail(Code::kInvalid, "The edit of a set removes more than a set holds");
  }
  if (edit.added.size() > kSetElementsMax) return TooMany();
  for (const Value& value : edit.added) {
    if (value.is_undefined()) return Fail(Code::kInvalid, "A set cannot hold undefined");
  }
  if (!edit.added.empty()) {
    if (Status sound = CheckCounter(members, edit, author); !sound) return sound;
  }
  if (Status sound = CheckRemovals(members, edit); !sound) return sound;
  Apply(members, edit, author);
  if (!edit.added.empty() && members.list.size() > kSetElementsMax) return TooMany();
  KindState then;
  Save(std::move(members), then);
  if (then.content.size() > kContentBytesMax) {
    return Fail(Code::kInvalid, "The set has been added to by too many replicas");
  }
  return Done{};
}

}  // namespace

Result<std::optional<SetEdit>> SetDifference(const KindState& before, const Value& after,
                                             ReplicaId author) {
  Result<Members> members = Load(before);
  if (!members) return Fail(members.error());
  if (!after.Is<Array>()) return NoArray(after);
  Array wanted = *after.As<Array>();
  SortSet(wanted);
  if (wanted.size() > kSetElementsMax) return TooMany();
  SetEdit edit;
  edit.counter = members->NextCounter();
  auto held = members->list.begin();
  for (const Value& value : wanted) {
    for (; held != members->list.end() && Less(held->value, value); ++held) {
      edit.removed.push_back({held->value, held->additions});
    }
    if (held != members->list.end() && held->value == value) {
      ++held;
    } else {
      edit.added.push_back(value);
    }
  }
  for (; held != members->list.end(); ++held) {
    edit.removed.push_back({held->value, held->additions});
  }
  const bool same = edit.added.empty() && edit.removed.empty();
  if (same && !before.value.is_undefined()) return std::optional<SetEdit>();
  if (Status sound = Take(std::move(*members), edit, author); !sound) return Fail(sound.error());
  return std::optional(std::move(edit));
}

Status CheckSet(const KindState& now, const SetEdit& edit, ReplicaId author) {
  Result<Members> members = Load(now);
  if (!members) return Fail(members.error());
  return Take(std::move(*members), edit, author);
}

void ApplySet(KindState& now, const SetEdit& edit, const Stamp& stamp) {
  Result<Members> members = Load(now);
  if (!members) return;
  Apply(*members, edit, stamp.replica);
  Save(std::move(*members), now);
}

// The counter of a kept inverse tells which life of the field it belongs to.
SetEdit InverseOf(const KindState& before, const SetEdit& done) {
  SetEdit inverse;
  const Result<Members> members = Load(before);
  if (!members) return inverse;
  inverse.counter = done.added.empty() ? members->NextCounter() : done.counter;
  for (const Value& value : done.added) {
    if (!Find(*members, value)) {
      inverse.removed.push_back({value, {{done.counter, kAuthor}}});
    }
  }
  for (const SetEdit::Removal& removal : done.removed) {
    if (Find(*members, removal.element)) inverse.added.push_back(removal.element);
  }
  return inverse;
}

// An addition that was undone and done again has a later counter: the author's own additions from the
// undone one on are taken.
std::optional<SetEdit> RenewSet(const KindState& now, const SetEdit& inverse, ReplicaId author) {
  const Result<Members> members = Load(now);
  if (!members) return std::nullopt;
  // It can be lower than when the inverse was made: what was pending then may have been refused.
  const std::uint64_t next = members->NextCounter();
  const std::uint64_t apart = std::max(next, inverse.counter) - std::min(next, inverse.counter);
  if (apart > kCountersOfLifeMax) return std::nullopt;
  SetEdit edit;
  edit.counter = next;
  for (const SetEdit::Removal& removal : inverse.removed) {
    const SetMember* held = Find(*members, removal.element);
    if (!held || removal.seen.empty()) continue;
    SetEdit::Removal renewed{removal.element, {}};
    for (const ElementId& id : held->additions) {
      if (id.replica == author && id.counter >= removal.seen.front().counter) {
        renewed.seen.push_back(id);
      }
    }
    if (!renewed.seen.empty()) edit.removed.push_back(std::move(renewed));
  }
  for (const Value& value : inverse.added) {
    if (!Find(*members, value)) edit.added.push_back(value);
  }
  if (edit.added.empty() && edit.removed.empty()) return std::nullopt;
  return edit;
}

}  // namespace syncline
