#include "shared/replica/replica.hpp"

#include <deque>

#include "shared/replica/execution.hpp"

namespace syncline {
namespace {

constexpr std::size_t kExecutionsMax = 10'000;
constexpr std::size_t kValidatorsMax = 100'000;

}  // namespace

Replica::~Replica() {
  if (database_ && database_->in_transaction()) database_->Rollback();
}

Result<std::unique_ptr<Replica>> Replica::Open(const Options& options) {
  std::unique_ptr<Replica> replica(new Replica());
  Result<Application> application = ParseApplication(options.application);
  if (!application) return Fail(application.error());
  if (Status added = AddSystemTables(application->schema); !added) return Fail(added.error());
  replica->application_ = std::make_unique<Application>(std::move(*application));
  replica->random_ = Random(options.seed_high, options.seed_low);
  Result<std::unique_ptr<Database>> database = Database::Open(options.database);
  if (!database) return Fail(database.error());
  replica->database_ = std::move(*database);
  Result<std::unique_ptr<Device>> device = Device::Open(*replica->database_, *replica->application_,
                                                        ReplicaId{replica->random_.Next() | 1});
  if (!device) return Fail(device.error());
  replica->device_ = std::move(*device);
  replica->session_ = std::make_unique<DeviceSession>(*replica->device_);
  replica->files_ = std::make_unique<FileStore>(*replica->database_);
  if (Status made = replica->files_->CreateTable(); !made) return Fail(made.error());
  if (options.salvage) {
    Database::Options damaged = options.database;
    damaged.path = *options.salvage;
    Result<std::unique_ptr<Database>> old = Database::Open(damaged);
    Device::Salvage salvage;
    if (old) {
      Result<Device::Salvage> taken = replica->device_->TakeOver(**old);
      if (!taken) return Fail(taken.error());
      salvage = *taken;
    }
    replica->salvaged_ = salvage;
  }
  return replica;
}

// --- executions ---

Result<ExecutionId> Replica::BeginExecution(Begin begin) {
  if (mutation_ || (begin.mutation && !executions_.empty())) {
    return Fail(Code::kConflict, "A mutation runs alone: end the open executions first");
  }
  if (executions_.size() >= kExecutionsMax) {
    return Fail(Code::kUnavailable, "Too many executions are open at once");
  }
  if (begin.undo && begin.undo->size() > kUndoScopeBytesMax) {
    return Fail(Code::kInvalid, "A scope of undo has at most " +
                                    std::to_string(kUndoScopeBytesMax) + " bytes; this one has " +
                                    std::to_string(begin.undo->size()));
  }
  const ExecutionId id{++last_id_};
  if (begin.mutation) {
    // Alone, there is nobody whose writes could come between.
    begin.strict = begin.strict && !application_->alone;
    if (Status begun = database_->Begin(); !begun) return Fail(begun.error());
    if (begin.strict) {
      if (Status shown = BeginStrict(); !shown) {
        database_->Rollback();
        return Fail(shown.error());
      }
    }
    mutation_ = std::make_unique<Mutation>();
    mutation_->execution = id;
    mutation_->time = device_->clock().Tick(begin.now_ms);
    if (begin.undo) {
      UndoEntry entry;
      entry.path = begin.path;
      entry.args = begin.args;
      entry.at_ms = begin.now_ms;
      mutation_->undo = Mutation::UndoTarget{*begin.undo, UndoStack::kUndo, true, std::move(entry)};
    }
  }
  auto execution = std::make_unique<Execution>();
  execution->begin = std::move(begin);
  executions_.emplace(id, std::move(execution));
  return id;
}

Result<Replica::Execution*> Replica::Find(ExecutionId id, bool writes) {
  const auto found = executions_.find(id);
  if (found == executions_.end()) {
    return Fail(Code::kInvalid, "The execution is over; await every database call in the function");
  }
  if (writes && !found->second->begin.mutation) {
    return Fail(Code::kInvalid, "A query cannot write; make the function a mutation");
  }
  if (mutation_ && !database_->in_transaction()) {
    return Fail(Code::kUnavailable, "The storage failed and undid the mutation; run it again");
  }
  return found->second.get();
}

// --- parts of a mutation ---

Status Replica::BeginPart(ExecutionId id) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Mutation& mutation = *mutation_;
  if (mutation.parts.size() >= kPartsMax) {
    return Fail(Code::kInvalid, "Functions that run functions nest at most " +
                                    std::to_string(kPartsMax) +
                                    " deep; call a plain TypeScript function instead");
  }
  if (Status begun = database_->BeginPart(); !begun) return begun;
  mutation.parts.push_back({mutation.tenant,
                            mutation.no,
                            mutation.role,
                            mutation.founding,
                            mutation.touched.size(),
                            last_creation_time_,
                            last_id_,
                            {}});
  return Done{};
}

Status Replica::EndPart(ExecutionId id, bool undo) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Mutation& mutation = *mutation_;
  if (mutation.parts.empty()) return Fail(Code::kInvalid, "No part of the mutation is open");
  if (Status ended = database_->EndPart(undo); !ended) return ended;
  Mutation::Part part = std::move(mutation.parts.back());
  mutation.parts.pop_back();
  if (!undo) {
    // What the surrounding part has not written itself, it must undo as this one would have.
    if (!mutation.parts.empty()) mutation.parts.back().rows.merge(part.rows);
    return Done{};
  }
  for (auto& [key, row] : part.rows) {
    if (row) {
      mutation.rows.insert_or_assign(key, std::move(*row));
    } else {
      mutation.rows.erase(key);
    }
  }
  mutation.touched.resize(part.touched);
  last_creation_time_ = part.last_creation_time;
  auto& streams = (*execution)->streams;
  for (auto stream = streams.upper_bound({part.last_id}); stream != streams.end();) {
    // Undone or not, what goes on may depend on what it saw.
    stream->second.AddReads((*execution)->reads);
    stream = streams.erase(stream);
  }
  const bool founded = mutation.founding && !part.founding;
  mutation.tenant = std::move(part.tenant);
  mutation.no = part.no;
  mutation.role = std::move(part.role);
  mutation.founding = part.founding;
  // The tenant that the part made is gone from the file; the device's memory follows.
  return founded ? device_->RolledBack() : Done{};
}

