// The bytes of a text's content: what they are, that they stay small, and that any others are harmless.
#include "shared/merge/text.hpp"

#include <doctest/doctest.h>

#include "shared/merge/text_content.hpp"
#include "shared/merge/text_history.hpp"
#include "shared/merge/text_trace.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{1}, kBob{2};

TEST_CASE("the bytes of a content are these") {
  KindState state;
  ApplyBy(state, EditAt(state, 0, 0, "ab"), {3});
  CHECK(state.content == Bytes("\x01\x00\x01\x03\0\0\0\0\0\0\0\x02\x50\x04", 14));
}

TEST_CASE("a content is read as it was written, and holds what makes the text") {
  Random random(51);
  for (int round = 0; round < 2'000; ++round) {
    const KindState state =
        TextHistory::Arbitrary(random, 1 + random.Below(20)).InSomeOrder(random);
    if (state.content.empty()) continue;
    TextContent content;
    INFO("round ", round);
    REQUIRE(DecodeTextContent(state.content, content));
    TextContentWriter writer(content.authors, content.floor);
    for (const TextSpan& span : content.spans) writer.Add(span);
    REQUIRE(writer.Finish() == state.content);
    REQUIRE(TextSequence(state).Content() == state.content);
  }
}

TEST_CASE(
    "a content that is cut short or scratched is read as another or as none, and goes on working") {
  Random random(52);
  for (int round = 0; round < 6'000; ++round) {
    KindState state = TextHistory::Arbitrary(random, 1 + random.Below(10)).InSomeOrder(random);
    const std::string text = TextOf(state);
    if (random.OneIn(4)) {
      state.content.resize(random.Below(state.content.size() + 1));
    } else if (!state.content.empty()) {
      for (std::uint64_t i = 1 + random.Below(3); i > 0; --i) {
        state.content[random.Below(state.content.size())] = static_cast<char>(random.Next());
      }
    }
    INFO("round ", round);
    REQUIRE(TextSequence(state).Text() == text);
    ApplyBy(state, EditAt(state, random.Below(CodePoints(text) + 1), 0, "new"), {99});
    REQUIRE(CodePoints(TextOf(state)) == CodePoints(text) + 3);
  }
}

TEST_CASE("what is typed in a row, or deleted in a row, is one run") {
  KindState state;
  for (std::size_t i = 0; i < 1'000; ++i) ApplyBy(state, EditAt(state, i, 0, "a"), kAnn);
  CHECK(state.content.size() < 24);
  for (std::size_t i = 0; i < 500; ++i) ApplyBy(state, EditAt(state, 250, 1, ""), kBob);
  CHECK(state.content.size() < 40);
}

// The text: one megabyte, edited 250,000 times. About six bytes a run.
TEST_CASE("a long text that was edited often has a small content") {
  TextSequence sequence{KindState()};
  for (const TraceEdit& each : TextTrace(1, 250'000, 0, 1'000'000)) {
    sequence.Apply(sequence.EditOf({{each.at, each.deleted, each.inserted}}), kAnn);
  }
  KindState state;
  state.value = Value(sequence.Text());
  state.content = sequence.Content();
  CHECK(sequence.visible() > 900'000);
  CHECK(state.content.size() < 300'000);
  CHECK(TextSequence(state).Content() == state.content);
}

}  // namespace
}  // namespace syncline
