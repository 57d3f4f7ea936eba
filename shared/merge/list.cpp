// Lists: an edit against a tree, as the relay judges it and as everybody applies it.
#include "shared/merge/list.hpp"

#include <algorithm>

#include "shared/merge/list_tree.hpp"
#include "shared/merge/replica_table.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

Failure NoElement() {
  return Fail(Code::kConflict, "The edit refers to an element that this list does not have");
}
// Something was written around it, which may be why its place is no object any more.
bool WasWrittenAround(const ListElement& element, std::string_view path) {
  return std::any_of(
      element.writes.begin(), element.writes.end(),
      [path](const ElementWrite& held) { return held.path != path && Covers(held.path, path); });
}

// What was written, before its author could know, where no object is any more: shown once there is one again.
std::size_t HiddenBytes(const ListTree& tree) {
  std::size_t bytes = 0;
  for (Slot slot = 0; slot < tree.element_slots(); ++slot) {
    const ListElement& element = tree.element(slot);
    for (const ElementWrite& write : element.writes) {
      if (!HasPlace(element.value, write.path)) bytes += EncodeKey(write.value).size();
    }
  }
  return bytes;
}

Failure HoldsUndefined() { return Fail(Code::kInvalid, "A list cannot hold undefined"); }

// Carries out an edit. Strict: stops at the first fault. Else: passes over what has one.
struct Performer {
  ListTree& tree;
  const Stamp& stamp;
  bool strict;
  std::uint64_t floor = 0;  // what the next counter must not lie below

  Status Perform(const ListEdit& edit) {
    if (Status placed = PlaceAll(edit); !placed) return placed;
    for (const ListEdit::Write& write : edit.written) {
      if (Status done = Write(write); strict && !done) return done;
    }
    for (const ElementId& id : edit.removed) {
      const Slot element = tree.FindElement(id);
      if (element != kNoSlot) {
        tree.Remove(element, stamp);
      } else if (strict) {
        return NoElement();
      }
    }
    return Done{};
  }

  // By counters, because a place may be named that the edit itself has made.
  Status PlaceAll(const ListEdit& edit) {
    auto insertion = edit.inserted.begin();
    auto move = edit.moved.begin();
    while (insertion != edit.inserted.end() || move != edit.moved.end()) {
      const bool inserts = move == edit.moved.end() ||
                           (insertion != edit.inserted.end() && insertion->counter < move->counter);
      Status done = inserts ? Insert(*insertion++) : Move(*move++);
      if (strict && !done) return done;
      if (Status affordable = CheckSteps(); !affordable) return affordable;
    }
    return Done{};
  }

  Status CheckSteps() const {
    if (!strict || tree.steps() <= kListStepsMax) return Done{};
    return Fail(
        Code::kInvalid,
        "The edit of a list puts too much at places that were changed too often; make it in "
        "smaller parts");
  }
  Status CheckCounter(std::uint64_t counter, std::size_t size) {
    if (strict && (counter < floor || counter > tree.next() + kCounterLeapMax)) {
      return Fail(Code::kInvalid, "The edit of a list has a counter used before, or out of bounds");
    }
    floor = counter + size;
    return Done{};
  }
  Status Insert(const ListEdit::Insertion& insertion) {
    if (Status sound = CheckCounter(insertion.counter, insertion.elements.size()); !sound)
      return sound;
    ElementId id{insertion.counter, stamp.replica};
    ElementId left = insertion.left;
    for (const Value& value : insertion.elements) {
      if (value.is_undefined()) return HoldsUndefined();
      const Result<Slot> placed = tree.Place(id, left, insertion.right);
      if (!placed) return Fail(placed.error());
      tree.Insert(*placed, value);
      left = id;
      ++id.counter;
      if (Status affordable = CheckSteps(); !affordable) return affordable;
    }
    return Done{};
  }
  // An element that is removed gets its place too: what the author put beside it refers to that.
  Status Move(const ListEdit::Move& move) {
    if (Status sound = CheckCounter(move.counter, 1); !sound) return sound;
    const Slot element = tree.FindElement(move.element);
    if (element == kNoSlot) return NoElement();
    const Result<Slot> placed = tree.Place({move.counter, stamp.replica}, move.left, move.right);
    if (!placed) return Fail(placed.error());
    tree.Move(*placed, element, stamp);
    return Done{};
  }
  Status Write(const ListEdit::Write& write) {
    const Slot slot = tree.FindElement(write.element);
    if (slot == kNoSlot) return NoElement();
    if (!IsElementPath(write.path)) {
      return Fail(Code::kInvalid, "The edit of a list names no field of an element");
    }
    if (write.path.empty() && write.value.is_undefined()) return HoldsUndefined();
    ListElement& element = tree.element(slot);
    if (element.removed) return Done{};
    tree.Spend(1 + element.writes.size());
    if (Status affordable = CheckSteps(); !affordable) return affordable;
    if (strict && !HasPlace(element.value, write.path) && !WasWrittenAround(element, write.path)) {
      return Fail(Code::kConflict,
                  "The edit writes into an element of a list that is no object there");
    }
    if (element.writes.size() >= kElementWritesMax) {
      return Fail(Code::kInvalid, "An element of a list has too many fields");
    }
    ApplyWrite(element, write.path, write.value, stamp);
    return Done{};
  }
};

}  // namespace

