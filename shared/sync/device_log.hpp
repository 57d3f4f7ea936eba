// DeviceLog: what a device keeps beside its rows: its replica id, the tenants it follows, the outbox,
// the confirmed states of rows with pending changes, and the refusals not yet dismissed. SQL only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/store/database.hpp"
#include "shared/store/layout.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// The newest refusals that are kept for the application; older ones go first.
inline constexpr std::int64_t kRefusedKeptMax = 1000;

// Accepted change sets of a tenant that are kept, to be offered again to a relay that was restored from before
// them: the newest so many; and none up to one that is larger than so many bytes.
inline constexpr std::uint64_t kAcceptedKeptMax = 1000;
inline constexpr std::size_t kAcceptedKeptBytesMax = 16 << 10;

struct TenantRecord {
  TenantId tenant;
  // What its visible rows are filed under; 0: none are visible yet.
  TenantNo no;
  // Where a snapshot is being built; 0: nowhere.
  TenantNo building;
  Cursor cursor;              // epoch 0: nothing confirmed yet
  std::uint64_t number = 0;   // the last one given to a change set
  std::uint64_t settled = 0;  // all verdicts up to here have been processed
  HybridTime time;            // of the last change set
};

// What the application is told of a change set that is pending or was refused.
struct Origin {
  std::string path;  // of the mutation
  std::string args;  // JSON
  std::uint64_t at_ms = 0;
  // The change set that it takes back, if that was still pending: it is not sent before the relay has decided
  // on that, and refused with it. 0: none.
  std::uint64_t needs = 0;
};
struct OutboxEntry {
  ChangeSet change_set;
  Origin origin;
};
struct RefusedEntry {
  TenantId tenant;
  Refusal refusal;
  Origin origin;
  bool strict = false;
};

class DeviceLog {
 public:
  explicit DeviceLog(Database& database) : database_(database) {}
  Status CreateTables();
  // Whether the file has the tables that its change sets can be saved from.
  Result<bool> HasTables();

  // The replica id of this file; `fresh` becomes it if there is none.
  Result<ReplicaId> Replica(ReplicaId fresh);
  Status SetReplica(ReplicaId replica);
  // Notes which tables the application has. True if the file was last used with others.
  Result<bool> NoteTables(std::uint64_t tables_hash);
  Result<std::vector<TenantRecord>> Tenants();
  Status PutTenant(const TenantRecord& record);
  // The record of a tenant that comes, or comes back: its numbers go on where they ended, so that the
  // relay does not take new change sets for repeats.
  Result<TenantRecord> NewTenant(const TenantId& tenant);
  Status DropTenant(const TenantRecord& record);
  // What NewTenant goes on from: number and time of tenants that were dropped.
  Result<std::vector<TenantRecord>> Left();
  Status PutLeft(const TenantRecord& record);
  // A number that no generation has had.
  Result<TenantNo> NextTenantNo();

  Status PutOutbox(const TenantId& tenant, const OutboxEntry& entry);
  Status DropOutbox(const TenantId& tenant, std::uint64_t number);
  // Change sets above that number, ascending, without what they need. Those up to the settled one were
  // accepted, and are kept.
  Result<std::vector<OutboxEntry>> Outbox(const TenantId& tenant, std::uint64_t above);
  // Those that need that one.
  Result<std::vector<std::uint64_t>> Needing(const TenantId& tenant, std::uint64_t number);
  // Completes what Outbox gave.
  Status ReadNeeds(const TenantId& tenant, std::vector<OutboxEntry>& entries);
  Status DropOutboxUpTo(const TenantId& tenant, std::uint64_t number);
  // The lowest number that is there; none if there is none.
  Result<std::optional<std::uint64_t>> FirstInOutbox(const TenantId& tenant);
  // The epoch in which the kept ones were accepted; 0 if nobody knows.
  Result<std::uint64_t> KeptEpoch(const TenantId& tenant);
  Status PutKeptEpoch(const TenantId& tenant, std::uint64_t epoch);

  Result<std::optional<RowState>> Confirmed(const TenantId& tenant, const RowKey& key);
  Status PutConfirmed(const TenantId& tenant, const RowKey& key, const RowState& state);
  Status DropConfirmed(const TenantId& tenant, const RowKey& key);
  Status DropAllConfirmed(const TenantId& tenant);

  Status AddRefused(const RefusedEntry& entry);
  Status DropRefused(const TenantId& tenant, std::uint64_t number);
  Result<std::vector<RefusedEntry>> Refused();

 private:
  Database& database_;
};

}  // namespace syncline
