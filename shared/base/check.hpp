// CHECK(condition): stops the program when a state that must be impossible is seen, in release too.
// Not for bad input: that is a Result with an Error.
#pragma once

namespace syncline {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace syncline

#define CHECK(condition) \
  ((condition) ? void(0) : ::syncline::CheckFailed(#condition, __FILE__, __LINE__))
