#include "shared/sync/completion.hpp"

#include <algorithm>

#include "shared/sync/rule_indexes.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

// A stamp that wins over all that the row has seen, and is no earlier than the change set's.
Stamp Above(const RowClock& clock, const Stamp& stamp) {
  HybridTime latest = std::max(stamp.time, clock.whole.time);
  for (const auto& [path, exception] : clock.exceptions) latest = std::max(latest, exception.time);
  return {latest.Next(), stamp.replica};
}

}  // namespace

Completion::Completion(const Application& application, StateAfter& state, Ruling& ruling,
                       const Stamp& stamp, std::vector<PreparedWrite>& writes)
    : application_(application), state_(state), ruling_(ruling), stamp_(stamp), writes_(writes) {
  for (const PreparedWrite& write : writes) {
    if (!write.before) made_.insert(write.key);
  }
}

Result<bool> Completion::Run() {
  if (Status done = LetGoOfMissing(); !done) return Fail(done.error());
  return FollowDeletes();
}

Status Completion::LetGoOfMissing() {
  const std::size_t count = writes_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const RowKey key = writes_[i].key;
    const TableSchema& table = *application_.schema.FindTable(key.table);
    const TableRules* rules = application_.rules.Find(table.name);
    if (!rules || !writes_[i].after.alive()) continue;
    for (const Reference& reference : rules->references) {
      if (reference.on_delete != OnDelete::kSetUndefined || reference.array) continue;
      Result<std::optional<Row>> row = state_.Get(key);
      if (!row) return Fail(row.error());
      for (const RowKey& target : IdsIn((*row)->document, reference)) {
        const Row* before = writes_[i].before ? &*writes_[i].before : nullptr;
        if (RefersTo(before, reference, target)) continue;
        const Result<bool> there = ruling_.MayReferTo(target);
        if (!there) return Fail(there.error());
        if (*there) continue;
        if (Status done = LetGo(table, **row, reference, target); !done) return done;
      }
    }
  }
  return Done{};
}

Result<bool> Completion::FollowDeletes() {
  std::vector<RowKey> todo;
  for (const PreparedWrite& write : writes_) {
    if (write.before && !write.after.alive()) todo.push_back(write.key);
  }
  std::set<RowKey> followed;
  while (!todo.empty()) {
    const RowKey deleted = todo.back();
    todo.pop_back();
    if (!followed.insert(deleted).second) continue;
    const std::string& table = application_.schema.FindTable(deleted.table)->name;
    for (const Referrer& referrer : application_.rules.ReferrersOf(table)) {
      if (referrer.reference.on_delete == OnDelete::kRestrict) continue;
      if (Status done = Follow(referrer, deleted, todo); !done) return Fail(done.error());
      if (writes_.size() > kRowsPerChangeSetMax) return false;
    }
  }
  return true;
}

Status Completion::Follow(const Referrer& referrer, const RowKey& deleted,
                          std::vector<RowKey>& todo) {
  const TableSchema& table = *application_.schema.FindTable(referrer.table);
  const std::size_t room =
      kRowsPerChangeSetMax + 1 - std::min(writes_.size(), kRowsPerChangeSetMax);
  std::vector<RowKey> followers;
  Status visited = state_.Visit(table.number, IndexOf(referrer.reference),
                                EncodeKey(IdToText(deleted)), [&](const RowId& id) {
                                  const RowKey key{table.number, id};
                                  if (!made_.count(key)) followers.push_back(key);
                                  return followers.size() < room;
                                });
  if (!visited) return visited;
  for (const RowKey& key : followers) {
    const Result<std::optional<Row>> row = state_.Get(key);
    if (!row) return Fail(row.error());
    CHECK(*row);
    if (referrer.reference.on_delete == OnDelete::kSetUndefined) {
      if (Status done = LetGo(table, **row, referrer.reference, deleted); !done) return done;
    } else {
      if (Status done = Delete(table, **row); !done) return done;
      todo.push_back(key);
    }
  }
  return Done{};
}

Status Completion::Delete(const TableSchema& table, const Row& row) {
  PreparedWrite write;
  write.key = {table.number, row.id};
  write.before = row;
  write.after = ToState(table, row);
  write.change.key = write.key;
  write.change.length = row.clock.length + 1;
  write.stamp = stamp_;
  write.brought = true;
  CHECK(Apply(write.after, write.change, write.stamp));
  state_.Put(write.key, std::nullopt);
  writes_.push_back(std::move(write));
  return Done{};
}

Status Completion::LetGo(const TableSchema& table, const Row& row, const Reference& reference,
                         const RowKey& target) {
  PreparedWrite write;
  write.key = {table.number, row.id};
  write.before = row;
  write.after = ToState(table, row);
  write.change.key = write.key;
  write.change.length = row.clock.length;
  write.stamp = Above(row.clock, stamp_);
  write.brought = true;
  Result<FieldChanges> changes = ChangesBetween(
      table, write.after, WithoutReference(row.document, reference, target), stamp_.replica);
  if (!changes) return Fail(changes.error());
  write.change.writes = std::move(changes->writes);
  write.change.edits = std::move(changes->edits);
  static_cast<void>(Apply(write.after, write.change, write.stamp));
  RestoreParents(write.after);
  write.row = ToRow(row.id, write.after);
  state_.Put(write.key, write.row);
  writes_.push_back(std::move(write));
  return Done{};
}

}  // namespace syncline
