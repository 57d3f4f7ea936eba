// Convex's total order over values: undefined < null < int64 < float64 < boolean < string < bytes
// < array < object; strings by UTF-8 bytes, -0 < 0, NaN by its bits; int64 and float64 never equal.
// The key encoding (key.hpp) has the same order as memcmp; the laws in key_test.cpp hold them
// against each other.
#pragma once
#include "shared/value/value.hpp"

namespace syncline {

// Negative, zero or positive, as a stands to b.
int Compare(const Value& a, const Value& b);
int Compare(const Object& a, const Object& b);
inline bool operator==(const Value& a, const Value& b) { return Compare(a, b) == 0; }
inline bool operator!=(const Value& a, const Value& b) { return Compare(a, b) != 0; }
inline bool operator==(const Object& a, const Object& b) { return Compare(a, b) == 0; }

}  // namespace syncline
