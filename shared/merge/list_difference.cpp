// What turned one array into another: elements that stay, move, come and go, and what was written to them.
#include <algorithm>
#include <map>

#include "shared/merge/list.hpp"
#include "shared/merge/list_tree.hpp"
#include "shared/value/field_path.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};
// Of equal elements in both arrays so many pairs are tried; beyond, the first goes with the first.
constexpr std::size_t kPairsMax = 4096;

// By which an element is known again although its fields have changed.
const Member* IdentityOf(const Value& value) {
  const Object* object = value.As<Object>();
  if (!object) return nullptr;
  for (const char* name : {"id", "_id", "key"}) {
    const auto& members = object->members();
    const auto at = std::find_if(members.begin(), members.end(),
                                 [name](const Member& member) { return member.name == name; });
    if (at != members.end()) return &*at;
  }
  return nullptr;
}

// The positions of what is the same, ascending.
struct Same {
  std::vector<std::size_t> old, now;
};
using SameByKey = std::map<Bytes, Same>;

class Matcher {
 public:
  Matcher(const std::vector<const Value*>& old, const Array& now)
      : old_(old), now_(now), match_(now.size(), kNone), taken_(old.size()), stays_(now.size()) {
    MatchEnds();
    MatchOrdered(Group());
    MatchGaps();
  }
  // Which of the old elements this is, or kNone.
  std::size_t match(std::size_t now) const { return match_[now]; }
  // Whether it has kept its place among the others that have.
  bool stays(std::size_t now) const { return stays_[now]; }
  bool taken(std::size_t old) const { return taken_[old]; }

 private:
  // Most changes are in one place: what is the same before and behind it stays.
  void MatchEnds() {
    old_end_ = old_.size();
    now_end_ = now_.size();
    const auto are_left = [this] { return first_ < old_end_ && first_ < now_end_; };
    for (; are_left() && *old_[first_] == now_[first_]; ++first_) Keep(first_, first_);
    while (are_left() && *old_[old_end_ - 1] == now_[now_end_ - 1]) Keep(--old_end_, --now_end_);
  }

  // By identity where that tells the elements apart on both sides, else by the whole value.
  SameByKey Group() {
    SameByKey by_identity;
    const auto identity_key = [](const Value& value) {
      const Member* identity = IdentityOf(value);
      return identity ? identity->name + kPathStep + EncodeKey(identity->value) : Bytes();
    };
    for (std::size_t i = first_; i < old_end_; ++i) {
      by_identity[identity_key(*old_[i])].old.push_back(i);
    }
    for (std::size_t j = first_; j < now_end_; ++j) {
      by_identity[identity_key(now_[j])].now.push_back(j);
    }
    SameByKey groups;
    for (auto& [key, same] : by_identity) {
      if (!key.empty() && same.old.size() <= 1 && same.now.size() <= 1) {
        groups[key] = std::move(same);
        continue;
      }
      for (const std::size_t i : same.old) groups[EncodeKey(*old_[i])].old.push_back(i);
      for (const std::size_t j : same.now) groups[EncodeKey(now_[j])].now.push_back(j);
    }
    return groups;
  }

  // The most that can stay in order (Hunt and Szymanski: the longest ascending run of old positions, those
  // of one new position tried from the last), and of the rest what moved.
  void MatchOrdered(const SameByKey& groups) {
    std::vector<const Same*> group_of(now_.size());
    for (const auto& [key, same] : groups) {
      for (const std::size_t j : same.now) group_of[j] = &same;
    }
    struct Step {
      std::size_t old, now, before;
    };
    std::vector<Step> steps;
    std::vector<std::size_t> best;  // the step that ends the run of each length with the least old
    const auto extend = [&](std::size_t i, std::size_t j) {
      const auto at = std::lower_bound(
          best.begin(), best.end(), i,
          [&](std::size_t step, std::size_t wanted) { return steps[step].old < wanted; });
      const std::size_t before = at == best.begin() ? kNone : at[-1];
      if (at == best.end()) {
        best.push_back(steps.size());
      } else {
        *at = steps.size();
      }
      steps.push_back({i, j, before});
    };
    for (std::size_t j = first_; j < now_end_; ++j) {
      const Same& same = *group_of[j];
      if (same.old.size() * same.now.size() <= kPairsMax) {
        for (auto i = same.old.rbegin(); i != same.old.rend(); ++i) extend(*i, j);
        continue;
      }
      const auto nth = std::lower_bound(same.now.begin(), same.now.end(), j) - same.now.begin();
      if (static_cast<std::size_t>(nth) < same.old.size()) extend(same.old[nth], j);
    }
    for (std::size_t at = best.empty() ? kNone : best.back(); at != kNone; at = steps[at].before) {
      Keep(steps[at].old, steps[at].now);
    }
    for (const auto& [key, same] : groups) MatchMoved(same);
  }
  void MatchMoved(const Same& same) {
    auto i = same.old.begin();
    for (const std::size_t j : same.now) {
      if (match_[j] != kNone) continue;
      while (i != same.old.end() && taken_[*i]) ++i;
      if (i == same.old.end()) return;
      match_[j] = *i;
      taken_[*i] = true;
    }
  }
  void Keep(std::size_t i, std::size_t j) {
    match_[j] = i;
    stays_[j] = true;
    taken_[i] = true;
  }

