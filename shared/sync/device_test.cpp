// What a device's file must survive: another application's tables, an older copy of itself, a change set
// that no relay could take. replica_test.cpp has what devices and a relay come to together.
#include "shared/sync/device.hpp"

#include <doctest/doctest.h>

#include "shared/value/id.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kNowMs = 1'700'000'000'000;
constexpr std::uint64_t kEpoch = 77;

// An application of organizations, users and the tables that are named.
Application ApplicationWith(const std::vector<std::string>& tables) {
  std::string schema = R"({"tables":[
    {"tableName":"organizations","indexes":[],"documentType":{"type":"any"}},
    {"tableName":"users","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":{"fieldType":{"type":"id","tableName":"organizations"},"optional":false},
      "email":{"fieldType":{"type":"string"},"optional":false},
      "role":{"fieldType":{"type":"string"},"optional":false}}}})";
  std::string fields = R"("users":"organizationId")";
  for (const std::string& table : tables) {
    schema +=
        R"(,{"tableName":")" + table + R"(","indexes":[],"documentType":{"type":"object","value":{
      "organizationId":{"fieldType":{"type":"id","tableName":"organizations"},"optional":false},
      "title":{"fieldType":{"type":"string"},"optional":false}}}})";
    fields += R"(,")" + table + R"(":"organizationId")";
  }
  Result<Application> application =
      ParseApplication(R"({"schema":)" + schema + R"(],"schemaValidation":true},"rules":{
      "tenancy":{"root":"organizations","fields":{)" +
                       fields + R"(}},
      "membership":{"table":"users","field":"email","claim":"email","role":"role"},"tables":{}}})");
  REQUIRE_MESSAGE(application, (application ? "" : application.error().message));
  return std::move(*application);
}

const TenantId& TheTenant() {
  static const TenantId tenant{IdToText({NumberOfTable("organizations"), MakeRowId(kNowMs, 1, 1)})};
  return tenant;
}

std::unique_ptr<Database> NewFile() {
  auto database = Database::Open({":memory:", "", Durability::kNone, 1024, false});
  REQUIRE(database);
  return std::move(*database);
}

std::unique_ptr<Device> OpenDevice(Database& file, const Application& application) {
  auto device = Device::Open(file, application, {5});
  REQUIRE_MESSAGE(device, (device ? "" : device.error().message));
  return std::move(*device);
}

RowKey NewKey(const std::string& table, std::uint64_t ordinal) {
  return {NumberOfTable(table), MakeRowId(kNowMs, 2, ordinal)};
}

// The insert of a row, as a mutation would enqueue it; gives the change set's number.
Result<std::uint64_t> Insert(Device& device, const RowKey& key, const std::string& title) {
  REQUIRE(device.database().Begin());
  const Result<TenantNo> no = device.Ensure(TheTenant());
  REQUIRE(no);
  const HybridTime time = device.clock().Tick(kNowMs);
  LocalChange local;
  local.change = {key, 1, true, 1.0, {{"organizationId", TheTenant().text}, {"title", title}}};
  RowState state;
  static_cast<void>(Apply(state, local.change, {time, device.replica()}));
  const Row row = ToRow(key.id, state);
  std::vector<TouchedKey> touched;
  REQUIRE(device.store().Write(*no, key.table, nullptr, &row, touched));
  std::vector<LocalChange> changes;
  changes.push_back(std::move(local));
  Result<std::uint64_t> number = device.Enqueue(TheTenant(), std::move(changes), time, {});
  if (number) {
    REQUIRE(device.database().Commit());
    device.Committed(std::move(touched));
  } else {
    device.database().Rollback();
    REQUIRE(device.RolledBack());
  }
  return number;
}

// Follows the tenant, up to `seq`.
void Follow(Device& device, std::uint64_t seq) {
  REQUIRE(device.OnWelcome({0, 0, {TheTenant()}}, kNowMs));
  REQUIRE(device.OnChunk({TheTenant(), 0, {}}));
  REQUIRE(device.OnDelta({TheTenant(), {kEpoch, seq, "scope"}, true, {}}));
}

