// Text: a string as a sequence CRDT of the Fugue family: what two people type at one place does not
// interleave, and a deletion takes only the characters that its author saw.
#pragma once
#include <optional>

#include "shared/merge/kinds.hpp"

namespace syncline {

// As in kinds.hpp.
Result<std::optional<TextEdit>> TextDifference(const KindState& before, const Value& after,
                                             ReplicaId author);
Status CheckText(const KindState& now, const TextEdit& edit, ReplicaId author);
void ApplyText(KindState& now, const TextEdit& edit, const Stamp& stamp);
TextEdit InverseOf(const KindState& before, const TextEdit& done);
std::optional<TextEdit> RenewText(const KindState& now, const TextEdit& inverse, ReplicaId author);

}  // namespace syncline
