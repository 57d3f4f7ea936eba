// UndoModel: what undo and redo must do to a device's tasks, told by what each mutation did to them: a field is
// put back only if it still has the value that was written, a counter loses what was added, an inserted row goes
// and a deleted one comes back. Plain, and without shared/sync.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/merge/merge.hpp"

namespace syncline::simulation {

using TaskRows = std::map<RowKey, RowState>;

class UndoModel {
 public:
  struct Step {
    RowKey key;
    std::optional<RowState> before, after;  // none: not there
  };
  struct Entry {
    std::string name;  // of the mutation; no two have one
    TenantId tenant;
    std::uint64_t number = 0;
    std::vector<Step> steps;
  };
  using Stack = std::vector<Entry>;  // the newest last

  static std::vector<Step> StepsBetween(const TaskRows& before, const TaskRows& after);
  // The tasks with the entry taken back, as far as anything is left to take back.
  static TaskRows TakenBack(const Entry& entry, TaskRows rows);
  // But for who wrote them when.
  static bool Same(const TaskRows& a, const TaskRows& b);

  Stack undo, redo;
};

}  // namespace syncline::simulation
