#include "tests/simulation/task_rules.hpp"

#include <algorithm>
#include <set>

#include "tests/simulation/context.hpp"

namespace syncline::simulation {
namespace {

constexpr double kMinutesMax = 8;

std::optional<std::string> TextAt(const RowState& row, const char* field) {
  const auto found = row.fields.find(field);
  const std::string* text = found == row.fields.end() ? nullptr : found->second.As<std::string>();
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

bool MayMove(const std::string& role, const std::string& from, const std::string& to) {
  if (from == to) return true;
  if (from == "open") return to == "taken" && (role == "admin" || role == "member");
  if (from == "taken") return to == "done" || to == "open";
  return from == "done" && to == "open" && role == "admin";
}

// Slots count for tasks that are not done.
std::optional<std::string> SlotOf(const Task& task) {
  return task.state == "done" ? std::nullopt : task.slot;
}

bool InRange(double minutes) { return minutes >= 0 && minutes <= kMinutesMax; }

}  // namespace

Task TaskOf(const RowState& row) {
  Task task;
  task.state = TextAt(row, "state").value_or("");
  task.code = TextAt(row, "code");
  task.slot = TextAt(row, "slot");
  task.parent = TextAt(row, "parentId");
  task.note = TextAt(row, "noteId");
  task.assignee = TextAt(row, "assigneeId");
  const auto minutes = row.fields.find("minutes");
  const double* number = minutes == row.fields.end() ? nullptr : minutes->second.As<double>();
  task.minutes = number ? *number : -1;
  return task;
}

Objections AgainstTask(const std::string& role, const RowKey& key, const Task* before,
                       const Task& written, const Tasks& now) {
  Objections against = AgainstMinutes(written);
  const bool moves = before ? MayMove(role, before->state, written.state) : written.state == "open";
  if (!moves) against.insert("tasks.transitions: state");
  if (before && written.state == "taken" && written.assignee) {
    const bool busy = std::any_of(now.begin(), now.end(), [&](const auto& other) {
      return !(other.first == key) && other.second.state == "taken" &&
             other.second.assignee == written.assignee;
    });
    if (busy) against.insert("tasks.update: one at a time");
  }
  return against;
}

Objections AgainstMinutes(const Task& task) {
  return InRange(task.minutes) ? Objections() : Objections{"tasks.checks: minutes"};
}

Objections AgainstValues(const RowKey& key, const Task* before, const Task& after,
                         const Tasks& now) {
  Objections against;
  const auto another = [&](auto has) {
    return std::any_of(now.begin(), now.end(), [&](const auto& other) {
      return !(other.first == key) && has(other.second);
    });
  };
  const bool code_set = after.code && !(before && before->code == after.code);
  if (code_set && another([&](const Task& other) { return other.code == after.code; })) {
    against.insert("tasks.unique: codes");
  }
  const std::optional<std::string> slot = SlotOf(after);
  const bool slot_set = slot && !(before && SlotOf(*before) == slot);
  if (slot_set && another([&](const Task& other) { return SlotOf(other) == slot; })) {
    against.insert("tasks.unique: slots");
  }
  return against;
}

void CheckTasks(const Tasks& tasks, const std::function<bool(const std::string&)>& there) {
  std::set<std::string> codes, slots, busy;
  for (const auto& [key, task] : tasks) {
    const std::optional<std::string> slot = SlotOf(task);
    Require(!task.code || codes.insert(*task.code).second, "unique", "two tasks have one code");
    Require(!slot || slots.insert(*slot).second, "unique", "two tasks have one slot");
    Require(InRange(task.minutes), "checks", "a task's minutes are out of range");
    const bool taken = task.state == "taken" && task.assignee;
    Require(!taken || busy.insert(*task.assignee).second, "exists", "somebody has two tasks");
    for (const TaskReference& reference : kTaskReferences) {
      const std::optional<std::string>& id = task.*reference.id;
      if (id && !there(*id)) {
        Break("references", std::string("a task's ") + reference.field + " is of no row");
      }
    }
  }
}

void CheckMove(const std::string& role, const Task* before, const Task& after) {
  if (before && MayMove(role, before->state, after.state)) return;
  if (!before && after.state == "open") return;
  Break("transitions", "a task went from " + (before ? before->state : "nothing") + " to " +
                           after.state + " by a " + role);
}

}  // namespace syncline::simulation
