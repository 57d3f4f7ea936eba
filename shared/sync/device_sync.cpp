// The device's steps of the sync: what each message of the relay does to the rows, the outbox and the
// cursor, in one transaction each.
#include <algorithm>

#include "shared/base/planted.hpp"
#include "shared/sync/device.hpp"

namespace syncline {
namespace {

const RowChange* FindChange(const ChangeSet& change_set, const RowKey& key) {
  const auto found = std::lower_bound(
      change_set.rows.begin(), change_set.rows.end(), key,
      [](const RowChange& change, const RowKey& wanted) { return change.key < wanted; });
  return found != change_set.rows.end() && found->key == key ? &*found : nullptr;
}
Failure Misfit(const TenantId& tenant, const char* why) {
  return Fail(Code::kConflict,
              "The copy of tenant " + tenant.text + " does not fit what the relay sent: " + why);
}

}  // namespace

Hello Device::MakeHello(std::string token, std::uint64_t now_ms) {
  hello_ms_ = now_ms;
  Hello hello;
  hello.schema_hash = application_.schema.hash;
  hello.rules_hash = application_.rules.hash();
  hello.replica = replica_;
  hello.device_ms = now_ms;
  hello.token = std::move(token);
  for (const auto& [id, tenant] : tenants_) {
    hello.tenants.push_back(
        {id, tenant.record.cursor, tenant.record.settled, tenant.kept_epoch, tenant.kept_above});
  }
  return hello;
}

Status Device::DropUnfinished() {
  const bool any = std::any_of(tenants_.begin(), tenants_.end(), [](const auto& tenant) {
    return tenant.second.record.building.value != 0;
  });
  if (!any) return Done{};
  return Transact([&]() -> Status {
    for (auto& [id, tenant] : tenants_) {
      if (tenant.record.building.value == 0) continue;
      if (Status done = store_.EraseTenant(tenant.record.building); !done) return done;
      tenant.record.building = {};
      if (Status done = log_.PutTenant(tenant.record); !done) return done;
    }
    return Done{};
  });
}

Status Device::OnWelcome(const Welcome& welcome, std::uint64_t now_ms) {
  clock_.set_difference_ms(welcome.difference_ms);
  // Our clock may have been set since Hello, but the difference is as it was then.
  confirmed_time_ =
      std::max(confirmed_time_, HybridTime::FromUnixMs(clock_.Adjusted(hello_ms_) + kAheadMsMax));
  if (Status dropped = DropUnfinished(); !dropped) return dropped;
  std::vector<TenantId> gone;
  for (auto& [id, tenant] : tenants_) {
    tenant.verdicts.clear();
    tenant.known.reset();
    // A tenant without an epoch that has something pending is being founded here: the relay cannot know
    // it yet. With nothing pending, its first snapshot never ended.
    const auto& listed = welcome.tenants;
    if ((tenant.record.cursor.epoch != 0 || tenant.outbox.empty()) &&
        std::find(listed.begin(), listed.end(), id) == listed.end()) {
      gone.push_back(id);
    }
  }
  for (const TenantId& id : gone) {
    if (Status done = OnLeft(id); !done) return done;
  }
  return CalmClock(now_ms);
}

// Once nothing stamped ahead is pending, new stamps need not follow it: a minute above the relay's
// clock lies above everything that it can have accepted. Where our clock was set back since we know how
// far it is from the relay's, that minute lies too low.
Status Device::CalmClock(std::uint64_t now_ms) {
  const HybridTime calm =
      std::max(confirmed_time_, HybridTime::FromUnixMs(clock_.Adjusted(now_ms) + kAheadMsMax));
  if (clock_.last() <= calm || pending_count() != 0) return Done{};
  clock_.Reset(calm);
  return Transact([&]() -> Status {
    for (auto& [id, tenant] : tenants_) {
      tenant.record.time = std::min(tenant.record.time, calm);
      if (Status put = log_.PutTenant(tenant.record); !put) return put;
    }
    return Done{};
  });
}

void Device::Observe(Tenant& tenant, const Stamp& stamp) {
  clock_.Observe(stamp.time);
  confirmed_time_ = std::max(confirmed_time_, stamp.time);
  tenant.record.time = std::max(tenant.record.time, stamp.time);
}

Result<RowState> Device::ConfirmedState(const Tenant& tenant, TenantNo no, const RowKey& key) {
  if (tenant.pending_by_row.count(key)) {
    Result<std::optional<RowState>> kept = log_.Confirmed(tenant.record.tenant, key);
    if (!kept) return Fail(kept.error());
    return *kept ? std::move(**kept) : RowState();
  }
  Result<std::optional<Row>> row = store_.Get(no, key);
  if (!row) return Fail(row.error());
  return *row ? ToState(*application_.schema.FindTable(key.table), **row) : RowState();
}

Status Device::Rebase(Tenant& tenant, TenantNo no, const RowKey& key, const RowState& confirmed) {
  RowState visible = confirmed;
  if (const auto pending = tenant.pending_by_row.find(key);
      pending != tenant.pending_by_row.end()) {
    std::vector<StampedChange> changes;
    for (const std::uint64_t number : pending->second) {
      const ChangeSet& change_set = tenant.outbox.at(number).change_set;
      const RowChange* change = FindChange(change_set, key);
      CHECK(change);
      changes.push_back({change, change_set.stamp()});
    }
    static_cast<void>(ApplyInOrder(visible, changes));
  }
  return Show(no, key, visible, news_.touched);
}

Status Device::Show(TenantNo no, const RowKey& key, const RowState& visible,
                    std::vector<TouchedKey>& touched) {
  const TableSchema& table = *application_.schema.FindTable(key.table);
  Result<std::optional<Row>> stored = store_.Get(no, key);
  if (!stored) return Fail(stored.error());
  if (!*stored && !visible.alive()) return Done{};
  if (*stored && visible.alive() && ToState(table, **stored) == visible) return Done{};
  std::optional<Row> after;
  if (visible.alive()) after = ToRow(key.id, visible);
  return store_.Write(no, key.table, *stored ? &**stored : nullptr, after ? &*after : nullptr,
                      touched);
}

Status Device::ShowConfirmed() {
  std::vector<TouchedKey> nobody_watches;
  for (const auto& [id, tenant] : tenants_) {
    for (const auto& [key, numbers] : tenant.pending_by_row) {
      const Result<RowState> confirmed = ConfirmedState(tenant, tenant.record.no, key);
      if (!confirmed) return Fail(confirmed.error());
      nobody_watches.clear();
      if (Status shown = Show(tenant.record.no, key, *confirmed, nobody_watches); !shown) {
        return shown;
      }
    }
  }
  return Done{};
}

void Device::DropPending(Tenant& tenant, std::uint64_t number, std::set<RowKey>& freed) {
  const auto entry = tenant.outbox.find(number);
  CHECK(entry != tenant.outbox.end());
  for (const RowChange& change : entry->second.change_set.rows) {
    const auto pending = tenant.pending_by_row.find(change.key);
    // A strict change set is not shown by its rows, which others may be pending for.
    if (pending == tenant.pending_by_row.end() || pending->second.erase(number) == 0) continue;
    if (pending->second.empty()) tenant.pending_by_row.erase(pending);
    freed.insert(change.key);
  }
  tenant.outbox.erase(entry);
}

Status Device::SettleUpTo(Tenant& tenant, std::uint64_t number, std::set<RowKey>& freed) {
  if (PLANTED("settles-one-too-many") && number > 1 && !tenant.outbox.empty()) ++number;
  while (!tenant.outbox.empty() && tenant.outbox.begin()->first <= number) {
    const std::uint64_t settled = tenant.outbox.begin()->first;
    news_.settled.push_back({tenant.record.tenant, settled});
    // What is accepted stays in the file for a while.
    const bool large =
        EncodeChangeSet(tenant.outbox.begin()->second.change_set).size() > kAcceptedKeptBytesMax;
    if (large) tenant.kept_above = std::max(tenant.kept_above, settled);
    DropPending(tenant, settled, freed);
  }
  if (number > tenant.record.settled) {
    if (number > kAcceptedKeptMax) {
      tenant.kept_above = std::max(tenant.kept_above, number - kAcceptedKeptMax);
    }
    if (Status done = log_.DropOutboxUpTo(tenant.record.tenant, tenant.kept_above); !done) {
      return done;
    }
  }
  tenant.record.settled = std::max(tenant.record.settled, number);
  // If this file is older than what the relay has decided, those numbers are taken.
  tenant.record.number = std::max(tenant.record.number, number);
  return Done{};
}

// Rows that lost pending changes: shown anew from what was kept beside them.
Status Device::RebaseFreed(Tenant& tenant, const std::set<RowKey>& freed) {
  for (const RowKey& key : freed) {
    Result<std::optional<RowState>> kept = log_.Confirmed(tenant.record.tenant, key);
    if (!kept) return Fail(kept.error());
    const RowState confirmed = *kept ? std::move(**kept) : RowState();
    if (Status done = Rebase(tenant, tenant.record.no, key, confirmed); !done) return done;
    if (*kept && !tenant.pending_by_row.count(key)) {
      if (Status done = log_.DropConfirmed(tenant.record.tenant, key); !done) return done;
    }
  }
  return Done{};
}

Status Device::ApplyRow(Tenant& tenant, TenantNo no, const DeltaRow& row, const DeltaRow& last,
                        std::set<RowKey>& freed) {
  if (!Syncs(row.key.table)) return Done{};  // of a newer schema
  const bool was_pending = freed.erase(row.key) != 0;
  const bool is_pending = tenant.pending_by_row.count(row.key) != 0;
  std::vector<StampedChange> changes;
  if (row.kind == DeltaRow::Kind::kChange) {
    for (const DeltaRow* each = &row; each <= &last; ++each) {
      Observe(tenant, each->stamp);
      changes.push_back({&each->change, each->stamp});
    }
    if (!was_pending && !is_pending) return ApplyChange(tenant.record.tenant, no, row, changes);
  }
  RowState confirmed;
  if (row.kind == DeltaRow::Kind::kState) {
    confirmed = row.state;
    Observe(tenant, confirmed.clock.whole);
    for (const auto& [path, stamp] : confirmed.clock.exceptions) Observe(tenant, stamp);
  } else if (row.kind == DeltaRow::Kind::kChange) {
    if (was_pending && !is_pending) {
      Result<std::optional<RowState>> kept = log_.Confirmed(tenant.record.tenant, row.key);
      if (!kept) return Fail(kept.error());
      if (*kept) confirmed = std::move(**kept);
    } else {
      Result<RowState> now = ConfirmedState(tenant, no, row.key);
      if (!now) return Fail(now.error());
      confirmed = std::move(*now);
    }
    if (confirmed.clock.length == 0 && !row.change.whole) {
      return Misfit(tenant.record.tenant, "a change of a row that is not here");
    }
    static_cast<void>(ApplyInOrder(confirmed, changes));
  }
  if (is_pending && confirmed.clock.length != 0) {
    if (Status put = log_.PutConfirmed(tenant.record.tenant, row.key, confirmed); !put) return put;
  } else if (is_pending || was_pending) {
    if (Status done = log_.DropConfirmed(tenant.record.tenant, row.key); !done) return done;
  }
  return Rebase(tenant, no, row.key, confirmed);
}

// Of a row with nothing pending, where what is stored is what is confirmed.
Status Device::ApplyChange(const TenantId& tenant, TenantNo no, const DeltaRow& row,
                           const std::vector<StampedChange>& changes) {
  const TableSchema& table = *application_.schema.FindTable(row.key.table);
  const Result<std::optional<Row>> stored = store_.Get(no, row.key);
  if (!stored) return Fail(stored.error());
  const Row* before = *stored ? &**stored : nullptr;
  if (!before && !row.change.whole) return Misfit(tenant, "a change of a row that is not here");
  std::optional<Row> after;
  if (before && changes.size() == 1 && IsPlain(table, *before, row.change)) {
    after = *before;
    if (!ApplyPlain(*after, row.change, row.stamp)) return Done{};
  } else {
    RowState state = before ? ToState(table, *before) : RowState();
    if (!ApplyInOrder(state, changes)) return Done{};
    if (state.alive()) after = ToRow(row.key.id, state);
    if (!before && !after) return Done{};
  }
  return store_.Write(no, row.key.table, before, after ? &*after : nullptr, news_.touched);
}

// A text that somebody typed comes as many edits: in a row they are applied at once.
Status Device::ApplyRows(Tenant& tenant, TenantNo no, const Delta& delta, std::set<RowKey>& freed) {
  const auto follows = [](const DeltaRow& row, const DeltaRow& next) {
    return next.key == row.key && row.kind == DeltaRow::Kind::kChange && next.kind == row.kind &&
           EditsOnlyTexts(row.change) && EditsOnlyTexts(next.change);
  };
  for (std::size_t i = 0, last = 0; i < delta.rows.size(); i = ++last) {
    while (last + 1 < delta.rows.size() && follows(delta.rows[last], delta.rows[last + 1])) ++last;
    Status done = ApplyRow(tenant, no, delta.rows[i], delta.rows[last], freed);
    if (!done) return done;
  }
  return Done{};
}

Status Device::ApplyDelta(Tenant& tenant, const Delta& delta) {
  std::set<RowKey> freed;
  while (!tenant.verdicts.empty() && tenant.verdicts.front().seq <= delta.to.seq) {
    const std::uint64_t settled = tenant.verdicts.front().settled;
    tenant.verdicts.pop_front();
    if (Status done = SettleUpTo(tenant, settled, freed); !done) return done;
  }
  if (Status done = ApplyRows(tenant, tenant.record.no, delta, freed); !done) return done;
  if (Status done = RebaseFreed(tenant, freed); !done) return done;
  tenant.record.cursor = delta.to;
  return log_.PutTenant(tenant.record);
}

Status Device::CompleteSnapshot(Tenant& tenant, const Delta& delta) {
  const TenantNo built = tenant.record.building;
  if (built.value == 0)
    return Misfit(tenant.record.tenant, "the end of a snapshot that never began");
  std::set<RowKey> freed;
  while (!tenant.verdicts.empty() && tenant.verdicts.front().seq <= delta.to.seq) {
    const std::uint64_t settled = tenant.verdicts.front().settled;
    tenant.verdicts.pop_front();
    if (Status done = SettleUpTo(tenant, settled, freed); !done) return done;
  }
  if (Status done = log_.DropAllConfirmed(tenant.record.tenant); !done) return done;
  if (Status done = PLANTED("not-offered-again") ? Done{} : OfferAgain(tenant); !done) return done;
  if (tenant.kept_epoch != delta.to.epoch) {
    tenant.kept_epoch = delta.to.epoch;
    if (Status done = log_.PutKeptEpoch(tenant.record.tenant, delta.to.epoch); !done) return done;
  }
  // First the confirmed rows alone, then what is pending on top of them.
  auto pending_by_row = std::exchange(tenant.pending_by_row, {});
  freed.clear();
  if (Status done = ApplyRows(tenant, built, delta, freed); !done) return done;
  tenant.pending_by_row = std::move(pending_by_row);
  for (const auto& [key, numbers] : tenant.pending_by_row) {
    Result<std::optional<Row>> row = store_.Get(built, key);
    if (!row) return Fail(row.error());
    RowState confirmed;
    if (*row) {
      confirmed = ToState(*application_.schema.FindTable(key.table), **row);
      if (Status put = log_.PutConfirmed(tenant.record.tenant, key, confirmed); !put) return put;
    }
    if (Status done = Rebase(tenant, built, key, confirmed); !done) return done;
  }
  if (tenant.record.no.value != 0) {
    if (Status done = store_.EraseTenant(tenant.record.no); !done) return done;
  }
  tenant.record.no = built;
  tenant.record.building = {};
  tenant.record.cursor = delta.to;
  news_.everything = true;
  return log_.PutTenant(tenant.record);
}

// What the relay forgot is pending once more, as it was: same numbers, same stamps.
Status Device::OfferAgain(Tenant& tenant) {
  if (!tenant.known) return Done{};
  TenantRecord& record = tenant.record;
  const std::uint64_t above = std::max(*std::exchange(tenant.known, {}), tenant.kept_above);
  if (above >= record.settled) return Done{};
  Result<std::vector<OutboxEntry>> kept = log_.Outbox(record.tenant, above);
  if (!kept) return Fail(kept.error());
  if (Status read = log_.ReadNeeds(record.tenant, *kept); !read) return read;
  for (OutboxEntry& entry : *kept) {
    if (entry.change_set.number > record.settled) continue;
    // What is written now must win over it, also if it was stamped ahead (see CalmClock).
    clock_.Observe(entry.change_set.time);
    record.time = std::max(record.time, entry.change_set.time);
    AddPending(tenant, std::move(entry));
  }
  record.settled = above;
  return Done{};
}

Status Device::OnAgain(const Again& again) {
  if (Tenant* tenant = FindTenant(again.tenant)) tenant->known = again.known;
  return Done{};
}

std::optional<std::uint64_t> Device::OfferedAbove(const TenantId& id) const {
  const auto tenant = tenants_.find(id);
  if (tenant == tenants_.end() || tenant->second.known) return std::nullopt;
  return tenant->second.record.settled;
}

Status Device::AskForSnapshot(const TenantId& id) {
  return Transact([&]() -> Status {
    Tenant* tenant = FindTenant(id);
    if (!tenant || tenant->record.cursor.epoch == 0) return Done{};
    tenant->record.cursor = kCursorOfNoLog;
    return log_.PutTenant(tenant->record);
  });
}

Status Device::OnDelta(const Delta& delta) {
  Tenant* tenant = FindTenant(delta.tenant);
  Status done = Misfit(delta.tenant, "a delta of a tenant that is not here");
  if (tenant) {
    const Cursor& cursor = tenant->record.cursor;
    if (!delta.completes_snapshot && cursor.epoch == delta.to.epoch && delta.to.seq < cursor.seq) {
      return Done{};
    }
    if (PLANTED("cursor-before-data") && !delta.completes_snapshot &&
        cursor.epoch == delta.to.epoch) {
      static_cast<void>(Transact([&]() -> Status {
        tenant->record.cursor = delta.to;
        return log_.PutTenant(tenant->record);
      }));
    }
    done = Transact([&]() -> Status {
      if (delta.completes_snapshot) return CompleteSnapshot(*tenant, delta);
      if (cursor.epoch != delta.to.epoch || tenant->record.no.value == 0) {
        return Misfit(delta.tenant, "a delta of another epoch");
      }
      return ApplyDelta(*tenant, delta);
    });
  }
  if (!done && done.error().code == Code::kConflict) {
    if (Status asked = AskForSnapshot(delta.tenant); !asked) return asked;
  }
  return done;
}

Status Device::OnChunk(const Chunk& chunk) {
  Tenant* known = FindTenant(chunk.tenant);
  if (chunk.ordinal != 0 &&
      (!known || known->record.building.value == 0 || known->next_chunk != chunk.ordinal)) {
    return Misfit(chunk.tenant, "a part of a snapshot that never began");
  }
  return Transact([&]() -> Status {
    Result<Tenant*> found = FindOrMake(chunk.tenant);
    if (!found) return Fail(found.error());
    Tenant& tenant = **found;
    if (chunk.ordinal == 0) {
      if (tenant.record.building.value != 0) {
        if (Status done = store_.EraseTenant(tenant.record.building); !done) return done;
      }
      const Result<TenantNo> no = log_.NextTenantNo();
      if (!no) return Fail(no.error());
      tenant.record.building = *no;
      if (PLANTED("snapshot-seen-early")) tenant.record.no = *no;
    }
    tenant.next_chunk = chunk.ordinal + 1;
    std::vector<TouchedKey> invisible;
    for (const DeltaRow& row : chunk.rows) {
      if (row.kind != DeltaRow::Kind::kState || !row.state.alive()) {
        return Misfit(chunk.tenant, "a snapshot holds only rows");
      }
      if (!Syncs(row.key.table)) continue;  // of a newer schema
      Observe(tenant, row.state.clock.whole);
      for (const auto& [path, stamp] : row.state.clock.exceptions) Observe(tenant, stamp);
      const Row whole = ToRow(row.key.id, row.state);
      invisible.clear();
      if (Status done =
              store_.Write(tenant.record.building, row.key.table, nullptr, &whole, invisible);
          !done) {
        return done;
      }
    }
    return log_.PutTenant(tenant.record);
  });
}

Status Device::RefuseOne(Tenant& tenant, const Refusal& refusal, std::set<RowKey>& freed) {
  const TenantId& id = tenant.record.tenant;
  std::vector<Refusal> todo = {refusal};
  while (!todo.empty()) {
    const Refusal next = std::move(todo.back());
    todo.pop_back();
    const auto entry = tenant.outbox.find(next.number);
    if (entry == tenant.outbox.end()) continue;  // heard before
    RefusedEntry refused{id, next, entry->second.origin,
                         entry->second.change_set.strict.has_value()};
    if (Status added = log_.AddRefused(refused); !added) return added;
    news_.refused.push_back(std::move(refused));
    if (Status dropped = undo_log_.DropMadeBy(id, next.number); !dropped) return dropped;
    DropPending(tenant, next.number, freed);
    if (PLANTED("refusal-not-undone")) freed.clear();
    // What was to take it back has not been sent, so it goes without the relay's word.
    const Result<std::vector<std::uint64_t>> needing = log_.Needing(id, next.number);
    if (!needing) return Fail(needing.error());
    for (const std::uint64_t number : *needing) {
      todo.push_back({number,
                      Code::kConflict,
                      "What this was to take back was refused, so nothing is left to take back",
                      {},
                      {},
                      {}});
    }
    if (Status dropped = log_.DropOutbox(id, next.number); !dropped) return dropped;
  }
  return Done{};
}

Status Device::OnVerdict(const Verdict& verdict, std::uint64_t now_ms) {
  clock_.set_difference_ms(verdict.difference_ms);
  Tenant* tenant = FindTenant(verdict.tenant);
  if (!tenant) return Done{};
  Status done = Transact([&]() -> Status {
    std::set<RowKey> freed;
    for (const Refusal& refusal : verdict.refused) {
      if (Status refused = RefuseOne(*tenant, refusal, freed); !refused) return refused;
    }
    TenantRecord& record = tenant->record;
    // While a snapshot comes, the cursor may be of another epoch.
    bool decided_here =
        record.cursor.epoch > 1 && record.building.value == 0 && record.cursor.seq >= verdict.seq;
    if (PLANTED("settled-before-its-delta")) decided_here = true;
    const bool nothing_accepted =
        tenant->outbox.empty() || tenant->outbox.begin()->first > verdict.settled;
    if (decided_here || nothing_accepted) {
      if (Status settled = SettleUpTo(*tenant, verdict.settled, freed); !settled) return settled;
    } else {
      tenant->verdicts.push_back({verdict.tenant, verdict.settled, verdict.seq, 0, {}, {}});
    }
    if (Status rebased = RebaseFreed(*tenant, freed); !rebased) return rebased;
    if (tenant->outbox.empty() && record.cursor.epoch == 0 && record.building.value == 0) {
      return ForgetTenant(*tenant);
    }
    return log_.PutTenant(record);
  });
  if (!done) return done;
  return CalmClock(now_ms);
}

// REQUIRES: nothing of it is pending. The tenant is gone from the file and the memory.
Status Device::ForgetTenant(Tenant& tenant) {
  const TenantId id = tenant.record.tenant;
  for (const TenantNo no : {tenant.record.no, tenant.record.building}) {
    if (no.value == 0) continue;
    if (Status done = store_.EraseTenant(no); !done) return done;
  }
  if (Status done = log_.DropAllConfirmed(id); !done) return done;
  if (Status done = undo_log_.DropTenant(id); !done) return done;
  if (Status done = log_.DropTenant(tenant.record); !done) return done;
  tenants_.erase(id);
  news_.everything = true;
  return Done{};
}

Status Device::OnLeft(const TenantId& id) {
  if (!FindTenant(id)) return Done{};
  return Transact([&]() -> Status {
    Tenant& tenant = *FindTenant(id);
    std::set<RowKey> freed;
    while (!tenant.verdicts.empty()) {
      const std::uint64_t settled = tenant.verdicts.front().settled;
      tenant.verdicts.pop_front();
      if (Status done = SettleUpTo(tenant, settled, freed); !done) return done;
    }
    if (tenant.outbox.empty()) return ForgetTenant(tenant);
    // What is pending stays until the relay has decided on it; the confirmed rows go now.
    for (TenantNo* no : {&tenant.record.no, &tenant.record.building}) {
      if (no->value == 0) continue;
      if (Status done = store_.EraseTenant(*no); !done) return done;
    }
    tenant.record.building = {};
    tenant.record.cursor = {};
    if (Status done = log_.DropAllConfirmed(id); !done) return done;
    if (Status done = undo_log_.DropTenant(id); !done) return done;
    news_.everything = true;
    for (const auto& [key, numbers] : tenant.pending_by_row) {
      if (Status done = Rebase(tenant, tenant.record.no, key, {}); !done) return done;
    }
    return log_.PutTenant(tenant.record);
  });
}

Status Device::Dismiss(const TenantId& id, std::uint64_t number) {
  return Transact([&]() -> Status { return log_.DropRefused(id, number); });
}

}  // namespace syncline
