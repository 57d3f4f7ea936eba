// Edits: what a change set does to one field of a merge kind. Plain structs; what they mean is in the
// kind's own file (counter.hpp, set.hpp, list.hpp, text.hpp), and kinds.hpp tells the kinds apart.
//
// An edit names what it touches by ids that never change, so edits that were made at the same time
// may be applied in any order (each after what its author had seen) and give the same.
#pragma once
#include <cstdint>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/value/merge_kind.hpp"
#include "shared/value/value.hpp"

namespace syncline {

// Names one element for good: a list's, a text's character, an addition to a set. A replica gives each
// counter of one field once; a new one lies above all that the field has seen. Elements of a literal
// value, in order, have the counters 0, 1, 2, ... (or from KindState::first_counter on) and the replica that
// wrote the literal.
struct ElementId {
  std::uint64_t counter = 0;
  ReplicaId replica;
  bool operator==(const ElementId& other) const {
    return counter == other.counter && replica == other.replica;
  }
  bool operator!=(const ElementId& other) const { return !(*this == other); }
  bool operator<(const ElementId& other) const {
    return std::tie(counter, replica.value) < std::tie(other.counter, other.replica.value);
  }
};
// "Before the first", "behind the last": no element has it.
inline constexpr ElementId kNoElement{~std::uint64_t{0}, {0}};

// Adds `by`, an int64 or a finite float64 as the counter is.
struct CounterEdit {
  Value by;
};

// Additions share one id: {counter, the author's replica}.
struct SetEdit {
  struct Removal {
    Value element;
    std::vector<ElementId> seen;  // the additions that the author knew: only these go
  };
  std::uint64_t counter = 0;
  std::vector<Value> added;
  std::vector<Removal> removed;
};

// A list is a sequence of positions; an element stands at the one that it was last moved to.
struct ListEdit {
  // New elements in a row, with ids counter, counter + 1, ...
  struct Insertion {
    ElementId left, right;  // the positions between which the author put them
    std::uint64_t counter = 0;
    std::vector<Value> elements;
  };
  // The element gets a new position, with the id {counter, the author's replica}.
  struct Move {
    ElementId element;
    ElementId left, right;
    std::uint64_t counter = 0;
  };
  // A leaf of an object element; an empty path: the element itself.
  struct Write {
    ElementId element;
    std::string path;
    Value value;
  };
  std::vector<Insertion> inserted;
  std::vector<Move> moved;
  std::vector<Write> written;
  std::vector<ElementId> removed;
};

// Characters are Unicode code points.
// One without parts only makes the field be there.
struct TextEdit {
  // Typed in a row, with ids counter, counter + 1, ...
  struct Insertion {
    ElementId left, right;  // the characters, deleted ones included, that it was typed between
    std::uint64_t counter = 0;
    std::string text;  // UTF-8
  };
  struct Deletion {
    ElementId first;
    std::uint64_t count = 0;  // ids first.counter, ... of one replica
  };
  std::vector<Insertion> inserted;
  std::vector<Deletion> deleted;
};

// In the order of MergeKind, without the register.
using Edit = std::variant<CounterEdit, SetEdit, ListEdit, TextEdit>;
inline MergeKind KindOf(const Edit& edit) { return static_cast<MergeKind>(edit.index() + 1); }

}  // namespace syncline
