// What rules ask of rows beyond who may write them, on devices and on the relay together: unique values,
// transitions, checks, other rows that must be there, references and what deletion brings with it.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/replica/testing_sync.hpp"

namespace syncline::testing {
namespace {

#define EVERYONE R"([{"name":"all","message":"no","allow":["true"]}])"
#define ADMINS \
  R"([{"name":"admins","message":"Only admins","allow":["eq",["role"],["literal","admin"]]}])"
#define WRITERS \
  R"([{"name":"writers","message":"Viewers cannot write","allow":["in",["role"],["admin","member"]]}])"
#define OPTIONAL_ID(table) \
  R"({"fieldType":{"type":"id","tableName":")" table R"("},"optional":true})"
#define ID(table) R"({"fieldType":{"type":"id","tableName":")" table R"("},"optional":false})"
#define TEXT R"({"fieldType":{"type":"string"},"optional":false})"
#define OPTIONAL(type) R"({"fieldType":{"type":")" type R"("},"optional":true})"

constexpr char kShop[] = R"json({
  "schema": {"tables": [
    {"tableName":"organizations","indexes":[],"documentType":{"type":"object","value":{"name":)json" TEXT
                         R"json(}}},
    {"tableName":"users","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":)json" ID("organizations") R"json(,"email":)json" TEXT
                                                  R"json(,"role":)json" TEXT R"json(}}},
    {"tableName":"projects","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":)json" ID("organizations") R"json(,"code":)json" OPTIONAL("any") R"json(,
      "archived":)json" OPTIONAL("boolean") R"json(}}},
    {"tableName":"tasks","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":)json" ID("organizations") R"json(,"project":)json" OPTIONAL_ID(
                                                      "projects") R"json(,
      "assignee":)json" OPTIONAL_ID("users") R"json(,
      "watchers":{"fieldType":{"type":"array","value":{"type":"id","tableName":"users"}},"optional":true},
      "status":)json" TEXT
                                             R"json(,"rating":)json" OPTIONAL("number") R"json(,
      "secret":)json" OPTIONAL("boolean") R"json(}}},
    {"tableName":"notes","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":)json" ID("organizations") R"json(,"task":)json" ID("tasks") R"json(,
      "reply":)json" OPTIONAL_ID("notes") R"json(}}},
    {"tableName":"rooms","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":)json" ID("organizations") R"json(,"name":)json" TEXT R"json(}}},
    {"tableName":"bookings","indexes":[{"indexDescriptor":"by_room","fields":["room","hour"]}],
      "documentType":{"type":"object","value":{
      "organizationId":)json" ID("organizations") R"json(,"room":)json" ID(
                                                 "rooms") R"json(,
      "hour":{"fieldType":{"type":"number"},"optional":false}}}}
  ], "schemaValidation": true},
  "rules": {
    "tenancy": {"root":"organizations","fields":{"users":"organizationId","projects":"organizationId",
      "tasks":"organizationId","notes":"organizationId","rooms":"organizationId",
      "bookings":"organizationId"}},
    "membership": {"table":"users","field":"email","claim":"email","role":"role"},
    "tables": {
      "organizations": {"read":)json" EVERYONE R"json(,"insert":)json" ADMINS R"json(},
      "users": {"read":)json" EVERYONE R"json(,"insert":)json" ADMINS R"json(,"update":)json" ADMINS
                                                          R"json(,
        "delete":)json" ADMINS R"json(},
      "projects": {"read":)json" EVERYONE R"json(,"insert":)json" WRITERS
                                                          R"json(,"update":)json" WRITERS R"json(,
        "delete":)json" WRITERS R"json(,
        "unique":[{"name":"one code","message":"This code is taken.","fields":["code"],
          "where":["ne",["row","archived"],["literal",true]]}]},
      "tasks": {"read":[{"name":"secret","message":"no","allow":["or",["eq",["role"],["literal","admin"]],
          ["ne",["row","secret"],["literal",true]]]}],
        "insert":)json" WRITERS R"json(,"update":)json" WRITERS R"json(,"delete":)json" ADMINS
                                                          R"json(,
        "transitions":[{"field":"status","initial":["open"],"message":"A task goes on step by step.",
          "moves":[{"from":["open"],"to":["doing"]},{"from":["doing"],"to":["done","open"]},
            {"from":["done"],"to":["open"],"roles":["admin"]}]}],
        "checks":[{"name":"0 to 5","message":"A rating is 0 to 5.","allow":["or",
          ["lt",["row","rating"],["literal",null]],
          ["and",["gte",["row","rating"],["literal",0]],["lte",["row","rating"],["literal",5]]]]}],
        "references":[{"field":"project","onDelete":"cascade"},
          {"field":"assignee","onDelete":"setUndefined"},{"field":"watchers","onDelete":"setUndefined"}]},
      "notes": {"read":)json" EVERYONE R"json(,"insert":)json" WRITERS
                                                          R"json(,"update":)json" WRITERS R"json(,
        "references":[{"field":"task","onDelete":"cascade"},{"field":"reply","onDelete":"cascade"}]},
      "rooms": {"read":)json" EVERYONE R"json(,"insert":)json" WRITERS
                                                          R"json(,"delete":)json" WRITERS R"json(},
      "bookings": {"read":)json" EVERYONE R"json(,"insert":[{"name":"free","message":"The room is taken then.",
          "allow":["missing","bookings","by_room",["row","room"],["row","hour"]]}],
        "delete":)json" WRITERS R"json(,
        "references":[{"field":"room","onDelete":"restrict","message":"The room is booked."}]}
    }}
})json";

