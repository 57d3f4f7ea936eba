#include "shared/sync/completion.hpp"

#include <algorithm>

#include "shared/base/planted.hpp"
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
    changed_.insert(write.key);
    if (!write.before) made_.insert(write.key);
  }
}

Result<bool> Completion::Run() {
  if (Status found = FindMissing(); !found) return Fail(found.error());
  Result<bool> fits = FollowDeletes();
  if (!fits || !*fits) return fits;
  for (const auto& [key, references] : loose_) {
    if (Status done = LetGo(key, references); !done) return Fail(done.error());
  }
  return Fits();
}

Status Completion::FindMissing() {
  for (const PreparedWrite& write : writes_) {
    const TableSchema& table = *application_.schema.FindTable(write.key.table);
    const TableRules* rules = application_.rules.Find(table.name);
    if (!rules || !write.row) continue;
    for (const Reference& reference : rules->references) {
      if (reference.on_delete != OnDelete::kSetUndefined || reference.array) continue;
      const std::set<RowKey> before = IdsIn(write.before ? &*write.before : nullptr, reference);
      for (const RowKey& target : IdsIn(&*write.row, reference)) {
        if (before.count(target)) continue;
        const Result<bool> there = ruling_.MayReferTo(target);
        if (!there) return Fail(there.error());
        if (!*there) loose_[write.key].insert(&reference);
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
  while (!todo.empty()) {
    const RowKey deleted = todo.back();
    todo.pop_back();
    if (!deleted_.insert(deleted).second) continue;
    const std::string& table = application_.schema.FindTable(deleted.table)->name;
    for (const Referrer& referrer : application_.rules.ReferrersOf(table)) {
      if (referrer.reference.on_delete == OnDelete::kRestrict) continue;
      if (Status done = Follow(referrer, deleted, todo); !done) return Fail(done.error());
      if (!Fits()) return false;
    }
  }
  return true;
}

Status Completion::Follow(const Referrer& referrer, const RowKey& deleted,
                          std::vector<RowKey>& todo) {
  const TableSchema& table = *application_.schema.FindTable(referrer.table);
  const bool cascades = referrer.reference.on_delete == OnDelete::kCascade;
  std::vector<RowKey> followers;
  Status visited = state_.Visit(table.number, IndexOf(referrer.reference),
                                EncodeKey(IdToText(deleted)), [&](const RowId& id) {
                                  const RowKey key{table.number, id};
                                  if (made_.count(key) || PLANTED("follower-missed")) return true;
                                  if (cascades) {
                                    followers.push_back(key);
                                  } else {
                                    loose_[key].insert(&referrer.reference);
                                    ++let_go_;
                                  }
                                  return followers.size() <= kRowsPerChangeSetMax && Fits();
                                });
  if (!visited) return visited;
  for (const RowKey& key : followers) {
    if (Status done = Delete(table, key); !done) return done;
    todo.push_back(key);
  }
  return Done{};
}

bool Completion::Fits() const {
  // A loose row is written, or deleted with another.
  return std::max(changed_.size(), loose_.size()) <= kRowsPerChangeSetMax &&
         let_go_ <= kReferencesLetGoMax;
}

Status Completion::Delete(const TableSchema& table, const RowKey& key) {
  Result<std::optional<Row>> row = state_.Get(key);
  if (!row) return Fail(row.error());
  if (!*row) {
    return Fail(Code::kCorrupt,
                "A reference of table " + table.name + " is kept of a row that is not there");
  }
  PreparedWrite write;
  write.key = key;
  write.after = ToState(table, **row);
  write.change.key = key;
  write.change.length = (*row)->clock.length + 1;
  write.before = std::move(*row);
  write.stamp = stamp_;
  write.brought = true;
  CHECK(Apply(write.after, write.change, write.stamp));
  Put(std::move(write));
  return Done{};
}

Status Completion::LetGo(const RowKey& key, const std::set<const Reference*>& references) {
  const TableSchema& table = *application_.schema.FindTable(key.table);
  Result<std::optional<Row>> row = state_.Get(key);
  if (!row) return Fail(row.error());
  if (!*row) return Done{};  // deleted with another
  Object document = (*row)->document;
  for (const Reference* reference : references) {
    document = WithoutReferences(std::move(document), *reference, [&](const RowKey& target) {
      return !reference->array || deleted_.count(target) != 0;
    });
  }
  PreparedWrite write;
  write.key = key;
  write.after = ToState(table, **row);
  write.change.key = key;
  write.change.length = (*row)->clock.length;
  write.stamp = Above((*row)->clock, stamp_);
  write.brought = true;
  Result<FieldChanges> changes = ChangesBetween(table, write.after, document, stamp_.replica);
  if (!changes) return Fail(changes.error());
  write.before = std::move(*row);
  write.change.writes = std::move(changes->writes);
  write.change.edits = std::move(changes->edits);
  static_cast<void>(Apply(write.after, write.change, write.stamp));
  RestoreParents(write.after);
  write.row = ToRow(key.id, write.after);
  Put(std::move(write));
  return Done{};
}

void Completion::Put(PreparedWrite write) {
  changed_.insert(write.key);
  state_.Put(write.key, write.row);
  writes_.push_back(std::move(write));
}

}  // namespace syncline
