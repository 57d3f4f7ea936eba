// Sets: adding wins over removing, and what an edit may not do.
#include "shared/merge/set.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/base/random.hpp"
#include "shared/merge/history.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{11}, kBob{22};

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
KindState Of(const std::string& letters) { return {Letters(letters), {}, {1}}; }

SetEdit Between(const KindState& before, const char* after, ReplicaId author = kAnn) {
  auto edit = SetDifference(before, Letters(after), author);
  REQUIRE(edit);
  REQUIRE(*edit);
  return std::move(**edit);
}
// Both orders of two edits made of one state give the same, which is shown.
std::string Both(const KindState& before, const SetEdit& ann, const SetEdit& bob) {
  KindState one = before;
  KindState other = before;
  ApplySet(one, ann, {{5}, kAnn});
  CHECK(CheckSet(one, bob, kBob));
  ApplySet(one, bob, {{6}, kBob});
  ApplySet(other, bob, {{6}, kBob});
  CHECK(CheckSet(other, ann, kAnn));
  ApplySet(other, ann, {{5}, kAnn});
  CHECK(one.value == other.value);
  CHECK(one.content == other.content);
  return Shown(one);
}

TEST_CASE("what is assigned is taken as a set: in any order, with repeats") {
  KindState state = Of("bd");
  const SetEdit edit = Between(state, "dacca");
  CHECK(edit.added.size() == 2);
  CHECK(edit.removed.size() == 1);
  ApplySet(state, edit, {{1}, kAnn});
  CHECK(Shown(state) == "acd");
  CHECK_FALSE(*SetDifference(state, Letters("dcaac"), kAnn));
}

TEST_CASE("adding wins over a removal made at the same time, and over two") {
  KindState before = Of("a");
  CHECK(Both(before, Between(before, ""), Between(before, "ab", kBob)) == "b");
  // An element that one takes out and puts in again has another addition than the other had seen.
  const SetEdit removed = Between(before, "", kBob);
  KindState again = before;
  ApplySet(again, Between(again, ""), {{2}, kAnn});
  const SetEdit added = Between(again, "a");
  ApplySet(again, added, {{3}, kAnn});
  CHECK(CheckSet(again, removed, kBob));
  ApplySet(again, removed, {{4}, kBob});
  CHECK(Shown(again) == "a");
  // Both add, one removes having seen both.
  before = Of("");
  CHECK(Both(before, Between(before, "x"), Between(before, "x", kBob)) == "x");
}

TEST_CASE("undoing takes out what one added, and not what another added too") {
  const KindState before = Of("a");
  const SetEdit ann = Between(before, "bx");
  KindState merged = before;
  ApplySet(merged, ann, {{2}, kAnn});
  ApplySet(merged, Between(before, "ax", kBob), {{3}, kBob});
  const auto undo = RenewSet(merged, InverseOf(before, ann), kAnn);
  REQUIRE(undo);
  CHECK(CheckSet(merged, *undo, kAnn));
  ApplySet(merged, *undo, {{4}, kAnn});
  CHECK(Shown(merged) == "ax");
  CHECK_FALSE(RenewSet(merged, InverseOf(before, ann), kAnn));
}

TEST_CASE("undoing a removal puts the element back, also if what was added before it was refused") {
  const KindState literal = Of("ab");
  KindState pending = literal;
  ApplySet(pending, Between(pending, "abx"), {{5}, kAnn});
  const SetEdit removal = Between(pending, "bx");
  const SetEdit inverse = InverseOf(pending, removal);
  KindState now = literal;  // without x
  ApplySet(now, removal, {{6}, kAnn});
  REQUIRE(Shown(now) == "b");
  const auto back = RenewSet(now, inverse, kAnn);
  REQUIRE(back);
  ApplySet(now, *back, {{7}, kAnn});
  CHECK(Shown(now) == "ab");
}

TEST_CASE("edits that no sound device makes are refused") {
  KindState state = Of("ab");
  const auto code = [&state](const SetEdit& edit) {
    const Status status = CheckSet(state, edit, kAnn);
    return status ? std::string("sound") : CodeName(status.error().code);
  };
  CHECK(code({2, {Value("x")}, {}}) == "sound");
  CHECK(code({std::uint64_t{1} << 40, {Value("x")}, {}}) == "invalid");
  CHECK(code({~std::uint64_t{0}, {Value("x")}, {}}) == "invalid");
  CHECK(code({2, {Value()}, {}}) == "invalid");
  CHECK(code({0, {}, {{Value("a"), {}}}}) == "invalid");
  CHECK(code({0, {}, {{Value("a"), {{0, {1}}}}}}) == "sound");
  CHECK(code({0, {}, {{Value("a"), {{7, {1}}}}}}) == "conflict");
  SetEdit many{2, {}, {}};
  for (int i = 0; i < 8191; ++i) many.added.push_back(Value(static_cast<double>(i)));
  CHECK(code(many) == "invalid");
  many.added.pop_back();
  CHECK(code(many) == "sound");
  ApplySet(state, {2, {Value("x")}, {}}, {{1}, kAnn});
  CHECK(code({2, {Value("y")}, {}}) == "invalid");
  CHECK(code({3, {Value("y")}, {}}) == "sound");
  // Removed by another, too.
  ApplySet(state, Between(state, "bx", kBob), {{2}, kBob});
  CHECK(code({0, {}, {{Value("a"), {{0, {1}}}}}}) == "sound");
  state.value = Value("no array");
  CHECK(code({}) == "invalid");
  CHECK_FALSE(SetDifference(Of("a"), Value(1.0), kAnn));
}

TEST_CASE("what was removed leaves nothing behind, and the bytes are these") {
  KindState state;
  ApplySet(state, Between(state, "a", {3}), {{1}, {3}});
  CHECK(state.content == Bytes("\x01\x01\x01\x03\0\0\0\0\0\0\0\0\0", 13));
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ApplySet(state, Between(state, i % 2 ? "a" : "b"), {{i + 2}, kAnn});
  }
  CHECK(state.content.size() < 20);
}

TEST_CASE("a content that is cut short anywhere, or of which a byte is another, is read safely") {
  Random random(9);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    History history(MergeKind::kSet, Chance(seed));
    for (int step = 0; step < 40; ++step) history.Step();
    const KindState& state = history.authors()[0].state;
    for (std::size_t size = 1; size < state.content.size(); ++size) {
      KindState cut = state;
      cut.content.resize(size);
      CHECK_FALSE(CheckSet(cut, {}, kAnn));
      cut = state;
      cut.content[size] = static_cast<char>(random.Below(256));
      const auto edit = SetDifference(cut, Letters("abc"), kAnn);
      if (edit && *edit) ApplySet(cut, **edit, {{1}, kAnn});
    }
  }
}

}  // namespace
}  // namespace syncline
