#include "shared/replica/replica.hpp"

#include <algorithm>

#include "shared/value/id.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

// Streams that one execution may have open.
constexpr std::size_t kStreamsMax = 4096;
constexpr std::size_t kExecutionsMax = 10'000;
constexpr std::size_t kValidatorsMax = 100'000;
// Within a transaction creation times increase by this much: a double of today's milliseconds can tell
// steps of 1/4096 apart.
constexpr double kCreationStepMs = 1.0 / 1024;

}  // namespace

struct Replica::Execution {
  Begin begin;
  std::map<StreamId, Stream> streams;
  ReadSet reads;
};

// What a mutation has done so far.
struct Replica::Mutation {
  struct Touched {
    TenantNo no;
    RowState before;
    // As it stands now; none: it is not there.
    std::optional<Row> after;
    // None: the row is as it was.
    std::optional<RowChange> change;
  };
  ExecutionId execution;
  HybridTime time;
  std::optional<TenantId> tenant;
  TenantNo no;
  // The role that the membership rows gave the person before the first write; for a tenant that is
  // being founded, the role after the last.
  std::optional<std::string> role;
  bool founding = false;
  std::map<RowKey, Touched> rows;
  std::vector<TouchedKey> touched;
};

Replica::~Replica() {
  if (database_ && database_->in_transaction()) database_->Rollback();
}

Result<std::unique_ptr<Replica>> Replica::Open(const Options& options) {
  std::unique_ptr<Replica> replica(new Replica());
  Result<Application> application = ParseApplication(options.application);
  if (!application) return Fail(application.error());
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
  const ExecutionId id{++last_id_};
  if (begin.mutation) {
    if (Status begun = database_->Begin(); !begun) return Fail(begun.error());
    mutation_ = std::make_unique<Mutation>();
    mutation_->execution = id;
    mutation_->time = device_->clock().Tick(begin.now_ms);
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
  return found->second.get();
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
  if (execution.begin.preview) {
    if (Status allowed = Preview(); !allowed) return Fail(allowed.error());
  }
  std::vector<LocalChange> changes;
  for (auto& [key, touched] : mutation_->rows) {
    if (touched.change) changes.push_back({std::move(*touched.change), std::move(touched.before)});
  }
  std::optional<ChangeSetRef> made;
  if (!changes.empty()) {
    Result<std::uint64_t> number =
        device_->Enqueue(*mutation_->tenant, std::move(changes), mutation_->time,
                         {execution.begin.path, execution.begin.args, execution.begin.now_ms});
    if (!number) return Fail(number.error());
    made = ChangeSetRef{*mutation_->tenant, *number};
  }
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
  for (const auto& [key, touched] : mutation_->rows) {
    if (!touched.change) continue;
    const TableSchema& table = *application_->schema.FindTable(key.table);
    std::optional<Object> before, after;
    if (touched.before.alive()) before = WithSystemFields(table, ToRow(key.id, touched.before));
    if (touched.after) after = WithSystemFields(table, *touched.after);
    const Action action = !after ? Action::kDelete : before ? Action::kUpdate : Action::kInsert;
    denial_ = application_->rules.Judge(table.name, action, actor, before ? &*before : nullptr,
                                        after ? &*after : nullptr);
    if (denial_) return Fail(Code::kDenied, denial_->message);
  }
  return Done{};
}

// --- reading ---

Result<std::optional<std::string>> Replica::NormalizeId(const std::string& table,
                                                        const std::string& id) {
  const TableSchema* schema = application_->schema.FindTable(table);
  const std::optional<RowKey> key = IdFromText(id);
  if (!schema || !key || key->table != schema->number) return std::optional<std::string>();
  return std::optional<std::string>(id);
}

Result<Replica::Located> Replica::Locate(Execution& execution, const std::string& id,
                                         const std::optional<std::string>& table, ReadClock clock) {
  const std::optional<RowKey> key = IdFromText(id);
  const TableSchema* schema = key ? application_->schema.FindTable(key->table) : nullptr;
  if (!schema) {
    return Fail(Code::kInvalid,
                "\"" + id.substr(0, 64) + "\" is not the id of a row of this application");
  }
  if (table && *table != schema->name) {
    return Fail(Code::kInvalid, "The id \"" + id + "\" is of table \"" + schema->name +
                                    "\", not of table \"" + *table + "\"");
  }
  Located located{schema, *key, {}, std::nullopt};
  Result<std::vector<TableStore::Found>> found = device_->store().GetAnywhere(*key, clock);
  if (!found) return Fail(found.error());
  for (const TenantNo visible : device_->VisibleTenants()) {
    Bytes low = TenantKey(visible, key->id.view());
    Bytes high = low + '\0';
    execution.reads.push_back({schema->number, kById, {std::move(low), std::move(high)}});
    for (TableStore::Found& candidate : *found) {
      if (candidate.tenant != visible) continue;
      located.tenant = visible;
      located.row = std::move(candidate.row);
      return located;
    }
  }
  return located;
}

Result<std::optional<Object>> Replica::Get(ExecutionId id, const std::string& document,
                                           const std::optional<std::string>& table) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kNo);
  if (!located) return Fail(located.error());
  if (!located->row) return std::optional<Object>();
  return std::optional<Object>(ForFunctions(*located->table, *located->row));
}

