// Strict mutations on devices and a relay: what they see, what they leave behind, whom they make run again,
// and whether all that were accepted could have run one after another.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <set>

#include "shared/base/random.hpp"
#include "shared/replica/testing_sync.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

using namespace testing;

Value ByStatus(const std::string& status) {
  return *ParseJsonEnvelope(
      R"({"source":{"type":"IndexRange","indexName":"schedules.by_status","range":[{"type":"Eq",)"
      R"("fieldPath":"status","value":")" +
      status + R"("}],"order":"asc"},"operators":[]})");
}

// A person's strict mutations.
class Strict {
 public:
  Strict(Relay& relay, Person& person) : relay_(relay), person_(person) {}

  Result<ExecutionId> Begin() {
    Replica::Begin begin;
    begin.mutation = begin.strict = true;
    begin.now_ms = relay_.now + person_.ahead_ms;
    begin.claims = person_.claims();
    begin.path = "test:strict";
    begin.args = R"({"a":1})";
    return person_.replica->BeginExecution(std::move(begin));
  }
  template <class Body>
  Result<std::optional<ChangeSetRef>> Run(Body body) {
    const Result<ExecutionId> execution = Begin();
    if (!execution) return Fail(execution.error());
    body(*execution);
    return person_.replica->Commit(*execution);
  }
  // The same, where it has to make a change set; gives its number.
  template <class Body>
  std::uint64_t Number(Body body) {
    const auto made = Run(body);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    REQUIRE(made->has_value());
    return (*made)->number;
  }
  std::optional<Object> Get(ExecutionId execution, const std::string& id) {
    auto found = person_.replica->Get(execution, id, std::nullopt);
    REQUIRE_MESSAGE(found, (found ? "" : found.error().message));
    return *found;
  }
  void Patch(ExecutionId execution, const std::string& id, const std::string& json) {
    const Status done = person_.replica->Patch(execution, id, std::nullopt, Json(json));
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
  }
  std::vector<Object> Read(ExecutionId execution, const Value& query, std::size_t count = 1000) {
    const auto stream = person_.replica->OpenStream(execution, query);
    REQUIRE_MESSAGE(stream, (stream ? "" : stream.error().message));
    const auto page = person_.replica->NextPage(execution, *stream, count, 0);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    REQUIRE(person_.replica->CloseStream(execution, *stream, page->documents.size()));
    return page->documents;
  }
  Replica::News News() { return person_.replica->TakeNews(); }

 private:
  Relay& relay_;
  Person& person_;
};

std::string TextOf(const Object& document, const char* field) {
  const Value* value = document.Find(field);
  return value && value->Is<std::string>() ? *value->As<std::string>() : std::string();
}

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

// --- random histories ---

// What one accepted mutation saw and did, to be held against the others.
struct History {
  struct Seen {
    std::string what;    // an id, "all of S", or "first of S"
    std::string answer;  // the rows, as text
  };
  struct Wrote {
    std::string id;
    std::optional<std::pair<std::string, std::string>> row;  // status, title; none: deleted
    double creation_time = 0;                                // of an insert
  };
  std::uint64_t number = 0;
  std::vector<Seen> seen;
  std::vector<Wrote> wrote;
};

// The rows as they would be, had the mutations run one after another.
class Model {
 public:
  std::string Answer(const std::string& what) const {
    if (const auto status = After(what, "all of ")) return Listed(*status, rows_.size());
    if (const auto status = After(what, "first of ")) return Listed(*status, 1);
    const auto row = rows_.find(what);
    return row == rows_.end() ? "none" : row->second.first + " " + row->second.second;
  }
  void Write(const History::Wrote& write) {
    if (!write.row) {
      rows_.erase(write.id);
      return;
    }
    if (!rows_.count(write.id)) order_.insert({write.creation_time, write.id});
    rows_[write.id] = *write.row;
  }

