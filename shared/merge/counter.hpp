// Counter: a number whose concurrent changes add up. An int64 wraps in the merge, so that increments
// commute; whoever writes is refused before that (CheckCounter).
#pragma once
#include <optional>

#include "shared/base/result.hpp"
#include "shared/merge/edit.hpp"

namespace syncline {

Result<std::optional<CounterEdit>> CounterDifference(const Value& before, const Value& after);
Status CheckCounter(const Value& now, const CounterEdit& edit);
void ApplyCounter(Value& now, const CounterEdit& edit);
CounterEdit InverseOf(const CounterEdit& edit);

}  // namespace syncline