std::vector<TenantNo> Replica::TenantsFor(const Query& query) const {
  const auto field = application_->rules.TenantField(query.table->schema->name);
  if (field) {
    const std::string_view wanted = field->empty() ? std::string_view("_id") : *field;
    for (const auto& [path, value] : query.equalities) {
      if (path != wanted) continue;
      const std::string* text = value.As<std::string>();
      const std::optional<TenantNo> no = text ? device_->Find({*text}) : std::nullopt;
      return no ? std::vector<TenantNo>{*no} : std::vector<TenantNo>();
    }
  }
  return device_->VisibleTenants();
}

Result<StreamId> Replica::OpenStream(ExecutionId id, const Value& json) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  if ((*execution)->streams.size() >= kStreamsMax) {
    return Fail(Code::kInvalid, "The function has " + std::to_string(kStreamsMax) +
                                    " queries open; use up or close some first");
  }
  Result<Query> query = ParseQuery(device_->store(), json);
  if (!query) return Fail(query.error());
  std::vector<TenantNo> tenants = TenantsFor(*query);
  const StreamId stream{++last_id_};
  (*execution)
      ->streams.emplace(stream, Stream(device_->store(), std::move(*query), std::move(tenants)));
  return stream;
}

Result<Stream::Page> Replica::NextPage(ExecutionId id, StreamId stream, std::size_t count,
                                       std::size_t consumed) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  const auto found = (*execution)->streams.find(stream);
  if (found == (*execution)->streams.end()) return Fail(Code::kInvalid, "The query is closed");
  return found->second.Next(count, consumed);
}

Status Replica::CloseStream(ExecutionId id, StreamId stream, std::size_t consumed) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  const auto found = (*execution)->streams.find(stream);
  if (found == (*execution)->streams.end()) return Done{};
  found->second.Close(consumed);
  found->second.AddReads((*execution)->reads);
  (*execution)->streams.erase(found);
  return Done{};
}

// --- writing ---

Result<TenantId> Replica::TenantOf(const TableSchema& table, const RowKey& key,
                                   const Object& document) {
  const auto field = application_->rules.TenantField(table.name);
  if (!field) {
    return Fail(Code::kInvalid, "Table \"" + table.name +
                                    "\" has no tenancy in rules.ts, so its rows cannot be written");
  }
  if (field->empty()) return TenantId{IdToText(key)};
  const Value* owner = document.Find(*field);
  const std::string* text = owner ? owner->As<std::string>() : nullptr;
  if (!text) {
    return Fail(Code::kInvalid, "Field \"" + std::string(*field) + "\" of table \"" + table.name +
                                    "\" must say which tenant the row belongs to");
  }
  return TenantId{*text};
}

