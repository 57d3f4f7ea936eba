// Authority: one tenant on the relay. It orders the tenant's change sets, judges them, applies them
// to the tenant's replica, and works out what each joined session is due.
//
// It has no sockets, threads or clocks: whoever owns it (a relay thread, the simulator) calls it from
// one thread, hands in the time, and carries off what TakeDeliveries gives. Submitted change sets
// wait until Commit, which applies all of them in one storage transaction (group commit); verdicts and
// deltas exist only once that transaction is durable. A refused change set leaves no trace but its
// verdict. tests/simulation checks the whole under faults; authority_test.cpp the single rules.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/rules/rules.hpp"
#include "shared/schema/schema.hpp"
#include "shared/store/database.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// What an application is to the core: its tables and its rules.
struct Application {
  Schema schema;
  Rules rules;
  // There are no rules: every table is local, and there is nothing for a relay to do.
  bool alone = false;
};
// {"schema": <Schema.export()>, "rules": <rules> or null}, as js/syncline's build writes it.
Result<Application> ParseApplication(std::string_view json);
// The same for a relay: without local tables, and kInvalid if the application has no rules.
Result<Application> ParseRelayApplication(std::string_view json);

// One connection of one device, named by its owner. Never reused.
struct SessionId {
  std::uint64_t value = 0;
  bool operator==(SessionId other) const { return value == other.value; }
  bool operator<(SessionId other) const { return value < other.value; }
};

// Who speaks through a session.
struct Peer {
  SessionId session;
  ReplicaId replica;
  Object claims;  // of the verified token
  std::int64_t difference_ms = 0;
};

// One frame (or several) for one session. Frames are shared between sessions of one scope.
using SharedFrame = std::shared_ptr<const Bytes>;
struct Delivery {
  SessionId session;
  SharedFrame frame;
  // A snapshot goes on after this frame: call ContinueSnapshot once it is on its way.
  bool continues = false;
};

// A person became a member, or stopped being one: what the relay's directory of tenants must learn.
struct MemberChange {
  Bytes member;  // Rules::MemberKey
  bool present = false;
};

class Authority {
 public:
  struct Options {
    std::size_t snapshot_chunk_bytes = 256 << 10;
    std::size_t delta_bytes_max = 8 << 20;  // a larger catch-up becomes a snapshot
    std::uint64_t tombstone_ms = 30ull * 24 * 3600 * 1000;
    // The file was restored from a backup: it gets `fresh_epoch` all the same, so that devices compare.
    bool restored = false;
  };

  // Opens the tenant in `database` (empty or as an earlier run left it). `application` must outlive
  // it. `fresh_epoch` is used if the database is new: random, not 0.
  static Result<std::unique_ptr<Authority>> Open(std::unique_ptr<Database> database,
                                                 const Application& application, TenantId tenant,
                                                 Options options, std::uint64_t fresh_epoch);
  ~Authority();

  // True if the change sets could found this tenant: the first inserts its root row. Cheap; lets the
  // relay refuse a push to an unknown tenant without opening anything.
  static bool CanFound(const Application& application, const TenantId& tenant,
                       const std::vector<ChangeSet>& change_sets);

  // True until the first change set has been accepted. The owner may delete such a tenant.
  bool empty() const;

  // Joins a session and delivers what it misses since `hello.cursor` (epoch 0: everything), with
  // the verdicts it has not processed. A person who is no member gets Left. Joining again replaces.
  Status Join(const Peer& peer, const TenantHello& hello, std::uint64_t now_ms);
  void Leave(SessionId session);
  bool joined(SessionId session) const;
  std::size_t session_count() const;
  // The next chunk of a session's snapshot, or its end. No effect if none is going on.
  Status ContinueSnapshot(SessionId session, std::uint64_t now_ms);

  // Queues change sets for the next Commit. The peer need not have joined.
  void Submit(const Peer& peer, std::vector<ChangeSet> change_sets);
  bool has_submitted() const;
  std::size_t submitted_bytes() const;  // approximate, for the owner's limits

  // Judges and applies what was submitted, up to a bound; call again while has_submitted(). On an
  // error of the storage nothing was applied and what was submitted is dropped (devices send again).
  Status Commit(std::uint64_t now_ms);
  // Drops tombstones older than the horizon, history that is kept no longer, and what deleted parts of
  // texts and lists left in rows (sessions hear of these two, so take the deliveries). Bounded work; true
  // if there is more.
  Result<bool> Sweep(std::uint64_t now_ms);

  std::vector<Delivery> TakeDeliveries();
  std::vector<MemberChange> TakeMemberChanges();
  // All members, to rebuild a directory from.
  Result<std::vector<Bytes>> Members();
  // Whether the tenant has a row in that table; false if there is no such table.
  Result<bool> HasRows(std::string_view table);

  struct Counters {
    std::uint64_t accepted = 0, refused = 0, repeated = 0, commits = 0;
  };
  const Counters& counters() const;

 private:
  struct State;
  explicit Authority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace syncline
