// Lists: what edits are made of usual changes, what becomes of them when others were faster, and the order
// of positions against the definition of its source.
#include "shared/merge/list.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "shared/base/random.hpp"
#include "shared/merge/history.hpp"
#include "shared/merge/list_tree.hpp"
#include "shared/value/field_path.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{11}, kBob{22}, kCleo{33};

// Letters as a list of strings.
Value Letters(const std::string& letters) {
  Array array;
  for (const char letter : letters) array.push_back(Value(std::string(1, letter)));
  return Value(std::move(array));
}
std::string Shown(const KindState& state) {
  std::string letters;
  for (const Value& value : *state.value.As<Array>()) letters += *value.As<std::string>();
  return letters;
}
KindState Literal(Value value) { return {std::move(value), {}, {1}}; }
KindState Of(const std::string& letters) { return Literal(Letters(letters)); }

ListEdit Between(const KindState& before, const Value& after, ReplicaId author = kAnn) {
  auto edit = ListDifference(before, after, author);
  REQUIRE(edit);
  REQUIRE(*edit);
  return std::move(**edit);
}
ListEdit Between(const KindState& before, const char* after, ReplicaId author = kAnn) {
  return Between(before, Letters(after), author);
}
std::string Counts(const ListEdit& edit) {
  std::size_t inserted = 0;
  for (const auto& insertion : edit.inserted) inserted += insertion.elements.size();
  return std::to_string(inserted) + " " + std::to_string(edit.moved.size()) + " " +
         std::to_string(edit.written.size()) + " " + std::to_string(edit.removed.size());
}
std::string CountsBetween(const std::string& before, const std::string& after) {
  return Counts(Between(Of(before), after.c_str()));
}
Value Item(const char* id, double a, double b) {
  Object object;
  object.Set("id", Value(id));
  object.Set("a", Value(a));
  object.Set("b", Value(b));
  return Value(std::move(object));
}
// Both orders of two edits made of one state give the same, which is returned.
KindState Both(const KindState& before, const ListEdit& ann, const ListEdit& bob,
               std::uint64_t ann_time = 5, std::uint64_t bob_time = 6) {
  KindState one = before;
  KindState other = before;
  ApplyList(one, ann, {{ann_time}, kAnn});
  CHECK(CheckList(one, bob, kBob));
  ApplyList(one, bob, {{bob_time}, kBob});
  ApplyList(other, bob, {{bob_time}, kBob});
  CHECK(CheckList(other, ann, kAnn));
  ApplyList(other, ann, {{ann_time}, kAnn});
  CHECK(one.value == other.value);
  CHECK(one.content == other.content);
  return one;
}

TEST_CASE("usual changes make small edits: inserted, moved, written, removed") {
  CHECK(CountsBetween("abc", "abcd") == "1 0 0 0");
  CHECK(CountsBetween("abc", "xabc") == "1 0 0 0");
  CHECK(CountsBetween("abc", "axbc") == "1 0 0 0");
  CHECK(CountsBetween("abc", "ac") == "0 0 0 1");
  CHECK(CountsBetween("abc", "axc") == "0 0 1 0");
  CHECK(CountsBetween("abc", "") == "0 0 0 3");
  CHECK(CountsBetween("", "abc") == "3 0 0 0");
  CHECK(CountsBetween("abcde", "aecdb") == "0 2 0 0");
  CHECK(CountsBetween("abcde", "eabcd") == "0 1 0 0");
  CHECK(CountsBetween("abcde", "bcdea") == "0 1 0 0");
  CHECK(CountsBetween("dbeac", "abcde") == "0 3 0 0");
  CHECK(CountsBetween("aaaa", "aaa") == "0 0 0 1");
  CHECK(CountsBetween("aba", "ba") == "0 0 0 1");
  CHECK(CountsBetween("abab", "xabab") == "1 0 0 0");
  CHECK_FALSE(*ListDifference(Of("abc"), Letters("abc"), kAnn));
}

TEST_CASE("elements that are objects are known again by their id, and written by field") {
  const KindState before = Literal(Value(Array{Item("x", 1, 1), Item("y", 2, 2), Item("z", 3, 3)}));
  const ListEdit edit =
      Between(before, Value(Array{Item("z", 3, 3), Item("x", 1, 9), Item("y", 2, 2)}));
  CHECK(Counts(edit) == "0 1 1 0");
  CHECK(edit.written[0].path == "b");
  CHECK(edit.written[0].element == ElementId{0, {1}});
  // Another id is another element.
  CHECK(Counts(Between(before, Value(Array{Item("x", 1, 1), Item("q", 2, 2), Item("z", 3, 3)}))) ==
        "1 0 0 1");
}

