// Strict mutations on devices and a relay: what they see, what they leave behind, and whom they make run again.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include <set>

#include "shared/replica/testing_strict.hpp"

namespace syncline {
namespace {

using namespace testing;

struct StrictOffice : Office {
  Strict ada_strict{relay, ada}, ben_strict{relay, ben};
  // Opens the tenant for strict mutations: the first may have to run again.
  explicit StrictOffice(const char* json = testing::kOfficeApplication) : Office(256 << 10, json) {
    id = ada.Insert("schedules", Schedule("seat"));
    Settle(relay, everyone);
    ada_strict.Number(
        [&](ExecutionId execution) { ada_strict.Patch(execution, id, "{\"title\":\"seat 1\"}"); });
    Settle(relay, everyone);
    static_cast<void>(ada.replica->TakeNews());
    static_cast<void>(ben.replica->TakeNews());
  }
  std::string TitleAt(Person& person) {
    const std::vector<std::string> all = person.All("schedules");
    REQUIRE(all.size() == 1);
    return TextOf(Json(all.front()), "title");
  }
  std::string id;
};

TEST_CASE("a strict mutation shows nowhere before the relay has accepted it, and then everywhere") {
  StrictOffice office;
  const std::uint64_t number = office.ada_strict.Number([&](ExecutionId execution) {
    office.ada_strict.Patch(execution, office.id, R"({"title":"booked"})");
    // Within itself it sees what it wrote.
    CHECK(TextOf(*office.ada_strict.Get(execution, office.id), "title") == "booked");
  });
  CHECK(office.TitleAt(office.ada) == "seat 1");
  CHECK(office.ada.replica->device().pending_count() == 1);
  CHECK(office.ada.replica->TakeNews().settled.empty());
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) CHECK(office.TitleAt(*person) == "booked");
  const Replica::News news = office.ada.replica->TakeNews();
  REQUIRE(news.settled.size() == 1);
  CHECK(news.settled[0].number == number);
  CHECK(news.refused.empty());
}

TEST_CASE(
    "of two who take one seat at once, one is accepted; the other is told, and sees it taken") {
  StrictOffice office;
  const auto take = [&](Strict& strict, const char* who) {
    return strict.Number([&](ExecutionId execution) {
      CHECK(TextOf(*strict.Get(execution, office.id), "title") == "seat 1");
      strict.Patch(execution, office.id, std::string(R"({"title":")") + who + "\"}");
    });
  };
  take(office.ada_strict, "ada");
  const std::uint64_t second = take(office.ben_strict, "ben");
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) CHECK(office.TitleAt(*person) == "ada");
  const Replica::News news = office.ben.replica->TakeNews();
  REQUIRE(news.refused.size() == 1);
  CHECK(news.refused[0].refusal.number == second);
  CHECK(news.refused[0].refusal.code == Code::kConflict);
  CHECK(news.refused[0].refusal.table == "schedules");
  CHECK(news.refused[0].refusal.row == office.id);
  CHECK(news.refused[0].strict);
  CHECK(news.refused[0].origin.args == R"({"a":1})");
  // Run again, it stands on what the first wrote.
  office.ben_strict.Number([&](ExecutionId execution) {
    CHECK(TextOf(*office.ben_strict.Get(execution, office.id), "title") == "ada");
    office.ben_strict.Patch(execution, office.id, R"({"title":"ben after ada"})");
  });
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) CHECK(office.TitleAt(*person) == "ben after ada");
}

TEST_CASE("who counts a range is told of a row that came into it, left it, or changed in it") {
  StrictOffice office;
  const std::string beside = office.ada.Insert("schedules", office.Schedule("beside"));
  CHECK(office.ada.Patch(beside, R"({"status":"open"})") == "");
  Settle(office.relay, office.everyone);
  const auto count = [&] {
    office.ben_strict.Number([&](ExecutionId execution) {
      const std::size_t seen = office.ben_strict.Read(execution, ByStatus("draft")).size();
      REQUIRE(office.ben.replica->Insert(
          execution, "schedules",
          Json(R"({"organizationId":")" + office.organization +
               R"(","title":"counted","status":")" + std::to_string(seen) + R"("})")));
    });
  };
  bool conflicts = true;
  SUBCASE("came by insert") { office.ada.Insert("schedules", office.Schedule("new")); }
  SUBCASE("came by a change") { CHECK(office.ada.Patch(beside, R"({"status":"draft"})") == ""); }
  SUBCASE("left by a change") { CHECK(office.ada.Patch(office.id, R"({"status":"open"})") == ""); }
  SUBCASE("left by a delete") { CHECK(office.ada.Delete(office.id) == ""); }
  SUBCASE("changed") { CHECK(office.ada.Patch(office.id, R"({"title":"x"})") == ""); }
  SUBCASE("beside it") {
    CHECK(office.ada.Patch(beside, R"({"title":"x"})") == "");
    conflicts = false;
  }
  SUBCASE("a row that the person may not see") {
    office.ada.Insert("schedules", office.Schedule("hidden", R"(,"secret":true)"));
    conflicts = false;
  }
  count();
  // Ada's is submitted first, into the same group commit.
  CHECK(office.ada.Push());
  CHECK(office.ben.Push());
  Settle(office.relay, office.everyone);
  CHECK(office.ben.replica->TakeNews().refused.size() == (conflicts ? 1 : 0));
}

