// SimRelay: the relay without sockets and threads: the real RelaySession and Authority, and around them
// what relay/ does, played: tasks posted to a tenant, group commits, the directory of members.
//
// What it accepts, refuses and sends is held against the Reference as it goes. Its disk can be backed up and
// restored: then each tenant begins a new epoch, with the reference as it was at the backup.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "shared/store/table_store.hpp"
#include "shared/sync/authority.hpp"
#include "shared/sync/relay_session.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/reference.hpp"
#include "tests/simulation/releases.hpp"
#include "tests/simulation/sim_disk.hpp"
#include "tests/simulation/strict_reads.hpp"

namespace syncline::simulation {

// Every change set that a device has made, by its bytes: what is sent must never differ.
using MadeChangeSets = std::map<std::tuple<TenantId, ReplicaId, std::uint64_t>, Bytes>;

class SimRelay {
 public:
  struct Options {
    Authority::Options authority;
    std::uint64_t token_ms_max = 60'000;
    std::uint64_t snapshot_pause_ms_max = 2;
    // What a session may leave unread before it is cut.
    std::size_t unread_bytes_max = 20'000;
  };

  SimRelay(Context& context, const Releases& releases, unsigned rules, Network& network,
           MadeChangeSets& made, const StrictJournal& strict, Options options);

  void Start();
  // The machine goes down as it is.
  void Kill();
  bool running() const { return running_; }
  // Nothing if it is not running.
  void Backup();
  // Without a backup, nothing.
  void Restore();
  // Starts anew with these.
  void SetRules(unsigned rules);
  unsigned rules() const { return rules_; }
  SimDisk& disk() { return disk_; }

  // A tenant that nobody uses is closed, as an idle one is.
  void CloseSomeTenant();
  void Sweep();
  // Nothing more will come of what was sent so far.
  bool quiet() const { return tasks_ == 0; }

  const std::map<TenantId, Reference>& tenants() const { return references_; }
  const Reference* Find(const TenantId& tenant) const;
  // The tenant as the copy of that epoch had it, which may be gone.
  const Reference* FindEpoch(const TenantId& tenant, std::uint64_t epoch) const;
  // How often it was restored.
  std::uint64_t restored() const { return restored_; }
  // Whether the present copy has decided on it; Settled is also true for one that is gone.
  bool SettledNow(const TenantId& tenant, ReplicaId replica, std::uint64_t number) const;
  // Whether any copy accepted it, or refused it.
  bool EverDecided(const TenantId& tenant, ReplicaId replica, std::uint64_t number,
                   bool accepted) const;
  bool EverMember(const TenantId& tenant, const std::string& person) const;
  bool EverReadable(const TenantId& tenant, const std::string& person, const RowKey& key) const;
  // Which rules a cursor's scope names.
  unsigned RulesOf(const std::string& scope) const {
    return rules_by_hash_.at(scope.substr(0, 16));
  }
  // What this replica sends need not be what it sent before.
  void Distrust(ReplicaId replica) { hostile_.insert(replica); }
  // Whether every copy that decided on it accepted it.
  bool SettledAccepted(const TenantId& tenant, ReplicaId replica, std::uint64_t number) const {
    return EverDecided(tenant, replica, number, true) &&
           !EverDecided(tenant, replica, number, false) &&
           refused_unknown_.count({tenant, replica, number}) == 0;
  }
  // Whether a change set was decided, or refused because nobody knows its tenant.
  bool Settled(const TenantId& tenant, ReplicaId replica, std::uint64_t number) const;
  // Every open tenant's rows and indexes are what the reference has.
  void CheckRows();

 private:
  static std::string FileOf(const TenantId& tenant) { return tenant.text; }
  struct Session {
    RelaySession protocol;
    LinkId link;
    std::string person;
    std::optional<Bytes> member;
    std::set<TenantId> joined;
    std::uint64_t last_task_ms = 0;
    // Reads what is sent, as the device will.
    RelayTenants told{};
    RelayFrames frames{};
  };
  struct Submission {
    std::string person;
    ChangeSet change_set;
  };
  // A group that may be in the file, or not.
  struct Doubt {
    std::vector<Submission> group;
    std::uint64_t now_ms = 0;
    unsigned rules = 0;  // those that it was judged by
  };
  struct Tenant {
    std::unique_ptr<Authority> authority;
    Database* database = nullptr;       // the authority's
    std::unique_ptr<TableStore> store;  // a second view of the authority's file, to check it
    std::vector<Submission> submitted;
    std::set<SessionId> joined, waiting;
    std::uint64_t last_delivery_ms = 0;
    bool due = false;
  };

