// The laws of texts, over random histories of a few authors who edit at the same time and close together;
// what people mean; and what is refused.
#include "shared/merge/text.hpp"

#include <doctest/doctest.h>

#include "shared/merge/text_history.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{1}, kBob{2}, kCid{3};

KindState LiteralOf(const char* text) {
  KindState state;
  state.value = Value(text);
  state.literal_by = kAnn;
  return state;
}

TEST_CASE("the same edits in any causal order give the same text and the same bytes") {
  Random random(11);
  for (int round = 0; round < 4'000; ++round) {
    TextHistory history = TextHistory::Arbitrary(random, 2 + random.Below(12));
    INFO("round ", round);
    const KindState first = history.InSomeOrder(random);
    const KindState second = history.InSomeOrder(random);
    REQUIRE(TextOf(first) == TextOf(second));
    REQUIRE(first.content == second.content);
    for (std::size_t author = 0; author < history.authors(); ++author) {
      while (history.DeliverOneTo(author, random)) {
      }
      REQUIRE(TextOf(history.state(author)) == TextOf(first));
      REQUIRE(history.state(author).content == first.content);
    }
  }
}

TEST_CASE("what two people type at one place does not interleave, forward or backward") {
  for (const bool backward : {false, true}) {
    TextHistory history(LiteralOf("[]"), 2);
    for (std::size_t author = 0; author < 2; ++author) {
      for (std::size_t i = 0; i < 4; ++i) {
        const std::string_view word = author == 0 ? "abcd" : "wxyz";
        history.Make(author, EditAt(history.state(author), backward ? 1 : 1 + i, 0,
                                    word.substr(backward ? 3 - i : i, 1)));
      }
    }
    Random random(3);
    for (int i = 0; i < 20; ++i) {
      const std::string text = TextOf(history.InSomeOrder(random));
      CHECK((text == "[abcdwxyz]" || text == "[wxyzabcd]"));
    }
  }
}

}  // namespace
}  // namespace syncline
