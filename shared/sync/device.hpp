// Device: the rows that one user may see, with what they wrote and the relay has not yet decided.
//
// The store holds the visible state: the confirmed rows, and the pending change sets applied to them in
// order by the merge. For each row with pending changes the confirmed state is kept beside it, so that
// a refusal or the relay's word about the row is a new merge and nothing else. Every step of the sync
// is one storage transaction: the cursor, the rows, the outbox and the refusals move together. The change
// set of a strict mutation waits in the outbox as any, but no row shows it before the relay has accepted it.
// Invariant: visible = confirmed (+) pending, for every row (device_test.cpp, replica_test.cpp, tests/simulation).
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/clock/clock.hpp"
#include "shared/store/table_store.hpp"
#include "shared/sync/authority.hpp"
#include "shared/sync/device_log.hpp"
#include "shared/sync/undo_log.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// Fits no relay's log, so the relay sends a snapshot; and tells the tenant from one being founded.
inline const Cursor kCursorOfNoLog{1, 0, {}};

// A change set's place: which tenant's, which number.
struct ChangeSetRef {
  TenantId tenant;
  std::uint64_t number = 0;
};

// What happened since it was last asked: what live queries and the application must learn.
struct DeviceNews {
  std::vector<TouchedKey> touched;
  // Tenants came or went: every query may answer otherwise.
  bool everything = false;
  std::vector<ChangeSetRef> settled;
  std::vector<RefusedEntry> refused;
};

// A row as a mutation found it, beside what it did to it.
struct LocalChange {
  RowChange change;
  RowState before;  // length 0: it was not there
};

class Device {
 public:
  // `application` must outlive it. kCorrupt if the file is damaged.
  static Result<std::unique_ptr<Device>> Open(Database& database, const Application& application,
                                              ReplicaId fresh);

  const Application& application() const { return application_; }
  TableStore& store() { return store_; }
  Database& database() { return database_; }
  ReplicaId replica() const { return replica_; }
  HybridClock& clock() { return clock_; }

  // --- reading ---
  // The generations whose rows are visible, ascending.
  std::vector<TenantNo> VisibleTenants() const;
  std::optional<TenantNo> Find(const TenantId& tenant) const;
  const TenantId* TenantOf(TenantNo no) const;
  // The role of a person by the membership rows that are here; none for a stranger.
  Result<std::optional<std::string>> RoleIn(TenantNo no, const Object& claims);

  // --- writing: within the transaction of a mutation ---
  // The generation to write a tenant's rows under; makes one for a tenant that is being founded.
  Result<TenantNo> Ensure(const TenantId& tenant);
  // Puts the change set into the outbox and keeps the confirmed states of the rows it touched, which
  // have been written to the store; but not those of a strict one (`strict`). Returns its number.
  Result<std::uint64_t> Enqueue(const TenantId& tenant, std::vector<LocalChange> changes,
                                HybridTime time, Origin origin,
                                std::optional<StrictReads> strict = std::nullopt);
  // Shows each row with pending changes as the relay has confirmed it. REQUIRES: the transaction is
  // rolled back, and nobody reads in it but a strict mutation.
  Status ShowConfirmed();
  // Whether elements of the field have been named by a strict mutation that is on its way: others must
  // not be named the same, which only its rows would tell.
  bool StrictlyEdited(const TenantId& tenant, const RowKey& key, std::string_view path) const;
  // What can be undone here, of this person's mutations.
  UndoLog& undo_log() { return undo_log_; }
  // The causal length that a row has by the last pending change of it; 0 if nothing is pending for it.
  std::uint32_t PendingLength(const TenantId& tenant, const RowKey& key) const;
  // Call after the transaction: the memory follows what the file did.
  void Committed(std::vector<TouchedKey> touched);
  // After the transaction, or a part of it that made a tenant, was undone.
  Status RolledBack();

  // --- syncing: each opens and commits its own transaction, or is a part of that of Together ---
  // Runs steps of the sync in one transaction. A step that fails is undone alone, and those before it stay,
  // unless the file cannot take them: then all are undone.
  Status Together(const std::function<Status()>& steps);
  Hello MakeHello(std::string token, std::uint64_t now_ms);
  // A restored relay knows less than it told; what it forgot is pending again with the snapshot's end.
  Status OnAgain(const Again& again);
  // The number above which change sets of the tenant are offered. None between Again and that end: the
  // relay waits for numbers that are not pending yet.
  std::optional<std::uint64_t> OfferedAbove(const TenantId& tenant) const;
  Status OnWelcome(const Welcome& welcome, std::uint64_t now_ms);
  // A conflict: the copy does not fit the delta; the tenant will ask for a snapshot.
  Status OnDelta(const Delta& delta);
  Status OnChunk(const Chunk& chunk);
  Status OnVerdict(const Verdict& verdict, std::uint64_t now_ms);
  Status OnLeft(const TenantId& tenant);

