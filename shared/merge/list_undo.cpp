// Undoing edits of lists.
//
// A removed element comes back in the stead of its position, under a new id; what is undone after that and
// names the old id finds the new one by it (ListTree::RestoredFor). In a kept inverse replica 0 stands for
// the author, and a move's counter names the position that was moved away from.
#include <algorithm>

#include "shared/merge/list.hpp"
#include "shared/merge/list_tree.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAuthor{0};

// Makes kept inverses edits of the author to the tree.
struct Renewer {
  const ListTree& tree;
  const ReplicaId author;
  std::uint64_t counter = tree.next();
  ListEdit edit{};

  ElementId Named(ElementId id) const {
    if (id.replica == kAuthor) id.replica = author;
    return id;
  }
  // The element, or what was restored in its stead; null if neither is there.
  const ListElement* Present(const ElementId& id) const {
    const Slot slot = tree.FindElement(Named(id));
    if (slot == kNoSlot) return nullptr;
    const ListElement& element = tree.element(slot);
    if (!element.removed) return &element;
    const Slot restored = tree.RestoredFor(element.position);
    return restored == kNoSlot ? nullptr : &tree.element(restored);
  }

  void Insert(const ListEdit::Insertion& kept) {
    const Slot stead = tree.FindPosition(kept.left);
    if (kept.left != kept.right || stead == kNoSlot || tree.RestoredFor(stead) != kNoSlot) return;
    edit.inserted.push_back(kept);
    edit.inserted.back().counter = counter;
    counter += kept.elements.size();
  }
  // Only if it still stands where the author put it.
  void Move(const ListEdit::Move& kept) {
    const ListElement* element = Present(kept.element);
    if (!element || tree.FindPosition(kept.left) == kNoSlot) return;
    Slot at = element->position;
    while (tree.position(at).restores && tree.position(at).id != Named({kept.counter, kAuthor})) {
      at = tree.position(at).parent;
    }
    if (tree.position(at).id != Named({kept.counter, kAuthor})) return;
    edit.moved.push_back({element->id, kept.left, kept.right, counter++});
  }
  // Only if nobody else has written there since.
  void Write(const ListEdit::Write& kept) {
    const ListElement* element = Present(kept.element);
    if (!element || !HasPlace(element->value, kept.path)) return;
    const Stamp* last = nullptr;
    for (const ElementWrite& write : element->writes) {
      if (Covers(kept.path, write.path) && write.stamp.replica != author) return;
      if (Covers(write.path, kept.path) && (!last || *last < write.stamp)) last = &write.stamp;
    }
    if ((last ? last->replica : element->id.replica) != author) return;
    edit.written.push_back(kept);
    edit.written.back().element = element->id;
  }
  void Remove(const ElementId& kept) {
    if (const ListElement* element = Present(kept)) edit.removed.push_back(element->id);
  }
};

}  // namespace

ListEdit InverseOf(const KindState& before, const ListEdit& done) {
  ListEdit inverse;
  const Result<ListTree> tree = ListTree::Load(before);
  if (!tree) return inverse;
  const auto present = [&tree](const ElementId& id) -> const ListElement* {
    const Slot slot = tree->FindElement(id);
    return slot == kNoSlot || tree->element(slot).removed ? nullptr : &tree->element(slot);
  };
  const auto place_of = [&tree](const ListElement* element) {
    return tree->position(element->position).id;
  };
  for (const ElementId& id : done.removed) {
    if (const ListElement* element = present(id)) {
      const ElementId place = place_of(element);
      inverse.inserted.push_back({place, place, 0, {element->value}});
    }
  }
  for (const ListEdit::Move& move : done.moved) {
    if (const ListElement* element = present(move.element)) {
      const ElementId place = place_of(element);
      inverse.moved.push_back({move.element, place, place, move.counter});
    }
  }
  for (const ListEdit::Write& write : done.written) {
    const ListElement* element = present(write.element);
    if (!element || !HasPlace(element->value, write.path)) continue;
    const Value* value = FindAt(element->value, write.path);
    inverse.written.push_back({write.element, write.path, value ? *value : Value()});
  }
  for (const ListEdit::Insertion& insertion : done.inserted) {
    for (std::size_t i = 0; i < insertion.elements.size(); ++i) {
      inverse.removed.push_back({insertion.counter + i, kAuthor});
    }
  }
  return inverse;
}

std::optional<ListEdit> RenewList(const KindState& now, const ListEdit& inverse, ReplicaId author) {
  const Result<ListTree> tree = ListTree::Load(now);
  if (!tree) return std::nullopt;
  Renewer renewer{*tree, author};
  for (const ListEdit::Insertion& kept : inverse.inserted) renewer.Insert(kept);
  for (const ListEdit::Move& kept : inverse.moved) renewer.Move(kept);
  for (const ListEdit::Write& kept : inverse.written) renewer.Write(kept);
  for (const ElementId& kept : inverse.removed) renewer.Remove(kept);
  ListEdit& edit = renewer.edit;
  if (edit.inserted.empty() && edit.moved.empty() && edit.written.empty() && edit.removed.empty()) {
    return std::nullopt;
  }
  return std::move(edit);
}

}  // namespace syncline
