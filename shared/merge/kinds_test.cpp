// The laws of the merge kinds, over random histories of several authors whose edits arrive in any order in
// which nothing comes before what its author had seen; and undoing; and edits that no sound device makes.
#include "shared/merge/kinds.hpp"

#include <doctest/doctest.h>

#include "shared/merge/history.hpp"

namespace syncline {
namespace {

constexpr MergeKind kKinds[] = {MergeKind::kCounter, MergeKind::kSet, MergeKind::kList,
                                MergeKind::kText};

TEST_CASE("everybody who has seen the same edits has the same value and the same bytes") {
  for (const MergeKind kind : kKinds) {
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
      INFO("kind ", static_cast<int>(kind), " seed ", seed);
      History history(kind, Chance(seed));
      for (int step = 0; step < 40; ++step) history.Step();
      history.DeliverAll();
      REQUIRE(history.fault() == "");
    }
  }
}

}  // namespace
}  // namespace syncline
