#include "shared/sync/fan_out.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/merge/memory.hpp"
#include "shared/sync/may_read.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

// Rows looked at at once: few at first, because a row may have megabytes.
constexpr std::size_t kFirstScanRows = 8;
constexpr std::size_t kScanRows = 64;
// After more changes than this, a snapshot costs a returning device less.
constexpr std::int64_t kCatchUpChangesMax = 100'000;

// A person has one membership row; more are looked at for what they are.
constexpr std::size_t kMemberRowsMax = 1000;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// A rough size on the wire, to cut chunks and bound deltas by.
std::size_t WireBytes(const RowState& state) {
  std::size_t bytes = 48 + 24 * state.clock.exceptions.size();
  for (const auto& [path, content] : state.contents) bytes += path.size() + content.size();
  for (const auto& [path, value] : state.fields) {
    bytes += 4;
    if (const std::string* text = value.As<std::string>()) {
      bytes += text->size();
    } else if (value.Is<double>()) {
      bytes += 9;
    } else {
      bytes += EncodeKey(value).size();
    }
  }
  return bytes;
}

DeltaRow StateRow(const RowKey& key, RowState state) {
  DeltaRow row;
  row.kind = DeltaRow::Kind::kState;
  row.key = key;
  row.state = std::move(state);
  return row;
}

DeltaRow ForgetRow(const RowKey& key) {
  DeltaRow row;
  row.kind = DeltaRow::Kind::kForget;
  row.key = key;
  return row;
}

DeltaRow ChangeRow(const RowChange& change, const Stamp& stamp) {
  DeltaRow row;
  row.kind = DeltaRow::Kind::kChange;
  row.key = change.key;
  row.change = change;
  row.stamp = stamp;
  return row;
}

}  // namespace

SessionVerdict& GroupEffects::VerdictFor(const Peer& peer) {
  SessionVerdict& verdict = verdicts[peer.session];
  verdict.difference_ms = peer.difference_ms;
  if (verdict.claims.empty()) verdict.claims = peer.claims;
  return verdict;
}

void GroupEffects::Add(const RowKey& key, std::shared_ptr<const Row> before,
                       std::shared_ptr<const Row> after, const RowChange& change,
                       const Stamp& stamp) {
  const auto [slot, added] = rows.try_emplace(key);
  if (added) slot->second.before = std::move(before);
  RowEffect& effect = slot->second;
  effect.after = std::move(after);
  ++effect.change_sets;
  if (!effect.changes.empty()) {
    auto& [last, last_stamp] = effect.changes.back();
    if (last_stamp.replica == stamp.replica && JoinTextEdits(last, change, stamp.replica)) {
      last_stamp = std::max(last_stamp, stamp);
      return;
    }
  }
  effect.changes.emplace_back(change, stamp);
}

void FanOut::Send(SessionId session, const Message& message, bool continues) {
  deliveries_.push_back({session, std::make_shared<const Bytes>(EncodeFrame(message)), continues});
}

bool FanOut::MayRead(const TableSchema& table, const Actor& actor, const Row& row) const {
  return syncline::MayRead(application_.rules, table, actor, row);
}

