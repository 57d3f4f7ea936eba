// Merge kinds from a plain assignment on one device to the document on another: counters, sets, lists and
// texts through replica, outbox, relay and delta. What each kind promises by itself is tested beside it.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/replica/testing_sync.hpp"

namespace syncline {
namespace {

using namespace testing;

// The office's schedules with fields of every kind.
const char* Application() {
  static const std::string kText = [] {
    std::string text = kOfficeApplication;
    const auto add = [&](const std::string& before, const std::string& more) {
      text.insert(text.find(before), more);
    };
    add(R"("secret":{)",
        R"json("likes":{"fieldType":{"type":"number","merge":"counter"},"optional":true},
      "seats":{"fieldType":{"type":"bigint","merge":"counter"},"optional":true},
      "tags":{"fieldType":{"type":"array","value":{"type":"string"},"merge":"set"},"optional":true},
      "steps":{"fieldType":{"type":"array","value":{"type":"any"},"merge":"list"},"optional":true},
      "body":{"fieldType":{"type":"string","merge":"text"},"optional":true},
    )json");
    add(R"("room":{)",
        R"json("visits":{"fieldType":{"type":"number","merge":"counter"},"optional":true},)json");
    return text;
  }();
  return kText.c_str();
}

struct Desk : Office {
  Desk() : Office(256 << 10, Application()) {}

