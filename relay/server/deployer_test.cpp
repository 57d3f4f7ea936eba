// What a deploy does to a relay with devices: over real sockets.
#include "relay/deploy/deployed.hpp"
#include "relay/testing/running_relay.hpp"
#include "shared/value/order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace syncline::relay {
namespace {

using namespace testing;

constexpr ReplicaId kAda{11}, kBob{22}, kEve{33};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Edits Both(Edits a, const Edits& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// What a device holds after it connected with this cursor.
struct Joined {
  std::unique_ptr<TestDevice> device;
  std::vector<TenantId> tenants;
  std::set<RowKey> rows;  // of a snapshot
  std::vector<DeltaRow> delta;
  Cursor cursor;
};
// `member`: whether the person is one. A member whose verdict has just come may have to come again: the
// directory learns of them right after it.
Joined Join(RunningRelay& relay, const std::string& email, ReplicaId replica,
            std::vector<TenantHello> hellos = {}, bool member = true) {
  Joined joined;
  for (int i = 0; i == 0 || (member && joined.tenants.empty()); ++i) {
    REQUIRE_LT(i, 1000);
    joined.device = std::make_unique<TestDevice>(relay.port());
    joined.device->Hello(RunningRelay::Token(email), replica, hellos);
    joined.tenants = joined.device->Expect<Welcome>().tenants;
  }
  while (!joined.tenants.empty() && joined.cursor.epoch == 0) {
    const auto message = joined.device->Receive();
    REQUIRE(message.has_value());
    if (const auto* chunk = std::get_if<Chunk>(&*message)) {
      for (const DeltaRow& row : chunk->rows) joined.rows.insert(row.key);
    } else if (const auto* delta = std::get_if<Delta>(&*message)) {
      joined.delta = delta->rows;
      joined.cursor = delta->to;
    }
  }
  return joined;
}

// Ada's group, with Bob as a member and one note, and both connected.
struct Group {
  explicit Group(RunningRelay& relay) : key(NewRow("groups")), tenant(TenantOf(key)) {
    {
      TestDevice founder(relay.port());
      founder.Hello(RunningRelay::Token("ada@a"), kAda);
      founder.Expect<Welcome>();
      founder.Push(tenant, {Found(key, "ada@a")});
      founder.Push(tenant, {MakeChangeSet(2, {InsertPerson(key, "bob@b", "member")})});
      founder.Push(tenant, {MakeChangeSet(3, {note})});
      while (founder.Expect<Verdict>().settled < 3) {
      }
    }
    ada = Join(relay, "ada@a", kAda);
    bob = Join(relay, "bob@b", kBob);
    REQUIRE(bob.rows.count(note.key));
  }
  RowKey key;
  TenantId tenant;
  RowChange note = InsertNote(key, "hello");
  Joined ada, bob;
};

RowChange Update(const RowKey& row, std::vector<FieldWrite> writes) {
  RowChange change;
  change.key = row;
  change.length = 1;
  change.writes = std::move(writes);
  return change;
}

}  // namespace

TEST_CASE("deploy: sessions come back, and hold what the new rules let them read, and no more") {
  RunningRelay relay;
  Group group(relay);
  REQUIRE_EQ(relay.Deploy(Edited(NotesForAdmins())).status, 200);
  CHECK_EQ(group.ada.device->ExpectClose(), 1012);
  CHECK_EQ(group.bob.device->ExpectClose(), 1012);
  CHECK_EQ(relay->metrics().deploys, 1);

  // Both begin anew: a snapshot replaces what the device held.
  const Joined bob = Join(relay, "bob@b", kBob, {{group.tenant, group.bob.cursor, 0}});
  CHECK_EQ(bob.rows.size(), 3);
  CHECK_FALSE(bob.rows.count(group.note.key));
  const Joined ada = Join(relay, "ada@a", kAda, {{group.tenant, group.ada.cursor, 3}});
  CHECK(ada.rows.count(group.note.key));

  // What Bob had written meanwhile is judged, and what he may not do is refused.
  bob.device->Push(group.tenant, {MakeChangeSet(1, {InsertNote(group.key, "mine")})});
  CHECK_EQ(bob.device->Expect<Verdict>().accepted.size(), 1);
}

// Of the rules in between, the log kept no rows as they were: it need not, for they do not ask for any.
TEST_CASE("deploy: who was away meanwhile holds nothing that went while other rules counted") {
  const auto reading = [](const std::string& allow) {
    return Edited({{R"("notes": {"read": [{"name": "all", "message": "m", "allow": ["true"]}])",
                    R"("notes": {"delete": [{"name": "d", "message": "m", "allow": ["true"]}],
                                 "read": [{"name": "r", "message": "m", "allow": )" +
                        allow + "}]"}});
  };
  const std::string by_row = reading(R"(["eq", ["row", "text"], ["literal", "hello"]])");
  RunningRelay relay;
  REQUIRE_EQ(relay.Deploy(by_row).status, 200);
  Group group(relay);
  REQUIRE_EQ(relay.Deploy(reading(R"(["true"])")).status, 200);
  const Joined ada = Join(relay, "ada@a", kAda, {{group.tenant, group.ada.cursor, 3}});
  ada.device->Push(group.tenant, {MakeChangeSet(4, {DeleteRow(group.note.key)})});
  REQUIRE_EQ(ada.device->Expect<Verdict>().accepted.size(), 1);
  REQUIRE_EQ(relay.Deploy(by_row).status, 200);
  const Joined bob = Join(relay, "bob@b", kBob, {{group.tenant, group.bob.cursor, 0}});
  CHECK_EQ(bob.rows.size(), 3);  // a snapshot, without the note
}

TEST_CASE("deploy: a wider schema alone resets nobody, and devices of before write on") {
  RunningRelay relay;
  Group group(relay);
  REQUIRE_EQ(relay.Deploy(Edited(WithDue(true))).status, 200);
  CHECK_EQ(group.bob.device->ExpectClose(), 1012);
  const Joined ada = Join(relay, "ada@a", kAda, {{group.tenant, group.ada.cursor, 3}});
  CHECK(ada.rows.empty());
  const RowChange dated = Update(group.note.key, {{"due", 7.0}});
  Edits updating =
      Both(WithDue(true), {{R"("insert": [{"name": "writers",)",
                            R"("update": [{"name": "w", "message": "m", "allow": ["true"]}],
                                            "insert": [{"name": "writers",)"}});
  REQUIRE_EQ(relay.Deploy(Edited(updating)).status, 200);
  const Joined newer = Join(relay, "ada@a", kAda, {{group.tenant, ada.cursor, 3}});
  newer.device->Push(group.tenant, {MakeChangeSet(4, {dated})});
  REQUIRE_EQ(newer.device->Expect<Verdict>().accepted.size(), 1);
  const Joined bob = Join(relay, "bob@b", kBob, {{group.tenant, group.bob.cursor, 0}});
  bob.device->Push(group.tenant,
                   {MakeChangeSet(1, {Update(group.note.key, {{"text", "hello, Bob"}})})});
  REQUIRE_EQ(bob.device->Expect<Verdict>().accepted.size(), 1);

  TestDevice eve(relay.port());
  eve.Hello(RunningRelay::Token("ada@a"), kEve);
  for (bool found = false; !found;) {
    for (const DeltaRow& row : eve.Expect<Chunk>().rows) {
      if (!(row.key == group.note.key)) continue;
      found = true;
      CHECK(row.state.fields.at("due") == Value(7.0));
      CHECK(row.state.fields.at("text") == Value("hello, Bob"));
    }
  }
}

TEST_CASE("deploy: what does not fit rows that exist is refused, and nobody is disturbed") {
  RunningRelay relay;
  Group group(relay);
  for (const bool dry_run : {true, false}) {
    const TestReply reply = relay.Deploy(Edited(WithDue(false)), dry_run);
    CHECK_EQ(reply.status, 409);
    CHECK(Contains(reply.body, R"("code":"conflict")"));
    CHECK(Contains(reply.body, "table notes: the new field due is required"));
    CHECK(Contains(reply.body, "v.optional(v.number())"));
  }
  group.ada.device->Push(group.tenant, {MakeChangeSet(4, {InsertNote(group.key, "still here")})});
  CHECK_EQ(group.ada.device->Expect<Verdict>().accepted.size(), 1);
  CHECK_EQ(relay->metrics().deploys_refused, 2);
  // A tenant that is closed counts as well.
  CHECK(relay->Stop());
  relay.Kill();
  relay.Start();
  CHECK_EQ(relay.Deploy(Edited(WithDue(false))).status, 409);
}

TEST_CASE("deploy: what fits no rows is free to change while there are none") {
  RunningRelay relay;
  TestDevice ada(relay.port());
  ada.Hello(RunningRelay::Token("ada@a"), kAda);
  const RowKey group = NewRow("groups");
  ada.Push(TenantOf(group), {Found(group, "ada@a")});
  ada.Expect<Verdict>();
  REQUIRE_EQ(relay.Deploy(Edited(WithDue(false))).status, 200);
  const Joined again = Join(relay, "ada@a", kAda);
  again.device->Push(TenantOf(group), {MakeChangeSet(2, {InsertNote(group, "no due")})});
  CHECK_EQ(again.device->Expect<Verdict>().refused.size(), 1);
}

TEST_CASE("deploy: a relay without an application says so, and takes one") {
  RunningRelay relay([](Config& config) { config.app.clear(); });
  CHECK_EQ(Request(relay.port(), "GET", "/healthz").status, 200);
  CHECK_EQ(Request(relay.port(), "GET", "/readyz").status, 503);
  CHECK_EQ(Request(relay.port(), "GET", "/admin/application", "", "", relay.AdminKey()).status,
           404);
  TestDevice early(relay.port());
  early.Hello(RunningRelay::Token("ada@a"), kAda);
  const Fault fault = early.Expect<Fault>();
  CHECK_EQ(fault.code, Code::kUnavailable);
  CHECK(Contains(fault.message, "run `syncline deploy`"));
  CHECK_EQ(early.ExpectClose(), 1013);

  REQUIRE_EQ(relay.Deploy(kApplicationJson).status, 200);
  CHECK_EQ(Request(relay.port(), "GET", "/readyz").status, 200);
  Group group(relay);
  // It is there after a restart, in order or not.
  CHECK(relay->Stop());
  relay.Kill();
  relay.Start();
  const Joined ada = Join(relay, "ada@a", kAda);
  CHECK_EQ(ada.rows.size(), 4);
  relay.Kill();
  relay.Start();
  CHECK_EQ(Join(relay, "bob@b", kBob).rows.size(), 4);
}

TEST_CASE("deploy: killed after the application was written, the relay starts with it") {
  RunningRelay relay;
  Group group(relay);
  relay.Kill();
  relay.config().app.clear();
  const std::string& data = relay.config().data;
  // As a crash leaves it: the file is in place, or only aside and cut short; nobody was told.
  std::ofstream(data + "/application.json.new") << "{\"schema\":";
  relay.Start();
  CHECK(Join(relay, "bob@b", kBob, {{group.tenant, group.bob.cursor, 0}}).rows.empty());
  relay.Kill();
  REQUIRE(WriteDeployed(data, *ParseDeployed(Edited(NotesForAdmins()))).has_value());
  relay.Start();
  CHECK_FALSE(
      Join(relay, "bob@b", kBob, {{group.tenant, group.bob.cursor, 0}}).rows.count(group.note.key));
  // Who deploys tries again, and is told that it is done.
  CHECK(Contains(relay.Deploy(Edited(NotesForAdmins())).body, R"("changed":false)"));
}

TEST_CASE("deploy: --app becomes what is deployed, if it fits") {
  RunningRelay relay;
  Group group(relay);
  REQUIRE_EQ(relay.Deploy(Edited(NotesForAdmins())).status, 200);
  relay.Kill();
  relay.Start();  // with the file of before
  CHECK(Join(relay, "bob@b", kBob).rows.count(group.note.key));
  relay.Kill();
  std::ofstream(relay.config().app) << Edited(WithDue(false));
  const auto refused = Relay::Start(relay.config());
  REQUIRE_FALSE(refused.has_value());
  CHECK_EQ(refused.error().code, Code::kConflict);
  CHECK(Contains(refused.error().message, "field due is required"));
  relay.config().app.clear();
  relay.Start();
  CHECK(Join(relay, "bob@b", kBob).rows.count(group.note.key));
}

TEST_CASE("deploy: members are found by what the new rules name them by") {
  const Edits login{{R"("email": {"fieldType")",
                     R"("login": {"fieldType": {"type": "string"}, "optional": true},
                        "email": {"fieldType")"}};
  const Edits by_login = Both(
      login, {{R"("field": "email", "claim": "email")", R"("field": "login", "claim": "sub")"}});
  RunningRelay relay;
  REQUIRE_EQ(relay.Deploy(Edited(login)).status, 200);
  Group group(relay);
  RowChange person = InsertPerson(group.key, "carol@c", "member");
  person.writes.push_back({"login", "carol"});
  std::sort(person.writes.begin(), person.writes.end(),
            [](const FieldWrite& a, const FieldWrite& b) { return a.path < b.path; });
  group.ada.device->Push(group.tenant, {MakeChangeSet(4, {person})});
  REQUIRE_EQ(group.ada.device->Expect<Verdict>().accepted.size(), 1);
  CHECK_EQ(Join(relay, "carol@c", kEve).tenants.size(), 1);
  CHECK(Join(relay, "carol", kEve, {}, false).tenants.empty());

  REQUIRE_EQ(relay.Deploy(Edited(by_login)).status, 200);
  CHECK_EQ(Join(relay, "carol", kEve).tenants.size(), 1);
  CHECK(Join(relay, "carol@c", kEve, {}, false).tenants.empty());
  // Also if the relay was killed before it had looked.
  relay.Kill();
  relay.config().app.clear();
  REQUIRE(WriteDeployed(relay.config().data, *ParseDeployed(Edited(login))).has_value());
  relay.Start();
  CHECK_EQ(Join(relay, "carol@c", kEve).tenants.size(), 1);
}

TEST_CASE("deploy: what is acknowledged while applications change is there at the end, once") {
  RunningRelay relay;
  Group group(relay);
  constexpr std::uint64_t kNotes = 300;
  std::atomic<std::size_t> connections{0};
  std::thread writer([&] {
    std::uint64_t next = 4;
    while (next < 4 + kNotes) {
      ++connections;
      TestDevice ada(relay.port());
      ada.Hello(RunningRelay::Token("ada@a"), kAda);
      std::optional<ChangeSet> offered;
      while (auto message = ada.Receive()) {
        if (std::holds_alternative<Fault>(*message)) continue;
        if (const auto* verdict = std::get_if<Verdict>(&*message)) {
          next = std::max(next, verdict->settled + 1);
          offered.reset();
        }
        if (next >= 4 + kNotes) break;
        if (offered) continue;
        offered = MakeChangeSet(next, {InsertNote(group.key, std::to_string(next))});
        ada.Push(group.tenant, {*offered});
      }
    }
  });
  constexpr std::size_t kDeploys = 20;
  for (std::size_t i = 0; i < kDeploys; ++i) {
    // The writer gets on in between, so that it is cut in the middle of its work.
    while (relay->metrics().accepted < 3 + i * (kNotes / kDeploys)) std::this_thread::yield();
    const Edits edits = i % 2 ? Edits{} : NotesForAdmins();
    CHECK_EQ(relay.Deploy(Edited(edits)).status, 200);
  }
  writer.join();
  CHECK_GE(connections.load(), kDeploys);
  // Each number was accepted once: a device that offers again after a cut is not counted twice.
  CHECK_EQ(relay->metrics().accepted, 3 + kNotes);
  std::size_t notes = 0;
  for (const RowKey& row : Join(relay, "ada@a", kEve).rows)
    notes += row.table == group.note.key.table;
  CHECK_EQ(notes, 1 + kNotes);
}

TEST_CASE("deploy: a relay that stops or is killed meanwhile ends in order") {
  for (const bool kill : {false, true}) {
    RunningRelay relay;
    Group group(relay);
    std::thread deploying([port = relay.port(), key = relay.AdminKey()] {
      try {
        for (std::size_t i = 0;; ++i) {
          const std::string application = Edited(i % 2 ? Edits{} : NotesForAdmins());
          Request(port, "POST", "/admin/application", application, "", key);
        }
      } catch (const std::exception&) {
        // The relay is gone.
      }
    });
    while (relay->metrics().deploys < 2) std::this_thread::yield();
    if (!kill) CHECK(relay->Stop());
    if (kill) relay.Kill();
    deploying.join();
    relay.Start();
    CHECK_EQ(Join(relay, "ada@a", kAda).rows.size(), 4);
  }
}

}  // namespace syncline::relay
