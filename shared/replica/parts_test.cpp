// Parts of a mutation: undone, they leave nothing, and the change set is the one of a mutation that never
// ran them. And what an execution may read and write.
#include "shared/replica/replica.hpp"
#include "shared/value/id.hpp"

#include <doctest/doctest.h>

#include "shared/base/random.hpp"
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
    "," +
    Table("notes", Field("team", R"({"type":"id","tableName":"teams"})") + "," +
                       Field("text", kText) + "," + Field("n", R"({"type":"number"})", true)) +
    "," + Table("drafts", Field("text", kText), "", R"(,"local":true)");

std::string Anyone() {
  const std::string yes = R"([{"name":"a","message":"no","allow":["true"]}])";
  return R"({"read":)" + yes + R"(,"insert":)" + yes + R"(,"update":)" + yes + R"(,"delete":)" +
         yes + "}";
}
const std::string kRules =
    R"({"tenancy":{"root":"teams","fields":{"people":"team","notes":"team"}},
        "membership":{"table":"people","field":"email","claim":"email","role":"role"},
        "tables":{"teams":)" +
    Anyone() + R"(,"people":)" + Anyone() + R"(,"notes":)" + Anyone() + "}}";

struct Team : Device {
  Team() : Device(kTables, kRules) { claims.Set("email", "ada@example.org"); }

  std::string Found(ExecutionId execution) {
    const std::string team = Insert(execution, "teams", R"({"name":"Northwind"})");
    Insert(execution, "people",
           R"({"team":")" + team + R"(","email":"ada@example.org","role":"admin"})");
    return team;
  }
  std::string Note(ExecutionId execution, const std::string& team, const std::string& text) {
    return Insert(execution, "notes", R"({"team":")" + team + R"(","text":")" + text + R"("})");
  }
  void Undo(ExecutionId execution, const std::function<void()>& body) {
    REQUIRE(replica->BeginPart(execution));
    body();
    REQUIRE(replica->EndPart(execution, true));
  }
  // All change sets that wait, a line a row, without the ids: those of undone rows are not used again.
  std::vector<std::vector<std::string>> Outbox() {
    std::vector<std::vector<std::string>> all;
    for (const TenantId& tenant : replica->device().Tenants()) {
      for (const OutboxEntry* entry : replica->device().PendingAfter(tenant, 0, 100)) {
        std::vector<std::string> rows;
        for (const RowChange& change : entry->change_set.rows) {
          std::string row = std::to_string(change.key.table.value) + " " +
                            std::to_string(change.length) + (change.whole ? " whole " : " ") +
                            ToJson(change.creation_time);
          for (const FieldWrite& write : change.writes) {
            const bool owner =
                write.value.Is<std::string>() && *write.value.As<std::string>() == tenant.text;
            row += " " + write.path + "=" + (owner ? "owner" : ToJson(write.value));
          }
          rows.push_back(std::move(row));
        }
        std::sort(rows.begin(), rows.end());
        rows.push_back(std::to_string(entry->change_set.number) + " " +
                       std::to_string(entry->change_set.time.value));
        all.push_back(std::move(rows));
      }
    }
    return all;
  }
};

TEST_CASE("an undone part leaves rows, change set and memory as if it had not run") {
  std::vector<std::vector<std::vector<std::string>>> sent;
  for (const bool with_part : {false, true}) {
    Team device;
    std::string team, note;
    device.Mutate([&](ExecutionId execution) {
      if (with_part) {
        // Founds a tenant, which goes again.
        device.Undo(execution, [&] { device.Note(execution, device.Found(execution), "never"); });
        CHECK(device.replica->device().Tenants().empty());
      }
      team = device.Found(execution);
      note = device.Note(execution, team, "one");
      if (with_part) {
        device.Undo(execution, [&] {
          REQUIRE(device.replica->Delete(execution, note, std::nullopt));
          device.Insert(execution, "drafts", R"({"text":"never"})");
          device.Note(execution, team, "never");
        });
      }
      REQUIRE(device.replica->Patch(execution, note, std::nullopt, Device::Json(R"({"n":1})")));
      device.Note(execution, team, "two");
    });
    device.Mutate([&](ExecutionId execution) {
      if (with_part) {
        device.Undo(execution, [&] {
          REQUIRE(device.replica->Patch(execution, note, std::nullopt, Device::Json(R"({"n":9})")));
        });
      }
      device.Note(execution, team, "three");
    });
    CHECK(device.All("notes").size() == 3);
    CHECK(device.All("drafts").empty());
    sent.push_back(device.Outbox());
  }
  REQUIRE(sent[0].size() == 2);
  CHECK(sent[0] == sent[1]);
}

