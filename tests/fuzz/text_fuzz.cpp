// A text and its edits, all of them forged: any bytes are a content or none, any edit applies or passes, the
// value stays UTF-8, what the relay's check accepts applies whole and what a device makes is accepted, and no
// edit takes more steps than it may.
#include "shared/base/utf8.hpp"
#include "shared/base/varint.hpp"
#include "shared/merge/text.hpp"
#include "shared/merge/text_anchor.hpp"
#include "shared/merge/text_sequence.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace syncline {
namespace {

constexpr std::size_t kEditsMax = 24;
constexpr std::uint64_t kStepsMax = 100;

// Takes what it needs from the front of the input; behind its end there is nothing but zeros.
class Source {
 public:
  explicit Source(ByteView in) : in_(in) {}
  bool empty() const { return in_.empty(); }
  unsigned Byte() {
    if (in_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(in_[0]);
    in_.remove_prefix(1);
    return byte;
  }
  ByteView Some() {
    const std::size_t size = std::min<std::size_t>(Byte(), in_.size());
    const ByteView some = in_.substr(0, size);
    in_.remove_prefix(size);
    return some;
  }
  std::uint64_t Number() {
    std::uint64_t number = 0;
    if (Byte() % 4 > 0) return Byte();
    return TakeVarint(in_, number) ? number : 0;
  }
  ElementId Id() {
    const unsigned kind = Byte();
    return kind % 8 == 0 ? kNoElement : ElementId{Number(), {kind % 4}};
  }
  TextEdit AnyEdit() {
    TextEdit edit;
    for (unsigned i = Byte() % 3; i > 0; --i) {
      edit.inserted.push_back({Id(), Id(), Number(), std::string(Some())});
    }
    for (unsigned i = Byte() % 3; i > 0; --i) edit.deleted.push_back({Id(), Number()});
    return edit;
  }

 private:
  ByteView in_;
};

void CheckSound(const KindState& state) {
  const std::string* text = state.value.As<std::string>();
  CHECK(!text || IsUtf8(*text));
  CHECK(TextSequence(state).Text() == (text ? *text : std::string()));
}

}  // namespace

void Fuzz(ByteView input) {
  Source source(input);
  KindState state;
  state.literal_by = {source.Byte() % 4};
  state.first_counter = source.Number() % (1 << 28);
  const ByteView text = source.Some();
  if (IsUtf8(text)) state.value = Value(text);
  state.content = source.Some();
  CheckSound(state);

  for (std::size_t i = 0; i < kEditsMax && !source.empty(); ++i) {
    const ReplicaId author{source.Byte() % 4};
    TextEdit edit = source.AnyEdit();
    if (source.Byte() % 2) {
      // An honest one, so that the text grows.
      const auto difference = TextDifference(state, Value(source.Some()), author);
      if (difference && *difference) {
        edit = **difference;
        CHECK(CheckText(state, edit, author));
      }
    }
    const KindState before = state;
    TextSequence bounded(state), whole(state);
    (void)bounded.ApplyOrStop(edit, author, kStepsMax);
    CHECK(bounded.steps() <= kStepsMax + 8);
    const bool sound = static_cast<bool>(CheckText(state, edit, author));
    CHECK(!sound || whole.Apply(edit, author) == TextProblem::kNone);
    ApplyText(state, edit, {{1}, author});
    CheckSound(state);
    CHECK(!sound || state.value.Is<std::string>());
    const TextEdit inverse = InverseOf(before, edit);
    if (const auto undo = RenewText(state, inverse, author)) {
      TextEdit kept = inverse;
      (void)FollowText(kept, inverse, *undo, author);
      (void)CheckText(state, *undo, author);
      KindState undone = state;
      ApplyText(undone, *undo, {{1}, author});
      CheckSound(undone);
    }
    if (source.Byte() % 8 == 0) {
      (void)CompactText(state);
      CheckSound(state);
    }
    const std::size_t offset = source.Byte();
    const auto bias = source.Byte() % 2 ? TextBias::kBefore : TextBias::kBehind;
    const TextAnchor anchor = AnchorAt(state, offset, bias);
    CHECK(OffsetOf(state, anchor).has_value());
    const auto same = TextToAnchor(AnchorToText(anchor));
    CHECK(same && *same == anchor);
  }
  (void)TextToAnchor(input);
}

}  // namespace syncline
