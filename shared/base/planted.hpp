// PLANTED("name"): whether this object was built with that bug in it. It is the constant false in every
// build but those of tools/plants, which tests the tests: it plants one bug after the other, each where
// such a mistake would be made, and sees that something notices.
#pragma once

#ifdef SYNCLINE_PLANT
#include <string_view>
namespace syncline {
// What tools/plants looks for in a binary that it planted, and in those that are shipped.
[[gnu::used]] static const char kPlantedMark[] = "syncline-planted:" SYNCLINE_PLANT;
}  // namespace syncline
#define PLANTED(name) (std::string_view(SYNCLINE_PLANT) == name)
#else
#define PLANTED(name) false
#endif
