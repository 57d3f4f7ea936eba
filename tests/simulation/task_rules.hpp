// TaskRules: what the rules of tasks ask beyond who may do what (application.cpp has them as JSON), once more
// and plainly, by looking at all tasks there are: codes and slots that are unique, how a state may move, minutes in
// range, nobody with two tasks at a time, references to rows that are there. Knows nothing of shared/rules.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "shared/merge/merge.hpp"
#include "tests/simulation/application.hpp"

namespace syncline::simulation {

struct Task {
  std::string state;
  std::optional<std::string> code, slot, parent, note, assignee;
  double minutes = 0;
};
Task TaskOf(const RowState& row);
using Tasks = std::map<RowKey, Task>;

// The fields that refer to other rows.
struct TaskReference {
  const char* field;
  std::optional<std::string> Task::*id;
};
inline constexpr TaskReference kTaskReferences[] = {
    {"parentId", &Task::parent}, {"noteId", &Task::note}, {"assigneeId", &Task::assignee}};

// Of a task as its author left it; `before` is null for a new one. `now`: all tasks after the change set.
Objections AgainstTask(const std::string& role, const RowKey& key, const Task* before,
                       const Task& written, const Tasks& now);
Objections AgainstMinutes(const Task& task);
// Of what the change set set anew.
Objections AgainstValues(const RowKey& key, const Task* before, const Task& after,
                         const Tasks& now);

// What holds of all tasks at every moment, whoever wrote them. `there`: whether there is a row of that id.
void CheckTasks(const Tasks& tasks, const std::function<bool(const std::string&)>& there);
// What holds of a task that one change set made, or took from one state to the next.
void CheckMove(const std::string& role, const Task* before, const Task& after);

}  // namespace syncline::simulation
