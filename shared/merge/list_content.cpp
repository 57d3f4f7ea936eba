// The bytes of a list's content: list_content.hpp.
#include "shared/merge/list_content.hpp"

#include <algorithm>

#include "shared/merge/list_tree.hpp"
#include "shared/merge/replica_table.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr char kVersion = 1;
constexpr unsigned kBehind = 0x01;
constexpr unsigned kLeft = 0x02;
constexpr unsigned kRestores = 0x04;
constexpr unsigned kRanked = 0x08;
constexpr unsigned kMoved = 0x10;
constexpr unsigned kRemoved = 0x20;
constexpr unsigned kCounted = 0x40;
constexpr unsigned kFlagsEnd = 0x80;

// Times near one another in few bytes.
struct Differences {
  std::uint64_t last = 0;
  void Put(Bytes& out, std::uint64_t value) {
    const std::uint64_t by = value - last;
    PutVarint(out, by << 1 ^ (0 - (by >> 63)));
    last = value;
  }
  bool Take(ByteView& in, std::uint64_t& value) {
    if (!TakeVarint(in, value)) return false;
    value = last += value >> 1 ^ (0 - (value & 1));
    return true;
  }
};

}  // namespace

struct ListTree::Encoder {
  const ListTree& tree;
  Bytes out{};
  ReplicaTable table{};
  Differences times{}, minutes{};
  std::vector<Slot> order{kRootSlot};
  std::vector<Slot> place_by_slot{};

  void FindOrder() {
    place_by_slot.resize(tree.positions_.size());
    for (Slot at = kRootSlot; (at = tree.positions_[at].next) != kNoSlot;) {
      place_by_slot[at] = static_cast<Slot>(order.size());
      order.push_back(at);
    }
  }

  void FindReplicas() {
    for (const Slot slot : order) {
      if (slot == kRootSlot) continue;
      const ListPosition& at = tree.positions_[slot];
      table.Add(at.id.replica);
      table.Add(at.rank.replica);
      if (!tree.IsHome(at)) {
        table.Add(tree.elements_[at.element].id.replica);
        table.Add(at.moved.replica);
      }
      if (!tree.IsLive(slot)) continue;
      for (const ElementWrite& write : tree.elements_[at.element].writes) {
        table.Add(write.stamp.replica);
      }
    }
  }

  bool IsRemovedAt(Slot slot) const {
    const ListElement& element = tree.elements_[tree.positions_[slot].element];
    return element.removed && element.position == slot;
  }
  unsigned FlagsOf(std::size_t place) const {
    const Slot slot = order[place];
    const ListPosition& at = tree.positions_[slot];
    const Slot before = order[place - 1];
    const bool behind =
        !at.left && at.parent == before && at.anchor == InheritedAnchor(tree.positions_[before]);
    return (behind ? kBehind : 0u) | (at.left ? kLeft : 0u) | (at.restores ? kRestores : 0u) |
           (at.rank != at.id ? kRanked : 0u) | (tree.IsHome(at) ? 0u : kMoved) |
           (IsRemovedAt(slot) ? kRemoved : 0u);
  }
  std::uint64_t MinuteOf(std::size_t place) const {
    return tree.elements_[tree.positions_[order[place]].element].removed_minute;
  }
  // Whether the position at `place` goes on with the run that begins at `first`.
  bool GoesOn(std::size_t first, unsigned flags, std::size_t place) const {
    if (place >= order.size() || flags & kMoved) return false;
    const ElementId& id = tree.positions_[order[place]].id;
    const ElementId& head = tree.positions_[order[first]].id;
    if (id.replica != head.replica || id.counter != head.counter + (place - first)) return false;
    if (FlagsOf(place) != (kBehind | (flags & kRemoved))) return false;
    return !(flags & kRemoved) || MinuteOf(place) == MinuteOf(first);
  }

  void PutStamp(const Stamp& stamp) {
    times.Put(out, stamp.time.value);
    table.Put(out, stamp.replica);
  }
  std::size_t PutRun(std::size_t first) {
    const ListPosition& at = tree.positions_[order[first]];
    unsigned flags = FlagsOf(first);
    std::size_t end = first + 1;
    while (GoesOn(first, flags, end)) ++end;
    if (end - first > 1) flags |= kCounted;
    out.push_back(static_cast<char>(flags));
    table.Put(out, at.id);
    if (flags & kCounted) PutVarint(out, end - first - 2);
    if (!(flags & kBehind)) {
      PutVarint(out, place_by_slot[at.parent]);
      if (!at.left) PutVarint(out, at.anchor == kNoSlot ? 0 : place_by_slot[at.anchor]);
    }
    if (flags & kRanked) table.Put(out, at.rank);
    if (flags & kMoved) {
      table.Put(out, tree.elements_[at.element].id);
      PutStamp(at.moved);
    }
    if (flags & kRemoved) minutes.Put(out, MinuteOf(first));
    return end;
  }
  void PutWrites(const ListElement& element) {
    PutVarint(out, element.writes.size());
    for (const ElementWrite& write : element.writes) {
      PutVarint(out, write.path.size());
      out += write.path;
      PutStamp(write.stamp);
      if (!HasPlace(element.value, write.path)) AppendKey(out, write.value);
    }
  }
  void PutElements() {
    const std::vector<Slot> live = tree.Live();
    const auto written = [this](Slot slot) {
      return !tree.elements_[tree.positions_[slot].element].writes.empty();
    };
    PutVarint(out, static_cast<std::uint64_t>(std::count_if(live.begin(), live.end(), written)));
    std::size_t from = 0;
    for (std::size_t place = 0; place < live.size(); ++place) {
      if (!written(live[place])) continue;
      PutVarint(out, place - from);
      from = place;
      PutWrites(tree.elements_[tree.positions_[live[place]].element]);
    }
  }

