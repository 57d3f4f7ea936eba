// History on devices, with a relay that writes it: who sees what of it, what puts a row back, what ends it.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "shared/replica/testing_sync.hpp"

namespace syncline {
namespace {

using testing::Json;
using testing::kOfficeApplication;
using testing::Office;
using testing::Person;
using testing::Settle;

constexpr std::uint64_t kDayMs = 24ull * 3600 * 1000;

std::string Replaced(std::string json, const std::string& text, const std::string& other) {
  const std::size_t at = json.find(text);
  REQUIRE(at != std::string::npos);
  return json.replace(at, text.size(), other);
}

// The office's application, with three entries a row for ten days.
std::string WithHistory(const char* json = kOfficeApplication) {
  return Replaced(json, "\"schedules\": {\n        \"read\"",
                  R"("schedules": {"history":{"count":3,"days":10},"read")");
}
// The same, where titles and notes are texts.
std::string WithTexts() {
  return Replaced(WithHistory(testing::OfficeWithKinds()),
                  R"("title":{"fieldType":{"type":"string")",
                  R"("title":{"fieldType":{"type":"string","merge":"text")");
}

struct Historic : Office {
  explicit Historic(const std::string& json = WithHistory()) : Office(256 << 10, json.c_str()) {}
  // The entries that a person sees, oldest first: "action title by-role changed".
  std::vector<std::string> Told(Person& person) {
    std::vector<std::string> told;
    for (const Object& entry : Entries(person)) {
      const auto text = [&](const Object& object, const char* name) {
        const Value* value = object.Find(name);
        return value && value->Is<std::string>() ? *value->As<std::string>() : std::string("-");
      };
      std::string line = text(entry, "action") + " " +
                         text(*entry.Find("document")->As<Object>(), "title") + " " +
                         text(entry, "role");
      for (const Value& path : *entry.Find("changed")->As<Array>()) {
        line += " " + *path.As<std::string>();
      }
      told.push_back(std::move(line));
    }
    return told;
  }
  // Days, in which tokens expire.
  void Wait(std::uint64_t days) {
    for (Person* person : everyone) person->Disconnect();
    relay.now += days * kDayMs;
    for (Person* person : everyone) person->Connect();
    Settle(relay, everyone);
  }
  std::vector<Object> Entries(Person& person) { return person.Documents("_history"); }
  std::string Id(const Object& document) { return *document.Find("_id")->As<std::string>(); }
  std::string Restore(Person& person, const std::string& entry) {
    std::string message;
    const std::string failed = person.Mutate([&](ExecutionId execution) {
      const auto id = person.replica->Restore(execution, entry);
      if (!id) message = id.error().message;
    });
    return message.empty() ? failed : message;
  }
  void CheckSchedules(const std::vector<std::string>& rows) {
    Settle(relay, everyone);
    for (Person* person : everyone) CHECK(person->All("schedules") == rows);
  }
};
using Lines = std::vector<std::string>;

TEST_CASE("who changed what is told to all who may see the row") {
  Historic office;
  const std::string id =
      office.ada.Insert("schedules", office.Schedule("one", R"(,"place":{"city":"Oslo"})"));
  Settle(office.relay, office.everyone);
  CHECK(office.ben.Patch(id, R"({"title":"two","place":{"city":"Bergen"}})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Delete(id) == "");
  Settle(office.relay, office.everyone);
  const Lines lines{"insert one admin", "update two member place.city title", "delete two admin"};
  for (Person* person : office.everyone) CHECK(office.Told(*person) == lines);
  const Object entry = office.Entries(office.cleo)[1];
  CHECK(*entry.Find("table") == Value("schedules"));
  CHECK(*entry.Find("row") == Value(id));
  CHECK(*entry.Find("by") == Value(Person::IdOf(office.ada, "users", "ben@example.org")));
  CHECK(*entry.Find("length") == Value(1.0));
  CHECK(*entry.Find("version") == Value(2.0));
  CHECK(*entry.Find("document")->As<Object>()->Find("_id") == Value(id));
  // Whoever comes later has it from the snapshot.
  Person late(office.relay, "cleo", 9);
  late.Connect();
  office.everyone.push_back(&late);
  Settle(office.relay, office.everyone);
  CHECK(office.Told(late) == lines);
}

TEST_CASE("tables without history have none, and a change that shows nothing makes no entry") {
  Historic office;
  CHECK(office.Told(office.ada).empty());
  const std::string id = office.ada.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  office.ada.Disconnect();
  CHECK(office.ada.Patch(id, R"({"title":"early"})") == "");
  office.relay.now += 5000;
  CHECK(office.ben.Patch(id, R"({"title":"late"})") == "");
  Settle(office.relay, office.everyone);
  office.ada.Connect();
  Settle(office.relay, office.everyone);
  CHECK(office.Told(office.ben) == Lines{"insert one admin", "update late member title"});
}

TEST_CASE(
    "an entry is seen by those who may see what it shows, live, in a snapshot and after a change "
    "of role") {
  Historic office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("open"));
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Patch(id, R"({"title":"hidden","secret":true})") == "");
  Settle(office.relay, office.everyone);
  const Lines all{"insert open admin", "update hidden admin secret title"};
  CHECK(office.Told(office.ada) == all);
  CHECK(office.Told(office.ben) == Lines{"insert open admin"});
  Person late(office.relay, "ben", 9);
  late.Connect();
  office.everyone.push_back(&late);
  Settle(office.relay, office.everyone);
  CHECK(office.Told(late) == Lines{"insert open admin"});
  const std::string ben = Person::IdOf(office.ada, "users", "ben@example.org");
  CHECK(office.ada.Patch(ben, R"({"role":"admin"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.Told(office.ben) == all);
  CHECK(office.ada.Patch(ben, R"({"role":"member"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.Told(office.ben) == Lines{"insert open admin"});
}

TEST_CASE("of a row the newest entries are kept, and the others leave every device") {
  Historic office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("0"));
  office.ada.Insert("schedules", office.Schedule("other"));
  Settle(office.relay, office.everyone);
  office.cleo.Disconnect();
  for (int i = 1; i <= 4; ++i) {
    CHECK(office.ada.Patch(id, R"({"title":")" + std::to_string(i) + R"("})") == "");
    if (i % 2 == 0) Settle(office.relay, office.everyone);
  }
  office.cleo.Connect();
  Settle(office.relay, office.everyone);
  const Lines lines{"insert other admin", "update 2 admin title", "update 3 admin title",
                    "update 4 admin title"};
  for (Person* person : office.everyone) {
    CHECK(office.Told(*person) == lines);
    CHECK(*office.Entries(*person).back().Find("version") == Value(5.0));
  }
}

TEST_CASE("entries that a device could see by what they show leave it, also if it was away") {
  Historic office(Replaced(WithHistory(), R"(["ne",["row","secret"],["literal",true]])",
                           R"(["eq",["row","secret"],["literal",false]])"));
  const std::string id = office.ada.Insert("schedules", office.Schedule("0", R"(,"secret":false)"));
  Settle(office.relay, office.everyone);
  office.cleo.Disconnect();
  for (int i = 1; i <= 4; ++i) {
    CHECK(office.ada.Patch(id, R"({"title":")" + std::to_string(i) + R"("})") == "");
    Settle(office.relay, office.everyone);
  }
  office.cleo.Connect();
  Settle(office.relay, office.everyone);
  const Lines lines{"update 2 admin title", "update 3 admin title", "update 4 admin title"};
  for (Person* person : office.everyone) CHECK(office.Told(*person) == lines);
}

TEST_CASE("what one person types within some minutes is one entry, which goes on on every device") {
  Historic office(WithTexts());
  const std::string id = office.ada.Insert("schedules", office.Schedule("one", R"(,"note":"")"));
  Settle(office.relay, office.everyone);
  const auto type = [&](Person& person, const std::string& fields) {
    CHECK(person.Patch(id, "{" + fields + "}") == "");
    Settle(office.relay, office.everyone);
  };
  type(office.ada, R"("note":"H")");
  const Object begun = office.Entries(office.ben).back();
  office.cleo.Disconnect();
  type(office.ada, R"("note":"He")");
  type(office.ada, R"("title":"won")");
  type(office.ada, R"("note":"Hello")");
  // Several at once too.
  CHECK(office.ada.Patch(id, R"({"note":"Hello."})") == "");
  CHECK(office.ada.Patch(id, R"({"note":"Hello!"})") == "");
  Settle(office.relay, office.everyone);
  office.cleo.Connect();
  Person late(office.relay, "cleo", 9);
  late.Connect();
  office.everyone.push_back(&late);
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) {
    CHECK(office.Told(*person) == Lines{"insert one admin", "update won admin note title"});
    const Object entry = office.Entries(*person).back();
    CHECK(office.Id(entry) == office.Id(begun));
    CHECK(*entry.Find("_creationTime") == *begun.Find("_creationTime"));
    CHECK(Compare(*begun.Find("at"), *entry.Find("at")) < 0);
    CHECK(*entry.Find("version") == Value(2.0));
    CHECK(*entry.Find("document")->As<Object>()->Find("note") == Value("Hello!"));
  }
  const std::string typed = office.Id(begun);
  type(office.ben, R"("note":"")");
  CHECK(office.Restore(office.ben, typed) == "");
  Settle(office.relay, office.everyone);
  CHECK(office.cleo.All("schedules") ==
        Lines{R"({"note":"Hello!","status":"draft","title":"won"})"});
}

TEST_CASE("another person, another field or some minutes begin another entry") {
  Historic office(Replaced(WithTexts(), R"("count":3)", R"("count":100)"));
  const std::string id = office.ada.Insert("schedules", office.Schedule("one", R"(,"note":"")"));
  Settle(office.relay, office.everyone);
  std::size_t entries = 1;
  const auto entries_of = [&](Person& person, const std::string& fields) {
    CHECK(person.Patch(id, "{" + fields + "}") == "");
    Settle(office.relay, office.everyone);
    const std::size_t before = std::exchange(entries, office.Entries(office.cleo).size());
    return entries - before;
  };
  CHECK(entries_of(office.ada, R"("note":"a")") == 1);
  CHECK(entries_of(office.ada, R"("note":"ab")") == 0);
  CHECK(entries_of(office.ben, R"("note":"abc")") == 1);
  CHECK(entries_of(office.ada, R"("note":"abcd")") == 1);
  CHECK(entries_of(office.ada, R"("note":"abcde","status":"done")") == 1);
  CHECK(entries_of(office.ada, R"("note":"abcdef")") == 1);
  CHECK(entries_of(office.ada, R"("votes":1)") == 1);
  CHECK(entries_of(office.ada, R"("note":"")") == 1);
  office.relay.now += 4 * 60 * 1000;
  CHECK(entries_of(office.ada, R"("note":"b")") == 0);
  office.relay.now += 60 * 1000;
  CHECK(entries_of(office.ada, R"("note":"bc")") == 1);
}

TEST_CASE("what is typed by a slower clock goes into the entry all the same") {
  Historic office(WithTexts());
  const std::string id = office.ada.Insert("schedules", office.Schedule("one", R"(,"note":"")"));
  Person slow(office.relay, "ada", 9);
  slow.Connect();
  office.everyone.push_back(&slow);
  office.ada.ahead_ms = 30'000;
  Settle(office.relay, office.everyone);
  slow.Disconnect();
  CHECK(slow.Patch(id, R"({"title":"slow"})") == "");
  CHECK(office.ada.Patch(id, R"({"note":"fast"})") == "");
  Settle(office.relay, office.everyone);
  slow.Connect();
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) {
    CHECK(office.Told(*person).back() == "update slow admin note title");
    const Object entry = office.Entries(*person).back();
    CHECK(*entry.Find("document")->As<Object>()->Find("note") == Value("fast"));
  }
}

TEST_CASE("entries that are too old leave every device, in steps") {
  Historic office;
  for (int i = 0; i < 30; ++i) {
    office.ada.Insert("schedules", office.Schedule(std::to_string(i)));
  }
  Settle(office.relay, office.everyone);
  office.Wait(9);
  office.ada.Insert("schedules", office.Schedule("young"));
  Settle(office.relay, office.everyone);
  Authority& authority = *office.relay.tenants().begin()->second;
  CHECK_FALSE(*authority.Sweep(office.relay.now));
  CHECK(office.Told(office.ben).size() == 31);
  office.Wait(2);
  office.cleo.Disconnect();
  CHECK_FALSE(*authority.Sweep(office.relay.now));
  Settle(office.relay, office.everyone);
  CHECK(office.Told(office.ben) == Lines{"insert young admin"});
  office.cleo.Connect();
  Settle(office.relay, office.everyone);
  CHECK(office.Told(office.cleo) == Lines{"insert young admin"});
  CHECK(office.cleo.All("schedules").size() == 31);
}

TEST_CASE("nobody but the relay writes the history") {
  Historic office;
  office.ada.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  const std::vector<Object> entries = office.Entries(office.ada);
  const std::string entry = office.Id(entries.front());
  CHECK(office.ada.Mutate([&](ExecutionId execution) {
    Replica& replica = *office.ada.replica;
    CHECK_FALSE(replica.Delete(execution, entry, std::nullopt));
    CHECK_FALSE(replica.Patch(execution, entry, std::nullopt, Json(R"({"by":"x"})")));
    CHECK_FALSE(replica.Insert(execution, "_history", Json("{}")));
    CHECK_FALSE(replica.SystemWrite(execution, "_history", entry, std::nullopt));
    CHECK_FALSE(replica.Import(execution, "_history", entries));
  }) == "");
  CHECK(office.ada.replica->device().pending_count() == 0);
  // A device that sends it all the same.
  Authority& authority = *office.relay.tenants().begin()->second;
  Peer peer{{7777}, {4242}, office.ada.claims(), 0};
  const RowKey key = *IdFromText(entry);
  const RowKey fresh{key.table, MakeRowId(1, 2, 3)};
  std::vector<ChangeSet> hostile;
  hostile.push_back({{}, 1, {}, {{key, 2, false, 0, {}}}});
  hostile.push_back({{}, 2, {}, {{key, 1, false, 0, {{"by", "x"}}}}});
  hostile.push_back({{}, 3, {}, {{fresh, 1, true, 1, {{"table", "schedules"}}}}});
  const auto refused_before = authority.counters().refused;
  authority.Submit(peer, std::move(hostile));
  REQUIRE(authority.Commit(office.relay.now));
  CHECK(authority.counters().refused == refused_before + 3);
  Settle(office.relay, office.everyone);
  CHECK(office.Told(office.ada) == Lines{"insert one admin"});
}

TEST_CASE("a row is put back as an entry has it, while it is there and after it was deleted") {
  Historic office;
  const std::string id = office.ada.Insert(
      "schedules", office.Schedule("one", R"(,"place":{"city":"Oslo","room":1})"));
  Settle(office.relay, office.everyone);
  CHECK(office.ben.Patch(id, R"({"title":"two","place":{"city":"Bergen"}})") == "");
  Settle(office.relay, office.everyone);
  const std::string first = office.Id(office.Entries(office.ben).front());
  CHECK(office.Restore(office.ben, first) == "");
  office.CheckSchedules({R"({"place":{"city":"Oslo","room":1},"status":"draft","title":"one"})"});
  CHECK(office.ada.Delete(id) == "");
  office.CheckSchedules({});
  const std::string deletion = office.Id(office.Entries(office.ben).back());
  CHECK(office.Restore(office.ben, deletion) == "");
  office.CheckSchedules({R"({"place":{"city":"Oslo","room":1},"status":"draft","title":"one"})"});
  CHECK(office.Told(office.cleo).back() == "insert one member");
  // It may be changed and deleted again, and come back from there.
  CHECK(office.ben.Patch(id, R"({"title":"three"})") == "");
  CHECK(office.ben.Delete(id) == "");
  office.CheckSchedules({});
  CHECK(office.Restore(office.ada, office.Id(office.Entries(office.ada).back())) == "");
  office.CheckSchedules({R"({"place":{"city":"Oslo","room":1},"status":"draft","title":"three"})"});
}

TEST_CASE("what is deleted here and not yet there can be put back too") {
  Historic office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  office.ada.Disconnect();
  CHECK(office.ada.Delete(id) == "");
  const std::string first = office.Id(office.Entries(office.ada).front());
  CHECK(office.Restore(office.ada, first) == "");
  office.ada.Connect();
  office.CheckSchedules({R"({"status":"draft","title":"one"})"});
}

TEST_CASE("what cannot be put back is refused with a sentence") {
  Historic office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  const std::string entry = office.Id(office.Entries(office.cleo).front());
  CHECK(office.ada.Patch(id, R"({"title":"two"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.Restore(office.cleo, entry) == "Viewers cannot write");
  CHECK(office.Restore(office.ada, id).find("expected an ID of table \"_history\"") !=
        std::string::npos);
  const std::string gone = IdToText({NumberOfTable("_history"), MakeRowId(1, 2, 3)});
  CHECK(office.Restore(office.ada, gone).find("There is no entry") == 0);
  // A row that has left what the person may see was not deleted.
  CHECK(office.ada.Patch(id, R"({"secret":true})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.Restore(office.ben, entry).find("does not say that it was deleted") !=
        std::string::npos);
}

}  // namespace
}  // namespace syncline