  // A schedule that all have, then ada and ben write without hearing of one another.
  std::string Shared(const std::string& more) {
    const std::string id = ada.Insert("schedules", Schedule("x", "," + more));
    REQUIRE(id.substr(0, 7) != "refused");
    Settle(relay, everyone);
    return id;
  }
  void Apart(const std::string& id, const std::string& by_ada, const std::string& by_ben) {
    ada.Disconnect();
    ben.Disconnect();
    CHECK(ada.Patch(id, by_ada) == "");
    CHECK(ben.Patch(id, by_ben) == "");
    ada.Connect();
    ben.Connect();
    Settle(relay, everyone);
  }
  // The one schedule, the same everywhere: on the devices that saw it change, and on one that comes new.
  std::string Outcome() {
    const std::vector<std::string> all = ada.All("schedules");
    REQUIRE(all.size() == 1);
    CHECK(ben.All("schedules") == all);
    CHECK(cleo.All("schedules") == all);
    Person late{relay, "ada", 9};
    late.Connect();
    Settle(relay, {&ada, &ben, &cleo, &late});
    CHECK(late.All("schedules") == all);
    CHECK(ada.replica->device().pending_count() == 0);
    CHECK(ben.replica->device().pending_count() == 0);
    CHECK(ada.replica->device().Refused()->empty());
    CHECK(ben.replica->device().Refused()->empty());
    return all[0];
  }
};

TEST_CASE("increments made offline on both sides add up") {
  Desk desk;
  const std::string id = desk.Shared(R"("likes":1.5,"seats":{"$integer":"CgAAAAAAAAA="})");
  desk.Apart(id, R"({"likes":2.5,"seats":{"$integer":"DAAAAAAAAAA="}})",
             R"({"likes":4.5,"seats":{"$integer":"BwAAAAAAAAA="}})");
  CHECK(desk.Outcome() ==
        R"({"likes":5.5,"seats":{"$integer":"CQAAAAAAAAA="},"status":"draft","title":"x"})");
}

TEST_CASE("first increments of a counter that was not there add up too, also in a leaf") {
  Desk desk;
  const std::string id = desk.Shared(R"("place":{"city":"Oslo"})");
  desk.Apart(id, R"({"likes":1,"place":{"city":"Oslo","visits":2}})",
             R"({"likes":1,"place":{"city":"Bergen","visits":3}})");
  CHECK(desk.Outcome() ==
        R"({"likes":2,"place":{"city":"Bergen","visits":5},"status":"draft","title":"x"})");
}

TEST_CASE("a set keeps what both added, and what one added again while the other removed it") {
  Desk desk;
  const std::string id = desk.Shared(R"("tags":["red","blue","red"])");
  CHECK(desk.ada.All("schedules")[0] == R"({"status":"draft","tags":["blue","red"],"title":"x"})");
  desk.Apart(id, R"({"tags":["blue","red","sun"]})", R"({"tags":["red","air"]})");
  CHECK(desk.Outcome() == R"({"status":"draft","tags":["air","red","sun"],"title":"x"})");
}

TEST_CASE("a list keeps both insertions, a move and a change inside the moved element") {
  Desk desk;
  const std::string id =
      desk.Shared(R"("steps":[{"id":"a","done":false},{"id":"b","done":false}])");
  desk.Apart(id, R"({"steps":[{"id":"b","done":false},{"id":"a","done":false},{"id":"c"}]})",
             R"({"steps":[{"id":"0"},{"id":"a","done":true},{"id":"b","done":false}]})");
  CHECK(desk.Outcome() ==
        R"({"status":"draft","steps":[{"done":false,"id":"b"},{"id":"0"},{"done":true,"id":"a"},)"
        R"({"id":"c"}],"title":"x"})");
}

TEST_CASE("a text keeps what both typed, and goes on from there") {
  Desk desk;
  const std::string id = desk.Shared(R"("body":"one two")");
  desk.Apart(id, R"({"body":"one and two"})", R"({"body":"one two three"})");
  CHECK(desk.Outcome() == R"({"body":"one and two three","status":"draft","title":"x"})");
  desk.Apart(id, R"({"body":"two three"})", R"({"body":"one and two, three"})");
  CHECK(desk.Outcome() == R"({"body":"two, three","status":"draft","title":"x"})");
}

TEST_CASE("what came while a device was busy is taken at once, with what is pending there") {
  Desk desk;
  const std::string id = desk.Shared(R"("body":"hello","likes":1)");
  desk.ada.held.emplace();
  for (const char* body : {"h", "he", "hey", "hey ", "hey hello"}) {
    CHECK(desk.ben.Patch(id, std::string(R"({"body":")") + body + R"("})") == "");
    Settle(desk.relay, desk.everyone);
    CHECK(desk.ada.Patch(id, std::string(R"({"title":"mine )") + body + R"("})") == "");
  }
  CHECK(desk.ada.Patch(id, R"({"body":"hello you","likes":3})") == "");
  CHECK(desk.ada.replica->device().pending_count() == 6);
  desk.ada.TakeHeld();
  Settle(desk.relay, desk.everyone);
  const std::string outcome = desk.Outcome();
  CHECK(outcome.find(R"("likes":3)") != std::string::npos);
  CHECK(outcome.find(R"("title":"mine hey hello")") != std::string::npos);
  CHECK_MESSAGE(outcome.find(" you") != std::string::npos, outcome);
}

TEST_CASE("of messages that are taken at once, those before one that fails stay") {
  Desk desk;
  const std::string id = desk.Shared(R"("body":"hello")");
  desk.ada.held.emplace();
  CHECK(desk.ben.Patch(id, R"({"body":"hello you"})") == "");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.ben.Patch(id, R"({"title":"y"})") == "");
  Settle(desk.relay, desk.everyone);
  Bytes frames = *std::exchange(desk.ada.held, {});
  frames += EncodeFrame(Fault{Code::kUnavailable, "closing"});
  const Status received = desk.ada.replica->session().Receive(frames, desk.relay.now);
  REQUIRE_FALSE(received);
  CHECK(received.error().message == "closing");
  CHECK(desk.ada.All("schedules") == desk.ben.All("schedules"));
}

TEST_CASE("a field of a merge kind that is removed goes whole, and can come back") {
  Desk desk;
  const std::string id = desk.Shared(R"("likes":3,"body":"one")");
  CHECK(desk.ben.Patch(id, R"({"body":"one!"})") == "");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.ada.Patch(id, R"({"likes":{"$undefined":null},"body":{"$undefined":null}})") == "");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.Outcome() == R"({"status":"draft","title":"x"})");
  desk.Apart(id, R"({"likes":1,"body":"a"})", R"({"likes":2})");
  CHECK(desk.Outcome() == R"({"body":"a","likes":3,"status":"draft","title":"x"})");
}

TEST_CASE("an empty value that comes late leaves alone what others wrote into the field since") {
  Desk desk;
  const std::string id = desk.Shared(R"("place":{"city":"Oslo"})");
  desk.ada.Disconnect();
  CHECK(desk.ada.Patch(id, R"({"body":"","tags":[],"steps":[],"likes":0})") == "");
  desk.relay.now += 60'000;
  CHECK(desk.ben.Patch(id, R"({"body":"typed","tags":["a"],"steps":[1],"likes":2})") == "");
  Settle(desk.relay, desk.everyone);
  desk.ada.Connect();
  Settle(desk.relay, desk.everyone);
  CHECK(desk.Outcome() ==
        R"({"body":"typed","likes":2,"place":{"city":"Oslo"},"status":"draft","steps":[1],)"
        R"("tags":["a"],"title":"x"})");
}

TEST_CASE("a field that is removed and written anew is left alone by what was meant for before") {
  Desk desk;
  const std::string id = desk.Shared(R"("body":"hello","tags":["x"],"steps":["x"])");
  desk.ada.undo_scope = "s";
  CHECK(desk.ada.Patch(id, R"({"body":"hello you"})") == "");
  desk.ada.undo_scope.reset();
  Settle(desk.relay, desk.everyone);
  desk.ben.Disconnect();
  CHECK(desk.ben.Patch(id, R"({"tags":[]})") == "");
  CHECK(desk.ben.Patch(id, R"({"steps":[]})") == "");
  CHECK(desk.ben.Patch(id, R"({"body":"ello you"})") == "");
  const std::string gone = R"({"$undefined":null})";
  CHECK(desk.ada.Patch(
            id, R"({"body":)" + gone + R"(,"tags":)" + gone + R"(,"steps":)" + gone + "}") == "");
  CHECK(desk.ada.Patch(id, R"({"body":"something new","tags":["x"],"steps":["x"]})") == "");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.ada.Undo("s") == "nothing");
  desk.ben.Connect();
  Settle(desk.relay, desk.everyone);
  for (Person* person : desk.everyone) {
    CHECK(person->All("schedules")[0] ==
          R"({"body":"something new","status":"draft","steps":["x"],"tags":["x"],"title":"x"})");
  }
  // The set's edit took nothing; the others had nothing to be made to.
  const auto refused = desk.ben.replica->device().Refused();
  REQUIRE(refused);
  REQUIRE(refused->size() == 2);
  for (const auto& entry : *refused) CHECK(entry.refusal.code == Code::kConflict);
}

