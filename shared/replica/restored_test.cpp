// What a device offers to a relay that was restored from before it had accepted it (shared/decisions/0012).
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/replica/testing_sync.hpp"

namespace syncline::testing {
namespace {

// A snapshot of a copy that has no rows, in another epoch.
void Resync(Device& device, const TenantId& tenant) {
  REQUIRE(device.OnChunk({tenant, 0, {}}));
  REQUIRE(device.OnDelta({tenant, {88, 1, "scope"}, true, {}}));
}

std::vector<Bytes> PendingOf(const Device& device, const TenantId& tenant) {
  std::vector<Bytes> pending;
  for (const OutboxEntry* entry : device.PendingAfter(tenant, 0, 100)) {
    pending.push_back(EncodeChangeSet(entry->change_set));
  }
  return pending;
}

TEST_CASE("what a restored relay forgot is pending again, as it was, once its snapshot is whole") {
  Office office;
  Device& device = office.ben.replica->device();
  const TenantId tenant{office.organization};
  office.ben.Insert("schedules", office.Schedule("one"));
  office.ben.Insert("schedules", office.Schedule("two"));
  office.ben.Insert("schedules", office.Schedule("three"));
  std::vector<Bytes> made = PendingOf(device, tenant);
  Settle(office.relay, office.everyone);
  REQUIRE(device.pending_count() == 0);

  REQUIRE(device.OnAgain({tenant, 1}));
  CHECK(device.pending_count() == 0);
  CHECK_FALSE(device.OfferedAbove(tenant));
  Resync(device, tenant);
  made.erase(made.begin());
  CHECK(PendingOf(device, tenant) == made);
  CHECK(device.OfferedAbove(tenant) == 1);
  CHECK(office.ben.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"two"})",
                                 R"({"status":"draft","title":"three"})"});
}

TEST_CASE("the number of a refused change set is told to a restored relay by one without rows") {
  Office office;
  Device& device = office.ben.replica->device();
  const TenantId tenant{office.organization};
  office.ben.Insert("schedules", office.Schedule("one"));
  office.ben.Patch(Person::IdOf(office.ben, "users", "ben@example.org"), R"({"role":"admin"})",
                   false);
  office.ben.Insert("schedules", office.Schedule("three"));
  Settle(office.relay, office.everyone);
  REQUIRE(office.ben.replica->TakeNews().refused.size() == 1);
  office.ben.Disconnect();
  office.ben.Connect();
  Settle(office.relay, office.everyone);

  REQUIRE(device.OnAgain({tenant, 0}));
  Resync(device, tenant);
  Bytes message = office.ben.replica->session().TakeOutgoing();
  ByteView view = message;
  wire::Memory stream;
  const Result<Message> push = TakeDeviceFrame(view, &stream);
  REQUIRE(push);
  const auto& offered = std::get<Push>(*push).change_sets;
  REQUIRE(offered.size() == 3);
  CHECK(offered[1].number == 2);
  CHECK(offered[1].rows.empty());
  CHECK(offered[2].rows.size() == 1);
}

TEST_CASE("nothing of a tenant is offered before the relay could say that it forgot some of it") {
  Office office;
  const TenantId tenant{office.organization};
  DeviceSession& session = office.ben.replica->session();
  office.ben.Insert("schedules", office.Schedule("one"));
  Settle(office.relay, office.everyone);
  office.ben.Disconnect();
  office.ben.Insert("schedules", office.Schedule("two"));

  static_cast<void>(session.Connected("token", 0));
  Welcome welcome;
  welcome.tenants = {tenant};
  REQUIRE(session.Receive(EncodeFrame(welcome), 0));
  CHECK(session.TakeOutgoing().empty());
  REQUIRE(session.Receive(EncodeFrame(Again{tenant, 0}), 0));
  CHECK(session.TakeOutgoing().empty());
  REQUIRE(session.Receive(EncodeFrame(Chunk{tenant, 0, {}}), 0));
  CHECK(session.TakeOutgoing().empty());
  REQUIRE(session.Receive(EncodeFrame(Delta{tenant, {88, 1, "scope"}, true, {}}), 0));
  const Bytes message = session.TakeOutgoing();
  ByteView view = message;
  wire::Memory stream;
  const Result<Message> push = TakeDeviceFrame(view, &stream);
  REQUIRE(push);
  CHECK(std::get<Push>(*push).change_sets.size() == 2);
}

TEST_CASE(
    "what is written after a change set is pending again wins over it, also if that was stamped "
    "ahead") {
  Office office;
  Device& device = office.ben.replica->device();
  const TenantId tenant{office.organization};
  const std::string id = office.ben.Insert("schedules", office.Schedule("one"));
  office.ben.Disconnect();
  office.ben.ahead_ms = 3'600'000;
  office.ben.Patch(id, R"({"title":"ahead"})");
  office.ben.ahead_ms = 0;
  office.ben.Connect();
  Settle(office.relay, office.everyone);
  REQUIRE(device.pending_count() == 0);
  // With nothing pending, the clock need not be ahead any more.
  office.ben.Disconnect();
  office.ben.Connect();
  Settle(office.relay, office.everyone);

  REQUIRE(device.OnAgain({tenant, 0}));
  Resync(device, tenant);
  REQUIRE(device.pending_count() == 2);
  // The copy knows no members either.
  CHECK(office.ben.Patch(id, R"({"title":"now"})", false) == "");
  CHECK(office.ben.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"now"})"});
}

TEST_CASE("the newest accepted change sets are kept, and those of a tenant that was left are not") {
  Office office;
  Device& device = office.ben.replica->device();
  const TenantId tenant{office.organization};
  const auto kept = [&] {
    Statement count = device.database().Prepare("SELECT COUNT(*) FROM _outbox");
    REQUIRE(*count.Step());
    return static_cast<std::uint64_t>(count.integer(0));
  };
  for (std::uint64_t i = 0; i < kAcceptedKeptMax + 20; ++i) {
    office.ben.Insert("schedules", office.Schedule("one"));
    if (i % 100 == 0) Settle(office.relay, office.everyone);
  }
  Settle(office.relay, office.everyone);
  CHECK(kept() == kAcceptedKeptMax);
  office.ben.Insert("schedules", office.Schedule(std::string(20'000, 'x')));
  Settle(office.relay, office.everyone);
  CHECK(kept() == 0);
  office.ben.Insert("schedules", office.Schedule("last"));
  Settle(office.relay, office.everyone);
  CHECK(kept() == 1);
  REQUIRE(device.OnLeft(tenant));
  CHECK(kept() == 0);
}

}  // namespace
}  // namespace syncline::testing
