// Set: an array whose elements are each there once. Adding wins over a removal made at the same time:
// a removal takes only the additions that its author had seen. The visible value is in Convex's order.
#pragma once
#include <optional>

#include "shared/merge/kinds.hpp"

namespace syncline {

// As in kinds.hpp.
Result<std::optional<SetEdit>> SetDifference(const KindState& before, const Value& after,
                                             ReplicaId author);
Status CheckSet(const KindState& now, const SetEdit& edit, ReplicaId author);
void ApplySet(KindState& now, const SetEdit& edit, const Stamp& stamp);
SetEdit InverseOf(const KindState& before, const SetEdit& done);
std::optional<SetEdit> RenewSet(const KindState& now, const SetEdit& inverse, ReplicaId author);

}  // namespace syncline
