#include "relay/tenants/directory.hpp"

#include <functional>

#include "relay/testing/application.hpp"
#include "relay/testing/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {
namespace {

using namespace testing;

std::unique_ptr<Directory> OpenIn(const std::string& folder) {
  Database::Options options;
  options.path = folder + "/directory.sqlite";
  auto database = Database::Open(options);
  REQUIRE(database.has_value());
  auto directory = Directory::Open(std::move(*database), MakeFileStorage(folder));
  REQUIRE(directory.has_value());
  return std::move(*directory);
}

std::vector<TenantId> TenantsOf(Directory& directory, const Bytes& member) {
  auto tenants = directory.TenantsOf(member);
  REQUIRE(tenants.has_value());
  return *tenants;
}

void FailUnreadable(const TenantId&, const Error& error) { FAIL(error.message); }

Bytes MemberOf(const Application& application, const std::string& email) {
  Object claims;
  claims.Set("email", email);
  return *application.rules.MemberKey(claims);
}

// Commits a change set to the tenant, as the relay would, but tells no directory.
void CommitAlone(const Application& application, const TenantStorage& storage,
                 const TenantId& tenant, const ChangeSet& change_set, const std::string& email) {
  auto database = storage.open(tenant);
  REQUIRE(database.has_value());
  auto authority = Authority::Open(std::move(*database), application, tenant, {}, 9);
  REQUIRE(authority.has_value());
  Peer peer{{1}, {7}, {}, 0};
  peer.claims.Set("email", email);
  (*authority)->Submit(peer, {change_set});
  REQUIRE((*authority)->Commit(change_set.time.unix_ms()).has_value());
  REQUIRE_FALSE((*authority)->empty());
}

}  // namespace

TEST_CASE("directory: knows who is a member of what, also after it was closed") {
  const TemporaryFolder folder;
  const TenantId a{"a"}, b{"b"};
  {
    const auto directory = OpenIn(folder.path());
    REQUIRE(directory->Apply(b, {{"ada", true}, {"bob", true}}).has_value());
    REQUIRE(directory->Apply(a, {{"ada", true}, {"ada", true}}).has_value());
    REQUIRE(directory->Apply(b, {{"bob", false}, {"nobody", false}}).has_value());
  }
  const auto directory = OpenIn(folder.path());
  CHECK_EQ(TenantsOf(*directory, "ada"), std::vector<TenantId>{a, b});
  CHECK(TenantsOf(*directory, "bob").empty());
  REQUIRE(directory->Replace(b, {"bob"}).has_value());
  CHECK_EQ(TenantsOf(*directory, "ada"), std::vector<TenantId>{a});
  CHECK_EQ(TenantsOf(*directory, "bob"), std::vector<TenantId>{b});
  REQUIRE(directory->Remove(b).has_value());
  CHECK(TenantsOf(*directory, "bob").empty());
}

TEST_CASE("directory: a tenant stays dirty until it is marked clean") {
  const TemporaryFolder folder;
  const TenantId a{"a"};
  CHECK_EQ(*OpenIn(folder.path())->MarkDirty(a), false);
  const auto directory = OpenIn(folder.path());
  CHECK_EQ(*directory->MarkDirty(a), true);
  CHECK_EQ(*directory->DirtyTenants(), std::vector<TenantId>{a});
  REQUIRE(directory->MarkClean(a).has_value());
  CHECK(directory->DirtyTenants()->empty());
}

TEST_CASE("directory: members that a crash kept from it are read from the dirty tenants") {
  const TemporaryFolder folder;
  const Application application = MakeApplication();
  const TenantStorage storage = MakeFileStorage(folder.path());
  const RowKey group = NewRow("groups");
  const TenantId tenant = TenantOf(group);
  const auto directory = OpenIn(folder.path());
  REQUIRE(directory->MarkDirty(tenant).has_value());
  CommitAlone(application, storage, tenant, Found(group, "ada@a"), "ada@a");
  // A tenant that was to be made when the crash came.
  REQUIRE(directory->MarkDirty({"never"}).has_value());
  CHECK(TenantsOf(*directory, MemberOf(application, "ada@a")).empty());

  const auto recovered = RecoverDirectory(*directory, storage, application, FailUnreadable);
  REQUIRE(recovered.has_value());
  CHECK_EQ(*recovered, 2);
  CHECK_EQ(TenantsOf(*directory, MemberOf(application, "ada@a")), std::vector<TenantId>{tenant});
  CHECK(directory->DirtyTenants()->empty());
}

TEST_CASE("directory: one that was lost is made anew from the tenants") {
  const TemporaryFolder folder;
  const Application application = MakeApplication();
  const TenantStorage storage = MakeFileStorage(folder.path());
  const RowKey group = NewRow("groups");
  CommitAlone(application, storage, TenantOf(group), Found(group, "ada@a"), "ada@a");
  // Open, but never founded.
  REQUIRE(storage.open({"empty"}).has_value());

  const TemporaryFolder lost;
  Database::Options options;
  options.path = lost.path() + "/directory.db";
  const auto directory = Directory::Open(std::move(*Database::Open(options)), storage);
  REQUIRE(directory.has_value());
  REQUIRE(RecoverDirectory(**directory, storage, application, FailUnreadable).has_value());
  CHECK_EQ(TenantsOf(**directory, MemberOf(application, "ada@a")),
           std::vector<TenantId>{TenantOf(group)});
  CHECK_FALSE(storage.exists({"empty"}));
}

TEST_CASE("directory: a tenant that cannot be read is reported, stays dirty and stops nothing") {
  const TemporaryFolder folder;
  const Application application = MakeApplication();
  TenantStorage storage = MakeFileStorage(folder.path());
  storage.exists = [](const TenantId&) { return true; };
  storage.open = [](const TenantId&) -> Result<std::unique_ptr<Database>> {
    return Fail(Code::kCorrupt, "damaged");
  };
  const auto directory = OpenIn(folder.path());
  REQUIRE(directory->MarkDirty({"a"}).has_value());
  std::vector<std::string> reported;
  const auto recovered = RecoverDirectory(
      *directory, storage, application,
      [&](const TenantId& tenant, const Error&) { reported.push_back(tenant.text); });
  REQUIRE(recovered.has_value());
  CHECK_EQ(reported, std::vector<std::string>{"a"});
  CHECK_EQ(directory->DirtyTenants()->size(), 1);
}

}  // namespace syncline::relay
