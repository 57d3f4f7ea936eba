#include "shared/clock/clock.hpp"

#include <algorithm>

namespace syncline {

std::uint64_t HybridClock::Adjusted(std::uint64_t now_ms) const {
  const auto adjusted = static_cast<std::int64_t>(now_ms) + difference_ms_;
  return adjusted < 0 ? 0 : static_cast<std::uint64_t>(adjusted);
}

HybridTime HybridClock::Tick(std::uint64_t now_ms) {
  last_ = std::max(last_.Next(), HybridTime::FromUnixMs(Adjusted(now_ms)));
  return last_;
}

void HybridClock::Observe(HybridTime time) { last_ = std::max(last_, time); }

}  // namespace syncline
