#include "tests/simulation/device.hpp"

#include <algorithm>

#include "shared/value/json.hpp"
#include "tests/simulation/application.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/told.hpp"

namespace syncline::simulation {
namespace {

constexpr char kFile[] = "device";
constexpr char kAside[] = "aside";
constexpr std::size_t kLiveQueriesMax = 6;
constexpr char kUndoScope[] = "work";

std::string NameOf(std::size_t index) { return "sim-device-" + std::to_string(index); }

}  // namespace

SimDevice::SimDevice(Context& context, Network& network, const SimRelay& relay,
                     MadeChangeSets& made, StrictJournal& strict, const Releases& releases,
                     std::size_t index, std::string person, bool newest)
    : context_(context),
      network_(network),
      relay_(relay),
      made_(made),
      strict_(strict),
      releases_(releases),
      index_(index),
      person_(std::move(person)),
      disk_(context, NameOf(index)),
      newest_(newest) {}

std::uint64_t SimDevice::DeviceMs() const {
  const std::uint64_t gained_ms = (context_.now_ms() - set_ms_) * gains_per_mille_ / 1000;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(context_.now_ms() + gained_ms) +
                                    ahead_ms_);
}

// --- life ---

void SimDevice::Start() {
  disk_.Restart();
  Open(std::nullopt);
}

void SimDevice::Open(const std::optional<std::string>& salvage) {
  Replica::Options options;
  options.database.path = kFile;
  options.database.vfs = disk_.vfs();
  options.database.cache_kib = 1024;
  options.application = releases_.Of(relay_.rules(), newest_).json;
  options.seed_high = context_.random.Next();
  options.seed_low = context_.random.Next();
  options.salvage = salvage;
  Result<std::unique_ptr<Replica>> replica = Replica::Open(options);
  if (!replica) {
    // A disk that fails or is full while it starts: a later start must succeed.
    if (!disk_.dead() && !disk_.full() && !disk_.faltered())
      Break("recovery", replica.error().message);
    return;
  }
  replica_ = std::move(*replica);
  context_.Note([&] { return Name() + " starts"; });
  // What a failed commit left in the file counts from now on.
  for (const TenantId& tenant : replica_->device().Tenants()) {
    for (const OutboxEntry* entry : replica_->device().PendingAfter(tenant, 0, 1'000'000)) {
      made_.try_emplace({tenant, entry->change_set.replica, entry->change_set.number},
                        EncodeChangeSet(entry->change_set));
    }
  }
  DropWithdrawn();
  Check();
  Connect();
}

void SimDevice::Kill() {
  context_.Note([&] { return Name() + " is killed"; });
  disk_.Kill();
  ++generation_;
  replica_.reset();
  live_.clear();
  connecting_ = flushing_ = false;
  if (link_) network_.Close(*link_, Side::kDevice, false);
  link_.reset();
}

void SimDevice::Reload() {
  if (replica_) Kill();
  Start();
}

void SimDevice::Salvage() {
  Kill();
  disk_.Restart();
  context_.Note([&] { return Name() + " sets its file aside"; });
  disk_.RenameDatabase(kFile, kAside);
  undo_ = {};
  undo_in_doubt_ = false;
  Open(kAside);
  disk_.RemoveDatabase(kAside);
}

// --- the connection ---

void SimDevice::SetOnline(bool online) {
  online_ = online;
  if (!online && link_) Disconnect();
  Connect();
}

void SimDevice::Connect() {
  if (!replica_ || link_ || connecting_ || !online_) return;
  connecting_ = true;
  context_.After(context_.Between(10, 400), [this, generation = generation_] {
    if (generation != generation_) return;
    connecting_ = false;
    if (!online_ || link_) return;
    link_ = network_.Open({[this](LinkId link) { OnOpened(link); },
                           [this](LinkId link, ByteView message) { OnMessage(link, message); },
                           [this](LinkId link) { OnClosed(link); }});
  });
}

void SimDevice::Disconnect() {
  network_.Close(*link_, Side::kDevice, context_.OneIn(2));
  link_.reset();
  replica_->session().Disconnected();
  Connect();
}

void SimDevice::OnOpened(LinkId link) {
  if (!link_ || *link_ != link) return;
  came_.clear();
  told_ = {};
  heard_ = {};
  network_.Send(link, Side::kDevice, replica_->session().Connected(person_, DeviceMs()));
}

