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

// Of an edit to `sequence`, which is that of `now`, and which takes it.
Status Take(TextSequence& sequence, const KindState& now, const TextEdit& edit, ReplicaId author) {
  const std::uint64_t counter_max = sequence.NextCounter() + kTextCounterStepMax;
  for (const TextEdit::Insertion& insertion : edit.inserted) {
    if (insertion.counter > counter_max) {
      return Fail(Code::kInvalid, "An edit of a text whose ids are far above all others");
    }
  }
  // Nothing twice, so that deletions cost no more than there are runs.
  std::vector<TextEdit::Deletion> deleted = edit.deleted;
  if (!SortAndJoin(deleted)) {
    return Fail(Code::kInvalid, "An edit of a text that deletes a character twice");
  }
  switch (sequence.ApplyOrStop(edit, author, kTextStepsMax)) {
    case TextProblem::kNone: break;
    case TextProblem::kMalformed:
      return Fail(Code::kInvalid,
                  "An edit of a text with a part that is empty, no UTF-8 or out of bounds");
    case TextProblem::kReused:
      return Fail(Code::kInvalid, "An edit of a text with ids that its author has used before");
    case TextProblem::kMissing:
      return Fail(Code::kConflict, "An edit of a text at characters that are not there any more");
    case TextProblem::kCostly:
      return Fail(
          Code::kInvalid,
          "An edit of a text that puts too much at places that others have changed too often; "
          "make it in smaller parts");
  }
  // Only near the limit it is worth writing.
  const std::size_t parts = edit.inserted.size() + edit.deleted.size();
  if (now.content.size() + parts * kPartBytesMax > kContentBytesMax &&
      sequence.Content().size() > kContentBytesMax) {
    return Fail(Code::kInvalid, "A text's content would exceed " +
                                    std::to_string(kContentBytesMax) +
                                    " bytes; to start afresh, set the field to undefined in one "
                                    "mutation and write it in the next");
  }
  return Done{};
}

void Keep(const TextSequence& sequence, KindState& state) {
  state.value = Value(sequence.Text());
  state.content = sequence.Content();
}

// It makes the field be there.
bool IsFirst(const KindState& now, const TextEdit& edit) {
  return now.value.is_undefined() && edit.inserted.empty() && edit.deleted.empty();
}

}  // namespace

Result<std::optional<TextEdit>> TextDifference(const KindState& before, const Value& after,
                                               ReplicaId author) {
  const std::string* to = after.As<std::string>();
  if (!to) return WrongKind(after);
  if (!IsText(before.value)) return WrongKind(before.value);
  if (!IsUtf8(*to)) return Fail(Code::kInvalid, "A text holds UTF-8");
  const std::string* from = before.value.As<std::string>();
  const auto replacements = DifferenceOf(from ? std::string_view(*from) : std::string_view(), *to);
  if (replacements.empty() && from) return std::optional<TextEdit>();
  TextSequence sequence(before);
  TextEdit edit = sequence.EditOf(replacements);
  if (Status sound = Take(sequence, before, edit, author); !sound) return Fail(sound.error());
  return std::optional(std::move(edit));
}

Status CheckText(const KindState& now, const TextEdit& edit, ReplicaId author) {
  if (!IsText(now.value)) return WrongKind(now.value);
  TextSequence sequence(now);
  return Take(sequence, now, edit, author);
}

void ApplyText(KindState& now, const TextEdit& edit, const Stamp& stamp) {
  if (!IsText(now.value)) return;
  TextSequence sequence(now);
  sequence.Apply(edit, stamp.replica);
  if (sequence.changed() || IsFirst(now, edit)) Keep(sequence, now);
}

bool TextHasLiteralIds(const KindState& now, ReplicaId author) {
  const TextSequence sequence(now);
  const std::vector<TextEdit::Deletion> ids = sequence.IdsAt(0, sequence.visible());
  return ids.size() == 1 && ids[0].first == ElementId{0, author};
}

void ApplyTexts(KindState& now, const std::vector<AuthoredText>& edits) {
  if (!IsText(now.value)) return;
  TextSequence sequence(now);
  bool first = false;
  for (const AuthoredText& each : edits) {
    sequence.Apply(*each.edit, each.author);
    first = first || IsFirst(now, *each.edit);
  }
  if (sequence.changed() || first) Keep(sequence, now);
}

}  // namespace syncline