TEST_CASE(
    "what is undone after a deleted row came back takes nothing else from its texts and lists") {
  Desk desk;
  desk.ada.undo_scope = "s";
  const std::string id = desk.Shared(R"("body":"abcdef","steps":["a","b"])");
  CHECK(desk.ada.Patch(id, R"({"body":"abXYcdef"})") == "");
  CHECK(desk.ada.Patch(id, R"({"steps":["a","x","b"]})") == "");
  CHECK(desk.ada.Patch(id, R"({"title":"y"})") == "");
  CHECK(desk.ada.Delete(id) == "");
  CHECK(desk.ada.Undo("s") == "test:mutation");
  const std::string back = R"("steps":["a","x","b"],"title":"x"})",
                    head = R"({"body":"abXYcdef","status":"draft",)";
  // What was typed into elements that are now others is no more undone; a register is.
  CHECK(desk.ada.Undo("s") == "test:mutation");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.Outcome() == head + back);
  // Only the insert is left.
  CHECK(desk.ada.Undo("s") == "test:mutation");
  CHECK(desk.ada.All("schedules").empty());
}

TEST_CASE("what is undone after a deleted row came back leaves what others typed") {
  Desk desk;
  const std::string id = desk.ben.Insert("schedules", desk.Schedule("x", R"(,"body":"abcdef")"));
  Settle(desk.relay, desk.everyone);
  desk.ada.undo_scope = "s";
  // Ada's and Ben's letters get the same counters.
  desk.Apart(id, R"({"body":"abcdefXY"})", R"({"body":"abcdefgh"})");
  CHECK(desk.ben.Patch(id, R"({"body":"abcdefgh"})") == "");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.ada.Delete(id) == "");
  Settle(desk.relay, desk.everyone);
  for (int i = 0; i < 2; ++i) static_cast<void>(desk.ada.Undo("s"));
  Settle(desk.relay, desk.everyone);
  CHECK(desk.Outcome() == R"({"body":"abcdefgh","status":"draft","title":"x"})");
}

TEST_CASE("what was typed into a row is undone with its insert, and done again") {
  Desk desk;
  desk.ada.undo_scope = "s";
  const std::string id = desk.Shared(R"("body":"abcdef")");
  CHECK(desk.ada.Patch(id, R"({"body":"abXYcdef"})") == "");
  Settle(desk.relay, desk.everyone);
  for (int i = 0; i < 2; ++i) CHECK(desk.ada.Undo("s") == "test:mutation");
  CHECK(desk.ada.All("schedules").empty());
  for (int i = 0; i < 2; ++i) CHECK(desk.ada.Undo("s", UndoStack::kRedo) == "test:mutation");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.Outcome() == R"({"body":"abXYcdef","status":"draft","title":"x"})");
}

