#include "shared/merge/text.hpp"

#include <algorithm>

#include "shared/base/utf8.hpp"
#include "shared/merge/text_sequence.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kOwn{0};

bool IsText(const Value& value) { return value.is_undefined() || value.Is<std::string>(); }

Failure WrongKind(const Value& value) {
  return Fail(Code::kInvalid, std::string("A text holds a string, not ") + TypeName(value));
}

void Keep(const TextSequence& sequence, KindState& state) {
  state.value = Value(sequence.Text());
  state.content = sequence.Content();
}

ElementId Resolved(ElementId id, ReplicaId author) {
  if (id.replica == kOwn && id != kNoElement) id.replica = author;
  return id;
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
  if (sequence.Content().size() > kContentBytesMax) {
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
  for (const AuthoredText& each : edits) sequence.Apply(each.edit, each.author);
  if (sequence.changed()) Keep(sequence, now);
}

TextEdit InverseOf(const KindState& before, const TextEdit& done) {
  TextEdit inverse;
  for (const TextEdit::Insertion& insertion : done.inserted) {
    inverse.deleted.push_back({{insertion.counter, kOwn}, CodePoints(insertion.text)});
  }
  const std::string* value = before.value.As<std::string>();
  if (done.deleted.empty() || !value) return inverse;

  const TextSequence sequence(before);
  struct Run {
    std::size_t at, count;
    ElementId first;
  };
  std::vector<Run> runs;
  for (const TextEdit::Deletion& deletion : done.deleted) {
    for (const TextEdit::Deletion& visible : sequence.StillVisible(deletion)) {
      TextSequence::Spot spot;
      if (!sequence.Find(visible.first, spot)) continue;
      runs.push_back({sequence.VisibleBefore(spot), visible.count, visible.first});
    }
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.at < b.at; });
  const std::size_t visible = sequence.visible();
  std::string_view rest = *value;
  std::size_t points = 0;
  for (const Run& run : runs) {
    if (run.at < points) continue;  // named twice
    rest.remove_prefix(BytesBeforeCodePoint(rest, run.at - points));
    const std::size_t bytes = BytesBeforeCodePoint(rest, run.count);
    const std::size_t behind = run.at + run.count;
    inverse.inserted.push_back({run.first, behind < visible ? sequence.IdAt(behind) : kNoElement, 0,
                                std::string(rest.substr(0, bytes))});
    rest.remove_prefix(bytes);
    points = behind;
  }
  return inverse;
}

std::optional<TextEdit> RenewText(const KindState& now, const TextEdit& inverse, ReplicaId author) {
  if (!IsText(now.value)) return std::nullopt;
  TextSequence sequence(now);
  TextEdit edit;
  for (TextEdit::Deletion deletion : inverse.deleted) {
    deletion.first = Resolved(deletion.first, author);
    for (const TextEdit::Deletion& visible : sequence.StillVisible(deletion)) {
      edit.deleted.push_back(visible);
    }
  }
  // New characters must not refer to those that go.
  sequence.Apply({{}, edit.deleted}, author);
  const std::size_t end = sequence.visible();
  std::uint64_t counter = sequence.NextCounter();
  std::optional<std::size_t> last;
  for (const TextEdit::Insertion& insertion : inverse.inserted) {
    TextSequence::Spot spot;
    std::size_t at = end;
    if (sequence.Find(Resolved(insertion.left, author), spot)) {
      at = sequence.VisibleBefore(spot) + (sequence.IsVisible(spot) ? 1 : 0);
    } else if (sequence.Find(Resolved(insertion.right, author), spot)) {
      at = sequence.VisibleBefore(spot);
    } else if (insertion.right != kNoElement) {
      continue;
    }
    // What stood side by side comes back as one.
    if (last == at) {
      edit.inserted.back().text += insertion.text;
    } else {
      edit.inserted.push_back({at > 0 ? sequence.IdAt(at - 1) : kNoElement,
                               at < end ? sequence.IdAt(at) : kNoElement, counter, insertion.text});
    }
    counter += CodePoints(insertion.text);
    last = at;
  }
  if (edit.inserted.empty() && edit.deleted.empty()) return std::nullopt;
  return edit;
}

bool FollowText(TextEdit& kept, const TextEdit& inverse, const TextEdit& renewed,
                ReplicaId author) {
  std::size_t returned = 0, wanted = 0;
  for (const TextEdit::Insertion& each : renewed.inserted) returned += CodePoints(each.text);
  for (const TextEdit::Insertion& each : inverse.inserted) wanted += CodePoints(each.text);
  // A place was lost: which characters came back cannot be told.
  if (returned == 0 || returned != wanted) return false;
  const std::size_t before = kept.deleted.size();
  std::uint64_t counter = renewed.inserted.front().counter;
  for (const TextEdit::Insertion& each : inverse.inserted) {
    const ElementId old = Resolved(each.left, author);
    const std::uint64_t count = CodePoints(each.text);
    for (std::size_t i = 0; i < before; ++i) {
      const ElementId first = Resolved(kept.deleted[i].first, author);
      if (first.replica != old.replica) continue;
      const std::uint64_t from = std::max(first.counter, old.counter);
      const std::uint64_t end =
          std::min(first.counter + kept.deleted[i].count, old.counter + count);
      if (from < end) kept.deleted.push_back({{counter + (from - old.counter), kOwn}, end - from});
    }
    counter += count;
  }
  return kept.deleted.size() > before;
}

}  // namespace syncline
