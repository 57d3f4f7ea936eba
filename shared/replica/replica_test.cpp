// Replica, relay session and authority together, without sockets: what a mutation on one device comes
// to on another.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/replica/testing_sync.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

using namespace testing;

// Each person is a tenant of their own: the row that names them makes them its member.
constexpr char kPersonal[] = R"json({
  "schema": {"tables": [
    {"tableName": "people", "indexes": [], "documentType":
      {"type":"object","value":{
        "email":{"fieldType":{"type":"string"},"optional":false},
        "role":{"fieldType":{"type":"string"},"optional":false}}}},
    {"tableName": "notes", "indexes": [], "documentType":
      {"type":"object","value":{
        "owner":{"fieldType":{"type":"id","tableName":"people"},"optional":false},
        "text":{"fieldType":{"type":"string"},"optional":false}}}}
  ], "schemaValidation": true},
  "rules": {
    "tenancy": {"root":"people","fields":{"notes":"owner"}},
    "membership": {"table":"people","field":"email","claim":"email","role":"role"},
    "tables": {
      "people": {"read":[{"name":"all","message":"no","allow":["true"]}],
        "insert":[{"name":"oneself","message":"Only oneself",
          "allow":["eq",["row","email"],["user","email"]]}]},
      "notes": {"read":[{"name":"all","message":"no","allow":["true"]}],
        "insert":[{"name":"all","message":"no","allow":["true"]}]}}
  }
})json";

TEST_CASE("what one person writes, the others of the organization see, and strangers do not") {
  Office office;
  Person dora{office.relay, "dora", 4};
  dora.Connect();
  office.everyone.push_back(&dora);
  const std::string id = office.ada.Insert("schedules", office.Schedule("Kickoff"));
  CHECK(office.ada.replica->device().pending_count() == 1);
  Settle(office.relay, office.everyone);
  CHECK(office.ada.replica->device().pending_count() == 0);
  const std::vector<std::string> expected{R"({"status":"draft","title":"Kickoff"})"};
  CHECK(office.ada.All("schedules") == expected);
  CHECK(office.ben.All("schedules") == expected);
  CHECK(office.cleo.All("schedules") == expected);
  CHECK(dora.All("schedules").empty());
  CHECK(dora.All("organizations").empty());
}

TEST_CASE("where a person is a tenant, all their devices have their rows, and nobody else has") {
  Relay relay(256 << 10, kPersonal);
  Person phone(relay, "ada", 1), laptop(relay, "ada", 2), ben(relay, "ben", 3);
  const std::vector<Person*> everyone{&phone, &laptop, &ben};
  for (Person* person : everyone) person->Connect();
  const std::string ada = phone.Insert("people", R"({"email":"ada@example.org","role":"seeker"})");
  REQUIRE(ben.Insert("people", R"({"email":"ben@example.org","role":"seeker"})") != "");
  const std::string note = R"({"owner":")" + ada + R"(","text":"call back"})";
  phone.Insert("notes", note);
  Settle(relay, everyone);
  CHECK(phone.replica->device().pending_count() == 0);
  CHECK(laptop.All("notes").size() == 1);
  CHECK(laptop.All("people") ==
        std::vector<std::string>{R"({"email":"ada@example.org","role":"seeker"})"});
  CHECK(ben.All("notes").empty());
  CHECK(ben.All("people") ==
        std::vector<std::string>{R"({"email":"ben@example.org","role":"seeker"})"});
  CHECK(ben.Insert("people", R"({"email":"ada@example.org","role":"seeker"})") ==
        "refused: Only oneself");
}

TEST_CASE("edits made offline on both sides merge field by field and leaf by leaf") {
  Office office;
  const std::string id = office.ada.Insert(
      "schedules", office.Schedule("Kickoff", R"(,"place":{"city":"Oslo","room":1})"));
  Settle(office.relay, office.everyone);
  office.ada.Disconnect();
  office.ben.Disconnect();
  CHECK(office.ada.Patch(id, R"({"title":"Kickoff II","place":{"city":"Bergen","room":1}})") == "");
  CHECK(office.ben.Patch(id, R"({"status":"active","place":{"city":"Oslo","room":7}})") == "");
  office.ada.Connect();
  office.ben.Connect();
  Settle(office.relay, office.everyone);
  const std::vector<std::string> expected{
      R"({"place":{"city":"Bergen","room":7},"status":"active","title":"Kickoff II"})"};
  CHECK(office.ada.All("schedules") == expected);
  CHECK(office.ben.All("schedules") == expected);
  CHECK(office.cleo.All("schedules") == expected);
}

