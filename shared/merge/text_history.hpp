// Histories of texts for tests: authors who edit at the same time, each seeing some of what the others did.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "shared/base/random.hpp"
#include "shared/base/utf8.hpp"
#include "shared/merge/text.hpp"
#include "shared/merge/text_sequence.hpp"

namespace syncline {

inline std::string TextOf(const KindState& state) {
  const std::string* text = state.value.As<std::string>();
  return text ? *text : std::string();
}

inline void ApplyBy(KindState& state, const TextEdit& edit, ReplicaId author) {
  ApplyText(state, edit, {{1}, author});
}

// Replaces `deleted` code points at `at`.
inline TextEdit EditAt(const KindState& state, std::size_t at, std::size_t deleted,
                       std::string_view inserted) {
  return TextSequence(state).EditOf({{at, deleted, inserted}});
}

class TextHistory {
 public:
  struct Made {
    std::size_t author;
    TextEdit edit;
    std::vector<std::size_t> seen;  // how many edits of each author
  };

  TextHistory(KindState origin, std::size_t authors)
      : origin_(origin),
        states_(authors, origin),
        seen_(authors, std::vector<std::size_t>(authors)) {}

  static ReplicaId ReplicaOf(std::size_t author) { return {(author * 7919 + 13) % 101 + 1}; }
  std::size_t authors() const { return states_.size(); }
  const KindState& state(std::size_t author) const { return states_[author]; }
  KindState& state(std::size_t author) { return states_[author]; }
  const std::vector<Made>& made() const { return made_; }
  const KindState& origin() const { return origin_; }

  void Make(std::size_t author, TextEdit edit) {
    ApplyBy(states_[author], edit, ReplicaOf(author));
    made_.push_back({author, std::move(edit), seen_[author]});
    ++seen_[author][author];
  }

  // One that it can: its own order, and after what its author had seen.
  bool DeliverOneTo(std::size_t to, Random& random) {
    const std::size_t start = random.Below(made_.size() + 1);
    for (std::size_t i = 0; i < made_.size(); ++i) {
      const Made& made = made_[(start + i) % made_.size()];
      if (!IsNext(made, seen_[to])) continue;
      ApplyBy(states_[to], made.edit, ReplicaOf(made.author));
      ++seen_[to][made.author];
      return true;
    }
    return false;
  }

  // All edits, in a random order in which each comes after what its author had seen.
  std::vector<std::size_t> SomeOrder(Random& random) const {
    std::vector<std::size_t> seen(authors()), order;
    while (order.size() < made_.size()) {
      const std::size_t next = random.Below(made_.size());
      if (!IsNext(made_[next], seen)) continue;
      ++seen[made_[next].author];
      order.push_back(next);
    }
    return order;
  }

  // The state of one who gets them so.
  KindState InSomeOrder(Random& random) const {
    KindState state = origin_;
    for (const std::size_t next : SomeOrder(random)) {
      ApplyBy(state, made_[next].edit, ReplicaOf(made_[next].author));
    }
    return state;
  }

  static TextHistory Arbitrary(Random& random, std::size_t edits) {
    KindState origin;
    origin.literal_by = random.OneIn(2) ? ReplicaOf(0) : ReplicaId{77};
    if (random.OneIn(2)) origin.value = Value("h\xC3\xA9llo \xF0\x9F\x8C\x8D");
    return From(origin, random, edits);
  }

  // A few authors typing, deleting and replacing at near places, each a burst at a time.
  static TextHistory From(const KindState& origin, Random& random, std::size_t edits) {
    static const char* const kTexts[] = {"a", "bc", "d\xC3\xA9", "\xF0\x9F\x98\x80", "x", "longer"};
    TextHistory history(origin, 3 + random.Below(3));
    for (std::size_t i = 0; i < edits; ++i) {
      const std::size_t author = random.Below(history.authors());
      for (std::size_t n = random.Below(4); n > 0; --n) {
        if (!history.DeliverOneTo(author, random)) break;
      }
      std::size_t at = random.Below(CodePoints(TextOf(history.state(author))) + 1);
      const bool backward = random.OneIn(4);
      for (std::size_t burst = 1 + random.Below(3); burst > 0; --burst) {
        const std::size_t size = CodePoints(TextOf(history.state(author)));
        at = std::min(at, size);
        const std::size_t deleted =
            random.OneIn(2) ? 0 : std::min<std::size_t>(random.Below(4), size - at);
        const char* text = deleted > 0 && random.OneIn(2) ? "" : kTexts[random.Below(6)];
        if (deleted == 0 && *text == 0) continue;
        history.Make(author, EditAt(history.state(author), at, deleted, text));
        if (!backward) at += CodePoints(text);
      }
    }
    return history;
  }

 private:
  bool IsNext(const Made& made, const std::vector<std::size_t>& seen) const {
    if (made.seen[made.author] != seen[made.author]) return false;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (made.seen[i] > seen[i]) return false;
    }
    return true;
  }

  KindState origin_;
  std::vector<KindState> states_;
  std::vector<std::vector<std::size_t>> seen_;
  std::vector<Made> made_;
};

}  // namespace syncline
