#include "shared/sync/authority.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/merge/memory.hpp"
#include "shared/sync/compaction.hpp"
#include "shared/sync/fan_out.hpp"
#include "shared/sync/history.hpp"
#include "shared/sync/judge.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/sync/tenant_log.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr TenantNo kOnlyTenant{1};
// One group commit ends with the push that reaches this much, so that nobody waits for ever behind it.
constexpr std::size_t kGroupChangeSetsMax = 2000;
constexpr std::size_t kGroupBytesMax = 32 << 20;
constexpr std::int64_t kSweepRowsMax = 10'000;
// A silent replica's progress outlives the horizon by this factor: forgotten too early, a repeated
// change set would count twice.
constexpr std::uint64_t kReplicaHorizons = 12;

}  // namespace

Result<Application> ParseApplication(std::string_view json) {
  Result<Value> parsed = ParseJsonEnvelope(json);
  if (!parsed) return Fail(parsed.error());
  const Object* object = parsed->As<Object>();
  const Value* schema_json = object ? object->Find("schema") : nullptr;
  const Value* rules_json = object ? object->Find("rules") : nullptr;
  if (!schema_json || !rules_json) {
    return Fail(Code::kInvalid, "The application must be {\"schema\": ..., \"rules\": ...}");
  }
  Result<Schema> schema = ParseSchema(ToJson(*schema_json));
  if (!schema) return Fail(schema.error());
  Application application;
  application.schema = std::move(*schema);
  application.alone = rules_json->Is<Null>();
  if (!application.alone) {
    Result<Rules> rules = Rules::Parse(ToJson(*rules_json), application.schema);
    if (!rules) return Fail(rules.error());
    application.rules = std::move(*rules);
  }
  const std::vector<std::string>& local = application.rules.local_tables();
  for (TableSchema& table : application.schema.tables) {
    table.local = table.local || application.alone ||
                  std::find(local.begin(), local.end(), table.name) != local.end();
  }
  const std::vector<TableSchema>& tables = application.schema.tables;
  if (std::any_of(tables.begin(), tables.end(), [&](const TableSchema& table) {
        const TableRules* rules = application.rules.Find(table.name);
        return !table.local && rules && rules->history;
      })) {
    if (Status added = AddHistoryTable(application.schema); !added) return Fail(added.error());
  }
  return application;
}

Result<Application> ParseRelayApplication(std::string_view json) {
  Result<Application> application = ParseApplication(json);
  if (!application) return application;
  if (application->alone) {
    return Fail(Code::kInvalid,
                "The application has no rules, so nothing of it may travel: write convex/rules.ts "
                "(who belongs to which tenant, and who may read and write), and deploy again");
  }
  DropLocalTables(application->schema);
  return application;
}

struct Authority::State {
  // One push; the peer is kept once for all of it.
  struct Submitted {
    Peer peer;
    std::vector<ChangeSet> change_sets;
    std::size_t bytes;
  };

  std::unique_ptr<Database> database;
  const Application& application;
  TenantId tenant;
  Options options;
  TableStore store;
  TenantLog log;
  RecentEffects recent;
  Judge judge;
  FanOut fan_out;
  History history;
  Compaction compaction;
  std::deque<Submitted> submitted;
  std::size_t submitted_bytes = 0;
  std::vector<MemberChange> member_changes;
  Counters counters;

  State(std::unique_ptr<Database> db, const Application& app, TenantId id, Options opts,
        TableStore tables, TenantLog tenant_log)
      : database(std::move(db)),
        application(app),
        tenant(std::move(id)),
        options(opts),
        store(std::move(tables)),
        log(std::move(tenant_log)),
        judge(application, tenant, kOnlyTenant, store, log, recent),
        fan_out(application, kOnlyTenant, store, log, judge,
                {options.snapshot_chunk_bytes, options.delta_bytes_max}),
        history(application, tenant, kOnlyTenant, store, log, recent),
        compaction(application, kOnlyTenant, store, *database) {}

