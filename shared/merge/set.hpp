// Set: an array whose elements are each there once. Adding wins over a removal made at the same time:
// a removal takes only the additions that its author had seen. The visible value is in Convex's order.
//
// An element is there as long as it has an addition. What was removed leaves nothing behind, because an
// addition comes before every removal that has seen it; so a set has nothing to sweep. Of the additions
// of one element by one replica only the last is kept: who saw that one saw the others.
//
//   content  = version:1 (01)  next:varint  table (replica_table.hpp)  element*
//   element  = addition+, in the order of the visible value
//   addition = varint of 2 * the replica's place in the table, + 1 if another follows;  counter:varint
//
// `next` lies above every counter that the field has seen. Example, one element that replica 3 added
// first, with the counter 0: 01 01 01 0300000000000000 00 00. The laws are in kinds_test.cpp.
#pragma once
#include <optional>

#include "shared/merge/kinds.hpp"

namespace syncline {

inline constexpr std::size_t kSetElementsMax = 8192;

// As in kinds.hpp.
Result<std::optional<SetEdit>> SetDifference(const KindState& before, const Value& after,
                                             ReplicaId author);
Status CheckSet(const KindState& now, const SetEdit& edit, ReplicaId author);
void ApplySet(KindState& now, const SetEdit& edit, const Stamp& stamp);
SetEdit InverseOf(const KindState& before, const SetEdit& done);
std::optional<SetEdit> RenewSet(const KindState& now, const SetEdit& inverse, ReplicaId author);

}  // namespace syncline
