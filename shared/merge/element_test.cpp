// Elements of lists: writes inside give the same in whatever order they come.
#include "shared/merge/list.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/base/random.hpp"
#include "shared/merge/element.hpp"
#include "shared/value/field_path.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

std::string Path(const char* dotted) {
  std::string path = dotted;
  std::replace(path.begin(), path.end(), '.', kPathStep);
  return path;
}

Value Nested(double x) {
  Object inner;
  inner.Set("x", Value(x));
  Object outer;
  outer.Set("a", Value(std::move(inner)));
  return Value(std::move(outer));
}

Value AnyValue(Random& random) {
  switch (random.Below(4)) {
    case 0: return Value(static_cast<double>(random.Below(9)));
    case 1: return Value(Object());
    case 2: return Nested(static_cast<double>(random.Below(9)));
    default: return *Nested(static_cast<double>(random.Below(9))).As<Object>()->Find("a");
  }
}

TEST_CASE("writes of an element, of the whole and of what is in it, commute") {
  static const char* const kPaths[] = {"", "a", "a.x", "a.x.y", "a.a", "a.a.x", "b"};
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    INFO("seed ", seed);
    Random random(seed, 3);
    KindState one{Value(Array{Nested(1)}), {}, {1}};
    KindState other = one;
    std::vector<std::pair<ListEdit, Stamp>> edits;
    for (std::uint64_t i = 2 + random.Below(5); i > 0; --i) {
      const std::string path = Path(kPaths[random.Below(7)]);
      Value value = !path.empty() && random.OneIn(4) ? Value() : AnyValue(random);
      ListEdit edit;
      edit.written.push_back({{0, {1}}, path, std::move(value)});
      edits.push_back({std::move(edit), {{i}, {2}}});
    }
    // Each goes through its bytes between two edits.
    for (const auto& [edit, stamp] : edits) ApplyList(one, edit, stamp);
    for (std::size_t i = edits.size(); i > 1; --i) {
      std::swap(edits[i - 1], edits[random.Below(i)]);
    }
    for (const auto& [edit, stamp] : edits) ApplyList(other, edit, stamp);
    REQUIRE(one.value == other.value);
    REQUIRE(one.content == other.content);
  }
}

TEST_CASE("a change is written by leaf, another kind of object whole") {
  const auto paths = [](const Value& before, const Value& after) {
    std::vector<ListEdit::Write> writes;
    DiffElement({0, {1}}, before, after, writes);
    std::vector<std::string> written;
    for (const ListEdit::Write& write : writes) written.push_back(write.path);
    return written;
  };
  using Paths = std::vector<std::string>;
  CHECK(paths(Nested(1), Nested(1)).empty());
  CHECK(paths(Nested(1), Nested(2)) == Paths{Path("a.x")});
  CHECK(paths(Nested(1), Value(3.0)) == Paths{""});
  Value more = Nested(1);
  more.As<Object>()->Set("b", Value(1.0));
  CHECK(paths(Nested(1), more) == Paths{"b"});
  CHECK(paths(more, Nested(1)) == Paths{"b"});
  Object renamed;
  renamed.Set("c", Value(1.0));
  CHECK(paths(Nested(1), Value(renamed)) == Paths{""});
  Object unnamed;
  unnamed.Set("", Value(1.0));
  CHECK(paths(Value(Object()), Value(unnamed)) == Paths{""});
}

TEST_CASE("paths are names within bounds") {
  CHECK(IsElementPath(""));
  CHECK(IsElementPath(Path("a.b")));
  for (const char* path : {".", "a.", ".a", "a..b"}) CHECK_FALSE(IsElementPath(Path(path)));
  CHECK_FALSE(IsElementPath(std::string(kElementPathBytesMax + 1, 'a')));
  std::string deep = "a";
  for (std::size_t i = 1; i < kElementStepsMax; ++i) deep += Path(".a");
  CHECK(IsElementPath(deep));
  CHECK_FALSE(IsElementPath(deep + Path(".a")));
}

}  // namespace
}  // namespace syncline
