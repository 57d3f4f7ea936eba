// TenantThread: the tenants that live on one thread of the relay. It opens them when they are needed,
// gathers what is submitted to them in one turn of the thread into one commit each (group commit),
// passes on what their sessions are due, and closes the idle ones.
//
// While it has no application, no tenant is opened: who comes is cut and comes back.
//
// It has no sockets and no threads: its owner calls it on one thread and gives it TenantOutlets. A
// tenant that fails (disk full, damaged file) is dropped and its sessions are cut; the rest goes on.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "relay/log.hpp"
#include "relay/metrics.hpp"
#include "relay/tenants/directory.hpp"
#include "relay/tenants/storage.hpp"
#include "shared/sync/authority.hpp"
#include "shared/wire/messages.hpp"

namespace syncline::relay {

// What a TenantThread asks of its owner; all are called on its thread.
struct TenantOutlets {
  // Runs the work on this thread, after what waits there already.
  std::function<void(std::function<void()>)> later;
  std::function<void(const TenantId&, std::vector<Delivery>)> deliver;
  // These people became members; the directory knows it already.
  std::function<void(const TenantId&, std::vector<Bytes>)> members_added;
  // These sessions cannot be served now and are to connect again.
  std::function<void(std::vector<SessionId>)> cut;
  std::function<std::uint64_t()> now_ms;
};

class TenantThread {
 public:
  struct Limits {
    std::size_t open_max = 1000;
    std::uint64_t idle_ms = 60'000;
    std::size_t queue_bytes_max = 64 << 20;
  };
  TenantThread(const TenantStorage& storage, Directory& directory, Metrics& metrics, const Log& log,
               Limits limits, TenantOutlets outlets);
  ~TenantThread();
  TenantThread(const TenantThread&) = delete;
  TenantThread& operator=(const TenantThread&) = delete;

  // What tenants are opened with from now on; null for none. REQUIRES: no tenant is open.
  void UseApplication(std::shared_ptr<const Application> application);

  void Join(const Peer& peer, const TenantHello& hello);
  void Leave(SessionId session, const TenantId& tenant);
  void ContinueSnapshot(SessionId session, const TenantId& tenant);
  void Submit(const Peer& peer, const TenantId& tenant, std::vector<ChangeSet> change_sets);

  // Call each second: closes tenants that were idle, drops old tombstones.
  void Tick();
  // Commits what was submitted, without waiting for the turn.
  void CommitAll();
  // Commits, then closes every tenant.
  void CloseAll();
  std::size_t open_count() const { return tenants_.size(); }
  // Which of `tables` have rows in these tenants, which live on this thread.
  Result<std::set<std::string>> OccupiedTables(const Application& application,
                                               const std::vector<TenantId>& tenants,
                                               const std::set<std::string>& tables);

 private:
  struct OpenTenant {
    std::unique_ptr<Authority> authority;
    // Joined, or waiting for a verdict: who is cut if the tenant fails.
    std::set<SessionId> joined, waiting;
    std::uint64_t used_ms = 0;
    std::uint64_t sweep_ms = 0;  // when tombstones are next looked at
    bool marked_dirty = false;
    bool directory_behind = false;  // a change of members could not be stored
    bool due = false;               // in due_
  };
  using Tenants = std::map<TenantId, OpenTenant>;

  Result<OpenTenant*> Open(const TenantId& tenant);
  Status MakeRoom();
  Status PrepareToWrite(const TenantId& tenant, OpenTenant& open);
  Status StoreMembers(const TenantId& tenant, OpenTenant& open);
  void ScheduleTurn();
  void TakeTurn();
  void CommitNext();
  void Commit(Tenants::iterator found);
  void TellMembers(const TenantId& tenant, OpenTenant& open);
  void PassOn(const TenantId& tenant, OpenTenant& open);
  void TurnAway(SessionId session, const TenantId& tenant, const Error& error);
  void Refuse(const Peer& peer, const TenantId& tenant, const std::vector<ChangeSet>& change_sets);
  void Drop(Tenants::iterator found, const char* doing, const Error& error);
  void LogFailure(const TenantId& tenant, const char* doing, const Error& error);
  Tenants::iterator Close(Tenants::iterator found);
  bool idle(const OpenTenant& open) const { return open.joined.empty() && !open.due; }

  std::shared_ptr<const Application> application_;
  const TenantStorage& storage_;
  Directory& directory_;
  Metrics& metrics_;
  const Log& log_;
  const Limits limits_;
  const TenantOutlets outlets_;
  Tenants tenants_;
  // Found damaged: not opened again until the relay is started or deployed to anew.
  std::set<TenantId> damaged_;
  std::deque<TenantId> due_;  // tenants with something submitted, each once
  bool turn_scheduled_ = false;
  // Turns that were given up to let more arrive, and whether more did.
  int turns_waited_ = 0;
  bool more_came_ = false;
};

}  // namespace syncline::relay
