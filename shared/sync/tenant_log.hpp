// TenantLog: what the relay keeps of a tenant beside its rows: its epoch and seq, which rows changed
// at which seq, the clocks of deleted rows, how far each replica's change sets were decided, and the
// refusals that a replica has not yet heard. SQL only; no judgement.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "shared/merge/merge.hpp"
#include "shared/store/database.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// A replica's newest refusals that are kept for it to hear; more than a sound device has on their way
// (DeviceSession::kInFlightMax).
inline constexpr std::uint64_t kRefusalsKeptMax = 1024;

struct LogHead {
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;      // of the last accepted change set; 0: none yet
  std::uint64_t horizon = 0;  // what changed up to here may have been swept
  // When the present rules began. What the log kept of rows before is what other rules asked for.
  std::uint64_t rules_seq = 0;
};

// Whose change sets: one replica of one person. A replica id alone is no secret (stamps carry it), so it
// must not let a person speak for another's device.
struct Sender {
  Bytes person;  // of the verified token's "iss" and "sub"
  ReplicaId replica;
};
Sender SenderOf(const Object& claims, ReplicaId replica);

// How far a replica's change sets were decided.
struct ReplicaProgress {
  std::uint64_t number = 0;
  HybridTime time;  // of its last accepted change set
};

// A row that changed after some seq: the first such change's picture of it before.
struct ChangedRow {
  RowKey key;
  bool existed = false;
  // The row before, where the log was asked to keep it.
  std::optional<RowState> before;
};

class TenantLog {
 public:
  // `fresh_epoch` for a new file. Creates its tables.
  static Result<TenantLog> Open(Database& database, std::uint64_t fresh_epoch);

  const LogHead& head() const { return head_; }
  // The file was restored: seqs from here on do not compare with those that devices know.
  Status BeginEpoch(std::uint64_t epoch);
  // These rules are judged by from now on (Rules::hash). No effect if they were before.
  Status BeginRules(std::uint64_t rules_hash);

  // --- within the transaction of a commit ---
  Status SetSeq(std::uint64_t seq);
  // `before` null: the row did not exist. `keep_before`: its state will be asked for. Of several changes of
  // a row at one seq the first counts.
  Status AddChange(std::uint64_t seq, const RowKey& key, const RowState* before, bool keep_before,
                   std::uint64_t now_ms);
  Status PutTombstone(const RowKey& key, const RowClock& clock, std::uint64_t now_ms);
  Status DropTombstone(const RowKey& key);
  Status SetProgress(const Sender& sender, const ReplicaProgress& progress, std::uint64_t now_ms);
  Status AddRefusal(const Sender& sender, const Refusal& refusal);

  // The head as the file has it: after a transaction that failed.
  Status Reload();

  Result<std::optional<RowClock>> Tombstone(const RowKey& key);
  Result<ReplicaProgress> Progress(const Sender& sender);
  // The replica's refusals above `settled`; those up to it are dropped. Opens its own transaction.
  Result<std::vector<Refusal>> RefusalsAfter(const Sender& sender, std::uint64_t settled);
  // The refusal of one change set, if it was refused and the replica has not yet heard it.
  Result<std::optional<Refusal>> RefusalOf(const Sender& sender, std::uint64_t number);
  Result<std::vector<ChangedRow>> ChangedSince(std::uint64_t seq);
  // Whether more than `count` changes came after `seq`. Costs no more than `count`.
  Result<bool> ChangedMoreThan(std::uint64_t seq, std::int64_t count);

  // Drops changes and tombstones older than `before_ms`, at most `limit` of each (and the rest of the last
  // change set), and the progress of replicas silent since `silent_before_ms`, a few at a time; true if
  // there may be more.
  Result<bool> Sweep(std::uint64_t before_ms, std::uint64_t silent_before_ms, std::int64_t limit);

 private:
  struct Swept {
    std::uint64_t horizon;
    bool more;
  };
  Result<Swept> SweepOnce(std::uint64_t before_ms, std::uint64_t silent_before_ms,
                          std::int64_t limit);
  TenantLog(Database& database, LogHead head) : database_(&database), head_(head) {}
  Database* database_;
  LogHead head_;
};

}  // namespace syncline