// The shop's application, with another text in one place.
std::string ShopWith(const std::string& text, const std::string& other) {
  std::string json = kShop;
  const std::size_t at = json.find(text);
  REQUIRE(at != std::string::npos);
  return json.replace(at, text.size(), other);
}

// An office with the shop's tables: ada is an admin, ben a member, cleo a viewer.
struct Shop : Office {
  explicit Shop(const char* json = kShop) : Office(256 << 10, json) {}

  std::string Row(const std::string& fields) const {
    return R"({"organizationId":")" + organization + "\"" + (fields.empty() ? "" : ",") + fields +
           "}";
  }
  void SettleAll() { Settle(relay, everyone); }
  // What the relay refused of a person's since it was last asked; null: nothing.
  std::optional<Refusal> RefusedTo(Person& person) {
    SettleAll();
    const std::vector<RefusedEntry> refused = person.replica->TakeNews().refused;
    if (refused.empty()) return std::nullopt;
    CHECK(refused.size() == 1);
    return refused.front().refusal;
  }
  std::string UserOf(Person& person) { return IdOf(person, "users", person.claims()); }
  std::string IdOf(Person& person, const std::string& table, const Object& claims) {
    auto begun = person.replica->BeginExecution({false, relay.now, person.claims(), "", "", true});
    REQUIRE(begun);
    auto stream = person.replica->OpenStream(
        *begun, *ParseJsonEnvelope(R"({"source":{"type":"FullTableScan","tableName":")" + table +
                                   R"(","order":"asc"},"operators":[]})"));
    REQUIRE(stream);
    auto page = person.replica->NextPage(*begun, *stream, 100, 0);
    REQUIRE(page);
    REQUIRE(person.replica->Abort(*begun));
    for (const Object& document : page->documents) {
      if (ToJson(*document.Find("email")) == ToJson(*claims.Find("email"))) {
        return *document.Find("_id")->As<std::string>();
      }
    }
    return {};
  }
  // The entries of the table's extra indexes in a device's file.
  static std::int64_t Entries(Person& person, const std::string& table) {
    Database& file = person.replica->device().database();
    std::vector<std::string> names;
    {
      Statement all =
          file.Prepare("SELECT name FROM _indexes WHERE owner=?1 AND name LIKE '#_%' ESCAPE '#'");
      all.BindText(1, table);
      while (*all.Step()) names.push_back(table + "." + std::string(all.bytes(0)));
    }
    std::int64_t count = 0;
    for (const std::string& name : names) {
      Statement entries = file.Prepare("SELECT COUNT(*) FROM " + Quoted(name));
      REQUIRE(*entries.Step());
      count += entries.integer(0);
    }
    return count;
  }
};

