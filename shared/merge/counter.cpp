#include "shared/merge/counter.hpp"

#include <cmath>
#include <limits>

namespace syncline {
namespace {

Failure WrongKind(const Value& value) {
  return Fail(Code::kInvalid,
              std::string("A counter holds an int64 or a finite float64, not ") + TypeName(value));
}

bool IsCount(const Value& value) {
  const double* number = value.As<double>();
  return value.Is<std::int64_t>() || (number && std::isfinite(*number));
}

bool SumOverflows(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  return b > 0 ? a > kMax - b : a < kMin - b;
}

std::int64_t WrappingSum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// What must be added to `before` so that it becomes `after`, where some float64 does.
double Step(double before, double after) {
  const double by = after - before;
  if (before + by == after) return by;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double next : {std::nextafter(by, infinity), std::nextafter(by, -infinity)}) {
    if (before + next == after) return next;
  }
  return by;
}

Failure Overflow() {
  return Fail(Code::kInvalid, "The increment goes beyond what the counter can hold");
}

}  // namespace

Result<std::optional<CounterEdit>> CounterDifference(const Value& before, const Value& after) {
  if (!IsCount(after)) return WrongKind(after);
  if (const std::int64_t* now = after.As<std::int64_t>()) {
    const std::int64_t* old = before.As<std::int64_t>();
    if (!old && !before.is_undefined()) return WrongKind(before);
    if (old && *now == *old) return std::optional<CounterEdit>();
    const std::int64_t from = old ? *old : 0;
    // From one end of the range to the other there is no increment.
    if (from < 0 ? *now > std::numeric_limits<std::int64_t>::max() + from
                 : *now < std::numeric_limits<std::int64_t>::min() + from) {
      return Overflow();
    }
    return std::optional(CounterEdit{Value(*now - from)});
  }
  const double* old = before.As<double>();
  if (!old && !before.is_undefined()) return WrongKind(before);
  const double from = old ? *old : 0;
  const double now = *after.As<double>();
  if (old && now == from) return std::optional<CounterEdit>();
  const double by = Step(from, now);
  if (!std::isfinite(by)) return Overflow();
  return std::optional(CounterEdit{Value(by)});
}

Status CheckCounter(const Value& now, const CounterEdit& edit) {
  if (!IsCount(edit.by)) return WrongKind(edit.by);
  if (now.is_undefined()) return Done{};
  if (const std::int64_t* by = edit.by.As<std::int64_t>()) {
    const std::int64_t* count = now.As<std::int64_t>();
    if (!count) return Fail(Code::kInvalid, "An int64 cannot be added to a float64 counter");
    if (SumOverflows(*count, *by)) return Overflow();
    return Done{};
  }
  const double* count = now.As<double>();
  if (!count) return Fail(Code::kInvalid, "A float64 cannot be added to an int64 counter");
  if (!std::isfinite(*count + *edit.by.As<double>())) return Overflow();
  return Done{};
}

void ApplyCounter(Value& now, const CounterEdit& edit) {
  if (!IsCount(edit.by)) return;
  if (now.is_undefined()) {
    now = edit.by;
  } else if (const std::int64_t* by = edit.by.As<std::int64_t>()) {
    if (std::int64_t* count = now.As<std::int64_t>()) *count = WrappingSum(*count, *by);
  } else if (double* count = now.As<double>()) {
    *count += *edit.by.As<double>();
  }
}

CounterEdit InverseOf(const CounterEdit& edit) {
  if (const std::int64_t* by = edit.by.As<std::int64_t>()) return {Value(WrappingSum(~*by, 1))};
  const double* by = edit.by.As<double>();
  return {Value(by ? -*by : 0.0)};
}

}  // namespace syncline
