// IntervalTree: half-open intervals of keys, and which of them hold a given key. A treap ordered by
// (low, owner) in which each node knows the greatest high below it. Its shape comes from a hash of the
// entries, not from a random source, so runs repeat exactly.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "shared/base/bytes.hpp"

namespace syncline {

class IntervalTree {
 public:
  IntervalTree();
  IntervalTree(IntervalTree&&) noexcept;
  ~IntervalTree();

  // [low, high), high empty: without bound. One owner may add several, also equal ones.
  void Add(const Bytes& low, const Bytes& high, std::uint64_t owner);
  // Removes one such interval of the owner. REQUIRES: it was added.
  void Remove(const Bytes& low, const Bytes& high, std::uint64_t owner);
  // Appends the owners of the intervals that hold `key`, with repeats.
  void Find(ByteView key, std::vector<std::uint64_t>& owners) const;
  bool empty() const { return !root_; }

 private:
  struct Node;
  using Link = std::unique_ptr<Node>;
  static void Update(Node& node);
  static void Split(Link tree, const Node& at, Link& less, Link& rest);
  static Link Join(Link less, Link rest);
  static bool Below(const Node& a, const Node& b);
  Link root_;
  std::uint64_t added_ = 0;
};

}  // namespace syncline