  Status Decide(const Peer& peer, const ChangeSet& change_set, std::uint64_t now_ms,
                GroupEffects& effects, Counters& counted);
  // Whether the log keeps a row's state before a change: what a device that comes back must forget, and
  // which role a person had, are worked out from it.
  bool KeepsBefore(const std::string& table) const {
    return application.rules.ReadDependsOnRow(table) ||
           table == application.rules.membership().table;
  }
  Status Accept(Decision decision, const Object& claims, const History::Place& place,
                GroupEffects& effects);
  Result<std::optional<History::Author>> AuthorOf(const Object& claims);
  Status CommitGroup(std::vector<Submitted>& group, std::uint64_t now_ms, GroupEffects& effects,
                     Counters& counted);
  Status NoteMembers(const GroupEffects& effects);
  Result<bool> SweepRows(std::uint64_t now_ms);
  Result<bool> SweepWithin(const History::Place& place, GroupEffects& effects);
};

Authority::Authority(std::unique_ptr<State> state) : state_(std::move(state)) {}
Authority::~Authority() = default;

Result<std::unique_ptr<Authority>> Authority::Open(std::unique_ptr<Database> database,
                                                   const Application& application, TenantId tenant,
                                                   Options options, std::uint64_t fresh_epoch) {
  CHECK(fresh_epoch != 0);
  Result<TableStore> store =
      TableStore::Open(*database, application.schema, ExtraIndexesOf(application));
  if (!store) return Fail(store.error());
  Result<TenantLog> log = TenantLog::Open(*database, fresh_epoch);
  if (!log) return Fail(log.error());
  if (options.restored && !PLANTED("restored-unnoticed")) {
    if (Status begun = log->BeginEpoch(fresh_epoch); !begun) return Fail(begun.error());
  }
  if (Status begun = log->BeginRules(application.rules.hash()); !begun) return Fail(begun.error());
  return std::unique_ptr<Authority>(
      new Authority(std::make_unique<State>(std::move(database), application, std::move(tenant),
                                            options, std::move(*store), std::move(*log))));
}

bool Authority::CanFound(const Application& application, const TenantId& tenant,
                         const std::vector<ChangeSet>& change_sets) {
  const TableSchema* root = application.schema.FindTable(application.rules.root_table());
  if (change_sets.empty() || !root) return false;
  const std::vector<RowChange>& rows = change_sets.front().rows;
  return std::any_of(rows.begin(), rows.end(), [&](const RowChange& change) {
    return change.key.table == root->number && change.whole && change.length == 1 &&
           IdToText(change.key) == tenant.text;
  });
}

bool Authority::empty() const { return state_->log.head().seq == 0; }

Status Authority::Join(const Peer& peer, const TenantHello& hello, std::uint64_t now_ms) {
  return state_->fan_out.Join(peer, hello, now_ms);
}
void Authority::Leave(SessionId session) { state_->fan_out.Leave(session); }
bool Authority::joined(SessionId session) const { return state_->fan_out.joined(session); }
std::size_t Authority::session_count() const { return state_->fan_out.session_count(); }
Status Authority::ContinueSnapshot(SessionId session, std::uint64_t) {
  return state_->fan_out.ContinueSnapshot(session);
}

namespace {

std::size_t HeapBytes(const StrictReads& reads) {
  std::size_t bytes = 0;
  for (const IndexReads& index : reads.indexes) {
    bytes += sizeof(index);
    for (const std::string& field : index.fields) bytes += sizeof(field) + field.size();
    for (const KeyStretch& stretch : index.stretches) {
      bytes += sizeof(stretch) + stretch.low.size() + stretch.high.size();
    }
  }
  return bytes;
}

}  // namespace

void Authority::Submit(const Peer& peer, std::vector<ChangeSet> change_sets) {
  std::size_t bytes = sizeof(Peer) + HeapBytes(peer.claims);
  for (ChangeSet& change_set : change_sets) {
    // Whatever it claims, it is the sender's.
    change_set.replica = peer.replica;
    bytes += sizeof(ChangeSet);
    for (const RowChange& row : change_set.rows) bytes += sizeof(RowChange) + HeapBytes(row);
    if (change_set.strict) bytes += HeapBytes(*change_set.strict);
  }
  state_->submitted_bytes += bytes;
  state_->submitted.push_back({peer, std::move(change_sets), bytes});
}

bool Authority::has_submitted() const { return !state_->submitted.empty(); }
std::size_t Authority::submitted_bytes() const { return state_->submitted_bytes; }
const Authority::Counters& Authority::counters() const { return state_->counters; }

