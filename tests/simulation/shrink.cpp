#include "tests/simulation/shrink.hpp"

#include <algorithm>

namespace syncline::simulation {
namespace {

// The steps without those from `begin` to `end`.
Plan Without(const Plan& plan, std::size_t begin, std::size_t end) {
  Plan smaller = plan;
  smaller.steps.erase(smaller.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                      smaller.steps.begin() + static_cast<std::ptrdiff_t>(end));
  return smaller;
}

Plan FewerSteps(Plan plan, const std::function<bool(const Plan&)>& fails,
                const std::function<bool()>& in_time) {
  std::size_t size = std::max<std::size_t>(plan.steps.size() / 2, 1);
  while (in_time() && !plan.steps.empty()) {
    bool any = false;
    // From the end: what comes late hangs on what came early.
    for (std::size_t end = plan.steps.size(); end > 0 && in_time();) {
      const std::size_t begin = end > size ? end - size : 0;
      Plan smaller = Without(plan, begin, end);
      if (fails(smaller)) {
        plan = std::move(smaller);
        any = true;
      }
      end = begin;
    }
    if (size == 1 && !any) break;
    if (!any || size > plan.steps.size()) size = std::max<std::size_t>(size / 2, 1);
  }
  return plan;
}

}  // namespace

Plan Shrink(Plan plan, const std::function<bool(const Plan&)>& fails,
            const std::function<bool()>& in_time) {
  plan = FewerSteps(std::move(plan), fails, in_time);
  // A plainer setup: fewer devices, and nothing that is out of the ordinary.
  const auto attempt = [&](auto change) {
    if (!in_time()) return;
    Plan plainer = plan;
    change(plainer.setup);
    if (fails(plainer)) plan = std::move(plainer);
  };
  for (std::size_t left = plan.setup.people.size(); left > 1; --left) {
    attempt([](Setup& setup) {
      setup.people.pop_back();
      setup.old_schema.pop_back();
    });
  }
  attempt([](Setup& setup) { setup.small_chunks = false; });
  attempt([](Setup& setup) { setup.slow_snapshots = false; });
  attempt([](Setup& setup) { setup.small_deltas = false; });
  attempt([](Setup& setup) { setup.short_horizon = false; });
  attempt([](Setup& setup) { setup.short_tokens = false; });
  attempt([](Setup& setup) { setup.old_schema.assign(setup.old_schema.size(), false); });
  return FewerSteps(std::move(plan), fails, in_time);
}

}  // namespace syncline::simulation