Result<TenantNo> Replica::Enter(const TableSchema& table, const TenantId& tenant) {
  Mutation& mutation = *mutation_;
  if (mutation.tenant && *mutation.tenant != tenant) {
    return Fail(Code::kInvalid, "A mutation writes to one tenant; this one wrote to " +
                                    mutation.tenant->text + " before it came to " + tenant.text +
                                    " in table \"" + table.name + "\". Use two mutations");
  }
  if (mutation.tenant) return mutation.no;
  const std::optional<TenantNo> known = device_->Find(tenant);
  if (!known && table.name != application_->rules.root_table()) {
    return Fail(Code::kNotFound, "The tenant " + tenant.text + " that the row of table \"" +
                                     table.name + "\" names is not here");
  }
  const Result<TenantNo> no = device_->Ensure(tenant);
  if (!no) return no;
  mutation.tenant = tenant;
  mutation.no = *no;
  mutation.founding = !known;
  if (known) {
    const Object& claims = executions_.at(mutation.execution)->begin.claims;
    Result<std::optional<std::string>> role = device_->RoleIn(*no, claims);
    if (!role) return Fail(role.error());
    mutation.role = std::move(*role);
  }
  return *no;
}

Status Replica::WriteRow(const Located& at, double creation_time, const Object* document) {
  Mutation& mutation = *mutation_;
  const auto [slot, first] = mutation.rows.try_emplace(at.key);
  Mutation::Touched& touched = slot->second;
  if (first) {
    if (mutation.rows.size() > kDocumentsWrittenMax) {
      return Fail(Code::kInvalid, "A mutation writes at most " +
                                      std::to_string(kDocumentsWrittenMax) + " documents");
    }
    touched.no = at.tenant;
    if (at.row) touched.before = ToState(*at.table, *at.row);
  }
  RowChange change;
  change.key = at.key;
  if (!document) {
    change.length = touched.before.clock.length + 1;
  } else if (touched.before.alive()) {
    change.length = touched.before.clock.length;
    change.writes = Difference(touched.before.fields, Flatten(*at.table, *document));
  } else {
    change.length = touched.before.clock.length + 1;
    change.whole = true;
    change.creation_time = creation_time;
    change.writes = Difference({}, Flatten(*at.table, *document));
  }
  const bool nothing = !document && !touched.before.alive();
  const bool same = document && !change.whole && change.writes.empty();
  touched.change.reset();
  touched.after.reset();
  // What a row has seen lies below what is written to it now, so the change always takes.
  if (change.whole) {
    touched.after = Row{at.key.id, creation_time, {}, *document};
    touched.after->clock.length = change.length;
    touched.after->clock.whole = {mutation.time, device_->replica()};
  } else if (!nothing) {
    RowState after = touched.before;
    if (!same) static_cast<void>(Apply(after, change, {mutation.time, device_->replica()}));
    if (after.alive()) touched.after = ToRow(at.key.id, after);
  }
  if (!nothing && !same) touched.change = std::move(change);
  if (!at.row && !touched.after) return Done{};
  return device_->store().Write(at.tenant, at.key.table, at.row ? &*at.row : nullptr,
                                touched.after ? &*touched.after : nullptr, mutation.touched);
}

