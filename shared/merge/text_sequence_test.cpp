// The order of a text's characters, held against FugueMax as the paper has it: a plain tree of characters.
#include "shared/merge/text_sequence.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "shared/merge/text_history.hpp"

namespace syncline {
namespace {

// Every character by itself; where each is, is asked of the whole tree.
class Tree {
 public:
  void Apply(const TextEdit& edit, ReplicaId author) {
    for (const TextEdit::Insertion& insertion : edit.inserted) {
      ElementId left = insertion.left;
      std::uint64_t counter = insertion.counter;
      for (std::string_view rest = insertion.text; !rest.empty(); ++counter) {
        const std::string_view all = rest;
        TakeCodePoint(rest);
        const ElementId id{counter, author};
        Add(id, left, insertion.right, std::string(all.substr(0, all.size() - rest.size())));
        left = id;
      }
    }
    for (const TextEdit::Deletion& deletion : edit.deleted) {
      for (std::uint64_t i = 0; i < deletion.count; ++i) {
        nodes_.at({deletion.first.counter + i, deletion.first.replica}).text.clear();
      }
    }
  }

  std::string Text() const {
    std::string text;
    for (const ElementId& id : Order()) text += nodes_.at(id).text;
    return text;
  }

 private:
  struct Node {
    ElementId parent, right_origin;
    bool is_left = false;
    std::string text;
  };

  void Add(const ElementId& id, const ElementId& left, const ElementId& right, std::string text) {
    Node node{left, right, false, std::move(text)};
    if (right != kNoElement && Descends(right, left)) {
      node.parent = right;
      node.is_left = true;
    }
    nodes_[id] = std::move(node);
  }

  bool Descends(ElementId id, const ElementId& from) const {
    while (id != from && id != kNoElement) id = nodes_.at(id).parent;
    return id == from;
  }

  std::vector<ElementId> Order() const {
    std::vector<ElementId> order;
    Walk(kNoElement, order);
    return order;
  }

  void Walk(const ElementId& id, std::vector<ElementId>& order) const {
    std::vector<ElementId> left, right;
    for (const auto& [child, node] : nodes_) {
      if (node.parent == id) (node.is_left ? left : right).push_back(child);
    }
    std::sort(left.begin(), left.end());
    for (const ElementId& child : left) Walk(child, order);
    if (id != kNoElement) order.push_back(id);
    std::sort(right.begin(), right.end(), [this](const ElementId& a, const ElementId& b) {
      const ElementId& right_a = nodes_.at(a).right_origin;
      const ElementId& right_b = nodes_.at(b).right_origin;
      if (right_a == right_b) return a < b;
      return right_b != kNoElement && (right_a == kNoElement || Precedes(right_b, right_a));
    });
    for (const ElementId& child : right) Walk(child, order);
  }

  // By the ways down from the root, which the order of siblings does not change.
  bool Precedes(const ElementId& a, const ElementId& b) const;

  std::map<ElementId, Node> nodes_;
};

bool Tree::Precedes(const ElementId& a, const ElementId& b) const {
  // A right origin is older than what was typed before it, so the tree without the newer ones has both.
  Tree older;
  for (const auto& [id, node] : nodes_) {
    if (id.counter <= std::max(a.counter, b.counter)) older.nodes_[id] = node;
  }
  const std::vector<ElementId> order = older.Order();
  return std::find(order.begin(), order.end(), a) < std::find(order.begin(), order.end(), b);
}

TEST_CASE("the order is that of the FugueMax tree") {
  Random random(7);
  for (int round = 0; round < 3'000; ++round) {
    TextHistory history = TextHistory::Arbitrary(random, 2 + random.Below(8));
    INFO("round ", round);
    Tree tree;
    KindState flat;
    // The literal, as an edit of who wrote it.
    const KindState origin = history.origin();
    if (!TextOf(origin).empty()) {
      tree.Apply({{{kNoElement, kNoElement, 0, TextOf(origin)}}, {}}, origin.literal_by);
    }
    for (const TextHistory::Made& made : history.made()) {
      tree.Apply(made.edit, TextHistory::ReplicaOf(made.author));
    }
    REQUIRE(TextOf(history.InSomeOrder(random)) == tree.Text());
  }
}

}  // namespace
}  // namespace syncline