TEST_CASE("a counter's overflow is refused on both sides and leaves what was there") {
  Desk desk;
  const std::string max = R"({"$integer":"/////////38="})", one = R"({"$integer":"AQAAAAAAAAA="})";
  const std::string id = desk.Shared(R"("seats":{"$integer":"/v///////38="})");
  // Each alone fits; together they do not.
  desk.ada.Disconnect();
  desk.ben.Disconnect();
  CHECK(desk.ada.Patch(id, R"({"seats":)" + max + "}") == "");
  CHECK(desk.ben.Patch(id, R"({"seats":)" + max + "}") == "");
  desk.ada.Connect();
  Settle(desk.relay, desk.everyone);
  desk.ben.Connect();
  Settle(desk.relay, desk.everyone);
  for (Person* person : desk.everyone) {
    CHECK(person->All("schedules")[0] ==
          R"({"seats":)" + max + R"(,"status":"draft","title":"x"})");
  }
  const auto refused = desk.ben.replica->device().Refused();
  REQUIRE(refused);
  REQUIRE(refused->size() == 1);
  CHECK(refused->front().refusal.code == Code::kInvalid);
  CHECK(refused->front().refusal.message ==
        "Field \"seats\" of table schedules: The increment goes beyond what the counter can hold");
  // From the least to the most there is no increment.
  const std::string least = R"({"$integer":"AAAAAAAAAIA="})";
  const std::string other =
      desk.ada.Insert("schedules", desk.Schedule("y", R"(,"seats":)" + least));
  std::string why;
  desk.ada.Mutate([&](ExecutionId execution) {
    const Status patched =
        desk.ada.replica->Patch(execution, other, std::nullopt, Json(R"({"seats":)" + one + "}"));
    if (!patched) why = patched.error().message;
  });
  CHECK(why ==
        "Field seats of table schedules: The increment goes beyond what the counter can hold");
}

TEST_CASE("an edit that is refused leaves no content behind") {
  Desk desk;
  const std::string id = desk.Shared(R"("body":"one","tags":["a"],"steps":[1])");
  const std::vector<std::string> before = desk.cleo.All("schedules");
  CHECK(desk.cleo.Patch(id, R"({"body":"two","tags":["b"],"steps":[1,2],"likes":5})", false) == "");
  Settle(desk.relay, desk.everyone);
  CHECK(desk.cleo.replica->device().Refused()->size() == 1);
  CHECK(desk.cleo.All("schedules") == before);
  Statement rows = desk.cleo.replica->device().database().Prepare("SELECT count(*) FROM _contents");
  REQUIRE(rows.Step());
  CHECK(rows.integer(0) == 0);
}

TEST_CASE("a merge kind is refused where no merge reaches") {
  const auto parse = [](const std::string& type) {
    const auto schema = ParseSchema(R"({"tables":[{"tableName":"t","indexes":[],"documentType":)" +
                                    type + R"(}],"schemaValidation":true})");
    return schema ? std::string() : schema.error().message;
  };
  const std::string counter = R"({"type":"number","merge":"counter"})";
  const auto object = [](const std::string& type) {
    return R"({"type":"object","value":{"n":{"fieldType":)" + type + R"(,"optional":false}}})";
  };
  CHECK(parse(object(counter)) == "");
  CHECK(parse(object(object(counter))) == "");
  CHECK(
      parse(object(R"({"type":"array","value":)" + counter + "}")) ==
      "Schema, table t: field n has a counter, set, list or text within an array, record or union, "
      "where it cannot merge; use v.number(), v.array() or v.string() there");
  CHECK(parse(R"({"type":"union","value":[)" + object(counter) + "]}") ==
        "Schema, table t: a counter, set, list or text needs a table whose documents are one "
        "v.object(...), no union");
  CHECK(parse(object(R"({"type":"string","merge":"counter"})"))
            .find("a v.string() cannot be a counter") != std::string::npos);
  CHECK(parse(object(R"({"type":"string","merge":"tally"})")).find("\"merge\" must be") !=
        std::string::npos);
}

}  // namespace
}  // namespace syncline