TEST_CASE(
    "a value that is taken is refused on the device, and of two at once the relay takes one") {
  Shop shop;
  const std::string one = shop.ada.Insert("projects", shop.Row(R"("code":"X1")"));
  CHECK(shop.ada.Insert("projects", shop.Row(R"("code":"X1")")) == "refused: This code is taken.");
  REQUIRE(shop.ada.replica->denial());
  CHECK(shop.ada.replica->denial()->denial.rule == "projects.unique: one code");
  CHECK(shop.ada.replica->denial()->denial.code == Code::kConflict);
  // Ben has not heard of it yet.
  const std::string two = shop.ben.Insert("projects", shop.Row(R"("code":"X1")"));
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->code == Code::kConflict);
  CHECK(refused->message == "This code is taken.");
  CHECK(refused->table == "projects");
  CHECK(refused->row == two);
  CHECK(refused->rule == "projects.unique: one code");
  CHECK(shop.ben.All("projects") == std::vector<std::string>{R"({"code":"X1"})"});
  CHECK(Shop::Entries(shop.ben, "projects") == 1);
  CHECK(Shop::Entries(shop.ada, "projects") == 1);
  // Neither what was refused nor what was deleted stands in the way.
  CHECK(shop.ben.Patch(one, R"({"code":"X2"})") == "");
  CHECK(shop.ben.Insert("projects", shop.Row(R"("code":"X1")")).find("refused") ==
        std::string::npos);
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  CHECK(shop.ada.Delete(one) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ada));
  CHECK(Shop::Entries(shop.ben, "projects") == 1);
}

TEST_CASE("the relay judges a change set's own rows, after all of it") {
  Shop shop;
  const auto both = [&](const std::string& a, const std::string& b, bool preview) {
    return shop.ben.Mutate(
        [&](ExecutionId execution) {
          REQUIRE(shop.ben.replica->Insert(execution, "projects", Json(shop.Row(a))));
          REQUIRE(shop.ben.replica->Insert(execution, "projects", Json(shop.Row(b))));
        },
        preview);
  };
  CHECK(both(R"("code":"A")", R"("code":"A")", true) == "This code is taken.");
  CHECK(both(R"("code":"A")", R"("code":"A")", false) == "");
  CHECK(shop.RefusedTo(shop.ben)->message == "This code is taken.");
  CHECK(shop.ada.All("projects").empty());

  const std::string a = shop.ben.Insert("projects", shop.Row(R"("code":"A")"));
  const std::string b = shop.ben.Insert("projects", shop.Row(R"("code":"B")"));
  CHECK(shop.ben.Mutate([&](ExecutionId execution) {
    REQUIRE(shop.ben.replica->Patch(execution, a, std::nullopt, Json(R"({"code":"B"})")));
    REQUIRE(shop.ben.replica->Patch(execution, b, std::nullopt, Json(R"({"code":"A"})")));
  }) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  CHECK(shop.ada.All("projects") == std::vector<std::string>{R"({"code":"B"})", R"({"code":"A"})"});
  // The one goes, another takes its place, in one change set.
  CHECK(shop.ben.Mutate([&](ExecutionId execution) {
    REQUIRE(shop.ben.replica->Insert(execution, "projects", Json(shop.Row(R"("code":"A")"))));
    REQUIRE(shop.ben.replica->Delete(execution, b, std::nullopt));
  }) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ben));
}

