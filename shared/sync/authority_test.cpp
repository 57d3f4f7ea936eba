// What a hostile or broken device may send to a tenant, and what comes of it.
#include "shared/sync/authority.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "shared/sync/relay_session.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kNowMs = 1'700'000'000'000;

constexpr char kApplication[] = R"json({
  "schema": {"tables": [
    {"tableName": "organizations", "indexes": [], "documentType":
      {"type":"object","value":{"name":{"fieldType":{"type":"string"},"optional":false}}}},
    {"tableName": "users", "indexes": [], "documentType":
      {"type":"object","value":{
        "organizationId":{"fieldType":{"type":"id","tableName":"organizations"},"optional":false},
        "email":{"fieldType":{"type":"string"},"optional":false},
        "role":{"fieldType":{"type":"any"},"optional":true}}}},
    {"tableName": "notes", "indexes": [{"indexDescriptor":"by_title","fields":["title"]}],
      "documentType": {"type":"object","value":{
        "organizationId":{"fieldType":{"type":"id","tableName":"organizations"},"optional":false},
        "title":{"fieldType":{"type":"any"},"optional":true},
        "body":{"fieldType":{"type":"string","merge":"text"},"optional":true},
        "secret":{"fieldType":{"type":"boolean"},"optional":true},
        "place":{"fieldType":{"type":"object","value":{
          "city":{"fieldType":{"type":"string"},"optional":true}}},"optional":true}}}}
  ], "schemaValidation": true},
  "rules": {
    "tenancy": {"root":"organizations","fields":{"users":"organizationId","notes":"organizationId"}},
    "membership": {"table":"users","field":"email","claim":"email","role":"role"},
    "tables": {
      "organizations": {"read":[{"name":"all","message":"no","allow":["true"]}],
        "insert":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}]},
      "users": {"read":[{"name":"all","message":"no","allow":["true"]}],
        "insert":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}],
        "update":[{"name":"admin","message":"no","allow":["eq",["role"],["literal","admin"]]}],
        "delete":[{"name":"all","message":"no","allow":["true"]}]},
      "notes": {"read":[{"name":"secret","message":"no","allow":["or",["eq",["role"],["literal","admin"]],
           ["ne",["row","secret"],["literal",true]]]}],
        "insert":[{"name":"all","message":"no","allow":["true"]}],
        "update":[{"name":"all","message":"no","allow":["true"]}],
        "delete":[{"name":"all","message":"no","allow":["true"]}]}}
  }
})json";

// One tenant, founded by ada (admin), with ben (member) in it; and hands to push anything with.
class Tenant {
 public:
  Tenant() : application_(*ParseApplication(kApplication)) {
    auto database = Database::Open({":memory:", "", Durability::kNone, 1024, false});
    REQUIRE(database);
    file = database->get();
    tenant_ = {IdToText(organization)};
    auto opened = Authority::Open(std::move(*database), application_, tenant_, {}, 77);
    REQUIRE(opened);
    authority = std::move(*opened);
    RowChange root = Whole("organizations", {{"name", "Northwind"}});
    root.key = organization;
    REQUIRE(Accepted(ada, {root, Member("ada", Value("admin")), Member("ben", Value("member"))}));
  }

  struct Author {
    std::string name;
    std::uint64_t session;
    std::uint64_t number = 0;
  };
  Author ada{"ada", 1}, ben{"ben", 2}, eve{"eve", 3};

  Peer PeerOf(const Author& author) const {
    Peer peer{{author.session}, {author.session}, {}, 0};
    peer.claims.Set("sub", author.name);
    peer.claims.Set("email", author.name + "@example.org");
    return peer;
  }
  RowKey Key(const std::string& table) {
    return {NumberOfTable(table), MakeRowId(kNowMs, 1, ++last_row_)};
  }
  RowChange Whole(const std::string& table, std::vector<FieldWrite> writes) {
    return {Key(table), 1, true, kNowMs, std::move(writes)};
  }
  RowChange Member(const std::string& name, Value role) {
    return Whole("users", {{"email", name + "@example.org"},
                           {"organizationId", tenant_.text},
                           {"role", std::move(role)}});
  }
  RowChange Note(Value title) {
    return Whole("notes", {{"organizationId", tenant_.text}, {"title", std::move(title)}});
  }
  static RowChange Update(const RowKey& key, std::vector<FieldWrite> writes) {
    return {key, 1, false, 0, std::move(writes)};
  }
  static RowChange Delete(const RowKey& key) { return {key, 2, false, 0, {}}; }

