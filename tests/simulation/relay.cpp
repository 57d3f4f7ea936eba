#include "tests/simulation/relay.hpp"

#include <algorithm>
#include <cstdio>

#include "shared/base/check.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/told.hpp"

namespace syncline::simulation {
namespace {

std::string FileOf(const TenantId& tenant) { return tenant.text; }

SharedFrame Frame(const Message& message) {
  return std::make_shared<const Bytes>(EncodeFrame(message));
}

// As cursors have it in their scope.
std::string Hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

SimRelay::SimRelay(Context& context, const Releases& releases, unsigned rules, Network& network,
                   MadeChangeSets& made, const StrictJournal& strict, Options options)
    : context_(context),
      releases_(releases),
      rules_(rules),
      network_(network),
      made_(made),
      strict_(strict),
      options_(options),
      disk_(context, "sim-relay") {
  network_.set_relay({[this](LinkId link) { OnOpened(link); },
                      [this](LinkId link, ByteView message) { OnMessage(link, message); },
                      [this](LinkId link) { OnClosed(link); }});
  for (unsigned set = 0; set < kRuleSets; ++set) {
    rules_by_hash_[Hex(releases.Of(set, true).application.rules.hash())] = set;
  }
}

// --- life ---

void SimRelay::Start() {
  context_.Note([] { return std::string("relay starts"); });
  disk_.Restart();
  running_ = true;
  for (const auto& [tenant, reference] : references_) {
    if (!disk_.Exists(FileOf(tenant))) continue;
    Tenant* open = Open(tenant);
    if (!open) return Kill();  // the disk failed at once
    LearnMembers(tenant, *open);
  }
  ScheduleTick();
}

void SimRelay::Kill() {
  if (!running_) return;
  context_.Note([] { return std::string("relay is killed"); });
  disk_.Kill();
  running_ = false;
  ++generation_;
  tasks_ = 0;
  // What waits to be committed goes with the memory; a group that is in doubt stays noted.
  open_.clear();
  tenants_by_member_.clear();
  for (const auto& [link, session] : session_by_link_) network_.Close(link, Side::kRelay, false);
  session_by_link_.clear();
  sessions_.clear();
}

void SimRelay::Backup() {
  if (!running_ || !in_doubt_.empty() || !swept_in_doubt_.empty()) return;
  backup_ = BackedUp{disk_.Copy(), references_};
}

void SimRelay::Restore() {
  if (!backup_) return;
  Kill();
  ++restored_;
  disk_.Replace(backup_->disk);
  in_doubt_.clear();
  swept_in_doubt_.clear();
  for (auto& [tenant, reference] : references_) {
    if (reference.epoch() == 0) continue;  // restored, and nobody has seen it
    past_[tenant].insert_or_assign(reference.epoch(), std::move(reference));
  }
  references_ = backup_->references;
  to_renew_.clear();
  for (auto& [tenant, reference] : references_) {
    reference.SetRules(rules_);
    reference.set_epoch(0);
    to_renew_.insert(tenant);
  }
}

void SimRelay::SetRules(unsigned rules) {
  if (rules == rules_) return;
  Kill();
  rules_ = rules;
  for (auto& [tenant, reference] : references_) reference.SetRules(rules);
}

void SimRelay::Later(std::uint64_t delay_ms, std::function<void()> work) {
  ++tasks_;
  context_.After(delay_ms, [this, generation = generation_, work = std::move(work)] {
    if (generation != generation_) return;
    --tasks_;
    work();
    if (disk_.dead()) Kill();
  });
}

void SimRelay::Post(SessionId from, std::function<void()> work) {
  const std::uint64_t now_ms = context_.now_ms();
  std::uint64_t at_ms = now_ms + context_.Between(0, 2);
  if (Session* session = FindSession(from)) {
    at_ms = session->last_task_ms = std::max(session->last_task_ms, at_ms);
  }
  Later(at_ms - now_ms, std::move(work));
}

// Not a task: nothing waits for it.
void SimRelay::ScheduleTick() {
  context_.After(1000, [this, generation = generation_] {
    if (generation != generation_) return;
    std::vector<SessionId> ids;
    for (const auto& [id, session] : sessions_) ids.push_back(id);
    for (const SessionId id : ids) {
      if (Session* session = FindSession(id)) {
        Handle(id, session->protocol.OnTick(context_.now_ms()));
      }
    }
    ScheduleTick();
  });
}

// --- sessions ---

void SimRelay::OnOpened(LinkId link) {
  if (!running_) return network_.Close(link, Side::kRelay, false);
  const SessionId id{++sessions_made_};
  sessions_.emplace(id, Session{RelaySession(id, application(), {}), link, {}, {}, {}, 0});
  session_by_link_[link] = id;
}

void SimRelay::OnMessage(LinkId link, ByteView message) {
  const auto found = session_by_link_.find(link);
  if (found == session_by_link_.end()) return;
  const SessionId id = found->second;
  Handle(id, FindSession(id)->protocol.OnMessage(message, context_.now_ms()));
}

void SimRelay::OnClosed(LinkId link) {
  const auto found = session_by_link_.find(link);
  if (found != session_by_link_.end()) EndSession(found->second, false);
}

SimRelay::Session* SimRelay::FindSession(SessionId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void SimRelay::EndSession(SessionId id, bool gently) {
  Session& session = *FindSession(id);
  for (const TenantId& tenant : session.joined) {
    Post(id, [this, id, tenant] {
      const auto open = open_.find(tenant);
      if (open == open_.end()) return;
      open->second.authority->Leave(id);
      open->second.joined.erase(id);
    });
  }
  network_.Close(session.link, Side::kRelay, gently);
  session_by_link_.erase(session.link);
  sessions_.erase(id);
}

void SimRelay::Cut(SessionId id) {
  Session* session = FindSession(id);
  if (!session) return;
  context_.Note([&] { return "relay cuts the session of " + session->person; });
  network_.Send(session->link, Side::kRelay,
                EncodeFrame(Fault{Code::kUnavailable, "try again later"}));
  EndSession(id, true);
}

void SimRelay::Handle(SessionId id, std::vector<SessionRequest> requests) {
  for (SessionRequest& request : requests) {
    if (!FindSession(id)) return;
    std::visit([&](auto& one) { Do(id, std::move(one)); }, request);
  }
}

// A token is the person's name.
void SimRelay::Do(SessionId id, VerifyToken request) {
  Later(context_.Between(0, 3), [this, id, token = request.token] {
    Session* session = FindSession(id);
    if (!session) return;
    const std::uint64_t now_ms = context_.now_ms();
    if (token == "forged") {
      return Handle(id, session->protocol.OnVerified(Fail(Code::kDenied, "forged"), {}, now_ms));
    }
    Identity identity{ClaimsOf(token), now_ms + context_.Between(2000, options_.token_ms_max)};
    session->person = token;
    session->member = application().rules.MemberKey(identity.claims);
    const std::set<TenantId>& tenants = tenants_by_member_[*session->member];
    Handle(id, session->protocol.OnVerified(std::move(identity), {tenants.begin(), tenants.end()},
                                            now_ms));
  });
}

void SimRelay::Do(SessionId id, JoinTenant request) {
  Session& session = *FindSession(id);
  session.joined.insert(request.hello.tenant);
  Post(id, [this, peer = session.protocol.peer(), hello = std::move(request.hello)] {
    Join(peer, hello);
  });
}

void SimRelay::Do(SessionId id, SubmitTo request) {
  Session& session = *FindSession(id);
  Post(id, [this, peer = session.protocol.peer(), person = session.person,
            request = std::move(request)] {
    Submit(peer, person, request.tenant, request.change_sets);
  });
}

void SimRelay::Do(SessionId id, Send request) { SendTo(id, std::move(request.frame)); }

void SimRelay::Do(SessionId id, CloseSession request) {
  context_.Note([&] {
    return "relay closes the session of " + FindSession(id)->person + ": " + request.message;
  });
  EndSession(id, true);
}

// --- tenants ---

const Reference* SimRelay::Find(const TenantId& tenant) const {
  const auto found = references_.find(tenant);
  return found == references_.end() ? nullptr : &found->second;
}

const Reference* SimRelay::FindEpoch(const TenantId& tenant, std::uint64_t epoch) const {
  const Reference* present = Find(tenant);
  if (present && present->epoch() == epoch) return present;
  const auto past = past_.find(tenant);
  if (past == past_.end()) return nullptr;
  const auto found = past->second.find(epoch);
  return found == past->second.end() ? nullptr : &found->second;
}

bool SimRelay::SettledNow(const TenantId& tenant, ReplicaId replica, std::uint64_t number) const {
  const Reference* reference = Find(tenant);
  return (reference && reference->Decided(replica, number)) ||
         refused_unknown_.count({tenant, replica, number}) != 0;
}

template <class Asks>
bool SimRelay::AnyCopy(const TenantId& tenant, Asks asks) const {
  const Reference* present = Find(tenant);
  if (present && asks(*present)) return true;
  const auto past = past_.find(tenant);
  return past != past_.end() && std::any_of(past->second.begin(), past->second.end(),
                                            [&](const auto& copy) { return asks(copy.second); });
}

bool SimRelay::Settled(const TenantId& tenant, ReplicaId replica, std::uint64_t number) const {
  return SettledNow(tenant, replica, number) || AnyCopy(tenant, [&](const Reference& copy) {
           return copy.Decided(replica, number).has_value();
         });
}

bool SimRelay::EverDecided(const TenantId& tenant, ReplicaId replica, std::uint64_t number,
                           bool accepted) const {
  return AnyCopy(tenant, [&](const Reference& copy) {
    const auto decided = copy.Decided(replica, number);
    return decided && decided->accepted == accepted;
  });
}

bool SimRelay::EverMember(const TenantId& tenant, const std::string& person) const {
  return AnyCopy(tenant, [&](const Reference& copy) { return copy.EverMember(person); });
}

bool SimRelay::EverReadable(const TenantId& tenant, const std::string& person,
                            const RowKey& key) const {
  return AnyCopy(tenant, [&](const Reference& copy) { return copy.EverReadable(person, key); });
}

Reference& SimRelay::ReferenceOf(const TenantId& tenant) {
  const auto found = references_.find(tenant);
  if (found != references_.end()) return found->second;
  return references_.emplace(tenant, Reference(tenant, application().schema, rules_)).first->second;
}

SimRelay::Tenant* SimRelay::Open(const TenantId& tenant) {
  const auto found = open_.find(tenant);
  if (found != open_.end()) return &found->second;
  Database::Options options;
  options.path = FileOf(tenant);
  options.vfs = disk_.vfs();
  options.cache_kib = 1024;
  Result<std::unique_ptr<Database>> database = Database::Open(options);
  if (!database) {
    Drop(tenant, database.error());
    return nullptr;
  }
  Tenant open;
  Database& opened = **database;
  Authority::Options authority_options = options_.authority;
  authority_options.restored = to_renew_.count(tenant) != 0;
  Result<std::unique_ptr<Authority>> authority = Authority::Open(
      std::move(*database), application(), tenant, authority_options, context_.random.Next() | 2);
  if (!authority) {
    Drop(tenant, authority.error());
    return nullptr;
  }
  to_renew_.erase(tenant);
  open.authority = std::move(*authority);
  ReferenceOf(tenant).set_epoch(StoredEpoch(opened));
  Result<TableStore> store =
      TableStore::Open(opened, application().schema, ExtraIndexesOf(application()));
  if (!store) {
    open.authority.reset();
    Drop(tenant, store.error());
    return nullptr;
  }
  open.store = std::make_unique<TableStore>(std::move(*store));
  open.database = &opened;
  Resolve(tenant, opened, *open.store);
  if (swept_in_doubt_.erase(tenant)) FollowSweep(tenant, opened, *open.store);
  ReferenceOf(tenant).Reopened();
  Tenant& kept = open_.emplace(tenant, std::move(open)).first->second;
  CheckTenant(*kept.store, ReferenceOf(tenant));
  return &kept;
}

Reference::Verdict SimRelay::Decide(Reference& reference, const Submission& one,
                                    std::uint64_t now_ms, Database& database) const {
  const std::string stale = one.change_set.strict ? Stale(reference, one) : "";
  const Reference::Verdict verdict =
      reference.Decide(one.change_set, one.person, now_ms,
                       [&](const ChangeSet&) { return Refused(reference, database, one); });
  if (verdict.accepted && !stale.empty()) Break("serializable", stale);
  return verdict;
}

std::string SimRelay::Stale(const Reference& reference, const Submission& one) const {
  const auto found =
      strict_.find({reference.tenant(), one.change_set.replica, one.change_set.number});
  if (found == strict_.end()) return "";
  const StrictRead& read = found->second;
  std::map<std::string, std::string> now;
  for (const auto& [key, row] : reference.rows()) {
    if (key.table != NumberOfTable("schedules")) continue;
    if (!reference.MayReadBy(read.rules, {one.person, read.role}, key, *row)) continue;
    const auto text = [&, &fields = row->fields](const char* path) {
      const auto field = fields.find(path);
      return field == fields.end() ? std::string() : *field->second.As<std::string>();
    };
    if (text("status") == read.status) now[IdToText(key)] = text("title");
  }
  if (now == read.rows) return "";
  return "a strict mutation read " + std::to_string(read.rows.size()) + " schedules that were " +
         read.status + ", and was accepted when there were " + std::to_string(now.size()) +
         ", or others";
}

void SimRelay::FollowSweep(const TenantId& tenant, Database& database, TableStore& store) {
  const std::uint64_t seq = StoredSeq(database);
  Reference& reference = ReferenceOf(tenant);
  if (seq == reference.seq()) return;
  reference.Swept(seq, [&](const RowKey& key) { return StoredRow(store, key); });
}

// What strict mutations read is known for those that devices keep account of.
bool SimRelay::Refused(const Reference& reference, Database& database,
                       const Submission& one) const {
  const ChangeSet& change_set = one.change_set;
  const auto read = strict_.find({reference.tenant(), change_set.replica, change_set.number});
  if (!change_set.strict || read == strict_.end() || hostile_.count(change_set.replica) != 0) {
    return StoredRefusal(database, change_set.replica, change_set.number);
  }
  const std::string& scope = change_set.strict->cursor.scope;
  const bool same_scope = scope.size() > 17 && RulesOf(scope) == rules_ &&
                          scope.substr(17) == reference.RoleOf(one.person);
  return !same_scope || reference.MustRunAgain(change_set.strict->cursor, read->second.status);
}

// After a failed commit: all of the group is in the file, or nothing of it.
void SimRelay::Resolve(const TenantId& tenant, Database& database, TableStore& store) {
  const auto doubt = in_doubt_.find(tenant);
  if (doubt == in_doubt_.end()) return;
  const auto [group, now_ms] = std::move(doubt->second);
  in_doubt_.erase(doubt);
  Reference& reference = ReferenceOf(tenant);
  const std::map<ReplicaId, std::uint64_t> stored = StoredProgress(database);
  const auto agrees = [&](const Reference& candidate) {
    std::map<ReplicaId, std::uint64_t> numbers;
    for (const auto& [replica, progress] : candidate.progress()) numbers[replica] = progress.number;
    // Who was never heard of stands at 0, on both sides.
    std::map<ReplicaId, std::uint64_t> both = stored;
    for (const auto& [replica, number] : numbers) both.try_emplace(replica, 0);
    for (const auto& [replica, number] : both) numbers.try_emplace(replica, 0);
    return numbers == both;
  };
  if (agrees(reference)) return;
  for (const Submission& one : group) Decide(reference, one, now_ms, database);
  reference.Adopt([&](const RowKey& key) { return StoredRow(store, key); });
  reference.EndGroup();
  if (agrees(reference)) return;
  std::string what = "the file has neither all nor nothing of a group commit:";
  for (const auto& [replica, progress] : reference.progress()) {
    const auto at = stored.find(replica);
    what += " " + std::to_string(progress.number) + "/" +
            std::to_string(at == stored.end() ? 0 : at->second);
  }
  Break("group commit", what);
}

void SimRelay::Drop(const TenantId& tenant, const Error& error) {
  context_.Note([&] { return "relay drops " + Told(context_, tenant) + ": " + error.message; });
  Require(disk_.dead() || disk_.full() || disk_.faltered() || error.code == Code::kUnavailable,
          "relay", error.message.c_str());
  const auto found = open_.find(tenant);
  if (found == open_.end()) return;
  std::set<SessionId> sessions = std::move(found->second.joined);
  sessions.merge(found->second.waiting);
  open_.erase(found);
  for (const SessionId id : sessions) Cut(id);
}

void SimRelay::Close(const TenantId& tenant) {
  const auto found = open_.find(tenant);
  const bool empty = found->second.authority->empty();
  open_.erase(found);
  // Nobody founded it: what was refused there is forgotten, too.
  if (empty && !disk_.dead()) disk_.RemoveDatabase(FileOf(tenant));
  if (!empty) return;
  for (const auto& [place, verdict] : ReferenceOf(tenant).decided()) {
    refused_unknown_.insert({tenant, place.first, place.second});
  }
  references_.erase(tenant);
}

void SimRelay::CloseSomeTenant() {
  if (!running_) return;
  for (const auto& [tenant, open] : open_) {
    if (!open.joined.empty() || open.due) continue;
    const TenantId closing = tenant;
    context_.Note([&] { return "relay closes " + Told(context_, closing); });
    Close(closing);
    if (disk_.dead()) Kill();
    return;
  }
}

void SimRelay::Sweep() {
  if (running_) SweepTenants();
  if (disk_.dead()) Kill();
}

void SimRelay::SweepTenants() {
  const std::uint64_t now_ms = context_.now_ms();
  const std::uint64_t horizon_ms = options_.authority.tombstone_ms;
  for (auto& [tenant, open] : open_) {
    const Result<bool> swept = open.authority->Sweep(now_ms);
    if (!swept) {
      swept_in_doubt_.insert(tenant);
      Drop(TenantId(tenant), swept.error());
      return;
    }
    FollowSweep(tenant, *open.database, *open.store);
    PassOn(tenant, open);
    ReferenceOf(tenant).Sweep(now_ms - horizon_ms, now_ms - 12 * horizon_ms);
  }
}

void SimRelay::LearnMembers(const TenantId& tenant, Tenant& open) {
  const Result<std::vector<Bytes>> members = open.authority->Members();
  if (!members) return Drop(tenant, members.error());
  for (const Bytes& member : *members) tenants_by_member_[member].insert(tenant);
}

void SimRelay::Join(const Peer& peer, const TenantHello& hello) {
  const TenantId& tenant = hello.tenant;
  if (!open_.count(tenant) && !disk_.Exists(FileOf(tenant))) {
    return Deliver(tenant, {peer.session, Frame(Left{tenant}), false});
  }
  Tenant* open = Open(tenant);
  if (!open) return Cut(peer.session);
  const Status joined = open->authority->Join(peer, hello, context_.now_ms());
  if (joined) ReferenceOf(tenant).Told(peer.replica, hello, context_.now_ms());
  if (!joined) {
    open->joined.insert(peer.session);
    return Drop(tenant, joined.error());
  }
  if (open->authority->joined(peer.session)) open->joined.insert(peer.session);
  PassOn(tenant, *open);
}

void SimRelay::Submit(const Peer& peer, const std::string& person, const TenantId& tenant,
                      std::vector<ChangeSet> change_sets) {
  const bool known = open_.count(tenant) || disk_.Exists(FileOf(tenant));
  if (!known && !Authority::CanFound(application(), tenant, change_sets)) {
    return RefuseUnknown(peer, tenant, change_sets);
  }
  Tenant* open = Open(tenant);
  if (!open) return Cut(peer.session);
  for (ChangeSet& change_set : change_sets) {
    change_set.replica = peer.replica;
    const Bytes bytes = EncodeChangeSet(change_set);
    const MadeChangeSets::key_type place{tenant, peer.replica, change_set.number};
    // Without rows: the number of a refused one, offered to a copy that has forgotten it, or of one that the
    // device withdrew.
    if (!change_set.rows.empty()) made_.try_emplace(place, bytes);
    const auto made = made_.find(place);
    Require(made == made_.end() || made->second == bytes || hostile_.count(peer.replica) != 0 ||
                (change_set.rows.empty() && Settled(tenant, peer.replica, change_set.number)),
            "same bytes", "a change set was sent with other bytes");
    open->submitted.push_back({person, change_set});
  }
  context_.Note([&] {
    return person + " submits " + std::to_string(change_sets.front().number) + ".." +
           std::to_string(change_sets.back().number) + " to " + Told(context_, tenant);
  });
  open->authority->Submit(peer, std::move(change_sets));
  open->waiting.insert(peer.session);
  if (open->due) return;
  open->due = true;
  // At times the disk is busy, and a device that was cut is back before its change sets are decided.
  const std::uint64_t wait_ms = context_.Between(0, context_.OneIn(12) ? 700 : 4);
  Later(wait_ms, [this, tenant] { Commit(tenant); });
}

void SimRelay::RefuseUnknown(const Peer& peer, const TenantId& tenant,
                             const std::vector<ChangeSet>& change_sets) {
  Verdict verdict;
  verdict.tenant = tenant;
  verdict.difference_ms = peer.difference_ms;
  for (const ChangeSet& change_set : change_sets) {
    verdict.settled = std::max(verdict.settled, change_set.number);
    verdict.refused.push_back({change_set.number, Code::kDenied, "no access", "", "", ""});
    refused_unknown_.insert({tenant, peer.replica, change_set.number});
  }
  SendTo(peer.session, EncodeFrame(std::move(verdict)));
}

void SimRelay::Commit(const TenantId& tenant) {
  const auto found = open_.find(tenant);
  if (found == open_.end()) return;
  Tenant& open = found->second;
  open.due = false;
  std::vector<Submission> group = std::exchange(open.submitted, {});
  const Authority::Counters before = open.authority->counters();
  const Status committed = open.authority->Commit(context_.now_ms());
  if (!committed) {
    in_doubt_[tenant] = {std::move(group), context_.now_ms()};
    return Drop(tenant, committed.error());
  }
  Require(!open.authority->has_submitted(), "relay", "a small group was not committed at once");
  Reference& reference = ReferenceOf(tenant);
  std::vector<Reference::Verdict> expected;
  for (const Submission& one : group) {
    expected.push_back(Decide(reference, one, context_.now_ms(), *open.database));
    context_.Note([&] {
      const Reference::Verdict& verdict = expected.back();
      return "relay decides " + one.person + "'s " + std::to_string(one.change_set.number) +
             " in " + Told(context_, tenant) + ": " +
             (verdict.accepted   ? "accepted, seq " + std::to_string(reference.seq())
              : verdict.repeated ? "repeated"
              : verdict.gap      ? "too early"
                                 : "refused");
    });
  }
  reference.Adopt([&](const RowKey& key) { return StoredRow(*open.store, key); });
  reference.EndGroup();
  open.waiting.clear();
  // What a tenant that nobody founded has refused may be forgotten, or outlive a crash.
  if (!open.authority->empty()) CheckCounters(before, open.authority->counters(), expected);
  if (context_.OneIn(8)) CheckTenant(*open.store, reference);
  PassOn(tenant, open);
  TellMembers(tenant, open);
  // Nobody founded it, as in relay/tenants.
  const auto still = open_.find(tenant);
  if (still != open_.end() && still->second.authority->empty() && still->second.joined.empty()) {
    Close(tenant);
  }
}

void SimRelay::CheckCounters(const Authority::Counters& before, const Authority::Counters& after,
                             const std::vector<Reference::Verdict>& expected) {
  const auto count = [&](auto is) {
    return static_cast<std::uint64_t>(std::count_if(expected.begin(), expected.end(), is));
  };
  const auto accepted = count([](const Reference::Verdict& v) { return v.accepted; });
  const auto repeated = count([](const Reference::Verdict& v) { return v.repeated; });
  const auto gaps = count([](const Reference::Verdict& v) { return v.gap; });
  Require(after.repeated - before.repeated == repeated, "at most once",
          "the relay took a repeat for new, or the other way round");
  Require(after.accepted - before.accepted == accepted, "rules",
          "the relay accepted what the rules refuse, or the other way round");
  Require(after.refused - before.refused == expected.size() - accepted - repeated - gaps, "rules",
          "the relay refused what the rules accept, or the other way round");
}

void SimRelay::TellMembers(const TenantId& tenant, Tenant& open) {
  for (const MemberChange& change : open.authority->TakeMemberChanges()) {
    std::set<TenantId>& tenants = tenants_by_member_[change.member];
    if (!change.present) {
      tenants.erase(tenant);
      continue;
    }
    tenants.insert(tenant);
    std::vector<SessionId> ids;
    for (const auto& [id, session] : sessions_) {
      if (session.member == change.member) ids.push_back(id);
    }
    for (const SessionId id : ids) {
      Handle(id, FindSession(id)->protocol.OnTenantAdded(tenant));
    }
  }
}

// --- what leaves ---

// Who does not read is cut, and goes on from their cursor.
void SimRelay::SendTo(SessionId id, Bytes message) {
  Session* session = FindSession(id);
  if (!session) return;
  network_.Send(session->link, Side::kRelay, std::move(message));
  if (network_.WaitingBytes(session->link) > options_.unread_bytes_max) Cut(id);
}

void SimRelay::PassOn(const TenantId& tenant, Tenant& open) {
  for (Delivery& delivery : open.authority->TakeDeliveries()) {
    if (Session* session = FindSession(delivery.session)) {
      CheckFrame(tenant, *session, *delivery.frame);
    }
    // From a tenant to the sessions, order is kept.
    const std::uint64_t now_ms = context_.now_ms();
    open.last_delivery_ms = std::max(open.last_delivery_ms, now_ms + context_.Between(0, 1));
    Later(open.last_delivery_ms - now_ms,
          [this, tenant, delivery = std::move(delivery)] { Deliver(tenant, delivery); });
  }
}

void SimRelay::Deliver(const TenantId& tenant, const Delivery& delivery) {
  if (Session* session = FindSession(delivery.session)) {
    SendTo(delivery.session, session->protocol.About(tenant) + *delivery.frame);
  }
  if (!FindSession(delivery.session) || !delivery.continues) return;
  // The next part waits until the last one is on its way.
  Later(context_.Between(0, options_.snapshot_pause_ms_max), [this, tenant, id = delivery.session] {
    const auto open = open_.find(tenant);
    if (open == open_.end()) return;
    const Status done = open->second.authority->ContinueSnapshot(id, context_.now_ms());
    if (!done) return Drop(tenant, done.error());
    PassOn(tenant, open->second);
  });
}

// What is sent now is the tenant's latest state, so the reference knows who may see it.
void SimRelay::CheckShown(const Reference& reference, const Session& session, const DeltaRow& row) {
  if (row.kind == DeltaRow::Kind::kForget) {
    return Require(reference.EverReadable(session.person, row.key), "rules",
                   "a forget tells of a row that the person could never see");
  }
  const auto found = reference.rows().find(row.key);
  Require(found != reference.rows().end(), "rules", "a row is sent that is not there");
  const std::optional<std::string> role = reference.RoleOf(session.person);
  Require(role && reference.MayRead({session.person, *role}, row.key, *found->second), "rules",
          "a row is sent to somebody who may not read it");
  if (row.kind != DeltaRow::Kind::kState) return;
  Require(row.state == *found->second, "atomic visibility",
          "a row is sent as it never was after a commit");
}

void SimRelay::CheckFrame(const TenantId& tenant, Session& session, ByteView frame) {
  const Bytes about = session.told.About(tenant);
  ByteView in = about;
  Require(in.empty() || session.frames.Take(in), "frame", "About does not decode");
  Result<Message> message = session.frames.Take(frame);
  Require(message.has_value() && frame.empty(), "frame", "the relay's frame does not decode");
  const Reference& reference = ReferenceOf(tenant);
  const ReplicaId replica = session.protocol.peer().replica;
  if (const auto* delta = std::get_if<Delta>(&*message)) {
    Require(delta->tenant == tenant, "tenants", "a delta names another tenant");
    for (const DeltaRow& row : delta->rows) CheckShown(reference, session, row);
    Require(reference.RoleOf(session.person).has_value(), "tenants", "a delta for a stranger");
  } else if (const auto* chunk = std::get_if<Chunk>(&*message)) {
    Require(chunk->tenant == tenant, "tenants", "a chunk names another tenant");
    for (const DeltaRow& row : chunk->rows) CheckShown(reference, session, row);
    Require(reference.RoleOf(session.person).has_value(), "tenants", "a chunk for a stranger");
  } else if (const auto* verdict = std::get_if<Verdict>(&*message)) {
    for (const Accepted& one : verdict->accepted) {
      const auto decided = reference.Decided(replica, one.number);
      Require(decided && decided->accepted && decided->time == one.time, "verdicts",
              "a change set is told to be accepted that was not, or not with that time");
    }
    for (const Refusal& one : verdict->refused) {
      const auto decided = reference.Decided(replica, one.number);
      if (decided && !decided->accepted) {
        CheckReason(one, *decided);
        continue;
      }
      Break("verdicts", session.person + "'s " + std::to_string(one.number) + " of " +
                            Told(context_, tenant) + " is told to be refused (" + one.message +
                            "), and was " + (decided ? "accepted" : "not decided"));
    }
    // Also what an earlier copy decided, as the device told this one.
    const auto known = reference.progress().find(replica);
    const bool told =
        known != reference.progress().end() && verdict->settled <= known->second.number;
    Require(verdict->settled == 0 || told || reference.Decided(replica, verdict->settled),
            "verdicts", "a change set is told to be settled that was not decided");
  } else if (std::holds_alternative<Left>(*message)) {
    Require(!reference.RoleOf(session.person), "members", "a member is told that they left");
  }
}

// It names what really stands against it.
void SimRelay::CheckReason(const Refusal& refusal, const Reference::Verdict& decided) {
  if (decided.against.count(refusal.rule)) return;
  std::string reasons;
  for (const std::string& reason : decided.against) reasons += " \"" + reason + "\"";
  Break("reasons", "a change set was refused by \"" + refusal.rule + "\" (" + refusal.message +
                       "), and what stands against it is" + reasons);
}

void SimRelay::CheckRows() {
  for (auto& [tenant, open] : open_) {
    CheckTenant(*open.store, ReferenceOf(tenant));
  }
}

}  // namespace syncline::simulation