TEST_CASE("the later of two offline writes of one field wins, whoever connects first") {
  Office office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("A"));
  Settle(office.relay, office.everyone);
  office.ada.Disconnect();
  office.ben.Disconnect();
  CHECK(office.ada.Patch(id, R"({"title":"earlier"})") == "");
  office.relay.now += 1000;
  CHECK(office.ben.Patch(id, R"({"title":"later"})") == "");
  office.ben.Connect();
  Settle(office.relay, office.everyone);
  office.ada.Connect();
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) {
    CHECK(person->All("schedules") ==
          std::vector<std::string>{R"({"status":"draft","title":"later"})"});
  }
}

TEST_CASE("a viewer is refused on the device, and by the relay when the device is forced") {
  Office office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("Mine"));
  Settle(office.relay, office.everyone);
  CHECK(office.cleo.Patch(id, R"({"title":"Yours"})") == "Viewers cannot write");
  CHECK(office.cleo.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"Mine"})"});

  CHECK(office.cleo.Patch(id, R"({"title":"Yours"})", false) == "");
  const std::string forced = office.cleo.Insert("schedules", office.Schedule("Forced"), false);
  CHECK(office.cleo.All("schedules").size() == 2);
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) {
    CHECK(person->All("schedules") ==
          std::vector<std::string>{R"({"status":"draft","title":"Mine"})"});
  }
  const auto refused = office.cleo.replica->device().Refused();
  REQUIRE(refused);
  REQUIRE(refused->size() == 2);
  CHECK(refused->front().refusal.code == Code::kDenied);
  CHECK(refused->front().refusal.message == "Viewers cannot write");
  CHECK(refused->front().refusal.rule == "schedules.update: writers");
  CHECK(refused->front().refusal.row == id);
  CHECK(refused->back().refusal.row == forced);
  CHECK(office.cleo.replica->device().pending_count() == 0);
}

TEST_CASE("rows enter and leave as rows and roles change, also for a device that was away") {
  Office office;
  const std::string open = office.ada.Insert("schedules", office.Schedule("Open"));
  const std::string secret =
      office.ada.Insert("schedules", office.Schedule("Secret", R"(,"secret":true)"));
  Settle(office.relay, office.everyone);
  const std::string kOpen = R"({"status":"draft","title":"Open"})";
  const std::string kSecret = R"({"secret":true,"status":"draft","title":"Secret"})";
  CHECK(office.ben.All("schedules") == std::vector<std::string>{kOpen});

  SUBCASE("live, by the row") {
    CHECK(office.ada.Patch(open, R"({"secret":true})") == "");
    Settle(office.relay, office.everyone);
    CHECK(office.ben.All("schedules").empty());
    CHECK(office.ada.Patch(open, R"({"secret":{"$undefined":null}})") == "");
    Settle(office.relay, office.everyone);
    CHECK(office.ben.All("schedules") == std::vector<std::string>{kOpen});
  }
  SUBCASE("away, by the row") {
    office.ben.Disconnect();
    CHECK(office.ada.Patch(open, R"({"secret":true})") == "");
    CHECK(office.ada.Patch(secret, R"({"secret":false})") == "");
    Settle(office.relay, office.everyone);
    office.ben.Connect();
    Settle(office.relay, office.everyone);
    CHECK(office.ben.All("schedules") ==
          std::vector<std::string>{R"({"secret":false,"status":"draft","title":"Secret"})"});
  }
  SUBCASE("by the role, live and away") {
    const auto promote = [&](const std::string& role) {
      CHECK(office.ada.Mutate([&](ExecutionId execution) {
        auto query = ParseJsonEnvelope(
            R"({"source":{"type":"IndexRange","indexName":"users.by_email","range":[{"type":"Eq",)"
            R"("fieldPath":"email","value":"ben@example.org"}],"order":"asc"},"operators":[]})");
        auto stream = office.ada.replica->OpenStream(execution, *query);
        REQUIRE(stream);
        auto page = office.ada.replica->NextPage(execution, *stream, 1, 0);
        REQUIRE(page);
        REQUIRE(page->documents.size() == 1);
        REQUIRE(office.ada.replica->Patch(execution,
                                          *page->documents[0].Find("_id")->As<std::string>(),
                                          std::nullopt, Json(R"({"role":")" + role + R"("})")));
      }) == "");
    };
    promote("admin");
    Settle(office.relay, office.everyone);
    CHECK(office.ben.All("schedules") == std::vector<std::string>{kOpen, kSecret});
    office.ben.Disconnect();
    promote("member");
    Settle(office.relay, office.everyone);
    office.ben.Connect();
    Settle(office.relay, office.everyone);
    CHECK(office.ben.All("schedules") == std::vector<std::string>{kOpen});
  }
  SUBCASE("by the membership") {
    CHECK(office.ada.Mutate([&](ExecutionId execution) {
      auto query = ParseJsonEnvelope(
          R"({"source":{"type":"IndexRange","indexName":"users.by_email","range":[{"type":"Eq",)"
          R"("fieldPath":"email","value":"ben@example.org"}],"order":"asc"},"operators":[]})");
      auto stream = office.ada.replica->OpenStream(execution, *query);
      auto page = office.ada.replica->NextPage(execution, *stream, 1, 0);
      REQUIRE(office.ada.replica->Delete(
          execution, *page->documents[0].Find("_id")->As<std::string>(), std::nullopt));
    }) == "");
    Settle(office.relay, office.everyone);
    CHECK(office.ben.All("schedules").empty());
    CHECK(office.ben.All("users").empty());
    CHECK(office.ben.replica->device().Tenants().empty());
    CHECK(office.cleo.All("users").size() == 2);
  }
}