  // Pending change sets above `number`, oldest first, up to `count`.
  std::vector<const OutboxEntry*> PendingAfter(const TenantId& tenant, std::uint64_t number,
                                               std::size_t count) const;
  std::vector<TenantId> Tenants() const;
  std::size_t pending_count() const;
  const Cursor* CursorOf(const TenantId& tenant) const;

  Result<std::vector<RefusedEntry>> Refused() { return log_.Refused(); }
  Status Dismiss(const TenantId& tenant, std::uint64_t number);
  DeviceNews TakeNews() { return std::exchange(news_, {}); }

  // Takes the outbox of a set-aside file over: its change sets keep their replica's identity.
  // REQUIRES: this device is new. Returns how many; false if some could not be read.
  struct Salvage {
    std::size_t change_sets = 0;
    bool complete = false;
  };
  Result<Salvage> TakeOver(Database& damaged);

 private:
  struct Tenant {
    TenantRecord record;
    std::map<std::uint64_t, OutboxEntry> outbox;
    std::map<RowKey, std::set<std::uint64_t>> pending_by_row;
    // Told, but waiting for the delta that reaches their seq.
    std::deque<Verdict> verdicts;
    std::uint64_t next_chunk = 0;
    // What can be offered again, as Hello tells it.
    std::uint64_t kept_epoch = 0, kept_above = 0;
    // What a restored relay knows of ours.
    std::optional<std::uint64_t> known{};
  };

  Device(Database& database, const Application& application, TableStore store, ReplicaId replica)
      : database_(database),
        application_(application),
        store_(std::move(store)),
        log_(database),
        undo_log_(database),
        replica_(replica) {}
  Status Load();
  // Whether rows of the table may come from the relay: not if it is local, or of another schema.
  bool Syncs(TableNumber table) const;
  void AddPending(Tenant& tenant, OutboxEntry entry);
  Tenant* FindTenant(const TenantId& tenant);
  Result<Tenant*> FindOrMake(const TenantId& tenant);

  // Runs `step` in a transaction, or as a part of the one that is open; on any failure the file and the
  // memory are as before.
  Status Transact(const std::function<Status()>& step);
  // The file was rolled back: the memory follows. `settled` and `refused`: how many there were to tell.
  void FollowRollback(std::size_t settled, std::size_t refused);
  Result<RowState> ConfirmedState(const Tenant& tenant, TenantNo no, const RowKey& key);
  // Makes the row visible again from its confirmed state and what is pending for it.
  Status Rebase(Tenant& tenant, TenantNo no, const RowKey& key, const RowState& confirmed);
  Status Show(TenantNo no, const RowKey& key, const RowState& visible,
              std::vector<TouchedKey>& touched);
  void DropPending(Tenant& tenant, std::uint64_t number, std::set<RowKey>& freed);
  Status OfferAgain(Tenant& tenant);
  Status SettleUpTo(Tenant& tenant, std::uint64_t number, std::set<RowKey>& freed);
  // What a delta says of one row: one word, or changes that follow one another (from `row` to `last`).
  Status ApplyRow(Tenant& tenant, TenantNo no, const DeltaRow& row, const DeltaRow& last,
                  std::set<RowKey>& freed);
  Status ApplyChange(const TenantId& tenant, TenantNo no, const DeltaRow& row,
                     const std::vector<StampedChange>& changes);
  Status ApplyRows(Tenant& tenant, TenantNo no, const Delta& delta, std::set<RowKey>& freed);
  Status RebaseFreed(Tenant& tenant, const std::set<RowKey>& freed);
  Status ApplyDelta(Tenant& tenant, const Delta& delta);
  Status CompleteSnapshot(Tenant& tenant, const Delta& delta);
  Status AskForSnapshot(const TenantId& tenant);
  Status RefuseOne(Tenant& tenant, const Refusal& refusal, std::set<RowKey>& freed);
  Status ForgetTenant(Tenant& tenant);
  void Observe(Tenant& tenant, const Stamp& stamp);
  Status CalmClock(std::uint64_t now_ms);
  // Drops what was built of snapshots that were cut off: they begin anew.
  Status DropUnfinished();

  Database& database_;
  const Application& application_;
  TableStore store_;
  DeviceLog log_;
  UndoLog undo_log_;
  ReplicaId replica_;
  HybridClock clock_;
  std::uint64_t hello_ms_ = 0;  // our time of the last Hello
  // Nothing that the relay has accepted, as far as it can be here, is stamped above.
  HybridTime confirmed_time_;
  std::map<TenantId, Tenant> tenants_;
  std::optional<std::pair<TenantId, OutboxEntry>> enqueued_;
  DeviceNews news_;
};

}  // namespace syncline