TEST_CASE("undefined is not judged, null is, and rows outside of the condition are not") {
  Shop shop;
  const auto insert = [&](const std::string& fields) {
    const std::string id = shop.ben.Insert("projects", shop.Row(fields), false);
    return std::pair{id, shop.RefusedTo(shop.ben).has_value()};
  };
  CHECK_FALSE(insert("").second);
  CHECK_FALSE(insert("").second);
  CHECK_FALSE(insert(R"("code":null)").second);
  CHECK(insert(R"("code":null)").second);
  CHECK_FALSE(insert(R"("code":"A","archived":true)").second);
  CHECK_FALSE(insert(R"("code":"A","archived":true)").second);
  const auto [held, refused] = insert(R"("code":"A")");
  CHECK_FALSE(refused);
  CHECK(Shop::Entries(shop.ada, "projects") == 2);
  // Who leaves the archive is judged; who goes there makes room.
  const std::string other = insert(R"("code":"A","archived":true)").first;
  CHECK(shop.ada.Patch(other, R"({"archived":false})", false) == "");
  CHECK(shop.RefusedTo(shop.ada));
  CHECK(shop.ada.Patch(held, R"({"archived":true})", false) == "");
  CHECK(shop.ada.Patch(other, R"({"archived":false})", false) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ada));
}

TEST_CASE("a status begins and moves as it is declared, by whom it is declared") {
  Shop shop;
  CHECK(shop.ben.Insert("tasks", shop.Row(R"("status":"done")")) ==
        "refused: A task goes on step by step. \"status\" of a new row cannot be \"done\"; it "
        "begins as \"open\".");
  const std::string task = shop.ben.Insert("tasks", shop.Row(R"("status":"open")"));
  shop.SettleAll();
  CHECK(shop.ben.Patch(task, R"({"status":"done"})") ==
        "A task goes on step by step. \"status\" cannot go from \"open\" to \"done\"; from there "
        "it goes to \"doing\".");
  CHECK(shop.ben.replica->denial()->denial.rule == "tasks.transitions: status");
  CHECK(shop.ben.Patch(task, R"({"status":"doing"})") == "");
  CHECK(shop.ben.Patch(task, R"({"status":"done"})") == "");
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  CHECK(shop.ben.Patch(task, R"({"status":"open"})") ==
        "A task goes on step by step. \"status\" cannot go from \"done\" to \"open\"; from there "
        "it goes to \"open\" (as admin).");
  CHECK(shop.ben.Patch(task, R"({"status":"open"})", false) == "");
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->code == Code::kDenied);
  CHECK(refused->rule == "tasks.transitions: status");
  CHECK(refused->row == task);
  CHECK(shop.ada.Patch(task, R"({"status":"open"})") == "");
  CHECK_FALSE(shop.RefusedTo(shop.ada));
  CHECK(shop.ben.All("tasks") == std::vector<std::string>{R"({"status":"open"})"});
}

TEST_CASE("of two moves at once, the second is judged by where the first has come") {
  Shop shop;
  const std::string task = shop.ben.Insert("tasks", shop.Row(R"("status":"open")"));
  CHECK(shop.ben.Patch(task, R"({"status":"doing"})") == "");
  shop.SettleAll();
  CHECK(shop.ada.Patch(task, R"({"status":"done"})") == "");
  CHECK(shop.ben.Patch(task, R"({"status":"open"})") == "");
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->message.find("from \"done\" to \"open\"") != std::string::npos);
  CHECK(shop.ben.All("tasks") == std::vector<std::string>{R"({"status":"done"})"});
}

TEST_CASE("a check is of the row as it will be, on the device and on the relay") {
  Shop shop;
  const std::string task = shop.ben.Insert("tasks", shop.Row(R"("status":"open","rating":5)"));
  CHECK(shop.ben.Patch(task, R"({"rating":5.5})") == "A rating is 0 to 5.");
  CHECK(shop.ben.replica->denial()->denial.code == Code::kInvalid);
  CHECK(shop.ben.Patch(task, R"({"rating":-1})", false) == "");
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->code == Code::kInvalid);
  CHECK(refused->rule == "tasks.checks: 0 to 5");
  CHECK(shop.ben.All("tasks") == std::vector<std::string>{R"({"rating":5,"status":"open"})"});
}