TEST_CASE("a repeated push counts once, and an acknowledgement that was lost is told again") {
  Office office;
  office.ada.Insert("schedules", office.Schedule("Once"));
  // Sent, committed, and the answer lost.
  REQUIRE(office.ada.Push());
  office.ada.Disconnect();
  for (auto& [id, authority] : office.relay.tenants()) {
    REQUIRE(authority->Commit(office.relay.now));
    authority->TakeDeliveries();
  }
  CHECK(office.ada.replica->device().pending_count() == 1);
  office.ada.Connect();
  Settle(office.relay, office.everyone);
  CHECK(office.ada.replica->device().pending_count() == 0);
  CHECK(office.ada.All("schedules").size() == 1);
  CHECK(office.relay.tenants().begin()->second->counters().accepted == 2);
}

TEST_CASE("the relay answers who asks whether it is there, and only an open session asks") {
  Office office;
  CHECK(office.ada.Ask());
  office.ada.Disconnect();
  CHECK(office.ada.replica->session().Ping().empty());
}

TEST_CASE("nobody can use up the numbers of another person's replica") {
  Office office;
  // Ben's device claims to be Ada's.
  Peer impostor{SessionId{999}, office.ada.replica->device().replica(), office.ben.claims(), 0};
  Authority& authority = *office.relay.tenants().begin()->second;
  ChangeSet forged;
  forged.number = 2;
  forged.time = HybridTime::FromUnixMs(office.relay.now);
  forged.rows.push_back({{NumberOfTable("schedules"), {}}, 2, false, 0, {}});
  authority.Submit(impostor, {forged});
  REQUIRE(authority.Commit(office.relay.now));
  authority.TakeDeliveries();
  office.ada.Insert("schedules", office.Schedule("Mine"));
  Settle(office.relay, office.everyone);
  CHECK(office.ben.All("schedules").size() == 1);
}

TEST_CASE("a stamp from the future is brought back, and the device adopts the relay's clock") {
  Office office;
  office.ben.ahead_ms = 3'600'000;
  const std::string id = office.ben.Insert("schedules", office.Schedule("Ahead"));
  Settle(office.relay, office.everyone);
  office.relay.now += 1000;
  CHECK(office.ada.Patch(id, R"({"title":"Now"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ben.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"Now"})"});
  office.relay.now += 1000;
  CHECK(office.ben.Patch(id, R"({"title":"Ben again"})") == "");
  Settle(office.relay, office.everyone);
  office.relay.now += 100'000;
  CHECK(office.ada.Patch(id, R"({"title":"Ada again"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ben.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"Ada again"})"});
}

