// List tree: what a list is made of, in memory: positions in a tree of the Fugue family, and the elements
// that stand at them.
//
// Every position but the root hangs on another, on its left or on its right side. The order of the list is
// the walk through the tree: left children, the position itself, right children. A new position between two
// others becomes the left child of the right one if that one is a descendant of the left one, else the right
// child of the left one. Children on one left side go by rank; those on one right side by their anchors
// (the positions that they were put before), the last anchor first, and then by rank. So what two people
// insert at one place never interleaves, forwards or backwards.
//
// An element stands at the position with the latest stamp of those that it was given; the others, and those
// of removed elements, only hold their children. Parents have lower counters than their children.
// Source: Weidner and Kleppmann, "The Art of the Fugue" (2023), FugueMax; moves: Kleppmann, "Moving
// elements in list CRDTs" (PaPoC 2020). list_test.cpp holds the order against the paper's definition.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "shared/merge/element.hpp"
#include "shared/merge/kinds.hpp"

namespace syncline {

// A place in ListTree's vectors.
using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = ~Slot{0};  // as an anchor: behind the last
inline constexpr Slot kRootSlot = 0;

// With the root, and with those that only hold others until they are swept.
inline constexpr std::size_t kListPositionsMax = 65'536;
// What an edit may cost: positions that are passed on the way to where its parts belong.
inline constexpr std::uint64_t kListStepsMax = std::uint64_t{1} << 23;

struct ListPosition {
  ElementId id;
  ElementId rank;  // its own id, unless it took a swept one's place
  Slot parent = kRootSlot;
  Slot anchor = kNoSlot;  // only on a right side
  bool left = false;      // on its parent's left side
  bool restores = false;  // put where its parent is, in its stead
  Slot element = 0;
  Stamp moved;  // zero where the element was inserted

  Slot next = kNoSlot, previous = kRootSlot;
  std::uint64_t number = 0;         // ascends along the list
  std::vector<Slot> children[2]{};  // on the right, on the left
};

class ListTree {
 public:
  // kInvalid if the value is no array, kCorrupt if the content is none.
  static Result<ListTree> Load(const KindState& state);
  void Save(KindState& state) const;

  // Above every counter that the field has seen, and not below where its ids begin.
  std::uint64_t next() const { return next_ > 0 ? next_ : first_; }
  // How many positions have been passed so far.
  std::uint64_t steps() const { return steps_; }
  void Spend(std::size_t steps) { steps_ += steps; }
  // The last of the counters that the replica gave out and that are there.
  std::optional<std::uint64_t> LastCounterOf(ReplicaId replica) const;

  Slot FindPosition(const ElementId& id) const { return Find(position_by_id_, id); }
  Slot FindElement(const ElementId& id) const { return Find(element_by_id_, id); }
  const ListPosition& position(Slot slot) const { return positions_[slot]; }
  const ListElement& element(Slot slot) const { return elements_[slot]; }
  ListElement& element(Slot slot) { return elements_[slot]; }
  std::size_t element_slots() const { return elements_.size(); }
  bool IsLive(Slot position) const {
    const ListPosition& at = positions_[position];
    return position != kRootSlot && elements_[at.element].position == position &&
           !elements_[at.element].removed;
  }
  // The live elements in their order, by position.
  std::vector<Slot> Live() const;
  // The element that was put in the stead of what stood at `position`, and is there; or kNoSlot.
  Slot RestoredFor(Slot position) const;

  // A new position between two others, `left == right` meaning in the stead of one. Fails, without
  // effect, if a position is not there (kConflict), or the id or the places can be no sound device's.
  Result<Slot> Place(const ElementId& id, const ElementId& left, const ElementId& right);
  // Puts a new element, named as the position, there.
  void Insert(Slot position, const Value& value);
  void Move(Slot position, Slot element, const Stamp& stamp);
  void Remove(Slot element, const Stamp& stamp);

  // Forgets what died before, and stamps from before. Whether anything was forgotten.
  bool Sweep(HybridTime horizon);

 private:
  using SlotById = std::vector<std::pair<ElementId, Slot>>;  // ascending
  static Slot Find(const SlotById& slots, const ElementId& id);
  void Index(SlotById& slots, const ElementId& id, Slot slot);

  ListTree() : positions_(1) {}
  void LoadLiteral(const Array& values, ReplicaId by);

  // list_content.cpp
  struct Decoder;
  struct Encoder;
  bool Decode(ByteView in, const Array& values);
  Bytes Encode() const;

  bool IsHome(const ListPosition& at) const { return at.id == elements_[at.element].id; }
  // The anchor that a right child has if it was put behind `at` in one go with it.
  static Slot InheritedAnchor(const ListPosition& at) { return at.left ? at.parent : at.anchor; }
  std::uint64_t NumberOf(Slot anchor) const {
    return anchor == kNoSlot ? ~std::uint64_t{0} : positions_[anchor].number;
  }
  bool Descends(Slot slot, Slot ancestor) const;
  bool SortsBefore(const ListPosition& a, const ListPosition& b) const;
  void Attach(Slot slot);
  void LinkBehind(Slot previous, Slot slot);
  void Renumber();
  void Settle(Slot position);

  // list_sweep.cpp
  std::vector<char> DeadSince(HybridTime horizon) const;
  bool DropNeedless(const std::vector<char>& dead);
  void Drop(Slot position);

  std::vector<ListPosition> positions_;  // the root, then the others in no order
  std::vector<ListElement> elements_;
  SlotById position_by_id_;
  SlotById element_by_id_;
  std::uint64_t next_ = 0;
  std::uint64_t first_ = 0;  // KindState::first_counter
  mutable std::uint64_t steps_ = 0;
};

// Carries out an edit of `author`, strictly: what CheckList asks of the tree (list.cpp).
Status Perform(ListTree& tree, const ListEdit& edit, ReplicaId author);

}  // namespace syncline
