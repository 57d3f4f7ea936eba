#include "shared/merge/string_difference.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "shared/base/utf8.hpp"

namespace syncline {
namespace {

constexpr int kChangesMax = 256;
// Comparisons; beyond, one replacement does.
constexpr std::size_t kStepsMax = 4'000'000;

bool IsTrail(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::size_t CommonPrefix(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t same = 0;
  while (same < most && a[same] == b[same]) ++same;
  // Two characters may begin with the same bytes.
  while (same > 0 &&
         ((same < a.size() && IsTrail(a[same])) || (same < b.size() && IsTrail(b[same])))) {
    --same;
  }
  return same;
}

std::size_t CommonSuffix(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t same = 0;
  while (same < most && a[a.size() - 1 - same] == b[b.size() - 1 - same]) ++same;
  // What is common begins with a first byte.
  while (same > 0 && IsTrail(a[a.size() - same])) --same;
  return same;
}

std::u32string Characters(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  while (!text.empty()) characters.push_back(TakeCodePoint(text));
  return characters;
}

// `deleted` of a from `from` on, and `inserted` of b from `to` on.
struct Change {
  int from, deleted, to, inserted;
  int size() const { return std::max(deleted, inserted); }
};

// One round a change: how far each diagonal (of a less of b) can be followed. The rounds are kept, to go
// back along the shortest way. Empty if there are too many.
class Myers {
 public:
  Myers(const std::u32string& a, const std::u32string& b)
      : a_(a), b_(b), a_size_(static_cast<int>(a.size())), b_size_(static_cast<int>(b.size())) {}

  std::vector<Change> Changes() {
    for (int round = 0; round <= kChangesMax; ++round) {
      reach_.emplace_back(static_cast<std::size_t>(round) + 1);
      for (int diagonal = -round; diagonal <= round; diagonal += 2) {
        int x = round == 0 ? 0 : Step(round, diagonal);
        while (x < a_size_ && x - diagonal < b_size_ && a_[At(x)] == b_[At(x - diagonal)]) {
          ++x;
          ++steps_;
        }
        Reach(round, diagonal) = x;
        if (x == a_size_ && x - diagonal == b_size_) return WayTo(round, diagonal);
      }
      if (steps_ > kStepsMax) break;
    }
    return {};
  }

 private:
  static std::size_t At(int index) { return static_cast<std::size_t>(index); }
  int& Reach(int round, int diagonal) { return reach_[At(round)][At((diagonal + round) / 2)]; }
  // Whether the way to this diagonal inserts (comes from the one above) rather than deletes.
  bool Inserts(int round, int diagonal) {
    if (diagonal == -round) return true;
    return diagonal != round && Reach(round - 1, diagonal - 1) < Reach(round - 1, diagonal + 1);
  }
  // Where the diagonal is entered; beyond an edge nothing is found any more.
  int Step(int round, int diagonal) {
    return Inserts(round, diagonal) ? Reach(round - 1, diagonal + 1)
                                    : Reach(round - 1, diagonal - 1) + 1;
  }

  std::vector<Change> WayTo(int round, int diagonal) {
    std::vector<Change> changes;
    for (; round > 0; --round) {
      const bool inserts = Inserts(round, diagonal);
      const int from = inserts ? diagonal + 1 : diagonal - 1;
      const int x = Reach(round - 1, from);
      const Change one = inserts ? Change{x, 0, x - from, 1} : Change{x, 1, x - from, 0};
      if (!changes.empty() && changes.back().from == one.from + one.deleted &&
          changes.back().to == one.to + one.inserted) {
        Change& behind = changes.back();
        behind = {one.from, one.deleted + behind.deleted, one.to, one.inserted + behind.inserted};
      } else {
        changes.push_back(one);
      }
      diagonal = from;
    }
    std::reverse(changes.begin(), changes.end());
    return changes;
  }

  const std::u32string &a_, &b_;
  const int a_size_, b_size_;
  std::size_t steps_ = 0;
  std::vector<std::vector<int>> reach_;
};

// A word that was replaced shares letters with the new one by chance: between two large changes, a small
// rest that is the same counts as changed.
std::vector<Change> Joined(const std::vector<Change>& changes) {
  std::vector<Change> joined;
  for (const Change& next : changes) {
    if (!joined.empty()) {
      Change& last = joined.back();
      const int same = next.from - (last.from + last.deleted);
      if (2 * same <= std::min(last.size(), next.size())) {
        last.deleted = next.from + next.deleted - last.from;
        last.inserted = next.to + next.inserted - last.to;
        continue;
      }
    }
    joined.push_back(next);
  }
  return joined;
}

}  // namespace

std::vector<Replacement> DifferenceOf(std::string_view before, std::string_view after) {
  const std::size_t prefix = CommonPrefix(before, after);
  const std::size_t start = CodePoints(before.substr(0, prefix));
  before.remove_prefix(prefix);
  after.remove_prefix(prefix);
  const std::size_t suffix = CommonSuffix(before, after);
  before.remove_suffix(suffix);
  after.remove_suffix(suffix);
  std::vector<Replacement> replacements;
  if (before.empty() && after.empty()) return replacements;
  if (!before.empty() && !after.empty()) {
    const std::u32string a = Characters(before), b = Characters(after);
    std::size_t bytes = 0, points = 0;
    for (const Change& change : Joined(Myers(a, b).Changes())) {
      const auto skip = [&](std::size_t to) {
        bytes += BytesBeforeCodePoint(after.substr(bytes), to - points);
        points = to;
        return bytes;
      };
      const std::size_t from = skip(static_cast<std::size_t>(change.to));
      const std::size_t end = skip(static_cast<std::size_t>(change.to + change.inserted));
      replacements.push_back({start + static_cast<std::size_t>(change.from),
                              static_cast<std::size_t>(change.deleted),
                              after.substr(from, end - from)});
    }
  }
  if (replacements.empty()) replacements.push_back({start, CodePoints(before), after});
  return replacements;
}

}  // namespace syncline