TEST_CASE("a part that is kept belongs to what surrounds it, and is undone with it") {
  Team device;
  std::string team;
  device.Mutate([&](ExecutionId execution) { team = device.Found(execution); });
  const std::string note = [&] {
    std::string id;
    device.Mutate([&](ExecutionId execution) { id = device.Note(execution, team, "zero"); });
    return id;
  }();
  const auto patch = [&](ExecutionId execution, int n) {
    REQUIRE(device.replica->Patch(execution, note, std::nullopt,
                                  Device::Json(R"({"n":)" + std::to_string(n) + "}")));
  };
  device.Mutate([&](ExecutionId execution) {
    patch(execution, 1);
    REQUIRE(device.replica->BeginPart(execution));
    REQUIRE(device.replica->BeginPart(execution));
    patch(execution, 2);
    REQUIRE(device.replica->EndPart(execution, false));
    CHECK(device.All(execution, "notes")[0].find("\"n\":2") != std::string::npos);
    REQUIRE(device.replica->EndPart(execution, true));
    CHECK(device.All(execution, "notes")[0].find("\"n\":1") != std::string::npos);
  });
  CHECK(device.Outbox().size() == 3);
  CHECK(device.All("notes")[0].find("\"n\":1") != std::string::npos);
}

TEST_CASE("parts nest eight deep, belong to mutations, and must end before the mutation does") {
  Team device;
  const ExecutionId execution = device.Begin(true);
  CHECK_FALSE(device.replica->EndPart(execution, true));
  for (std::size_t i = 0; i < kPartsMax; ++i) REQUIRE(device.replica->BeginPart(execution));
  const Status deeper = device.replica->BeginPart(execution);
  REQUIRE_FALSE(deeper);
  CHECK(deeper.error().message.find("at most 8 deep") != std::string::npos);
  const auto committed = device.replica->Commit(execution);
  REQUIRE_FALSE(committed);
  CHECK(committed.error().message.find("await every ctx.runMutation") != std::string::npos);
  CHECK_FALSE(device.replica->BeginPart(device.Begin(false)));
}

TEST_CASE("streams that were opened in an undone part are closed; older ones go on") {
  Team device;
  device.Insert("drafts", R"({"text":"a"})");
  device.Insert("drafts", R"({"text":"b"})");
  const ExecutionId execution = device.Begin(true);
  const auto before = device.replica->OpenStream(execution, Device::Scan("drafts"));
  REQUIRE(device.replica->NextPage(execution, *before, 1, 0));
  REQUIRE(device.replica->BeginPart(execution));
  const auto within = device.replica->OpenStream(execution, Device::Scan("drafts"));
  device.Insert(execution, "drafts", R"({"text":"never"})");
  REQUIRE(device.replica->EndPart(execution, true));
  CHECK_FALSE(device.replica->NextPage(execution, *within, 1, 0));
  const auto rest = device.replica->NextPage(execution, *before, 9, 1);
  REQUIRE(rest);
  CHECK(rest->documents.size() == 1);
  CHECK(rest->done);
}

TEST_CASE("law: parts that are undone at random leave what the others wrote") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    std::vector<std::vector<std::vector<std::string>>> sent;
    std::vector<std::vector<std::string>> rows;
    // The second run passes over everything that the first one undoes.
    for (const bool dry : {false, true}) {
      Team device;
      Random steps(seed * 2 + 1);
      std::string team;
      std::vector<std::string> notes;
      device.Mutate([&](ExecutionId execution) {
        team = device.Found(execution);
        for (int i = 0; i < 3; ++i) notes.push_back(device.Note(execution, team, "start"));
      });
      const auto write = [&](ExecutionId execution, bool skip) {
        const std::uint64_t what = steps.Below(4);
        const std::string& note = notes[steps.Below(notes.size())];
        const std::uint64_t n = steps.Below(3);
        if (skip) return;
        if (what == 0) {
          static_cast<void>(device.Note(execution, team, "new"));
        } else if (what == 1) {
          static_cast<void>(device.replica->Delete(execution, note, std::nullopt));
        } else {
          static_cast<void>(device.replica->Patch(
              execution, note, std::nullopt, Device::Json(R"({"n":)" + std::to_string(n) + "}")));
        }
      };
      const std::function<void(ExecutionId, int, bool)> run = [&](ExecutionId execution, int depth,
                                                                  bool skip) {
        for (std::uint64_t i = steps.Below(4); i-- > 0;) {
          if (depth == 3 || steps.OneIn(2)) {
            write(execution, skip);
            continue;
          }
          const bool undo = steps.OneIn(2);
          if (dry && undo) {
            run(execution, depth + 1, true);
            continue;
          }
          if (!skip) REQUIRE(device.replica->BeginPart(execution));
          run(execution, depth + 1, skip);
          if (!skip) REQUIRE(device.replica->EndPart(execution, undo));
        }
      };
      for (int mutation = 0; mutation < 3; ++mutation) {
        device.Mutate([&](ExecutionId execution) { run(execution, 0, false); });
      }
      sent.push_back(device.Outbox());
      rows.push_back(device.All("notes"));
    }
    CHECK(sent[0] == sent[1]);
    CHECK(rows[0] == rows[1]);
  }
}

