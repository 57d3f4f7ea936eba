// Plain SQL within executions: it sees what the person may see, and can be a live query.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/replica/testing.hpp"

namespace syncline {
namespace {

using testing::Device;
using testing::Field;
using testing::Table;

const std::string kText = R"({"type":"string"})";

TEST_CASE("a statement that is kept runs again when a table that it names is written, else not") {
  Device device(Table("notes", Field("text", kText)) + "," + Table("tags", Field("text", kText)));
  device.Insert("notes", R"({"text":"one"})");
  device.replica->TakeNews();
  const ExecutionId execution = device.Begin(false);
  const Result<SqlRows> rows =
      device.replica->ReadSql(execution, "SELECT text FROM notes WHERE text > ?", {Value("a")});
  REQUIRE(rows);
  REQUIRE(rows->rows.size() == 1);
  CHECK(ToJson(rows->rows[0][0]) == "\"one\"");
  const auto kept = device.replica->Keep(execution);
  REQUIRE(kept);
  device.Insert("tags", R"({"text":"x"})");
  CHECK(device.replica->TakeNews().invalidated.empty());
  device.Insert("notes", R"({"text":"two"})");
  CHECK(device.replica->TakeNews().invalidated == std::set<QueryId>{*kept});
}

TEST_CASE("within a mutation a statement sees its writes, and the store can write on") {
  Device device(Table("notes", Field("text", kText)));
  device.Mutate([&](ExecutionId execution) {
    device.Insert(execution, "notes", R"({"text":"one"})");
    const auto rows = device.replica->ReadSql(execution, "SELECT count(*) FROM notes", {});
    REQUIRE(rows);
    CHECK(ToJson(rows->rows[0][0]) == "1");
    device.Insert(execution, "notes", R"({"text":"two"})");
  });
  CHECK(device.All("notes").size() == 2);
}

}  // namespace
}  // namespace syncline
