// Counters: increments out of plain assignments, and what they may not do.
#include "shared/merge/counter.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "shared/value/arbitrary.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Value After(Value before, const CounterEdit& edit) {
  ApplyCounter(before, edit);
  return before;
}

TEST_CASE("increments of two people add up, in either order") {
  const Value before(std::int64_t{10});
  const auto ann = CounterDifference(before, Value(std::int64_t{11}));
  const auto bob = CounterDifference(before, Value(std::int64_t{7}));
  REQUIRE((ann && *ann && bob && *bob));
  CHECK(After(After(before, **ann), **bob) == Value(std::int64_t{8}));
  CHECK(After(After(before, **bob), **ann) == Value(std::int64_t{8}));
}

TEST_CASE("a counter that is not there yet counts from zero, as what is added to it") {
  const auto whole = CounterDifference(Value(), Value(std::int64_t{0}));
  REQUIRE((whole && *whole));
  CHECK(After(Value(), **whole) == Value(std::int64_t{0}));
  const auto real = CounterDifference(Value(), Value(2.5));
  REQUIRE((real && *real));
  CHECK(After(Value(), **real) == Value(2.5));
}

TEST_CASE("the same number is no edit") {
  CHECK_FALSE(*CounterDifference(Value(std::int64_t{3}), Value(std::int64_t{3})));
  CHECK_FALSE(*CounterDifference(Value(0.5), Value(0.5)));
}

TEST_CASE(
    "an assignment of a whole number gives exactly that number, unless no increment reaches it") {
  Arbitrary arbitrary(1);
  for (int round = 0; round < 100'000; ++round) {
    const Value before(arbitrary.Integer());
    const Value after(arbitrary.Integer());
    const auto edit = CounterDifference(before, after);
    if (!edit) {
      CHECK(edit.error().code == Code::kInvalid);
      continue;
    }
    REQUIRE(edit->has_value() == (before != after));
    if (!*edit) continue;
    CHECK(CheckCounter(before, **edit));
    CHECK(After(before, **edit) == after);
    CHECK(After(After(before, **edit), InverseOf(**edit)) == before);
  }
  CHECK_FALSE(CounterDifference(Value(kMin), Value(kMax)));
  CHECK_FALSE(CounterDifference(Value(kMax), Value(kMin)));
}

TEST_CASE("an assignment of a float gives that number, to the last bit of the greater") {
  Arbitrary arbitrary(2);
  for (int round = 0; round < 100'000; ++round) {
    const double before = arbitrary.Float();
    const double after = arbitrary.Float();
    const auto edit = CounterDifference(Value(before), Value(after));
    if (!edit || !*edit) continue;
    const double reached = *After(Value(before), **edit).As<double>();
    const double greater = std::max(std::abs(before), std::abs(after));
    CHECK(std::abs(reached - after) <= greater * std::numeric_limits<double>::epsilon());
  }
}

TEST_CASE("a counter takes no other numbers than its own, and none that do not fit") {
  const auto code = [](const Value& now, const Value& by) {
    const Status status = CheckCounter(now, {by});
    return status ? std::string("sound") : CodeName(status.error().code);
  };
  CHECK(code(Value(kMax), Value(std::int64_t{1})) == "invalid");
  CHECK(code(Value(kMax - 1), Value(std::int64_t{1})) == "sound");
  CHECK(code(Value(kMin), Value(std::int64_t{-1})) == "invalid");
  CHECK(code(Value(1.0), Value(std::int64_t{1})) == "invalid");
  CHECK(code(Value(std::int64_t{1}), Value(1.0)) == "invalid");
  CHECK(code(Value(1e308), Value(1e308)) == "invalid");
  CHECK(code(Value(1.0), Value(std::numeric_limits<double>::infinity())) == "invalid");
  CHECK(code(Value(1.0), Value("one")) == "invalid");
  CHECK(code(Value("one"), Value(1.0)) == "invalid");
  CHECK(code(Value(), Value(1.0)) == "sound");
  CHECK_FALSE(CounterDifference(Value(1.0), Value("two")));
  CHECK_FALSE(CounterDifference(Value("one"), Value(2.0)));
}

TEST_CASE("whatever is applied, a counter commutes") {
  Arbitrary arbitrary(3);
  for (int round = 0; round < 20'000; ++round) {
    const Value before(arbitrary.Integer());
    const CounterEdit a{Value(arbitrary.Integer())};
    const CounterEdit b{arbitrary.AnyValue()};
    if (b.by.Is<double>()) continue;  // passed over, but for a field that is not there
    CHECK(After(After(before, a), b) == After(After(before, b), a));
  }
}

}  // namespace
}  // namespace syncline