TEST_CASE("an edit gives exactly what was assigned") {
  Random random(5);
  for (int round = 0; round < 1500; ++round) {
    INFO("round ", round);
    History history(MergeKind::kList, Chance(static_cast<std::uint64_t>(round)));
    KindState state = Literal(history.Literal());
    for (int step = 0; step < 4; ++step) {
      const Value after = step % 2 ? history.Literal() : history.Changed(state.value);
      const auto edit = ListDifference(state, after, kAnn);
      REQUIRE(edit);
      if (*edit) {
        REQUIRE(CheckList(state, **edit, kAnn));
        ApplyList(state, **edit, {{static_cast<std::uint64_t>(step) + 1}, kAnn});
      }
      REQUIRE(state.value == after);
    }
  }
}

TEST_CASE("a long list is sorted, and a thousand equal elements are told apart, in short edits") {
  Random random(3);
  Array array;
  for (int i = 0; i < 3000; ++i) array.push_back(Value(static_cast<double>(random.Below(100000))));
  const KindState before = Literal(Value(array));
  SortSet(array);
  KindState after = before;
  ApplyList(after, Between(before, Value(array)), {{1}, kAnn});
  CHECK(after.value == Value(array));
  const KindState equal = Of(std::string(1000, 'a'));
  CHECK(Counts(Between(equal, Letters(std::string(500, 'a') + "b" + std::string(500, 'a')))) ==
        "1 0 0 0");
  CHECK(Counts(Between(equal, Letters(std::string(999, 'a')))) == "0 0 0 1");
}

TEST_CASE("what two people insert at one place does not interleave") {
  const KindState before = Of("[]");
  const std::string merged =
      Shown(Both(before, Between(before, "[abc]"), Between(before, "[xyz]", kBob)));
  CHECK((merged == "[abcxyz]" || merged == "[xyzabc]"));
}

TEST_CASE("nor does it when one goes backwards, element by element") {
  KindState ann = Of("[]");
  KindState bob = ann;
  std::vector<ListEdit> by_ann;
  std::vector<ListEdit> by_bob;
  for (const char* step : {"[c]", "[bc]", "[abc]"}) {
    by_ann.push_back(Between(ann, step, kAnn));
    ApplyList(ann, by_ann.back(), {{5}, kAnn});
  }
  for (const char* step : {"[z]", "[yz]", "[xyz]"}) {
    by_bob.push_back(Between(bob, step, kBob));
    ApplyList(bob, by_bob.back(), {{6}, kBob});
  }
  for (const ListEdit& edit : by_bob) ApplyList(ann, edit, {{6}, kBob});
  for (const ListEdit& edit : by_ann) ApplyList(bob, edit, {{5}, kAnn});
  CHECK(ann.content == bob.content);
  CHECK((Shown(ann) == "[abcxyz]" || Shown(ann) == "[xyzabc]"));
}

TEST_CASE("an element that two people move stands once, where the later put it") {
  const KindState before = Of("abcd");
  CHECK(Shown(Both(before, Between(before, "bcda"), Between(before, "bcad", kBob))) == "bcad");
  CHECK(Shown(Both(before, Between(before, "bcda"), Between(before, "bcad", kBob), 9, 8)) ==
        "bcda");
}

TEST_CASE("a removal wins over a move and a write") {
  const KindState before = Of("abcd");
  CHECK(Shown(Both(before, Between(before, "bcd"), Between(before, "bcda", kBob))) == "bcd");
  CHECK(Shown(Both(before, Between(before, "bcd"), Between(before, "xbcd", kBob))) == "bcd");
  // What was put beside the moved one stays.
  CHECK(Shown(Both(before, Between(before, "bcd"), Between(before, "bcdax", kBob))) == "bcdx");
}

TEST_CASE("two people write two fields of one element, and one of them the whole") {
  const KindState before = Literal(Value(Array{Item("x", 1, 1)}));
  const ListEdit ann = Between(before, Value(Array{Item("x", 7, 1)}));
  const ListEdit bob = Between(before, Value(Array{Item("x", 1, 8)}), kBob);
  CHECK(Both(before, ann, bob).value == Value(Array{Item("x", 7, 8)}));
  ListEdit whole;
  whole.written.push_back({{0, {1}}, "", Value("gone")});
  CHECK(Both(before, ann, whole, 5, 6).value == Value(Array{Value("gone")}));
  whole.written[0].value = Item("x", 4, 4);
  CHECK(Both(before, ann, whole, 6, 5).value == Value(Array{Item("x", 7, 4)}));
}

