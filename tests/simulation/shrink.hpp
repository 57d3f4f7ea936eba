// Shrink: finds a small plan that fails as a larger one did, by leaving steps out (delta debugging).
// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (TSE 2002).
#pragma once
#include <cstdint>
#include <functional>

#include "tests/simulation/plan.hpp"

namespace syncline::simulation {

// `fails`: whether a plan fails in the way that is sought. REQUIRES: `plan` does. Plays no plan once
// `in_time` is false, and returns the smallest found so far.
Plan Shrink(Plan plan, const std::function<bool(const Plan&)>& fails,
            const std::function<bool()>& in_time);

}  // namespace syncline::simulation
