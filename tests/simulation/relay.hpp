// SimRelay: the relay without sockets and threads: the real RelaySession and Authority, and around them
// what relay/ does, played: tasks posted to a tenant, group commits, the directory of members.
//
// What it accepts, refuses and sends is held against the Reference as it goes.
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
#include "tests/simulation/sim_disk.hpp"

namespace syncline::simulation {

// Every change set that a device has made, by its bytes: what is sent must never differ.
using MadeChangeSets = std::map<std::tuple<TenantId, ReplicaId, std::uint64_t>, Bytes>;

class SimRelay {
 public:
  struct Options {
    Authority::Options authority;
    bool by_person = false;
    std::uint64_t token_ms_max = 60'000;
    std::uint64_t snapshot_pause_ms_max = 2;
  };

  SimRelay(Context& context, const Application& application, Network& network, MadeChangeSets& made,
           Options options);

  void Start();
  // The machine goes down as it is.
  void Kill();
  bool running() const { return running_; }
  SimDisk& disk() { return disk_; }

  // A tenant that nobody uses is closed, as an idle one is.
  void CloseSomeTenant();
  void Sweep();
  // Nothing more will come of what was sent so far.
  bool quiet() const { return tasks_ == 0; }

  const std::map<TenantId, Reference>& tenants() const { return references_; }
  const Reference* Find(const TenantId& tenant) const;
  // Whether a change set was decided, or refused because nobody knows its tenant.
  bool Settled(const TenantId& tenant, ReplicaId replica, std::uint64_t number) const;
  // Every open tenant's rows and indexes are what the reference has.
  void CheckRows();

 private:
  struct Session {
    RelaySession protocol;
    LinkId link;
    std::string person;
    std::optional<Bytes> member;
    std::set<TenantId> joined;
    std::uint64_t last_task_ms = 0;
  };
  struct Submission {
    std::string person;
    ChangeSet change_set;
  };
  struct Tenant {
    std::unique_ptr<Authority> authority;
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
  void Resolve(const TenantId& tenant, Database& database);
  void PassOn(const TenantId& tenant, Tenant& open);
  void Deliver(const TenantId& tenant, const Delivery& delivery);
  void TellMembers(const TenantId& tenant, Tenant& open);
  void LearnMembers(const TenantId& tenant, Tenant& open);

  Reference& ReferenceOf(const TenantId& tenant);
  void CheckCounters(const Authority::Counters& before, const Authority::Counters& after,
                     const std::vector<Reference::Verdict>& expected);
  void CheckFrame(const TenantId& tenant, const Session& session, ByteView frame);
  void CheckShown(const Reference& reference, const Session& session, const DeltaRow& row);

  Context& context_;
  const Application& application_;
  Network& network_;
  MadeChangeSets& made_;
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
  std::set<std::tuple<TenantId, ReplicaId, std::uint64_t>> refused_unknown_;
  // Groups whose commit failed: by tenant, with the time of the commit.
  std::map<TenantId, std::pair<std::vector<Submission>, std::uint64_t>> in_doubt_;
};

}  // namespace syncline::simulation
