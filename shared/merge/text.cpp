#include "shared/merge/text.hpp"

#include "shared/base/utf8.hpp"
#include "shared/merge/text_sequence.hpp"

namespace syncline {
namespace {

// What one insertion or deletion adds to a content at most: a run, what it cuts in two, and its author.
constexpr std::size_t kPartBytesMax = 192;

bool IsText(const Value& value) { return value.is_undefined() || value.Is<std::string>(); }

Failure WrongKind(const Value& value) {
  return Fail(Code::kInvalid, std::string("A text holds a string, not ") + TypeName(value));
}

void Keep(const TextSequence& sequence, KindState& state) {
  state.value = Value(sequence.Text());
  state.content = sequence.Content();
}

}  // namespace

Result<std::optional<TextEdit>> TextDifference(const KindState& before, const Value& after,
                                               ReplicaId) {
  const std::string* to = after.As<std::string>();
  if (!to) return WrongKind(after);
  if (!IsText(before.value)) return WrongKind(before.value);
  if (!IsUtf8(*to)) return Fail(Code::kInvalid, "A text holds UTF-8");
  const std::string* from = before.value.As<std::string>();
  const auto replacements = DifferenceOf(from ? std::string_view(*from) : std::string_view(), *to);
  if (replacements.empty()) return std::optional<TextEdit>();
  return std::optional(TextSequence(before).EditOf(replacements));
}

Status CheckText(const KindState& now, const TextEdit& edit, ReplicaId author) {
  if (!IsText(now.value)) return WrongKind(now.value);
  const std::size_t parts = edit.inserted.size() + edit.deleted.size();
  if (parts == 0) return Fail(Code::kInvalid, "An edit of a text that changes nothing");
  if (parts > kTextPartsMax) {
    return Fail(Code::kInvalid, "An edit of a text in " + std::to_string(parts) +
                                    " places; at most " + std::to_string(kTextPartsMax));
  }
  TextSequence sequence(now);
  const std::uint64_t counter_max = sequence.NextCounter() + kTextCounterStepMax;
  for (const TextEdit::Insertion& insertion : edit.inserted) {
    if (insertion.counter > counter_max) {
      return Fail(Code::kInvalid, "An edit of a text whose ids are far above all others");
    }
  }
  switch (sequence.ApplyOrStop(edit, author)) {
    case TextProblem::kNone: break;
    case TextProblem::kMalformed:
      return Fail(Code::kInvalid,
                  "An edit of a text with a part that is empty, no UTF-8 or out of bounds");
    case TextProblem::kReused:
      return Fail(Code::kInvalid, "An edit of a text with ids that its author has used before");
    case TextProblem::kMissing:
      return Fail(Code::kConflict, "An edit of a text at characters that are not there any more");
  }
  // Only near the limit it is worth writing.
  if (now.content.size() + parts * kPartBytesMax > kContentBytesMax &&
      sequence.Content().size() > kContentBytesMax) {
    return Fail(Code::kInvalid, "A text's content would exceed " +
                                    std::to_string(kContentBytesMax) +
                                    " bytes: assign it anew to start afresh");
  }
  return Done{};
}

void ApplyText(KindState& now, const TextEdit& edit, const Stamp& stamp) {
  if (!IsText(now.value)) return;
  TextSequence sequence(now);
  sequence.Apply(edit, stamp.replica);
  if (sequence.changed()) Keep(sequence, now);
}

void ApplyTexts(KindState& now, const std::vector<AuthoredText>& edits) {
  if (!IsText(now.value)) return;
  TextSequence sequence(now);
  for (const AuthoredText& each : edits) sequence.Apply(*each.edit, each.author);
  if (sequence.changed()) Keep(sequence, now);
}

}  // namespace syncline
