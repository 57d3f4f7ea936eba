// Undo of a text's edit, also after others changed other things: what was inserted goes, as far as it is
// there, and what was deleted comes back where it was, as new characters.
//
// An inverse that is kept: `deleted` has the author's own characters, those of the replica 0, and behind
// them, for each of `inserted`, the characters that come back. Their neighbours are those that stayed.
#include <algorithm>

#include "shared/base/utf8.hpp"
#include "shared/merge/text.hpp"
#include "shared/merge/text_sequence.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kOwn{0};

ElementId Resolved(ElementId id, ReplicaId author) {
  if (id.replica == kOwn && id != kNoElement) id.replica = author;
  return id;
}

std::size_t OwnOf(const TextEdit& inverse) {
  return inverse.deleted.size() - std::min(inverse.deleted.size(), inverse.inserted.size());
}

// Visible characters that were deleted.
struct Run {
  std::size_t at;
  TextEdit::Deletion ids;
  std::size_t end() const { return at + static_cast<std::size_t>(ids.count); }
};

// In the order of the text. A forged edit may name some twice.
std::vector<Run> RunsOf(const TextSequence& sequence, const TextEdit& done) {
  std::vector<Run> runs;
  for (const TextEdit::Deletion& deletion : done.deleted) {
    for (const TextEdit::Deletion& ids : sequence.StillVisible(deletion)) {
      TextSequence::Spot spot;
      if (sequence.Find(ids.first, spot)) runs.push_back({sequence.VisibleBefore(spot), ids});
    }
  }
  SortByHeap(runs, [](const Run& a, const Run& b) { return a.at < b.at; });
  return runs;
}

// Where in the visible text a character stands, or stood.
struct Place {
  bool known = false;
  std::size_t before = 0, behind = 0;
};

Place PlaceOf(const TextSequence& sequence, const ElementId& id) {
  TextSequence::Spot spot;
  if (!sequence.Find(id, spot)) return {};
  const std::size_t before = sequence.VisibleBefore(spot);
  return {true, before, before + (sequence.IsVisible(spot) ? 1 : 0)};
}

// Between the neighbours, and if others typed there, where the characters themselves were.
std::optional<std::size_t> Return(const TextSequence& sequence, const ElementId& left,
                                  const ElementId& right, const ElementId& itself) {
  Place from = PlaceOf(sequence, left), to = PlaceOf(sequence, right);
  const Place own = PlaceOf(sequence, itself);
  // Nothing is known here any more, or the text is another than it was (KindState::first_counter).
  if (!from.known && !to.known && !own.known) return std::nullopt;
  if (!to.known) to.before = sequence.visible();
  const std::size_t at = own.known ? own.behind : from.known || !to.known ? from.behind : to.before;
  return std::max(from.behind, std::min(at, to.before));
}

}  // namespace

TextEdit InverseOf(const KindState& before, const TextEdit& done) {
  TextEdit inverse;
  for (const TextEdit::Insertion& insertion : done.inserted) {
    inverse.deleted.push_back({{insertion.counter, kOwn}, CodePoints(insertion.text)});
  }
  const std::string* value = before.value.As<std::string>();
  if (done.deleted.empty() || !value) return inverse;

  const TextSequence sequence(before);
  const std::vector<Run> runs = RunsOf(sequence, done);
  std::string_view rest = *value;
  std::size_t points = 0;
  // Runs side by side, from `first` to `last`, share their neighbours.
  for (std::size_t i = 0, first = 0, last = 0; i < runs.size(); ++i) {
    if (runs[i].at < points) continue;
    if (i == 0 || i > last) {
      first = last = i;
      while (last + 1 < runs.size() && runs[last + 1].at == runs[last].end()) ++last;
    }
    const std::size_t start = runs[first].at, end = runs[last].end();
    rest.remove_prefix(BytesBeforeCodePoint(rest, runs[i].at - points));
    const std::size_t bytes =
        BytesBeforeCodePoint(rest, static_cast<std::size_t>(runs[i].ids.count));
    inverse.inserted.push_back({start > 0 ? sequence.IdAt(start - 1) : kNoElement,
                                end < sequence.visible() ? sequence.IdAt(end) : kNoElement, 0,
                                std::string(rest.substr(0, bytes))});
    inverse.deleted.push_back(runs[i].ids);
    rest.remove_prefix(bytes);
    points = runs[i].end();
  }
  return inverse;
}

std::optional<TextEdit> RenewText(const KindState& now, const TextEdit& inverse, ReplicaId author) {
  TextSequence sequence(now);
  TextEdit edit;
  const std::size_t own = OwnOf(inverse);
  for (std::size_t i = 0; i < own; ++i) {
    TextEdit::Deletion deletion = inverse.deleted[i];
    deletion.first = Resolved(deletion.first, author);
    for (const TextEdit::Deletion& ids : sequence.StillVisible(deletion))
      edit.deleted.push_back(ids);
  }
  // New characters must not refer to those that go.
  sequence.Apply({{}, edit.deleted}, author);
  const std::size_t end = sequence.visible();
  std::uint64_t counter = sequence.NextCounter();
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < inverse.inserted.size() && own + i < inverse.deleted.size(); ++i) {
    const TextEdit::Insertion& insertion = inverse.inserted[i];
    const auto at =
        Return(sequence, Resolved(insertion.left, author), Resolved(insertion.right, author),
               Resolved(inverse.deleted[own + i].first, author));
    if (!at) continue;
    // What stood side by side comes back as one.
    if (last == at) {
      edit.inserted.back().text += insertion.text;
    } else {
      edit.inserted.push_back({*at > 0 ? sequence.IdAt(*at - 1) : kNoElement,
                               *at < end ? sequence.IdAt(*at) : kNoElement, counter,
                               insertion.text});
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

  bool changed = false;
  const std::size_t own = OwnOf(kept);
  std::vector<TextEdit::Deletion> followed;
  for (std::size_t i = 0; i < own; ++i) followed.push_back(kept.deleted[i]);
  std::uint64_t counter = renewed.inserted.front().counter;
  for (std::size_t i = OwnOf(inverse); i < inverse.deleted.size(); ++i) {
    const TextEdit::Deletion old{Resolved(inverse.deleted[i].first, author),
                                 inverse.deleted[i].count};
    for (std::size_t j = 0; j < own; ++j) {
      const ElementId first = Resolved(kept.deleted[j].first, author);
      if (first.replica != old.first.replica) continue;
      const std::uint64_t from = std::max(first.counter, old.first.counter);
      const std::uint64_t end =
          std::min(first.counter + kept.deleted[j].count, old.first.counter + old.count);
      if (from < end)
        followed.push_back({{counter + (from - old.first.counter), kOwn}, end - from});
    }
    const auto follow = [&](ElementId& neighbour) {
      const ElementId id = Resolved(neighbour, author);
      if (id.replica != old.first.replica || id.counter - old.first.counter >= old.count) return;
      neighbour = {counter + (id.counter - old.first.counter), kOwn};
      changed = true;
    };
    for (TextEdit::Insertion& each : kept.inserted) {
      follow(each.left);
      follow(each.right);
    }
    counter += old.count;
  }
  if (followed.size() == own) return changed;
  for (std::size_t i = own; i < kept.deleted.size(); ++i) followed.push_back(kept.deleted[i]);
  kept.deleted = std::move(followed);
  return true;
}

}  // namespace syncline
