// The size of a value in bytes as Convex counts it, for limits: what a developer sees in metrics is the
// same here as there (npm convex, src/values/size.ts).
#pragma once
#include <cstddef>

#include "shared/value/value.hpp"

namespace syncline {

std::size_t SizeOf(const Value& value);
std::size_t SizeOf(const Object& object);

}  // namespace syncline
