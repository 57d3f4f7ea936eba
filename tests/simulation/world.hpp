// World: plays a plan: devices, a relay, and what befalls them; then peace, and the laws that must hold once
// all is quiet.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tests/simulation/context.hpp"
#include "tests/simulation/plan.hpp"

namespace syncline::simulation {

struct Failure {
  std::uint64_t event = 0;  // the ordinal of the one in which it was noticed
  Broken broken;
};

// None: every law held. `tell`, if any, hears the story as it goes.
std::optional<Failure> Play(const Plan& plan, std::function<void(std::string)> tell = {});

}  // namespace syncline::simulation
