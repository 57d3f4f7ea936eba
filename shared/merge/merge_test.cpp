// The laws of the merge, over many small rows with values and stamps from narrow ranges, so that ties
// and conflicts happen often; and the clock's bytes.
#include "shared/merge/merge.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/base/random.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

struct Stamped {
  RowChange change;
  Stamp stamp;
};

constexpr RowKey kKey{{1}, {}};

Stamped RandomChange(Random& random, std::uint64_t time) {
  static const std::string kPaths[] = {"a", "b", std::string("o"),
                                       std::string("o") + kPathStep + "x"};
  Stamped made;
  made.stamp = {{time}, {1 + random.Below(3)}};
  made.change.key = kKey;
  made.change.length = static_cast<std::uint32_t>(1 + random.Below(3));
  if (made.change.deletes()) return made;
  made.change.whole = random.OneIn(3) || made.change.length == 3;
  made.change.creation_time = made.change.whole ? static_cast<double>(made.change.length) : 0;
  for (const std::string& path : kPaths) {
    if (random.OneIn(2)) continue;
    Value value;
    if (!random.OneIn(4)) value = Value(static_cast<double>(random.Below(3)));
    made.change.writes.push_back({path, value});
  }
  return made;
}

// A row's first change is its insert; the caller never applies a patch to a row that is not there.
RowState Inserted(Random& random) {
  RowState row;
  Stamped first = RandomChange(random, 1);
  first.change.length = 1;
  first.change.whole = true;
  first.change.creation_time = 1;
  static_cast<void>(Apply(row, first.change, first.stamp));
  return row;
}

RowState RandomState(Random& random, const RowState& origin) {
  RowState row = origin;
  for (std::uint64_t i = random.Below(4); i > 0; --i) {
    const Stamped made = RandomChange(random, 2 + random.Below(5));
    static_cast<void>(Apply(row, made.change, made.stamp));
  }
  return row;
}

TEST_CASE("merging rows is commutative, associative and idempotent") {
  Random random(42);
  for (int round = 0; round < 60'000; ++round) {
    const RowState origin = Inserted(random);
    const RowState a = RandomState(random, origin);
    const RowState b = RandomState(random, origin);
    const RowState c = RandomState(random, origin);
    INFO("round ", round);
    REQUIRE(Merge(a, b) == Merge(b, a));
    REQUIRE(Merge(Merge(a, b), c) == Merge(a, Merge(b, c)));
    REQUIRE(Merge(a, a) == a);
    REQUIRE(Merge(Merge(a, b), b) == Merge(a, b));
  }
}

TEST_CASE("changes give the same row in whatever order and however often they come") {
  Random random(43);
  for (int round = 0; round < 40'000; ++round) {
    const RowState origin = Inserted(random);
    std::vector<Stamped> changes;
    for (std::uint64_t i = 1 + random.Below(4); i > 0; --i) {
      // One change set stamps once: no two changes share a stamp.
      changes.push_back(RandomChange(random, 2 + changes.size()));
    }
    RowState expected = origin;
    for (const Stamped& made : changes) static_cast<void>(Apply(expected, made.change, made.stamp));
    for (std::size_t i = changes.size(); i > 1; --i)
      std::swap(changes[i - 1], changes[random.Below(i)]);
    changes.push_back(changes.front());
    RowState shuffled = origin;
    // A replica patches only a life that it has seen begin, so causal delivery never brings the patch
    // first. This shuffle does; offering everything again stands for the delivery that waits.
    for (int pass = 0; pass < 3; ++pass) {
      for (const Stamped& made : changes)
        static_cast<void>(Apply(shuffled, made.change, made.stamp));
      for (const Stamped& made : changes)
        static_cast<void>(Apply(expected, made.change, made.stamp));
    }
    INFO("round ", round);
    REQUIRE(shuffled == expected);
  }
}

TEST_CASE("the later write of a path wins, and other paths stay") {
  RowState row;
  RowChange insert{kKey, 1, true, 5, {{"a", 1.0}, {"b", 2.0}}};
  CHECK(Apply(row, insert, {{10}, {1}}));
  CHECK(Apply(row, {kKey, 1, false, 0, {{"a", 3.0}}}, {{12}, {2}}));
  CHECK_FALSE(Apply(row, {kKey, 1, false, 0, {{"a", 4.0}}}, {{11}, {3}}));
  CHECK(row.fields.at("a") == Value(3.0));
  CHECK(row.fields.at("b") == Value(2.0));
  CHECK(row.clock.exceptions.size() == 1);
}

TEST_CASE("delete wins over an edit of the same life, and a return over the delete") {
  RowState row;
  CHECK(Apply(row, {kKey, 1, true, 5, {{"a", 1.0}}}, {{10}, {1}}));
  CHECK(Apply(row, {kKey, 2, false, 0, {}}, {{11}, {1}}));
  CHECK_FALSE(row.alive());
  CHECK_FALSE(Apply(row, {kKey, 1, false, 0, {{"a", 9.0}}}, {{99}, {2}}));
  CHECK(Apply(row, {kKey, 3, true, 6, {{"a", 2.0}}}, {{12}, {2}}));
  CHECK(row.alive());
  CHECK(row.fields.at("a") == Value(2.0));
}

TEST_CASE("a row written once carries 17 bytes of metadata, and the bytes are these") {
  RowClock clock;
  clock.length = 1;
  clock.whole = {{2}, {3}};
  const Bytes bytes = EncodeRowClock(clock);
  CHECK(bytes == Bytes("\x01\x02\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0", 17));
  clock.exceptions["title"] = {{4}, {5}};
  const auto decoded = DecodeRowClock(EncodeRowClock(clock));
  REQUIRE(decoded);
  CHECK(*decoded == clock);
}

TEST_CASE("a clock that is cut short anywhere is corrupt, not misread") {
  RowClock clock;
  clock.length = 300;
  clock.whole = {{2}, {3}};
  clock.exceptions["a"] = {{4}, {5}};
  const Bytes bytes = EncodeRowClock(clock);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = DecodeRowClock(ByteView(bytes).substr(0, size));
    // Cut exactly before the exception it is a shorter clock; nowhere else.
    CHECK(decoded.has_value() == (size == 18));
  }
}

TEST_CASE("a row edited a thousand times keeps a clock of bounded size") {
  RowState row;
  static_cast<void>(Apply(row, {kKey, 1, true, 5, {{"a", 1.0}, {"b", 1.0}}}, {{1}, {1}}));
  for (std::uint64_t i = 2; i < 1000; ++i) {
    static_cast<void>(Apply(row, {kKey, 1, false, 0, {{i % 2 ? "a" : "b", static_cast<double>(i)}}},
                            {{i}, {i % 7 + 1}}));
  }
  CHECK(EncodeRowClock(row.clock).size() < 64);
}

}  // namespace
}  // namespace syncline