TEST_CASE("missing is judged against the others' rows, and against those of the change set") {
  Shop shop;
  const std::string room = shop.ada.Insert("rooms", shop.Row(R"("name":"Blue")"));
  shop.SettleAll();
  const std::string nine = shop.Row(R"("room":")" + room + R"(","hour":9)");
  const std::string ten = shop.Row(R"("room":")" + room + R"(","hour":10)");
  CHECK(shop.ada.Insert("bookings", nine).find("refused") == std::string::npos);
  CHECK(shop.ada.Insert("bookings", nine) == "refused: The room is taken then.");
  CHECK(shop.ben.Insert("bookings", nine).find("refused") == std::string::npos);
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->rule == "bookings.insert: free");
  CHECK(shop.ben.Mutate(
            [&](ExecutionId execution) {
              REQUIRE(shop.ben.replica->Insert(execution, "bookings", Json(ten)));
              REQUIRE(shop.ben.replica->Insert(execution, "bookings", Json(ten)));
            },
            false) == "");
  CHECK(shop.RefusedTo(shop.ben));
  CHECK(shop.cleo.All("bookings").size() == 1);
}

TEST_CASE("what is referred to must be there, and readable, when it is written") {
  Shop shop;
  const std::string project = shop.ada.Insert("projects", shop.Row(""));
  shop.SettleAll();
  CHECK(shop.ada.Delete(project) == "");
  CHECK(shop.ada.Insert("tasks", shop.Row(R"("status":"open","project":")" + project + "\"")) ==
        "refused: \"project\" refers to a row of projects that is not there (any more), or that "
        "you cannot see");
  // Ben does not know of the deletion yet.
  const std::string task =
      shop.ben.Insert("tasks", shop.Row(R"("status":"open","project":")" + project + "\""));
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->code == Code::kNotFound);
  CHECK(refused->rule == "tasks.references: project");
  CHECK(refused->row == task);
  CHECK(shop.ben.All("tasks").empty());
  // A row that one may not see is as one that is not there.
  const std::string secret = shop.ada.Insert("tasks", shop.Row(R"("status":"open","secret":true)"));
  shop.SettleAll();
  CHECK(shop.ben.Insert("notes", shop.Row(R"("task":")" + secret + "\""), false) != "");
  CHECK(shop.RefusedTo(shop.ben)->rule == "notes.references: task");
  // Own rows of the change set are there.
  CHECK(shop.ben.Mutate([&](ExecutionId execution) {
    const auto made = shop.ben.replica->Insert(execution, "projects", Json(shop.Row("")));
    REQUIRE(shop.ben.replica->Insert(
        execution, "tasks", Json(shop.Row(R"("status":"open","project":")" + *made + "\""))));
  }) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ben));
}

TEST_CASE("a row that others refer to stays where they say so") {
  Shop shop;
  const std::string room = shop.ada.Insert("rooms", shop.Row(R"("name":"Blue")"));
  shop.SettleAll();
  const std::string booking =
      shop.ada.Insert("bookings", shop.Row(R"("room":")" + room + R"(","hour":9)"));
  CHECK(shop.ada.Delete(room) == "The room is booked.");
  // Ben has not heard of the booking.
  CHECK(shop.ben.Delete(room) == "");
  shop.ada.Push();
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->code == Code::kConflict);
  CHECK(refused->rule == "bookings.references: room");
  CHECK(shop.ben.All("rooms").size() == 1);
  CHECK(shop.ada.Mutate([&](ExecutionId execution) {
    REQUIRE(shop.ada.replica->Delete(execution, room, std::nullopt));
    REQUIRE(shop.ada.replica->Delete(execution, booking, std::nullopt));
  }) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ada));
  CHECK(shop.ben.All("rooms").empty());
}