TEST_CASE("it runs on confirmed rows, without what is pending here, which stays as it is") {
  StrictOffice office;
  const QueryId watched = [&] {
    const auto begun =
        office.ada.replica->BeginExecution({false, office.relay.now, office.ada.claims(), "", ""});
    REQUIRE(begun);
    static_cast<void>(office.ada_strict.Read(*begun, ByStatus("draft")));
    return *office.ada.replica->Keep(*begun);
  }();
  CHECK(office.ada.Patch(office.id, R"({"title":"pending"})") == "");
  const std::string added = office.ada.Insert("schedules", office.Schedule("only here"));
  CHECK(office.ada.replica->TakeNews().invalidated == std::set<QueryId>{watched});
  const std::vector<std::string> before = office.ada.All("schedules");
  const auto begun =
      office.ada.replica->BeginExecution({false, office.relay.now, office.ada.claims(), "", ""});
  static_cast<void>(office.ada_strict.Read(*begun, ByStatus("draft")));
  REQUIRE(office.ada.replica->Keep(*begun));
  office.ada_strict.Number([&](ExecutionId execution) {
    CHECK(TextOf(*office.ada_strict.Get(execution, office.id), "title") == "seat 1");
    CHECK_FALSE(office.ada_strict.Get(execution, added).has_value());
    CHECK(office.ada_strict.Read(execution, ByStatus("draft")).size() == 1);
    REQUIRE(office.ada.replica->Insert(execution, "schedules", Json(office.Schedule("strict"))));
  });
  CHECK(office.ada.All("schedules") == before);
  // Nothing that anybody watches has moved.
  CHECK(office.ada.replica->TakeNews().invalidated.empty());
  // What was pending came first, and changed what was read: it has to run again.
  Settle(office.relay, office.everyone);
  CHECK(office.ada.replica->TakeNews().refused.size() == 1);
  CHECK(office.ada.All("schedules") == before);
  CHECK(office.ben.All("schedules") == before);
}

TEST_CASE("one that writes nothing is a read of one confirmed state, and leaves nothing") {
  StrictOffice office;
  CHECK(office.ada.Patch(office.id, R"({"title":"pending"})") == "");
  const auto made = office.ada_strict.Run([&](ExecutionId execution) {
    CHECK(TextOf(*office.ada_strict.Get(execution, office.id), "title") == "seat 1");
  });
  REQUIRE(made);
  CHECK_FALSE(made->has_value());
  CHECK(office.ada.replica->device().pending_count() == 1);
  CHECK(office.TitleAt(office.ada) == "pending");
}

TEST_CASE(
    "one that fails, or is refused on the device, leaves the rows and the outbox as they were") {
  StrictOffice office;
  CHECK(office.ben.Patch(office.id, R"({"title":"pending"})") == "");
  const auto execution = office.ben_strict.Begin();
  REQUIRE(execution);
  office.ben_strict.Patch(*execution, office.id, R"({"title":"x"})");
  REQUIRE(office.ben.replica->Abort(*execution));
  CHECK(office.TitleAt(office.ben) == "pending");
  const auto denied = office.ben_strict.Run([&](ExecutionId inside) {
    REQUIRE(office.ben.replica->Insert(inside, "users",
                                       Json(R"({"organizationId":")" + office.organization +
                                            R"(","email":"eve@example.org","role":"admin"})")));
  });
  REQUIRE_FALSE(denied);
  CHECK(denied.error().code == Code::kDenied);
  CHECK(office.TitleAt(office.ben) == "pending");
  CHECK(office.ben.replica->device().pending_count() == 1);
  Settle(office.relay, office.everyone);
  CHECK(office.TitleAt(office.ada) == "pending");
}

