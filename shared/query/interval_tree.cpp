#include "shared/query/interval_tree.hpp"

#include <tuple>
#include <utility>

#include "shared/base/check.hpp"

namespace syncline {
namespace {

// The finaliser of splitmix64: spreads a counter over 64 bits.
std::uint64_t Scatter(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

// Empty means no bound, which is above every key.
bool HighBelow(const Bytes& a, const Bytes& b) {
  if (a.empty()) return false;
  return b.empty() || a < b;
}

}  // namespace

struct IntervalTree::Node {
  Bytes low, high;
  std::uint64_t owner = 0;
  std::uint64_t priority = 0;
  Bytes high_max;
  Link left, right;
};

IntervalTree::IntervalTree() = default;
IntervalTree::IntervalTree(IntervalTree&&) noexcept = default;
IntervalTree::~IntervalTree() = default;

bool IntervalTree::Below(const Node& a, const Node& b) {
  return std::tie(a.low, a.owner, a.high) < std::tie(b.low, b.owner, b.high);
}

void IntervalTree::Update(Node& node) {
  node.high_max = node.high;
  for (const Link* child : {&node.left, &node.right}) {
    if (*child && HighBelow(node.high_max, (*child)->high_max)) node.high_max = (*child)->high_max;
  }
}

// Nodes below `at` go to `less`, the others to `rest`.
void IntervalTree::Split(Link tree, const Node& at, Link& less, Link& rest) {
  if (!tree) {
    less.reset();
    rest.reset();
    return;
  }
  Link middle;
  if (Below(*tree, at)) {
    Split(std::move(tree->right), at, middle, rest);
    tree->right = std::move(middle);
    Update(*tree);
    less = std::move(tree);
  } else {
    Split(std::move(tree->left), at, less, middle);
    tree->left = std::move(middle);
    Update(*tree);
    rest = std::move(tree);
  }
}

IntervalTree::Link IntervalTree::Join(Link less, Link rest) {
  if (!less) return rest;
  if (!rest) return less;
  if (less->priority > rest->priority) {
    less->right = Join(std::move(less->right), std::move(rest));
    Update(*less);
    return less;
  }
  rest->left = Join(std::move(less), std::move(rest->left));
  Update(*rest);
  return rest;
}

void IntervalTree::Add(const Bytes& low, const Bytes& high, std::uint64_t owner) {
  Link node = std::make_unique<Node>();
  node->low = low;
  node->high = high;
  node->owner = owner;
  node->priority = Scatter(added_++);
  node->high_max = high;
  Link less, rest;
  Split(std::move(root_), *node, less, rest);
  root_ = Join(Join(std::move(less), std::move(node)), std::move(rest));
}

void IntervalTree::Remove(const Bytes& low, const Bytes& high, std::uint64_t owner) {
  Node wanted;
  wanted.low = low;
  wanted.high = high;
  wanted.owner = owner;
  Link less, rest;
  Split(std::move(root_), wanted, less, rest);
  // The wanted node is the least of `rest`: take it off the left edge.
  CHECK(rest);
  std::vector<Node*> edge;
  Link* link = &rest;
  while ((*link)->left) {
    edge.push_back(link->get());
    link = &(*link)->left;
  }
  CHECK((*link)->low == low && (*link)->high == high && (*link)->owner == owner);
  Link right = std::move((*link)->right);
  *link = std::move(right);
  for (auto node = edge.rbegin(); node != edge.rend(); ++node) Update(**node);
  root_ = Join(std::move(less), std::move(rest));
}

void IntervalTree::Find(ByteView key, std::vector<std::uint64_t>& owners) const {
  std::vector<const Node*> open;
  if (root_) open.push_back(root_.get());
  while (!open.empty()) {
    const Node& node = *open.back();
    open.pop_back();
    if (!node.high_max.empty() && key >= node.high_max) continue;
    if (node.left) open.push_back(node.left.get());
    if (key < node.low) continue;
    if (node.high.empty() || key < node.high) owners.push_back(node.owner);
    if (node.right) open.push_back(node.right.get());
  }
}

}  // namespace syncline
