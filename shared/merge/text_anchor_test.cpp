// Anchors in a text: they stay at their character, or where it was.
#include "shared/merge/text_anchor.hpp"

#include <doctest/doctest.h>

#include "shared/merge/text_history.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{1}, kBob{2};

KindState Start() {
  KindState state;
  state.value = Value("a\xF0\x9F\x98\x80z");
  state.literal_by = kAnn;
  return state;
}

TEST_CASE("a place and its anchor are the same, counted in units of UTF-16") {
  const KindState state = Start();
  for (const TextBias bias : {TextBias::kBefore, TextBias::kBehind}) {
    for (const std::size_t offset : {0, 1, 3, 4}) {
      CHECK(OffsetOf(state, AnchorAt(state, offset, bias)) == offset);
    }
    CHECK(OffsetOf(state, AnchorAt(state, 2, bias)) == 1);   // amid the pair
    CHECK(OffsetOf(state, AnchorAt(state, 99, bias)) == 4);  // beyond the end
  }
}

TEST_CASE(
    "an anchor moves with what is typed before it, and the bias decides about its own place") {
  KindState state = Start();
  const TextAnchor before = AnchorAt(state, 3, TextBias::kBefore);
  const TextAnchor behind = AnchorAt(state, 3, TextBias::kBehind);
  const TextAnchor start = AnchorAt(state, 0, TextBias::kBefore);
  const TextAnchor end = AnchorAt(state, 4, TextBias::kBehind);
  ApplyBy(state, EditAt(state, 0, 0, "12"), kBob);
  ApplyBy(state, EditAt(state, 4, 0, "34"), kBob);
  REQUIRE(TextOf(state) ==
          "12a\xF0\x9F\x98\x80"
          "34z");
  CHECK(OffsetOf(state, before) == 5);
  CHECK(OffsetOf(state, behind) == 7);
  CHECK(OffsetOf(state, start) == 0);
  CHECK(OffsetOf(state, end) == 8);
}

TEST_CASE("an anchor whose character was deleted is where that was") {
  KindState state = Start();
  const TextAnchor before = AnchorAt(state, 3, TextBias::kBefore);
  const TextAnchor behind = AnchorAt(state, 3, TextBias::kBehind);
  ApplyBy(state, EditAt(state, 1, 2, ""), kBob);
  CHECK(TextOf(state) == "a");
  CHECK(OffsetOf(state, before) == 1);
  CHECK(OffsetOf(state, behind) == 1);
  CHECK_FALSE(OffsetOf(state, {{9, kBob}, true}));
}

TEST_CASE("an anchor's text is small and comes back") {
  for (const TextAnchor& anchor :
       {TextAnchor{}, TextAnchor{kNoElement, false}, TextAnchor{{42, {31}}, true},
        TextAnchor{{(std::uint64_t{1} << 53) - 1, {~std::uint64_t{0}}}, false}}) {
    const auto again = TextToAnchor(AnchorToText(anchor));
    REQUIRE(again);
    CHECK(*again == anchor);
  }
  CHECK(AnchorToText({{42, {31}}, true}) == "<2a.1f");
  for (const char* text :
       {"", "x", "<2a", "<2a.", "<.1f", "<2a.1f ", "<-2.1f", "<10000000000000000.1"}) {
    INFO(text);
    CHECK_FALSE(TextToAnchor(text));
  }
}

}  // namespace
}  // namespace syncline