  Bytes Encode() {
    FindOrder();
    FindReplicas();
    out.push_back(kVersion);
    PutVarint(out, tree.next_);
    table.PutTable(out);
    PutVarint(out, order.size() - 1);
    for (std::size_t place = 1; place < order.size();) place = PutRun(place);
    PutElements();
    return std::move(out);
  }
};

Bytes ListTree::Encode() const { return Encoder{*this}.Encode(); }

// Slots are places in the order.
struct ListTree::Decoder {
  ListTree& tree;
  ByteView in;
  ReplicaTable table{};
  Differences times{}, minutes{};
  std::uint64_t count = 0;
  SlotById moved{};
  std::vector<std::pair<Slot, std::uint64_t>> removed{};

  bool TakeStamp(Stamp& stamp) {
    return times.Take(in, stamp.time.value) && table.Take(in, stamp.replica);
  }
  bool TakePlace(Slot& slot) {
    std::uint64_t place = 0;
    if (!TakeVarint(in, place) || place > count) return false;
    slot = static_cast<Slot>(place);
    return true;
  }

  bool TakeHead() {
    if (in.empty() || in.front() != kVersion) return false;
    in.remove_prefix(1);
    if (!TakeVarint(in, tree.next_) || tree.next_ > kCounterEnd || !table.TakeTable(in))
      return false;
    return TakeVarint(in, count) && count < kListPositionsMax;  // without the root
  }

  void Append(ListPosition position) {
    const Slot slot = static_cast<Slot>(tree.positions_.size());
    tree.positions_.push_back(std::move(position));
    tree.LinkBehind(slot - 1, slot);
  }
  bool TakeLinks(unsigned flags, ListPosition& at) {
    const Slot before = static_cast<Slot>(tree.positions_.size() - 1);
    at.left = flags & kLeft;
    at.restores = flags & kRestores;
    if (flags & kBehind) {
      at.parent = before;
      at.anchor = InheritedAnchor(tree.positions_[before]);
      return !at.left;
    }
    if (!TakePlace(at.parent) || (at.left && at.parent == kRootSlot)) return false;
    if (at.left) return true;
    if (!TakePlace(at.anchor)) return false;
    if (at.anchor == kRootSlot) at.anchor = kNoSlot;
    return true;
  }
  bool TakeRun() {
    if (in.empty()) return false;
    const auto flags = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    const Slot slot = static_cast<Slot>(tree.positions_.size());
    ListPosition at;
    std::uint64_t more = 0;
    if (flags >= kFlagsEnd || !table.Take(in, at.id)) return false;
    if (flags & kCounted && (!TakeVarint(in, more) || ++more > count)) return false;
    if (slot + more > count || !TakeLinks(flags, at)) return false;
    at.rank = at.id;
    if (flags & kRanked && (!table.Take(in, at.rank) || at.rank.counter > at.id.counter))
      return false;
    if (flags & kMoved) {
      ElementId element;
      if (more > 0 || !table.Take(in, element) || !TakeStamp(at.moved)) return false;
      moved.emplace_back(element, slot);
    }
    std::uint64_t minute = 0;
    if (flags & kRemoved && !minutes.Take(in, minute)) return false;
    ElementId id = at.id;
    Append(std::move(at));
    for (std::uint64_t i = 0; i < more; ++i) {
      ListPosition behind;
      ++id.counter;
      behind.id = behind.rank = id;
      behind.parent = static_cast<Slot>(tree.positions_.size() - 1);
      behind.anchor = InheritedAnchor(tree.positions_.back());
      Append(std::move(behind));
    }
    for (std::uint64_t i = 0; flags & kRemoved && i <= more; ++i) {
      removed.emplace_back(slot + static_cast<Slot>(i), minute);
    }
    return true;
  }