TEST_CASE("a clock that is set back while connected does not put new writes below older ones") {
  Office office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("first"));
  Settle(office.relay, office.everyone);
  office.ben.ahead_ms = 0 - std::uint64_t{3'600'000};
  // The relay's refusal comes with how far the clock was from its own at the start.
  office.ben.Patch(Person::IdOf(office.ben, "users", "ben@example.org"), R"({"role":"admin"})",
                   false);
  Settle(office.relay, office.everyone);
  REQUIRE(office.ben.replica->TakeNews().refused.size() == 1);
  CHECK(office.ben.Patch(id, R"({"title":"second"})") == "");
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) {
    CHECK(person->All("schedules") ==
          std::vector<std::string>{R"({"status":"draft","title":"second"})"});
  }
}

TEST_CASE("delete wins over a concurrent edit") {
  Office office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("Doomed"));
  Settle(office.relay, office.everyone);
  office.ben.Disconnect();
  CHECK(office.ben.Patch(id, R"({"title":"Saved?"})") == "");
  CHECK(office.ada.Delete(id) == "");
  Settle(office.relay, office.everyone);
  office.ben.Connect();
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) CHECK(person->All("schedules").empty());
  CHECK(office.ben.replica->device().pending_count() == 0);
}

TEST_CASE("a mutation writes to one tenant, and a row stays in its own") {
  Office office;
  std::string other;
  CHECK(office.ada.Mutate([&](ExecutionId execution) {
    other = *office.ada.replica->Insert(execution, "organizations", Json(R"({"name":"Other"})"));
    const auto second =
        office.ada.replica->Insert(execution, "schedules", Json(office.Schedule("x")));
    REQUIRE(!second);
    CHECK(second.error().message.find("A mutation writes to one tenant") == 0);
  }) != "");  // the founder gave themselves no role
}

TEST_CASE("a device that knows nothing gets a snapshot in parts, and never shows half of it") {
  Office office(300);
  for (int i = 0; i < 40; ++i)
    office.ada.Insert("schedules", office.Schedule("S" + std::to_string(i)));
  Settle(office.relay, office.everyone);
  Person again{office.relay, "ben", 9};
  again.Connect();
  CHECK(again.All("schedules").empty());
  // Written while the snapshot is on its way: it must be there at the end too.
  office.ada.Insert("schedules", office.Schedule("Late"));
  Settle(office.relay, {&again, &office.ada});
  CHECK(again.chunks > 5);
  CHECK(again.All("schedules").size() == 41);
  CHECK(again.All("users").size() == 3);
}

TEST_CASE("a set-aside file without our tables gives nothing back, and stops nothing") {
  auto empty = Database::Open({":memory:", "", Durability::kNone, 1024, false});
  REQUIRE(empty);
  auto database = Database::Open({":memory:", "", Durability::kNone, 1024, false});
  REQUIRE(database);
  const Application application = *ParseApplication(kOfficeApplication);
  auto device = Device::Open(**database, application, ReplicaId{5});
  REQUIRE(device);
  const auto salvage = (*device)->TakeOver(**empty);
  REQUIRE(salvage);
  CHECK(salvage->change_sets == 0);
  CHECK_FALSE(salvage->complete);
}

// The office with kinds, and comments that everybody may write.
std::string WithComments() {
  std::string json = OfficeWithKinds();
  const auto insert = [&](const std::string& before, const std::string& text) {
    json.insert(json.find(before), text);
  };
  const std::string anyone = R"(:[{"name":"all","message":"no","allow":["true"]}])";
  insert(R"({"tableName": "schedules")",
         R"({"tableName":"comments","indexes":[],"documentType":{"type":"object","value":{)"
         R"("organizationId":{"fieldType":{"type":"id","tableName":"organizations"},)"
         R"("optional":false},"body":{"fieldType":{"type":"string","merge":"text"},)"
         R"("optional":false}}}},)");
  insert(R"("schedules":"organizationId")", R"("comments":"organizationId",)");
  insert(R"("schedules": {)", R"("comments":{"read")" + anyone + R"(,"insert")" + anyone +
                                  R"(,"delete")" + anyone + "},");
  return json;
}

