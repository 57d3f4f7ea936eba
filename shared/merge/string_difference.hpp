// The difference of two strings: the few places where one was changed to become the other, as a person who
// edited it would tell them. Counted in code points; never a part of a character.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace syncline {

// `deleted` code points from `at` on, counted in the string before, gave way to `inserted`.
struct Replacement {
  std::size_t at = 0;
  std::size_t deleted = 0;
  std::string_view inserted;  // into the string after
};

// Ascending and apart. The fewest changes where there are not many (at most 256 characters deleted or
// inserted in between the common beginning and end); else one replacement of all that differs.
// Time O(size + changes * what is compared), bounded. REQUIRES: UTF-8, both.
// Source: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
std::vector<Replacement> DifferenceOf(std::string_view before, std::string_view after);

}  // namespace syncline