TEST_CASE(
    "what an execution reads and writes is counted, undone parts and filtered rows included") {
  Team device;
  for (int i = 0; i < 5; ++i) device.Insert("drafts", R"({"text":"abc"})");
  const ExecutionId execution = device.Begin(true);
  const auto query = ParseJsonEnvelope(
      R"({"source":{"type":"FullTableScan","tableName":"drafts","order":"asc"},)"
      R"("operators":[{"filter":{"$eq":[{"$field":"text"},{"$literal":"x"}]}}]})");
  const auto stream = device.replica->OpenStream(execution, *query);
  REQUIRE(device.replica->NextPage(execution, *stream, 10, 0));
  device.Undo(execution, [&] { device.Insert(execution, "drafts", R"({"text":"abc"})"); });
  const auto use = device.replica->UseOf(execution);
  REQUIRE(use);
  CHECK(use->read.documents == 5);
  // 2 + text 5+5 + _id 4+35 (tables' numbers differ in length) + _creationTime 14+9, as npm convex counts.
  CHECK(use->read.bytes ==
        5 * (2 + 10 + 4 + 2 + IdToText({NumberOfTable("drafts"), {}}).size() + 23));
  CHECK(use->read.ranges == 1);
  CHECK(use->documents_written == 1);
}

TEST_CASE("an execution reads 32,000 documents and no more, and may stop before") {
  Device device(Table("t", Field("n", R"({"type":"number"})")));
  for (int i = 0; i < 3; ++i) {
    device.Mutate([&](ExecutionId execution) {
      for (int n = 0; n < 11'000; ++n) device.Insert(execution, "t", R"({"n":1})");
    });
  }
  const ExecutionId execution = device.Begin(false);
  const auto stream = device.replica->OpenStream(execution, Device::Scan("t"));
  std::size_t read = 0;
  Result<Stream::Page> page = Stream::Page();
  for (std::size_t given = 0;; given = page->documents.size()) {
    page = device.replica->NextPage(execution, *stream, 4096, given);
    if (!page) break;
    read += page->documents.size();
    REQUIRE_FALSE(page->done);
  }
  CHECK(read == kDocumentsReadMax);
  CHECK(page.error().message.find(
            "Too many documents read in a single function execution (limit: 32000)") == 0);
  // A query of its own that stays below is not refused for what it fetched ahead.
  const ExecutionId again = device.Begin(false);
  const auto first = device.replica->OpenStream(again, Device::Scan("t"));
  for (int i = 0; i < 8; ++i) REQUIRE(device.replica->NextPage(again, *first, 4096, 0));
}

TEST_CASE("a mutation writes 16,000 documents and 16 MiB, and no more") {
  Device device(Table("t", Field("text", kText)));
  const ExecutionId execution = device.Begin(true);
  const Object small = Device::Json(R"({"text":""})");
  for (std::size_t i = 0; i < kDocumentsWrittenMax; ++i) {
    REQUIRE(device.replica->Insert(execution, "t", small));
  }
  const auto refused = device.replica->Insert(execution, "t", small);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("Too many documents written") == 0);
  REQUIRE(device.replica->Abort(execution));
  const ExecutionId large = device.Begin(true);
  const Object mebi = Device::Json(R"({"text":")" + std::string(1'000'000, 'x') + R"("})");
  std::size_t written = 0;
  while (device.replica->Insert(large, "t", mebi)) ++written;
  CHECK(written == kBytesWrittenMax / 1'000'100);
}

}  // namespace
}  // namespace syncline
