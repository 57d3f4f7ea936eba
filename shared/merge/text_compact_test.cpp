// What may be forgotten of deleted characters: all that nothing rests on, once nobody can refer to it.
#include "shared/merge/text.hpp"

#include <doctest/doctest.h>

#include "shared/merge/text_history.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{1}, kBob{2};

TEST_CASE("a text that was replaced over and over keeps a small content") {
  KindState state;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    const std::size_t size = CodePoints(TextOf(state));
    ApplyBy(state, EditAt(state, 0, size, i % 2 ? "available" : "busy"), i % 3 ? kAnn : kBob);
    if (i % 50 == 0) CompactText(state);
    largest = std::max(largest, state.content.size());
  }
  CHECK(largest < 2'000);
  CompactText(state);
  CompactText(state);
  CHECK(state.content.size() < 40);
  CHECK_FALSE(CompactText(state));
}

TEST_CASE("what was not yet deleted at one call stays at the next") {
  KindState state;
  ApplyBy(state, EditAt(state, 0, 0, "abc"), kAnn);
  const KindState seen = state;
  CompactText(state);
  ApplyBy(state, EditAt(state, 1, 1, ""), kAnn);
  CompactText(state);
  // Bob had not seen it.
  const TextEdit late = EditAt(seen, 2, 0, "-");
  CHECK(CheckText(state, late, kBob));
  ApplyBy(state, late, kBob);
  CHECK(TextOf(state) == "a-c");
}

TEST_CASE("an edit at what was forgotten is a conflict") {
  KindState state;
  ApplyBy(state, EditAt(state, 0, 0, "abc"), kAnn);
  const TextEdit late = EditAt(state, 3, 0, "-");
  ApplyBy(state, EditAt(state, 2, 1, ""), kAnn);
  CompactText(state);
  CompactText(state);
  REQUIRE_FALSE(CheckText(state, late, kBob));
  CHECK(CheckText(state, late, kBob).error().code == Code::kConflict);
  // Its author's ids stay used, also when the author is forgotten with the last of them.
  ApplyBy(state, EditAt(state, 0, 2, ""), kAnn);
  CompactText(state);
  CompactText(state);
  CHECK(CheckText(state, {{{kNoElement, kNoElement, 2, "?"}}, {}}, kAnn).error().code ==
        Code::kInvalid);
  CHECK(CheckText(state, {{{kNoElement, kNoElement, 3, "?"}}, {}}, kAnn));
}

// The relay compacts; devices do not. Between two calls all that was on its way arrives.
TEST_CASE("whoever forgot goes on showing the same text as who did not") {
  Random random(61);
  std::size_t smaller = 0;
  for (int round = 0; round < 250; ++round) {
    KindState origin, relay;
    for (int phase = 0; phase < 6; ++phase) {
      TextHistory history = TextHistory::From(origin, random, 3 + random.Below(10));
      std::vector<std::size_t> order = history.SomeOrder(random);
      const std::size_t halfway = random.Below(order.size() + 1);
      INFO("round ", round, " phase ", phase);
      for (std::size_t i = 0; i < order.size(); ++i) {
        const TextHistory::Made& made = history.made()[order[i]];
        if (i == halfway) CompactText(relay);
        REQUIRE(CheckText(relay, made.edit, TextHistory::ReplicaOf(made.author)));
        ApplyBy(relay, made.edit, TextHistory::ReplicaOf(made.author));
      }
      origin = history.InSomeOrder(random);
      REQUIRE(TextOf(relay) == TextOf(origin));
    }
    smaller += relay.content.size() < origin.content.size();
  }
  CHECK(smaller > 125);
}

}  // namespace
}  // namespace syncline
