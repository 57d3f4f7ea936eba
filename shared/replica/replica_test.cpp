// Replica, relay session and authority together, without sockets: what a mutation on one device comes
// to on another.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/sync/relay_session.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr char kApplication[] = R"json({
  "schema": {"tables": [
    {"tableName": "organizations", "indexes": [], "documentType":
      {"type":"object","value":{"name":{"fieldType":{"type":"string"},"optional":false}}}},
    {"tableName": "users", "indexes": [{"indexDescriptor":"by_email","fields":["email"]}], "documentType":
      {"type":"object","value":{
        "organizationId":{"fieldType":{"type":"id","tableName":"organizations"},"optional":false},
        "email":{"fieldType":{"type":"string"},"optional":false},
        "role":{"fieldType":{"type":"string"},"optional":false}}}},
    {"tableName": "schedules", "indexes": [
        {"indexDescriptor":"by_organization","fields":["organizationId"]},
        {"indexDescriptor":"by_status","fields":["status"]}], "documentType":
      {"type":"object","value":{
        "organizationId":{"fieldType":{"type":"id","tableName":"organizations"},"optional":false},
        "title":{"fieldType":{"type":"string"},"optional":false},
        "status":{"fieldType":{"type":"string"},"optional":false},
        "secret":{"fieldType":{"type":"boolean"},"optional":true},
        "place":{"fieldType":{"type":"object","value":{
          "city":{"fieldType":{"type":"string"},"optional":true},
          "room":{"fieldType":{"type":"number"},"optional":true}}},"optional":true}}}}
  ], "schemaValidation": true},
  "rules": {
    "tenancy": {"root":"organizations","fields":{"users":"organizationId","schedules":"organizationId"}},
    "membership": {"table":"users","field":"email","claim":"email","role":"role"},
    "tables": {
      "organizations": {"read":[{"name":"all","message":"no","allow":["true"]}],
        "insert":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}],
        "update":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}]},
      "users": {"read":[{"name":"all","message":"no","allow":["true"]}],
        "insert":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}],
        "update":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}],
        "delete":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}]},
      "schedules": {
        "read":[{"name":"secret","message":"no","allow":["or",["eq",["role"],["literal","admin"]],
           ["ne",["row","secret"],["literal",true]]]}],
        "insert":[{"name":"writers","message":"Viewers cannot write","allow":["in",["role"],["admin","member"]]}],
        "update":[{"name":"writers","message":"Viewers cannot write","allow":["in",["role"],["admin","member"]]}],
        "delete":[{"name":"writers","message":"Viewers cannot write","allow":["in",["role"],["admin","member"]]}]}}
  }
})json";

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

Object Json(const std::string& text) {
  Result<Value> value = ParseJson(text, UndefinedInJson::kAllowed);
  REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
  return *value->As<Object>();
}

// A relay of one thread: real sessions and authorities, a directory in memory, no sockets.
class Relay {
 public:
  explicit Relay(std::size_t chunk_bytes = 256 << 10, const char* json = kApplication)
      : text(json), application_(*ParseApplication(json)) {
    options_.snapshot_chunk_bytes = chunk_bytes;
  }
  std::uint64_t now = 1'700'000'000'000;
  const std::string text;

  const Application& application() const { return application_; }
  Authority* Find(const TenantId& tenant) {
    const auto found = tenants_.find(tenant);
    return found == tenants_.end() ? nullptr : found->second.get();
  }
  Authority& Open(const TenantId& tenant) {
    std::unique_ptr<Authority>& slot = tenants_[tenant];
    if (!slot) {
      auto database = Database::Open({":memory:", "", Durability::kNone, 1024, false});
      REQUIRE(database);
      auto opened = Authority::Open(std::move(*database), application_, tenant, options_, 77);
      REQUIRE(opened);
      slot = std::move(*opened);
    }
    return *slot;
  }
  std::vector<TenantId> TenantsOf(const Object& claims) {
    std::vector<TenantId> tenants;
    const std::optional<Bytes> member = application_.rules.MemberKey(claims);
    for (auto& [id, authority] : tenants_) {
      const auto members = authority->Members();
      REQUIRE(members);
      for (const Bytes& one : *members) {
        if (member && one == *member) tenants.push_back(id);
      }
    }
    return tenants;
  }
  std::map<TenantId, std::unique_ptr<Authority>>& tenants() { return tenants_; }