Status FanOut::Join(const Peer& peer, const TenantHello& hello, std::uint64_t now_ms) {
  sessions_.erase(peer.session);
  const Sender sender = SenderOf(peer.claims, peer.replica);
  Result<ReplicaProgress> progress = log_.Progress(sender);
  if (!progress) return Fail(progress.error());
  if (hello.settled > progress->number) {
    // This copy of the tenant is older than what it once told the device. What the device has kept of
    // that it offers again; but not to the copy that had it, and only forgot how far the device was.
    const bool restored = hello.settled_epoch != 0 && hello.settled_epoch != log_.head().epoch;
    const std::uint64_t decided =
        restored ? std::max(progress->number, std::min(hello.kept_above, hello.settled))
                 : hello.settled;
    if (decided > progress->number) {
      progress->number = decided;
      if (Status set = log_.SetProgress(sender, *progress, now_ms); !set) return set;
    }
    if (decided < hello.settled) Send(peer.session, Again{{}, decided});
  }
  Result<std::vector<Refusal>> refused = log_.RefusalsAfter(sender, hello.settled);
  if (!refused) return Fail(refused.error());
  const std::size_t first = deliveries_.size();
  if (progress->number > hello.settled) {
    Send(peer.session,
         Verdict{
             {}, progress->number, log_.head().seq, peer.difference_ms, {}, std::move(*refused)});
  }
  const std::size_t behind = deliveries_.size();
  Result<std::optional<std::string>> role = judge_.RoleOf(peer.claims);
  if (!role) return Fail(role.error());
  if (!*role) {
    Send(peer.session, Left{});
    return Done{};
  }
  Session session{
      peer, {peer.claims, **role}, ScopeOf(application_.rules, **role), 0, std::nullopt};
  if (Status done = CatchUp(session, hello.cursor); !done) return done;
  if (session.snapshot) {
    // The cursor that the device has may be of another epoch, which only the first chunk tells it: what the
    // verdict says comes with the end of the snapshot.
    const auto at = deliveries_.begin();
    std::rotate(at + static_cast<std::ptrdiff_t>(first), at + static_cast<std::ptrdiff_t>(behind),
                deliveries_.end());
  }
  sessions_.insert_or_assign(peer.session, std::move(session));
  return Done{};
}

Status FanOut::CatchUp(Session& session, const Cursor& cursor) {
  Result<std::optional<Delta>> delta = DeltaSince(session, cursor, limits_.delta_bytes_max);
  if (!delta) return Fail(delta.error());
  if (!*delta) return BeginSnapshot(session);
  session.seq = (*delta)->to.seq;
  session.snapshot.reset();
  session.hears_stream = false;
  Send(session.peer.session, std::move(**delta));
  return Done{};
}

Result<std::optional<Delta>> FanOut::DeltaSince(const Session& session, const Cursor& cursor,
                                                std::size_t bytes_max) {
  using Outcome = std::optional<Delta>;
  const LogHead& head = log_.head();
  const std::string same_rules = ScopeOf(application_.rules, "");
  // Rules may have come back after others: then the scope is the same, and the log in between is not.
  if (cursor.epoch != head.epoch || cursor.seq > head.seq || cursor.seq < head.horizon ||
      cursor.seq < head.rules_seq || cursor.scope.compare(0, same_rules.size(), same_rules) != 0) {
    return Outcome();
  }
  if (bytes_max != kNoLimit) {
    const Result<bool> too_many = log_.ChangedMoreThan(cursor.seq, kCatchUpChangesMax);
    if (!too_many) return Fail(too_many.error());
    if (*too_many) return Outcome();
  }
  Delta delta{{}, {head.epoch, head.seq, session.scope}, false, {}};
  const Actor old_actor{session.actor.claims, cursor.scope.substr(same_rules.size())};
  Result<std::vector<ChangedRow>> changed = log_.ChangedSince(cursor.seq);
  if (!changed) return Fail(changed.error());
  // The cursor is the device's word: a scope that was never its own must not name what to forget.
  const Result<std::optional<std::string>> held = RoleBefore(*changed, session.peer.claims);
  if (!held) return Fail(held.error());
  if (*held != old_actor.role) return Outcome();
  std::size_t bytes = 0;
  for (ChangedRow& row : *changed) {
    const TableSchema* table = application_.schema.FindTable(row.key.table);
    if (!table) continue;
    Result<std::optional<Row>> now = store_.Get(no_, row.key);
    if (!now) return Fail(now.error());
    if (*now && MayRead(*table, session.actor, **now)) {
      delta.rows.push_back(StateRow(row.key, ToState(*table, **now)));
      bytes += WireBytes(delta.rows.back().state);
    } else if (row.existed) {
      // Only what the device could see at its cursor is named; anything else it must not learn of.
      const Row before = row.before ? ToRow(row.key.id, *row.before) : Row();
      if (MayRead(*table, old_actor, before)) delta.rows.push_back(ForgetRow(row.key));
    }
    if (bytes > bytes_max) return Outcome();
  }
  if (cursor.scope != session.scope) {
    const Result<bool> fits =
        AddScopeDifference(old_actor, session, *changed, bytes_max - bytes, delta);
    if (!fits) return Fail(fits.error());
    if (!*fits) return Outcome();
  }
  return Outcome(std::move(delta));
}

