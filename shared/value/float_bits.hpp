// float64 as bits, and the mapping of those bits to integers of the same order, which the order of
// values and the key encoding share.
#pragma once
#include <cstdint>
#include <cstring>

namespace syncline {

inline std::uint64_t FloatBits(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline double FloatFromBits(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// -NaN < -Infinity < ... < -0 < 0 < ... < Infinity < NaN, as unsigned integers.
inline std::uint64_t OrderedFloatBits(double value) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const std::uint64_t bits = FloatBits(value);
  return bits & kSign ? ~bits : bits | kSign;
}

inline double FloatFromOrderedBits(std::uint64_t ordered) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  return FloatFromBits(ordered & kSign ? ordered & ~kSign : ~ordered);
}

}  // namespace syncline
