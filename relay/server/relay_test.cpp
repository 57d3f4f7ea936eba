// End to end over real sockets: the relay with two threads, devices as raw messages.
#include "relay/testing/running_relay.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

namespace syncline::relay {
namespace {

using namespace testing;

constexpr ReplicaId kAda{11}, kBob{22}, kEve{33};

// Ada has founded the group, and both she and her second device follow it.
struct Founded {
  explicit Founded(RunningRelay& relay)
      : group(NewRow("groups")), tenant(TenantOf(group)), ada(relay.port()) {
    ada.Hello(RunningRelay::Token("ada@example.com"), kAda);
    ada.Expect<Welcome>();
    ada.Push(tenant, {Found(group, "ada@example.com")});
    ada.Expect<Verdict>();
    ada.Expect<Delta>();
  }
  RowKey group;
  TenantId tenant;
  TestDevice ada;
};

// A further device that follows the group.
std::unique_ptr<TestDevice> Follow(RunningRelay& relay, const std::string& email,
                                   ReplicaId replica) {
  auto device = std::make_unique<TestDevice>(relay.port());
  device->Hello(RunningRelay::Token(email), replica);
  REQUIRE_EQ(device->Expect<Welcome>().tenants.size(), 1);
  while (!device->Expect<Delta>().completes_snapshot) {
  }
  return device;
}

}  // namespace

TEST_CASE("relay: a founder is told the verdict and then given the tenant") {
  RunningRelay relay;
  const RowKey group = NewRow("groups");
  TestDevice ada(relay.port());
  ada.Hello(RunningRelay::Token("ada@example.com"), kAda);
  CHECK(ada.Expect<Welcome>().tenants.empty());
  ada.Push(TenantOf(group), {Found(group, "ada@example.com")});
  const Verdict verdict = ada.Expect<Verdict>();
  CHECK_EQ(verdict.accepted.size(), 1);
  CHECK(verdict.refused.empty());
  CHECK_EQ(ada.Expect<Chunk>().rows.size(), 2);
  CHECK(ada.Expect<Delta>().completes_snapshot);
}

TEST_CASE("relay: two sessions see each other's change sets, and one device its own once") {
  RunningRelay relay;
  Founded founded(relay);
  founded.ada.Push(founded.tenant,
                   {MakeChangeSet(2, {InsertPerson(founded.group, "bob@b", "member")})});
  founded.ada.Expect<Delta>();
  const auto bob = Follow(relay, "bob@b", kBob);

  bob->Push(founded.tenant, {MakeChangeSet(1, {InsertNote(founded.group, "hello")})});
  const Delta seen = founded.ada.Expect<Delta>();
  REQUIRE_EQ(seen.rows.size(), 1);
  CHECK_EQ(bob->Expect<Verdict>().accepted.size(), 1);
  CHECK_EQ(bob->Expect<Delta>().to.seq, seen.to.seq);

  founded.ada.Push(founded.tenant, {MakeChangeSet(3, {InsertNote(founded.group, "hello, Bob")})});
  CHECK_EQ(bob->Expect<Delta>().rows.size(), 1);
}

TEST_CASE("relay: a person who becomes a member while connected is given the tenant") {
  RunningRelay relay;
  Founded founded(relay);
  TestDevice bob(relay.port());
  bob.Hello(RunningRelay::Token("bob@b"), kBob);
  CHECK(bob.Expect<Welcome>().tenants.empty());
  founded.ada.Push(founded.tenant,
                   {MakeChangeSet(2, {InsertPerson(founded.group, "bob@b", "member")})});
  CHECK_EQ(bob.Expect<Chunk>().tenant, founded.tenant);
  CHECK(bob.Expect<Delta>().completes_snapshot);
}

TEST_CASE("relay: a person who is removed is told so, and no more than that") {
  RunningRelay relay;
  Founded founded(relay);
  const RowChange person = InsertPerson(founded.group, "bob@b", "member");
  founded.ada.Push(founded.tenant, {MakeChangeSet(2, {person})});
  founded.ada.Expect<Delta>();
  const auto bob = Follow(relay, "bob@b", kBob);
  founded.ada.Push(founded.tenant, {MakeChangeSet(3, {DeleteRow(person.key)})});
  CHECK_EQ(bob->Expect<Left>().tenant, founded.tenant);

  TestDevice again(relay.port());
  again.Hello(RunningRelay::Token("bob@b"), ReplicaId{44}, {{founded.tenant, {}, 0}});
  CHECK(again.Expect<Welcome>().tenants.empty());
}

TEST_CASE("relay: a repeated push is acknowledged and counts once") {
  RunningRelay relay;
  Founded founded(relay);
  const ChangeSet note = MakeChangeSet(2, {InsertNote(founded.group, "once")});
  founded.ada.Push(founded.tenant, {note});
  const std::uint64_t seq = founded.ada.Expect<Delta>().to.seq;
  founded.ada.Push(founded.tenant, {note});
  const Verdict again = founded.ada.Expect<Verdict>();
  CHECK_EQ(again.settled, 2);
  CHECK_EQ(again.seq, seq);
  CHECK_EQ(relay->metrics().repeated, 1);
  CHECK_EQ(relay->metrics().accepted, 2);
}

TEST_CASE("relay: a tenant that is not there and one that denies look the same") {
  RunningRelay relay;
  Founded founded(relay);
  TestDevice eve(relay.port());
  eve.Hello(RunningRelay::Token("eve@e"), kEve, {{founded.tenant, {}, 0}});
  CHECK(eve.Expect<Welcome>().tenants.empty());
  const RowKey nowhere = NewRow("groups");
  const auto push = [&](const RowKey& group) {
    eve.Push(TenantOf(group), {MakeChangeSet(1, {InsertNote(group, "mine")})});
    const Verdict verdict = eve.Expect<Verdict>();
    CHECK_EQ(verdict.settled, 1);
    REQUIRE_EQ(verdict.refused.size(), 1);
    return verdict.refused[0];
  };
  const Refusal denied = push(founded.group);
  const Refusal unknown = push(nowhere);
  CHECK_EQ(denied.code, Code::kDenied);
  CHECK_EQ(unknown.code, denied.code);
  CHECK_EQ(unknown.message, denied.message);
  CHECK_EQ(unknown.row, denied.row);
  CHECK_EQ(relay->metrics().unknown_tenants, 1);
}

TEST_CASE("relay: a bad token ends its session with a code, and only that one") {
  RunningRelay relay;
  Founded founded(relay);
  for (const std::string& token :
       {std::string("no token"), RunningRelay::Token("ada@example.com") + "x",
        RunningRelay::Token("ada@example.com", 0)}) {
    TestDevice device(relay.port());
    device.Hello(token, kEve);
    CHECK_EQ(device.Expect<Fault>().code, Code::kDenied);
    CHECK_EQ(device.ExpectClose(), 1008);
  }
  CHECK_EQ(relay->metrics().tokens_refused, 3);
  founded.ada.Push(founded.tenant, {MakeChangeSet(2, {InsertNote(founded.group, "still here")})});
  CHECK_EQ(founded.ada.Expect<Verdict>().accepted.size(), 1);
}

TEST_CASE("relay: a malformed message ends its session, and only that one") {
  RunningRelay relay;
  Founded founded(relay);
  for (const Bytes& bytes : {Bytes("\xff\xff\xff"), Bytes(1000, '\0'), Bytes("\x02\x63x")}) {
    TestDevice stranger(relay.port());
    stranger.SendRaw(bytes);
    stranger.Expect<Fault>();
    CHECK_EQ(stranger.ExpectClose(), 1008);

    const auto member = Follow(relay, "ada@example.com", kBob);
    member->SendRaw(bytes);
    member->Expect<Fault>();
    CHECK_EQ(member->ExpectClose(), 1008);
  }
  TestDevice text(relay.port());
  text.SendRaw("hello", false);
  CHECK_EQ(text.Expect<Fault>().code, Code::kInvalid);
  CHECK_EQ(text.ExpectClose(), 1003);

  founded.ada.Push(founded.tenant, {MakeChangeSet(2, {InsertNote(founded.group, "still here")})});
  CHECK_EQ(founded.ada.Expect<Verdict>().accepted.size(), 1);
}

TEST_CASE("relay: before the token is known, only small messages are read") {
  RunningRelay relay;
  TestDevice device(relay.port());
  device.SendRaw(Bytes(200 << 10, 'x'));
  // The rest of the message is never read, so a reset may overtake the reason (then there is none).
  const std::uint16_t reason = device.ExpectClose();
  CHECK((reason == 1009 || reason == 0));
}

TEST_CASE("relay: an expired token ends the session") {
  RunningRelay relay;
  TestDevice device(relay.port());
  device.Hello(RunningRelay::Token("ada@example.com", 600), kAda);
  device.Expect<Welcome>();
  relay.MoveClock(601'000);
  CHECK_EQ(device.Expect<Fault>().code, Code::kDenied);
  CHECK_EQ(device.ExpectClose(), 1008);
}

TEST_CASE("relay: a renewed token of the same person goes on, of another ends the session") {
  RunningRelay relay;
  TestDevice device(relay.port());
  device.Hello(RunningRelay::Token("ada@example.com", 600), kAda);
  device.Expect<Welcome>();
  device.Send(Renew{RunningRelay::Token("ada@example.com", 6000)});
  const RowKey group = NewRow("groups");
  device.Push(TenantOf(group), {Found(group, "ada@example.com")});
  device.Expect<Delta>();
  relay.MoveClock(601'000);
  device.Push(TenantOf(group), {MakeChangeSet(2, {InsertNote(group, "later")})});
  CHECK_EQ(device.Expect<Verdict>().accepted.size(), 1);
  device.Send(Renew{RunningRelay::Token("bob@b", 6000)});
  CHECK_EQ(device.Expect<Fault>().code, Code::kDenied);
}

TEST_CASE("relay: a page of a foreign origin may not connect") {
  RunningRelay relay;
  CHECK_EQ(TestDevice(relay.port(), "https://evil.example").status(), 403);
  CHECK_EQ(TestDevice(relay.port(), "http://localhost:5173").status(), 101);
  CHECK_EQ(relay->metrics().origins_refused, 1);
}

TEST_CASE("relay: connections of one address are bounded") {
  RunningRelay relay([](Config& config) { config.connections_per_address_max = 2; });
  TestDevice first(relay.port());
  TestDevice second(relay.port());
  CHECK_NE(TestDevice(relay.port()).status(), 101);
  CHECK_EQ(relay->metrics().connections_refused, 1);
}

TEST_CASE("relay: who sends too fast is held back, and loses nothing") {
  RunningRelay relay([](Config& config) { config.messages_per_second = 20; });
  Founded founded(relay);
  for (std::uint64_t number = 2; number <= 50; ++number) {
    founded.ada.Push(founded.tenant, {MakeChangeSet(number, {InsertNote(founded.group, "note")})});
  }
  while (founded.ada.Expect<Verdict>().settled < 50) {
  }
  CHECK_EQ(relay->metrics().accepted, 50);
  CHECK_GT(relay->metrics().held_back, 0);
}

TEST_CASE("relay: a slow reader is cut, and goes on from its cursor") {
  RunningRelay relay([](Config& config) { config.session_queue_bytes_max = 1 << 20; });
  Founded founded(relay);
  const auto slow = Follow(relay, "ada@example.com", kBob);
  std::uint64_t number = 1;
  const std::string text(500'000, 'x');
  while (relay->metrics().slow_readers_cut == 0) {
    REQUIRE_LT(number, 200);
    founded.ada.Push(founded.tenant, {MakeChangeSet(++number, {InsertNote(founded.group, text)})});
    founded.ada.Expect<Delta>();
  }
  std::size_t notes = 0;
  Cursor cursor;
  while (auto message = slow->Receive()) {
    if (const auto* delta = std::get_if<Delta>(&*message)) {
      notes += delta->rows.size();
      cursor = delta->to;
    }
  }
  TestDevice again(relay.port());
  again.Hello(RunningRelay::Token("ada@example.com"), kBob, {{founded.tenant, cursor, 0}});
  const Delta rest = again.Expect<Delta>();
  CHECK_EQ(notes + rest.rows.size(), number - 1);
}

TEST_CASE("relay: what is due in one turn leaves as one message") {
  RunningRelay relay;
  Founded founded(relay);
  const std::size_t before = founded.ada.messages();
  founded.ada.Push(founded.tenant, {MakeChangeSet(2, {InsertNote(founded.group, "hello")})});
  founded.ada.Expect<Verdict>();
  founded.ada.Expect<Delta>();
  CHECK_EQ(founded.ada.messages(), before + 1);
}

TEST_CASE("relay: data survives a restart, and a crash") {
  RunningRelay relay;
  const RowKey group = NewRow("groups");
  {
    TestDevice ada(relay.port());
    ada.Hello(RunningRelay::Token("ada@example.com"), kAda);
    ada.Push(TenantOf(group), {Found(group, "ada@example.com")});
    ada.Expect<Verdict>();
  }
  relay.Kill();
  relay.Start();
  {
    const auto ada = Follow(relay, "ada@example.com", kAda);
    ada->Push(TenantOf(group), {MakeChangeSet(2, {InsertPerson(group, "bob@b", "member")})});
    CHECK_EQ(ada->Expect<Verdict>().accepted.size(), 1);
  }
  CHECK(relay->Stop());
  relay.Kill();
  // A damaged directory is made anew from the tenants.
  std::ofstream(relay.config().data + "/directory.db") << std::string(5000, 'x');
  relay.Start();
  Follow(relay, "ada@example.com", kAda);
  Follow(relay, "bob@b", kBob);
}

TEST_CASE("relay: put back from a backup and told so, it asks for what it forgot") {
  RunningRelay relay;
  const RowKey group = NewRow("groups");
  const std::string data = relay.config().data, backup = relay.folder() + "/backup";
  Cursor cursor;
  const auto write = [&](std::uint64_t number) {
    const auto ada = Follow(relay, "ada@example.com", kAda);
    ada->Push(TenantOf(group), {MakeChangeSet(number, {InsertNote(group, "a note")})});
    ada->Expect<Verdict>();
    cursor = ada->Expect<Delta>().to;
  };
  {
    TestDevice ada(relay.port());
    ada.Hello(RunningRelay::Token("ada@example.com"), kAda);
    ada.Push(TenantOf(group), {Found(group, "ada@example.com")});
    ada.Expect<Verdict>();
  }
  relay.Kill();
  std::filesystem::copy(data, backup, std::filesystem::copy_options::recursive);
  relay.Start();
  write(2);
  // What the relay says first to a device that was told that its 2 is safe.
  const auto greeted = [&] {
    TestDevice ada(relay.port());
    ada.Hello(RunningRelay::Token("ada@example.com"), kAda,
              {{TenantOf(group), cursor, 2, cursor.epoch, 0}});
    ada.Expect<Welcome>();
    auto message = ada.Receive();
    while (message && std::holds_alternative<About>(*message)) message = ada.Receive();
    return message;
  };
  for (const bool told : {false, true}) {
    const auto in_use = Relay::MarkRestored(relay.config());
    REQUIRE_FALSE(in_use.has_value());
    CHECK_EQ(in_use.error().code, Code::kConflict);
    relay.Kill();
    std::filesystem::remove_all(data);
    std::filesystem::copy(backup, data, std::filesystem::copy_options::recursive);
    if (told) {
      const auto marked = Relay::MarkRestored(relay.config());
      REQUIRE_MESSAGE(marked.has_value(), (marked ? "" : marked.error().message));
      CHECK_EQ(*marked, 1);
    }
    relay.Start();
    const auto first = greeted();
    REQUIRE(first.has_value());
    const Again* again = std::get_if<Again>(&*first);
    REQUIRE_EQ(again != nullptr, told);
    if (again) CHECK_EQ(again->known, 1);
  }
}

TEST_CASE("relay: a stop in order tells sessions to come back") {
  RunningRelay relay;
  Founded founded(relay);
  std::thread stop([&] { CHECK(relay->Stop()); });
  CHECK_EQ(founded.ada.ExpectClose(), 1012);
  stop.join();
}

TEST_CASE("relay: a session that does not answer its close is cut") {
  RunningRelay relay;
  Founded founded(relay);
  CHECK(relay->Stop());  // within shutdown_s, although the device reads nothing
}

TEST_CASE("relay: one folder and one port belong to one relay") {
  RunningRelay relay;
  Config same_folder = relay.config();
  const auto second = Relay::Start(same_folder);
  REQUIRE_FALSE(second.has_value());
  CHECK_EQ(second.error().code, Code::kConflict);

  const TemporaryFolder folder;
  Config same_port = relay.config();
  same_port.data = folder.path();
  same_port.port = relay.port();
  const auto third = Relay::Start(same_port);
  REQUIRE_FALSE(third.has_value());
  CHECK_EQ(third.error().code, Code::kConflict);
}

TEST_CASE("relay: what is wrong with its files is said at the start") {
  const auto failing = [](auto change) {
    try {
      RunningRelay relay(change);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(failing([](Config& config) { config.app += "x"; }).find("app.jsonx") != std::string::npos);
  CHECK(failing([](Config& config) { config.app = config.keys[0].file; }).find("secret") !=
        std::string::npos);
  CHECK(failing([](Config& config) { config.keys[0].algorithm = "RS512"; }).find("RS512") !=
        std::string::npos);
  CHECK(failing([](Config& config) { config.keys[0].algorithm = "RS256"; }).find("PEM") !=
        std::string::npos);
  CHECK(failing([](Config& config) { config.serve_dir = "/no/such"; }).find("serve_dir") !=
        std::string::npos);
  CHECK(failing([](Config& config) { config.address = "localhost"; }).find("address") !=
        std::string::npos);
}

}  // namespace syncline::relay
