// For tests: a relay of one thread and the devices of people, together without sockets. Include it after
// doctest.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/replica/replica.hpp"
#include "shared/sync/relay_session.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

namespace syncline::testing {

inline constexpr char kOfficeApplication[] = R"json({
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

inline Object Json(const std::string& text) {
  Result<Value> value = ParseJson(text, UndefinedInJson::kAllowed);
  REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
  return *value->As<Object>();
}

// The office's application, with a field of each merge kind in its schedules.
inline const char* OfficeWithKinds() {
  static const std::string text = [] {
    std::string json = kOfficeApplication;
    const std::string field = R"("secret":{"fieldType")";
    const std::string strings = R"({"type":"array","value":{"type":"string"},"merge":)";
    json.insert(json.find(field),
                R"("votes":{"fieldType":{"type":"number","merge":"counter"},"optional":true},)"
                R"("tags":{"fieldType":)" +
                    strings + R"("set"},"optional":true},"steps":{"fieldType":)" + strings +
                    R"("list"},"optional":true},)"
                    R"("note":{"fieldType":{"type":"string","merge":"text"},"optional":true},)");
    return json;
  }();
  return text.c_str();
}

// A relay of one thread: real sessions and authorities, a directory in memory, no sockets.
class Relay {
 public:
  explicit Relay(std::size_t chunk_bytes = 256 << 10, const char* json = kOfficeApplication)
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
    // Which messages come; some lean on others, so not all of them can be read alone.
    if (ByteView view = frame; const auto alone = TakeFrame(view)) {
      if (std::holds_alternative<Chunk>(*alone)) ++chunks;
      if (std::holds_alternative<Pong>(*alone)) ++pongs;
    }
    if (held) {
      *held += frame;
      return;
    }
    Take(frame);
  }
  // What was held back, at once.
  void TakeHeld() {
    const Bytes frames = *std::exchange(held, {});
    Take(frames);
  }
  // A delivery of that tenant.
  void Receive(const TenantId& tenant, const Bytes& frame) {
    if (const Bytes about = session_->About(tenant); !about.empty()) Receive(about);
    Receive(frame);
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
        {true, relay_.now + ahead_ms, claims_, "test:mutation", "{}", preview, undo_scope});
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
  // What was undone or redone, or the error's message; "nothing" if there was nothing to do.
  std::string Undo(const std::string& scope, UndoStack stack = UndoStack::kUndo) {
    Replica::Begin begin;
    begin.now_ms = relay_.now + ahead_ms;
    begin.claims = claims_;
    begin.undo = scope;
    const auto undone = replica->Undo(begin, stack);
    if (!undone) return undone.error().message;
    return *undone ? (*undone)->path : "nothing";
  }
  // The documents of a table in creation order, whole.
  std::vector<Object> Documents(const std::string& table) {
    auto begun = replica->BeginExecution({false, relay_.now, claims_, "", "", true});
    REQUIRE(begun);
    Result<Value> query = ParseJsonEnvelope(R"({"source":{"type":"FullTableScan","tableName":")" +
                                            table + R"(","order":"asc"},"operators":[]})");
    REQUIRE(query);
    auto stream = replica->OpenStream(*begun, *query);
    REQUIRE(stream);
    auto page = replica->NextPage(*begun, *stream, 10'000, 0);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    REQUIRE(replica->Abort(*begun));
    return std::move(page->documents);
  }
  // The same as JSON, without the system fields and the tenant.
  std::vector<std::string> All(const std::string& table) {
    std::vector<std::string> all;
    for (Object& document : Documents(table)) {
      document.Remove("_creationTime");
      document.Remove("_id");
      document.Remove("organizationId");
      std::string json;
      AppendJson(json, document);
      all.push_back(json);
    }
    return all;
  }
  // The id of the row of `table` with that email, as `person` sees it.
  static std::string IdOf(Person& person, const std::string& table, const std::string& email) {
    for (const Object& document : person.Documents(table)) {
      if (*document.Find("email") == Value(email)) return *document.Find("_id")->As<std::string>();
    }
    FAIL("nobody has the address " << email);
    return "";
  }

  std::unique_ptr<Replica> replica;
  std::string closed;
  // The mutations from now on are undone under it.
  std::optional<std::string> undo_scope;
  std::uint64_t ahead_ms = 0;
  int chunks = 0, pongs = 0;
  // What comes while it is there waits for TakeHeld.
  std::optional<Bytes> held;

 private:
  void Take(const Bytes& frames) {
    const Status received = replica->session().Receive(frames, relay_.now + ahead_ms);
    REQUIRE_MESSAGE(received, (received ? "" : received.error().message));
  }

  Relay& relay_;
  std::uint64_t seed_;
  Object claims_;
  std::optional<RelaySession> session_;
  std::uint64_t last_session_ = 0;
};

// Carries everything until nothing moves.
inline void Settle(Relay& relay, const std::vector<Person*>& people) {
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
            person->Receive(id, *delivery.frame);
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

  explicit Office(std::size_t chunk_bytes = 256 << 10, const char* json = kOfficeApplication)
      : relay(chunk_bytes, json) {
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

}  // namespace syncline::testing
