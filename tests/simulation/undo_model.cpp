#include "tests/simulation/undo_model.hpp"

#include <algorithm>

#include "shared/value/order.hpp"

namespace syncline::simulation {
namespace {

constexpr const char* kCounter = "minutes";

std::optional<RowState> RowIn(const TaskRows& rows, const RowKey& key) {
  const auto found = rows.find(key);
  return found == rows.end() ? std::nullopt : std::optional<RowState>(found->second);
}

Value ValueIn(const RowState& row, const std::string& path) {
  const auto found = row.fields.find(path);
  return found == row.fields.end() ? Value() : found->second;
}

bool SameRow(const RowState& a, const RowState& b) {
  return a.creation_time == b.creation_time && a.fields == b.fields;
}

// A row that stays: each field by itself.
void TakeFieldsBack(const UndoModel::Step& step, RowState& row) {
  auto paths = step.before->fields;
  paths.insert(step.after->fields.begin(), step.after->fields.end());
  for (const auto& field : paths) {
    const std::string& path = field.first;
    const Value old = ValueIn(*step.before, path), written = ValueIn(*step.after, path);
    const Value now = ValueIn(row, path);
    if (old == written) continue;
    if (path == kCounter) {
      row.fields[path] = Value(*now.As<double>() + *old.As<double>() - *written.As<double>());
    } else if (now == written) {
      row.fields.erase(path);
      if (!old.is_undefined()) row.fields[path] = old;
    }
  }
}

}  // namespace

std::vector<UndoModel::Step> UndoModel::StepsBetween(const TaskRows& before,
                                                     const TaskRows& after) {
  std::map<RowKey, bool> keys;
  for (const TaskRows* rows : {&before, &after}) {
    for (const auto& row : *rows) keys[row.first] = true;
  }
  std::vector<Step> steps;
  for (const auto& one : keys) {
    Step step{one.first, RowIn(before, one.first), RowIn(after, one.first)};
    if (step.before && step.after && SameRow(*step.before, *step.after)) continue;
    steps.push_back(std::move(step));
  }
  return steps;
}

TaskRows UndoModel::TakenBack(const Entry& entry, TaskRows rows) {
  for (const Step& step : entry.steps) {
    const auto row = rows.find(step.key);
    if (!step.after) {
      if (row == rows.end()) rows[step.key] = *step.before;
    } else if (row != rows.end() && !step.before) {
      rows.erase(row);
    } else if (row != rows.end()) {
      TakeFieldsBack(step, row->second);
    }
  }
  return rows;
}

bool UndoModel::Same(const TaskRows& a, const TaskRows& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && SameRow(x.second, y.second);
  });
}

}  // namespace syncline::simulation
