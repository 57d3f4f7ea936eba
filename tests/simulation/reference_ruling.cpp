// Reference: what a change set of tasks brings along, and what must hold of the rows after it.
#include <algorithm>

#include "shared/base/check.hpp"
#include "shared/value/id.hpp"
#include "shared/value/order.hpp"
#include "tests/simulation/reference.hpp"

namespace syncline::simulation {
namespace {

const TableNumber kTasks = NumberOfTable("tasks");
const TableNumber kNotes = NumberOfTable("notes");

}  // namespace

const Reference::Row* Reference::After(const RowKey& key, const Writes& writes) const {
  const auto last = std::find_if(writes.rbegin(), writes.rend(),
                                 [&](const Written& one) { return one.change.key == key; });
  const Row* row = nullptr;
  if (last != writes.rend()) {
    row = &last->row;
  } else if (const auto found = all_.find(key); found != all_.end()) {
    row = &found->second;
  }
  return row && row->length % 2 == 1 ? row : nullptr;
}

// A row that the person may not see is as one that is not there, unless they wrote it along.
bool Reference::MayReferTo(const std::string& id, const Person& person,
                           const Writes& writes) const {
  const std::optional<RowKey> key = IdFromText(id);
  const Row* row = key ? After(*key, writes) : nullptr;
  if (!row) return false;
  const bool written = std::any_of(writes.begin(), writes.end(),
                                   [&](const Written& one) { return one.change.key == *key; });
  return written || MayRead(person, *key, row->ToState());
}

Tasks Reference::TasksAfter(const Writes& writes) const {
  Tasks tasks;
  for (auto row = rows_.lower_bound({kTasks, {}}); row != rows_.end() && row->first.table == kTasks;
       ++row) {
    tasks[row->first] = TaskOf(*row->second);
  }
  for (const Written& one : writes) {
    if (!(one.change.key.table == kTasks)) continue;
    tasks.erase(one.change.key);
    if (one.after) tasks[one.change.key] = TaskOf(*one.after);
  }
  return tasks;
}

// The task's assignee is gone: a write above all that the task has seen.
void Reference::LetGo(const RowKey& key, const Stamp& stamp, Writes& writes) const {
  Written one{{}, stamp, *After(key, writes), std::nullopt};
  one.before = one.row.ToState();
  HybridTime last = std::max(stamp.time, one.row.whole.time);
  for (const auto& [path, cell] : one.row.cells) last = std::max(last, cell.stamp.time);
  one.stamp.time = last.Next();
  one.change.key = key;
  one.change.length = one.row.length;
  one.change.writes = {{"assigneeId", Value()}};
  CHECK(one.row.Apply("tasks", one.change, one.stamp));
  one.after = one.row.ToState();
  one.brought = true;
  writes.push_back(std::move(one));
}

void Reference::Complete(const Stamp& stamp, const Person& person, Writes& writes) const {
  std::vector<RowKey> todo;
  std::set<RowKey> made, followed, loose;
  const std::size_t own = writes.size();
  for (std::size_t i = 0; i < own; ++i) {
    const RowKey key = writes[i].change.key;
    if (!writes[i].before) made.insert(key);
    if (writes[i].before && !writes[i].after) todo.push_back(key);
    if (!(key.table == kTasks) || !writes[i].after) continue;
    const std::optional<std::string> assignee = TaskOf(*writes[i].after).assignee;
    const bool set =
        assignee && !(writes[i].before && TaskOf(*writes[i].before).assignee == assignee);
    if (set && !MayReferTo(*assignee, person, writes)) loose.insert(key);
  }
  while (!todo.empty()) {
    const RowKey gone = todo.back();
    todo.pop_back();
    if (!followed.insert(gone).second) continue;
    const std::string id = IdToText(gone);
    for (const auto& [key, task] : TasksAfter(writes)) {
      if (made.count(key)) continue;
      if (task.parent == id) {
        Written one{{}, stamp, {}, After(key, writes)->ToState()};
        one.change.key = key;
        one.change.length = After(key, writes)->length + 1;
        CHECK(one.row.Apply("tasks", one.change, stamp));
        one.brought = true;
        writes.push_back(std::move(one));
        todo.push_back(key);
      } else if (task.assignee == id) {
        loose.insert(key);
      }
    }
  }
  for (const RowKey& key : loose) {
    if (After(key, writes)) LetGo(key, stamp, writes);
  }
}

// A row as the rules see it: before, as its author left it, and after all.
struct Reference::Ruled {
  const RowState* before = nullptr;
  const RowState* written = nullptr;
  const RowState* after = nullptr;
  bool brought = false;
  Objections against{};
};

Objections Reference::Rule(const Person& person, const Writes& writes) const {
  std::map<RowKey, Ruled> rows;
  bool tasks_matter = false;
  for (const Written& one : writes) {
    const auto [row, first] = rows.try_emplace(one.change.key);
    const RowState* after = one.after ? &*one.after : nullptr;
    if (first) {
      row->second = {one.before ? &*one.before : nullptr, one.brought ? nullptr : after, nullptr,
                     one.brought};
    }
    row->second.after = after;
    tasks_matter = tasks_matter || one.change.key.table == kTasks || one.change.key.table == kNotes;
  }
  const Tasks now = tasks_matter ? TasksAfter(writes) : Tasks();
  const auto task_of = [](const RowState* row) {
    return row ? std::optional<Task>(TaskOf(*row)) : std::nullopt;
  };
  Objections against;
  for (auto& [key, row] : rows) {
    const std::string& table = schema_->FindTable(key.table)->name;
    if (!row.brought) {
      const Deed deed = !row.written ? Deed::kDelete : row.before ? Deed::kUpdate : Deed::kInsert;
      const Object before = row.before ? DocumentOf(*row.before, key) : Object();
      const Object written = row.written ? DocumentOf(*row.written, key) : Object();
      row.against = Against(rules_, table, deed, person, &before, &written);
    }
    if (!(key.table == kTasks)) {
      against.merge(row.against);
      continue;
    }
    const std::optional<Task> before = task_of(row.before);
    if (!row.brought && row.written) {
      row.against.merge(
          AgainstTask(person.role, key, before ? &*before : nullptr, TaskOf(*row.written), now));
    }
    if (row.against.empty() && row.after && row.after != row.written) {
      row.against = AgainstMinutes(TaskOf(*row.after));
    }
    if (!row.before) against.merge(row.against);
  }
  // What follows from deletions that the person may do needs no permission.
  std::set<std::string> gone;
  const auto follows = [&](const Ruled& row) {
    const Task before = TaskOf(*row.before);
    if (!row.written) return before.parent && gone.count(*before.parent) != 0;
    auto expected = row.before->fields;
    if (before.assignee && gone.count(*before.assignee)) expected.erase("assigneeId");
    return expected == row.written->fields;
  };
  for (bool more = true; more;) {
    more = false;
    for (const auto& [key, row] : rows) {
      if (!row.before || row.after) continue;
      if (!row.against.empty() && (row.written || !follows(row))) continue;
      more = gone.insert(IdToText(key)).second || more;
    }
  }
  for (const auto& [key, row] : rows) {
    if (!row.against.empty() && row.before && !follows(row)) {
      against.insert(row.against.begin(), row.against.end());
    }
  }
  if (!against.empty()) return against;
  for (const auto& [key, row] : rows) {
    const std::optional<Task> before = task_of(row.before);
    if (key.table == kTasks && row.after) {
      const Task after = TaskOf(*row.after);
      against.merge(AgainstValues(key, before ? &*before : nullptr, after, now));
      for (const TaskReference& reference : kTaskReferences) {
        const std::optional<std::string>& id = after.*reference.id;
        if (!id || (before && (*before).*reference.id == id)) continue;
        if (MayReferTo(*id, person, writes)) continue;
        against.insert(std::string("tasks.references: ") + reference.field);
      }
    }
    if (key.table == kNotes && row.before && !row.after) {
      const bool referred_to = std::any_of(
          now.begin(), now.end(),
          [&, &key = key](const auto& one) { return one.second.note == IdToText(key); });
      if (referred_to) against.insert("tasks.references: noteId");
    }
  }
  return against;
}

}  // namespace syncline::simulation