  // Submits one change set with the author's next number; gives the frames for its session.
  std::vector<Message> Push(Author& author, std::vector<RowChange> rows,
                            HybridTime time = HybridTime::FromUnixMs(kNowMs)) {
    return PushAs(author, {{}, ++author.number, time, std::move(rows)});
  }
  std::vector<Message> PushAs(const Author& author, ChangeSet change_set) {
    authority->Submit(PeerOf(author), {std::move(change_set)});
    const Status done = authority->Commit(kNowMs);
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
    return Delivered(author);
  }
  std::vector<Message> Delivered(const Author& author) {
    std::vector<Message> messages;
    for (const Delivery& delivery : authority->TakeDeliveries()) {
      ByteView view = *delivery.frame;
      Result<Message> message = frames[delivery.session].Take(view);
      REQUIRE_MESSAGE(message, (message ? "" : message.error().message));
      if (delivery.session.value == author.session) messages.push_back(std::move(*message));
    }
    return messages;
  }
  // The refusal of one push, or an empty text.
  std::string Refused(Author& author, std::vector<RowChange> rows,
                      HybridTime time = HybridTime::FromUnixMs(kNowMs)) {
    for (const Message& message : Push(author, std::move(rows), time)) {
      const Verdict* verdict = std::get_if<Verdict>(&message);
      if (verdict && !verdict->refused.empty()) return verdict->refused.front().message;
    }
    return {};
  }
  bool Accepted(Author& author, std::vector<RowChange> rows,
                HybridTime time = HybridTime::FromUnixMs(kNowMs)) {
    const std::uint64_t before = authority->counters().accepted;
    static_cast<void>(Push(author, std::move(rows), time));
    return authority->counters().accepted == before + 1;
  }
  std::vector<Message> Join(const Author& author, Cursor cursor) {
    REQUIRE(authority->Join(PeerOf(author), {tenant_, std::move(cursor), author.number}, kNowMs));
    return Delivered(author);
  }
  std::int64_t Count(const std::string& table) const {
    Statement statement = file->Prepare("SELECT COUNT(*) FROM " + table);
    REQUIRE(*statement.Step());
    return statement.integer(0);
  }
  std::string ScopeOf(const std::string& role) {
    for (const Message& message : Join(ada, {})) static_cast<void>(message);
    REQUIRE(authority->ContinueSnapshot({ada.session}, kNowMs));
    for (const Message& message : Delivered(ada)) {
      const Delta* delta = std::get_if<Delta>(&message);
      if (delta) return delta->to.scope.substr(0, delta->to.scope.find(':') + 1) + role;
    }
    FAIL("no delta");
    return {};
  }
  const TenantId& id() const { return tenant_; }

  const RowKey organization{NumberOfTable("organizations"), MakeRowId(kNowMs, 7, 7)};
  Database* file = nullptr;
  std::unique_ptr<Authority> authority;
  std::map<SessionId, RelayFrames> frames;

 private:
  Application application_;
  TenantId tenant_;
  std::uint64_t last_row_ = 0;
};

