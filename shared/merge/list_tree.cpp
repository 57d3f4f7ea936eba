#include "shared/merge/list_tree.hpp"

#include <algorithm>

#include "shared/merge/replica_table.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kMsPerMinute = 60'000;
// Between neighbours, so that many positions fit in before all are numbered anew.
constexpr std::uint64_t kNumberGap = std::uint64_t{1} << 32;
// To move neighbours aside costs less than to follow links.
constexpr std::size_t kShiftsPerStep = 16;

Failure TooMany() {
  return Fail(Code::kInvalid,
              "The list was changed too often of late: it has " +
                  std::to_string(kListPositionsMax - 1) +
                  " places, with those that were removed and are forgotten later. Of a queue, make "
                  "each entry a row of a table");
}

}  // namespace

Result<ListTree> ListTree::Load(const KindState& state) {
  static const Array kEmpty;
  const Array* values = state.value.is_undefined() ? &kEmpty : state.value.As<Array>();
  if (!values) {
    return Fail(Code::kInvalid, std::string("A list is an array, not ") + TypeName(state.value));
  }
  ListTree tree;
  tree.first_ = state.first_counter;
  if (state.content.empty()) {
    if (values->size() >= kListPositionsMax) return TooMany();
    tree.LoadLiteral(*values, state.literal_by);
  } else if (!tree.Decode(state.content, *values)) {
    return Fail(Code::kCorrupt, "The content of a list does not decode");
  }
  return tree;
}

void ListTree::LoadLiteral(const Array& values, ReplicaId by) {
  std::uint64_t counter = first_;
  for (const Value& value : values) {
    const Slot slot = static_cast<Slot>(positions_.size());
    ListPosition& position = positions_.emplace_back();
    position.id = position.rank = {counter++, by};
    position.parent = slot - 1;
    positions_[slot - 1].children[0].push_back(slot);
    Index(position_by_id_, position.id, slot);
    LinkBehind(slot - 1, slot);
    next_ = counter;
    Insert(slot, value);
  }
}

void ListTree::Save(KindState& state) const {
  Array values;
  for (const Slot slot : Live()) values.push_back(elements_[positions_[slot].element].value);
  state.value = Value(std::move(values));
  state.content = Encode();
}

Slot ListTree::Find(const SlotById& slots, const ElementId& id) {
  const std::size_t at = PlaceIn(slots, std::pair(id, Slot{0}));
  return at < slots.size() && slots[at].first == id ? slots[at].second : kNoSlot;
}

void ListTree::Index(SlotById& slots, const ElementId& id, Slot slot) {
  const std::pair made(id, slot);
  const std::size_t place = PlaceIn(slots, made);
  steps_ += (slots.size() - place) / kShiftsPerStep;
  InsertAt(slots, place, made);
}

std::optional<std::uint64_t> ListTree::LastCounterOf(ReplicaId replica) const {
  std::optional<std::uint64_t> last;
  for (const auto& [id, slot] : position_by_id_) {
    if (id.replica == replica) last = id.counter;
  }
  return last;
}

std::vector<Slot> ListTree::Live() const {
  std::vector<Slot> live;
  for (Slot at = positions_[kRootSlot].next; at != kNoSlot; at = positions_[at].next) {
    if (IsLive(at)) live.push_back(at);
  }
  return live;
}

// What was put there may have been removed, and put back, again.
Slot ListTree::RestoredFor(Slot position) const {
  std::vector<Slot> open{position};
  for (std::size_t steps = 0; !open.empty() && steps < kListPositionsMax; ++steps) {
    const ListPosition& at = positions_[open.back()];
    open.pop_back();
    for (const Slot child : at.children[1]) {
      if (!positions_[child].restores) continue;
      const ListElement& element = elements_[positions_[child].element];
      if (!element.removed) return positions_[child].element;
      const bool later = positions_[element.position].id.counter > at.id.counter;
      open.push_back(later ? element.position : child);
    }
  }
  return kNoSlot;
}