TEST_CASE(
    "a deletion takes along what refers to it, also what its device does not know or may not see") {
  Shop shop;
  const std::string project = shop.ada.Insert("projects", shop.Row(""));
  const std::string in_project = R"("status":"open","project":")" + project + "\"";
  const std::string known = shop.ada.Insert("tasks", shop.Row(in_project));
  const std::string note = shop.ada.Insert("notes", shop.Row(R"("task":")" + known + "\""));
  shop.ada.Insert("notes", shop.Row(R"("task":")" + known + R"(","reply":")" + note + "\""));
  shop.ada.Insert("tasks", shop.Row(in_project + R"(,"secret":true)"));
  shop.ada.Insert("tasks", shop.Row(R"("status":"open")"));
  shop.SettleAll();
  REQUIRE(shop.ben.All("tasks").size() == 2);
  // Ben may delete projects, and neither tasks nor notes.
  CHECK(shop.ben.Delete(known) == "Only admins");
  const std::string later = shop.ada.Insert("tasks", shop.Row(in_project));
  shop.ada.Insert("notes", shop.Row(R"("task":")" + later + "\""));
  shop.ada.Push();
  CHECK(shop.ben.Delete(project) == "");
  CHECK(shop.ben.All("tasks") == std::vector<std::string>{R"({"status":"open"})"});
  CHECK(shop.ben.All("notes").empty());
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  for (Person* person : shop.everyone) {
    CHECK(person->All("projects").empty());
    CHECK(person->All("tasks") == std::vector<std::string>{R"({"status":"open"})"});
    CHECK(person->All("notes").empty());
    CHECK(Shop::Entries(*person, "tasks") == 0);
    CHECK(Shop::Entries(*person, "notes") == 0);
  }
}

TEST_CASE("a deletion that would take too many rows along is refused, and changes none") {
  Shop shop;
  const std::string project = shop.ada.Insert("projects", shop.Row(""));
  shop.SettleAll();
  const Object task = Json(shop.Row(R"("status":"open","project":")" + project + "\""));
  for (int part = 0; part < 2; ++part) {
    CHECK(shop.ada.Mutate([&](ExecutionId execution) {
      for (int i = 0; i < 8'000; ++i) {
        REQUIRE(shop.ada.replica->Insert(execution, "tasks", task));
      }
    }) == "");
  }
  shop.ada.Push();
  CHECK(shop.ben.Delete(project) == "");
  const auto refused = shop.RefusedTo(shop.ben);
  REQUIRE(refused);
  CHECK(refused->code == Code::kInvalid);
  CHECK(refused->message ==
        "The deletion would change more than 16000 rows, or take back more than 256000 references; "
        "delete what refers to it first, in parts");
  CHECK(shop.ben.All("projects").size() == 1);
  CHECK(Shop::Entries(shop.ben, "tasks") == 16'000);
}

TEST_CASE("rows that refer to each other in a circle go once, and a circle permits nothing") {
  Shop shop;
  const std::string task = shop.ada.Insert("tasks", shop.Row(R"("status":"open")"));
  shop.SettleAll();
  const std::string in_task = R"("task":")" + task + "\"";
  const std::string one = shop.ben.Insert("notes", shop.Row(in_task));
  const std::string two =
      shop.ben.Insert("notes", shop.Row(in_task + R"(,"reply":")" + one + "\""));
  CHECK(shop.ben.Patch(one, R"({"reply":")" + two + "\"}") == "");
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  // Nobody may delete notes, not even two that bring each other.
  CHECK(shop.ben.Delete(one) == "Nobody may do this.");
  CHECK(shop.ben.Mutate(
            [&](ExecutionId execution) {
              REQUIRE(shop.ben.replica->Delete(execution, one, std::nullopt));
            },
            false) == "");
  CHECK(shop.RefusedTo(shop.ben)->rule == "notes.delete: no rule");
  CHECK(shop.ben.All("notes").size() == 2);
  CHECK(shop.ada.Delete(task) == "");
  CHECK_FALSE(shop.RefusedTo(shop.ada));
  CHECK(shop.ben.All("notes").empty());
}