TEST_CASE("a creation time that is no time is refused, and ends nothing") {
  Tenant tenant;
  for (const double time : {-0.0, -1.0, 1e300, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    RowChange note = tenant.Note("x");
    note.creation_time = time;
    CHECK(tenant.Refused(tenant.ben, {note}) != "");
  }
  RowChange first = tenant.Note("first");
  first.creation_time = 0;
  CHECK(tenant.Accepted(tenant.ben, {first}));
  CHECK(tenant.Accepted(tenant.ben, {Tenant::Update(first.key, {{"title", "second"}})}));
  CHECK(tenant.Accepted(tenant.ben, {Tenant::Delete(first.key)}));
}

TEST_CASE("minus zero, NaN and the infinities go through an index and out again") {
  Tenant tenant;
  for (const double number : {-0.0, 0.0, std::numeric_limits<double>::quiet_NaN(),
                              -std::numeric_limits<double>::infinity()}) {
    const RowChange note = tenant.Note(number);
    CHECK(tenant.Accepted(tenant.ben, {note}));
    CHECK(tenant.Accepted(tenant.ben, {Tenant::Update(note.key, {{"title", -number}})}));
    CHECK(tenant.Accepted(tenant.ben, {Tenant::Delete(note.key)}));
  }
}

TEST_CASE("a path that the schema does not have is refused, also when it is only removed") {
  Tenant tenant;
  const RowChange note = tenant.Note("x");
  REQUIRE(tenant.Accepted(tenant.ben, {note}));
  const std::string step(1, kPathStep);
  const std::vector<FieldWrite> forged = {
      {"ghost", Undefined{}},
      {"ghost", "x"},
      {"title" + step + "part", 1.0},  // inside a field that is one register
      {"place" + step + "ghost", Undefined{}},
      {"place" + step, Undefined{}},
      {"place" + step + "city" + step + "x", 1.0},
      {"place", "no object"},
      {"_id", "x"},
      {"_creationTime", 1.0},
      {std::string("\xFF\xFE", 2), Undefined{}},
      {std::string(100'000, 'p'), Undefined{}},
      {"", "x"}};
  for (const FieldWrite& write : forged) {
    CAPTURE(write.path.substr(0, 20));
    CHECK(tenant.Refused(tenant.ben, {Tenant::Update(note.key, {write})}) != "");
    RowChange whole = tenant.Note("x");
    whole.writes.push_back(write);
    std::sort(whole.writes.begin(), whole.writes.end(),
              [](const FieldWrite& a, const FieldWrite& b) { return a.path < b.path; });
    CHECK(tenant.Refused(tenant.ben, {whole}) != "");
  }
  Object filled;
  filled.Set("city", "Oslo");
  CHECK(tenant.Refused(tenant.ben, {Tenant::Update(note.key, {{"place", filled}})}) != "");
  CHECK(tenant.Accepted(
      tenant.ben,
      {Tenant::Update(note.key, {{"place", Object()}, {"place" + step + "city", "Oslo"}})}));
  CHECK(tenant.Accepted(tenant.ben,
                        {Tenant::Update(note.key, {{"place", Undefined{}},
                                                   {"place" + step + "city", Undefined{}}})}));
}

TEST_CASE("lengths, numbers and stamps at the ends of their range are judged, not believed") {
  Tenant tenant;
  const RowChange note = tenant.Note("x");
  REQUIRE(tenant.Accepted(tenant.ben, {note}, {~std::uint64_t{0}}));
  RowChange change = Tenant::Update(note.key, {{"title", "y"}});
  for (const std::uint32_t length : {0u, 3u, 0xFFFFFFFFu, 0xFFFFFFFEu}) {
    change.length = length;
    change.whole = false;
    change.writes.clear();
    CHECK(tenant.Refused(tenant.ben, {change}) != "");
  }
  // Brought back to now, so a later write still wins.
  CHECK(tenant.Accepted(tenant.ada, {Tenant::Update(note.key, {{"title", "later"}})},
                        HybridTime::FromUnixMs(kNowMs + 1)));
  const auto snapshot = tenant.Join(tenant.ada, {});
  bool seen = false;
  for (const Message& message : snapshot) {
    const Chunk* chunk = std::get_if<Chunk>(&message);
    if (!chunk) continue;
    for (const DeltaRow& row : chunk->rows) {
      if (!(row.key == note.key)) continue;
      seen = true;
      CHECK((row.state.fields.at("title") == Value("later")));
      CHECK(row.state.clock.whole.time.unix_ms() <= kNowMs);
    }
  }
  CHECK(seen);
  // A number from nowhere accepts nothing and harms only its sender.
  static_cast<void>(tenant.PushAs(tenant.ben, {{}, ~std::uint64_t{0}, {0}, {tenant.Note("z")}}));
  CHECK(tenant.Accepted(tenant.ben, {tenant.Note("z")}));
}

TEST_CASE("a row cannot move to another tenant, nor be of none") {
  Tenant tenant;
  const RowChange note = tenant.Note("x");
  REQUIRE(tenant.Accepted(tenant.ben, {note}));
  const std::string other = IdToText({NumberOfTable("organizations"), MakeRowId(1, 2, 3)});
  CHECK(tenant.Refused(tenant.ben, {Tenant::Update(note.key, {{"organizationId", other}})}) != "");
  CHECK(tenant.Refused(tenant.ben, {Tenant::Update(note.key, {{"organizationId", Undefined{}}})}) !=
        "");
  RowChange second_root = tenant.Whole("organizations", {{"name", "Other"}});
  CHECK(tenant.Refused(tenant.ada, {second_root}) != "");
}

TEST_CASE("a membership row without a role, or with one that is no text, makes nobody a member") {
  Tenant tenant;
  for (const Value& role : {Value(), Value(1.0), Value(Null{}), Value(Array{Value("admin")})}) {
    RowChange member = tenant.Member("eve", role);
    if (role.is_undefined()) member.writes.pop_back();
    REQUIRE(tenant.Accepted(tenant.ada, {member}));
    CHECK(tenant.Refused(tenant.eve, {tenant.Note("x")}) != "");
    REQUIRE(tenant.Accepted(tenant.ada, {Tenant::Delete(member.key)}));
  }
}

TEST_CASE(
    "who deletes their own membership is out at once, and what they push behind it is refused") {
  Tenant tenant;
  const RowChange eve = tenant.Member("eve", "member");
  REQUIRE(tenant.Accepted(tenant.ada, {eve}));
  REQUIRE(tenant.Accepted(tenant.eve, {tenant.Note("x")}));
  REQUIRE(tenant.Accepted(tenant.eve, {Tenant::Delete(eve.key)}));
  CHECK(tenant.Refused(tenant.eve, {tenant.Note("y")}) != "");
}

TEST_CASE(
    "a stranger's pushes leave nothing in the tenant's file, and look as if there were no tenant") {
  Tenant tenant;
  const std::int64_t replicas = tenant.Count("_replicas");
  for (const std::uint64_t number : {1ull, 2ull, 900ull, 3ull}) {
    const auto told = tenant.PushAs(tenant.eve, {{}, number, {1}, {tenant.Note("x")}});
    bool refused = false;
    for (const Message& message : told) {
      CHECK_FALSE(std::holds_alternative<Fault>(message));
      CHECK_FALSE(std::holds_alternative<Left>(message));
      const Verdict* verdict = std::get_if<Verdict>(&message);
      if (!verdict) continue;
      refused = verdict->refused.size() == 1 && verdict->refused.front().number == number;
      CHECK(verdict->settled == number);
    }
    CHECK(refused);
  }
  CHECK(tenant.Count("_refusals") == 0);
  CHECK(tenant.Count("_replicas") == replicas);
}

TEST_CASE("who claims to have seen an admin's rows is not told which ones to forget") {
  Tenant tenant;
  RowChange secret = tenant.Note("salaries");
  secret.writes = {{"organizationId", tenant.id().text}, {"secret", true}, {"title", "salaries"}};
  REQUIRE(tenant.Accepted(tenant.ada, {secret}));
  const std::string admin = tenant.ScopeOf("admin");
  REQUIRE(tenant.Accepted(tenant.ada, {Tenant::Update(secret.key, {{"title", "wages"}})}));
  for (const std::uint64_t seq : {0ull, 1ull, 2ull, 3ull}) {
    for (const Message& message : tenant.Join(tenant.ben, {77, seq, admin})) {
      const Delta* delta = std::get_if<Delta>(&message);
      if (!delta) continue;
      for (const DeltaRow& row : delta->rows) CHECK_FALSE(row.key == secret.key);
    }
  }
}

TEST_CASE("who was an admin while away is told what to forget") {
  Tenant tenant;
  const RowChange eve = tenant.Member("eve", "admin");
  REQUIRE(tenant.Accepted(tenant.ada, {eve}));
  RowChange secret = tenant.Note("salaries");
  secret.writes = {{"organizationId", tenant.id().text}, {"secret", true}, {"title", "salaries"}};
  REQUIRE(tenant.Accepted(tenant.ada, {secret}));
  const std::string admin = tenant.ScopeOf("admin");
  REQUIRE(tenant.Accepted(tenant.ada, {Tenant::Update(eve.key, {{"role", "member"}})}));
  bool told = false;
  for (const Message& message : tenant.Join(tenant.eve, {77, 3, admin})) {
    const Delta* delta = std::get_if<Delta>(&message);
    if (!delta) continue;
    for (const DeltaRow& row : delta->rows) {
      if (row.key == secret.key) told = row.kind == DeltaRow::Kind::kForget;
    }
  }
  CHECK(told);
}

TEST_CASE("a copy of another epoch asks for what it does not know; the same epoch never does") {
  const auto asked = [](std::uint64_t epoch,
                        std::uint64_t kept_above) -> std::optional<std::uint64_t> {
    Tenant tenant;
    REQUIRE(tenant.authority->Join(tenant.PeerOf(tenant.ada),
                                   {tenant.id(), {}, 5, epoch, kept_above}, kNowMs));
    for (const Message& message : tenant.Delivered(tenant.ada)) {
      if (const Again* again = std::get_if<Again>(&message)) return again->known;
    }
    return std::nullopt;
  };
  CHECK(asked(55, 0) == 1);  // it knows the founding
  CHECK(asked(55, 3) == 3);
  CHECK_FALSE(asked(55, 5));
  CHECK_FALSE(asked(0, 0));
  CHECK_FALSE(asked(77, 0));
}

TEST_CASE(
    "a verdict comes before the delta that it belongs to, and behind the begin of a snapshot") {
  Tenant tenant;
  REQUIRE(tenant.Accepted(tenant.ben, {tenant.Note("x")}));
  const auto joined = [&](const Cursor& cursor) {
    REQUIRE(tenant.authority->Join(tenant.PeerOf(tenant.ben), {tenant.id(), cursor, 0}, kNowMs));
    return tenant.Delivered(tenant.ben);
  };
  // A cursor of another epoch may be beyond the verdict's seq, which means nothing.
  const auto snapshot = joined({5, 1000, ""});
  REQUIRE(snapshot.size() == 2);
  CHECK(std::holds_alternative<Chunk>(snapshot[0]));
  CHECK(std::holds_alternative<Verdict>(snapshot[1]));
  REQUIRE(tenant.authority->ContinueSnapshot({tenant.ben.session}, kNowMs));
  const auto end = tenant.Delivered(tenant.ben);
  REQUIRE(end.size() == 1);
  const auto delta = joined(std::get<Delta>(end[0]).to);
  REQUIRE(delta.size() == 2);
  CHECK(std::holds_alternative<Verdict>(delta[0]));
  CHECK(std::holds_alternative<Delta>(delta[1]));
}

TEST_CASE("refusals that nobody comes to hear do not pile up") {
  Tenant tenant;
  for (int i = 0; i < 1200; ++i) {
    REQUIRE(tenant.Refused(tenant.ben, {Tenant::Update(tenant.Key("notes"), {})}) != "");
  }
  CHECK(tenant.Count("_refusals") <= 1024);
}

TEST_CASE("a device may claim any clock") {
  const Application application = *ParseApplication(kApplication);
  for (const std::uint64_t device_ms :
       {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    RelaySession session({1}, application, {});
    Hello hello;
    hello.replica = {1};
    hello.device_ms = device_ms;
    hello.token = "token";
    CHECK(session.OnMessage(EncodeFrame(hello), kNowMs).size() == 1);
    CHECK_FALSE(session.closed());
  }
}

TEST_CASE(
    "a renewed token with other claims ends the session; with a later expiry alone it goes on") {
  const Application application = *ParseApplication(kApplication);
  for (const bool changed : {false, true}) {
    RelaySession session({1}, application, {});
    Hello hello;
    hello.replica = {1};
    hello.token = "token";
    static_cast<void>(session.OnMessage(EncodeFrame(hello), kNowMs));
    Identity identity{{}, kNowMs + 1000};
    identity.claims.Set("sub", "ada");
    identity.claims.Set("email", "ada@example.org");
    identity.claims.Set("exp", 1.0);
    static_cast<void>(session.OnVerified(identity, {}, kNowMs));
    REQUIRE(session.open());
    static_cast<void>(session.OnMessage(EncodeFrame(Renew{"newer"}), kNowMs));
    identity.claims.Set("exp", 2.0);
    identity.expires_ms = kNowMs + 9000;
    if (changed) identity.claims.Set("email", "root@example.org");
    static_cast<void>(session.OnVerified(identity, {}, kNowMs));
    CHECK(session.closed() == changed);
  }
}

// What one hears of another's change sets of one row, which the relay takes in one group.
struct Group {
  Tenant tenant;
  RowKey key;
  KindState body{std::string(4000, 'x'), {}, {2}};

  Group() {
    RowChange note = tenant.Note("title");
    note.writes.push_back({"body", body.value});
    std::sort(note.writes.begin(), note.writes.end(),
              [](const FieldWrite& a, const FieldWrite& b) { return a.path < b.path; });
    key = note.key;
    REQUIRE(tenant.Accepted(tenant.ben, {note}));
    for (const Tenant::Author* author : {&tenant.ada, &tenant.ben}) {
      tenant.Join(*author, {});
      REQUIRE(tenant.authority->ContinueSnapshot({author->session}, kNowMs));
      tenant.Delivered(*author);
    }
  }
  RowChange Edited(const std::string& text) {
    const auto edit = EditBetween(MergeKind::kText, body, text, {2});
    REQUIRE((edit && *edit));
    ApplyEdit(body, **edit, {{1}, {2}});
    return {key, 1, false, 0, {}, {{"body", **edit}}};
  }
  std::vector<DeltaRow> Heard(const Tenant::Author& who, Tenant::Author& by,
                              const std::vector<RowChange>& rows) {
    std::vector<ChangeSet> change_sets;
    for (const RowChange& row : rows) {
      const std::uint64_t number = ++by.number;
      change_sets.push_back({{}, number, HybridTime::FromUnixMs(kNowMs + number), {row}});
    }
    const std::uint64_t before = tenant.authority->counters().accepted;
    tenant.authority->Submit(tenant.PeerOf(by), std::move(change_sets));
    REQUIRE(tenant.authority->Commit(kNowMs));
    REQUIRE(tenant.authority->counters().accepted == before + rows.size());
    for (Message& message : tenant.Delivered(who)) {
      if (Delta* delta = std::get_if<Delta>(&message)) return std::move(delta->rows);
    }
    return {};
  }
  std::vector<DeltaRow> Heard(const std::vector<RowChange>& rows) {
    return Heard(tenant.ada, tenant.ben, rows);
  }
};

TEST_CASE("what one person typed in a row is told as one edit, not as the row") {
  Group group;
  const std::string text(4000, 'x');
  const auto rows = group.Heard(
      {group.Edited(text + "a"), group.Edited(text + "ab"), group.Edited(text + "abc")});
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].kind == DeltaRow::Kind::kChange);
  const TextEdit& edit = std::get<TextEdit>(rows[0].change.edits.at(0).edit);
  REQUIRE(edit.inserted.size() == 1);
  CHECK(edit.inserted[0].text == "abc");
  CHECK(rows[0].stamp.time.unix_ms() == kNowMs + group.tenant.ben.number);
}

TEST_CASE("several changes of a large row are told each; of a small one, the row is") {
  Group group;
  const auto writes = [&](const RowKey& key) {
    return group.Heard(
        {Tenant::Update(key, {{"title", "a"}}), Tenant::Update(key, {{"title", "b"}})});
  };
  const auto rows = writes(group.key);
  REQUIRE(rows.size() == 2);
  CHECK((rows[1].change.writes.at(0).value == Value("b")));
  const RowChange small = group.tenant.Note("x");
  REQUIRE(group.tenant.Accepted(group.tenant.ben, {small}));
  const auto row = writes(small.key);
  REQUIRE(row.size() == 1);
  CHECK(row[0].kind == DeltaRow::Kind::kState);
}

TEST_CASE("what a row was while it was out of sight is not told") {
  Group group;
  const auto rows = group.Heard(group.tenant.ben, group.tenant.ada,
                                {Tenant::Update(group.key, {{"secret", true}}),
                                 Tenant::Update(group.key, {{"title", "hidden"}}),
                                 Tenant::Update(group.key, {{"title", "shown"}}),
                                 Tenant::Update(group.key, {{"secret", false}})});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].kind == DeltaRow::Kind::kState);
}

}  // namespace
}  // namespace syncline
