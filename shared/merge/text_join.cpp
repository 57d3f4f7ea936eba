// Many edits of one author as one: what goes to others of a text that somebody types.
#include "shared/base/utf8.hpp"
#include "shared/merge/text.hpp"

namespace syncline {
namespace {

// Longer insertions are left as they are: to go on, their characters must be counted each time.
constexpr std::size_t kJoinedBytesMax = 4096;

// Typed right behind `last`, in the same gap: then each character's neighbours are as if typed in a row.
bool GoesOn(const TextEdit::Insertion& last, const TextEdit::Insertion& next, ReplicaId author) {
  if (last.text.size() > kJoinedBytesMax) return false;
  const std::uint64_t end = last.counter + CodePoints(last.text);
  return next.counter == end && next.left == ElementId{end - 1, author} && next.right == last.right;
}

bool Adjoin(TextEdit::Deletion& last, const TextEdit::Deletion& next) {
  if (next.first.replica != last.first.replica) return false;
  const bool before = next.first.counter + next.count == last.first.counter;
  if (!before && last.first.counter + last.count != next.first.counter) return false;
  if (before) last.first = next.first;
  last.count += next.count;
  return true;
}

}  // namespace

void JoinTexts(TextEdit& all, const TextEdit& next, ReplicaId author) {
  for (const TextEdit::Insertion& insertion : next.inserted) {
    if (!all.inserted.empty() && GoesOn(all.inserted.back(), insertion, author)) {
      all.inserted.back().text += insertion.text;
    } else {
      all.inserted.push_back(insertion);
    }
  }
  for (const TextEdit::Deletion& deletion : next.deleted) {
    if (all.deleted.empty() || !Adjoin(all.deleted.back(), deletion)) {
      all.deleted.push_back(deletion);
    }
  }
}

}  // namespace syncline
