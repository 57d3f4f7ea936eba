// Local tables: rows of one device alone, beside rows that travel and where nothing travels.
#include <cstdio>
#include <filesystem>

#include "shared/replica/replica.hpp"
#include "shared/value/id.hpp"

#include <doctest/doctest.h>

#include "shared/replica/testing.hpp"

namespace syncline {
namespace {

using testing::Device;
using testing::Field;
using testing::Table;

const std::string kText = R"({"type":"string"})";
const std::string kTables =
    Table("teams", Field("name", kText)) + "," +
    Table("people", Field("team", R"({"type":"id","tableName":"teams"})") + "," +
                        Field("email", kText) + "," + Field("role", kText)) +
    "," + Table("drafts", Field("text", kText)) + "," +
    Table("limiter/buckets", Field("text", kText), "", R"(,"local":true)");
constexpr char kRules[] = R"json({
  "tenancy":{"root":"teams","fields":{"people":"team"},"local":["drafts"]},
  "membership":{"table":"people","field":"email","claim":"email","role":"role"},
  "tables":{"teams":{"read":[{"name":"a","message":"no","allow":["true"]}],
                     "insert":[{"name":"a","message":"no","allow":["true"]}]},
            "people":{"read":[{"name":"a","message":"no","allow":["true"]}],
                      "insert":[{"name":"a","message":"no","allow":["true"]}]}}})json";

TEST_CASE(
    "without rules every table is of this device: rows come, change and go, and nothing is sent") {
  Device device(Table("notes", Field("text", kText)));
  std::string id;
  CHECK(device.Mutate([&](ExecutionId execution) {
    id = device.Insert(execution, "notes", R"({"text":"one"})");
  }) == std::nullopt);
  CHECK(device.All("notes") == std::vector<std::string>{R"({"text":"one"})"});
  const QueryId watched = device.Watch("notes");
  device.Mutate([&](ExecutionId execution) {
    REQUIRE(device.replica->Patch(execution, id, std::nullopt, Device::Json(R"({"text":"two"})")));
  });
  CHECK(device.replica->TakeNews().invalidated.count(watched) == 1);
  CHECK(device.All("notes") == std::vector<std::string>{R"({"text":"two"})"});
  device.Mutate([&](ExecutionId execution) {
    REQUIRE(device.replica->Delete(execution, id, std::nullopt));
    CHECK_FALSE(device.replica->Delete(execution, id, std::nullopt));
  });
  CHECK(device.All("notes").empty());
  CHECK(device.replica->device().pending_count() == 0);
  CHECK(device.replica->device().Tenants().empty());
}

TEST_CASE(
    "a mutation writes one tenant and any number of local rows; only the tenant's rows travel") {
  Device device(kTables, kRules);
  device.claims.Set("email", "ada@example.org");
  const auto number = device.Mutate([&](ExecutionId execution) {
    device.Insert(execution, "drafts", R"({"text":"before"})");
    const std::string team = device.Insert(execution, "teams", R"({"name":"Northwind"})");
    device.Insert(execution, "people",
                  R"({"team":")" + team + R"(","email":"ada@example.org","role":"admin"})");
    device.Insert(execution, "limiter/buckets", R"({"text":"after"})");
  });
  CHECK(number == std::optional<std::uint64_t>(1));
  const auto tenants = device.replica->device().Tenants();
  REQUIRE(tenants.size() == 1);
  const auto pending = device.replica->device().PendingAfter(tenants[0], 0, 10);
  REQUIRE(pending.size() == 1);
  CHECK(pending[0]->change_set.rows.size() == 2);
  CHECK(device.All("drafts").size() == 1);
  CHECK(device.All("limiter/buckets").size() == 1);

  // Losing the tenant takes its rows, and none of the device's own.
  REQUIRE(device.replica->device().store().database().Begin());
  REQUIRE(device.replica->device().store().EraseTenant(*device.replica->device().Find(tenants[0])));
  REQUIRE(device.replica->device().store().database().Commit());
  CHECK(device.All("people").empty());
  CHECK(device.All("drafts").size() == 1);
}

TEST_CASE("a local row outlives the process, and a mutation that is aborted leaves none") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "syncline_local_test.db").string();
  std::filesystem::remove(path);
  {
    Device device(kTables, kRules, path);
    device.Insert("drafts", R"({"text":"kept"})");
    const ExecutionId execution = device.Begin(true);
    device.Insert(execution, "drafts", R"({"text":"dropped"})");
    REQUIRE(device.replica->Abort(execution));
  }
  Device again(kTables, kRules, path);
  CHECK(again.All("drafts") == std::vector<std::string>{R"({"text":"kept"})"});
  for (const char* suffix : {"", "-wal", "-journal"}) std::filesystem::remove(path + suffix);
}

TEST_CASE("a relay refuses an application without rules, and knows no local tables") {
  const std::string schema = R"({"schema":{"tables":[)" + kTables + R"(],"schemaValidation":true})";
  const auto alone = ParseRelayApplication(schema + R"(,"rules":null})");
  REQUIRE_FALSE(alone);
  CHECK(alone.error().message.find("write convex/rules.ts") != std::string::npos);
  const auto relay = ParseRelayApplication(schema + R"(,"rules":)" + kRules + "}");
  REQUIRE(relay);
  CHECK(relay->schema.tables.size() == 2);
  CHECK_FALSE(relay->schema.FindTable("drafts"));
  CHECK(relay->schema.FindTable(NumberOfTable("people")));
}

TEST_CASE("fields of merge kinds are in a local row as they are in one that travels") {
  const std::string strings = R"({"type":"array","value":{"type":"string"},"merge":)";
  const std::string kinds =
      Field("tags", strings + R"("set"})") + "," + Field("steps", strings + R"("list"})") + "," +
      Field("votes", R"({"type":"number","merge":"counter"})") + "," +
      Field("inner", R"({"type":"object","value":{)" + Field("tags", strings + R"("set"})") + "}}");
  Device device(Table("notes", kinds));
  device.undo_scope = "plan";
  const std::string first =
      R"({"inner":{"tags":["x","y"]},"steps":["b","a","b"],"tags":["a","b"],"votes":1})";
  const std::string id = device.Insert(
      "notes",
      R"({"tags":["b","a","b"],"steps":["b","a","b"],"votes":1,"inner":{"tags":["y","x","y"]}})");
  CHECK(device.All("notes") == std::vector<std::string>{first});
  device.Mutate([&](ExecutionId execution) {
    REQUIRE(device.replica->Patch(execution, id, std::nullopt,
                                  Device::Json(R"({"tags":["b","c","b","a"],"votes":2})")));
  });
  CHECK(
      device.All("notes") ==
      std::vector<std::string>{
          R"({"inner":{"tags":["x","y"]},"steps":["b","a","b"],"tags":["a","b","c"],"votes":2})"});
  Replica::Begin begin;
  begin.now_ms = ++device.now;
  begin.undo = "plan";
  REQUIRE(device.replica->Undo(begin, UndoStack::kUndo));
  CHECK(device.All("notes") == std::vector<std::string>{first});
  // What no kind can hold is refused by its name.
  const ExecutionId execution = device.Begin(true);
  const auto infinite = device.replica->Patch(
      execution, id, std::nullopt, Device::Json(R"({"votes":{"$float":"AAAAAAAA8H8="}})"));
  REQUIRE_FALSE(infinite);
  CHECK(infinite.error().message.find("Field votes of table notes: ") == 0);
  REQUIRE(device.replica->Abort(execution));
}

}  // namespace
}  // namespace syncline
