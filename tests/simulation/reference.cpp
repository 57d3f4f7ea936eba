#include "tests/simulation/reference.hpp"

#include <algorithm>

#include "shared/value/id.hpp"
#include "shared/value/order.hpp"
#include "tests/simulation/context.hpp"

namespace syncline::simulation {
namespace {

const TableNumber kTasks = NumberOfTable("tasks");
const TableNumber kNotes = NumberOfTable("notes");
const TableNumber kSchedules = NumberOfTable("schedules");
const TableNumber kHistory = NumberOfTable("_history");

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

// Empty for a schedule that is not there.
std::string StatusOf(const std::optional<RowState>& schedule) {
  if (!schedule) return "";
  const auto status = schedule->fields.find("status");
  const bool there = status != schedule->fields.end() && status->second.Is<std::string>();
  return there ? *status->second.As<std::string>() : "";
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
      {"tasks",
       {"organizationId", "state", "code", "slot", "minutes", "parentId", "noteId", "assigneeId",
        "estimate"}},
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
    if (!change.edits.empty() && (change.whole || deletes)) return false;
    for (const FieldWrite& write : change.writes) {
      const bool twofold = std::any_of(change.edits.begin(), change.edits.end(),
                                       [&](const auto& edit) { return edit.path == write.path; });
      if (twofold) return false;
    }
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
    for (const FieldEdit& edit : change.edits) {
      const auto same = [&](const FieldWrite& write) { return write.path == edit.path; };
      if (std::any_of(change.writes.begin(), change.writes.end(), same)) return false;
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

std::optional<HistoryModel::Author> Reference::AuthorOf(const std::string& person) const {
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
  const std::string* text = role == first->fields.end() ? nullptr : role->second.As<std::string>();
  if (!text) return std::nullopt;
  return HistoryModel::Author{IdToText(*first_key), *text};
}

std::optional<std::string> Reference::RoleOf(const std::string& person) const {
  const std::optional<HistoryModel::Author> author = AuthorOf(person);
  return author ? std::optional<std::string>(author->role) : std::nullopt;
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
  // An entry of the history shows a task.
  if (key.table == kHistory) {
    return Against(rules, "tasks", Deed::kRead, person, nullptr,
                   row.fields.find("document")->second.As<Object>())
        .empty();
  }
  // Only these tables' rules look at the row.
  const bool looks = key.table == kNotes || key.table == kTasks;
  const Object document = looks ? DocumentOf(row, key) : Object();
  return Against(rules, schema_->FindTable(key.table)->name, Deed::kRead, person, nullptr,
                 &document)
      .empty();
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
    const auto kept = all_.find(key);  // none of an entry of the history
    if (kept == all_.end() || kept->second.kinds.empty()) continue;
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
    Verdict stranger;
    stranger.against = {""};
    return decided_[{change_set.replica, change_set.number}] = stranger;
  }
  Progress& progress = progress_[change_set.replica];
  if (change_set.number <= progress.number) return {false, true, false, {}, 0, {}};
  if (change_set.number > progress.number + 1) return {false, false, true, {}, 0, {}};
  HybridTime time = change_set.time;
  if (time.unix_ms() > now_ms + 60'000) time = HybridTime::FromUnixMs(now_ms);
  time = std::max(time, progress.time.Next());
  if (change_set.strict) time = std::max(time, LastWrite(change_set).Next());
  progress.number = change_set.number;
  progress.at_ms = now_ms;
  if (change_set.strict && !remembered_after_) remembered_after_ = seq_;

  Verdict verdict;
  const std::optional<std::string> role =
      seq_ == 0 ? RoleByFounding(change_set, person) : RoleOf(person);
  const Person author{person, role.value_or("")};
  Writes writes;
  verdict.against =
      role ? Judge(change_set, {time, change_set.replica}, author, writes, refused_by_file)
           : Objections{""};
  verdict.accepted = verdict.against.empty();
  if (verdict.accepted) {
    verdict.time = progress.time = time;
    ever_members_.insert(person);
    verdict.seq = ++seq_;
    std::map<RowKey, HistoryModel::Told> told;
    std::optional<HistoryModel::Author> by = AuthorOf(person);
    for (Written& one : writes) {
      const RowKey key = one.change.key;
      if (key.table == kSchedules) {
        moved_.push_back({seq_, StatusOf(one.before), StatusOf(one.after)});
      }
      if (key.table == kTasks) {
        HistoryModel::Told& entry =
            told.try_emplace(key, HistoryModel::Told{one.before, {}, 0}).first->second;
        entry.after = one.after;
        entry.length = one.row.length;
      }
      if (key.table == kTasks && one.after) {
        const std::optional<Task> before =
            one.before ? std::optional<Task>(TaskOf(*one.before)) : std::nullopt;
        CheckMove(author.role, before ? &*before : nullptr, TaskOf(*one.after));
      }
      progress.time = std::max(progress.time, one.stamp.time);
      if (!one.row.kinds.empty()) to_adopt_.insert(key);
      if (one.after) {
        // Nobody inserts an id twice; a row that was deleted only returns with a greater length.
        Require(one.row.length > 1 || ever_deleted_.count(key) == 0, "deleted",
                "a row that was deleted is there again");
        rows_[key] = std::make_shared<const RowState>(std::move(*one.after));
      } else {
        rows_.erase(key);
        ever_deleted_.insert(key);
        one.row.deleted_ms = now_ms;
      }
      all_[key] = std::move(one.row);
      changes_[key].emplace_back(std::move(one.change), one.stamp);
    }
    // Who founds the tenant is a member only now.
    if (!by) by = AuthorOf(person);
    NoteHistory(told, by.value_or(HistoryModel::Author()),
                {seq_, {time, change_set.replica}, now_ms});
  }
  decided_[{change_set.replica, change_set.number}] = verdict;
  return verdict;
}

bool Reference::MustRunAgain(const Cursor& since, const std::string& status) const {
  const bool known = since.epoch == epoch_ && since.seq <= seq_ && remembered_after_ &&
                     since.seq >= *remembered_after_;
  return !known || std::any_of(moved_.begin(), moved_.end(), [&](const Moved& one) {
    return one.seq > since.seq && (one.from == status || one.to == status);
  });
}

void Reference::NoteHistory(const std::map<RowKey, HistoryModel::Told>& told,
                            const HistoryModel::Author& author, const HistoryModel::Place& place) {
  std::uint32_t ordinal = 0;
  for (const auto& [key, one] : told) {
    std::optional<HistoryModel::Entry> entry = told_.Note(key, ordinal++, one, author, place);
    if (!entry) continue;
    rows_[entry->key] = std::make_shared<const RowState>(std::move(entry->state));
    while (const std::optional<RowKey> old = told_.TakeSurplus(key, HistoryKept(rules_))) {
      rows_.erase(*old);
    }
  }
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

Objections Reference::Judge(const ChangeSet& change_set, const Stamp& stamp, const Person& person,
                            Writes& writes,
                            const std::function<bool(const ChangeSet&)>& refused_by_file) const {
  Objections against;
  if (!Sound(change_set, *schema_)) {
    // A row before the one that is unsound may have been looked at.
    against.insert("");
    for (const RowChange& change : change_set.rows) {
      const TableSchema* table = schema_->FindTable(change.key.table);
      if (table) against.insert(table->name + ": tenancy");
    }
    return against;
  }
  bool edits = false;
  for (const RowChange& change : change_set.rows) {
    edits = edits || Misses(change, stamp.replica);
    against.merge(JudgeRow(change, stamp, person, writes));
  }
  if (against.empty()) {
    Complete(stamp, person, writes);
    against = Rule(person, writes);
  }
  const bool may = edits || change_set.strict;
  if (may && (!against.empty() || refused_by_file(change_set))) against.insert("");
  return against;
}

// Whether its edits refer to what was never there, as its author's refused change sets would have added it, or to
// what may have been swept.
bool Reference::Misses(const RowChange& change, ReplicaId author) const {
  const auto row = all_.find(change.key);
  return std::any_of(change.edits.begin(), change.edits.end(), [&](const FieldEdit& edit) {
    if (row == all_.end()) return true;
    const auto field = row->second.kinds.find(edit.path);
    return field == row->second.kinds.end() || field->second.Misses(edit.edit, author, swept_);
  });
}

Objections Reference::JudgeRow(const RowChange& sent, const Stamp& stamp, const Person& person,
                               Writes& writes) const {
  const std::string& table = schema_->FindTable(sent.key.table)->name;
  const auto found = all_.find(sent.key);
  Row row = found == all_.end() ? Row() : found->second;
  Written written{sent, stamp, {}, std::nullopt};
  const bool there = row.length % 2 == 1;
  RowChange& change = written.change;
  // Who inserts a row that was deleted, as an import does, brings it back, and goes on with that.
  if (sent.whole && sent.length == 1 && !there) change.length = row.length + 1;
  if (!sent.whole && sent.length < row.length && there && row.whole.replica == stamp.replica)
    change.length = row.length + (sent.length % 2 == 0 ? 1 : 0);
  if (there) {
    written.before = row.ToState();
    if (!MayRead(person, change.key, *written.before)) return {""};
  }
  // Two may bring a deleted row back at once; nobody inserts one that is there.
  const bool known = row.length != 0;
  if (change.whole ? (sent.length == 1 ? there : !known) : !known) return {""};
  const bool deletes = change.length % 2 == 0;
  if (change.length < row.length || (deletes && change.length == row.length)) return {};
  if (change.length > row.length + (change.whole || deletes ? 1 : 0)) return {""};
  if (!row.Apply(table, change, stamp)) return {};
  if (!deletes) {
    written.after = row.ToState();
    Object own = DocumentOf(*written.after, change.key);
    const std::string owner =
        table == "organizations" ? IdToText(change.key) : TextOf(own, "organizationId");
    // No program of the simulation writes what the schema refuses, but a required field may be lost.
    own.Remove("_id");
    if (!ValidateDocument(*schema_, *schema_->FindTable(change.key.table), own)) return {""};
    if (owner != tenant_.text) return {table + ": tenancy"};
  }
  written.row = std::move(row);
  writes.push_back(std::move(written));
  return {};
}

// Whether it moved.
bool Reference::Row::Apply(const std::string& table, const RowChange& change, const Stamp& stamp) {
  const bool returns_too = change.whole && change.length == length;
  if ((change.whole && !returns_too) || change.length % 2 == 0) {
    *this = Row();
    length = change.length;
    whole = stamp;
    creation_time = change.creation_time;
  }
  std::map<std::string, Value> values;
  // What the other return does not name, it leaves out.
  if (returns_too) {
    for (const auto& [path, cell] : cells) values[path] = Value();
  }
  for (const FieldWrite& write : change.writes) values[write.path] = write.value;
  bool moved = change.whole ? !returns_too || whole < stamp : change.length % 2 == 0;
  for (const auto& [path, value] : values) {
    const auto [cell, fresh] = cells.try_emplace(path, Cell{whole, Value()});
    if (stamp < cell->second.stamp) continue;
    cell->second = {stamp, value};
    const MergeKind kind = KindOf(table, path);
    if (kind != MergeKind::kRegister) kinds[path] = KindModel(kind, value, stamp.replica);
    contents.erase(path);
    moved = true;
  }
  if (returns_too && whole < stamp) whole = stamp;
  for (const FieldEdit& edit : change.edits) {
    const auto field = kinds.find(edit.path);
    if (field == kinds.end()) continue;
    field->second.Apply(edit.edit, stamp);
    if (const auto sum = field->second.sum()) cells.at(edit.path).value = Value(*sum);
    moved = true;
  }
  RestoreParents();
  return moved;
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
  CheckTasks(TasksAfter({}), [&](const std::string& id) {
    const std::optional<RowKey> key = IdFromText(id);
    return key && rows_.count(*key) != 0;
  });
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