 private:
  static std::optional<std::string> After(const std::string& text, const std::string& prefix) {
    if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    return text.substr(prefix.size());
  }
  // As by_status gives them.
  std::string Listed(const std::string& status, std::size_t limit) const {
    std::string text;
    std::size_t count = 0;
    for (const auto& [creation_time, id] : order_) {
      const auto row = rows_.find(id);
      if (row == rows_.end() || row->second.first != status || count++ >= limit) continue;
      text += id + " " + row->second.second + ", ";
    }
    return text;
  }
  std::map<std::string, std::pair<std::string, std::string>> rows_;
  std::set<std::pair<double, std::string>> order_;  // also of rows that are gone
};

// Several devices behind slow and uneven connections, booking seats and moving them about.
class Hall {
 public:
  Hall(std::uint64_t seed, std::size_t devices) : random_(seed) {
    for (std::size_t i = 0; i < devices; ++i) {
      people_.push_back(std::make_unique<Person>(office_.relay, i % 2 ? "ben" : "ada", 10 + i));
      people_.back()->ahead_ms = random_.Below(4) == 0 ? random_.Below(200'000) : 0;
      people_.back()->Connect();
      all_.push_back(people_.back().get());
      unknown_.emplace_back();
      inbox_.emplace_back();
    }
    for (Person* person : office_.everyone) all_.push_back(person);
    Settle(office_.relay, all_);
    CHECK(office_.ada.Mutate([&](ExecutionId execution) {
      for (int i = 0; i < 4; ++i) {
        const std::string title = "t" + std::to_string(++title_);
        const std::string id =
            *office_.ada.replica->Insert(execution, "schedules", Row("a", title));
        model_.Write(
            {id, std::pair{std::string("a"), title}, CreatedAt(office_.ada, execution, id)});
      }
    }) == "");
    Settle(office_.relay, all_);
  }

  void Step() {
    office_.relay.now += random_.Below(50);
    const std::size_t who = random_.Below(people_.size());
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2: Mutate(who); break;
      case 3: Push(who); break;
      case 4: Commit(); break;
      default: Receive(who); break;
    }
  }
  // Carries everything to its end.
  void Quiet() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < people_.size(); ++i) {
        moved = Push(i) || moved;
        while (Receive(i)) moved = true;
      }
      Commit();
      for (const auto& inbox : inbox_) moved = moved || !inbox.empty();
    }
    Settle(office_.relay, all_);
    for (std::size_t i = 0; i < people_.size(); ++i) Hear(i);
    for (const auto& waiting : unknown_) REQUIRE(waiting.empty());
    Judge();
    // What all hold is what the last of them left.
    for (Person* person : all_) {
      for (const char* status : {"a", "b", "c"}) {
        const std::string what = std::string("all of ") + status;
        REQUIRE(ShownTo(*person, what) == model_.Answer(what));
      }
    }
  }
  std::size_t accepted() const { return accepted_; }
  std::size_t conflicts() const { return conflicts_; }
  // The first strict mutation that could not have run where it stands.
  std::string broken;

 private:
  Object Row(const std::string& status, const std::string& title) {
    return Json(R"({"organizationId":")" + office_.organization + R"(","title":")" + title +
                R"(","status":")" + status + R"("})");
  }
  static double CreatedAt(Person& person, ExecutionId execution, const std::string& id) {
    const auto row = person.replica->Get(execution, id, std::nullopt);
    REQUIRE(row);
    return *(*row)->Find("_creationTime")->As<double>();
  }
  static std::string Listed(const std::vector<Object>& rows) {
    std::string text;
    for (const Object& row : rows) text += TextOf(row, "_id") + " " + TextOf(row, "title") + ", ";
    return text;
  }
  std::string ShownTo(Person& person, const std::string& what) {
    const auto begun =
        person.replica->BeginExecution({false, office_.relay.now, person.claims(), "", ""});
    REQUIRE(begun);
    Strict strict(office_.relay, person);
    const std::string text = Listed(strict.Read(*begun, ByStatus(what.substr(7))));
    REQUIRE(person.replica->Abort(*begun));
    return text;
  }

  void Mutate(std::size_t who) {
    Person& person = *people_[who];
    const bool strictly = random_.Below(5) != 0;
    Replica::Begin begin;
    begin.mutation = true;
    begin.strict = strictly;
    begin.now_ms = office_.relay.now + person.ahead_ms;
    begin.claims = person.claims();
    const auto execution = person.replica->BeginExecution(std::move(begin));
    REQUIRE(execution);
    History history;
    Act(person, *execution, strictly, history);
    const auto made = person.replica->Commit(*execution);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    if (!*made) return;
    history.number = (*made)->number;
    // Others are only told apart by what they wrote.
    if (!strictly) history.seen.clear();
    unknown_[who].push_back(std::move(history));
  }

  void Act(Person& person, ExecutionId execution, bool strictly, History& history) {
    Strict strict(office_.relay, person);
    const std::string status(1, static_cast<char>('a' + random_.Below(3)));
    const std::string other(1, static_cast<char>('a' + random_.Below(3)));
    const std::string title = "t" + std::to_string(++title_);
    const auto insert = [&] {
      const auto id = person.replica->Insert(execution, "schedules", Row(status, title));
      REQUIRE(id);
      history.wrote.push_back({*id, std::pair{status, title}, CreatedAt(person, execution, *id)});
    };
    if (!strictly) return insert();
    const auto see_all = [&](const std::string& wanted) {
      std::vector<Object> rows = strict.Read(execution, ByStatus(wanted));
      history.seen.push_back({"all of " + wanted, Listed(rows)});
      return rows;
    };
    const auto put = [&](const Object& row, const std::string& to) {
      const std::string id = TextOf(row, "_id");
      strict.Patch(execution, id, R"({"title":")" + title + R"(","status":")" + to + R"("})");
      history.wrote.push_back({id, std::pair{to, title}, 0});
    };
    switch (random_.Below(5)) {
      case 0: {  // book, while there is room: the phantom
        if (see_all(status).size() < 4) insert();
        return;
      }
      case 1: {  // move one of a range, by how many are in another
        const std::vector<Object> rows = see_all(status);
        if (!rows.empty() && see_all(other).size() < 5)
          put(rows[random_.Below(rows.size())], other);
        return;
      }
      case 2: {  // delete one if there are many
        const std::vector<Object> rows = see_all(status);
        if (rows.size() < 3) return;
        const std::string id = TextOf(rows[random_.Below(rows.size())], "_id");
        REQUIRE(person.replica->Delete(execution, id, std::nullopt));
        history.wrote.push_back({id, std::nullopt, 0});
        return;
      }
      case 3: {  // read one row and write another by what it says: write skew
        const std::vector<Object> rows = See(person, execution);
        if (rows.size() < 2) return;
        const Object& read = rows[random_.Below(rows.size())];
        const Object& written = rows[random_.Below(rows.size())];
        for (const Object* row : {&read, &written}) {
          const std::string id = TextOf(*row, "_id");
          const auto now = strict.Get(execution, id);
          history.seen.push_back(
              {id, now ? TextOf(*now, "status") + " " + TextOf(*now, "title") : "none"});
          if (!now) return;
        }
        put(written, TextOf(read, "status"));
        return;
      }
      default: {  // the first of a range only: what lies behind it does not count
        const std::vector<Object> rows = strict.Read(execution, ByStatus(status), 1);
        history.seen.push_back({"first of " + status, Listed(rows)});
        if (rows.empty()) {
          insert();
        } else {
          put(rows[0], other);
        }
      }
    }
  }
  // Which rows there are, without reading them within the mutation.
  std::vector<Object> See(Person&, ExecutionId) {
    std::vector<Object> rows;
    for (const char* status : {"a", "b", "c"}) {
      const std::string listed = model_.Answer(std::string("all of ") + status);
      for (std::size_t at = 0; at < listed.size();) {
        const std::size_t end = listed.find(' ', at);
        Object row;
        row.Set("_id", listed.substr(at, end - at));
        row.Set("status", status);
        rows.push_back(std::move(row));
        at = listed.find(", ", end) + 2;
      }
    }
    return rows;
  }

  bool Push(std::size_t who) {
    const std::uint64_t sent = sent_[who];
    if (!people_[who]->Push()) return false;
    for (const History& history : unknown_[who]) {
      if (history.number <= sent) continue;
      order_.emplace_back(who, history.number);
      sent_[who] = history.number;
    }
    return true;
  }
  void Commit() {
    for (auto& [id, authority] : office_.relay.tenants()) {
      while (authority->has_submitted()) REQUIRE(authority->Commit(office_.relay.now));
      for (Delivery& due : authority->TakeDeliveries()) {
        REQUIRE_FALSE(due.continues);
        for (std::size_t i = 0; i < people_.size(); ++i) {
          if (people_[i]->Is(due.session)) inbox_[i].push_back({id, due.frame});
        }
        for (Person* person : office_.everyone) {
          if (person->Is(due.session)) person->Receive(id, *due.frame);
        }
      }
    }
  }
  bool Receive(std::size_t who) {
    if (inbox_[who].empty()) return false;
    const auto [tenant, frame] = inbox_[who].front();
    inbox_[who].pop_front();
    people_[who]->Receive(tenant, *frame);
    Hear(who);
    return true;
  }
  void Hear(std::size_t who) {
    const Replica::News news = people_[who]->replica->TakeNews();
    for (const RefusedEntry& entry : news.refused) {
      REQUIRE(entry.strict);
      REQUIRE(entry.refusal.code == Code::kConflict);
      decided_[{who, entry.refusal.number}] = std::nullopt;
      ++conflicts_;
      Drop(who, entry.refusal.number);
    }
    for (const ChangeSetRef& settled : news.settled) {
      std::deque<History>& waiting = unknown_[who];
      REQUIRE(!waiting.empty());
      REQUIRE(waiting.front().number == settled.number);
      decided_[{who, settled.number}] = std::move(waiting.front());
      waiting.pop_front();
      ++accepted_;
    }
  }
  void Drop(std::size_t who, std::uint64_t number) {
    std::deque<History>& waiting = unknown_[who];
    for (auto history = waiting.begin(); history != waiting.end(); ++history) {
      if (history->number != number) continue;
      waiting.erase(history);
      return;
    }
    FAIL("refused, but not pending");
  }
  // Holds each accepted mutation against those before it, in the order in which the relay took them.
  void Judge() {
    for (const auto& place : order_) {
      const auto decided = decided_.find(place);
      REQUIRE(decided != decided_.end());
      if (!decided->second) continue;
      for (const History::Seen& seen : decided->second->seen) {
        if (broken.empty() && model_.Answer(seen.what) != seen.answer) {
          broken = "device " + std::to_string(place.first) + ", change set " +
                   std::to_string(place.second) + " saw " + seen.what + " as [" + seen.answer +
                   "], but they were [" + model_.Answer(seen.what) + "]";
        }
      }
      for (const History::Wrote& write : decided->second->wrote) model_.Write(write);
    }
    order_.clear();
    decided_.clear();
  }

  using Place = std::pair<std::size_t, std::uint64_t>;  // device, number
  Random random_;
  Office office_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<Person*> all_;
  std::vector<std::deque<std::pair<TenantId, SharedFrame>>> inbox_;
  std::vector<std::deque<History>> unknown_;
  std::map<std::size_t, std::uint64_t> sent_;
  std::vector<Place> order_;  // as they were submitted, which is as they are judged
  std::map<Place, std::optional<History>> decided_;
  Model model_;
  std::uint64_t title_ = 0;
  std::size_t accepted_ = 0, conflicts_ = 0;
};

TEST_CASE("accepted strict mutations could have run one after another, in random histories") {
  std::size_t accepted = 0, conflicts = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Hall hall(seed, 2 + seed % 4);
    for (int round = 0; round < 4; ++round) {
      for (int step = 0; step < 150; ++step) hall.Step();
      hall.Quiet();
      CAPTURE(seed);
      REQUIRE(hall.broken == "");
    }
    accepted += hall.accepted();
    conflicts += hall.conflicts();
  }
  // Neither side of the judgement is idle.
  CHECK(accepted > 1000);
  CHECK(conflicts > 1000);
}

}  // namespace
}  // namespace syncline