 private:
  Authority::Options options_;
  Application application_;
  std::map<TenantId, std::unique_ptr<Authority>> tenants_;
};

// A device of one person, and its connection.
class Person {
 public:
  Person(Relay& relay, std::string name, std::uint64_t seed) : relay_(relay), seed_(seed) {
    claims_.Set("sub", name);
    claims_.Set("email", name + "@example.org");
    Replica::Options options;
    options.database = {":memory:", "", Durability::kNone, 1024, false};
    options.application = relay.text;
    options.seed_high = seed;
    auto opened = Replica::Open(options);
    REQUIRE(opened);
    replica = std::move(*opened);
  }

  void Connect() {
    session_.emplace(SessionId{++last_session_ * 100 + seed_}, relay_.application(),
                     RelaySession::Limits{});
    Carry(session_->OnMessage(replica->session().Connected("token", relay_.now + ahead_ms),
                              relay_.now));
  }
  void Disconnect() {
    if (!session_) return;
    for (auto& [id, authority] : relay_.tenants()) authority->Leave(session_->peer().session);
    session_.reset();
    replica->session().Disconnected();
  }
  bool connected() const { return session_.has_value(); }

  void Carry(std::vector<SessionRequest> requests) {
    for (SessionRequest& request : requests) {
      if (auto* verify = std::get_if<VerifyToken>(&request)) {
        static_cast<void>(verify);
        Identity identity{claims_, relay_.now + 3'600'000};
        Carry(session_->OnVerified(identity, relay_.TenantsOf(claims_), relay_.now));
      } else if (auto* join = std::get_if<JoinTenant>(&request)) {
        REQUIRE(relay_.Open(join->hello.tenant).Join(session_->peer(), join->hello, relay_.now));
      } else if (auto* submit = std::get_if<SubmitTo>(&request)) {
        if (!relay_.Find(submit->tenant) &&
            !Authority::CanFound(relay_.application(), submit->tenant, submit->change_sets)) {
          FAIL("a push to an unknown tenant");
        }
        relay_.Open(submit->tenant).Submit(session_->peer(), std::move(submit->change_sets));
      } else if (auto* send = std::get_if<Send>(&request)) {
        Receive(send->frame);
      } else {
        closed = std::get<CloseSession>(request).message;
      }
    }
  }
  void Receive(const Bytes& frame) {
    ByteView view = frame;
    const auto first = TakeFrame(view);
    REQUIRE(first);
    if (std::holds_alternative<Chunk>(*first)) ++chunks;
    if (std::holds_alternative<Pong>(*first)) ++pongs;
    const Status received = replica->session().Receive(frame, relay_.now + ahead_ms);
    REQUIRE_MESSAGE(received, (received ? "" : received.error().message));
  }
  bool Is(SessionId session) const { return session_ && session_->peer().session == session; }
  bool open() const { return session_ && session_->open(); }
  // Sends what is due; true if there was something.
  bool Push() {
    if (!open()) return false;
    const Bytes message = replica->session().TakeOutgoing();
    if (message.empty()) return false;
    Carry(session_->OnMessage(message, relay_.now));
    return true;
  }
  // Asks whether the relay is there; true if it answered.
  bool Ask() {
    const int before = pongs;
    Carry(session_->OnMessage(replica->session().Ping(), relay_.now));
    return pongs == before + 1;
  }
  void Added(const TenantId& tenant) {
    if (open()) Carry(session_->OnTenantAdded(tenant));
  }
  const Object& claims() const { return claims_; }

