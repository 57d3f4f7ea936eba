// The laws of undo, for one row: pure merges, no store.
#include "shared/sync/undo.hpp"

#include <doctest/doctest.h>

#include "shared/base/random.hpp"
#include "shared/value/id.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

const RowKey kKey{NumberOfTable("notes"), MakeRowId(1, 2, 3)};
constexpr ReplicaId kAda{1}, kBen{2};

Stamp At(std::uint64_t time, ReplicaId replica = kAda) { return {{time}, replica}; }

RowState Row(std::map<std::string, Value, std::less<>> fields) {
  RowState row;
  row.clock.length = 1;
  row.clock.whole = At(1);
  row.creation_time = 5;
  row.fields = std::move(fields);
  return row;
}

RowChange Patch(std::vector<FieldWrite> writes) { return {kKey, 1, false, 0, std::move(writes)}; }

TEST_CASE("what was written is taken back, and a second time there is nothing to take") {
  RowState row = Row({{"a", 1.0}, {"b", 1.0}});
  const RowChange done = Patch({{"a", 2.0}, {"b", Undefined{}}, {"c", 3.0}});
  const UndoStep step = StepBack(row, done, kAda);
  REQUIRE(Apply(row, done, At(2)));
  const auto back = TakeBack(row, step, kAda);
  REQUIRE(back);
  REQUIRE(Apply(row, *back, At(3)));
  CHECK(row.fields.size() == 2);
  CHECK(row.fields.at("a") == Value(1.0));
  CHECK(row.fields.at("b") == Value(1.0));
  CHECK_FALSE(TakeBack(row, step, kAda));
}

TEST_CASE("what another wrote over it stays") {
  RowState row = Row({{"a", 1.0}, {"b", 1.0}});
  const RowChange done = Patch({{"a", 2.0}, {"b", 2.0}});
  const UndoStep step = StepBack(row, done, kAda);
  REQUIRE(Apply(row, done, At(2)));
  REQUIRE(Apply(row, Patch({{"a", 9.0}}), At(3, kBen)));
  const auto back = TakeBack(row, step, kAda);
  REQUIRE(back);
  REQUIRE(back->writes.size() == 1);
  CHECK(back->writes[0].path == "b");
}

TEST_CASE("a counter goes back by what was added, whatever others added") {
  RowState row = Row({{"n", 10.0}});
  const RowChange done{kKey, 1, false, 0, {}, {{"n", CounterEdit{5.0}}}};
  const UndoStep step = StepBack(row, done, kAda);
  REQUIRE(Apply(row, done, At(2)));
  REQUIRE(Apply(row, {kKey, 1, false, 0, {}, {{"n", CounterEdit{100.0}}}}, At(3, kBen)));
  REQUIRE(Apply(row, *TakeBack(row, step, kAda), At(4)));
  CHECK(row.fields.at("n") == Value(110.0));
}

TEST_CASE("an inserted row goes, and a deleted one comes back whole, at lengths of their own") {
  RowState row;
  const RowChange insert{kKey, 1, true, 5, {{"a", 1.0}}};
  const UndoStep uninsert = StepBack(row, insert, kAda);
  REQUIRE(Apply(row, insert, At(1)));
  const RowState inserted = row;
  const RowChange gone = *TakeBack(row, uninsert, kAda);
  CHECK(gone.deletes());
  const UndoStep redo = StepBack(row, gone, kAda);
  REQUIRE(Apply(row, gone, At(2)));
  CHECK_FALSE(row.alive());
  CHECK_FALSE(TakeBack(row, uninsert, kAda));
  // A device has forgotten the clock of what is deleted.
  for (const RowState& now : {row, RowState()}) {
    const auto returned = TakeBack(now, redo, kAda);
    REQUIRE(returned);
    CHECK(returned->length == 3);
    RowState again = now;
    REQUIRE(Apply(again, *returned, At(3)));
    CHECK(again.fields == inserted.fields);
    CHECK(again.creation_time == inserted.creation_time);
    CHECK_FALSE(TakeBack(again, redo, kAda));
  }
}

TEST_CASE("undo, and undo of the undo, of any patch: as before it, and as after it") {
  Random random(7);
  const char* paths[] = {"a", "b", "c", "d"};
  const auto value = [&]() {
    const std::uint64_t drawn = random.Below(3);
    return drawn == 0 ? Value() : Value(static_cast<double>(drawn));
  };
  for (int run = 0; run < 2000; ++run) {
    RowState row = Row({});
    for (const char* path : paths) {
      if (Value drawn = value(); !drawn.is_undefined()) row.fields.emplace(path, std::move(drawn));
    }
    const RowState before = row;
    std::vector<FieldWrite> writes;
    for (const char* path : paths) {
      if (random.Below(2) == 0) writes.push_back({path, value()});
    }
    const RowChange done = Patch(std::move(writes));
    const UndoStep undo = StepBack(row, done, kAda);
    static_cast<void>(Apply(row, done, At(2)));
    const RowState after = row;
    const auto back = TakeBack(row, undo, kAda);
    CHECK(back.has_value() == (before.fields != after.fields));
    if (!back) continue;
    const UndoStep redo = StepBack(row, *back, kAda);
    REQUIRE(Apply(row, *back, At(3)));
    CHECK(row.fields == before.fields);
    REQUIRE(Apply(row, *TakeBack(row, redo, kAda), At(4)));
    CHECK(row.fields == after.fields);
  }
}

TEST_CASE("steps of every form come back from their bytes, and bytes cut short are refused") {
  const RowKey other{NumberOfTable("notes"), MakeRowId(1, 2, 4)};
  const RowKey third{NumberOfTable("notes"), MakeRowId(1, 2, 5)};
  RowState before = Row({{"a", 1.0}, {"n", 4.0}});
  std::vector<UndoStep> steps;
  steps.push_back(StepBack(
      before, {kKey, 1, false, 0, {{"a", "x"}, {"z", 2.0}}, {{"n", CounterEdit{2.0}}}}, kAda));
  steps.push_back(StepBack({}, {other, 1, true, 6, {{"a", 1.0}}}, kAda));
  steps.push_back(StepBack(before, {third, 2, false, 0, {}}, kAda));
  const Bytes bytes = EncodeSteps(steps);
  const auto again = DecodeSteps(bytes);
  REQUIRE_MESSAGE(again, (again ? "" : again.error().message));
  REQUIRE(again->size() == 3);
  CHECK(EncodeSteps(*again) == bytes);
  CHECK((*again)[0].written.size() == 2);
  CHECK((*again)[0].back.edits.size() == 1);
  CHECK((*again)[2].back.whole);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = DecodeSteps(ByteView(bytes).substr(0, size));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == Code::kCorrupt);
  }
}

}  // namespace
}  // namespace syncline