Status Perform(ListTree& tree, const ListEdit& edit, ReplicaId author) {
  const std::size_t before = tree.Live().size(), hidden = HiddenBytes(tree);
  if (edit.removed.size() >= kListPositionsMax) {
    return Fail(Code::kInvalid, "The edit of a list removes more than a list holds");
  }
  // Later than all that is there, so that everything is looked at as if it took effect.
  const Stamp stamp{{~std::uint64_t{0}}, author};
  Performer performer{tree, stamp, true};
  if (const auto last = tree.LastCounterOf(author)) performer.floor = *last + 1;
  if (Status sound = performer.Perform(edit); !sound) return sound;
  KindState then;
  tree.Save(then);
  const std::size_t after = then.value.As<Array>()->size();
  if (after > std::max(before, kListElementsMax)) {
    return Fail(Code::kInvalid,
                "A list has at most " + std::to_string(kListElementsMax) + " elements");
  }
  if (then.content.size() > kContentBytesMax) {
    return Fail(Code::kInvalid, "The list was changed too often of late");
  }
  if (HiddenBytes(tree) > std::max(hidden, kListHiddenBytesMax)) {
    return Fail(
        Code::kConflict,
        "The edit writes into elements of a list that others have replaced, as many did before");
  }
  // What is accepted is there for good.
  if (const Result<ListTree> again = ListTree::Load(then); !again) return Fail(again.error());
  return Done{};
}

Status CheckList(const KindState& now, const ListEdit& edit, ReplicaId author) {
  Result<ListTree> tree = ListTree::Load(now);
  if (!tree) return Fail(tree.error());
  return Perform(*tree, edit, author);
}

void ApplyList(KindState& now, const ListEdit& edit, const Stamp& stamp) {
  Result<ListTree> tree = ListTree::Load(now);
  if (!tree) return;
  static_cast<void>(Performer{*tree, stamp, false}.Perform(edit));
  tree->Save(now);
}

bool ListHasLiteralIds(const KindState& now, ReplicaId author) {
  const Result<ListTree> tree = ListTree::Load(now);
  if (!tree) return false;
  ElementId wanted{0, author};
  for (const Slot slot : tree->Live()) {
    const ListPosition& at = tree->position(slot);
    if (at.id != wanted || tree->element(at.element).id != wanted) return false;
    ++wanted.counter;
  }
  return wanted.counter > 0;
}

bool CompactList(KindState& now, HybridTime horizon) {
  if (now.content.empty()) return false;
  Result<ListTree> tree = ListTree::Load(now);
  if (!tree || !tree->Sweep(horizon)) return false;
  tree->Save(now);
  return true;
}

}  // namespace syncline
