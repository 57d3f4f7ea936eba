// List: an ordered array. What two people insert at one place stays apart, an element that both moved
// stands once (where the later stamp put it), and elements that are objects merge inside, by leaf.
//
// A removal wins over a move or a write made at the same time, which then do nothing. An insertion or a
// move whose left and right are the same position means: in the stead of what stood there. Undo asks for
// it; the undoing of what came before it follows the element to its new id.
//
// list_tree.hpp has the order, element.hpp the inside of elements, list_content.hpp the bytes.
#pragma once
#include <optional>

#include "shared/merge/kinds.hpp"

namespace syncline {

inline constexpr std::size_t kListElementsMax = 8192;
// Of what was written into elements while others replaced there what held it, and so is not shown.
inline constexpr std::size_t kListHiddenBytesMax = 64 << 10;

// As in kinds.hpp. What ListDifference makes refers only to elements that are there.
Result<std::optional<ListEdit>> ListDifference(const KindState& before, const Value& after,
                                               ReplicaId author);
Status CheckList(const KindState& now, const ListEdit& edit, ReplicaId author);
void ApplyList(KindState& now, const ListEdit& edit, const Stamp& stamp);
ListEdit InverseOf(const KindState& before, const ListEdit& done);
std::optional<ListEdit> RenewList(const KindState& now, const ListEdit& inverse, ReplicaId author);

// Whether something is shown, and has the ids that it would have as a new row's literal of that replica, at the
// places of those ids; false if it is no list.
bool ListHasLiteralIds(const KindState& now, ReplicaId author);

// Drops from the content what only an edit could refer to whose author has not seen what was stamped
// before `horizon`; the value stays, and so do the ids of what is there. Stamps tell when a change was
// made: where a device may be away for a time, and may then send what is as old, the horizon lies twice
// that time back. Returns whether anything was dropped.
bool CompactList(KindState& now, HybridTime horizon);

}  // namespace syncline