void SimDevice::OnClosed(LinkId link) {
  if (!link_ || *link_ != link) return;
  link_.reset();
  replica_->session().Disconnected();
  Connect();
}

void SimDevice::OnMessage(LinkId link, ByteView message) {
  if (!link_ || *link_ != link) return;
  context_.Note([&] { return Name() + " hears" + Told(context_, told_, message); });
  NoteLeft(message);
  const bool waits = !came_.empty();
  came_ += message;
  if (waits) return;
  if (!context_.OneIn(3)) return TakeMessages();
  // Busy: what comes meanwhile is taken with it.
  context_.After(context_.Between(1, 60), [this, link, generation = generation_] {
    if (generation == generation_ && link_ && *link_ == link) TakeMessages();
  });
}

// It may be back before the device has taken what says that it left.
void SimDevice::NoteLeft(ByteView messages) {
  while (!messages.empty()) {
    const Result<Message> heard = heard_.Take(messages);
    if (!heard) return;
    if (const auto* gone = std::get_if<Left>(&*heard)) emptied_.insert(gone->tenant);
    const auto* welcome = std::get_if<Welcome>(&*heard);
    if (!welcome) continue;
    for (const auto& [tenant, cursor] : reached_) {
      const auto& listed = welcome->tenants;
      if (std::find(listed.begin(), listed.end(), tenant) == listed.end()) emptied_.insert(tenant);
    }
  }
}

void SimDevice::TakeMessages() {
  const Status received = replica_->session().Receive(std::exchange(came_, {}), DeviceMs());
  if (!received) {
    context_.Note([&] { return Name() + " cannot take it: " + received.error().message; });
    const bool expected =
        disk_.dead() || disk_.full() || disk_.faltered() || replica_->session().fault();
    Require(expected || received.error().code == Code::kConflict, "protocol",
            received.error().message.c_str());
    if (!disk_.dead()) Disconnect();
  }
  Settle();
}

void SimDevice::ScheduleFlush() {
  if (flushing_ || !link_) return;
  flushing_ = true;
  context_.After(context_.Between(0, 5), [this, generation = generation_] {
    if (generation != generation_) return;
    flushing_ = false;
    Flush();
  });
}

void SimDevice::Flush() {
  if (!link_) return;
  Bytes message = replica_->session().TakeOutgoing();
  if (!message.empty()) network_.Send(*link_, Side::kDevice, std::move(message));
  if (replica_->session().welcomed() && context_.OneIn(30)) {
    network_.Send(*link_, Side::kDevice, replica_->session().Renew(person_));
  }
}

bool SimDevice::quiet() const {
  return replica_ && link_ && came_.empty() && replica_->session().synced() &&
         replica_->device().pending_count() == 0;
}

// --- what the person does ---

Replica::Begin SimDevice::NewMutation(bool preview) {
  Replica::Begin begin;
  begin.mutation = true;
  begin.now_ms = DeviceMs();
  begin.claims = ClaimsOf(person_);
  begin.path = "simulation";
  begin.args = "{}";
  begin.preview = preview;
  return begin;
}

void SimDevice::NoteMade(const ChangeSetRef& made) {
  const auto entries = replica_->device().PendingAfter(made.tenant, made.number - 1, 1);
  Require(!entries.empty() && entries.front()->change_set.number == made.number, "outbox",
          "a mutation that committed is not in the outbox");
  const bool fresh = made_
                         .try_emplace({made.tenant, replica_->device().replica(), made.number},
                                      EncodeChangeSet(entries.front()->change_set))
                         .second;
  Require(fresh, "same bytes", "two change sets have one number");
}