Result<std::string> Replica::Insert(ExecutionId id, const std::string& table, Object value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  const TableSchema* schema = application_->schema.FindTable(table);
  if (!schema) return Fail(Code::kNotFound, "There is no table \"" + table + "\" in the schema");
  if (Status valid = ValidateDocument(application_->schema, *schema, value); !valid) {
    return Fail(valid.error());
  }
  const std::uint64_t now_ms = device_->clock().Adjusted((*execution)->begin.now_ms);
  last_creation_time_ =
      std::max(static_cast<double>(now_ms), last_creation_time_ + kCreationStepMs);
  const RowKey key{schema->number, MakeRowId(now_ms, random_.Next(), random_.Next())};
  const Result<TenantId> tenant = TenantOf(*schema, key, value);
  if (!tenant) return Fail(tenant.error());
  const Result<TenantNo> no = Enter(*schema, *tenant);
  if (!no) return Fail(no.error());
  const double creation_time = last_creation_time_;
  if (Status done = WriteRow({schema, key, *no, std::nullopt}, creation_time, &value); !done) {
    return Fail(done.error());
  }
  return IdToText(key);
}

namespace {

Failure Missing(const char* what, const std::string& id) {
  return Fail(Code::kNotFound, std::string(what) + " of a row that is not there: " + id);
}

}  // namespace

Status Replica::Patch(ExecutionId id, const std::string& document,
                      const std::optional<std::string>& table, const Object& value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kYes);
  if (!located) return Fail(located.error());
  if (!located->row) return Missing("Patch", document);
  Object patched = WithSystemFields(*located->table, *located->row);
  for (const Member& member : value.members()) patched.Set(member.name, member.value);
  if (Status kept = DropSystemFields(*located, patched); !kept) return kept;
  return Replace(*located, std::move(patched));
}

Status Replica::Replace(ExecutionId id, const std::string& document,
                        const std::optional<std::string>& table, Object value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kYes);
  if (!located) return Fail(located.error());
  if (!located->row) return Missing("Replace", document);
  if (Status kept = DropSystemFields(*located, value); !kept) return kept;
  // Fields of a newer schema, which this one's functions do not see, stay.
  for (const Member& member : located->row->document.members()) {
    if (!Knows(*located->table, member.name)) value.Set(member.name, member.value);
  }
  return Replace(*located, std::move(value));
}

// A document may be given back whole, as Convex allows; its system fields may not have changed.
Status Replica::DropSystemFields(const Located& located, Object& document) {
  const Object before = WithSystemFields(*located.table, *located.row);
  for (const char* system : {"_id", "_creationTime"}) {
    const Value* given = document.Find(system);
    if (given && *given != *before.Find(system)) {
      return Fail(Code::kInvalid,
                  std::string("The system field \"") + system + "\" cannot be changed");
    }
    document.Remove(system);
  }
  return Done{};
}

Status Replica::Replace(const Located& located, Object document) {
  if (Status valid =
          ValidateDocument(application_->schema, *located.table, document, UnknownFields::kAllowed);
      !valid) {
    return valid;
  }
  for (const Member& member : document.members()) {
    if (Knows(*located.table, member.name) || located.row->document.Find(member.name)) continue;
    // Only fields that a newer schema wrote may be unknown here.
    return ValidateDocument(application_->schema, *located.table, document);
  }
  const Result<TenantId> tenant = TenantOf(*located.table, located.key, document);
  if (!tenant) return Fail(tenant.error());
  const TenantId* owner = device_->TenantOf(located.tenant);
  if (!owner || *owner != *tenant) {
    return Fail(Code::kInvalid,
                "A row of table \"" + located.table->name +
                    "\" cannot move to another tenant; delete it and insert it there");
  }
  const Result<TenantNo> no = Enter(*located.table, *tenant);
  if (!no) return Fail(no.error());
  return WriteRow(located, located.row->creation_time, &document);
}

Status Replica::Delete(ExecutionId id, const std::string& document,
                       const std::optional<std::string>& table) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kYes);
  if (!located) return Fail(located.error());
  if (!located->row) return Missing("Delete", document);
  const TenantId* owner = device_->TenantOf(located->tenant);
  CHECK(owner);
  const Result<TenantNo> no = Enter(*located->table, TenantId(*owner));
  if (!no) return Fail(no.error());
  return WriteRow(*located, located->row->creation_time, nullptr);
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
  return Validate(validators_[static_cast<std::size_t>(validator.value)], value);
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
