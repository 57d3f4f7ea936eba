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

// The fields and leaves that a change may write, in the newest schema; those that end in a step hold an object's
// presence.
const std::map<std::string, std::set<std::string>>& Paths() {
  static const std::map<std::string, std::set<std::string>> paths = {
      {"organizations", {"name"}},
      {"users", {"organizationId", "email", "role"}},
      {"schedules",
       {"organizationId", "title", "status", "start", "remark", "priority", "details\x1f",
        "details\x1fplace", "details\x1fseats", "details\x1froom\x1f",
        "details\x1froom\x1f"
        "floor"}},
      {"notes", {"organizationId", "owner", "private", "text"}},
      {"labels", {"organizationId", "name"}},
      {"boards", {"organizationId", "votes", "tags", "items", "body"}}};
  return paths;
}

// What a sound device sends, of rows that may or may not be there.
bool Sound(const ChangeSet& change_set, const Schema& schema) {
  if (change_set.rows.empty()) return false;
  std::set<RowKey> seen;
  for (const RowChange& change : change_set.rows) {
    const bool deletes = change.length % 2 == 0;
    if (change.length == 0 || (change.whole && deletes) || !seen.insert(change.key).second)
      return false;
    if (change.whole && !(change.creation_time >= 0 && change.creation_time < 8e15)) return false;
    const TableSchema* table = schema.FindTable(change.key.table);
    const auto paths = table ? Paths().find(table->name) : Paths().end();
    if (paths == Paths().end()) return false;
    const std::string* last = nullptr;
    for (const FieldWrite& write : change.writes) {
      if (last && !(*last < write.path)) return false;
      last = &write.path;
      const bool presence = paths->second.count(write.path + "\x1f") != 0;
      if (!presence && paths->second.count(write.path) == 0) return false;
      const Object* object = write.value.As<Object>();
      if (presence && !write.value.is_undefined() && !(object && object->empty())) return false;
    }
  }
  return true;
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
  state.contents = contents;
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

bool Reference::MayReadBy(unsigned rules, const Person& person, const RowKey& key,
                          const RowState& row) const {
  static const TableNumber kNotes = NumberOfTable("notes");
  // Only the notes' rule looks at the row.
  const Object document = key.table == kNotes ? DocumentOf(row, key) : Object();
  return Permitted(rules, schema_->FindTable(key.table)->name, Deed::kRead, person, nullptr,
                   &document);
}

void Reference::Adopt(const std::function<RowState(const RowKey&)>& read) {
  for (const RowKey& key : std::exchange(to_adopt_, {})) {
    const auto found = all_.find(key);
    if (found == all_.end() || found->second.length % 2 == 0) continue;
    Row& row = found->second;
    const RowState state = read(key);
    for (const auto& [path, model] : row.kinds) {
      const auto value = state.fields.find(path);
      Require(value != state.fields.end(), "merge kinds", "a field of a merge kind is gone");
      model.Check(value->second);
      row.cells[path].value = value->second;
    }
    row.contents = state.contents;
    rows_[key] = std::make_shared<const RowState>(row.ToState());
  }
}

void Reference::Swept(std::uint64_t seq, const std::function<RowState(const RowKey&)>& read) {
  Require(seq == seq_ + 1, "sweep", "a sweep takes one seq, or none");
  seq_ = seq;
  swept_ = true;
  for (const auto& [key, row] : rows_) {
    if (all_.at(key).kinds.empty()) continue;
    RowState swept = read(key);
    swept.contents = row->contents;
    Require(swept == *row, "sweep", "a sweep changed more than what was left behind");
    to_adopt_.insert(key);
  }
  Adopt(read);
  EndGroup();
}

Reference::Verdict Reference::Decide(const ChangeSet& change_set, const std::string& person,
                                     std::uint64_t now_ms,
                                     const std::function<bool(const ChangeSet&)>& refused_by_file) {
  // A stranger leaves no trace: what they offer is refused, and is new when it comes again.
  const auto known = progress_.find(change_set.replica);
  const std::uint64_t number = known == progress_.end() ? 0 : known->second.number;
  if (seq_ != 0 && (number == 0 || change_set.number > number + 1) && !RoleOf(person)) {
    return decided_[{change_set.replica, change_set.number}] = Verdict();
  }
  Progress& progress = progress_[change_set.replica];
  if (change_set.number <= progress.number) return {false, true, false, {}};
  if (change_set.number > progress.number + 1) return {false, false, true, {}};
  HybridTime time = change_set.time;
  if (time.unix_ms() > now_ms + 60'000) time = HybridTime::FromUnixMs(now_ms);
  time = std::max(time, progress.time.Next());
  if (change_set.strict) time = std::max(time, LastWrite(change_set).Next());
  progress.number = change_set.number;
  progress.at_ms = now_ms;

  Verdict verdict;
  const std::optional<std::string> role =
      seq_ == 0 ? RoleByFounding(change_set, person) : RoleOf(person);
  std::vector<std::pair<RowKey, Row>> after;
  verdict.accepted = role && Judge(change_set, {time, change_set.replica}, {person, *role}, after,
                                   refused_by_file);
  if (!verdict.accepted) refused_.insert(change_set.replica);
  if (verdict.accepted) {
    verdict.time = progress.time = time;
    ever_members_.insert(person);
    verdict.seq = ++seq_;
    const Stamp stamp{time, change_set.replica};
    for (const RowChange& change : change_set.rows) {
      const bool moved = std::any_of(after.begin(), after.end(),
                                     [&](const auto& row) { return row.first == change.key; });
      if (moved) changes_[change.key].emplace_back(change, stamp);
    }
    for (auto& [key, row] : after) {
      if (!row.kinds.empty()) to_adopt_.insert(key);
      if (row.length % 2 == 1) {
        // Nobody inserts an id twice; a row that was deleted only returns with a greater length.
        Require(row.length > 1 || ever_deleted_.count(key) == 0, "deleted",
                "a row that was deleted is there again");
        rows_[key] = std::make_shared<const RowState>(row.ToState());
      } else {
        rows_.erase(key);
        ever_deleted_.insert(key);
        row.deleted_ms = now_ms;
      }
      all_[key] = std::move(row);
    }
  }
  decided_[{change_set.replica, change_set.number}] = verdict;
  return verdict;
}

// A strict mutation comes behind all that its rows have seen.
HybridTime Reference::LastWrite(const ChangeSet& change_set) const {
  HybridTime last;
  for (const RowChange& change : change_set.rows) {
    const auto row = rows_.find(change.key);
    if (row == rows_.end()) continue;
    last = std::max(last, row->second->clock.whole.time);
    for (const auto& [path, stamp] : row->second->clock.exceptions)
      last = std::max(last, stamp.time);
  }
  return last;
}

bool Reference::Judge(const ChangeSet& change_set, const Stamp& stamp, const Person& person,
                      std::vector<std::pair<RowKey, Row>>& after,
                      const std::function<bool(const ChangeSet&)>& refused_by_file) const {
  if (!Sound(change_set, *schema_)) return false;
  bool edits = false;
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
    if (change.whole ? there || (row.length == 0 && change.length != 1) : row.length == 0)
      return false;
    const bool deletes = change.length % 2 == 0;
    if (change.length < row.length || (deletes && change.length == row.length)) continue;
    if (change.length > row.length + (change.whole || deletes ? 1 : 0)) return false;
    bool moved = true;
    if (change.whole || deletes) {
      row = Row();
      row.length = change.length;
      row.whole = stamp;
      row.creation_time = change.creation_time;
      for (const FieldWrite& write : change.writes) {
        row.cells[write.path] = {stamp, write.value};
        const MergeKind kind = KindOf(table, write.path);
        if (kind != MergeKind::kRegister) {
          row.kinds[write.path] = KindModel(kind, write.value, stamp.replica);
        }
      }
    } else {
      moved = false;
      for (const FieldWrite& write : change.writes) {
        const auto [cell, fresh] = row.cells.try_emplace(write.path, Cell{row.whole, Value()});
        if (stamp < cell->second.stamp) continue;
        cell->second = {stamp, write.value};
        moved = true;
      }
      for (const FieldEdit& edit : change.edits) {
        const auto field = row.kinds.find(edit.path);
        if (field == row.kinds.end()) return false;
        field->second.Apply(edit.edit, stamp);
        moved = edits = true;
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
    if (!Permitted(rules_, table, deed, person, before ? &*before : nullptr,
                   now ? &*now : nullptr)) {
      return false;
    }
    after.emplace_back(change.key, std::move(row));
  }
  return !(edits || change_set.strict) || !refused_by_file(change_set);
}

void Reference::EndGroup() {
  static const TableNumber kUsers = NumberOfTable("users");
  static const RowMap kNothing;
  const RowMap& before = history_.empty() ? kNothing : history_.rbegin()->second;
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
  NoteReadable(changed, users_changed);
}

void Reference::NoteReadable(const std::vector<RowKey>& changed, bool users_changed) {
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

void Reference::SetRules(unsigned rules) {
  rules_ = rules;
  NoteReadable({}, true);
}

void Reference::Told(ReplicaId replica, const TenantHello& hello, std::uint64_t now_ms) {
  const bool of_later_copy = hello.settled_epoch != 0 && hello.settled_epoch != epoch_;
  const std::uint64_t settled =
      of_later_copy ? std::min(hello.settled, hello.kept_above) : hello.settled;
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