Status Authority::State::Decide(const Peer& peer, const ChangeSet& change_set, std::uint64_t now_ms,
                                GroupEffects& effects, Counters& counted) {
  const Sender sender = SenderOf(peer.claims, change_set.replica);
  Result<ReplicaProgress> progress = log.Progress(sender);
  if (!progress) return Fail(progress.error());
  SessionVerdict& verdict = effects.VerdictFor(peer);
  // A sound device leaves a gap only if nobody joined it to ask how far it was: as one is not a member.
  const bool gap = change_set.number > progress->number + 1;
  if ((progress->number == 0 || gap) && log.head().seq != 0) {
    const Result<std::optional<std::string>> role = judge.RoleOf(peer.claims);
    if (!role) return Fail(role.error());
    if (!*role) {
      // A stranger leaves no trace, and is told what they would be told if there were no such tenant.
      ++counted.refused;
      verdict.stranger = true;
      verdict.settled = std::max(verdict.settled, change_set.number);
      verdict.refused.push_back(RefusalOfStranger(change_set.number));
      return Done{};
    }
  }
  verdict.settled = std::max(verdict.settled, progress->number);
  if (change_set.number <= progress->number && !PLANTED("lost-dedup")) {
    ++counted.repeated;
    Result<std::optional<Refusal>> refusal = log.RefusalOf(sender, change_set.number);
    if (!refusal) return Fail(refusal.error());
    if (*refusal) verdict.refused.push_back(std::move(**refusal));
    return Done{};
  }
  if (gap && !PLANTED("gap-accepted")) {
    verdict.gap = true;
    return Done{};
  }
  // A stamp too far ahead is brought back to now; each replica's order is kept.
  HybridTime time = change_set.time;
  if (time.unix_ms() > now_ms + kAheadMsMax && !PLANTED("clock-ahead-wins"))
    time = HybridTime::FromUnixMs(now_ms);
  if (!PLANTED("own-order-lost")) time = std::max(time, progress->time.Next());
  if (change_set.strict) {
    recent.Want(log.head().seq, now_ms);
    const Result<HybridTime> latest = judge.LatestWrite(change_set.rows);
    if (!latest) return Fail(latest.error());
    time = std::max(time, latest->Next());
  }
  const Stamp stamp{time, change_set.replica};

  Result<Decision> decision = judge.Decide(change_set, stamp, peer.claims, log.head().seq == 0);
  if (!decision) return Fail(decision.error());
  ReplicaProgress next{change_set.number, progress->time};
  if (decision->refusal) {
    ++counted.refused;
    decision->refusal->number = change_set.number;
    if (Status kept = log.AddRefusal(sender, *decision->refusal); !kept) return kept;
    verdict.refused.push_back(std::move(*decision->refusal));
  } else {
    ++counted.accepted;
    next.time = time;
    for (const PreparedWrite& write : decision->writes) {
      next.time = std::max(next.time, write.stamp.time);
    }
    const std::uint64_t seq = log.head().seq + 1;
    if (Status done = log.SetSeq(seq); !done) return done;
    const History::Place place{seq, stamp, now_ms};
    if (Status done = Accept(std::move(*decision), peer.claims, place, effects); !done) return done;
    verdict.accepted.push_back({change_set.number, time});
  }
  verdict.settled = change_set.number;
  return log.SetProgress(sender, next, now_ms);
}

Result<std::optional<History::Author>> Authority::State::AuthorOf(const Object& claims) {
  using Outcome = std::optional<History::Author>;
  const std::optional<Bytes> member = application.rules.MemberKey(claims);
  if (!member) return Outcome();
  const Result<std::vector<Row>> rows = judge.RowsOfMember(*member, 1);
  if (!rows) return Fail(rows.error());
  if (rows->empty()) return Outcome();
  const TableSchema* table = application.schema.FindTable(application.rules.membership().table);
  const Row& row = rows->front();
  return Outcome({IdToText({table->number, row.id}), judge.RoleIn(row).value_or("")});
}