TEST_CASE("undoing leaves alone what others did") {
  const KindState before = Of("abc");
  const ListEdit ann = Between(before, "xab");  // x comes, c goes
  const ListEdit bob = Between(before, "abyc", kBob);
  const ListEdit inverse = InverseOf(before, ann);
  KindState merged = Both(before, ann, bob);
  CHECK(Shown(merged) == "xaby");
  const auto undo = RenewList(merged, inverse, kAnn);
  REQUIRE(undo);
  CHECK(CheckList(merged, *undo, kAnn));
  ApplyList(merged, *undo, {{9}, kAnn});
  CHECK(Shown(merged) == "abyc");
}

TEST_CASE("a move is undone only if nobody moved the element since, a write only if nobody wrote") {
  const KindState before = Of("abcd");
  const ListEdit moved = Between(before, "bcda");
  const ListEdit moved_by_bob = Between(before, "bcad", kBob);
  CHECK_FALSE(RenewList(Both(before, moved, moved_by_bob), InverseOf(before, moved), kAnn));
  CHECK(RenewList(Both(before, moved, moved_by_bob, 7, 6), InverseOf(before, moved), kAnn));
  const ListEdit written = Between(before, "xbcd");
  const ListEdit written_by_bob = Between(before, "ybcd", kBob);
  CHECK_FALSE(RenewList(Both(before, written, written_by_bob), InverseOf(before, written), kAnn));
  CHECK(RenewList(Both(before, written, written_by_bob, 7, 6), InverseOf(before, written), kAnn));
}

TEST_CASE("writing the whole is not undone once another has written within") {
  const KindState before = Literal(Value(Array{Item("x", 1, 1)}));
  ListEdit whole;
  whole.written.push_back({{0, {1}}, "", Item("x", 4, 4)});
  const ListEdit inverse = InverseOf(before, whole);
  KindState after = before;
  ApplyList(after, whole, {{5}, kAnn});
  CHECK(RenewList(after, inverse, kAnn));
  ApplyList(after, Between(after, Value(Array{Item("x", 4, 7)}), kBob), {{6}, kBob});
  CHECK_FALSE(RenewList(after, inverse, kAnn));
}

TEST_CASE("edits that no sound device makes are refused, and those that came too late") {
  KindState state = Of("abc");
  const auto code = [&state](const ListEdit& edit) {
    const Status status = CheckList(state, edit, kAnn);
    return status ? std::string("sound") : CodeName(status.error().code);
  };
  const ElementId a{0, {1}}, b{1, {1}}, nobody{7, {9}};
  CHECK(code({{{a, b, 3, {Value("x")}}}, {}, {}, {}}) == "sound");
  CHECK(code({{{nobody, b, 9, {Value("x")}}}, {}, {}, {}}) == "conflict");
  CHECK(code({{{b, a, 3, {Value("x")}}}, {}, {}, {}}) == "invalid");
  CHECK(code({{{a, b, 1, {Value("x")}}}, {}, {}, {}}) == "invalid");
  CHECK(code({{{a, b, std::uint64_t{1} << 40, {Value("x")}}}, {}, {}, {}}) == "invalid");
  CHECK(code({{{a, b, 3, {Value()}}}, {}, {}, {}}) == "invalid");
  CHECK(code({{{a, b, 3, {Value("x"), Value("y")}}, {a, b, 4, {Value("z")}}}, {}, {}, {}}) ==
        "invalid");
  CHECK(code({{}, {{nobody, a, b, 3}}, {}, {}}) == "conflict");
  CHECK(code({{}, {}, {{nobody, "", Value("x")}}, {}}) == "conflict");
  CHECK(code({{}, {}, {{a, "", Value()}}, {}}) == "invalid");
  CHECK(code({{}, {}, {{a, std::string(1, kPathStep), Value("x")}}, {}}) == "invalid");
  CHECK(code({{}, {}, {}, {nobody}}) == "conflict");
  CHECK(code({{{a, kNoElement, 3, Array(8190, Value("x"))}}, {}, {}, {}}) == "invalid");
  CHECK(code({{{a, kNoElement, 3, Array(8189, Value("x"))}}, {}, {}, {}}) == "sound");
  // A counter once used is not used again, also when others are far ahead.
  ApplyList(state, Between(state, "abcx"), {{5}, kAnn});
  CHECK(code({{{a, b, 3, {Value("y")}}}, {}, {}, {}}) == "invalid");
  CHECK(code({{{a, b, 4, {Value("y")}}}, {}, {}, {}}) == "sound");
  // Removed is no fault.
  ApplyList(state, Between(state, "bcx", kBob), {{6}, kBob});
  CHECK(code({{}, {{a, b, kNoElement, 4}}, {{a, "", Value("x")}}, {a}}) == "sound");
  state.value = Value(5.0);
  CHECK(code({}) == "invalid");
  CHECK_FALSE(ListDifference(state, Letters("a"), kAnn));
  CHECK_FALSE(ListDifference(Of("a"), Value("a"), kAnn));
}

