// ReadUse: how much an execution has read, and Convex's limits of it. A document counts once it was
// walked, also if a filter then dropped it; an index range is a query or the get of one document.
#pragma once
#include <cstddef>

#include "shared/base/result.hpp"

namespace syncline {

inline constexpr std::size_t kDocumentsReadMax = 32'000;
inline constexpr std::size_t kBytesReadMax = std::size_t{16} << 20;
inline constexpr std::size_t kIndexRangesReadMax = 4096;

struct ReadUse {
  std::size_t documents = 0, bytes = 0, ranges = 0;
};

// What may still be read.
inline ReadUse Remaining(const ReadUse& use) {
  const auto rest = [](std::size_t max, std::size_t used) { return used < max ? max - used : 0; };
  return {rest(kDocumentsReadMax, use.documents), rest(kBytesReadMax, use.bytes),
          rest(kIndexRangesReadMax, use.ranges)};
}
// kInvalid if more was read than may be; says which, and what to do.
Status CheckReadUse(const ReadUse& use);

}  // namespace syncline