TEST_CASE("a row lets go of what was deleted, whoever wrote it last") {
  Shop shop;
  const std::string cleo = shop.UserOf(shop.cleo), ben = shop.UserOf(shop.ben);
  const std::string named =
      R"("assignee":")" + cleo + R"(","watchers":[")" + ben + R"(",")" + cleo + R"("])";
  shop.ben.Insert("tasks", shop.Row(R"("status":"open",)" + named));
  const std::string moved = shop.ben.Insert("tasks", shop.Row(R"("status":"open")"));
  shop.SettleAll();
  // Written at once with the deletion, by a clock that runs ahead.
  shop.ben.ahead_ms = 30'000;
  CHECK(shop.ben.Patch(moved, "{" + named + "}") == "");
  shop.ben.Push();
  CHECK(shop.ada.Delete(cleo) == "");
  CHECK(shop.ada.All("tasks").front() == R"({"status":"open","watchers":[")" + ben + "\"]}");
  CHECK_FALSE(shop.RefusedTo(shop.ada));
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  const std::string left = R"({"status":"open","watchers":[")" + ben + "\"]}";
  CHECK(shop.ada.All("tasks") == std::vector<std::string>{left, left});
  CHECK(shop.ben.All("tasks") == std::vector<std::string>{left, left});
  CHECK(Shop::Entries(shop.ben, "tasks") == 2);
  CHECK(Shop::Entries(shop.ada, "tasks") == 2);
}

TEST_CASE("a new row that names a deleted one lets go of it, where deletion would have made it") {
  Shop shop;
  const std::string cleo = shop.UserOf(shop.cleo);
  shop.ben.Insert("tasks", shop.Row(R"("status":"open","assignee":")" + cleo + "\""));
  CHECK(shop.ada.Delete(cleo) == "");
  shop.ada.Push();
  CHECK_FALSE(shop.RefusedTo(shop.ben));
  CHECK(shop.ben.All("tasks") == std::vector<std::string>{R"({"status":"open"})"});
  CHECK(shop.ada.All("tasks") == std::vector<std::string>{R"({"status":"open"})"});
}

TEST_CASE("what lets go of one deleted row may be deleted with another") {
  const std::string json = ShopWith(R"({"field":"reply","onDelete":"cascade"})",
                                    R"({"field":"reply","onDelete":"setUndefined"})");
  Shop shop(json.c_str());
  const auto task = [&] { return shop.ada.Insert("tasks", shop.Row(R"("status":"open")")); };
  const std::string going = task(), staying = task();
  shop.SettleAll();
  const auto note = [&](const std::string& of, const std::string& reply) {
    return shop.ben.Insert("notes",
                           shop.Row(R"("task":")" + of + "\"" +
                                    (reply.empty() ? "" : R"(,"reply":")" + reply + "\"")));
  };
  const std::string first = note(going, "");
  note(going, first);
  note(staying, first);
  shop.SettleAll();
  // The device does it with what it has, the relay with what came meanwhile.
  shop.ada.Disconnect();
  note(going, first);
  note(staying, first);
  shop.SettleAll();
  CHECK(shop.ada.Delete(going) == "");
  const std::string left = R"({"task":")" + staying + "\"}";
  CHECK(shop.ada.All("notes") == std::vector<std::string>{left});
  shop.ada.Connect();
  CHECK_FALSE(shop.RefusedTo(shop.ada));
  for (Person* person : shop.everyone) {
    CHECK(person->All("notes") == std::vector<std::string>{left, left});
  }
}

}  // namespace
}  // namespace syncline::testing