// Imports the documents into a table; the error's message, or nothing.
std::string Import(Person& person, const std::string& table, const std::vector<Object>& documents) {
  return person.Mutate([&](ExecutionId execution) {
    const Status imported = person.replica->Import(execution, table, documents);
    REQUIRE_MESSAGE(imported, (imported ? "" : imported.error().message));
  });
}

TEST_CASE("who takes the id of a hidden row for a row of another table learns nothing of it") {
  const std::string json = WithComments();
  Office office(256 << 10, json.c_str());
  const std::string id = office.ada.Insert(
      "schedules", office.Schedule("one", R"(,"note":"plan","steps":["a"],"secret":true)"));
  CHECK(office.ada.Patch(id, R"({"note":"plan!","steps":["a","b"]})") == "");
  Settle(office.relay, office.everyone);
  const RowKey schedule = *IdFromText(id);
  const auto contents = [&](Person& person, const RowKey& key) {
    const auto rows = person.replica->device().store().GetAnywhere(key);
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    return rows->front().row.contents;
  };
  const auto kept = contents(office.ada, schedule);
  REQUIRE(kept.size() == 2);
  const RowKey comment{office.relay.application().schema.FindTable("comments")->number,
                       schedule.id};
  Object document = Json(R"({"organizationId":")" + office.organization + R"(","body":"hello"})");
  document.Set("_id", IdToText(comment));
  document.Set("_creationTime", 1.7e12);
  CHECK(Import(office.cleo, "comments", {document}) == "");
  Settle(office.relay, office.everyone);
  Person late{office.relay, "cleo", 9};
  late.Connect();
  Settle(office.relay, {&office.ada, &office.ben, &office.cleo, &late});
  CHECK(late.All("schedules").empty());
  CHECK(late.All("comments").size() == 1);
  CHECK(contents(late, comment).empty());
  CHECK(office.cleo.Delete(IdToText(comment)) == "");
  Settle(office.relay, office.everyone);
  CHECK(contents(office.ada, schedule) == kept);
  Person again{office.relay, "ada", 10};
  again.Connect();
  Settle(office.relay, {&office.ada, &office.ben, &office.cleo, &again});
  CHECK(contents(again, schedule) == kept);
}

TEST_CASE("a deleted row that is imported is there again, and what its importer did to it since") {
  Office office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  const Object backup = office.ada.Documents("schedules")[0];
  for (const bool settled : {true, false}) {
    CHECK(office.ben.Delete(id) == "");
    if (settled) Settle(office.relay, office.everyone);
    CHECK(Import(office.ben, "schedules", {backup}) == "");
    CHECK(office.ben.All("schedules").size() == 1);
    // The relay has not told him yet that it is a return.
    CHECK(office.ben.Patch(id, R"({"status":"active"})") == "");
    Settle(office.relay, office.everyone);
    for (Person* person : office.everyone) {
      CHECK(person->All("schedules") ==
            std::vector<std::string>{R"({"status":"active","title":"one"})"});
      CHECK(person->replica->device().Refused()->empty());
    }
  }
  CHECK(office.ben.Delete(id) == "");
  Settle(office.relay, office.everyone);
  CHECK(Import(office.ben, "schedules", {backup}) == "");
  CHECK(office.ben.Delete(id) == "");
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) CHECK(person->All("schedules").empty());
}

TEST_CASE("an import whose answer was lost counts once, also where the row was deleted since") {
  Office office;
  const std::string id = office.ada.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  const Object backup = office.ada.Documents("schedules")[0];
  CHECK(office.ben.Delete(id) == "");
  Settle(office.relay, office.everyone);
  CHECK(Import(office.ben, "schedules", {backup}) == "");
  REQUIRE(office.ben.Push());
  office.ben.Disconnect();
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Delete(id) == "");
  Settle(office.relay, office.everyone);
  office.ben.Connect();
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) CHECK(person->All("schedules").empty());
  CHECK(office.ben.replica->device().pending_count() == 0);
}

}  // namespace
}  // namespace syncline