  // Every position hangs on one with a lower counter, so there is no circle.
  bool LinkPositions() {
    for (Slot slot = 1; slot < tree.positions_.size(); ++slot) {
      const ListPosition& at = tree.positions_[slot];
      ListPosition& parent = tree.positions_[at.parent];
      if (at.id.counter >= tree.next_) return false;
      if (at.parent != kRootSlot && parent.id.counter >= at.rank.counter) return false;
      parent.children[at.left].push_back(slot);
      tree.position_by_id_.emplace_back(at.id, slot);
    }
    return SortIndex(tree.position_by_id_);
  }
  // The smallest of the library's sorts.
  static void SortByHeap(SlotById& slots) {
    std::make_heap(slots.begin(), slots.end());
    std::sort_heap(slots.begin(), slots.end());
  }
  static bool SortIndex(SlotById& slots) {
    SortByHeap(slots);
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    return std::adjacent_find(slots.begin(), slots.end(), same) == slots.end();
  }

  Slot AddElement(const ElementId& id, Slot position) {
    const Slot slot = static_cast<Slot>(tree.elements_.size());
    ListElement& element = tree.elements_.emplace_back();
    element.id = id;
    element.position = position;
    tree.element_by_id_.emplace_back(id, slot);
    return slot;
  }
  bool MakeElements() {
    SortByHeap(moved);
    std::vector<char> home(tree.positions_.size(), 1);
    for (const auto& [id, slot] : moved) home[slot] = 0;
    for (Slot slot = 1; slot < tree.positions_.size(); ++slot) {
      if (home[slot]) tree.positions_[slot].element = AddElement(tree.positions_[slot].id, slot);
    }
    if (!SortIndex(tree.element_by_id_)) return false;
    const std::size_t homes = tree.elements_.size();
    for (std::size_t i = 0; i < moved.size(); ++i) {
      const auto& [id, slot] = moved[i];
      if (id.counter >= tree.next_) return false;
      Slot element = kNoSlot;
      if (i > 0 && moved[i - 1].first == id) {
        element = tree.positions_[moved[i - 1].second].element;
      } else {
        element = FindAmong(homes, id);
        // The place where it was inserted has been swept.
        if (element == kNoSlot) element = AddElement(id, slot);
      }
      tree.positions_[slot].element = element;
      tree.Settle(slot);
    }
    return SortIndex(tree.element_by_id_) && MarkRemoved();
  }
  Slot FindAmong(std::size_t homes, const ElementId& id) const {
    const auto end = tree.element_by_id_.begin() + static_cast<std::ptrdiff_t>(homes);
    const auto at = std::lower_bound(tree.element_by_id_.begin(), end, std::pair(id, Slot{0}));
    return at != end && at->first == id ? at->second : kNoSlot;
  }
  bool MarkRemoved() {
    for (const auto& [slot, minute] : removed) {
      ListElement& element = tree.elements_[tree.positions_[slot].element];
      if (element.position != slot) return false;
      element.removed = true;
      element.removed_minute = minute;
    }
    return true;
  }

  bool GiveValues(const Array& values, std::vector<Slot>& live) {
    live = tree.Live();
    if (live.size() != values.size()) return false;
    for (std::size_t i = 0; i < live.size(); ++i) {
      live[i] = tree.positions_[live[i]].element;
      tree.elements_[live[i]].value = values[i];
    }
    return true;
  }
  bool TakeWrite(ListElement& element) {
    ElementWrite write;
    std::uint64_t size = 0;
    if (!TakeVarint(in, size) || size > in.size()) return false;
    write.path = in.substr(0, static_cast<std::size_t>(size));
    in.remove_prefix(write.path.size());
    if (!IsElementPath(write.path) || !TakeStamp(write.stamp)) return false;
    if (!element.writes.empty() && !(element.writes.back().path < write.path)) return false;
    if (HasPlace(element.value, write.path)) {
      if (const Value* value = FindAt(element.value, write.path)) write.value = *value;
    } else {
      Result<Value> value = TakeKey(in);
      if (!value) return false;
      write.value = std::move(*value);
    }
    element.writes.push_back(std::move(write));
    return true;
  }
  bool TakeWrites(const std::vector<Slot>& live) {
    std::uint64_t written = 0;
    std::uint64_t place = 0;
    if (!TakeVarint(in, written) || written > live.size()) return false;
    for (std::uint64_t i = 0; i < written; ++i) {
      std::uint64_t by = 0;
      std::uint64_t writes = 0;
      if (!TakeVarint(in, by) || by >= live.size() - place || (by == 0 && i > 0)) return false;
      if (!TakeVarint(in, writes) || writes == 0 || writes > kElementWritesMax) return false;
      place += by;
      for (; writes > 0; --writes) {
        if (!TakeWrite(tree.elements_[live[static_cast<std::size_t>(place)]])) return false;
      }
    }
    return in.empty();
  }

  bool Decode(const Array& values) {
    if (!TakeHead()) return false;
    while (tree.positions_.size() <= count) {
      if (!TakeRun()) return false;
    }
    std::vector<Slot> live;
    return LinkPositions() && MakeElements() && GiveValues(values, live) && TakeWrites(live);
  }
};

bool ListTree::Decode(ByteView in, const Array& values) {
  return Decoder{*this, in}.Decode(values);
}

}  // namespace syncline