Result<std::optional<std::string>> FanOut::RoleBefore(const std::vector<ChangedRow>& changed,
                                                      const Object& claims) {
  using Role = std::optional<std::string>;
  const Rules& rules = application_.rules;
  const std::optional<Bytes> member = rules.MemberKey(claims);
  if (!member) return Role();
  const TableNumber table = application_.schema.FindTable(rules.membership().table)->number;
  // The first of the person's rows counts, as ever.
  std::map<Bytes, Row> rows;
  Result<std::vector<Row>> now = judge_.RowsOfMember(*member, kMemberRowsMax);
  if (!now) return Fail(now.error());
  for (Row& row : *now)
    rows.insert_or_assign(CreationKey(row.creation_time, row.id), std::move(row));
  for (const ChangedRow& change : changed) {
    if (!(change.key.table == table)) continue;
    for (auto row = rows.begin(); row != rows.end();) {
      row = row->second.id == change.key.id ? rows.erase(row) : std::next(row);
    }
    if (!change.before) continue;
    Row row = ToRow(change.key.id, *change.before);
    if (rules.MemberKeyOfRow(row.document) != member) continue;
    rows.insert_or_assign(CreationKey(row.creation_time, row.id), std::move(row));
  }
  return rows.empty() ? Role() : judge_.RoleIn(rows.begin()->second);
}

Result<bool> FanOut::AddScopeDifference(const Actor& old_actor, const Session& session,
                                        const std::vector<ChangedRow>& changed,
                                        std::size_t bytes_max, Delta& delta) {
  std::size_t bytes = 0;
  std::set<RowKey> handled;
  for (const ChangedRow& row : changed) handled.insert(row.key);
  for (const TableSchema& table : application_.schema.tables) {
    KeyRange range;
    for (bool more = true; more;) {
      Result<std::vector<Entry>> entries =
          store_.Scan(no_, table.number, kByCreationTime, range, false, kScanRows, ReadClock::kYes);
      if (!entries) return Fail(entries.error());
      for (const Entry& entry : *entries) {
        const RowKey key{table.number, entry.row.id};
        if (handled.count(key)) continue;
        const bool was = MayRead(table, old_actor, entry.row);
        const bool is = MayRead(table, session.actor, entry.row);
        if (is && !was) delta.rows.push_back(StateRow(key, ToState(table, entry.row)));
        if (was && !is) delta.rows.push_back(ForgetRow(key));
        if (is != was) bytes += WireBytes(delta.rows.back().state);
      }
      if (bytes > bytes_max) return false;
      more = entries->size() == kScanRows;
      if (more) range.low = entries->back().key + '\0';
    }
  }
  return true;
}

Status FanOut::BeginSnapshot(Session& session) {
  session.snapshot = SnapshotProgress{log_.head().seq, 0, 0, {}, {}};
  // The first chunk goes at once: it also tells the device to begin a new generation.
  Chunk chunk{{}, session.snapshot->ordinal++, {}};
  if (Result<bool> more = FillChunk(session, chunk); !more) return Fail(more.error());
  Send(session.peer.session, std::move(chunk), true);
  return Done{};
}

