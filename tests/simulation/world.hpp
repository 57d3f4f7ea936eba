// World: one seeded run: devices, a relay, and what befalls them; then peace, and the laws that must
// hold once all is quiet.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/context.hpp"
#include "tests/simulation/device.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/relay.hpp"

namespace syncline::simulation {

struct Failure {
  std::uint64_t step = 0;
  Broken broken;
  std::deque<std::string> story;
};

// None: every law held.
std::optional<Failure> RunSeed(std::uint64_t seed, bool telling);

}  // namespace syncline::simulation
