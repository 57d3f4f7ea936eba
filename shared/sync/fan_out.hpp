// FanOut: what each session that follows a tenant is due: catch-up, snapshot, live deltas, verdicts,
// and what to forget when its rows, role or membership change.
//
// A session's scope is the rows that the read rules show its role (and its person, where a rule asks).
// Sessions of one scope share one encoded frame, and so one stream of them (shared/wire/memory.hpp), which
// begins anew when somebody joins. Messages name no tenant; who sends them on does, where it changes
// (About). Only durable state is read here: Deliver runs after
// the commit. Invariant: after what was delivered, a session's device holds exactly its scope at the
// cursor that it was told (tests/simulation).
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shared/sync/authority.hpp"
#include "shared/sync/judge.hpp"
#include "shared/sync/tenant_log.hpp"

namespace syncline {

// What a group commit did to one row.
struct RowEffect {
  std::shared_ptr<const Row> before, after;  // null: the row was not, or is not there
  // In their order; what one author typed in a row is one of them.
  std::vector<std::pair<RowChange, Stamp>> changes;
  std::size_t change_sets = 0;
};

struct SessionVerdict {
  std::int64_t difference_ms = 0;
  Object claims;
  std::uint64_t settled = 0;
  std::vector<Accepted> accepted;
  std::vector<Refusal> refused;
  // Was refused without a trace: told nothing that a tenant that does not exist would not tell.
  bool stranger = false;
  // A number came too early: the device must connect again and offer from its first.
  bool gap = false;
};

struct GroupEffects {
  std::uint64_t from_seq = 0;
  std::map<RowKey, RowEffect> rows;
  std::map<SessionId, SessionVerdict> verdicts;

  SessionVerdict& VerdictFor(const Peer& peer);
  void Add(const RowKey& key, std::shared_ptr<const Row> before, std::shared_ptr<const Row> after,
           const RowChange& change, const Stamp& stamp);
};

class FanOut {
 public:
  struct Limits {
    std::size_t snapshot_chunk_bytes;
    std::size_t delta_bytes_max;
  };
  FanOut(const Application& application, TenantNo no, TableStore& store, TenantLog& log,
         Judge& judge, Limits limits)
      : application_(application),
        no_(no),
        store_(store),
        log_(log),
        judge_(judge),
        limits_(limits) {}

  Status Join(const Peer& peer, const TenantHello& hello, std::uint64_t now_ms);
  void Leave(SessionId session) { sessions_.erase(session); }
  bool joined(SessionId session) const { return sessions_.count(session) != 0; }
  std::size_t session_count() const { return sessions_.size(); }
  Status ContinueSnapshot(SessionId session);
  Status Deliver(const GroupEffects& effects, std::uint64_t now_ms);
  std::vector<Delivery> TakeDeliveries() { return std::exchange(deliveries_, {}); }

 private:
  struct SnapshotProgress {
    std::uint64_t start_seq = 0;
    std::uint64_t ordinal = 0;
    std::size_t table = 0;
    Bytes after_key;  // of by_creation_time; empty: from the start
    // Rows that left the scope since it began: a chunk may have told of them, the log need not.
    std::set<RowKey> left;
  };
  struct Session {
    Peer peer;
    Actor actor;
    std::string scope;
    std::uint64_t seq = 0;  // delivered up to here
    std::optional<SnapshotProgress> snapshot;
    // Has had every delta of its group since the stream began.
    bool hears_stream = false;
  };

  void Send(SessionId session, const Message& message, bool continues = false);
  Status CatchUp(Session& session, const Cursor& cursor);
  Status BeginSnapshot(Session& session);
  // What a device at `cursor` misses. None if it is too much, or too old, for a delta.
  Result<std::optional<Delta>> DeltaSince(const Session& session, const Cursor& cursor,
                                          std::size_t bytes_max);
  // The role that the log says a person had before `changed`, whatever their device claims.
  Result<std::optional<std::string>> RoleBefore(const std::vector<ChangedRow>& changed,
                                                const Object& claims);
  // After a change of role: rows that did not change, but enter or leave the scope. False if they take
  // more than `bytes_max`.
  Result<bool> AddScopeDifference(const Actor& old_actor, const Session& session,
                                  const std::vector<ChangedRow>& changed, std::size_t bytes_max,
                                  Delta& delta);
  Result<bool> FillChunk(Session& session, Chunk& chunk);
  std::vector<DeltaRow> Visible(const GroupEffects& effects, const Actor& actor) const;
  // Of a row that is seen before and after: whether its changes are told, or its state.
  bool TellsChanges(const TableSchema& table, const RowEffect& effect) const;
  bool MayRead(const TableSchema& table, const Actor& actor, const Row& row) const;
  // Sessions of one group are due the same deltas.
  std::string GroupOf(const Session& session) const;
  void BeginStreams();

  const Application& application_;
  const TenantNo no_;
  TableStore& store_;
  TenantLog& log_;
  Judge& judge_;
  const Limits limits_;
  std::map<SessionId, Session> sessions_;
  std::map<std::string, wire::Memory> streams_;  // by group
  std::vector<Delivery> deliveries_;
};

}  // namespace syncline