TEST_CASE("what is pending for a table that the application no longer has is still settled") {
  const auto file = NewFile();
  const Application with_notes = ApplicationWith({"notes"});
  const Application without = ApplicationWith({});
  {
    const auto device = OpenDevice(*file, with_notes);
    REQUIRE(Insert(*device, NewKey("notes", 1), "x"));
    REQUIRE(Insert(*device, NewKey("notes", 2), "y"));
  }
  const auto device = OpenDevice(*file, without);
  CHECK(device->pending_count() == 2);
  Follow(*device, 1);
  REQUIRE(device->OnVerdict({TheTenant(), 1, 1, 0, {}, {{1, Code::kInvalid, "no", "", "", ""}}},
                            kNowMs));
  CHECK(device->pending_count() == 1);
  REQUIRE(device->OnVerdict({TheTenant(), 2, 1, 0, {}, {}}, kNowMs));
  CHECK(device->pending_count() == 0);
}

TEST_CASE("an application with a new table asks for its rows, which were passed over before") {
  const auto file = NewFile();
  const Application old = ApplicationWith({});
  const Application grown = ApplicationWith({"notes"});
  {
    const auto device = OpenDevice(*file, old);
    Follow(*device, 9);
  }
  CHECK(OpenDevice(*file, old)->CursorOf(TheTenant())->epoch == kEpoch);
  CHECK(OpenDevice(*file, grown)->CursorOf(TheTenant())->epoch == 1);
}

TEST_CASE("a file older than what the relay has decided gives no number twice") {
  const auto file = NewFile();
  const Application application = ApplicationWith({"notes"});
  const auto device = OpenDevice(*file, application);
  Follow(*device, 9);
  REQUIRE(device->OnVerdict({TheTenant(), 40, 9, 0, {}, {}}, kNowMs));
  CHECK(*Insert(*device, NewKey("notes", 1), "x") == 41);
}

TEST_CASE(
    "a change set that no relay could take is refused where it is made, and leaves no trace") {
  const auto file = NewFile();
  const Application application = ApplicationWith({"notes"});
  const auto device = OpenDevice(*file, application);
  const auto number = Insert(*device, NewKey("notes", 1), std::string(17 << 20, 'x'));
  REQUIRE_FALSE(number);
  CHECK(number.error().code == Code::kInvalid);
  CHECK(device->pending_count() == 0);
  CHECK(*Insert(*device, NewKey("notes", 1), "x") == 1);
}

TEST_CASE(
    "a set-aside file without our tables gives nothing, and a whole one gives all that was "
    "pending") {
  const Application application = ApplicationWith({"notes"});
  const auto file = NewFile();
  const auto nothing = NewFile();
  const auto device = OpenDevice(*file, application);
  const auto none = device->TakeOver(*nothing);
  REQUIRE(none);
  CHECK_FALSE(none->complete);
  const auto old_file = NewFile();
  REQUIRE(Insert(*OpenDevice(*old_file, application), NewKey("notes", 1), "x"));
  const auto taken = device->TakeOver(*old_file);
  REQUIRE(taken);
  CHECK(taken->complete);
  CHECK(taken->change_sets == 1);
  CHECK(device->pending_count() == 1);
  CHECK(*Insert(*device, NewKey("notes", 2), "y") == 2);
}

TEST_CASE("a set-aside file whose outbox cannot be read gives no number a second time") {
  const Application application = ApplicationWith({"notes"});
  const auto old_file = NewFile();
  REQUIRE(Insert(*OpenDevice(*old_file, application), NewKey("notes", 1), "x"));
  REQUIRE(old_file->Run("UPDATE _outbox SET bytes=X'00'"));
  const auto file = NewFile();
  const auto device = OpenDevice(*file, application);
  const auto taken = device->TakeOver(*old_file);
  REQUIRE(taken);
  CHECK_FALSE(taken->complete);
  CHECK(device->pending_count() == 0);
  CHECK(device->MakeHello("", kNowMs).tenants.front().settled == 1);
  CHECK(*Insert(*device, NewKey("notes", 2), "y") == 2);
}

}  // namespace
}  // namespace syncline
