// What an edit of a text may cost, counted in steps, and how much one may do.
#include "shared/merge/text.hpp"

#include <doctest/doctest.h>

#include "shared/merge/text_history.hpp"
#include "shared/merge/text_sequence.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{1}, kBob{2};

// Letters of one author with every second counter, each typed behind the one before it.
KindState WithGaps(std::size_t count) {
  TextEdit edit;
  ElementId left = kNoElement;
  for (std::size_t i = 0; i < count; ++i) {
    edit.inserted.push_back({left, kNoElement, 2 * i + 1, "a"});
    left = {2 * i + 1, kBob};
  }
  KindState state;
  ApplyBy(state, edit, kBob);
  REQUIRE(TextOf(state).size() == count);
  return state;
}

// Every second letter of a text that one author typed at once is deleted.
KindState WithHoles(std::size_t count) {
  KindState state;
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i % 2 ? '.' : 'a';
  ApplyBy(state, EditAt(state, 0, 0, text), kBob);
  TextEdit holes;
  for (std::size_t i = 1; i < count; i += 2) holes.deleted.push_back({{i, kBob}, 1});
  ApplyBy(state, holes, kAnn);
  REQUIRE(TextOf(state) == std::string(count / 2, 'a'));
  return state;
}

TEST_CASE("a deletion of more ids than there are costs what is there") {
  constexpr std::size_t kCount = 20'000;
  const TextEdit all{{}, {{{0, kBob}, ~std::uint64_t{0} >> 1}}};
  const KindState state = WithGaps(kCount);
  TextSequence strict(state);
  CHECK(strict.ApplyOrStop(all, kAnn, kTextStepsMax) == TextProblem::kMissing);
  CHECK(strict.steps() < 10);
  TextSequence total(state);
  CHECK(total.Apply(all, kAnn) == TextProblem::kMissing);
  CHECK(total.Text() == "");
  CHECK(total.steps() < 3 * kCount);
}

TEST_CASE("insertions that all pass one another are refused at a bound") {
  TextEdit edit;
  for (std::uint64_t i = 0; i < 16'384; ++i) {
    edit.inserted.push_back({kNoElement, kNoElement, 2 * i, "a"});
  }
  TextSequence sequence{KindState()};
  CHECK(sequence.ApplyOrStop(edit, kBob, kTextStepsMax) == TextProblem::kCostly);
  CHECK(sequence.steps() < kTextStepsMax + 10);
  const Status refused = CheckText({}, edit, kBob);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kInvalid);
  // So many by one person in one place, each instead of the one before it, are no fault.
  edit.inserted.resize(1'000);
  CHECK(CheckText({}, edit, kBob));
}

TEST_CASE("neighbours a long way apart are not followed beyond the bound") {
  // A chain of runs, each of which hangs on the one before it, and parts between its ends.
  TextEdit chain;
  ElementId left = kNoElement, right = kNoElement;
  for (std::uint64_t i = 0; i < 8'000; ++i) {
    chain.inserted.push_back({left, right, 2 * i, "a"});
    (i % 2 ? right : left) = {2 * i, kBob};
  }
  KindState state;
  ApplyBy(state, chain, kBob);
  TextEdit edit;
  for (std::uint64_t i = 0; i < 16'384; ++i) {
    edit.inserted.push_back({ElementId{0, kBob}, right, 20'000 + 2 * i, "b"});
  }
  TextSequence sequence(state);
  CHECK(sequence.ApplyOrStop(edit, kAnn, kTextStepsMax) == TextProblem::kCostly);
  CHECK(sequence.steps() < kTextStepsMax + 10);
}

TEST_CASE("a character may be deleted once in an edit") {
  const KindState state = WithGaps(3);
  const auto check = [&state](const TextEdit& edit) { return CheckText(state, edit, kAnn); };
  CHECK(check({{}, {{{3, kBob}, 1}, {{1, kBob}, 1}}}));
  const Status twice = check({{}, {{{3, kBob}, 1}, {{1, kBob}, 1}, {{3, kBob}, 1}}});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code == Code::kInvalid);
}

TEST_CASE("select all and delete is accepted however often the text was edited, and undone") {
  constexpr std::size_t kCount = 80'000;
  const KindState state = WithHoles(kCount);
  const auto edit = TextDifference(state, Value(""), kAnn);
  REQUIRE(edit);
  REQUIRE(*edit);
  CHECK((*edit)->deleted.size() == kCount / 2);
  CHECK(CheckText(state, **edit, kAnn));
  KindState after = state;
  ApplyBy(after, **edit, kAnn);
  CHECK(TextOf(after) == "");
  const auto undo = RenewText(after, InverseOf(state, **edit), kAnn);
  REQUIRE(undo);
  CHECK(CheckText(after, *undo, kAnn));
  ApplyBy(after, *undo, kAnn);
  CHECK(TextOf(after) == TextOf(state));
}

TEST_CASE("what one author typed in a row is deleted in one part, wherever it stands") {
  KindState state;
  // Each letter in front of the one before it.
  for (int i = 0; i < 100; ++i) ApplyBy(state, EditAt(state, 0, 0, "a"), kBob);
  const auto edit = TextDifference(state, Value(""), kAnn);
  REQUIRE(edit);
  REQUIRE(*edit);
  CHECK((*edit)->deleted.size() == 1);
}

TEST_CASE("an empty text that comes late leaves alone what others typed") {
  const KindState nothing;
  const auto empty = TextDifference(nothing, Value(""), kAnn);
  REQUIRE(empty);
  REQUIRE(*empty);
  const auto typed = TextDifference(nothing, Value("typed"), kBob);
  REQUIRE(typed);
  REQUIRE(*typed);
  KindState first = nothing, second = nothing;
  CHECK(CheckText(first, **empty, kAnn));
  ApplyBy(first, **empty, kAnn);
  CHECK(first.value == Value(""));
  CHECK_FALSE(*TextDifference(first, Value(""), kAnn));
  ApplyBy(first, **typed, kBob);
  ApplyBy(second, **typed, kBob);
  CHECK(CheckText(second, **empty, kAnn));
  ApplyBy(second, **empty, kAnn);
  CHECK(TextOf(first) == "typed");
  CHECK(TextOf(second) == "typed");
  CHECK(first.content == second.content);
  CHECK_FALSE(RenewText(first, InverseOf(nothing, **empty), kAnn));
  KindState all = nothing;
  ApplyTexts(all, {{&**empty, kAnn}});
  CHECK(all.value == Value(""));
}

}  // namespace
}  // namespace syncline
