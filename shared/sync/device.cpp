#include "shared/sync/device.hpp"

#include <algorithm>

#include "shared/base/hash.hpp"
#include "shared/base/planted.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/value/key.hpp"

namespace syncline {

Result<std::unique_ptr<Device>> Device::Open(Database& database, const Application& application,
                                             ReplicaId fresh) {
  Result<TableStore> store =
      TableStore::Open(database, application.schema, ExtraIndexesOf(application));
  if (!store) return Fail(store.error());
  DeviceLog log(database);
  if (Status made = log.CreateTables(); !made) return Fail(made.error());
  if (Status made = UndoLog(database).CreateTables(); !made) return Fail(made.error());
  const Result<ReplicaId> replica = log.Replica(fresh);
  if (!replica) return Fail(replica.error());
  std::unique_ptr<Device> device(new Device(database, application, std::move(*store), *replica));
  if (Status loaded = device->Load(); !loaded) return Fail(loaded.error());
  std::string tables;
  for (const TableSchema& table : application.schema.tables) {
    if (!table.local) tables += table.name + "\n";
  }
  Status noted = device->Transact([&]() -> Status {
    const Result<bool> other_tables = device->log_.NoteTables(Fnv1a64(tables));
    if (!other_tables) return Fail(other_tables.error());
    if (!*other_tables) return Done{};
    for (auto& [id, tenant] : device->tenants_) {
      // Rows of a table that is new here were passed over until now.
      if (tenant.record.cursor.epoch == 0) continue;
      tenant.record.cursor = kCursorOfNoLog;
      if (Status done = device->log_.PutTenant(tenant.record); !done) return done;
    }
    return Done{};
  });
  if (!noted) return Fail(noted.error());
  if (Status cleaned = device->DropUnfinished(); !cleaned) return Fail(cleaned.error());
  return device;
}

Status Device::Load() {
  // What the relay told on this connection is not in the file: it outlives a mutation that is rolled back.
  std::map<TenantId, Tenant> old = std::exchange(tenants_, {});
  enqueued_.reset();
  Result<std::vector<TenantRecord>> records = log_.Tenants();
  if (!records) return Fail(records.error());
  for (TenantRecord& record : *records) {
    Result<std::vector<OutboxEntry>> outbox = log_.Outbox(record.tenant, record.settled);
    if (!outbox) return Fail(outbox.error());
    if (Status read = log_.ReadNeeds(record.tenant, *outbox); !read) return read;
    const Result<std::optional<std::uint64_t>> first = log_.FirstInOutbox(record.tenant);
    if (!first) return Fail(first.error());
    const Result<std::uint64_t> kept_epoch = log_.KeptEpoch(record.tenant);
    if (!kept_epoch) return Fail(kept_epoch.error());
    clock_.Observe(record.time);
    const TenantId id = record.tenant;
    Tenant& tenant = tenants_[id];
    tenant.record = std::move(record);
    tenant.kept_epoch = *kept_epoch;
    tenant.kept_above =
        *first ? std::min(**first - 1, tenant.record.settled) : tenant.record.settled;
    if (const auto before = old.find(id); before != old.end()) {
      tenant.verdicts = std::move(before->second.verdicts);
      tenant.next_chunk = before->second.next_chunk;
      tenant.known = before->second.known;
    }
    for (OutboxEntry& entry : *outbox) AddPending(tenant, std::move(entry));
  }
  return Done{};
}

void Device::AddPending(Tenant& tenant, OutboxEntry entry) {
  const std::uint64_t number = entry.change_set.number;
  for (const RowChange& change : entry.change_set.rows) {
    if (entry.change_set.strict) break;
    // A table that the application no longer has shows no rows; the relay decides on them all the same.
    if (!Syncs(change.key.table)) continue;
    tenant.pending_by_row[change.key].insert(number);
  }
  tenant.outbox.insert_or_assign(number, std::move(entry));
}

bool Device::Syncs(TableNumber number) const {
  const TableSchema* table = application_.schema.FindTable(number);
  return table && !table->local;
}

Device::Tenant* Device::FindTenant(const TenantId& tenant) {
  const auto found = tenants_.find(tenant);
  return found == tenants_.end() ? nullptr : &found->second;
}

Result<Device::Tenant*> Device::FindOrMake(const TenantId& id) {
  if (Tenant* known = FindTenant(id)) return known;
  Result<TenantRecord> record = log_.NewTenant(id);
  if (!record) return Fail(record.error());
  Tenant& made = tenants_[id];
  made.record = std::move(*record);
  made.kept_above = made.record.settled;
  return &made;
}

Status Device::Transact(const std::function<Status()>& step) {
  const bool part = database_.in_transaction();
  if (Status begun = part ? database_.BeginPart() : database_.Begin(); !begun) return begun;
  const std::size_t settled = news_.settled.size();
  const std::size_t refused = news_.refused.size();
  Status done = step();
  if (!part && done) {
    done = database_.Commit();
  } else if (!part) {
    database_.Rollback();
  } else if (database_.in_transaction()) {  // else a full or broken disk has ended it
    const Status ended = database_.EndPart(!done);
    if (!ended) database_.Rollback();  // all of it: a half step must not be kept
    if (done) done = ended;
  }
  if (!done) FollowRollback(settled, refused);
  return done;
}

Status Device::Together(const std::function<Status()>& steps) {
  if (Status begun = database_.Begin(); !begun) return begun;
  const std::size_t settled = news_.settled.size();
  const std::size_t refused = news_.refused.size();
  const Status done = steps();
  const Status kept = database_.in_transaction() ? database_.Commit() : done;
  if (!kept) FollowRollback(settled, refused);
  return done ? kept : done;
}

void Device::FollowRollback(std::size_t settled, std::size_t refused) {
  news_.settled.resize(std::min(settled, news_.settled.size()));
  news_.refused.resize(std::min(refused, news_.refused.size()));
  news_.everything = true;
  // The first error is the one to tell; if even reading fails, the next step will say so.
  static_cast<void>(Load());
}

// --- reading ---

std::vector<TenantNo> Device::VisibleTenants() const {
  std::vector<TenantNo> visible;
  for (const auto& [id, tenant] : tenants_) {
    if (tenant.record.no.value != 0) visible.push_back(tenant.record.no);
  }
  std::sort(visible.begin(), visible.end());
  return visible;
}

std::optional<TenantNo> Device::Find(const TenantId& id) const {
  const auto found = tenants_.find(id);
  if (found == tenants_.end() || found->second.record.no.value == 0) return std::nullopt;
  return found->second.record.no;
}

const TenantId* Device::TenantOf(TenantNo no) const {
  for (const auto& [id, tenant] : tenants_) {
    if (tenant.record.no == no) return &id;
  }
  return nullptr;
}

Result<std::optional<std::string>> Device::RoleIn(TenantNo no, const Object& claims) {
  using Role = std::optional<std::string>;
  const Membership& membership = application_.rules.membership();
  const std::optional<Bytes> member = application_.rules.MemberKey(claims);
  if (!member) return Role();
  const TableSchema* table = application_.schema.FindTable(membership.table);
  IndexOrdinal ordinal = 0;
  CHECK(store_.Layout(table->number).FindIndex(kMembershipIndex, ordinal));
  Result<std::vector<Entry>> found =
      store_.Scan(no, table->number, ordinal, {*member, PrefixEnd(*member)}, false, 1);
  if (!found) return Fail(found.error());
  if (found->empty()) return Role();
  const Value* role = FindPath(found->front().row.document, membership.role);
  const std::string* text = role ? role->As<std::string>() : nullptr;
  return text ? Role(*text) : Role();
}

std::vector<TenantId> Device::Tenants() const {
  std::vector<TenantId> ids;
  for (const auto& [id, tenant] : tenants_) ids.push_back(id);
  return ids;
}

std::size_t Device::pending_count() const {
  std::size_t count = 0;
  for (const auto& [id, tenant] : tenants_) count += tenant.outbox.size();
  return count;
}

const Cursor* Device::CursorOf(const TenantId& id) const {
  const auto found = tenants_.find(id);
  return found == tenants_.end() ? nullptr : &found->second.record.cursor;
}

std::vector<const OutboxEntry*> Device::PendingAfter(const TenantId& id, std::uint64_t number,
                                                     std::size_t count) const {
  std::vector<const OutboxEntry*> entries;
  const auto tenant = tenants_.find(id);
  if (tenant == tenants_.end()) return entries;
  const auto& outbox = tenant->second.outbox;
  for (auto it = outbox.upper_bound(number); it != outbox.end() && entries.size() < count; ++it) {
    entries.push_back(&it->second);
  }
  return entries;
}

// --- writing ---

Result<TenantNo> Device::Ensure(const TenantId& id) {
  Result<Tenant*> known = FindOrMake(id);
  if (!known) return Fail(known.error());
  Tenant& tenant = **known;
  if (tenant.record.no.value != 0) return tenant.record.no;
  const Result<TenantNo> no = log_.NextTenantNo();
  if (!no) return Fail(no.error());
  tenant.record.no = *no;
  if (Status put = log_.PutTenant(tenant.record); !put) return Fail(put.error());
  news_.everything = true;
  return *no;
}

Result<std::uint64_t> Device::Enqueue(const TenantId& id, std::vector<LocalChange> changes,
                                      HybridTime time, Origin origin,
                                      std::optional<StrictReads> strict) {
  Tenant* tenant = FindTenant(id);
  CHECK(tenant && !enqueued_);
  OutboxEntry entry;
  entry.origin = std::move(origin);
  entry.change_set.replica = replica_;
  entry.change_set.number = tenant->record.number + 1;
  entry.change_set.time = time;
  entry.change_set.strict = std::move(strict);
  for (LocalChange& local : changes) {
    const RowKey key = local.change.key;
    entry.change_set.rows.push_back(std::move(local.change));
    const bool was_pending = tenant->pending_by_row.count(key) != 0;
    if (entry.change_set.strict || was_pending || local.before.clock.length == 0) continue;
    if (PLANTED("confirmed-not-kept")) continue;
    if (Status kept = log_.PutConfirmed(id, key, local.before); !kept) return Fail(kept.error());
  }
  std::sort(entry.change_set.rows.begin(), entry.change_set.rows.end(),
            [](const RowChange& a, const RowChange& b) { return a.key < b.key; });
  TenantRecord record = tenant->record;
  record.number = entry.change_set.number;
  record.time = std::max(record.time, time);
  if (Status put = log_.PutTenant(record); !put) return Fail(put.error());
  if (Status put = log_.PutOutbox(id, entry); !put) return Fail(put.error());
  const std::uint64_t number = entry.change_set.number;
  enqueued_.emplace(id, std::move(entry));
  return number;
}

std::uint32_t Device::PendingLength(const TenantId& id, const RowKey& key) const {
  const auto tenant = tenants_.find(id);
  if (tenant == tenants_.end()) return 0;
  const auto pending = tenant->second.pending_by_row.find(key);
  if (pending == tenant->second.pending_by_row.end()) return 0;
  const ChangeSet& last = tenant->second.outbox.at(*pending->second.rbegin()).change_set;
  const auto change = std::find_if(last.rows.begin(), last.rows.end(),
                                   [&](const RowChange& row) { return row.key == key; });
  CHECK(change != last.rows.end());
  return change->length;
}

void Device::Committed(std::vector<TouchedKey> touched) {
  if (enqueued_) {
    Tenant* tenant = FindTenant(enqueued_->first);
    CHECK(tenant);
    tenant->record.number = enqueued_->second.change_set.number;
    tenant->record.time = std::max(tenant->record.time, enqueued_->second.change_set.time);
    AddPending(*tenant, std::move(enqueued_->second));
    enqueued_.reset();
  }
  news_.touched.insert(news_.touched.end(), std::make_move_iterator(touched.begin()),
                       std::make_move_iterator(touched.end()));
}

Status Device::RolledBack() { return Load(); }

bool Device::StrictlyEdited(const TenantId& id, const RowKey& key, std::string_view path) const {
  const auto tenant = tenants_.find(id);
  if (tenant == tenants_.end()) return false;
  for (const auto& [number, entry] : tenant->second.outbox) {
    if (!entry.change_set.strict) continue;
    for (const RowChange& change : entry.change_set.rows) {
      if (!(change.key == key)) continue;
      for (const FieldEdit& edit : change.edits) {
        if (edit.path == path) return true;
      }
    }
  }
  return false;
}

}  // namespace syncline
