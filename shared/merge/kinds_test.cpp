// The laws of the merge kinds, over random histories of several authors whose edits arrive in any order in
// which nothing comes before what its author had seen; and undoing; and edits that no sound device makes.
#include "shared/merge/kinds.hpp"

#include <doctest/doctest.h>

#include "shared/merge/history.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr MergeKind kKinds[] = {MergeKind::kCounter, MergeKind::kSet, MergeKind::kList,
                                MergeKind::kText};

// An undone edit of a field that was not there leaves an empty one.
bool IsAs(const Value& value, const Value& wanted) {
  if (!wanted.is_undefined()) return value == wanted;
  const Array* array = value.As<Array>();
  return value == Value("") || value == Value(std::int64_t{0}) || (array && array->empty());
}

TEST_CASE("everybody who has seen the same edits has the same value and the same bytes") {
  for (const MergeKind kind : kKinds) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      INFO("kind ", static_cast<int>(kind), " seed ", seed);
      History history(kind, Chance(seed));
      for (int step = 0; step < 40; ++step) history.Step();
      history.DeliverAll();
      REQUIRE(history.fault() == "");
    }
  }
}

TEST_CASE(
    "undoing all that one did, step by step, goes back through the same values, and doing again "
    "forward") {
  for (const MergeKind kind : kKinds) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      INFO("kind ", static_cast<int>(kind), " seed ", seed);
      History history(kind, Chance(seed));
      Author& author = history.authors()[1];
      std::vector<Value> values{author.state.value};
      while (values.size() < 8) {
        history.Write(1);
        if (author.undo.size() == values.size()) values.push_back(author.state.value);
      }
      for (std::size_t i = values.size() - 1; i-- > 0;) {
        history.Undo(1);
        INFO("step ", i);
        REQUIRE(IsAs(author.state.value, values[i]));
      }
      // An edit that only made the field be there has nothing to do again.
      if (values[0].is_undefined()) continue;
      for (std::size_t i = 1; i < values.size(); ++i) {
        history.Redo(1);
        REQUIRE(IsAs(author.state.value, values[i]));
      }
      REQUIRE(history.fault() == "");
    }
  }
}

TEST_CASE("made up edits break nothing, and one that is accepted leaves a field that works") {
  for (const MergeKind kind : kKinds) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      INFO("kind ", static_cast<int>(kind), " seed ", seed);
      History history(kind, Chance(seed));
      for (int step = 0; step < 30; ++step) {
        history.Step();
        history.Attack(history.chance().Below(3));
      }
      REQUIRE(history.fault() == "");
    }
  }
}

}  // namespace
}  // namespace syncline
