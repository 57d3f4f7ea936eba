// What an edit of a list may cost, counted in steps, how many positions there may be, and what is written where
// nothing shows it.
#include "shared/merge/list.hpp"

#include <doctest/doctest.h>

#include "shared/merge/list_tree.hpp"
#include "shared/value/field_path.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{11}, kBob{22};

std::string Refused(const Status& status) {
  return status ? std::string() : CodeName(status.error().code);
}

// A queue: `count` new entries behind the last, and all that were there leave.
ListEdit Turn(const KindState& state, std::size_t count) {
  const Result<ListTree> tree = ListTree::Load(state);
  REQUIRE(tree);
  ListEdit edit;
  ElementId left = kNoElement;
  for (const Slot slot : tree->Live()) {
    left = tree->position(slot).id;
    edit.removed.push_back(left);
  }
  edit.inserted.push_back({left, kNoElement, tree->next(), Array(count, Value(1.0))});
  return edit;
}

TEST_CASE(
    "a list with as many positions as there may be is refused more, and goes on when it is swept") {
  KindState state{Value(Array()), {}, kAnn};
  std::uint64_t time = 0;
  const auto turn = [&](std::size_t count) {
    const ListEdit edit = Turn(state, count);
    const Status sound = CheckList(state, edit, kAnn);
    if (sound) ApplyList(state, edit, {HybridTime::FromUnixMs(++time * 60'000), kAnn});
    return Refused(sound);
  };
  std::size_t positions = 0;
  for (; positions + 8192 < kListPositionsMax; positions += 8192) REQUIRE(turn(8192) == "");
  REQUIRE(turn(kListPositionsMax - 2 - positions) == "");
  CHECK(turn(2) == "invalid");
  REQUIRE(turn(1) == "");
  CHECK(ListTree::Load(state));
  CHECK(turn(1) == "invalid");
  // The device is told at once, and what needs no new place is done.
  Array two = *state.value.As<Array>();
  two.push_back(Value(2.0));
  const auto refused = ListDifference(state, Value(two), kBob);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("too often") != std::string::npos);
  const auto cleared = ListDifference(state, Value(Array()), kBob);
  REQUIRE(cleared);
  REQUIRE(*cleared);
  CHECK(CheckList(state, **cleared, kBob));
  CHECK(CompactList(state, {~std::uint64_t{0}}));
  CHECK(turn(8192) == "");
}

TEST_CASE("places a long way apart are not followed beyond the bound") {
  // Each hangs on the one before it.
  KindState state;
  ApplyList(state, {{{kNoElement, kNoElement, 0, Array(30'000, Value(1.0))}}, {}, {}, {}},
            {{1}, kAnn});
  ListEdit edit;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    edit.inserted.push_back({{0, kAnn}, {29'999, kAnn}, 30'000 + i, {Value(2.0)}});
  }
  Result<ListTree> tree = ListTree::Load(state);
  REQUIRE(tree);
  const Status refused = Perform(*tree, edit, kBob);
  CHECK(Refused(refused) == "invalid");
  CHECK(tree->steps() < kListStepsMax + 2 * kListPositionsMax);
  CHECK(tree->steps() > kListStepsMax);
}

TEST_CASE("what comes with low counters moves others aside within the bound") {
  KindState state;
  const std::uint64_t high = 1'000'000;
  ApplyList(state, {{{kNoElement, kNoElement, high, Array(30'000, Value(1.0))}}, {}, {}, {}},
            {{1}, kAnn});
  ListEdit edit;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    edit.inserted.push_back({kNoElement, kNoElement, i, {Value(2.0)}});
  }
  Result<ListTree> tree = ListTree::Load(state);
  REQUIRE(tree);
  CHECK(Refused(Perform(*tree, edit, kBob)) == "invalid");
  CHECK(tree->steps() < kListStepsMax + 2 * kListPositionsMax);
  // A thousand, as somebody may have done who was away, are none too many.
  edit.inserted.resize(1'000);
  CHECK(Refused(CheckList(state, edit, kBob)) == "invalid");  // more elements than a list has
  for (std::uint64_t i = 0; i < 25'000; ++i) edit.removed.push_back({high + i, kAnn});
  CHECK(CheckList(state, edit, kBob));
}

TEST_CASE("a write into an element that never had an object there is refused, not kept unseen") {
  Object object;
  object.Set("p", Value(1.0));
  const KindState state{Value(Array{Value(object), Value("text")}), {}, kAnn};
  const std::string inner = std::string("p") + kPathStep + "q";
  const auto write = [](std::uint64_t element, std::string path, Value value) {
    ListEdit edit;
    edit.written.push_back({{element, kAnn}, std::move(path), std::move(value)});
    return edit;
  };
  CHECK(Refused(CheckList(state, write(0, inner, Value("unseen")), kBob)) == "conflict");
  CHECK(Refused(CheckList(state, write(0, std::string("o") + kPathStep + "q", Value("x")), kBob)) ==
        "conflict");
  CHECK(Refused(CheckList(state, write(1, "p", Value("unseen")), kBob)) == "conflict");
  CHECK(CheckList(state, write(0, "new", Value("seen")), kBob));

  // Where it was replaced meanwhile nobody is refused for it, as long as it is little.
  KindState before = state;
  Object held;
  held.Set("q", Value(1.0));
  ApplyList(before, write(0, "p", Value(held)), {{5}, kAnn});
  CHECK(CheckList(before, write(0, inner, Value("seen")), kBob));
  KindState replaced = before;
  ApplyList(replaced, write(0, "p", Value("gone")), {{6}, kAnn});
  CHECK(CheckList(replaced, write(0, inner, Value("late")), kBob));
  CHECK(Refused(CheckList(replaced, write(0, inner, Value(std::string(100'000, 'x'))), kBob)) ==
        "conflict");
}

}  // namespace
}  // namespace syncline
