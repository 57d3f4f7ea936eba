#include "tests/simulation/device.hpp"

#include "shared/value/json.hpp"
#include "tests/simulation/application.hpp"
#include "tests/simulation/checks.hpp"

namespace syncline::simulation {
namespace {

constexpr char kFile[] = "device";
constexpr char kAside[] = "aside";
constexpr std::size_t kLiveQueriesMax = 6;

// What a message says, for the story.
std::string Told(ByteView message) {
  std::string text;
  while (!message.empty()) {
    const Result<Message> frame = TakeFrame(message);
    if (!frame) return text + " (unreadable)";
    const auto place = [&](const TenantId& tenant) { text += tenant.text.substr(20) + ","; };
    if (const auto* delta = std::get_if<Delta>(&*frame)) {
      text += delta->completes_snapshot ? " delta that completes(" : " delta(";
      place(delta->tenant);
      text += std::to_string(delta->from) + ".." + std::to_string(delta->to.seq) + "," +
              std::to_string(delta->rows.size()) + " rows)";
    } else if (const auto* chunk = std::get_if<Chunk>(&*frame)) {
      text += " chunk(";
      place(chunk->tenant);
      text += std::to_string(chunk->ordinal) + ")";
    } else if (const auto* verdict = std::get_if<Verdict>(&*frame)) {
      text += " verdict(";
      place(verdict->tenant);
      text += "settled " + std::to_string(verdict->settled) + ", seq " +
              std::to_string(verdict->seq) + ")";
    } else if (const auto* left = std::get_if<Left>(&*frame)) {
      text += " left(";
      place(left->tenant);
      text += ")";
    } else if (const auto* welcome = std::get_if<Welcome>(&*frame)) {
      text += " welcome(";
      for (const TenantId& tenant : welcome->tenants) place(tenant);
      text += ")";
    }
  }
  return text;
}

std::string NameOf(std::size_t index) { return "sim-device-" + std::to_string(index); }

}  // namespace

SimDevice::SimDevice(Context& context, Network& network, const SimRelay& relay,
                     MadeChangeSets& made, const std::string& application, std::size_t index,
                     std::string person)
    : context_(context),
      network_(network),
      relay_(relay),
      made_(made),
      application_(application),
      index_(index),
      person_(std::move(person)),
      disk_(context, NameOf(index)) {}

std::uint64_t SimDevice::DeviceMs() const {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(context_.now_ms()) + ahead_ms_);
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
  options.application = application_;
  options.seed_high = context_.random.Next();
  options.seed_low = context_.random.Next();
  options.salvage = salvage;
  Result<std::unique_ptr<Replica>> replica = Replica::Open(options);
  if (!replica) {
    // A disk that fails or is full while it starts: a later start must succeed.
    if (!disk_.dead() && !disk_.full()) Break("recovery", replica.error().message);
    return;
  }
  replica_ = std::move(*replica);
  context_.Note([&] { return NameOf(index_) + " (" + person_ + ") starts"; });
  // What a failed commit left in the file counts from now on.
  for (const TenantId& tenant : replica_->device().Tenants()) {
    for (const OutboxEntry* entry : replica_->device().PendingAfter(tenant, 0, 1'000'000)) {
      made_.try_emplace({tenant, entry->change_set.replica, entry->change_set.number},
                        EncodeChangeSet(entry->change_set));
    }
  }
  Check();
  Connect();
}

void SimDevice::Kill() {
  context_.Note([&] { return NameOf(index_) + " is killed"; });
  disk_.Kill();
  ++generation_;
  replica_.reset();
  live_.clear();
  connecting_ = flushing_ = false;
  if (link_) network_.Close(*link_, Side::kDevice, false);
  link_.reset();
}

void SimDevice::Salvage() {
  Kill();
  disk_.Restart();
  context_.Note([&] { return NameOf(index_) + " sets its file aside"; });
  disk_.RenameDatabase(kFile, kAside);
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
  context_.Note([&] { return NameOf(index_) + " (" + person_ + ") hears" + Told(message); });
  const Status received = replica_->session().Receive(message, DeviceMs());
  if (!received) {
    context_.Note([&] { return NameOf(index_) + " cannot take it: " + received.error().message; });
    const bool expected = disk_.dead() || disk_.full() || replica_->session().fault();
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
  return replica_ && link_ && replica_->session().synced() &&
         replica_->device().pending_count() == 0;
}

// --- what the person does ---

void SimDevice::RunProgram(const std::function<Status(Program&)>& program, bool preview) {
  Replica::Begin begin;
  begin.mutation = true;
  begin.now_ms = DeviceMs();
  begin.claims = ClaimsOf(person_);
  begin.path = "simulation";
  begin.args = "{}";
  begin.preview = preview;
  const Result<ExecutionId> execution = replica_->BeginExecution(begin);
  if (!execution) {
    Require(disk_.dead() || disk_.full(), "execution", execution.error().message.c_str());
    return Settle();
  }
  Program run(context_, *replica_, *execution, person_);
  const Status written = program(run);
  if (!written || context_.OneIn(20)) {
    static_cast<void>(replica_->Abort(*execution));
    return Settle();
  }
  const Result<std::optional<ChangeSetRef>> committed = replica_->Commit(*execution);
  context_.Note([&] {
    return NameOf(index_) + " (" + person_ + ") writes: " +
           (!committed   ? committed.error().message
            : *committed ? std::to_string((**committed).number) + " in " + (**committed).tenant.text
                         : "nothing");
  });
  if (committed && *committed) {
    const ChangeSetRef& made = **committed;
    const auto entries = replica_->device().PendingAfter(made.tenant, made.number - 1, 1);
    Require(!entries.empty() && entries.front()->change_set.number == made.number, "outbox",
            "a mutation that committed is not in the outbox");
    const bool fresh = made_
                           .try_emplace({made.tenant, replica_->device().replica(), made.number},
                                        EncodeChangeSet(entries.front()->change_set))
                           .second;
    Require(fresh, "same bytes", "two change sets have one number");
  }
  Settle();
}

void SimDevice::Found(const std::vector<std::string>& members) {
  if (!replica_) return;
  RunProgram([&](Program& program) { return program.Found(members); }, true);
}

void SimDevice::Act() {
  if (!replica_) return;
  if (context_.OneIn(5)) return AddLiveQuery();
  if (context_.OneIn(60)) return Found({"ann", "bob", "cyn"});
  // A viewer who insists: the relay must judge what the device did not.
  const bool preview = !context_.OneIn(3);
  RunProgram([](Program& program) { return program.WriteSomething(); }, preview);
}

// --- what follows ---

void SimDevice::Settle() {
  if (disk_.dead()) return Kill();
  TakeNews();
  if (replica_->device().pending_count() > 0) ScheduleFlush();
  CheckTenants(*replica_, person_, relay_);
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
  for (const ChangeSetRef& settled : news.settled) {
    Require(relay_.Settled(settled.tenant, replica_->device().replica(), settled.number),
            "verdicts", "a change set is told to be settled that was not decided");
  }
  for (const RefusedEntry& refused : news.refused) {
    Require(relay_.Settled(refused.tenant, replica_->device().replica(), refused.refusal.number),
            "verdicts", "a change set is told to be refused that was not decided");
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

void SimDevice::AddLiveQuery() {
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