// Adds rows up to the size of a chunk. False when the last table is through.
Result<bool> FanOut::FillChunk(Session& session, Chunk& chunk) {
  SnapshotProgress& progress = *session.snapshot;
  std::size_t bytes = 0;
  std::size_t count = kFirstScanRows;
  while (progress.table < application_.schema.tables.size()) {
    const TableSchema& table = application_.schema.tables[progress.table];
    KeyRange range;
    if (!progress.after_key.empty()) range.low = progress.after_key + '\0';
    Result<std::vector<Entry>> entries =
        store_.Scan(no_, table.number, kByCreationTime, range, false, count, ReadClock::kYes);
    if (!entries) return Fail(entries.error());
    const bool more = entries->size() == count;
    count = std::min(2 * count, kScanRows);
    for (Entry& entry : *entries) {
      progress.after_key = std::move(entry.key);
      if (!MayRead(table, session.actor, entry.row)) continue;
      chunk.rows.push_back(StateRow({table.number, entry.row.id}, ToState(table, entry.row)));
      bytes += WireBytes(chunk.rows.back().state);
      if (bytes >= limits_.snapshot_chunk_bytes) return true;
    }
    if (more) continue;
    ++progress.table;
    progress.after_key.clear();
  }
  return false;
}

Status FanOut::ContinueSnapshot(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || !found->second.snapshot) return Done{};
  Session& session = found->second;
  Chunk chunk{{}, session.snapshot->ordinal, {}};
  const Result<bool> more = FillChunk(session, chunk);
  if (!more) return Fail(more.error());
  if (!chunk.rows.empty()) {
    ++session.snapshot->ordinal;
    Send(id, std::move(chunk), true);
    return Done{};
  }
  // Rows that changed while the snapshot was read come last, and make it one moment's picture.
  const Cursor start{
      log_.head().epoch,
      PLANTED("snapshot-of-no-moment") ? log_.head().seq : session.snapshot->start_seq,
      session.scope};
  Result<std::optional<Delta>> delta = DeltaSince(session, start, kNoLimit);
  if (!delta) return Fail(delta.error());
  if (!*delta) return BeginSnapshot(session);  // the sweep overtook it
  std::set<RowKey> left = std::move(session.snapshot->left);
  for (const DeltaRow& row : (*delta)->rows) left.erase(row.key);
  for (const RowKey& key : left) (*delta)->rows.push_back(ForgetRow(key));
  (*delta)->completes_snapshot = true;
  session.seq = (*delta)->to.seq;
  session.snapshot.reset();
  session.hears_stream = false;
  Send(id, std::move(**delta));
  return Done{};
}

std::vector<DeltaRow> FanOut::Visible(const GroupEffects& effects, const Actor& actor) const {
  std::vector<DeltaRow> rows;
  for (const auto& [key, effect] : effects.rows) {
    const TableSchema& table = *application_.schema.FindTable(key.table);
    const bool was = effect.before && MayRead(table, actor, *effect.before);
    const bool is = effect.after && MayRead(table, actor, *effect.after);
    if (was && !is && PLANTED("forget-missed")) continue;
    if (was && !is) {
      rows.push_back(ForgetRow(key));
    } else if (is && was && TellsChanges(table, effect)) {
      for (const auto& [change, stamp] : effect.changes) rows.push_back(ChangeRow(change, stamp));
    } else if (is) {
      rows.push_back(StateRow(key, ToState(table, *effect.after)));
    }
  }
  return rows;
}

bool FanOut::TellsChanges(const TableSchema& table, const RowEffect& effect) const {
  if (effect.change_sets == 1) return true;
  if (effect.changes.empty()) return false;  // swept
  std::size_t change_bytes = 0;
  for (const auto& [change, stamp] : effect.changes) {
    if (change.whole || change.deletes()) return false;
    change_bytes += sizeof(RowChange) + HeapBytes(change);
    // In between, the row may have been out of sight.
    const auto is_looked_at = [&](const auto& part) {
      return application_.rules.ReadLooksAt(table.name, part.path);
    };
    if (std::any_of(change.writes.begin(), change.writes.end(), is_looked_at) ||
        std::any_of(change.edits.begin(), change.edits.end(), is_looked_at)) {
      return false;
    }
  }
  std::size_t state_bytes = 0;
  for (const Member& member : effect.after->document.members()) {
    state_bytes += sizeof(Member) + HeapBytes(member.value);
  }
  return change_bytes < state_bytes;
}