Status Authority::State::Accept(Decision decision, const Object& claims,
                                const History::Place& place, GroupEffects& effects) {
  const auto& [seq, stamp, now_ms] = place;
  // One entry a row, which is written twice where a deletion brought something to what its author wrote.
  struct Told {
    std::shared_ptr<const Row> before, after;
    std::uint32_t length;
  };
  std::map<RowKey, Told> told;
  const bool tells =
      std::any_of(decision.writes.begin(), decision.writes.end(), [&](const PreparedWrite& write) {
        return history.Keeps(application.schema.FindTable(write.key.table)->name);
      });
  // Who founds the tenant, or leaves it, is a member only after or before.
  std::optional<History::Author> author;
  if (tells) {
    Result<std::optional<History::Author>> member = AuthorOf(claims);
    if (!member) return Fail(member.error());
    author = std::move(*member);
  }
  std::vector<TouchedKey> nobody_watches;
  for (PreparedWrite& write : decision.writes) {
    const TableSchema& table = *application.schema.FindTable(write.key.table);
    std::shared_ptr<const Row> before, after;
    if (write.before) before = std::make_shared<const Row>(std::move(*write.before));
    if (write.row) after = std::make_shared<const Row>(std::move(*write.row));
    nobody_watches.clear();
    if (Status done =
            store.Write(kOnlyTenant, table.number, before.get(), after.get(), nobody_watches);
        !done) {
      return done;
    }
    if (Status done = after ? log.DropTombstone(write.key)
                            : log.PutTombstone(write.key, write.after.clock, now_ms);
        !done) {
      return done;
    }
    std::optional<RowState> old;
    if (before) old = ToState(table, *before);
    // What is to be forgotten, and whose role it was, is told by the values.
    if (old) old->contents.clear();
    if (Status done =
            log.AddChange(seq, write.key, old ? &*old : nullptr, KeepsBefore(table.name), now_ms);
        !done) {
      return done;
    }
    recent.Add({seq, write.key, before, after});
    if (tells && history.Keeps(table.name)) {
      Told& entry = told.try_emplace(write.key, Told{before, nullptr, 0}).first->second;
      entry.after = after;
      entry.length = write.after.clock.length;
    }
    effects.Add(write.key, std::move(before), std::move(after), write.change, write.stamp);
  }
  if (tells && !author) {
    Result<std::optional<History::Author>> member = AuthorOf(claims);
    if (!member) return Fail(member.error());
    author = std::move(*member);
  }
  std::uint32_t ordinal = 0;
  for (const auto& [key, entry] : told) {
    if (Status done =
            history.Note(key, ordinal++, entry.before.get(), entry.after.get(), entry.length,
                         author.value_or(History::Author()), place, effects);
        !done) {
      return done;
    }
  }
  return Done{};
}

Status Authority::State::CommitGroup(std::vector<Submitted>& group, std::uint64_t now_ms,
                                     GroupEffects& effects, Counters& counted) {
  if (Status begun = database->Begin(); !begun) return begun;
  for (const Submitted& push : group) {
    for (const ChangeSet& change_set : push.change_sets) {
      if (Status decided = Decide(push.peer, change_set, now_ms, effects, counted); !decided) {
        database->Rollback();
        return decided;
      }
    }
  }
  return database->Commit();
}

Status Authority::Commit(std::uint64_t now_ms) {
  State& state = *state_;
  if (state.submitted.empty()) return Done{};
  std::vector<State::Submitted> group;
  std::size_t count = 0, bytes = 0;
  while (!state.submitted.empty() && count < kGroupChangeSetsMax && bytes < kGroupBytesMax) {
    count += state.submitted.front().change_sets.size();
    bytes += state.submitted.front().bytes;
    state.submitted_bytes -= state.submitted.front().bytes;
    group.push_back(std::move(state.submitted.front()));
    state.submitted.pop_front();
  }
  GroupEffects effects;
  effects.from_seq = state.log.head().seq;
  Counters counted = state.counters;
  ++counted.commits;
  state.recent.BeginGroup(now_ms);
  if (Status done = state.CommitGroup(group, now_ms, effects, counted); !done) {
    state.submitted.clear();
    state.submitted_bytes = 0;
    static_cast<void>(state.log.Reload());
    state.recent.DropAfter(effects.from_seq);
    return done;
  }
  state.counters = counted;
  if (Status noted = state.NoteMembers(effects); !noted) return noted;
  return state.fan_out.Deliver(effects, now_ms);
}

