// Laws and examples of the total order over values.
#include "shared/value/order.hpp"

#include <limits>

#include "shared/value/arbitrary.hpp"
#include "shared/value/json.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

int Sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

TEST_CASE("values ascend as Convex orders them") {
  using Limits = std::numeric_limits<double>;
  Object empty;
  Object one;
  one.Set("a", 1.0);
  Object later;
  later.Set("a", 1.0);
  later.Set("b", Null{});
  const Array ascending = {Undefined{},
                           Null{},
                           std::numeric_limits<std::int64_t>::min(),
                           std::int64_t{-1},
                           std::int64_t{0},
                           std::numeric_limits<std::int64_t>::max(),
                           -Limits::quiet_NaN(),
                           -Limits::infinity(),
                           -1.5,
                           -0.0,
                           0.0,
                           Limits::denorm_min(),
                           1.0,
                           Limits::infinity(),
                           Limits::quiet_NaN(),
                           false,
                           true,
                           "",
                           "Z",
                           "a",
                           "aa",
                           "\xC3\xA9",
                           BytesValue{""},
                           BytesValue{std::string(1, '\0')},
                           BytesValue{"\xFF"},
                           Array{},
                           Array{Null{}},
                           Array{Null{}, Null{}},
                           Array{1.0},
                           empty,
                           one,
                           later};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      const int wanted = i < j ? -1 : i > j ? 1 : 0;
      CHECK_MESSAGE(Sign(Compare(ascending[i], ascending[j])) == wanted, i, " and ", j);
    }
  }
}

TEST_CASE("law: the order is total") {
  Arbitrary arbitrary(1);
  for (int i = 0; i < 50'000; ++i) {
    const Value a = arbitrary.AnyValue();
    const Value b = arbitrary.AnyValue();
    const Value c = arbitrary.AnyValue();
    const bool reflexive = Compare(a, a) == 0;
    const bool antisymmetric = Sign(Compare(a, b)) == -Sign(Compare(b, a));
    const bool transitive = !(Compare(a, b) <= 0 && Compare(b, c) <= 0) || Compare(a, c) <= 0;
    const bool holds = reflexive && antisymmetric && transitive;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", ToJson(a), " ", ToJson(b), " ", ToJson(c));
  }
}

}  // namespace
}  // namespace syncline
