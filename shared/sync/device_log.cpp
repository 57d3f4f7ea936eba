#include "shared/sync/device_log.hpp"

namespace syncline {
namespace {

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS _device (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _tenants (tenant TEXT PRIMARY KEY, no INTEGER, building INTEGER, "
    "epoch INTEGER, seq INTEGER, scope TEXT, number INTEGER, settled INTEGER, time INTEGER) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _left (tenant TEXT PRIMARY KEY, number INTEGER, time INTEGER) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _outbox (tenant TEXT, number INTEGER, bytes BLOB, path TEXT, args "
    "TEXT, at INTEGER, PRIMARY KEY (tenant, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _needs (tenant TEXT, number INTEGER, needs INTEGER, PRIMARY KEY "
    "(tenant, number)) WITHOUT ROWID;"
    "CREATE TRIGGER IF NOT EXISTS _needs_go AFTER DELETE ON _outbox BEGIN DELETE FROM _needs WHERE "
    "tenant=old.tenant AND number=old.number; END;"
    "CREATE TABLE IF NOT EXISTS _kept (tenant TEXT PRIMARY KEY, epoch INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _confirmed (tenant TEXT, owner INTEGER, id BLOB, state BLOB, "
    "PRIMARY KEY (tenant, owner, id)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _refused (ordinal INTEGER PRIMARY KEY, tenant TEXT, number "
    "INTEGER, "
    "code INTEGER, message TEXT, owner TEXT, row TEXT, rule TEXT, path TEXT, args TEXT, at "
    "INTEGER, strict INTEGER);";

// Steps through a statement's rows; `read` turns each into an element.
template <class T, class Read>
Result<std::vector<T>> All(Statement& statement, Read read) {
  std::vector<T> list;
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return list;
    Result<T> element = read();
    if (!element) return Fail(element.error());
    list.push_back(std::move(*element));
  }
}

Result<std::uint64_t> DeviceNumber(Database& database, const char* name) {
  Statement statement = database.Prepare("SELECT value FROM _device WHERE name=?1");
  statement.BindText(1, name);
  const Result<bool> found = statement.Step();
  if (!found) return Fail(found.error());
  return *found ? Unsigned(statement.integer(0)) : 0;
}

Status SetDeviceNumber(Database& database, const char* name, std::uint64_t value) {
  Statement statement = database.Prepare("INSERT OR REPLACE INTO _device VALUES (?1, ?2)");
  return statement.BindText(1, name).Bind(2, Signed(value)).Run();
}

Statement& BindRow(Statement& statement, const TenantId& tenant, const RowKey& key) {
  return statement.BindText(1, tenant.text)
      .Bind(2, std::int64_t{key.table.value})
      .BindBlob(3, key.id.view());
}

}  // namespace

Status DeviceLog::CreateTables() {
  if (Status made = database_.Run(kTables); !made) return made;
  // Files of the first protocol's time have no such column.
  Statement columns =
      database_.Prepare("SELECT COUNT(*) FROM pragma_table_info('_refused') WHERE name='strict'");
  const Result<bool> row = columns.Step();
  if (!row) return Fail(row.error());
  if (columns.integer(0) != 0) return Done{};
  return database_.Run("ALTER TABLE _refused ADD COLUMN strict INTEGER");
}

Result<bool> DeviceLog::HasTables() {
  Statement statement = database_.Prepare(
      "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('_device', '_tenants', '_left', "
      "'_outbox')");
  const Result<bool> row = statement.Step();
  if (!row) return Fail(row.error());
  return statement.integer(0) == 4;
}

Result<ReplicaId> DeviceLog::Replica(ReplicaId fresh) {
  const Result<std::uint64_t> known = DeviceNumber(database_, "replica");
  if (!known) return Fail(known.error());
  if (*known != 0) return ReplicaId{*known};
  if (Status set = SetDeviceNumber(database_, "replica", fresh.value); !set) {
    return Fail(set.error());
  }
  return fresh;
}

Status DeviceLog::SetReplica(ReplicaId replica) {
  return SetDeviceNumber(database_, "replica", replica.value);
}

Result<bool> DeviceLog::NoteTables(std::uint64_t tables_hash) {
  const Result<std::uint64_t> known = DeviceNumber(database_, "tables");
  if (!known) return Fail(known.error());
  if (*known == tables_hash) return false;
  if (Status set = SetDeviceNumber(database_, "tables", tables_hash); !set)
    return Fail(set.error());
  return *known != 0;
}

Result<TenantNo> DeviceLog::NextTenantNo() {
  const Result<std::uint64_t> last = DeviceNumber(database_, "tenant_no");
  if (!last) return Fail(last.error());
  if (Status set = SetDeviceNumber(database_, "tenant_no", *last + 1); !set) {
    return Fail(set.error());
  }
  return TenantNo{Signed(*last + 1)};
}

Result<std::vector<TenantRecord>> DeviceLog::Tenants() {
  Statement statement = database_.Prepare(
      "SELECT tenant, no, building, epoch, seq, scope, number, settled, time FROM _tenants");
  return All<TenantRecord>(statement, [&]() -> Result<TenantRecord> {
    TenantRecord record;
    record.tenant.text = statement.bytes(0);
    record.no = {statement.integer(1)};
    record.building = {statement.integer(2)};
    record.cursor = {Unsigned(statement.integer(3)), Unsigned(statement.integer(4)),
                     std::string(statement.bytes(5))};
    record.number = Unsigned(statement.integer(6));
    record.settled = Unsigned(statement.integer(7));
    record.time = {Unsigned(statement.integer(8))};
    return record;
  });
}

Status DeviceLog::PutTenant(const TenantRecord& record) {
  Statement statement = database_.Prepare(
      "INSERT OR REPLACE INTO _tenants VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  statement.BindText(1, record.tenant.text).Bind(2, record.no.value).Bind(3, record.building.value);
  statement.Bind(4, Signed(record.cursor.epoch)).Bind(5, Signed(record.cursor.seq));
  statement.BindText(6, record.cursor.scope).Bind(7, Signed(record.number));
  return statement.Bind(8, Signed(record.settled)).Bind(9, Signed(record.time.value)).Run();
}

Result<TenantRecord> DeviceLog::NewTenant(const TenantId& tenant) {
  TenantRecord record;
  record.tenant = tenant;
  Statement statement = database_.Prepare("SELECT number, time FROM _left WHERE tenant=?1");
  statement.BindText(1, tenant.text);
  const Result<bool> found = statement.Step();
  if (!found) return Fail(found.error());
  if (*found) {
    record.number = record.settled = Unsigned(statement.integer(0));
    record.time = {Unsigned(statement.integer(1))};
  }
  return record;
}

Result<std::vector<TenantRecord>> DeviceLog::Left() {
  Statement statement = database_.Prepare("SELECT tenant, number, time FROM _left");
  return All<TenantRecord>(statement, [&]() -> Result<TenantRecord> {
    TenantRecord record;
    record.tenant.text = statement.bytes(0);
    record.number = record.settled = Unsigned(statement.integer(1));
    record.time = {Unsigned(statement.integer(2))};
    return record;
  });
}

Status DeviceLog::PutLeft(const TenantRecord& record) {
  Statement left = database_.Prepare("INSERT OR REPLACE INTO _left VALUES (?1, ?2, ?3)");
  left.BindText(1, record.tenant.text).Bind(2, Signed(record.number));
  return left.Bind(3, Signed(record.time.value)).Run();
}

Status DeviceLog::DropTenant(const TenantRecord& record) {
  if (Status kept = PutLeft(record); !kept) return kept;
  if (Status done = DropOutboxUpTo(record.tenant, record.number); !done) return done;
  return database_.Prepare("DELETE FROM _tenants WHERE tenant=?1")
      .BindText(1, record.tenant.text)
      .Run();
}

Status DeviceLog::PutOutbox(const TenantId& tenant, const OutboxEntry& entry) {
  const Bytes bytes = EncodeChangeSet(entry.change_set);
  // The relay could never take it, and everything behind it would wait for ever.
  if (bytes.size() > kChangeSetBytesMax) {
    return Fail(Code::kInvalid, "A mutation writes at most " +
                                    std::to_string(kChangeSetBytesMax >> 20) +
                                    " MiB; this one would write " + std::to_string(bytes.size()) +
                                    " bytes. Write less at a time");
  }
  Statement statement = database_.Prepare("INSERT INTO _outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  statement.BindText(1, tenant.text).Bind(2, Signed(entry.change_set.number)).BindBlob(3, bytes);
  statement.BindText(4, entry.origin.path).BindText(5, entry.origin.args);
  Status put = statement.Bind(6, Signed(entry.origin.at_ms)).Run();
  if (!put || entry.origin.needs == 0) return put;
  Statement needs = database_.Prepare("INSERT INTO _needs VALUES (?1, ?2, ?3)");
  needs.BindText(1, tenant.text).Bind(2, Signed(entry.change_set.number));
  return needs.Bind(3, Signed(entry.origin.needs)).Run();
}

Result<std::vector<std::uint64_t>> DeviceLog::Needing(const TenantId& tenant,
                                                      std::uint64_t number) {
  Statement statement = database_.Prepare("SELECT number FROM _needs WHERE tenant=?1 AND needs=?2");
  statement.BindText(1, tenant.text).Bind(2, Signed(number));
  return All<std::uint64_t>(
      statement, [&]() -> Result<std::uint64_t> { return Unsigned(statement.integer(0)); });
}

Status DeviceLog::ReadNeeds(const TenantId& tenant, std::vector<OutboxEntry>& entries) {
  Statement statement =
      database_.Prepare("SELECT number, needs FROM _needs WHERE tenant=?1 ORDER BY number");
  statement.BindText(1, tenant.text);
  auto entry = entries.begin();
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return Done{};
    const std::uint64_t number = Unsigned(statement.integer(0));
    while (entry != entries.end() && entry->change_set.number < number) ++entry;
    if (entry == entries.end()) return Done{};
    if (entry->change_set.number == number) entry->origin.needs = Unsigned(statement.integer(1));
  }
}

Status DeviceLog::DropOutbox(const TenantId& tenant, std::uint64_t number) {
  Statement statement = database_.Prepare("DELETE FROM _outbox WHERE tenant=?1 AND number=?2");
  return statement.BindText(1, tenant.text).Bind(2, Signed(number)).Run();
}

Status DeviceLog::DropOutboxUpTo(const TenantId& tenant, std::uint64_t number) {
  Statement statement = database_.Prepare("DELETE FROM _outbox WHERE tenant=?1 AND number<=?2");
  return statement.BindText(1, tenant.text).Bind(2, Signed(number)).Run();
}

Result<std::optional<std::uint64_t>> DeviceLog::FirstInOutbox(const TenantId& tenant) {
  Statement statement =
      database_.Prepare("SELECT number FROM _outbox WHERE tenant=?1 ORDER BY number LIMIT 1");
  const Result<bool> found = statement.BindText(1, tenant.text).Step();
  if (!found) return Fail(found.error());
  return *found ? std::optional(Unsigned(statement.integer(0))) : std::nullopt;
}

Result<std::uint64_t> DeviceLog::KeptEpoch(const TenantId& tenant) {
  Statement statement = database_.Prepare("SELECT epoch FROM _kept WHERE tenant=?1");
  const Result<bool> found = statement.BindText(1, tenant.text).Step();
  if (!found) return Fail(found.error());
  return *found ? Unsigned(statement.integer(0)) : 0;
}

Status DeviceLog::PutKeptEpoch(const TenantId& tenant, std::uint64_t epoch) {
  Statement statement = database_.Prepare("INSERT OR REPLACE INTO _kept VALUES (?1, ?2)");
  return statement.BindText(1, tenant.text).Bind(2, Signed(epoch)).Run();
}

Result<std::vector<OutboxEntry>> DeviceLog::Outbox(const TenantId& tenant, std::uint64_t above) {
  Statement statement = database_.Prepare(
      "SELECT bytes, path, args, at FROM _outbox WHERE tenant=?1 AND number>?2 ORDER BY number");
  statement.BindText(1, tenant.text).Bind(2, Signed(above));
  return All<OutboxEntry>(statement, [&]() -> Result<OutboxEntry> {
    Result<ChangeSet> change_set = DecodeChangeSet(statement.bytes(0));
    if (!change_set) return Fail(change_set.error());
    return OutboxEntry{std::move(*change_set),
                       {std::string(statement.bytes(1)), std::string(statement.bytes(2)),
                        Unsigned(statement.integer(3))}};
  });
}

Result<std::optional<RowState>> DeviceLog::Confirmed(const TenantId& tenant, const RowKey& key) {
  Statement statement =
      database_.Prepare("SELECT state FROM _confirmed WHERE tenant=?1 AND owner=?2 AND id=?3");
  const Result<bool> found = BindRow(statement, tenant, key).Step();
  if (!found) return Fail(found.error());
  if (!*found) return std::optional<RowState>();
  Result<RowState> state = DecodeRowState(statement.bytes(0));
  if (!state) return Fail(state.error());
  return std::optional<RowState>(std::move(*state));
}

Status DeviceLog::PutConfirmed(const TenantId& tenant, const RowKey& key, const RowState& state) {
  const Bytes bytes = EncodeRowState(state);
  Statement statement =
      database_.Prepare("INSERT OR REPLACE INTO _confirmed VALUES (?1, ?2, ?3, ?4)");
  return BindRow(statement, tenant, key).BindBlob(4, bytes).Run();
}

Status DeviceLog::DropConfirmed(const TenantId& tenant, const RowKey& key) {
  Statement statement =
      database_.Prepare("DELETE FROM _confirmed WHERE tenant=?1 AND owner=?2 AND id=?3");
  return BindRow(statement, tenant, key).Run();
}

Status DeviceLog::DropAllConfirmed(const TenantId& tenant) {
  return database_.Prepare("DELETE FROM _confirmed WHERE tenant=?1").BindText(1, tenant.text).Run();
}

Status DeviceLog::AddRefused(const RefusedEntry& entry) {
  Statement statement = database_.Prepare(
      "INSERT INTO _refused (tenant, number, code, message, owner, row, rule, path, args, at, "
      "strict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  statement.BindText(1, entry.tenant.text).Bind(2, Signed(entry.refusal.number));
  statement.Bind(3, static_cast<std::int64_t>(entry.refusal.code));
  statement.BindText(4, entry.refusal.message).BindText(5, entry.refusal.table);
  statement.BindText(6, entry.refusal.row).BindText(7, entry.refusal.rule);
  statement.BindText(8, entry.origin.path).BindText(9, entry.origin.args);
  statement.Bind(10, Signed(entry.origin.at_ms)).Bind(11, std::int64_t{entry.strict});
  if (Status done = statement.Run(); !done) return done;
  return database_
      .Prepare("DELETE FROM _refused WHERE ordinal <= (SELECT MAX(ordinal) FROM _refused) - ?1")
      .Bind(1, kRefusedKeptMax)
      .Run();
}

Status DeviceLog::DropRefused(const TenantId& tenant, std::uint64_t number) {
  Statement statement = database_.Prepare("DELETE FROM _refused WHERE tenant=?1 AND number=?2");
  return statement.BindText(1, tenant.text).Bind(2, Signed(number)).Run();
}

Result<std::vector<RefusedEntry>> DeviceLog::Refused() {
  Statement statement = database_.Prepare(
      "SELECT tenant, number, code, message, owner, row, rule, path, args, at, strict FROM "
      "_refused "
      "ORDER BY ordinal");
  return All<RefusedEntry>(statement, [&]() -> Result<RefusedEntry> {
    const auto text = [&](int column) { return std::string(statement.bytes(column)); };
    return RefusedEntry{{text(0)},
                        {Unsigned(statement.integer(1)), static_cast<Code>(statement.integer(2)),
                         text(3), text(4), text(5), text(6)},
                        {text(7), text(8), Unsigned(statement.integer(9))},
                        statement.integer(10) != 0};
  });
}

}  // namespace syncline