std::optional<ChangeSetRef> SimDevice::RunProgram(const std::function<Status(Program&)>& program,
                                                  bool preview, bool strict,
                                                  const std::optional<std::string>& undo_name,
                                                  const Done& done) {
  Replica::Begin begin = NewMutation(preview);
  begin.strict = strict;
  if (undo_name) {
    begin.undo = kUndoScope;
    begin.args = *undo_name;
  }
  const Result<ExecutionId> execution = replica_->BeginExecution(begin);
  if (!execution) {
    Require(strict || disk_.dead() || disk_.full() || disk_.faltered(), "execution",
            execution.error().message.c_str());
    Settle();
    return std::nullopt;
  }
  Program run(context_, *replica_, *execution, person_);
  const Status written = program(run);
  if (!written || context_.OneIn(20)) {
    static_cast<void>(replica_->Abort(*execution));
    if (done) done(std::nullopt);
    Settle();
    return std::nullopt;
  }
  const Result<std::optional<ChangeSetRef>> committed = replica_->Commit(*execution);
  if (done && committed) done(*committed);
  context_.Note([&] {
    std::string text = Name() + " writes ";
    if (!committed) return text + "in vain: " + committed.error().message;
    if (!*committed) return text + "nothing";
    const ChangeSetRef& made = **committed;
    const auto entries = replica_->device().PendingAfter(made.tenant, made.number - 1, 1);
    return text + Told(context_, made.tenant, entries.front()->change_set);
  });
  if (committed && *committed) NoteMade(**committed);
  const std::optional<ChangeSetRef> made = committed ? *committed : std::nullopt;
  Settle();
  return made;
}

void SimDevice::WriteStrictly() {
  if (!replica_) return;
  StrictRead read;
  read.rules = relay_.rules();
  const ReplicaId replica = replica_->device().replica();
  const auto made =
      RunProgram([&](Program& program) { return program.WriteStrictly(read); }, true, true);
  if (made) strict_[{made->tenant, replica, made->number}] = std::move(read);
}

TaskRows SimDevice::TasksOf(const TenantId& tenant) {
  TaskRows rows;
  const std::optional<TenantNo> no = replica_->device().Find(tenant);
  const TableSchema& table = *replica_->schema().FindTable("tasks");
  if (!no) return rows;
  const Result<std::vector<Entry>> entries = replica_->device().store().Scan(
      *no, table.number, kByCreationTime, {}, false, 1'000'000, ReadClock::kYes);
  if (!entries) Break("storage", entries.error().message);
  for (const Entry& entry : *entries) {
    rows.emplace(RowKey{table.number, entry.row.id}, ToState(table, entry.row));
  }
  return rows;
}

void SimDevice::CompareStack(UndoStack stack) {
  UndoModel::Stack& model = stack == UndoStack::kUndo ? undo_.undo : undo_.redo;
  const Result<std::vector<UndoEntry>> listed = replica_->Undoable(kUndoScope, stack);
  if (!listed) Break("undo", listed.error().message);
  UndoModel::Stack kept;
  auto next = listed->rbegin();
  for (UndoModel::Entry& entry : model) {
    if (next != listed->rend() && next->args == entry.name) {
      ++next;
      kept.push_back(std::move(entry));
      continue;
    }
    Require(left(entry.tenant) || Refused(entry.tenant, entry.number), "undo",
            "what was done and accepted can be undone no more");
  }
  Require(next == listed->rend(), "undo", "something can be undone that was not done");
  model = std::move(kept);
}

// A commit that failed may be in the file all the same: then what is below is not known, and forgotten.
void SimDevice::CompareUndo() {
  if (undo_in_doubt_) {
    if (!replica_->ClearUndo(kUndoScope)) return;
    undo_in_doubt_ = false;
    undo_ = {};
  }
  DropWithdrawn();
  CompareStack(UndoStack::kUndo);
  CompareStack(UndoStack::kRedo);
}

void SimDevice::Work() {
  if (!replica_) return;
  CheckProgress();
  CompareUndo();
  if (undo_in_doubt_) return Settle();
  std::map<TenantId, TaskRows> before;
  for (const TenantId& tenant : replica_->device().Tenants()) before[tenant] = TasksOf(tenant);
  const std::string name = std::to_string(++undo_names_);
  undo_in_doubt_ = true;
  const auto done = [&](const std::optional<ChangeSetRef>& made) {
    undo_in_doubt_ = false;
    if (!made) return;
    auto steps = UndoModel::StepsBetween(before[made->tenant], TasksOf(made->tenant));
    undo_.redo.clear();
    undo_.undo.push_back({name, made->tenant, made->number, std::move(steps)});
  };
  static_cast<void>(RunProgram([](Program& program) { return program.WriteTasks(); },
                               !context_.OneIn(3), false, name, done));
}

