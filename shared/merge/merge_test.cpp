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
                                       std::string("o") + kPathStep + "x", "t"};
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
    if (path == "t" && !value.is_undefined()) value = Value(random.OneIn(2) ? "x" : "xy");
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

// What somebody makes of the row's text, who may have made of it what it was.
void EditText(Random& random, RowState& row) {
  const ReplicaId author{1 + random.Below(3)};
  const char* const kTexts[] = {"", "x", "xy", "xyx"};
  auto edit =
      EditBetween(MergeKind::kText, FieldAt(row, "t"), Value(kTexts[random.Below(4)]), author);
  REQUIRE(edit);
  if (!*edit) return;
  RowChange change{kKey, row.clock.length, false, 0, {}, {{"t", std::move(**edit)}}};
  CHECK(Apply(row, change, {{9}, author}));
}

RowState RandomState(Random& random, const RowState& origin) {
  RowState row = origin;
  for (std::uint64_t i = random.Below(4); i > 0; --i) {
    const Stamped made = RandomChange(random, 2 + random.Below(5));
    static_cast<void>(Apply(row, made.change, made.stamp));
    if (row.alive() && random.OneIn(2)) EditText(random, row);
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

TEST_CASE("the same write again leaves alone what was edited since") {
  const RowChange insert{kKey, 1, true, 5, {{"t", Value("b")}}};
  const RowChange write{kKey, 1, false, 0, {{"t", Value("b")}}};
  for (const RowChange* again : {&insert, &write}) {
    RowState row;
    CHECK(Apply(row, insert, {{10}, {1}}));
    if (again == &write) CHECK(Apply(row, write, {{11}, {1}}));
    auto edit = EditBetween(MergeKind::kText, FieldAt(row, "t"), Value("a"), {2});
    REQUIRE(edit);
    CHECK(Apply(row, {kKey, 1, false, 0, {}, {{"t", **edit}}}, {{12}, {2}}));
    const RowState before = row;
    CHECK_FALSE(Apply(row, *again, {{again == &write ? 11u : 10u}, {1}}));
    CHECK(row == before);
  }
}

// A row that was inserted by 1 with a text and a list, of which 1 then writes both anew.
struct Rewritten {
  RowState row;
  std::uint64_t time = 10;
  void Do(RowChange change, ReplicaId author) {
    change.key = kKey;
    change.length = 1;
    CHECK(Apply(row, change, {{++time}, author}));
  }
  FieldEdit EditOf(MergeKind kind, const char* path, const Value& after, ReplicaId author) {
    auto edit = EditBetween(kind, FieldAt(row, path), after, author);
    REQUIRE(edit);
    REQUIRE(*edit);
    return {path, std::move(**edit)};
  }
  Code Judged(const FieldEdit& edit, ReplicaId author) {
    const Status sound = CheckEdit(FieldAt(row, edit.path), edit.edit, author);
    return sound ? Code{} : sound.error().code;
  }
};

TEST_CASE("what was made for the life of a field that is over finds nothing in the next one") {
  const Value list(Array{Value("x")}), next_list(Array{Value("x"), Value("y")});
  for (const bool literal : {false, true}) {
    INFO("by a literal: ", literal);
    Rewritten at;
    at.Do({{}, 1, true, 5, {{"l", list}, {"s", list}, {"t", Value("hello")}}}, {1});
    // A row that was written once has ids as ever: few bytes on the wire.
    CHECK(FieldAt(at.row, "t").first_counter == 0);
    const FieldEdit typed = at.EditOf(MergeKind::kText, "t", Value("hello you"), {1});
    const Edit untyped = InverseOf(FieldAt(at.row, "t"), typed.edit);
    at.Do({{}, 1, false, 0, {}, {typed}}, {1});
    const FieldEdit cut = at.EditOf(MergeKind::kText, "t", Value("ello you"), {2});
    const FieldEdit cleared = at.EditOf(MergeKind::kText, "t", Value(""), {2});
    const Edit uncleared = InverseOf(FieldAt(at.row, "t"), cleared.edit);
    const FieldEdit removed = at.EditOf(MergeKind::kList, "l", Value(Array()), {2});
    const FieldEdit taken = at.EditOf(MergeKind::kSet, "s", Value(Array()), {2});
    const FieldEdit added = at.EditOf(MergeKind::kSet, "s", next_list, {1});
    const Edit unadded = InverseOf(FieldAt(at.row, "s"), added.edit);
    at.Do({{}, 1, false, 0, {}, {added}}, {1});

    at.Do({{}, 1, false, 0, {{"l", {}}, {"s", {}}, {"t", {}}}, {}}, {1});
    if (literal) {
      at.Do({{}, 1, false, 0, {{"l", next_list}, {"s", next_list}, {"t", Value("something")}}, {}},
            {1});
    } else {
      at.Do({{}, 1, false, 0, {}, {at.EditOf(MergeKind::kText, "t", Value("something"), {1})}},
            {1});
      at.Do({{}, 1, false, 0, {}, {at.EditOf(MergeKind::kList, "l", next_list, {1})}}, {1});
      at.Do({{}, 1, false, 0, {}, {at.EditOf(MergeKind::kSet, "s", next_list, {1})}}, {1});
    }
    // The relay refuses what names what is not there; whoever applies it all the same is left alone.
    CHECK(at.Judged(cut, {2}) == Code::kConflict);
    CHECK(at.Judged(removed, {2}) == Code::kConflict);
    at.Do({{}, 1, false, 0, {}, {removed, taken, cut}}, {2});
    CHECK(at.row.fields.at("l") == next_list);
    CHECK(at.row.fields.at("s") == next_list);
    CHECK(at.row.fields.at("t") == Value("something"));
    CHECK_FALSE(RenewEdit(FieldAt(at.row, "t"), untyped, {1}));
    CHECK_FALSE(RenewEdit(FieldAt(at.row, "t"), uncleared, {2}));
    CHECK_FALSE(RenewEdit(FieldAt(at.row, "s"), unadded, {1}));
    // And it goes on.
    const Value longer(Array{Value("x"), Value("y"), Value("z")});
    at.Do({{}, 1, false, 0, {}, {at.EditOf(MergeKind::kList, "l", longer, {1})}}, {1});
    at.Do({{}, 1, false, 0, {}, {at.EditOf(MergeKind::kSet, "s", longer, {1})}}, {1});
    CHECK(at.row.fields.at("l") == longer);
    CHECK(at.row.fields.at("s") == longer);
    at.Do({{}, 1, false, 0, {}, {at.EditOf(MergeKind::kText, "t", Value("something new"), {2})}},
          {2});
    CHECK(at.row.fields.at("t") == Value("something new"));
  }
}

TEST_CASE(
    "what a device does to a literal holds where the relay brought the literal's stamp back") {
  Rewritten device, relay;
  for (Rewritten* at : {&device, &relay}) {
    at->Do({{}, 1, true, 5, {{"t", Value("hello")}}}, {1});
    at->Do({{}, 1, false, 0, {{"t", {}}}, {}}, {1});
  }
  device.time = 1000;
  for (Rewritten* at : {&device, &relay}) {
    at->Do({{}, 1, false, 0, {{"t", Value("back")}}, {}}, {1});
  }
  const FieldEdit edit = device.EditOf(MergeKind::kText, "t", Value("back again"), {1});
  CHECK(relay.Judged(edit, {1}) == Code{});
  relay.Do({{}, 1, false, 0, {}, {edit}}, {1});
  device.Do({{}, 1, false, 0, {}, {edit}}, {1});
  CHECK(relay.row.contents == device.row.contents);
  // So does what it puts into a field that is undefined, whatever stamps say.
  for (Rewritten* at : {&device, &relay}) at->Do({{}, 1, false, 0, {{"t", {}}}, {}}, {1});
  const FieldEdit fresh = device.EditOf(MergeKind::kText, "t", Value("x"), {1});
  CHECK(relay.Judged(fresh, {1}) == Code{});
  relay.Do({{}, 1, false, 0, {}, {fresh}}, {1});
  device.Do({{}, 1, false, 0, {}, {fresh}}, {1});
  CHECK(relay.row.contents == device.row.contents);
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
