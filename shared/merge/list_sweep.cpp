// Sweeping lists: positions at which nothing stands any more, and which only an edit could name whose author
// is away for longer than anybody may be, are taken out of the tree.
//
// A position with one child leaves its place, with its rank and its anchor, to that child; one with none
// just goes. So everything else keeps its order, now and against all edits to come. Positions with more
// children, and those that are the anchor of another, stay: there are fewer of the former than of those
// that are live.
#include <algorithm>

#include "shared/merge/list_tree.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kMsPerMinute = 60'000;

}  // namespace

bool ListTree::Sweep(HybridTime horizon) {
  bool swept = false;
  for (ListElement& element : elements_) {
    const std::size_t size = element.writes.size();
    element.writes.erase(
        std::remove_if(element.writes.begin(), element.writes.end(),
                       [horizon](const ElementWrite& write) { return write.stamp.time < horizon; }),
        element.writes.end());
    swept = swept || element.writes.size() < size;
  }
  const std::vector<char> dead = DeadSince(horizon);
  while (DropNeedless(dead)) swept = true;
  return swept;
}

// A removed element's positions died with it; another's when it was first moved on from there.
std::vector<char> ListTree::DeadSince(HybridTime horizon) const {
  std::vector<Slot> slots;
  for (Slot at = positions_[kRootSlot].next; at != kNoSlot; at = positions_[at].next) {
    slots.push_back(at);
  }
  std::sort(slots.begin(), slots.end(), [this](Slot a, Slot b) {
    const ListPosition& x = positions_[a];
    const ListPosition& y = positions_[b];
    return std::tie(x.element, x.moved, x.id) < std::tie(y.element, y.moved, y.id);
  });
  std::vector<char> dead(positions_.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const ListElement& element = elements_[positions_[slots[i]].element];
    if (element.removed) {
      dead[slots[i]] = element.removed_minute < horizon.unix_ms() / kMsPerMinute;
    } else if (element.position != slots[i] && i + 1 < slots.size()) {
      dead[slots[i]] = positions_[slots[i + 1]].moved.time < horizon;
    }
  }
  return dead;
}

bool ListTree::DropNeedless(const std::vector<char>& dead) {
  std::vector<char> is_anchor(positions_.size());
  for (Slot at = positions_[kRootSlot].next; at != kNoSlot; at = positions_[at].next) {
    if (!positions_[at].left && positions_[at].anchor != kNoSlot)
      is_anchor[positions_[at].anchor] = 1;
  }
  bool dropped = false;
  for (Slot at = positions_[kRootSlot].next; at != kNoSlot;) {
    const ListPosition& position = positions_[at];
    const Slot next = position.next;
    if (dead[at] && !is_anchor[at] &&
        position.children[0].size() + position.children[1].size() <= 1) {
      Drop(at);
      dropped = true;
    }
    at = next;
  }
  if (!dropped) return false;
  // A removed element is remembered by the last of the positions that it has left.
  for (ListElement& element : elements_) element.position = kRootSlot;
  for (Slot at = positions_[kRootSlot].next; at != kNoSlot; at = positions_[at].next) {
    Slot& held = elements_[positions_[at].element].position;
    if (held == kRootSlot) held = at;
    Settle(at);
  }
  return true;
}

void ListTree::Drop(Slot slot) {
  const ListPosition& gone = positions_[slot];
  std::vector<Slot>& siblings = positions_[gone.parent].children[gone.left];
  const auto at = std::find(siblings.begin(), siblings.end(), slot);
  if (gone.children[0].empty() && gone.children[1].empty()) {
    siblings.erase(at);
  } else {
    const Slot heir =
        gone.children[0].empty() ? gone.children[1].front() : gone.children[0].front();
    ListPosition& child = positions_[heir];
    child.parent = gone.parent;
    child.left = gone.left;
    child.anchor = gone.anchor;
    child.rank = gone.rank;
    child.restores = false;
    *at = heir;
  }
  positions_[gone.previous].next = gone.next;
  if (gone.next != kNoSlot) positions_[gone.next].previous = gone.previous;
}

}  // namespace syncline