void SimDevice::Undo(UndoStack stack) {
  if (!replica_) return;
  CheckProgress();
  CompareUndo();
  if (undo_in_doubt_) return Settle();
  const bool undoes = stack == UndoStack::kUndo;
  UndoModel::Stack& from = undoes ? undo_.undo : undo_.redo;
  // What can do nothing any more is passed over.
  TaskRows before, wanted;
  std::optional<UndoModel::Entry> entry;
  while (!from.empty() && !entry) {
    before = TasksOf(from.back().tenant);
    wanted = UndoModel::TakenBack(from.back(), before);
    if (!UndoModel::Same(before, wanted)) entry = std::move(from.back());
    from.pop_back();
  }
  const bool waits = entry && IsPending(entry->tenant, entry->number);
  Replica::Begin begin = NewMutation(!context_.OneIn(3));
  begin.undo = kUndoScope;
  const Result<std::optional<Replica::Undone>> undone = replica_->Undo(begin, stack);
  context_.Note([&] {
    return Name() + (undoes ? " undoes " : " redoes ") +
           (!undone   ? "in vain: " + undone.error().message
            : *undone ? (**undone).args
                      : "nothing");
  });
  if (!undone && (disk_.dead() || disk_.full() || disk_.faltered())) {
    undo_in_doubt_ = true;
    return Settle();
  }
  Require(!undone || undone->has_value() == entry.has_value(), "undo",
          entry ? "nothing was undone, and something could be" : "something else was undone");
  if (entry) {
    const TaskRows after = TasksOf(entry->tenant);
    Require(undone || UndoModel::Same(after, before), "undo",
            "what could not be undone left a trace");
    Require(!undone || (**undone).args == entry->name, "undo", "another mutation was undone");
    Require(!undone || UndoModel::Same(after, wanted), "undo",
            "undone, the tasks are not what they should be");
    if (undone && (**undone).made) {
      const ChangeSetRef& made = *(**undone).made;
      NoteMade(made);
      if (waits) needs_[{made.tenant, made.number}] = entry->number;
      (undoes ? undo_.redo : undo_.undo)
          .push_back(
              {entry->name, made.tenant, made.number, UndoModel::StepsBetween(before, after)});
    }
  }
  Settle();
}

void SimDevice::Found(const std::vector<std::string>& members) {
  if (!replica_) return;
  static_cast<void>(RunProgram([&](Program& program) { return program.Found(members); }, true));
}

void SimDevice::Write(bool insists) {
  if (!replica_) return;
  static_cast<void>(
      RunProgram([](Program& program) { return program.WriteSomething(); }, !insists));
}

// --- what follows ---

void SimDevice::Settle() {
  if (disk_.dead()) return Kill();
  TakeNews();
  if (replica_->device().pending_count() > 0) ScheduleFlush();
  CheckTenants(*replica_, person_, relay_);
  CheckProgress();
  if (context_.OneIn(16)) Check();
  CheckLiveQuery();
}

void SimDevice::TakeNews() {
  const Replica::News news = replica_->TakeNews();
  for (const QueryId id : news.invalidated) {
    const auto found = live_.find(id);
    if (found == live_.end()) continue;
    LiveQuery query = std::move(found->second);
    live_.erase(found);
    auto run = RunQuery(query.query, true);
    if (!run) continue;
    query.result = std::move(run->first);
    live_.emplace(run->second, std::move(query));
  }
  for (const ChangeSetRef& settled : news.settled) CheckSettled(settled);
  DropWithdrawn();
  for (const RefusedEntry& refused : news.refused) {
    if (withdrawn_.count({refused.tenant, refused.refusal.number})) continue;
    Require(relay_.Settled(refused.tenant, replica_->device().replica(), refused.refusal.number),
            "verdicts", "a change set is told to be refused that was not decided");
  }
}

// What undid a mutation while that was pending goes with it when it is refused, also by a restored relay, unless
// that has decided on it.
void SimDevice::DropWithdrawn() {
  const ReplicaId replica = replica_->device().replica();
  for (const auto& [undoing, number] : needs_) {
    const auto& [tenant, own] = undoing;
    if (withdrawn_.count(undoing) || relay_.SettledNow(tenant, replica, own)) continue;
    if (IsPending(tenant, own) || !Refused(tenant, number)) continue;
    withdrawn_.insert(undoing);
    // An earlier copy of the relay may have it all the same.
    if (!relay_.Settled(tenant, replica, own)) made_.erase({tenant, replica, own});
  }
}