TEST_CASE("away from the relay it is refused at once, also before the copy is up to date") {
  StrictOffice office;
  office.ada.Disconnect();
  const auto offline = office.ada_strict.Begin();
  REQUIRE_FALSE(offline);
  CHECK(offline.error().code == Code::kUnavailable);
  CHECK(office.ada.Patch(office.id, R"({"title":"offline"})") == "");
  office.ada.Connect();  // welcomed; what was missed is still on its way
  const auto behind = office.ada_strict.Run([&](ExecutionId execution) {
    const Status refused =
        office.ada.replica->Patch(execution, office.id, std::nullopt, Json(R"({"title":"x"})"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kUnavailable);
  });
  REQUIRE(behind);
  CHECK_FALSE(behind->has_value());
  Settle(office.relay, office.everyone);
  CHECK(office.ada_strict.Run([&](ExecutionId execution) {
    office.ada_strict.Patch(execution, office.id, R"({"title":"back"})");
  }));
}

TEST_CASE("it founds no tenant, and relies on one tenant only") {
  StrictOffice office;
  const auto founded = office.ada_strict.Run([&](ExecutionId execution) {
    const auto made =
        office.ada.replica->Insert(execution, "organizations", Json(R"({"name":"Second"})"));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::kInvalid);
  });
  CHECK(founded);
  std::string second;
  CHECK(office.ada.Mutate([&](ExecutionId execution) {
    second = *office.ada.replica->Insert(execution, "organizations", Json(R"({"name":"Second"})"));
    REQUIRE(office.ada.replica->Insert(execution, "users",
                                       Json(R"({"organizationId":")" + second +
                                            R"(","email":"ada@example.org","role":"admin"})")));
  }) == "");
  Settle(office.relay, office.everyone);
  const auto both = office.ada_strict.Run([&](ExecutionId execution) {
    static_cast<void>(office.ada_strict.Read(execution, ByStatus("draft")));
    office.ada_strict.Patch(execution, office.id, R"({"title":"x"})");
  });
  REQUIRE_FALSE(both);
  CHECK(both.error().code == Code::kInvalid);
  // By id, a row says itself where it is.
  const auto by_id = office.ada_strict.Run([&](ExecutionId execution) {
    static_cast<void>(office.ada_strict.Get(execution, office.id));
    office.ada_strict.Patch(execution, office.id, R"({"title":"by id"})");
  });
  REQUIRE_MESSAGE(by_id, (by_id ? "" : by_id.error().message));
  const auto other = office.ada_strict.Run([&](ExecutionId execution) {
    static_cast<void>(office.ada_strict.Get(execution, second));
    office.ada_strict.Patch(execution, office.id, R"({"title":"x"})");
  });
  CHECK_FALSE(other);
  Settle(office.relay, office.everyone);
  CHECK(office.TitleAt(office.ben) == "by id");
}

TEST_CASE("a row that was not there is relied on as well") {
  StrictOffice office;
  const std::string gone = office.ada.Insert("schedules", office.Schedule("gone"));
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Delete(gone) == "");
  office.ben_strict.Number([&](ExecutionId execution) {
    CHECK(office.ben_strict.Get(execution, gone).has_value());
    office.ben_strict.Patch(execution, office.id, R"({"title":"while it is there"})");
  });
  CHECK(office.ada.Push());
  Settle(office.relay, office.everyone);
  CHECK(office.ben.replica->TakeNews().refused.size() == 1);
  office.ben_strict.Number([&](ExecutionId execution) {
    CHECK_FALSE(office.ben_strict.Get(execution, gone).has_value());
    office.ben_strict.Patch(execution, office.id, R"({"title":"once it is gone"})");
  });
  Settle(office.relay, office.everyone);
  CHECK(office.TitleAt(office.ada) == "once it is gone");
}

TEST_CASE(
    "one that is on its way survives a restart, is sent again with the same bytes, and counts "
    "once") {
  StrictOffice office;
  office.ada_strict.Number([&](ExecutionId execution) {
    office.ada_strict.Patch(execution, office.id, R"({"title":"booked"})");
  });
  CHECK(office.ada.Push());
  office.ada.Disconnect();  // before the verdict came
  Settle(office.relay, office.everyone);
  CHECK(office.TitleAt(office.ben) == "booked");
  CHECK(office.TitleAt(office.ada) == "seat 1");
  office.ada.Connect();
  Settle(office.relay, office.everyone);
  CHECK(office.TitleAt(office.ada) == "booked");
  CHECK(office.ada.replica->device().pending_count() == 0);
  const Replica::News news = office.ada.replica->TakeNews();
  CHECK(news.settled.size() == 1);
  CHECK(news.refused.empty());
}