TEST_CASE("the content of a list that one person typed is small, and its bytes are these") {
  KindState state;
  ApplyList(state, Between(state, "a", {3}), {{5}, {3}});
  CHECK(state.content == Bytes("\x01\x01\x01\x03\0\0\0\0\0\0\0\x01\x01\0\0\0", 16));
  state = Of("");
  ApplyList(state, Between(state, Letters(std::string(1000, 'a'))), {{5}, kAnn});
  CHECK(state.content.size() < 24);
}

TEST_CASE("a content that is cut short anywhere, or of which a byte is another, is read safely") {
  Random random(9);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    History history(MergeKind::kList, Chance(seed));
    for (int step = 0; step < 40; ++step) history.Step();
    const KindState& state = history.authors()[0].state;
    for (std::size_t size = 1; size < state.content.size(); ++size) {
      KindState cut = state;
      cut.content.resize(size);
      CHECK_FALSE(CheckList(cut, {}, kAnn));
      cut = state;
      cut.content[size] = static_cast<char>(random.Below(256));
      const auto edit = ListDifference(cut, Letters("abc"), kAnn);
      if (edit && *edit) ApplyList(cut, **edit, {{1}, kAnn});
      static_cast<void>(CompactList(cut, {~std::uint64_t{0}}));
    }
  }
}

TEST_CASE("some sweep what all have seen, others do not, and all go on as if nobody had") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    INFO("seed ", seed);
    History history(MergeKind::kList, Chance(seed));
    for (int round = 0; round < 4; ++round) {
      for (int step = 0; step < 25; ++step) history.Step();
      history.DeliverAll(true);
      for (Author& author : history.authors()) {
        author.undo.clear();  // what it names may have been swept elsewhere
        author.redo.clear();
        if (history.chance().OneIn(2)) continue;
        const KindState before = author.state;
        CompactList(author.state, {~std::uint64_t{0}});
        REQUIRE(author.state.value == before.value);
        REQUIRE(CheckList(author.state, {}, kAnn));
      }
    }
    REQUIRE(history.fault() == "");
  }
}