bool SimDevice::IsPending(const TenantId& tenant, std::uint64_t number) const {
  const auto next = replica_->device().PendingAfter(tenant, number - 1, 1);
  return !next.empty() && next.front()->change_set.number == number &&
         !next.front()->change_set.rows.empty();
}

bool SimDevice::Refused(const TenantId& tenant, std::uint64_t number) const {
  const ReplicaId replica = replica_->device().replica();
  return withdrawn_.count({tenant, number}) != 0 ||
         (relay_.Settled(tenant, replica, number) &&
          !relay_.SettledAccepted(tenant, replica, number));
}

// No flicker: what is no longer pending is in what the relay has sent.
void SimDevice::CheckSettled(const ChangeSetRef& settled) {
  const ReplicaId replica = replica_->device().replica();
  Require(relay_.Settled(settled.tenant, replica, settled.number), "verdicts",
          "a change set is told to be settled that was not decided");
  const Cursor* cursor = replica_->device().CursorOf(settled.tenant);
  if (!cursor || cursor->epoch <= 1) return;
  const Reference* reference = relay_.FindEpoch(settled.tenant, cursor->epoch);
  const auto decided = reference ? reference->Decided(replica, settled.number) : std::nullopt;
  if (!decided) return;
  Require(decided->accepted, "verdicts", "a refused change set is told to be accepted");
  Require(cursor->seq >= decided->seq, "read your writes",
          "a change set is no longer pending, and not yet among what is confirmed");
}

void SimDevice::CheckProgress() {
  const std::vector<TenantId> tenants = replica_->device().Tenants();
  for (const TenantId& tenant : here_) {
    if (std::find(tenants.begin(), tenants.end(), tenant) == tenants.end()) left_.insert(tenant);
  }
  here_ = {tenants.begin(), tenants.end()};
  for (const TenantId& tenant : tenants) {
    const Cursor now = *replica_->device().CursorOf(tenant);
    if (now.epoch <= 1 && reached_.count(tenant)) emptied_.insert(tenant);
    if (now.epoch <= 1) continue;
    Cursor& reached = reached_[tenant];
    Require(now.epoch != reached.epoch || now.seq >= reached.seq, "monotonic reads",
            "a device went back behind what it had shown");
    reached = now;
  }
}

std::optional<std::pair<std::string, QueryId>> SimDevice::RunQuery(const Value& query, bool keep) {
  Replica::Begin begin;
  begin.now_ms = DeviceMs();
  begin.claims = ClaimsOf(person_);
  const Result<ExecutionId> execution = replica_->BeginExecution(begin);
  if (!execution) Break("execution", execution.error().message);
  const Result<StreamId> stream = replica_->OpenStream(*execution, query);
  if (!stream) Break("query", stream.error().message);
  std::string result;
  for (bool done = false; !done;) {
    const Result<Stream::Page> page = replica_->NextPage(*execution, *stream, 3, 3);
    if (!page) Break("query", page.error().message);
    for (const Object& document : page->documents) AppendJson(result, document);
    done = page->done;
  }
  if (!keep) {
    static_cast<void>(replica_->Abort(*execution));
    return std::pair(std::move(result), QueryId{});
  }
  const Result<QueryId> kept = replica_->Keep(*execution);
  if (!kept) Break("query", kept.error().message);
  return std::pair(std::move(result), *kept);
}

void SimDevice::Watch() {
  if (!replica_) return;
  if (live_.size() >= kLiveQueriesMax) {
    replica_->Drop(live_.begin()->first);
    live_.erase(live_.begin());
  }
  Value query = Program::RandomQuery(context_, *replica_);
  auto run = RunQuery(query, true);
  live_.emplace(run->second, LiveQuery{std::move(query), std::move(run->first)});
}

void SimDevice::CheckLiveQuery() {
  if (live_.empty() || context_.OneIn(2)) return;
  auto chosen = live_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(context_.random.Below(live_.size())));
  const auto fresh = RunQuery(chosen->second.query, false);
  if (fresh->first == chosen->second.result) return;
  Break("live query", ToJson(chosen->second.query) + "\n    has   " + chosen->second.result +
                          "\n    fresh " + fresh->first);
}

void SimDevice::Check() {
  if (replica_ && !disk_.dead()) CheckReplica(*replica_, person_, relay_, made_);
}

void SimDevice::CheckAtQuiet() {
  Check();
  CheckQuiet(*replica_, person_, relay_);
}

}  // namespace syncline::simulation