Status FanOut::Deliver(const GroupEffects& effects, std::uint64_t) {
  const LogHead& head = log_.head();
  const TableNumber members =
      application_.schema.FindTable(application_.rules.membership().table)->number;
  const bool members_changed =
      std::any_of(effects.rows.begin(), effects.rows.end(),
                  [&](const auto& row) { return row.first.table == members; });

  for (const auto& [id, verdict] : effects.verdicts) {
    if (verdict.gap) {
      Send(id, Fault{Code::kConflict, "A change set came before the one with the number " +
                                          std::to_string(verdict.settled + 1) +
                                          "; connect again and offer them in order"});
      continue;
    }
    Send(id, Verdict{{},
                     verdict.settled,
                     head.seq,
                     verdict.difference_ms,
                     verdict.accepted,
                     verdict.refused});
    if (joined(id) || verdict.stranger) continue;
    // Who wrote last as a member and is none any more has nobody else to tell them.
    Result<std::optional<std::string>> role = judge_.RoleOf(verdict.claims);
    if (!role) return Fail(role.error());
    if (!*role) Send(id, Left{});
  }

  BeginStreams();
  std::map<std::string, SharedFrame> frame_by_group;
  for (auto entry = sessions_.begin(); entry != sessions_.end();) {
    Session& session = entry->second;
    if (members_changed) {
      Result<std::optional<std::string>> role = judge_.RoleOf(session.peer.claims);
      if (!role) return Fail(role.error());
      if (!*role) {
        Send(entry->first, Left{});
        entry = sessions_.erase(entry);
        continue;
      }
      if (**role != *session.actor.role && !PLANTED("role-change-missed")) {
        const Cursor old{head.epoch, session.seq, session.scope};
        const bool was_in_snapshot = session.snapshot.has_value();
        session.actor.role = **role;
        session.scope = ScopeOf(application_.rules, **role);
        if (Status done = was_in_snapshot ? BeginSnapshot(session) : CatchUp(session, old); !done) {
          return done;
        }
        ++entry;
        continue;
      }
    }
    if (!session.snapshot) {
      const auto [frame, fresh] = frame_by_group.try_emplace(GroupOf(session));
      if (fresh) {
        Delta delta{
            {}, {head.epoch, head.seq, session.scope}, false, Visible(effects, session.actor)};
        // Nothing to see: the cursor stays behind, unless somebody waits for this seq.
        frame->second = delta.rows.empty() ? nullptr
                                           : std::make_shared<const Bytes>(EncodeFrame(
                                                 std::move(delta), &streams_[frame->first]));
      }
      SharedFrame due = frame->second;
      const auto verdict = effects.verdicts.find(entry->first);
      // The verdict takes effect with the delta that reaches its seq, also for repeats.
      if (!due && verdict != effects.verdicts.end() && session.seq < head.seq) {
        due = std::make_shared<const Bytes>(
            EncodeFrame(Delta{{}, {head.epoch, head.seq, session.scope}, false, {}}));
      }
      if (due) {
        deliveries_.push_back({entry->first, std::move(due), false});
        session.seq = head.seq;
      }
    } else {
      for (const DeltaRow& row : Visible(effects, session.actor)) {
        if (row.kind == DeltaRow::Kind::kForget) session.snapshot->left.insert(row.key);
      }
    }
    ++entry;
  }
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    stream = frame_by_group.count(stream->first) ? std::next(stream) : streams_.erase(stream);
  }
  return Done{};
}

std::string FanOut::GroupOf(const Session& session) const {
  std::string group = session.scope;
  if (application_.rules.read_depends_on_user()) {
    group += "\n" + std::to_string(session.peer.session.value);
  }
  return group;
}

// A stream begins anew when somebody joins it.
void FanOut::BeginStreams() {
  for (auto& [id, session] : sessions_) {
    if (session.hears_stream || session.snapshot) continue;
    streams_.erase(GroupOf(session));
    session.hears_stream = true;
  }
}

}  // namespace syncline
