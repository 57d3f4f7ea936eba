#include <doctest/doctest.h>
#include "relay/server/address_limits.hpp"

namespace syncline::relay {

TEST_CASE("token bucket: two seconds' worth at once, then held back until it has refilled") {
  TokenBucket bucket(10);
  CHECK_EQ(bucket.Take(20, 1000), 0);
  CHECK_EQ(bucket.Take(1, 1000), 100);
  CHECK_EQ(bucket.Take(1, 1000), 200);
  CHECK_EQ(bucket.Take(0, 1200), 0);
  CHECK_FALSE(bucket.full(1200));
  CHECK(bucket.full(10'000));
}

TEST_CASE("token bucket: one message larger than the bucket passes, and is waited for") {
  TokenBucket bucket(1000);
  CHECK_EQ(bucket.Take(17'000, 0), 15'000);
  CHECK_EQ(bucket.Take(0, 15'000), 0);
}

TEST_CASE("token bucket: a clock that steps back fills nothing, and 0 never holds back") {
  TokenBucket bucket(10);
  CHECK_EQ(bucket.Take(20, 5000), 0);
  CHECK_EQ(bucket.Take(1, 1000), 100);
  CHECK_EQ(bucket.Take(0, 5050), 50);
  TokenBucket open(0);
  CHECK_EQ(open.Take(1e12, 0), 0);
}

TEST_CASE("address limits: connections are bounded in all and by address") {
  AddressLimits limits({3, 2, 0, 0});
  CHECK(limits.Connect("a"));
  CHECK(limits.Connect("a"));
  CHECK_FALSE(limits.Connect("a"));
  CHECK(limits.Connect("b"));
  CHECK_FALSE(limits.Connect("c"));
  limits.Disconnect("a", 0);
  CHECK(limits.Connect("c"));
}

TEST_CASE("address limits: connecting anew does not refill the address") {
  AddressLimits limits({10, 0, 10, 0});
  REQUIRE(limits.Connect("a"));
  for (int i = 0; i < 30; ++i) limits.Take("a", 1, 1000);
  limits.Disconnect("a", 1000);
  REQUIRE(limits.Connect("a"));
  CHECK_EQ(limits.Take("a", 1, 1000), 1100);
  limits.Disconnect("a", 1000);
  limits.Sweep(100'000);
  REQUIRE(limits.Connect("a"));
  CHECK_EQ(limits.Take("a", 1, 100'000), 0);
}

}  // namespace syncline::relay
