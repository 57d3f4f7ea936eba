// Taking over the outbox of a damaged file that was set aside.
#include "shared/sync/device.hpp"

namespace syncline {

Result<Device::Salvage> Device::TakeOver(Database& damaged) {
  CHECK(tenants_.empty());
  DeviceLog old(damaged);
  Salvage salvage;
  const Result<bool> readable = old.HasTables();
  if (!readable || !*readable) return salvage;
  Result<std::vector<TenantRecord>> records = old.Tenants();
  if (!records) return salvage;
  salvage.complete = true;
  const Result<ReplicaId> replica = old.Replica(replica_);
  Status done = Transact([&]() -> Status {
    for (const TenantRecord& record : *records) {
      Result<std::vector<OutboxEntry>> outbox = old.Outbox(record.tenant, 0);
      // A file of an older version says nothing of it.
      if (outbox) static_cast<void>(old.ReadNeeds(record.tenant, *outbox));
      TenantRecord fresh;
      fresh.tenant = record.tenant;
      fresh.number = record.number;
      fresh.settled = record.settled;
      fresh.time = record.time;
      // The relay tells the rows anew; a tenant that it never confirmed stays one being founded.
      if (record.cursor.epoch != 0) fresh.cursor = kCursorOfNoLog;
      const Result<TenantNo> no = log_.NextTenantNo();
      if (!no) return Fail(no.error());
      fresh.no = *no;
      if (!outbox) {
        // What was pending is lost, and the relay must not wait for its numbers; nor may they be given
        // again, or it would take new change sets for repeats.
        salvage.complete = false;
        fresh.settled = fresh.number;
      }
      if (Status put = log_.PutTenant(fresh); !put) return put;
      for (const OutboxEntry& entry : outbox ? *outbox : std::vector<OutboxEntry>()) {
        if (Status put = log_.PutOutbox(record.tenant, entry); !put) return put;
        if (entry.change_set.number > record.settled) ++salvage.change_sets;
      }
      const Result<std::uint64_t> epoch = old.KeptEpoch(record.tenant);
      if (epoch && *epoch != 0) {
        if (Status put = log_.PutKeptEpoch(record.tenant, *epoch); !put) return put;
      }
    }
    Result<std::vector<TenantRecord>> left = old.Left();
    if (!left) salvage.complete = false;
    for (const TenantRecord& record : left ? *left : std::vector<TenantRecord>()) {
      if (Status put = log_.PutLeft(record); !put) return put;
    }
    return Done{};
  });
  if (!done) return Fail(done.error());
  if (replica) {
    // Same replica, so that the relay knows which of these it has already decided.
    replica_ = *replica;
    if (Status put = log_.SetReplica(replica_); !put) return Fail(put.error());
  }
  if (Status loaded = Load(); !loaded) return Fail(loaded.error());
  done = Transact([&]() -> Status {
    for (auto& [id, tenant] : tenants_) {
      for (const auto& [key, numbers] : tenant.pending_by_row) {
        if (Status rebased = Rebase(tenant, tenant.record.no, key, {}); !rebased) return rebased;
      }
    }
    return Done{};
  });
  if (!done) return Fail(done.error());
  return salvage;
}

}  // namespace syncline
