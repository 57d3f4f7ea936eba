// Apart: plays plans in processes of their own, so that a failed CHECK, a crash or a run without an end is a
// result like any other.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/simulation/plan.hpp"

namespace syncline::simulation {

struct Outcome {
  // Empty: every law held. "crash": a failed CHECK, a signal, or no end within a minute.
  std::string checker;
  std::string what;
  std::uint64_t event = 0;
  // If it was asked for: its first and its last lines, up to kStoryLines of each.
  std::vector<std::string> story;
};
inline constexpr std::size_t kStoryLines = 60;

Outcome PlayApart(const Plan& plan, bool telling);

// Plays seeds in `jobs` processes: `next` gives them, until it gives false; `heard` hears how each went, in
// the order in which they end. Stops early if `heard` says false.
void PlayMany(unsigned jobs, const std::function<bool(std::uint64_t&)>& next,
              const std::function<bool(std::uint64_t seed, const std::string& checker)>& heard);

}  // namespace syncline::simulation
