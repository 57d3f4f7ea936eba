// The sequence of a text: every character that was ever typed, deleted ones too, in the order on which all
// replicas agree, as runs of ids. Held while edits are applied; at rest it is a content (text_content.hpp).
//
// The order is that of FugueMax: a character is a child of one of the two that it was typed between, of
// the right one if that descends from the left, else of the left; among the right children of one, who
// was typed before the later character comes first, then who has the smaller id. So what two people typed
// at one place, forward or backward, does not interleave. text_sequence_test.cpp holds it against that
// tree, written plainly. Source: Weidner and Kleppmann, "The Art of the Fugue" (2023).
//
// Runs lie in chunks of a bounded size, each with its piece of the text, so that an edit costs about the
// same wherever it is and however long the text. Not thread-safe, not even when const (it remembers where it
// last looked).
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/merge/kinds.hpp"
#include "shared/merge/string_difference.hpp"
#include "shared/merge/text_content.hpp"

namespace syncline {

// Why an edit, or a part of it, cannot be applied.
enum class TextProblem : std::uint8_t {
  kNone,
  kMalformed,  // empty, no UTF-8, ends that are the wrong way round, or counters out of bounds
  kReused,     // ids that are not above all of the author's earlier ones
  kMissing,    // names characters that are not there
  kCostly,     // would take more steps than it may
};

// The smallest of the library's sorts.
template <class T, class Less>
void SortByHeap(std::vector<T>& list, Less less) {
  std::make_heap(list.begin(), list.end(), less);
  std::sort_heap(list.begin(), list.end(), less);
}

// Makes deletions ascend by replica and counter, and one of those that adjoin. Returns whether none takes what
// another does.
bool SortAndJoin(std::vector<TextEdit::Deletion>& deletions);

class TextSequence {
 public:
  // A run's character: what Find tells. Valid until the next change.
  struct Chunk;
  struct Spot {
    Chunk* chunk = nullptr;
    std::size_t span = 0;
    std::size_t offset = 0;
  };

  // Total: a content that is corrupt counts as none, and a value that is no string as an empty one.
  explicit TextSequence(const KindState& state);
  TextSequence(TextSequence&&) noexcept;
  ~TextSequence();

  // Insertions in order, then deletions; a part with a problem is passed over. Returns the first problem.
  TextProblem Apply(const TextEdit& edit, ReplicaId author);
  // As Apply, but stops at the first problem, with what was before it applied, and at `steps_max`.
  TextProblem ApplyOrStop(const TextEdit& edit, ReplicaId author, std::uint64_t steps_max);
  // How many runs have been passed on the way to those that were looked for.
  std::uint64_t steps() const { return steps_; }

  // The edit that makes replacements in the visible text. New characters refer to the visible ones that stay
  // beside them, never to deleted ones, so that those may be swept (CompactText). Deletions ascend by replica
  // and counter, as few as can be.
  // REQUIRES: within the text.
  TextEdit EditOf(const std::vector<Replacement>& replacements) const;

  // Whether any edit has changed anything.
  bool changed() const { return changed_; }

  // The visible text, and what to keep of it.
  std::string Text() const;
  Bytes Content() const;
  std::size_t visible() const;

  bool Find(const ElementId& id, Spot& spot) const;
  bool IsVisible(const Spot& spot) const;
  // How many visible characters stand before it.
  std::size_t VisibleBefore(const Spot& spot) const;
  bool IsBefore(const Spot& a, const Spot& b) const;
  ElementId IdOf(const Spot& spot) const;
  // The visible character at an index. REQUIRES: at < visible().
  ElementId IdAt(std::size_t at) const;
  // The visible characters from an index on, in order. REQUIRES: at + count <= visible().
  std::vector<TextEdit::Deletion> IdsAt(std::size_t at, std::size_t count) const;
  // The visible ones among the ids of a deletion, in the order of ids.
  std::vector<TextEdit::Deletion> StillVisible(const TextEdit::Deletion& deletion) const;
  // Above every counter seen, and not below where the field's ids begin.
  std::uint64_t NextCounter() const;

 private:
  struct Gap;  // between two runs
  struct Index;

  TextProblem Insert(const TextEdit::Insertion& insertion, ReplicaId author);
  TextProblem Delete(const TextEdit::Deletion& deletion, bool stop);
  TextProblem ApplyParts(const TextEdit& edit, ReplicaId author, bool stop);

  std::uint32_t AuthorOf(ReplicaId replica) const;  // kNobody if unknown
  std::uint32_t AddAuthor(ReplicaId replica);
  bool Inner(const ElementId& id, TextId& inner) const;  // false if the replica is unknown
  ElementId Outer(const TextId& id) const;

  bool Find(const TextId& id, Spot& spot) const;
  bool FindIn(Chunk* chunk, const TextId& id, Spot& spot) const;
  void MakeIndex() const;
  // As right neighbours: nobody stands behind all.
  bool RightIsBefore(const TextId& a, const TextId& b) const;
  bool NextIdFrom(TextId& id) const;
  bool Step() const { return ++steps_ <= steps_max_; }
  Spot SpotAt(std::size_t at) const;

  // What a run is to a parent: a descendant of its child, or of one that was passed, or nothing.
  enum class Kin : std::uint8_t { kNone, kPassed, kChild };
  bool Descends(Spot right, const TextId& left, const Spot& left_spot) const;
  Gap Place(const TextSpan& made, Gap gap, const Spot& left, const Spot& right) const;
  Kin Climb(const TextId& parent, const Spot& left, const Spot& right, Spot& last,
            const TextSpan*& child) const;
  bool IsSiblingBefore(const TextSpan& made, const TextSpan& child) const;
  const TextSpan* SpanBehind(Gap& gap) const;
  std::size_t SplitAt(Chunk& chunk, std::size_t span, std::size_t offset);
  void PutIn(Gap gap, const TextSpan& made, std::string_view text);
  void Hide(const Spot& spot, std::size_t count);
  void JoinAt(Chunk& chunk, std::size_t span);
  void Divide(Chunk& chunk);

  std::vector<TextAuthor> authors_;
  std::uint64_t floor_ = 0;
  std::uint64_t first_ = 0;  // KindState::first_counter
  std::uint64_t steps_max_ = ~std::uint64_t{0};
  mutable std::uint64_t steps_ = 0;
  bool changed_ = false;
  std::vector<std::unique_ptr<Chunk>> chunks_;  // never empty; only a lone one may have no runs
  mutable Chunk* last_;                         // where the last id was found
  mutable std::uint32_t last_author_ = 0;
  mutable std::size_t searches_ = 0;
  mutable std::unique_ptr<Index> index_;  // once many searches have shown that it pays
};

}  // namespace syncline
