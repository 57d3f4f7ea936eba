// The indexes of our own that an application's memberships and rules need: the same on the device and on
// the relay.
#pragma once
#include <string>
#include <vector>

#include "shared/store/layout.hpp"
#include "shared/sync/authority.hpp"

namespace syncline {

// Finds the rows of a person, by the membership's field.
inline constexpr char kMembershipIndex[] = "_extra_index";
// Finds rows by what must be unique in them.
std::string IndexOf(const Unique& unique);
// Finds the rows that refer to one.
std::string IndexOf(const Reference& reference);

std::vector<ExtraIndex> ExtraIndexesOf(const Application& application);

}  // namespace syncline