  void OnOpened(LinkId link);
  void OnMessage(LinkId link, ByteView message);
  void OnClosed(LinkId link);
  void ScheduleTick();

  Session* FindSession(SessionId id);
  void Handle(SessionId id, std::vector<SessionRequest> requests);
  void Do(SessionId id, VerifyToken request);
  void Do(SessionId id, JoinTenant request);
  void Do(SessionId id, SubmitTo request);
  void Do(SessionId id, Send request);
  void Do(SessionId id, CloseSession request);
  void Cut(SessionId id);
  void EndSession(SessionId id, bool gently);

  // Runs later unless the relay goes down before; a session's tasks keep their order.
  void Later(std::uint64_t delay_ms, std::function<void()> work);
  void Post(SessionId from, std::function<void()> work);

  Tenant* Open(const TenantId& tenant);
  void Close(const TenantId& tenant);
  void SweepTenants();
  void Join(const Peer& peer, const TenantHello& hello);
  void Submit(const Peer& peer, const std::string& person, const TenantId& tenant,
              std::vector<ChangeSet> change_sets);
  void RefuseUnknown(const Peer& peer, const TenantId& tenant,
                     const std::vector<ChangeSet>& change_sets);
  void Commit(const TenantId& tenant);
  // The storage failed: what was submitted may or may not be in the file.
  void Drop(const TenantId& tenant, const Error& error);
  void Resolve(const TenantId& tenant, Database& database, TableStore& store);
  Reference::Verdict Decide(Reference& reference, const Submission& one, std::uint64_t now_ms,
                            Database& database) const;
  // A sentence if it read what is no more, or not what is there now.
  std::string Stale(const Reference& reference, const Submission& one) const;
  // After a sweep, which may have made a seq.
  void FollowSweep(const TenantId& tenant, Database& database, TableStore& store);
  // For what the rows alone do not tell.
  bool Refused(const Reference& reference, Database& database, const Submission& one) const;
  // Whether the present or any past copy of the tenant says so.
  template <class Asks>
  bool AnyCopy(const TenantId& tenant, Asks asks) const;
  void SendTo(SessionId id, Bytes message);
  void PassOn(const TenantId& tenant, Tenant& open);
  void Deliver(const TenantId& tenant, const Delivery& delivery);
  void TellMembers(const TenantId& tenant, Tenant& open);
  void LearnMembers(const TenantId& tenant, Tenant& open);

  const Application& application() const { return releases_.Of(rules_, true).application; }
  Reference& ReferenceOf(const TenantId& tenant);
  void CheckCounters(const Authority::Counters& before, const Authority::Counters& after,
                     const std::vector<Reference::Verdict>& expected);
  void CheckFrame(const TenantId& tenant, Session& session, ByteView frame);
  static void CheckReason(const Refusal& refusal, const Reference::Verdict& decided);
  void CheckShown(const Reference& reference, const Session& session, const DeltaRow& row);

  Context& context_;
  const Releases& releases_;
  unsigned rules_;
  Network& network_;
  MadeChangeSets& made_;
  const StrictJournal& strict_;
  const Options options_;
  SimDisk disk_;
  bool running_ = false;
  std::uint64_t generation_ = 0;
  std::uint64_t sessions_made_ = 0;
  std::size_t tasks_ = 0;
  std::map<SessionId, Session> sessions_;
  std::map<LinkId, SessionId> session_by_link_;
  std::map<TenantId, Tenant> open_;
  std::map<Bytes, std::set<TenantId>> tenants_by_member_;
  std::map<TenantId, Reference> references_;
  // Copies that were replaced by older ones, by their epoch.
  std::map<TenantId, std::map<std::uint64_t, Reference>> past_;
  struct BackedUp {
    SimDisk::Image disk;
    std::map<TenantId, Reference> references;
  };
  std::optional<BackedUp> backup_;
  std::uint64_t restored_ = 0;
  // Restored, and not opened since.
  std::set<TenantId> to_renew_;
  std::map<std::string, unsigned> rules_by_hash_;
  std::set<ReplicaId> hostile_;
  std::set<std::tuple<TenantId, ReplicaId, std::uint64_t>> refused_unknown_;
  // Tenants whose last sweep failed: it may be in the file.
  std::set<TenantId> swept_in_doubt_;
  // Groups whose commit failed, by tenant.
  std::map<TenantId, Doubt> in_doubt_;
};

}  // namespace syncline::simulation