Result<Replica::Use> Replica::UseOf(ExecutionId id) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  return (*execution)->use;
}

Status Replica::Abort(ExecutionId id) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  if ((*execution)->begin.mutation) EndMutation(false);
  executions_.erase(id);
  return Done{};
}

Result<QueryId> Replica::Keep(ExecutionId id) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  if ((*execution)->begin.mutation)
    return Fail(Code::kInvalid, "A mutation cannot be a live query");
  for (const auto& [stream_id, stream] : (*execution)->streams) {
    stream.AddReads((*execution)->reads);
  }
  const QueryId query{++last_id_};
  live_.Add(query, std::move((*execution)->reads));
  executions_.erase(id);
  return query;
}

Result<std::optional<ChangeSetRef>> Replica::Commit(ExecutionId id) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<std::optional<ChangeSetRef>> committed = CommitMutation();
  EndMutation(committed.has_value());
  executions_.erase(id);
  return committed;
}

Result<std::optional<ChangeSetRef>> Replica::CommitMutation() {
  denial_.reset();
  const Execution& execution = *executions_.at(mutation_->execution);
  if (!mutation_->parts.empty()) {
    return Fail(Code::kInvalid,
                "A function that the mutation runs has not ended; await every ctx.runMutation");
  }
  if (execution.begin.preview) {
    if (Status allowed = Preview(); !allowed) return Fail(allowed.error());
  }
  std::vector<UndoStep> steps;
  if (mutation_->undo) {
    Result<std::vector<UndoStep>> back = StepsBack();
    if (!back) return Fail(back.error());
    steps = std::move(*back);
  }
  std::vector<LocalChange> changes;
  for (auto& [key, touched] : mutation_->rows) {
    if (touched.change) changes.push_back({std::move(*touched.change), std::move(touched.before)});
  }
  if (execution.begin.strict) return CommitStrict(std::move(changes), std::move(steps));
  std::optional<ChangeSetRef> made;
  if (!changes.empty()) {
    Result<std::uint64_t> number = device_->Enqueue(
        *mutation_->tenant, std::move(changes), mutation_->time,
        {execution.begin.path, execution.begin.args, execution.begin.now_ms, mutation_->needs});
    if (!number) return Fail(number.error());
    made = ChangeSetRef{*mutation_->tenant, *number};
  }
  if (Status kept = KeepUndo(std::move(steps), made); !kept) return Fail(kept.error());
  if (Status committed = database_->Commit(); !committed) return Fail(committed.error());
  return made;
}

void Replica::EndMutation(bool committed) {
  if (committed) {
    device_->Committed(std::move(mutation_->touched));
  } else {
    database_->Rollback();
    // If the memory cannot be read again, neither can anything else: the next call says so.
    static_cast<void>(device_->RolledBack());
  }
  mutation_.reset();
}

Status Replica::Preview() {
  if (!mutation_->tenant) return Done{};
  Actor actor{executions_.at(mutation_->execution)->begin.claims, mutation_->role};
  if (mutation_->founding) {
    Result<std::optional<std::string>> role = device_->RoleIn(mutation_->no, actor.claims);
    if (!role) return Fail(role.error());
    actor.role = std::move(*role);
  }
  std::deque<Row> befores;
  std::vector<RuledRow> rows;
  for (const auto& [key, touched] : mutation_->rows) {
    if (!touched.change) continue;
    RuledRow row{key, application_->schema.FindTable(key.table), nullptr, nullptr, nullptr};
    if (touched.before.alive()) row.before = &befores.emplace_back(ToRow(key.id, touched.before));
    if (touched.after) row.written = &*touched.after;
    row.after = row.written;
    rows.push_back(row);
  }
  StateAfter state(device_->store(), mutation_->no);
  Ruling ruling(*application_, actor, state, Ruling::Copy::kDevice);
  Result<std::optional<RuledOut>> out = ruling.Judge(rows);
  if (!out) return Fail(out.error());
  if (!*out) return Done{};
  denial_ = std::move(**out);
  return Fail(denial_->denial.code, denial_->denial.message);
}

Result<ValidatorId> Replica::AddValidator(Validator validator) {
  if (validators_.size() >= kValidatorsMax) {
    return Fail(Code::kInvalid, "There are too many validators; add each only once");
  }
  validators_.push_back(std::move(validator));
  return ValidatorId{validators_.size() - 1};
}

Status Replica::Check(ValidatorId validator, const Value& value) const {
  if (validator.value >= validators_.size())
    return Fail(Code::kInvalid, "There is no such validator");
  return Validate(validators_[static_cast<std::size_t>(validator.value)], value,
                  UnknownFields::kRefused, &application_->schema);
}

Replica::News Replica::TakeNews() {
  DeviceNews device_news = device_->TakeNews();
  News news;
  news.invalidated = device_news.everything ? live_.All() : live_.Touched(device_news.touched);
  // Once told, the host runs the query again and follows the new run.
  for (const QueryId query : news.invalidated) live_.Drop(query);
  news.settled = std::move(device_news.settled);
  news.refused = std::move(device_news.refused);
  news.salvaged = std::exchange(salvaged_, std::nullopt);
  return news;
}

}  // namespace syncline