Status Authority::State::NoteMembers(const GroupEffects& effects) {
  const TableSchema* table = application.schema.FindTable(application.rules.membership().table);
  // Who had a row before, and may have none now; or the other way round. A change of role is neither.
  std::set<Bytes> before, after;
  for (const auto& [key, effect] : effects.rows) {
    if (key.table != table->number) continue;
    for (auto [side, members] : {std::pair{&effect.before, &before}, {&effect.after, &after}}) {
      if (!*side) continue;
      if (std::optional<Bytes> member = application.rules.MemberKeyOfRow((*side)->document)) {
        members->insert(std::move(*member));
      }
    }
  }
  std::set<Bytes> changed;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::inserter(changed, changed.end()));
  for (const Bytes& member : changed) {
    const Result<bool> present = judge.IsMember(member);
    if (!present) return Fail(present.error());
    member_changes.push_back({member, *present});
  }
  return Done{};
}

Result<bool> Authority::Sweep(std::uint64_t now_ms) {
  const auto ago = [&](std::uint64_t ms) { return now_ms > ms ? now_ms - ms : 0; };
  const std::uint64_t horizon = PLANTED("sweep-too-early") ? 0 : state_->options.tombstone_ms;
  const Result<bool> more =
      state_->log.Sweep(ago(horizon), ago(kReplicaHorizons * horizon), kSweepRowsMax);
  if (!more) return more;
  const Result<bool> more_rows = state_->SweepRows(now_ms);
  if (!more_rows) return more_rows;
  return *more || *more_rows;
}

// What goes from rows has a seq, and reaches devices as any change.
Result<bool> Authority::State::SweepRows(std::uint64_t now_ms) {
  const Result<bool> old = history.HasOld(now_ms);
  if (!old || (!*old && !compaction.any())) return old;
  GroupEffects effects;
  effects.from_seq = log.head().seq;
  const History::Place place{effects.from_seq + 1, {HybridTime::FromUnixMs(now_ms), {}}, now_ms};
  if (Status begun = database->Begin(); !begun) return Fail(begun.error());
  const Result<bool> more = SweepWithin(place, effects);
  Status done = more ? Status(Done{}) : Fail(more.error());
  if (done) {
    done = database->Commit();
  } else {
    database->Rollback();
  }
  if (!done) {
    static_cast<void>(log.Reload());
    recent.DropAfter(effects.from_seq);
    return Fail(done.error());
  }
  if (effects.rows.empty()) return more;
  if (Status delivered = fan_out.Deliver(effects, now_ms); !delivered) {
    return Fail(delivered.error());
  }
  return more;
}

Result<bool> Authority::State::SweepWithin(const History::Place& place, GroupEffects& effects) {
  const Result<bool> more = history.Sweep(place, effects);
  if (!more) return more;
  Result<Compaction::Step> step = compaction.Next(place.now_ms, options.tombstone_ms);
  if (!step) return Fail(step.error());
  for (auto& [key, effect] : step->rows) {
    const TableSchema& table = *application.schema.FindTable(key.table);
    RowState before = ToState(table, *effect.before);
    before.contents.clear();
    const Status added =
        log.AddChange(place.seq, key, &before, KeepsBefore(table.name), place.now_ms);
    if (!added) return Fail(added.error());
    effects.rows.emplace(key, std::move(effect));
  }
  if (!effects.rows.empty()) {
    if (Status set = log.SetSeq(place.seq); !set) return Fail(set.error());
  }
  return *more || step->more;
}

std::vector<Delivery> Authority::TakeDeliveries() { return state_->fan_out.TakeDeliveries(); }

std::vector<MemberChange> Authority::TakeMemberChanges() {
  return std::exchange(state_->member_changes, {});
}

Result<bool> Authority::HasRows(std::string_view name) {
  const TableSchema* table = state_->application.schema.FindTable(name);
  if (!table) return false;
  const Result<std::vector<Entry>> rows =
      state_->store.Scan(kOnlyTenant, table->number, kByCreationTime, {}, false, 1);
  if (!rows) return Fail(rows.error());
  return !rows->empty();
}

Result<std::vector<Bytes>> Authority::Members() {
  const Membership& membership = state_->application.rules.membership();
  const TableSchema* table = state_->application.schema.FindTable(membership.table);
  Result<std::vector<Entry>> rows =
      state_->store.Scan(kOnlyTenant, table->number, kByCreationTime, {}, false,
                         std::numeric_limits<std::size_t>::max());
  if (!rows) return Fail(rows.error());
  std::vector<Bytes> members;
  for (const Entry& entry : *rows) {
    if (std::optional<Bytes> member =
            state_->application.rules.MemberKeyOfRow(entry.row.document)) {
      members.push_back(std::move(*member));
    }
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

}  // namespace syncline
