#include "relay/tenants/tenant_thread.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "relay/tenants/occupied_tables.hpp"

namespace syncline::relay {
namespace {

// Each takes some microseconds; a commit takes a hundred and more.
constexpr int kTurnsWaitedMax = 64;
constexpr std::uint64_t kSweepEveryMs = 3600ull * 1000;

SharedFrame Frame(const Message& message) {
  return std::make_shared<const Bytes>(EncodeFrame(message));
}

double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

TenantThread::TenantThread(const TenantStorage& storage, Directory& directory, Metrics& metrics,
                           const Log& log, Limits limits, TenantOutlets outlets)
    : storage_(storage),
      directory_(directory),
      metrics_(metrics),
      log_(log),
      limits_(limits),
      outlets_(std::move(outlets)) {}

TenantThread::~TenantThread() { metrics_.tenants -= tenants_.size(); }

void TenantThread::UseApplication(std::shared_ptr<const Application> application) {
  CHECK(tenants_.empty());
  application_ = std::move(application);
  damaged_.clear();
}

void TenantThread::Join(const Peer& peer, const TenantHello& hello) {
  if (!application_) return outlets_.cut({peer.session});
  const TenantId& tenant = hello.tenant;
  if (!IsTenantId(tenant) || (!tenants_.count(tenant) && !storage_.exists(tenant))) {
    outlets_.deliver(tenant, {{peer.session, Frame(Left{tenant}), false}});
    return;
  }
  const auto open = Open(tenant);
  if (!open) return TurnAway(peer.session, tenant, open.error());
  (*open)->joined.insert(peer.session);
  const Status joined = (*open)->authority->Join(peer, hello, outlets_.now_ms());
  if (!joined) return Drop(tenants_.find(tenant), "join", joined.error());
  if (!(*open)->authority->joined(peer.session)) (*open)->joined.erase(peer.session);
  PassOn(tenant, **open);
}

// What may pass is tried again after a new connection. A damaged tenant must not keep a person from
// their others, so their session goes on without it.
void TenantThread::TurnAway(SessionId session, const TenantId& tenant, const Error& error) {
  if (error.code == Code::kUnavailable) {
    LogFailure(tenant, "open", error);
    outlets_.cut({session});
  } else if (damaged_.insert(tenant).second) {
    LogFailure(tenant, "open", error);
  }
}

void TenantThread::Leave(SessionId session, const TenantId& tenant) {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return;
  found->second.authority->Leave(session);
  found->second.joined.erase(session);
  found->second.used_ms = outlets_.now_ms();
}

void TenantThread::ContinueSnapshot(SessionId session, const TenantId& tenant) {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return;
  const Status continued = found->second.authority->ContinueSnapshot(session, outlets_.now_ms());
  if (!continued) return Drop(found, "snapshot", continued.error());
  PassOn(tenant, found->second);
}

void TenantThread::Submit(const Peer& peer, const TenantId& tenant,
                          std::vector<ChangeSet> change_sets) {
  if (!application_) return outlets_.cut({peer.session});
  const bool known = IsTenantId(tenant) && (tenants_.count(tenant) || storage_.exists(tenant));
  if (!known && (!IsTenantId(tenant) || !Authority::CanFound(*application_, tenant, change_sets))) {
    return Refuse(peer, tenant, change_sets);
  }
  const auto open = Open(tenant);
  if (!open) return TurnAway(peer.session, tenant, open.error());
  Authority& authority = *(*open)->authority;
  if (authority.submitted_bytes() > limits_.queue_bytes_max) {
    log_.Warn("tenant_queue_full", {{"tenant", tenant.text}, {"session", peer.session.value}});
    return outlets_.cut({peer.session});
  }
  authority.Submit(peer, std::move(change_sets));
  (*open)->waiting.insert(peer.session);
  more_came_ = true;
  if (!(*open)->due) {
    (*open)->due = true;
    due_.push_back(tenant);
  }
  ScheduleTurn();
}

// The same words as for a tenant that exists and denies: from outside they look the same.
void TenantThread::Refuse(const Peer& peer, const TenantId& tenant,
                          const std::vector<ChangeSet>& change_sets) {
  ++metrics_.unknown_tenants;
  Verdict verdict;
  verdict.tenant = tenant;
  verdict.difference_ms = peer.difference_ms;
  for (const ChangeSet& change_set : change_sets) {
    verdict.settled = std::max(verdict.settled, change_set.number);
    verdict.refused.push_back({change_set.number, Code::kDenied,
                               "There is no such organization, or no access to it", "", "", ""});
  }
  outlets_.deliver(tenant, {{peer.session, Frame(std::move(verdict)), false}});
}

Result<TenantThread::OpenTenant*> TenantThread::Open(const TenantId& tenant) {
  const auto found = tenants_.find(tenant);
  if (found != tenants_.end()) {
    found->second.used_ms = outlets_.now_ms();
    return &found->second;
  }
  if (damaged_.count(tenant)) return Fail(Code::kCorrupt, "found damaged before");
  const Status room = MakeRoom();
  if (!room) return Fail(room.error());
  auto database = storage_.open(tenant);
  if (!database) return Fail(database.error());
  auto authority = Authority::Open(std::move(*database), *application_, tenant, {}, RandomEpoch());
  if (!authority) return Fail(authority.error());
  OpenTenant open;
  open.authority = std::move(*authority);
  open.used_ms = outlets_.now_ms();
  open.sweep_ms = open.used_ms;
  ++metrics_.tenants;
  return &tenants_.emplace(tenant, std::move(open)).first->second;
}

// Closes the tenant that has been idle longest if there are as many as may be.
Status TenantThread::MakeRoom() {
  if (tenants_.size() < limits_.open_max) return Done{};
  auto oldest = tenants_.end();
  for (auto it = tenants_.begin(); it != tenants_.end(); ++it) {
    if (!idle(it->second)) continue;
    if (oldest == tenants_.end() || it->second.used_ms < oldest->second.used_ms) oldest = it;
  }
  if (oldest == tenants_.end()) {
    return Fail(Code::kUnavailable, "tenants_open_max tenants are in use on this thread");
  }
  Close(oldest);
  return Done{};
}

void TenantThread::ScheduleTurn() {
  if (turn_scheduled_ || due_.empty()) return;
  turn_scheduled_ = true;
  outlets_.later([this] {
    turn_scheduled_ = false;
    TakeTurn();
    ScheduleTurn();
  });
}

// A session on this same thread reads one message a turn. While messages keep coming, they are let
// in before the commit, so that all that waited in the sockets shares one.
void TenantThread::TakeTurn() {
  if (std::exchange(more_came_, false) && turns_waited_ < kTurnsWaitedMax) {
    ++turns_waited_;
    return;
  }
  turns_waited_ = 0;
  CommitNext();
}

void TenantThread::CommitNext() {
  if (due_.empty()) return;
  const auto found = tenants_.find(due_.front());
  due_.pop_front();
  if (found == tenants_.end()) return;
  found->second.due = false;
  Commit(found);
}

void TenantThread::CommitAll() {
  while (!due_.empty()) CommitNext();
}

void TenantThread::Commit(Tenants::iterator found) {
  const TenantId tenant = found->first;
  OpenTenant& open = found->second;
  const Status prepared = PrepareToWrite(tenant, open);
  if (!prepared) return Drop(found, "directory", prepared.error());

  const Authority::Counters before = open.authority->counters();
  const auto start = std::chrono::steady_clock::now();
  const Status committed = open.authority->Commit(outlets_.now_ms());
  metrics_.commit_latency.Observe(MillisecondsSince(start));
  if (!committed) return Drop(found, "commit", committed.error());
  const Authority::Counters& after = open.authority->counters();
  metrics_.accepted += after.accepted - before.accepted;
  metrics_.refused += after.refused - before.refused;
  metrics_.repeated += after.repeated - before.repeated;
  metrics_.commits += after.commits - before.commits;

  if (open.authority->has_submitted()) {
    open.due = true;
    due_.push_back(tenant);
  } else {
    open.waiting.clear();
  }
  PassOn(tenant, open);
  TellMembers(tenant, open);
  // Nobody founded it after all: its file goes at once.
  if (open.authority->empty() && idle(open)) Close(found);
}

// The directory must know, durably, that this tenant's members may change. If it knew already, the
// tenant was not closed in order, and its members are read again.
Status TenantThread::PrepareToWrite(const TenantId& tenant, OpenTenant& open) {
  if (open.marked_dirty) return Done{};
  const auto was_dirty = directory_.MarkDirty(tenant);
  if (!was_dirty) return Fail(was_dirty.error());
  open.marked_dirty = true;
  return *was_dirty ? StoreMembers(tenant, open) : Status(Done{});
}

Status TenantThread::StoreMembers(const TenantId& tenant, OpenTenant& open) {
  const auto members = open.authority->Members();
  return members ? directory_.Replace(tenant, *members) : Status(Fail(members.error()));
}

void TenantThread::TellMembers(const TenantId& tenant, OpenTenant& open) {
  const std::vector<MemberChange> changes = open.authority->TakeMemberChanges();
  if (changes.empty()) return;
  const Status stored = directory_.Apply(tenant, changes);
  if (!stored) {
    open.directory_behind = true;
    LogFailure(tenant, "directory", stored.error());
  }
  std::vector<Bytes> added;
  for (const MemberChange& change : changes) {
    if (change.present) added.push_back(change.member);
  }
  if (!added.empty()) outlets_.members_added(tenant, std::move(added));
}

void TenantThread::PassOn(const TenantId& tenant, OpenTenant& open) {
  auto deliveries = open.authority->TakeDeliveries();
  if (!deliveries.empty()) outlets_.deliver(tenant, std::move(deliveries));
}

void TenantThread::LogFailure(const TenantId& tenant, const char* doing, const Error& error) {
  ++metrics_.storage_errors;
  log_.Error("tenant_failed", {{"tenant", tenant.text},
                               {"doing", doing},
                               {"code", CodeName(error.code)},
                               {"error", error.message}});
}

// Drops the tenant as it is: what was acknowledged is in its file, the rest is sent again. It stays
// marked dirty, so its members are read anew.
void TenantThread::Drop(Tenants::iterator found, const char* doing, const Error& error) {
  LogFailure(found->first, doing, error);
  if (error.code == Code::kCorrupt) damaged_.insert(found->first);
  std::set<SessionId> sessions = std::move(found->second.joined);
  sessions.merge(found->second.waiting);
  tenants_.erase(found);
  --metrics_.tenants;
  outlets_.cut({sessions.begin(), sessions.end()});
}

TenantThread::Tenants::iterator TenantThread::Close(Tenants::iterator found) {
  const TenantId tenant = found->first;
  OpenTenant& open = found->second;
  const bool empty = open.authority->empty();
  Status told = Done{};
  if (!empty && open.directory_behind) told = StoreMembers(tenant, open);
  const bool dirty = open.marked_dirty;
  const auto next = tenants_.erase(found);
  --metrics_.tenants;
  if (told && empty) {
    told = storage_.remove(tenant);
    if (told) told = directory_.Remove(tenant);
  } else if (told && dirty) {
    told = directory_.MarkClean(tenant);
  }
  if (!told) LogFailure(tenant, "close", told.error());
  return next;
}

void TenantThread::Tick() {
  const std::uint64_t now_ms = outlets_.now_ms();
  for (auto it = tenants_.begin(); it != tenants_.end();) {
    OpenTenant& open = it->second;
    if (idle(open) && now_ms >= open.used_ms + limits_.idle_ms) {
      it = Close(it);
      continue;
    }
    const auto current = it++;
    if (now_ms < open.sweep_ms) continue;
    const auto more = open.authority->Sweep(now_ms);
    if (!more) {
      Drop(current, "sweep", more.error());
      continue;
    }
    PassOn(current->first, open);
    if (!*more) open.sweep_ms = now_ms + kSweepEveryMs;
  }
}

Result<std::set<std::string>> TenantThread::OccupiedTables(const Application& application,
                                                           const std::vector<TenantId>& tenants,
                                                           const std::set<std::string>& tables) {
  std::set<std::string> occupied;
  for (const TenantId& tenant : tenants) {
    const auto open = tenants_.find(tenant);
    const Status added =
        open != tenants_.end()    ? AddOccupied(*open->second.authority, tables, occupied)
        : storage_.exists(tenant) ? AddOccupied(storage_, application, tenant, tables, occupied)
                                  : Status(Done{});
    if (!added) {
      return Fail(added.error().code, "tenant " + tenant.text + ": " + added.error().message);
    }
  }
  return occupied;
}

void TenantThread::CloseAll() {
  CommitAll();
  for (auto it = tenants_.begin(); it != tenants_.end();) it = Close(it);
}

}  // namespace syncline::relay
