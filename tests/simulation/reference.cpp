#include "tests/simulation/reference.hpp"

#include <algorithm>

#include "shared/base/check.hpp"
#include "shared/value/id.hpp"
#include "shared/value/order.hpp"
#include "tests/simulation/context.hpp"

namespace syncline::simulation {
namespace {

// The path of "details.place" is "details", a separator, "place". Parents sort before their leaves.
Object Nest(const std::map<std::string, Value, std::less<>>& fields) {
  Object document;
  for (const auto& [path, value] : fields) {
    Object* at = &document;
    std::size_t begin = 0;
    for (std::size_t end; (end = path.find('\x1f', begin)) != std::string::npos; begin = end + 1) {
      const std::string name = path.substr(begin, end - begin);
      if (!at->Find(name) || !at->Find(name)->As<Object>()) at->Set(name, Object());
      at = at->Find(name)->As<Object>();
    }
    at->Set(path.substr(begin), value);
  }
  return document;
}

std::string TextOf(const Object& document, const char* field) {
  const Value* value = document.Find(field);
  const std::string* text = value ? value->As<std::string>() : nullptr;
  return text ? *text : "";
}

}  // namespace

Object DocumentOf(const RowState& state, const RowKey& key) {
  Object document = Nest(state.fields);
  document.Set("_id", IdToText(key));
  return document;
}

RowState Reference::Row::ToState() const {
  RowState state;
  state.clock.length = length;
  state.clock.whole = whole;
  if (length % 2 == 0) return state;
  state.creation_time = creation_time;
  for (const auto& [path, cell] : cells) {
    if (cell.stamp != whole) state.clock.exceptions[path] = cell.stamp;
    if (!cell.value.is_undefined()) state.fields[path] = cell.value;
  }
  return state;
}

// A leaf that outlived the removal of its object brings the object back.
void Reference::Row::RestoreParents() {
  std::vector<std::string> parents;
  for (const auto& [path, cell] : cells) {
    if (cell.value.is_undefined()) continue;
    for (std::size_t step = path.find('\x1f'); step != std::string::npos;
         step = path.find('\x1f', step + 1)) {
      parents.push_back(path.substr(0, step));
    }
  }
  for (const std::string& parent : parents) {
    Cell& cell = cells.try_emplace(parent, Cell{whole, Value()}).first->second;
    if (cell.value.is_undefined()) cell.value = Object();
  }
}

std::optional<std::string> Reference::RoleOf(const std::string& person) const {
  // Two rows of one person cannot be told apart by a person; the relay takes the first made.
  const TableNumber users = NumberOfTable("users");
  const RowState* first = nullptr;
  const RowKey* first_key = nullptr;
  for (const auto& [key, row] : rows_) {
    if (key.table != users) continue;
    const auto email = row->fields.find("email");
    if (email == row->fields.end() || email->second != Value(EmailOf(person))) continue;
    if (first && std::tie(first->creation_time, *first_key) < std::tie(row->creation_time, key)) {
      continue;
    }
    first = row.get();
    first_key = &key;
  }
  if (!first) return std::nullopt;
  const auto role = first->fields.find("role");
  if (role == first->fields.end()) return std::nullopt;
  const std::string* text = role->second.As<std::string>();
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::string> Reference::RoleByFounding(const ChangeSet& change_set,
                                                     const std::string& person) const {
  const bool founds =
      std::any_of(change_set.rows.begin(), change_set.rows.end(), [&](const RowChange& change) {
        return change.whole && change.length == 1 && IdToText(change.key) == tenant_.text;
      });
  if (!founds) return std::nullopt;
  for (const RowChange& change : change_set.rows) {
    if (change.key.table != NumberOfTable("users") || !change.whole) continue;
    Object row;
    for (const FieldWrite& write : change.writes) row.Set(write.path, write.value);
    if (TextOf(row, "email") == EmailOf(person)) return TextOf(row, "role");
  }
  return std::nullopt;
}

std::set<std::string> Reference::Members() const {
  std::set<std::string> emails;
  for (const auto& [key, row] : rows_) {
    if (key.table != NumberOfTable("users")) continue;
    emails.insert(TextOf(DocumentOf(*row, key), "email"));
  }
  return emails;
}

bool Reference::MayRead(const Person& person, const RowKey& key, const RowState& row) const {
  static const TableNumber kNotes = NumberOfTable("notes");
  // Only the notes' rule looks at the row.
  const Object document = key.table == kNotes ? DocumentOf(row, key) : Object();
  return Permitted(by_person_, schema_->FindTable(key.table)->name, Deed::kRead, person, nullptr,
                   &document);
}

Reference::Verdict Reference::Decide(const ChangeSet& change_set, const std::string& person,
                                     std::uint64_t now_ms) {
  // A stranger leaves no trace: what they offer is refused, and is new when it comes again.
  const auto known = progress_.find(change_set.replica);
  if (seq_ != 0 && (known == progress_.end() || known->second.number == 0) && !RoleOf(person)) {
    return decided_[{change_set.replica, change_set.number}] = Verdict();
  }
  Progress& progress = progress_[change_set.replica];
  if (change_set.number <= progress.number) return {false, true, false, {}};
  if (change_set.number > progress.number + 1) return {false, false, true, {}};
  HybridTime time = change_set.time;
  if (time.unix_ms() > now_ms + 60'000) time = HybridTime::FromUnixMs(now_ms);
  time = std::max(time, progress.time.Next());
  progress.number = change_set.number;
  progress.at_ms = now_ms;

  Verdict verdict;
  const std::optional<std::string> role =
      seq_ == 0 ? RoleByFounding(change_set, person) : RoleOf(person);
  std::vector<std::pair<RowKey, Row>> after;
  verdict.accepted = role && Judge(change_set, {time, change_set.replica}, {person, *role}, after);
  if (verdict.accepted) {
    verdict.time = progress.time = time;
    ever_members_.insert(person);
    ++seq_;
    for (auto& [key, row] : after) {
      if (row.length % 2 == 1) {
        rows_[key] = std::make_shared<const RowState>(row.ToState());
      } else {
        rows_.erase(key);
        row.deleted_ms = now_ms;
      }
      all_[key] = std::move(row);
    }
  }
  decided_[{change_set.replica, change_set.number}] = verdict;
  return verdict;
}

bool Reference::Judge(const ChangeSet& change_set, const Stamp& stamp, const Person& person,
                      std::vector<std::pair<RowKey, Row>>& after) const {
  for (const RowChange& change : change_set.rows) {
    const std::string& table = schema_->FindTable(change.key.table)->name;
    const auto found = all_.find(change.key);
    Row row = found == all_.end() ? Row() : found->second;
    const bool there = row.length % 2 == 1;
    std::optional<Object> before;
    if (there) {
      const RowState state = row.ToState();
      if (!MayRead(person, change.key, state)) return false;
      before = DocumentOf(state, change.key);
    }
    if (change.whole ? there : row.length == 0) return false;
    const bool deletes = change.length % 2 == 0;
    if (change.length < row.length || (deletes && change.length == row.length)) continue;
    bool moved = true;
    if (change.whole || deletes) {
      row = Row();
      row.length = change.length;
      row.whole = stamp;
      row.creation_time = change.creation_time;
      for (const FieldWrite& write : change.writes) row.cells[write.path] = {stamp, write.value};
    } else {
      moved = false;
      for (const FieldWrite& write : change.writes) {
        const auto [cell, fresh] = row.cells.try_emplace(write.path, Cell{row.whole, Value()});
        if (stamp < cell->second.stamp) continue;
        cell->second = {stamp, write.value};
        moved = true;
      }
    }
    if (!moved) continue;
    row.RestoreParents();
    std::optional<Object> now;
    if (!deletes) {
      now = DocumentOf(row.ToState(), change.key);
      const std::string owner =
          table == "organizations" ? IdToText(change.key) : TextOf(*now, "organizationId");
      if (owner != tenant_.text) return false;
      // No program of the simulation writes what the schema refuses, but a required field may be lost.
      Object own = *now;
      own.Remove("_id");
      if (!ValidateDocument(*schema_, *schema_->FindTable(change.key.table), own)) return false;
    }
    const Deed deed = !now ? Deed::kDelete : before ? Deed::kUpdate : Deed::kInsert;
    if (!Permitted(by_person_, table, deed, person, before ? &*before : nullptr,
                   now ? &*now : nullptr)) {
      return false;
    }
    after.emplace_back(change.key, std::move(row));
  }
  return true;
}

void Reference::EndGroup() {
  static const TableNumber kUsers = NumberOfTable("users");
  const RowMap before = history_.empty() ? RowMap() : history_.rbegin()->second;
  std::vector<RowKey> changed;
  bool users_changed = false;
  for (const auto& [key, row] : rows_) {
    const auto old = before.find(key);
    if (old != before.end() && old->second == row) continue;
    changed.push_back(key);
    users_changed = users_changed || key.table == kUsers;
  }
  users_changed = users_changed || before.size() + changed.size() > rows_.size();
  history_[seq_] = rows_;
  for (const std::string& email : Members()) {
    const std::string name = email.substr(0, email.find('@'));
    const std::optional<std::string> role = RoleOf(name);
    if (!role) continue;
    ever_members_.insert(name);
    if (users_changed) {
      for (const auto& [key, row] : rows_) {
        if (MayRead({name, *role}, key, *row)) ever_readable_.emplace(name, key);
      }
    }
    for (const RowKey& key : changed) {
      if (MayRead({name, *role}, key, *rows_.at(key))) ever_readable_.emplace(name, key);
    }
  }
}

void Reference::Told(ReplicaId replica, std::uint64_t settled, std::uint64_t now_ms) {
  const auto known = progress_.find(replica);
  if (settled <= (known == progress_.end() ? 0 : known->second.number)) return;
  progress_[replica].number = settled;
  progress_[replica].at_ms = now_ms;
}

void Reference::Sweep(std::uint64_t before_ms, std::uint64_t silent_before_ms) {
  for (auto row = all_.begin(); row != all_.end();) {
    const bool gone = row->second.length % 2 == 0 && row->second.deleted_ms < before_ms;
    row = gone ? all_.erase(row) : std::next(row);
  }
  for (auto replica = progress_.begin(); replica != progress_.end();) {
    replica =
        replica->second.at_ms < silent_before_ms ? progress_.erase(replica) : std::next(replica);
  }
}

const RowMap* Reference::RowsAt(std::uint64_t seq) const {
  static const RowMap kEmpty;
  if (seq == 0) return &kEmpty;
  const auto found = history_.find(seq);
  return found == history_.end() ? nullptr : &found->second;
}

bool Reference::EverReadable(const std::string& person, const RowKey& key) const {
  return ever_readable_.count({person, key}) != 0;
}

std::optional<Reference::Verdict> Reference::Decided(ReplicaId replica,
                                                     std::uint64_t number) const {
  const auto found = decided_.find({replica, number});
  if (found == decided_.end()) return std::nullopt;
  return found->second;
}

}  // namespace syncline::simulation
