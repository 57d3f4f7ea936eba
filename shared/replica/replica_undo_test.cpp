// Undo and redo on devices, with a relay between them: what it takes back, and what it leaves.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "shared/replica/testing.hpp"
#include "shared/replica/testing_sync.hpp"

namespace syncline {
namespace {

using testing::Office;
using testing::Person;
using testing::Relay;
using testing::Settle;

constexpr UndoStack kRedo = UndoStack::kRedo;

std::string Draft(const std::string& title) {
  return R"({"status":"draft","title":")" + title + "\"}";
}
using Rows = std::vector<std::string>;

// An office in which ada's mutations can be undone.
struct Undoing : Office {
  std::string id;
  Undoing() {
    id = ada.Insert("schedules", Schedule("one"));
    Settle(relay, everyone);
    ada.undo_scope = "plan";
  }
  void CheckAll(const Rows& rows) {
    Settle(relay, everyone);
    for (Person* person : everyone) CHECK(person->All("schedules") == rows);
  }
};

TEST_CASE("a patch is undone and redone, on every device") {
  Undoing office;
  CHECK(office.ada.Patch(office.id, R"({"title":"two"})") == "");
  office.CheckAll({Draft("two")});
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.CheckAll({Draft("one")});
  CHECK(office.ada.Undo("plan") == "nothing");
  CHECK(office.ada.Undo("plan", kRedo) == "test:mutation");
  office.CheckAll({Draft("two")});
  CHECK(office.ada.Undo("plan", kRedo) == "nothing");
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.CheckAll({Draft("one")});
}

TEST_CASE("what is still pending is undone as what the relay has") {
  Undoing office;
  office.ada.Disconnect();
  CHECK(office.ada.Patch(office.id, R"({"title":"two"})") == "");
  CHECK(office.ada.Patch(office.id, R"({"title":"three"})") == "");
  CHECK(office.ada.Undo("plan") == "test:mutation");
  CHECK(office.ada.All("schedules") == Rows{Draft("two")});
  CHECK(office.ada.Undo("plan") == "test:mutation");
  CHECK(office.ada.All("schedules") == Rows{Draft("one")});
  CHECK(office.ada.replica->device().pending_count() == 4);
  office.ada.Connect();
  office.CheckAll({Draft("one")});
}

TEST_CASE("what others changed meanwhile stays, and an entry that can do nothing is passed over") {
  Undoing office;
  CHECK(office.ada.Patch(office.id, R"({"title":"two"})") == "");
  CHECK(office.ada.Patch(office.id, R"({"status":"active"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ben.Patch(office.id, R"({"status":"done"})") == "");
  Settle(office.relay, office.everyone);
  // The newest entry is of the status, which is ben's now.
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.CheckAll({R"({"status":"done","title":"one"})"});
  CHECK(office.ada.replica->Undoable("plan", UndoStack::kUndo)->empty());
}

TEST_CASE("of counters, sets, lists and texts only what one wrote oneself is taken back") {
  Office office(256 << 10, testing::OfficeWithKinds());
  const auto row = [](const std::string& note, const std::string& steps, const std::string& tags,
                      int votes) {
    return Rows{R"({"note":")" + note + R"(","status":"draft","steps":[)" + steps +
                R"(],"tags":[)" + tags + R"(],"title":"one","votes":)" + std::to_string(votes) +
                "}"};
  };
  const std::string id = office.ada.Insert(
      "schedules",
      office.Schedule("one", R"(,"votes":1,"tags":["a"],"steps":["x","y"],"note":"hello world")"));
  Settle(office.relay, office.everyone);
  office.ada.undo_scope = "plan";
  CHECK(office.ada.Patch(
            id, R"({"votes":11,"tags":["b"],"steps":["y","x","z"],"note":"hello, world"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ben.Patch(id, R"({"votes":111,"tags":["b","c"],"steps":["y","x","z","w"],)"
                             R"("note":"hello, world!"})") == "");
  Settle(office.relay, office.everyone);
  const auto check = [&](const Rows& rows) {
    Settle(office.relay, office.everyone);
    for (Person* person : office.everyone) CHECK(person->All("schedules") == rows);
  };
  CHECK(office.ada.Undo("plan") == "test:mutation");
  check(row("hello world!", R"("x","y","w")", R"("a","c")", 101));
  CHECK(office.ada.Undo("plan", kRedo) == "test:mutation");
  check(row("hello, world!", R"("y","x","z","w")", R"("b","c")", 111));
  CHECK(office.ada.Undo("plan") == "test:mutation");
  check(row("hello world!", R"("x","y","w")", R"("a","c")", 101));
  // A deleted row comes back with what it showed, and can be edited on.
  CHECK(office.ada.Delete(id) == "");
  check({});
  CHECK(office.ada.Undo("plan") == "test:mutation");
  check(row("hello world!", R"("x","y","w")", R"("a","c")", 101));
  CHECK(office.ben.Patch(id, R"({"note":"hello all","tags":["c"]})") == "");
  check(row("hello all", R"("x","y","w")", R"("c")", 101));
}

TEST_CASE("what came back into a text is taken back with what it was typed with") {
  Office office(256 << 10, testing::OfficeWithKinds());
  const std::string id = office.ada.Insert("schedules", office.Schedule("one", R"(,"note":"[]")"));
  office.ada.undo_scope = "plan";
  const auto type = [&](const std::string& text) {
    CHECK(office.ada.Patch(id, R"({"note":")" + text + R"("})") == "");
    Settle(office.relay, office.everyone);
  };
  const auto expect = [&](UndoStack stack, const std::string& text) {
    CHECK(office.ada.Undo("plan", stack) == "test:mutation");
    Settle(office.relay, office.everyone);
    for (Person* person : office.everyone) {
      CHECK(person->All("schedules") ==
            Rows{R"({"note":")" + text + R"(","status":"draft","title":"one"})"});
    }
  };
  type("[abc]");
  type("[ac]");
  type("[]");
  for (int round = 0; round < 3; ++round) {
    expect(UndoStack::kUndo, "[ac]");
    expect(UndoStack::kUndo, "[abc]");
    expect(UndoStack::kUndo, "[]");
    CHECK(office.ada.Undo("plan") == "nothing");
    expect(kRedo, "[abc]");
    expect(kRedo, "[ac]");
    expect(kRedo, "[]");
    CHECK(office.ada.Undo("plan", kRedo) == "nothing");
  }
}

TEST_CASE("an insert is undone although others changed the row; redone, the row is back on all") {
  Undoing office;
  const std::string made = office.ada.Insert("schedules", office.Schedule("mine"));
  Settle(office.relay, office.everyone);
  CHECK(office.ben.Patch(made, R"({"status":"active"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.CheckAll({Draft("one")});
  CHECK(office.ada.Undo("plan", kRedo) == "test:mutation");
  office.CheckAll({Draft("one"), R"({"status":"active","title":"mine"})"});
  // And may be written again by all.
  CHECK(office.ben.Patch(made, R"({"title":"ours"})") == "");
  office.CheckAll({Draft("one"), R"({"status":"active","title":"ours"})"});
}

TEST_CASE("a deleted row comes back whole, also to a device that never had it") {
  Undoing office;
  CHECK(office.ada.Delete(office.id) == "");
  office.CheckAll({});
  Person late(office.relay, "cleo", 9);
  late.Connect();
  office.everyone.push_back(&late);
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.CheckAll({Draft("one")});
  // Again and again.
  CHECK(office.ada.Undo("plan", kRedo) == "test:mutation");
  office.CheckAll({});
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.CheckAll({Draft("one")});
  CHECK(office.ben.Patch(office.id, R"({"title":"two"})") == "");
  office.CheckAll({Draft("two")});
}

TEST_CASE("two who bring one row back at once have one row, and nobody is refused") {
  Undoing office;
  office.ben.undo_scope = "plan";
  office.ada.Disconnect();
  office.ben.Disconnect();
  CHECK(office.ada.Delete(office.id) == "");
  CHECK(office.ben.Delete(office.id) == "");
  CHECK(office.ada.Undo("plan") == "test:mutation");
  CHECK(office.ben.Undo("plan") == "test:mutation");
  CHECK(office.ben.Patch(office.id, R"({"status":"active"})") == "");
  office.ada.Connect();
  office.ben.Connect();
  office.CheckAll({R"({"status":"active","title":"one"})"});
  for (Person* person : office.everyone) CHECK(person->replica->device().Refused()->empty());
  // Whose delete is undone when the row is back already has nothing left to undo of it.
  CHECK(office.ada.replica->device().pending_count() == 0);
}

TEST_CASE("a delete is not undone where the row is back") {
  Undoing office;
  office.ben.undo_scope = "plan";
  CHECK(office.ada.Delete(office.id) == "");
  Settle(office.relay, office.everyone);
  office.ada.undo_scope = "elsewhere";
  CHECK(office.ada.Undo("plan") == "test:mutation");
  CHECK(office.ada.Undo("plan", kRedo) == "test:mutation");
  CHECK(office.ada.Undo("plan") == "test:mutation");
  CHECK(office.ada.Undo("plan") == "nothing");
  office.CheckAll({Draft("one")});
}

TEST_CASE("a new mutation in the scope ends what could be redone, another scope does not") {
  Undoing office;
  CHECK(office.ada.Patch(office.id, R"({"title":"two"})") == "");
  CHECK(office.ada.Undo("plan") == "test:mutation");
  office.ada.undo_scope = "other";
  CHECK(office.ada.Patch(office.id, R"({"status":"active"})") == "");
  CHECK(office.ada.replica->Undoable("plan", kRedo)->size() == 1);
  office.ada.undo_scope = "plan";
  // Nor does one that writes nothing.
  CHECK(office.ada.Mutate([](ExecutionId) {}) == "");
  CHECK(office.ada.replica->Undoable("plan", kRedo)->size() == 1);
  CHECK(office.ada.Patch(office.id, R"({"title":"three"})") == "");
  CHECK(office.ada.replica->Undoable("plan", kRedo)->empty());
  CHECK(office.ada.replica->Undoable("plan", UndoStack::kUndo)->size() == 1);
  REQUIRE(office.ada.replica->ClearUndo("plan"));
  CHECK(office.ada.Undo("plan") == "nothing");
}

TEST_CASE("what the relay refuses cannot be undone, and a refused undo cannot be redone") {
  Undoing office;
  office.ada.undo_scope.reset();
  office.cleo.undo_scope = "plan";
  CHECK(office.cleo.Patch(office.id, R"({"title":"two"})", false) == "");
  CHECK(office.cleo.replica->Undoable("plan", UndoStack::kUndo)->size() == 1);
  Settle(office.relay, office.everyone);
  CHECK(office.cleo.replica->Undoable("plan", UndoStack::kUndo)->empty());
  CHECK(office.cleo.replica->device().Refused()->size() == 1);
  // Ben may write when he undoes, and may not when the relay hears of it.
  office.ben.undo_scope = "plan";
  CHECK(office.ben.Patch(office.id, R"({"title":"three"})") == "");
  Settle(office.relay, office.everyone);
  office.ben.Disconnect();
  CHECK(office.ben.Undo("plan") == "test:mutation");
  CHECK(office.ben.replica->Undoable("plan", kRedo)->size() == 1);
  const std::string ben = testing::Person::IdOf(office.ada, "users", "ben@example.org");
  CHECK(office.ada.Patch(ben, R"({"role":"viewer"})") == "");
  Settle(office.relay, office.everyone);
  office.ben.Connect();
  office.CheckAll({Draft("three")});
  const auto refused = office.ben.replica->device().Refused();
  REQUIRE(refused->size() == 1);
  CHECK(refused->front().origin.path == "undo:test:mutation");
  CHECK(office.ben.replica->Undoable("plan", kRedo)->empty());
  CHECK(office.ben.replica->Undoable("plan", UndoStack::kUndo)->empty());
}

TEST_CASE("an undo that a rule denies is an error, and the next one comes to the entry before it") {
  Undoing office;
  office.ada.undo_scope.reset();
  office.ben.undo_scope = "plan";
  CHECK(office.ben.Patch(office.id, R"({"title":"two"})") == "");
  CHECK(office.ben.Patch(office.id, R"({"title":"three"})") == "");
  Settle(office.relay, office.everyone);
  const std::string ben = testing::Person::IdOf(office.ada, "users", "ben@example.org");
  CHECK(office.ada.Patch(ben, R"({"role":"viewer"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ben.Undo("plan") == "Viewers cannot write");
  REQUIRE(office.ben.replica->denial());
  CHECK(office.ben.All("schedules") == Rows{Draft("three")});
  CHECK(office.ben.replica->device().pending_count() == 0);
  CHECK(office.ben.replica->Undoable("plan", UndoStack::kUndo)->size() == 1);
}

TEST_CASE("a strict mutation that is on its way is undone after it, not before") {
  Undoing office;
  Replica& replica = *office.ada.replica;
  Replica::Begin begin{true,  office.relay.now, office.ada.claims(), "test:strict", "{}", true,
                       "plan"};
  begin.strict = true;
  const auto execution = replica.BeginExecution(begin);
  REQUIRE_MESSAGE(execution, (execution ? "" : execution.error().message));
  REQUIRE(replica.Patch(*execution, office.id, std::nullopt, testing::Json(R"({"title":"two"})")));
  const auto made = replica.Commit(*execution);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  CHECK(office.ada.Undo("plan").find("on its way") != std::string::npos);
  CHECK(replica.Undoable("plan", UndoStack::kUndo)->size() == 1);
}

TEST_CASE("who leaves a tenant takes nothing of it along") {
  Undoing office;
  office.ben.undo_scope = "plan";
  CHECK(office.ben.Patch(office.id, R"({"title":"two"})") == "");
  Settle(office.relay, office.everyone);
  const std::string ben = testing::Person::IdOf(office.ada, "users", "ben@example.org");
  CHECK(office.ada.Delete(ben) == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ben.All("schedules").empty());
  CHECK(office.ben.replica->Undoable("plan", UndoStack::kUndo)->empty());
}

TEST_CASE("while an execution is open nothing is undone, and the entry stays") {
  Undoing office;
  CHECK(office.ada.Patch(office.id, R"({"title":"two"})") == "");
  Replica& replica = *office.ada.replica;
  const auto query = replica.BeginExecution({false, office.relay.now, {}, "", "", true});
  REQUIRE(query);
  CHECK(office.ada.Undo("plan").find("runs alone") != std::string::npos);
  REQUIRE(replica.Abort(*query));
  CHECK(office.ada.Undo("plan") == "test:mutation");
}

TEST_CASE("local rows are undone with the rest, also after the file was closed") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "syncline_undo_test.db").string();
  std::filesystem::remove(path);
  const std::string tables =
      testing::Table("notes", testing::Field("text", R"({"type":"string"})"));
  const auto undo = [](testing::Device& device, UndoStack stack) {
    Replica::Begin begin;
    begin.now_ms = ++device.now;
    begin.undo = "s";
    const auto undone = device.replica->Undo(begin, stack);
    REQUIRE_MESSAGE(undone, (undone ? "" : undone.error().message));
    CHECK((!*undone || !(*undone)->made));
    return undone->has_value();
  };
  std::string first;
  {
    testing::Device device(tables, "null", path);
    device.undo_scope = "s";
    first = device.Insert("notes", R"({"text":"one"})");
    device.Mutate([&](ExecutionId execution) {
      REQUIRE(
          device.replica->Patch(execution, first, std::nullopt, device.Json(R"({"text":"two"})")));
      device.Insert(execution, "notes", R"({"text":"other"})");
    });
    device.Mutate([&](ExecutionId execution) {
      REQUIRE(device.replica->Delete(execution, first, std::nullopt));
    });
  }
  testing::Device device(tables, "null", path);
  device.now += 1000;
  CHECK(device.All("notes") == Rows{R"({"text":"other"})"});
  CHECK(undo(device, UndoStack::kUndo));
  CHECK(device.All("notes") == Rows{R"({"text":"two"})", R"({"text":"other"})"});
  CHECK(undo(device, UndoStack::kUndo));
  CHECK(device.All("notes") == Rows{R"({"text":"one"})"});
  CHECK(undo(device, UndoStack::kUndo));
  CHECK(device.All("notes").empty());
  CHECK_FALSE(undo(device, UndoStack::kUndo));
  for (int i = 0; i < 3; ++i) CHECK(undo(device, kRedo));
  CHECK_FALSE(undo(device, kRedo));
  CHECK(device.All("notes") == Rows{R"({"text":"other"})"});
  device.replica.reset();
  std::filesystem::remove(path);
}

TEST_CASE("a part that was undone within the mutation has left nothing to undo") {
  const std::string tables =
      testing::Table("notes", testing::Field("text", R"({"type":"string"})"));
  testing::Device device(tables);
  device.undo_scope = "s";
  device.Mutate([&](ExecutionId execution) {
    REQUIRE(device.replica->BeginPart(execution));
    device.Insert(execution, "notes", R"({"text":"gone"})");
    REQUIRE(device.replica->EndPart(execution, true));
  });
  CHECK(device.replica->Undoable("s", UndoStack::kUndo)->empty());
}

TEST_CASE("a scope is at most 256 bytes") {
  testing::Device device(testing::Table("notes", ""));
  Replica::Begin begin;
  begin.mutation = true;
  begin.now_ms = device.now;
  begin.undo = std::string(257, 's');
  const auto begun = device.replica->BeginExecution(begin);
  REQUIRE_FALSE(begun);
  CHECK(begun.error().code == Code::kInvalid);
}

TEST_CASE("what came back into a text under one scope is known to the others") {
  Office office(256 << 10, testing::OfficeWithKinds());
  const std::string id = office.ada.Insert("schedules", office.Schedule("one", R"(,"note":"[]")"));
  const auto type = [&](const char* scope, const std::string& text) {
    office.ada.undo_scope = scope;
    CHECK(office.ada.Patch(id, R"({"note":")" + text + R"("})") == "");
    Settle(office.relay, office.everyone);
  };
  const auto expect = [&](const char* scope, UndoStack stack, const std::string& text) {
    CHECK(office.ada.Undo(scope, stack) == "test:mutation");
    Settle(office.relay, office.everyone);
    for (Person* person : office.everyone) {
      CHECK(person->All("schedules") ==
            Rows{R"({"note":")" + text + R"(","status":"draft","title":"one"})"});
    }
  };
  type("typing", "[abc]");
  type("cleanup", "[]");
  expect("cleanup", UndoStack::kUndo, "[abc]");
  expect("typing", UndoStack::kUndo, "[]");
  expect("typing", kRedo, "[abc]");
  expect("cleanup", kRedo, "[]");
}

TEST_CASE("an entry that does not decode is dropped, and hides none of the others") {
  Office office(256 << 10, testing::OfficeWithKinds());
  const std::string id = office.ada.Insert("schedules", office.Schedule("one", R"(,"note":"ab")"));
  office.ada.undo_scope = "plan";
  for (const char* note : {R"({"note":"a"})", R"({"note":""})", R"({"votes":1})"}) {
    CHECK(office.ada.Patch(id, note) == "");
  }
  Settle(office.relay, office.everyone);
  Database& file = office.ada.replica->device().database();
  // The newest, and one below it that an undo of the text comes across.
  REQUIRE(file.Run("UPDATE _undo SET steps=x'ff' WHERE ordinal IN (1, 3)"));
  CHECK(office.ada.Undo("plan") == "test:mutation");
  CHECK(office.ada.All("schedules")[0].find(R"("note":"a")") != std::string::npos);
  CHECK(office.ada.All("schedules")[0].find(R"("votes":1)") != std::string::npos);
  CHECK(office.ada.Undo("plan") == "nothing");
  CHECK(office.ada.replica->Undoable("plan", UndoStack::kUndo)->empty());
}

}  // namespace
}  // namespace syncline
