// SimRelay's tenants: what is submitted to them is decided by an authority and by the reference, which must agree.
#include <algorithm>

#include "shared/sync/rule_indexes.hpp"
#include "shared/value/id.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/relay.hpp"
#include "tests/simulation/told.hpp"

namespace syncline::simulation {

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
  const bool same_scope = scope.size() > 17 && RulesOf(scope) == reference.rules() &&
                          scope.substr(17) == reference.RoleOf(one.person);
  return !same_scope || reference.MustRunAgain(change_set.strict->cursor, read->second.status);
}

// After a failed commit: all of the group is in the file, or nothing of it.
void SimRelay::Resolve(const TenantId& tenant, Database& database, TableStore& store) {
  const auto doubt = in_doubt_.find(tenant);
  if (doubt == in_doubt_.end()) return;
  const Doubt decided = std::move(doubt->second);
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
  if (decided.rules != rules_) reference.SetRules(decided.rules);
  for (const Submission& one : decided.group) Decide(reference, one, decided.now_ms, database);
  reference.Adopt([&](const RowKey& key) { return StoredRow(store, key); });
  reference.EndGroup();
  if (decided.rules != rules_) reference.SetRules(rules_);
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
  if (!empty || disk_.Exists(FileOf(tenant))) return;
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
    return Deliver(tenant,
                   {peer.session, std::make_shared<const Bytes>(EncodeFrame(Left{tenant})), false});
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
    in_doubt_[tenant] = {std::move(group), context_.now_ms(), rules_};
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

}  // namespace syncline::simulation