TEST_CASE("only what is older than the horizon is swept") {
  KindState state = Of("abc");
  const auto at = [](std::uint64_t minute, ReplicaId replica) {
    return Stamp{HybridTime::FromUnixMs(minute * 60'000), replica};
  };
  ApplyList(state, Between(state, "bc"), at(10, kAnn));
  ApplyList(state, Between(state, "cb"), at(20, kAnn));
  ApplyList(state, Between(state, "xb"), at(30, kAnn));
  const Bytes all = state.content;
  CHECK_FALSE(CompactList(state, at(10, kAnn).time));
  CHECK(state.content == all);
  CHECK(CompactList(state, at(31, kAnn).time));
  CHECK(state.content.size() < all.size());
  CHECK(Shown(state) == "xb");
  const Bytes swept = state.content;
  CHECK_FALSE(CompactList(state, at(31, kAnn).time));
  CHECK(state.content == swept);
}

TEST_CASE("a list that is swept stays small however often it is changed") {
  for (const bool stack : {false, true}) {
    KindState state = Of("abcdefgh");
    std::size_t greatest = 0;
    for (std::uint64_t i = 1; i < 3000; ++i) {
      Array array = *state.value.As<Array>();
      if (i % 3 == 0) {
        std::swap(array[i % 8], array[(i * 5 + 1) % 8]);
      } else if (stack) {
        array.pop_back();
        array.insert(array.begin() + static_cast<std::ptrdiff_t>(i % 3),
                     Value(static_cast<double>(i)));
      } else {
        array.erase(array.begin());
        array.push_back(Value(static_cast<double>(i)));
      }
      ApplyList(state, Between(state, Value(array)), {{i}, i % 2 ? kAnn : kBob});
      if (i % 20 == 0) {
        CompactList(state, {~std::uint64_t{0}});
        greatest = std::max(greatest, state.content.size());
      }
    }
    CHECK(greatest < 400);
  }
}

// The order as "The Art of the Fugue" defines FugueMax: a tree, made of all insertions in the order of
// their counters, and walked.
struct Node {
  ElementId id, anchor;
  int parent = -1;
  bool left = false;
};
class Definition {
 public:
  explicit Definition(std::vector<ListEdit::Insertion> insertions,
                      const std::vector<ReplicaId>& authors) {
    std::vector<std::size_t> order(insertions.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return ElementId{insertions[a].counter, authors[a]} <
             ElementId{insertions[b].counter, authors[b]};
    });
    for (const std::size_t i : order) {
      const ListEdit::Insertion& made = insertions[i];
      const int left = IndexOf(made.left);
      const int right = IndexOf(made.right);
      bool descends = left < 0;
      for (int at = right; at >= 0; at = nodes_[static_cast<std::size_t>(at)].parent) {
        descends = descends || at == left;
      }
      Node node{{made.counter, authors[i]}, made.right, left, false};
      if (right >= 0 && descends) node = {node.id, kNoElement, right, true};
      nodes_.push_back(node);
    }
  }
  std::vector<ElementId> Walk() {
    // Anchors are compared by the very order that is defined, which is known for all before a node: again
    // and again, until it no longer changes.
    for (std::size_t i = 0; i < nodes_.size() + 1; ++i) {
      walk_.clear();
      Visit(-1);
      place_.clear();
      for (const ElementId& id : walk_) place_.push_back(id);
    }
    return walk_;
  }

 private:
  int IndexOf(const ElementId& id) const {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].id == id) return static_cast<int>(i);
    }
    return -1;
  }
  std::size_t PlaceOf(const ElementId& id) const {
    return static_cast<std::size_t>(std::find(place_.begin(), place_.end(), id) - place_.begin());
  }
  void Visit(int at) {
    for (const bool left : {true, false}) {
      std::vector<std::size_t> children;
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].parent == at && nodes_[i].left == left) children.push_back(i);
      }
      std::sort(children.begin(), children.end(), [&](std::size_t a, std::size_t b) {
        const std::size_t x = PlaceOf(nodes_[a].anchor);
        const std::size_t y = PlaceOf(nodes_[b].anchor);
        return !left && x != y ? x > y : nodes_[a].id < nodes_[b].id;
      });
      for (const std::size_t child : children) Visit(static_cast<int>(child));
      if (left && at >= 0) walk_.push_back(nodes_[static_cast<std::size_t>(at)].id);
    }
  }
  std::vector<Node> nodes_;
  std::vector<ElementId> walk_, place_;
};

TEST_CASE("the order of positions is that of its source, whatever two places an insertion names") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    INFO("seed ", seed);
    Random random(seed, 5);
    constexpr std::size_t kAuthors = 3;
    const ReplicaId replicas[kAuthors] = {kAnn, kBob, kCleo};
    std::vector<KindState> states(kAuthors);
    std::vector<ListEdit::Insertion> insertions;
    std::vector<ReplicaId> authors;
    std::vector<std::size_t> heard(kAuthors);
    for (int step = 0; step < 14; ++step) {
      const std::size_t who = random.Below(kAuthors);
      // Everything until now, or only what one has seen and one's own.
      if (random.OneIn(3)) {
        for (; heard[who] < insertions.size(); ++heard[who]) {
          if (authors[heard[who]] == replicas[who]) continue;
          ApplyList(states[who], {{insertions[heard[who]]}, {}, {}, {}},
                    {{1}, authors[heard[who]]});
        }
      }
      const auto tree = ListTree::Load(states[who]);
      REQUIRE(tree);
      const std::vector<Slot> live = tree->Live();
      const std::size_t from = random.Below(live.size() + 1);
      const std::size_t to = from + random.Below(live.size() + 1 - from);
      const ElementId left = from == 0 ? kNoElement : tree->position(live[from - 1]).id;
      const ElementId right = to == live.size() ? kNoElement : tree->position(live[to]).id;
      insertions.push_back({left, right, tree->next(), {Value("x")}});
      authors.push_back(replicas[who]);
      ApplyList(states[who], {{insertions.back()}, {}, {}, {}}, {{1}, replicas[who]});
    }
    const std::vector<ElementId> expected = Definition(insertions, authors).Walk();
    for (std::size_t who = 0; who < kAuthors; ++who) {
      for (; heard[who] < insertions.size(); ++heard[who]) {
        if (authors[heard[who]] == replicas[who]) continue;
        ApplyList(states[who], {{insertions[heard[who]]}, {}, {}, {}}, {{1}, authors[heard[who]]});
      }
      const auto tree = ListTree::Load(states[who]);
      REQUIRE(tree);
      std::vector<ElementId> order;
      for (const Slot slot : tree->Live()) order.push_back(tree->position(slot).id);
      REQUIRE(order == expected);
    }
  }
}

}  // namespace
}  // namespace syncline
