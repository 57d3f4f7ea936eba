// How a field with a life of its own, as a status, may begin and go on.
#pragma once
#include <optional>
#include <string>

#include "shared/rules/evaluate.hpp"
#include "shared/rules/invariants.hpp"

namespace syncline {

// None if the subject's row, new where there is no old one, may have the field as it has it. Else a
// sentence that says from what it would go, to what, and what would have been allowed.
std::optional<std::string> RefusedMove(const Transition& transition, const Subject& subject);

}  // namespace syncline