  // Between two that stay: as many that went as came are the same ones, changed.
  void MatchGaps() {
    std::size_t i = 0;
    std::vector<std::size_t> came;
    for (std::size_t j = 0; j <= now_.size(); ++j) {
      if (j < now_.size() && !stays_[j]) {
        if (match_[j] == kNone) came.push_back(j);
        continue;
      }
      const std::size_t end = j < now_.size() ? match_[j] : old_.size();
      std::vector<std::size_t> went;
      for (; i < end; ++i) {
        if (!taken_[i]) went.push_back(i);
      }
      for (std::size_t k = 0; came.size() == went.size() && k < came.size(); ++k) {
        if (MayBeOne(*old_[went[k]], now_[came[k]])) Keep(went[k], came[k]);
      }
      came.clear();
      i = end + 1;
    }
  }
  static bool MayBeOne(const Value& before, const Value& after) {
    const Member* was = IdentityOf(before);
    const Member* is = IdentityOf(after);
    return !was || !is || (was->name == is->name && was->value == is->value);
  }

  const std::vector<const Value*>& old_;
  const Array& now_;
  std::size_t first_ = 0, old_end_ = 0, now_end_ = 0;  // what MatchEnds has left over
  std::vector<std::size_t> match_;
  std::vector<char> taken_, stays_;
};

struct Differ {
  const ListTree& tree;
  const Array& now;
  const ReplicaId author;
  std::vector<Slot> live;
  ListEdit edit{};

  const ListElement& Element(std::size_t old) const {
    return tree.element(tree.position(live[old]).element);
  }

  ListEdit Diff() {
    std::vector<const Value*> old;
    for (std::size_t i = 0; i < live.size(); ++i) old.push_back(&Element(i).value);
    const Matcher matcher(old, now);
    const std::vector<ElementId> rights = Rights(matcher);
    ElementId left = kNoElement;
    std::uint64_t counter = tree.next();
    bool inserting = false;
    for (std::size_t j = 0; j < now.size(); ++j) {
      const std::size_t i = matcher.match(j);
      if (i == kNone) {
        if (!inserting) edit.inserted.push_back({left, rights[j], counter, {}});
        edit.inserted.back().elements.push_back(now[j]);
        left = {counter++, author};
        inserting = true;
        continue;
      }
      inserting = false;
      DiffElement(Element(i).id, *old[i], now[j], edit.written);
      if (matcher.stays(j)) {
        left = tree.position(live[i]).id;
      } else {
        edit.moved.push_back({Element(i).id, left, rights[j], counter});
        left = {counter++, author};
      }
    }
    for (std::size_t i = 0; i < live.size(); ++i) {
      if (!matcher.taken(i)) edit.removed.push_back(Element(i).id);
    }
    return std::move(edit);
  }
  // For each new element the position of the next one that stays.
  std::vector<ElementId> Rights(const Matcher& matcher) const {
    std::vector<ElementId> rights(now.size());
    ElementId right = kNoElement;
    for (std::size_t j = now.size(); j-- > 0;) {
      rights[j] = right;
      if (matcher.stays(j)) right = tree.position(live[matcher.match(j)]).id;
    }
    return rights;
  }
};

}  // namespace

Result<std::optional<ListEdit>> ListDifference(const KindState& before, const Value& after,
                                               ReplicaId author) {
  Result<ListTree> tree = ListTree::Load(before);
  if (!tree) return Fail(tree.error());
  const Array* now = after.As<Array>();
  if (!now) return Fail(Code::kInvalid, std::string("A list is an array, not ") + TypeName(after));
  if (now->size() > kListElementsMax) {
    return Fail(Code::kInvalid,
                "A list has at most " + std::to_string(kListElementsMax) + " elements");
  }
  ListEdit edit = Differ{*tree, *now, author, tree->Live()}.Diff();
  const bool same =
      edit.inserted.empty() && edit.moved.empty() && edit.written.empty() && edit.removed.empty();
  if (same && !before.value.is_undefined()) return std::optional<ListEdit>();
  if (Status sound = Perform(*tree, edit, author); !sound) return Fail(sound.error());
  return std::optional(std::move(edit));
}

}  // namespace syncline