Result<Slot> ListTree::Place(const ElementId& id, const ElementId& left, const ElementId& right) {
  const Slot before = left == kNoElement ? kRootSlot : FindPosition(left);
  const Slot behind = right == kNoElement ? kNoSlot : FindPosition(right);
  if (before == kNoSlot || (behind == kNoSlot && right != kNoElement)) {
    return Fail(Code::kConflict, "The list has no such place any more");
  }
  if (positions_.size() >= kListPositionsMax) return TooMany();
  const bool used = FindPosition(id) != kNoSlot || FindElement(id) != kNoSlot;
  if (used || id.counter >= kCounterEnd) {
    return Fail(Code::kInvalid,
                "The edit of a list uses an id a second time, or one out of bounds");
  }
  ListPosition made;
  made.id = made.rank = id;
  made.restores = before == behind;
  made.left = made.restores || (behind != kNoSlot && Descends(behind, before));
  made.parent = made.left ? behind : before;
  if (!made.left) made.anchor = behind;
  const bool ordered =
      behind == kNoSlot || made.restores || positions_[before].number < positions_[behind].number;
  const bool later = (before == kRootSlot || left.counter < id.counter) &&
                     (behind == kNoSlot || right.counter < id.counter);
  if (!ordered || !later) {
    return Fail(Code::kInvalid, "The edit of a list names a place that cannot be");
  }
  const Slot slot = static_cast<Slot>(positions_.size());
  positions_.push_back(std::move(made));
  Index(position_by_id_, id, slot);
  next_ = std::max(next_, id.counter + 1);
  Attach(slot);
  return slot;
}

// Counters fall towards the root, so the climb is short.
bool ListTree::Descends(Slot slot, Slot ancestor) const {
  if (ancestor == kRootSlot) return true;
  while (slot != kRootSlot && positions_[slot].id.counter > positions_[ancestor].id.counter) {
    slot = positions_[slot].parent;
    ++steps_;
  }
  return slot == ancestor;
}

bool ListTree::SortsBefore(const ListPosition& a, const ListPosition& b) const {
  if (!a.left && a.anchor != b.anchor) return NumberOf(a.anchor) > NumberOf(b.anchor);
  return a.rank < b.rank;
}

void ListTree::Attach(Slot slot) {
  const ListPosition& made = positions_[slot];
  const ListPosition& parent = positions_[made.parent];
  const std::vector<Slot>& siblings = parent.children[made.left];
  std::size_t low = 0;
  for (std::size_t high = siblings.size(); low < high;) {
    const std::size_t middle = (low + high) / 2;
    if (SortsBefore(positions_[siblings[middle]], made)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  Slot previous = made.left ? parent.previous : made.parent;
  if (low < siblings.size()) {
    Slot first = siblings[low];
    while (!positions_[first].children[1].empty()) {
      first = positions_[first].children[1].front();
      ++steps_;
    }
    previous = positions_[first].previous;
  } else if (!made.left && !siblings.empty()) {
    previous = siblings.back();
    while (!positions_[previous].children[0].empty()) {
      previous = positions_[previous].children[0].back();
      ++steps_;
    }
  }
  std::vector<Slot>& children = positions_[made.parent].children[made.left];
  steps_ += (children.size() - low) / kShiftsPerStep;
  InsertAt(children, low, slot);
  LinkBehind(previous, slot);
}

void ListTree::LinkBehind(Slot previous, Slot slot) {
  ListPosition& made = positions_[slot];
  ListPosition& before = positions_[previous];
  made.previous = previous;
  made.next = before.next;
  before.next = slot;
  if (made.next == kNoSlot) {
    made.number = before.number + kNumberGap;
    return;
  }
  ListPosition& behind = positions_[made.next];
  behind.previous = slot;
  made.number = before.number + (behind.number - before.number) / 2;
  if (made.number == before.number) Renumber();
}

void ListTree::Renumber() {
  std::uint64_t number = 0;
  steps_ += positions_.size();
  for (Slot at = kRootSlot; at != kNoSlot; at = positions_[at].next) {
    positions_[at].number = number;
    number += kNumberGap;
  }
}

void ListTree::Insert(Slot position, const Value& value) {
  ListPosition& at = positions_[position];
  at.element = static_cast<Slot>(elements_.size());
  ListElement& element = elements_.emplace_back();
  element.id = at.id;
  element.position = position;
  element.value = value;
  Index(element_by_id_, at.id, at.element);
}

void ListTree::Move(Slot position, Slot element, const Stamp& stamp) {
  positions_[position].element = element;
  positions_[position].moved = stamp;
  Settle(position);
}

// The element stands at `position` if that is the later one.
void ListTree::Settle(Slot position) {
  const ListPosition& at = positions_[position];
  ListElement& element = elements_[at.element];
  const ListPosition& held = positions_[element.position];
  if (held.moved < at.moved || (held.moved == at.moved && held.id < at.id)) {
    element.position = position;
  }
}

void ListTree::Remove(Slot slot, const Stamp& stamp) {
  ListElement& element = elements_[slot];
  element.removed = true;
  element.removed_minute = std::max(element.removed_minute, stamp.time.unix_ms() / kMsPerMinute);
  element.value = Value();
  element.writes.clear();
}

}  // namespace syncline