TEST_CASE("what a part read counts, also if the part was undone") {
  StrictOffice office;
  office.ben_strict.Number([&](ExecutionId execution) {
    REQUIRE(office.ben.replica->BeginPart(execution));
    const auto stream = office.ben.replica->OpenStream(execution, ByStatus("draft"));
    REQUIRE(stream);
    REQUIRE(office.ben.replica->NextPage(execution, *stream, 10, 0));
    REQUIRE(office.ben.replica->EndPart(execution, true));
    REQUIRE(office.ben.replica->Insert(execution, "schedules",
                                       Json(R"({"organizationId":")" + office.organization +
                                            R"(","title":"t","status":"else"})")));
  });
  office.ada.Insert("schedules", office.Schedule("in the range"));
  CHECK(office.ada.Push());
  Settle(office.relay, office.everyone);
  CHECK(office.ben.replica->TakeNews().refused.size() == 1);
}

TEST_CASE("what it writes comes after all that it saw, however wrong the clocks are") {
  StrictOffice office;
  // Ada's clock is a minute ahead, which is still believed; ben's so far that it is not.
  office.ada.ahead_ms = 59'000;
  CHECK(office.ada.Patch(office.id, R"({"title":"ada"})") == "");
  Settle(office.relay, office.everyone);
  office.ben.ahead_ms = 7'200'000;
  office.ben_strict.Number([&](ExecutionId execution) {
    CHECK(TextOf(*office.ben_strict.Get(execution, office.id), "title") == "ada");
    office.ben_strict.Patch(execution, office.id, R"({"title":"ben"})");
  });
  Settle(office.relay, office.everyone);
  CHECK(office.ben.replica->TakeNews().refused.empty());
  for (Person* person : office.everyone) CHECK(office.TitleAt(*person) == "ben");
}

TEST_CASE("it reads two indexes of the same fields, and is held to both") {
  std::string json = testing::kOfficeApplication;
  const std::string index = R"({"indexDescriptor":"by_status","fields":["status"]})";
  json.insert(json.find(index), R"({"indexDescriptor":"by_state","fields":["status"]},)");
  StrictOffice office(json.c_str());
  const auto run = [&](const std::string& title) {
    return office.ada_strict.Number([&](ExecutionId execution) {
      office.ada_strict.Read(execution, ByStatus("draft"));
      office.ada_strict.Read(
          execution,
          *ParseJsonEnvelope(
              R"({"source":{"type":"IndexRange","indexName":"schedules.by_state","range":[{"type":)"
              R"("Eq","fieldPath":"status","value":"active"}],"order":"asc"},"operators":[]})"));
      office.ada_strict.Patch(execution, office.id, R"({"title":")" + title + "\"}");
    });
  };
  run("seat 2");
  Settle(office.relay, office.everyone);
  CHECK(office.TitleAt(office.ben) == "seat 2");
  CHECK(office.ada.replica->device().Refused()->empty());
  for (const char* status : {"draft", "active"}) {
    office.ben.Insert("schedules", R"({"organizationId":")" + office.organization +
                                       R"(","title":"other","status":")" + status + "\"}");
    REQUIRE(office.ben.Push());
    run(status);
    Settle(office.relay, office.everyone);
    CHECK(office.ada_strict.News().refused.size() == 1);
  }
}