  // Runs a mutation made of the steps in `body`; returns the error's message, or nothing.
  template <class Body>
  std::string Mutate(Body body, bool preview = true) {
    auto begun = replica->BeginExecution(
        {true, relay_.now + ahead_ms, claims_, "test:mutation", "{}", preview});
    REQUIRE_MESSAGE(begun, (begun ? "" : begun.error().message));
    body(*begun);
    auto committed = replica->Commit(*begun);
    return committed ? "" : committed.error().message;
  }
  std::string Insert(const std::string& table, const std::string& json, bool preview = true) {
    std::string id;
    const std::string failed = Mutate(
        [&](ExecutionId execution) {
          auto inserted = replica->Insert(execution, table, Json(json));
          REQUIRE_MESSAGE(inserted, (inserted ? "" : inserted.error().message));
          id = *inserted;
        },
        preview);
    return failed.empty() ? id : "refused: " + failed;
  }
  std::string Patch(const std::string& id, const std::string& json, bool preview = true) {
    return Mutate(
        [&](ExecutionId execution) {
          const Status done = replica->Patch(execution, id, std::nullopt, Json(json));
          REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
        },
        preview);
  }
  std::string Delete(const std::string& id) {
    return Mutate(
        [&](ExecutionId execution) { REQUIRE(replica->Delete(execution, id, std::nullopt)); });
  }
  // The documents of a table, as JSON, in creation order.
  std::vector<std::string> All(const std::string& table) {
    auto begun = replica->BeginExecution({false, relay_.now, claims_, "", "", true});
    REQUIRE(begun);
    Result<Value> query = ParseJsonEnvelope(R"({"source":{"type":"FullTableScan","tableName":")" +
                                            table + R"(","order":"asc"},"operators":[]})");
    REQUIRE(query);
    auto stream = replica->OpenStream(*begun, *query);
    REQUIRE(stream);
    auto page = replica->NextPage(*begun, *stream, 10'000, 0);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    std::vector<std::string> all;
    for (Object& document : page->documents) {
      document.Remove("_creationTime");
      document.Remove("_id");
      document.Remove("organizationId");
      std::string json;
      AppendJson(json, document);
      all.push_back(json);
    }
    REQUIRE(replica->Abort(*begun));
    return all;
  }

  std::unique_ptr<Replica> replica;
  std::string closed;
  std::uint64_t ahead_ms = 0;
  int chunks = 0, pongs = 0;

 private:
  Relay& relay_;
  std::uint64_t seed_;
  Object claims_;
  std::optional<RelaySession> session_;
  std::uint64_t last_session_ = 0;
};

// Carries everything until nothing moves.
void Settle(Relay& relay, const std::vector<Person*>& people) {
  for (bool moved = true; moved;) {
    moved = false;
    ++relay.now;
    for (Person* person : people) moved = person->Push() || moved;
    for (auto& [id, authority] : relay.tenants()) {
      while (authority->has_submitted()) {
        const Status done = authority->Commit(relay.now);
        REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
      }
      for (const MemberChange& change : authority->TakeMemberChanges()) {
        for (Person* person : people) {
          const bool same = relay.application().rules.MemberKey(person->claims()) == change.member;
          if (same && change.present && person->open()) person->Added(id);
        }
      }
      for (std::vector<Delivery> due = authority->TakeDeliveries(); !due.empty();
           due = authority->TakeDeliveries()) {
        moved = true;
        for (const Delivery& delivery : due) {
          for (Person* person : people) {
            if (!person->Is(delivery.session)) continue;
            person->Receive(*delivery.frame);
            if (delivery.continues) {
              REQUIRE(authority->ContinueSnapshot(delivery.session, relay.now));
            }
          }
        }
      }
    }
  }
}

struct Office {
  Relay relay;
  Person ada{relay, "ada", 1};
  Person ben{relay, "ben", 2};
  Person cleo{relay, "cleo", 3};
  std::string organization;
  std::vector<Person*> everyone{&ada, &ben, &cleo};

  explicit Office(std::size_t chunk_bytes = 256 << 10) : relay(chunk_bytes) {
    ada.Connect();
    REQUIRE(ada.Mutate([&](ExecutionId execution) {
      organization =
          *ada.replica->Insert(execution, "organizations", Json(R"({"name":"Northwind"})"));
      for (const auto& [name, role] :
           {std::pair{"ada", "admin"}, {"ben", "member"}, {"cleo", "viewer"}}) {
        REQUIRE(
            ada.replica->Insert(execution, "users",
                                Json(R"({"organizationId":")" + organization + R"(","email":")" +
                                     name + R"(@example.org","role":")" + role + R"("})")));
      }
    }) == "");
    ben.Connect();
    cleo.Connect();
    Settle(relay, everyone);
  }
  std::string Schedule(const std::string& title, const std::string& more = "") {
    return R"({"organizationId":")" + organization + R"(","title":")" + title +
           R"(","status":"draft")" + more + "}";
  }
};

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
  const Application application = *ParseApplication(kApplication);
  auto device = Device::Open(**database, application, ReplicaId{5});
  REQUIRE(device);
  const auto salvage = (*device)->TakeOver(**empty);
  REQUIRE(salvage);
  CHECK(salvage->change_sets == 0);
  CHECK_FALSE(salvage->complete);
}

}  // namespace
}  // namespace syncline
