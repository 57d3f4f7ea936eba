#include "relay/tenants/directory.hpp"

#include <optional>
#include <utility>

#include "shared/wire/messages.hpp"

namespace syncline::relay {
namespace {

constexpr const char* kTables =
    "CREATE TABLE members (member BLOB NOT NULL, tenant TEXT NOT NULL,"
    " PRIMARY KEY (member, tenant)) WITHOUT ROWID;"
    "CREATE INDEX members_by_tenant ON members (tenant);"
    "CREATE TABLE dirty (tenant TEXT PRIMARY KEY) WITHOUT ROWID;"
    "PRAGMA user_version = 1";
// Since the first version: the one row names the table and field that members are read from.
constexpr const char* kDrawnFrom =
    "CREATE TABLE IF NOT EXISTS drawn_from (place TEXT PRIMARY KEY) WITHOUT ROWID";

Result<std::vector<TenantId>> ReadTenants(Statement& rows) {
  std::vector<TenantId> out;
  for (;;) {
    const auto row = rows.Step();
    if (!row) return Fail(row.error());
    if (!*row) return out;
    out.push_back({std::string(rows.bytes(0))});
  }
}

}  // namespace

Result<std::unique_ptr<Directory>> Directory::Open(std::unique_ptr<Database> database,
                                                   const TenantStorage& storage) {
  std::unique_ptr<Directory> directory(new Directory(std::move(database)));
  const Status begun = directory->Begin(storage);
  if (!begun) return Fail(begun.error());
  return directory;
}

// In one transaction: a directory that is there knows every tenant, or knows it to be dirty.
Status Directory::Begin(const TenantStorage& storage) {
  {
    auto version = database_->Prepare("PRAGMA user_version");
    const auto row = version.Step();
    if (!row) return Fail(row.error());
    if (version.integer(0) > 0) return database_->Run(kDrawnFrom);
  }
  return InTransaction([&]() -> Status {
    const Status made = database_->Run(kTables);
    if (!made) return made;
    const Status more = database_->Run(kDrawnFrom);
    return more ? MarkAllDirty(storage) : more;
  });
}

Status Directory::MarkAllDirty(const TenantStorage& storage) {
  const auto tenants = storage.list();
  if (!tenants) return Fail(tenants.error());
  for (const TenantId& tenant : *tenants) {
    const Status marked = Run("INSERT OR IGNORE INTO dirty VALUES (?)", tenant);
    if (!marked) return marked;
  }
  return Done{};
}

Status Directory::DrawFrom(const Membership& membership, const TenantStorage& storage) {
  const std::lock_guard lock(mutex_);
  const std::string place = membership.table + "." + membership.field;
  {
    auto found = database_->Prepare("SELECT 1 FROM drawn_from WHERE place = ?");
    const auto same = found.BindText(1, place).Step();
    if (!same) return Fail(same.error());
    if (*same) return Done{};
  }
  return InTransaction([&]() -> Status {
    const Status cleared = database_->Run("DELETE FROM drawn_from");
    if (!cleared) return cleared;
    const Status named =
        database_->Prepare("INSERT INTO drawn_from VALUES (?)").BindText(1, place).Run();
    return named ? MarkAllDirty(storage) : named;
  });
}

Result<std::vector<TenantId>> Directory::TenantsOf(const Bytes& member) {
  const std::lock_guard lock(mutex_);
  auto rows = database_->Prepare("SELECT tenant FROM members WHERE member = ? LIMIT ?");
  rows.BindBlob(1, member).Bind(2, static_cast<std::int64_t>(kTenantsPerHelloMax));
  return ReadTenants(rows);
}

Result<bool> Directory::MarkDirty(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  {
    auto found = database_->Prepare("SELECT 1 FROM dirty WHERE tenant = ?");
    const auto marked = found.BindText(1, tenant.text).Step();
    if (!marked || *marked) return marked;
  }
  const Status run = Run("INSERT INTO dirty VALUES (?)", tenant);
  if (!run) return Fail(run.error());
  return false;
}

Status Directory::MarkClean(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  return Run("DELETE FROM dirty WHERE tenant = ?", tenant);
}

Status Directory::Apply(const TenantId& tenant, const std::vector<MemberChange>& changes) {
  const std::lock_guard lock(mutex_);
  return InTransaction([&]() -> Status {
    for (const MemberChange& change : changes) {
      const Status stored = Store(tenant, change);
      if (!stored) return stored;
    }
    return Done{};
  });
}

Status Directory::Replace(const TenantId& tenant, const std::vector<Bytes>& members) {
  const std::lock_guard lock(mutex_);
  return InTransaction([&]() -> Status {
    const Status cleared = Run("DELETE FROM members WHERE tenant = ?", tenant);
    if (!cleared) return cleared;
    for (const Bytes& member : members) {
      const Status stored = Store(tenant, {member, true});
      if (!stored) return stored;
    }
    return Done{};
  });
}

Status Directory::Remove(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  return InTransaction([&]() -> Status {
    const Status cleared = Run("DELETE FROM members WHERE tenant = ?", tenant);
    if (!cleared) return cleared;
    return Run("DELETE FROM dirty WHERE tenant = ?", tenant);
  });
}

Result<std::vector<TenantId>> Directory::DirtyTenants() {
  const std::lock_guard lock(mutex_);
  auto rows = database_->Prepare("SELECT tenant FROM dirty");
  return ReadTenants(rows);
}

Status Directory::Store(const TenantId& tenant, const MemberChange& change) {
  auto statement =
      database_->Prepare(change.present ? "INSERT OR IGNORE INTO members VALUES (?, ?)"
                                        : "DELETE FROM members WHERE member = ? AND tenant = ?");
  return statement.BindBlob(1, change.member).BindText(2, tenant.text).Run();
}

Status Directory::Run(std::string_view sql, const TenantId& tenant) {
  return database_->Prepare(sql).BindText(1, tenant.text).Run();
}

template <class Work>
Status Directory::InTransaction(const Work& work) {
  const Status begun = database_->Begin();
  if (!begun) return begun;
  const Status done = work();
  if (done) return database_->Commit();
  database_->Rollback();
  return done;
}

namespace {

// None if nobody founded the tenant.
Result<std::optional<std::vector<Bytes>>> ReadMembers(const TenantStorage& storage,
                                                      const Application& application,
                                                      const TenantId& tenant) {
  using Members = std::optional<std::vector<Bytes>>;
  auto database = storage.open(tenant);
  if (!database) return Fail(database.error());
  // If it is new it is removed again, so that its epoch is never seen.
  const auto authority = Authority::Open(std::move(*database), application, tenant, {}, 1);
  if (!authority) return Fail(authority.error());
  if ((*authority)->empty()) return Members();
  auto members = (*authority)->Members();
  if (!members) return Fail(members.error());
  return Members(std::move(*members));
}

}  // namespace

Result<std::size_t> RecoverDirectory(
    Directory& directory, const TenantStorage& storage, const Application& application,
    const std::function<void(const TenantId&, const Error&)>& on_unreadable) {
  const Status drawn = directory.DrawFrom(application.rules.membership(), storage);
  if (!drawn) return Fail(drawn.error());
  const auto dirty = directory.DirtyTenants();
  if (!dirty) return Fail(dirty.error());
  const auto recover = [&](const TenantId& tenant) -> Status {
    if (!storage.exists(tenant)) return directory.Remove(tenant);
    const auto members = ReadMembers(storage, application, tenant);
    if (!members) return Fail(members.error());
    if (!*members) {
      const Status removed = storage.remove(tenant);
      return removed ? directory.Remove(tenant) : removed;
    }
    const Status stored = directory.Replace(tenant, **members);
    return stored ? directory.MarkClean(tenant) : stored;
  };
  for (const TenantId& tenant : *dirty) {
    const Status recovered = recover(tenant);
    if (!recovered) on_unreadable(tenant, recovered.error());
  }
  return dirty->size();
}

}  // namespace syncline::relay
