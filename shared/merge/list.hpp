// List: an ordered array. What two people insert at one place stays apart, an element that both moved
// stands once (where the later stamp put it), and elements that are objects merge inside, by leaf.
#pragma once
#include <optional>

#include "shared/merge/kinds.hpp"

namespace syncline {

// As in kinds.hpp.
Result<std::optional<ListEdit>> ListDifference(const KindState& before, const Value& after,
                                             ReplicaId author);
Status CheckList(const KindState& now, const ListEdit& edit, ReplicaId author);
void ApplyList(KindState& now, const ListEdit& edit, const Stamp& stamp);
ListEdit InverseOf(const KindState& before, const ListEdit& done);
std::optional<ListEdit> RenewList(const KindState& now, const ListEdit& inverse, ReplicaId author);

}  // namespace syncline
