// Unit tests of the hybrid logical clock.
#include "shared/clock/clock.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

TEST_CASE("a clock's readings strictly increase while the wall clock stands still or goes back") {
  HybridClock clock;
  HybridTime last = clock.Tick(1000);
  for (std::uint64_t now : {1000u, 1000u, 500u, 1000u, 1001u, 3u}) {
    const HybridTime next = clock.Tick(now);
    CHECK_MESSAGE(last < next, "at wall clock ", now);
    last = next;
  }
}

TEST_CASE("a reading is the wall clock when nothing is ahead of it") {
  HybridClock clock;
  CHECK(clock.Tick(1234).unix_ms() == 1234);
  CHECK(clock.Tick(5678).value == HybridTime::FromUnixMs(5678).value);
}

TEST_CASE("readings lie above what was observed") {
  HybridClock clock;
  clock.Observe(HybridTime::FromUnixMs(9000));
  CHECK(HybridTime::FromUnixMs(9000) < clock.Tick(1000));
}

TEST_CASE("an adopted difference moves readings to the relay's clock") {
  HybridClock clock;
  clock.set_difference_ms(-3600'000);
  CHECK(clock.Tick(7200'000).unix_ms() == 3600'000);
  clock.set_difference_ms(-10'000'000);
  CHECK(clock.Adjusted(5) == 0);
}

}  // namespace
}  // namespace syncline
