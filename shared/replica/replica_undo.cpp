// Undoing mutations and redoing them: each is a mutation of its own, made of what the log kept.
#include <algorithm>

#include "shared/replica/execution.hpp"

namespace syncline {
namespace {

// Who refused once refuses again: the entry is of no more use.
bool Refuses(Code code) {
  return code == Code::kDenied || code == Code::kInvalid || code == Code::kConflict ||
         code == Code::kNotFound;
}

}  // namespace

Result<std::vector<UndoStep>> Replica::StepsBack() {
  std::vector<UndoStep> steps;
  for (const auto& [key, touched] : mutation_->rows) {
    if (touched.change)
      steps.push_back(StepBack(touched.before, *touched.change, device_->replica()));
  }
  for (const auto& [key, row] : mutation_->local_before) {
    const TableSchema& table = *application_->schema.FindTable(key.table);
    const Result<std::optional<Row>> now = device_->store().Get(kLocalTenant, key);
    if (!now) return Fail(now.error());
    const RowState before = row ? ToState(table, *row) : RowState();
    const RowState after = *now ? ToState(table, **now) : RowState();
    const RowChange change = PlainChange(key, before, after);
    const bool stays = before.alive() && after.alive();
    if (stays ? !change.writes.empty() : before.alive() != after.alive()) {
      steps.push_back(StepBack(before, change, device_->replica()));
    }
  }
  std::sort(steps.begin(), steps.end(),
            [](const UndoStep& a, const UndoStep& b) { return a.back.key < b.back.key; });
  return steps;
}

Status Replica::KeepUndo(std::vector<UndoStep> steps, const std::optional<ChangeSetRef>& made) {
  if (steps.empty()) return Done{};
  const Mutation::UndoTarget& target = *mutation_->undo;
  UndoLog& log = device_->undo_log();
  if (target.is_new) {
    if (Status dropped = log.DropStack(target.scope, UndoStack::kRedo); !dropped) return dropped;
  }
  UndoEntry entry = target.mutation;
  entry.tenant.reset();
  entry.number = 0;
  if (made) {
    entry.tenant = made->tenant;
    entry.number = made->number;
  }
  entry.steps = std::move(steps);
  return log.Push(target.scope, target.stack, entry);
}

Result<bool> Replica::TakeRowBack(const UndoStep& step, const std::optional<TenantId>& tenant) {
  const RowKey& key = step.back.key;
  const TableSchema* table = application_->schema.FindTable(key.table);
  // Of an application that has changed since.
  if (!table || IsSystemTable(table->name) || (!table->local && !tenant)) return false;
  const std::optional<TenantNo> no =
      table->local ? std::optional<TenantNo>(kLocalTenant) : device_->Find(*tenant);
  if (!no) return false;
  Result<std::optional<Row>> row = device_->store().Get(*no, key);
  if (!row) return Fail(row.error());
  RowState now;
  if (*row) {
    now = ToState(*table, **row);
  } else if (!table->local) {
    now.clock.length = PendingDeletion(*tenant, key);
  }
  std::optional<RowChange> change = TakeBack(now, step, device_->replica());
  if (!change) return false;
  if (tenant && !table->local) {
    if (FindStrictlyEdited(*tenant, *change)) {
      return Fail(Code::kUnavailable,
                  "A strict mutation of the same field is on its way; undo after it");
    }
  }
  RowState after = now;
  static_cast<void>(Apply(after, *change, {mutation_->time, device_->replica()}));
  RestoreParents(after);
  std::optional<Row> restored;
  if (after.alive()) {
    restored = ToRow(key.id, after);
    // What others did since, or a newer schema, may not go with it.
    const Status valid =
        ValidateDocument(application_->schema, *table, restored->document, UnknownFields::kAllowed);
    if (!valid) return false;
  }
  const Object* document = restored ? &restored->document : nullptr;
  if (Status counted = CountWrite(document); !counted) return Fail(counted.error());
  if (table->local) {
    const Status done =
        WriteLocal({table, key, *no, std::move(*row)}, after.creation_time, document);
    return done ? Result<bool>(true) : Fail(done.error());
  }
  if (const Result<TenantNo> entered = Enter(*table, *tenant); !entered) {
    return Fail(entered.error());
  }
  const Status written = device_->store().Write(
      *no, key.table, *row ? &**row : nullptr, restored ? &*restored : nullptr, mutation_->touched);
  if (!written) return Fail(written.error());
  for (Renewal& renewal : RenewalsIn(step, *change)) {
    mutation_->renewals.push_back(std::move(renewal));
  }
  mutation_->rows.insert_or_assign(
      key, Mutation::Touched{*no, std::move(now), std::move(restored), std::move(*change)});
  return true;
}

const ChangeSet* Replica::PendingOf(const UndoEntry& entry) const {
  if (!entry.tenant) return nullptr;
  const auto next = device_->PendingAfter(*entry.tenant, entry.number - 1, 1);
  const ChangeSet* first = next.empty() ? nullptr : &next.front()->change_set;
  return first && first->number == entry.number ? first : nullptr;
}

Result<bool> Replica::UndoOne(Begin begin, UndoStack stack, const UndoEntry& entry,
                              Undone& undone) {
  const std::string scope = std::exchange(begin.undo, std::nullopt).value_or("");
  begin.mutation = true;
  begin.path = (stack == UndoStack::kUndo ? "undo:" : "redo:") + entry.path;
  begin.args = entry.args;
  const Result<ExecutionId> execution = BeginExecution(std::move(begin));
  if (!execution) return Fail(execution.error());
  mutation_->undo = Mutation::UndoTarget{
      scope, stack == UndoStack::kUndo ? UndoStack::kRedo : UndoStack::kUndo, false, entry};
  if (PendingOf(entry)) mutation_->needs = entry.number;
  Status done = device_->undo_log().Drop(entry.ordinal);
  bool any = false;
  for (const UndoStep& step : entry.steps) {
    if (!done) break;
    const Result<bool> taken = TakeRowBack(step, entry.tenant);
    if (taken) {
      any = any || *taken;
    } else {
      done = Fail(taken.error());
    }
  }
  if (done && !mutation_->renewals.empty()) {
    done = device_->undo_log().Revise(*entry.tenant, [&](std::vector<UndoStep>& steps) {
      bool changed = false;
      for (const Renewal& renewal : mutation_->renewals) {
        changed = Follow(steps, renewal, device_->replica()) || changed;
      }
      return changed;
    });
  }
  if (done) {
    const Result<std::optional<ChangeSetRef>> made = Commit(*execution);
    if (made) {
      undone = {*made, entry.path, entry.args};
      return any;
    }
    done = Fail(made.error());
  } else if (Status aborted = Abort(*execution); !aborted) {
    return Fail(aborted.error());
  }
  if (Refuses(done.error().code)) {
    if (Status dropped = device_->undo_log().Drop(entry.ordinal); !dropped) {
      return Fail(dropped.error());
    }
  }
  return Fail(done.error());
}

Result<std::optional<Replica::Undone>> Replica::Undo(const Begin& begin, UndoStack stack) {
  using Outcome = std::optional<Undone>;
  denial_.reset();
  // Each turn takes an entry off the stack, which is bounded.
  for (;;) {
    const Result<std::optional<UndoEntry>> top = device_->undo_log().Top(*begin.undo, stack);
    if (!top) return Fail(top.error());
    if (!*top) return Outcome();
    const UndoEntry& entry = **top;
    const ChangeSet* pending = PendingOf(entry);
    if (pending && pending->strict) {
      return Fail(Code::kUnavailable,
                  "What is to be undone is a strict mutation that is on its way; undo it after "
                  "the relay has decided on it");
    }
    Undone undone;
    const Result<bool> done = UndoOne(begin, stack, entry, undone);
    if (!done) return Fail(done.error());
    if (*done) return Outcome(std::move(undone));
  }
}

Result<std::vector<UndoEntry>> Replica::Undoable(const std::string& scope, UndoStack stack) {
  return device_->undo_log().List(scope, stack);
}

Status Replica::ClearUndo(const std::string& scope) {
  if (mutation_)
    return Fail(Code::kConflict, "A mutation is open; clear what it may undo after it");
  for (const UndoStack stack : {UndoStack::kUndo, UndoStack::kRedo}) {
    if (Status dropped = device_->undo_log().DropStack(scope, stack); !dropped) return dropped;
  }
  return Done{};
}

}  // namespace syncline