TEST_CASE("one that read too much is told what was too much") {
  StrictOffice office;
  const auto made = office.ada_strict.Run([&](ExecutionId execution) {
    const std::string long_text(600'000, 'x');
    for (const char* first : {"a", "b"}) {
      CHECK(office.ada_strict.Read(execution, ByStatus(first + long_text)).empty());
    }
    office.ada_strict.Patch(execution, office.id, R"({"title":"seat 2"})");
  });
  REQUIRE_FALSE(made);
  CHECK(made.error().code == Code::kInvalid);
  CHECK(made.error().message.find("more than 1 MiB") != std::string::npos);
}

TEST_CASE("a person whose role has changed since has to run again") {
  StrictOffice office;
  const std::string user = [&] {
    for (const std::string& json : office.ada.All("users")) {
      if (json.find("ben@") != std::string::npos) return json;
    }
    return std::string();
  }();
  REQUIRE(!user.empty());
  CHECK(office.ada.Mutate([&](ExecutionId execution) {
    const Value query = *ParseJsonEnvelope(
        R"({"source":{"type":"IndexRange","indexName":"users.by_email","range":[{"type":"Eq",)"
        R"("fieldPath":"email","value":"ben@example.org"}],"order":"asc"},"operators":[]})");
    const std::vector<Object> rows = office.ada_strict.Read(execution, query);
    REQUIRE(rows.size() == 1);
    office.ada_strict.Patch(execution, TextOf(rows[0], "_id"), R"({"role":"admin"})");
  }) == "");
  office.ben_strict.Number([&](ExecutionId execution) {
    CHECK(office.ben_strict.Read(execution, ByStatus("draft")).size() == 1);
    REQUIRE(office.ben.replica->Insert(execution, "schedules",
                                       Json(R"({"organizationId":")" + office.organization +
                                            R"(","title":"t","status":"else"})")));
  });
  CHECK(office.ada.Push());
  Settle(office.relay, office.everyone);
  CHECK(office.ben.replica->TakeNews().refused.size() == 1);
}

// The office, whose schedules have a list and a counter.
std::string WithKinds() {
  std::string json = kOfficeApplication;
  const std::string before = R"("secret":{"fieldType")";
  json.insert(json.find(before),
              R"("tags":{"fieldType":{"type":"array","value":{"type":"string"},"merge":"list"},)"
              R"("optional":true},"seats":{"fieldType":{"type":"number","merge":"counter"},)"
              R"("optional":true},)");
  json.insert(json.find(R"("city":{"fieldType")"),
              R"("rooms":{"fieldType":{"type":"array","value":{"type":"string"},"merge":"list"},)"
              R"("optional":true},)");
  return json;
}

TEST_CASE(
    "a field that a strict mutation on its way edits is told by its name, also within an object") {
  const std::string application = WithKinds();
  StrictOffice office(application.c_str());
  CHECK(office.ada.Patch(office.id, R"({"place":{"rooms":["a"]}})") == "");
  Settle(office.relay, office.everyone);
  office.ada_strict.Number([&](ExecutionId execution) {
    office.ada_strict.Patch(execution, office.id, R"({"place":{"rooms":["a","b"]}})");
  });
  std::string why;
  office.ada.Mutate([&](ExecutionId execution) {
    const Status done = office.ada.replica->Patch(execution, office.id, std::nullopt,
                                                  Json(R"({"place":{"rooms":["a","c"]}})"));
    if (!done) why = done.error().message;
  });
  CHECK(why.find("Field \"place.rooms\" of table \"schedules\" is being edited") == 0);
}

TEST_CASE("fields of merge kinds: counted once each, and no element is named twice") {
  const std::string application = WithKinds();
  Office office(256 << 10, application.c_str());
  Strict ada(office.relay, office.ada), ben(office.relay, office.ben);
  const std::string id =
      office.ada.Insert("schedules", office.Schedule("seat", R"(,"tags":["a"],"seats":1)"));
  Settle(office.relay, office.everyone);
  const auto take = [&](Strict& strict) {
    return strict.Number([&](ExecutionId execution) {
      const double seats = *strict.Get(execution, id)->Find("seats")->As<double>();
      strict.Patch(execution, id, R"({"seats":)" + std::to_string(seats + 1) + "}");
    });
  };
  take(ada);
  Settle(office.relay, office.everyone);
  take(ada);
  take(ben);
  Settle(office.relay, office.everyone);
  CHECK(*office.ben.Documents("schedules")[0].Find("seats") == Value(3.0));
  take(ben);
  Settle(office.relay, office.everyone);
  CHECK(*office.ada.Documents("schedules")[0].Find("seats") == Value(4.0));

  // While a strict edit of the list is on its way, an edit of what is shown would name its elements as
  // that one has.
  ada.Number([&](ExecutionId execution) { ada.Patch(execution, id, R"({"tags":["a","b"]})"); });
  CHECK(office.ada.Mutate([&](ExecutionId execution) {
    const Status refused =
        office.ada.replica->Patch(execution, id, std::nullopt, Json(R"({"tags":["a","c"]})"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kConflict);
    REQUIRE(office.ada.replica->Patch(execution, id, std::nullopt, Json(R"({"title":"other"})")));
  }) == "");
  Settle(office.relay, office.everyone);
  CHECK(office.ada.Patch(id, R"({"tags":["a","b","c"]})") == "");
  Settle(office.relay, office.everyone);
  for (Person* person : office.everyone) {
    CHECK(person->All("schedules") ==
          std::vector<std::string>{
              R"({"seats":4,"status":"draft","tags":["a","b","c"],"title":"other"})"});
  }
}

}  // namespace
}  // namespace syncline
