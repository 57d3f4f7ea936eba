// A run: steps played on both sides, and what each said compared.
#include "tests/oracle/run.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "shared/abi/syncline.h"
#include "tests/oracle/engine.hpp"
#include "tests/oracle/id.hpp"
#include "tests/oracle/model.hpp"

namespace syncline::oracle {
namespace {

struct Execution {
  double id = 0;
  bool mutation = false;
  std::vector<Observation> seen;
};

struct OpenStream {
  int slot = 0;
  double id = 0;
  Query query;
  std::size_t depth = 0;  // of sub-transactions when it was opened
  bool closed = false;
  std::vector<Place> places;    // before the last page, and behind each of its documents
  std::size_t observation = 0;  // in the execution's list
  std::size_t before_page = 0;  // documents that were consumed before the last page
};

struct LiveQuery {
  double id = 0;
  std::vector<Observation> seen;
};

struct Page {
  std::string text;
  PageCursor cursor;
};

class Runner {
 public:
  explicit Runner(const Program& program)
      : program_(program), model_(program.schema), engine_(program.schema, 7, complaint_) {}

  std::optional<Difference> Run() {
    if (!engine_.open()) return Difference{0, kSchemaTaken, complaint_};
    for (at_ = 0; at_ < program_.steps.size() && !difference_; ++at_) Play(program_.steps[at_]);
    if (!difference_) EndAll();
    if (!difference_) LookAtEverything();
    return difference_;
  }

 private:
  void Play(const Step& step);
  void Begin(const Step& step);
  void End(const Step& step, Execution& execution);
  void Sub(const Step& step, Execution& execution);
  void Insert(const Step& step, const Execution& execution);
  void Change(const Step& step, const Execution& execution);
  void Get(const Step& step, Execution& execution);
  void Normalize(const Step& step);
  void Open(const Step& step, Execution& execution);
  void Next(const Step& step, OpenStream& stream, Execution& execution);
  void Close(const Step& step, OpenStream& stream, Execution& execution);
  void DoPage(const Step& step, Execution& execution);
  void SplitPage(const Value& input, const PageAnswer& whole, const std::string& split);
  void AfterCommit();
  void EndAll();
  void LookAtEverything();
  void LookAt(double execution, const std::string& table, const std::string& index);

  void Differ(std::string expected, std::string got) {
    if (!difference_) difference_ = Difference{at_, std::move(expected), std::move(got)};
  }
  // Whether the codes agree and are success.
  bool Agree(const Code& expected, const Answer& got) {
    if (expected != got.code) Differ(Said(expected), Said(got.code));
    return expected == got.code && expected.empty();
  }
  std::string Said(const Code& code) const {
    return code.empty() ? "success"
                        : code + (engine_.message().empty()
                                      ? ""
                                      : " (engine's last message: " + engine_.message() + ")");
  }
  void AgreeOn(const std::vector<Value>& expected, const Value& got) {
    const Value list = Value::Array(expected);
    if (!Same(list, got)) Differ(ToJson(list), ToJson(got));
  }

  // What has no answer of its own: also a name that no step made.
  Value Resolve(const Value& value) const;
  Query Resolve(const Query& query) const;
  std::string IdText(const Value& id) const;
  std::map<std::string, Value> Input(const Execution& execution, const Step& step) const;
  Execution* At(int slot) {
    const auto found = executions_.find(slot);
    return found == executions_.end() ? nullptr : &found->second;
  }
  // The greatest creation time of a row that is there.
  double LastTime() const;
  // A page of which fewer documents were used than given: forgets the rest.
  void Consume(OpenStream& stream, Execution& execution, std::size_t consumed);

  const Program& program_;
  Model model_;
  std::string complaint_;
  Engine engine_;
  std::size_t at_ = 0;
  std::optional<Difference> difference_;
  std::map<int, Execution> executions_;
  std::map<int, OpenStream> streams_;
  std::map<int, Page> pages_;
  std::map<int, std::string> ids_;
  std::map<int, double> times_;
  std::set<std::string> all_ids_;
  double now_ms_ = 0;
  std::vector<LiveQuery> live_;
};

// --- names to values ---

std::string Runner::IdText(const Value& id) const {
  const auto found = ids_.find(static_cast<int>(id.whole));
  if (found == ids_.end()) return "no-such-row";
  if (id.text == "unused") {
    DocumentId other = *IdOf(found->second);
    other.inner[15] = static_cast<char>(other.inner[15] ^ 0x5A);
    return ToText(other);
  }
  std::string text = found->second;
  if (id.text == "broken") text.back() = text.back() == '0' ? '1' : '0';
  if (id.text == "cut") text.pop_back();
  return text;
}

Value Runner::Resolve(const Value& value) const {
  if (value.is(Kind::kIdOf)) return Value::String(IdText(value));
  if (value.is(Kind::kTimeOf)) {
    const auto found = times_.find(static_cast<int>(value.whole));
    return Value::Float(found == times_.end() ? 0 : found->second);
  }
  Value resolved = value;
  for (Value& element : resolved.elements) element = Resolve(element);
  for (auto& [name, member] : resolved.members) member = Resolve(member);
  return resolved;
}

Query Runner::Resolve(const Query& query) const {
  Query resolved = query;
  for (Bound& bound : resolved.bounds) bound.value = Resolve(bound.value);
  for (Operator& step : resolved.operators) step.filter = Resolve(step.filter);
  return resolved;
}

std::map<std::string, Value> Runner::Input(const Execution& execution, const Step& step) const {
  std::map<std::string, Value> input = {{"execution", Value::Float(execution.id)}};
  if (!step.id.is(Kind::kUndefined)) input["id"] = Resolve(step.id);
  if (step.table) input["table"] = Value::String(*step.table);
  return input;
}

// --- executions ---

void Runner::Play(const Step& step) {
  using Do = Step::Do;
  if (step.what == Do::kBeginQuery || step.what == Do::kBeginMutation) return Begin(step);
  if (step.what == Do::kNormalize) return Normalize(step);
  Execution* execution = At(step.slot);
  if (!execution) return;
  switch (step.what) {
    case Do::kCommit:
    case Do::kAbort:
    case Do::kKeep: return End(step, *execution);
    case Do::kSubBegin:
    case Do::kSubCommit:
    case Do::kSubRollback: return Sub(step, *execution);
    case Do::kInsert: return Insert(step, *execution);
    case Do::kPatch:
    case Do::kReplace:
    case Do::kDelete: return Change(step, *execution);
    case Do::kGet: return Get(step, *execution);
    case Do::kOpen: return Open(step, *execution);
    case Do::kPage: return DoPage(step, *execution);
    case Do::kNext:
    case Do::kClose: break;
    default: return;
  }
  const auto stream = streams_.find(step.name);
  if (stream == streams_.end() || stream->second.slot != step.slot) return;
  if (step.what == Do::kNext) return Next(step, stream->second, *execution);
  Close(step, stream->second, *execution);
}

void Runner::Begin(const Step& step) {
  if (At(step.slot)) return;
  const bool mutation = step.what == Step::Do::kBeginMutation;
  const bool refused = model_.in_mutation() || (mutation && !executions_.empty());
  const Answer answer =
      engine_.Call(SYNCLINE_BEGIN, {{"kind", Value::String(mutation ? "mutation" : "query")},
                                    {"now", Value::Float(static_cast<double>(step.now_ms))},
                                    {"identity", Value::Null()},
                                    {"path", Value::String("oracle:step")},
                                    {"args", Value::Object({})},
                                    {"preview", Value::Bool(false)}});
  if (!Agree(refused ? kConflict : "", answer)) return;
  executions_[step.slot] = {answer.value.At("execution").number, mutation, {}};
  now_ms_ = static_cast<double>(step.now_ms);
  if (mutation) model_.Begin();
}

void Runner::End(const Step& step, Execution& execution) {
  using Do = Step::Do;
  const auto input = std::map<std::string, Value>{{"execution", Value::Float(execution.id)}};
  // What is half done belongs to the function that surrounds it.
  while (execution.mutation && step.what == Do::kCommit && model_.depth() > 1 && !difference_) {
    Agree("", engine_.Call(SYNCLINE_SUB_COMMIT, input));
    model_.SubCommit();
  }
  const std::uint32_t operation = step.what == Do::kCommit  ? SYNCLINE_COMMIT
                                  : step.what == Do::kAbort ? SYNCLINE_ABORT
                                                            : SYNCLINE_KEEP;
  const bool wrong = step.what == (execution.mutation ? Do::kKeep : Do::kCommit);
  const Answer answer = engine_.Call(operation, input);
  if (!Agree(wrong ? kInvalid : "", answer)) return;
  if (step.what == Do::kKeep) {
    live_.push_back({answer.value.At("query").number, std::move(execution.seen)});
  }
  const bool mutation = execution.mutation;
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    stream = stream->second.slot == step.slot ? streams_.erase(stream) : std::next(stream);
  }
  executions_.erase(step.slot);
  if (!mutation) return;
  if (step.what == Do::kCommit) {
    model_.Commit();
  } else {
    model_.Abort();
  }
  AfterCommit();
}

// Who is told that something changed: all to whom it did, and nobody whom it cannot concern.
void Runner::AfterCommit() {
  const Answer answer = engine_.Call(SYNCLINE_EVENTS, {});
  if (!Agree("", answer)) return;
  std::set<double> told;
  for (const Value& id : answer.value.At("invalidated").elements) told.insert(id.number);
  std::vector<LiveQuery> kept;
  for (LiveQuery& live : live_) {
    const auto differs = [&](const Observation& seen) { return model_.Differs(seen); };
    const auto may_be = [&](const Observation& seen) { return model_.MayBeTouched(seen); };
    const std::string name = "live query " + std::to_string(static_cast<long>(live.id));
    if (told.count(live.id) == 0) {
      if (std::any_of(live.seen.begin(), live.seen.end(), differs)) {
        Differ(name + " is told that its result changed", "it is not");
      }
      kept.push_back(std::move(live));
    } else if (!std::any_of(live.seen.begin(), live.seen.end(), may_be)) {
      Differ(name + " is left alone: nothing was written where it read", "it is told to run again");
    }
  }
  live_ = std::move(kept);
}

void Runner::Sub(const Step& step, Execution& execution) {
  using Do = Step::Do;
  const std::uint32_t operation = step.what == Do::kSubBegin    ? SYNCLINE_SUB_BEGIN
                                  : step.what == Do::kSubCommit ? SYNCLINE_SUB_COMMIT
                                                                : SYNCLINE_SUB_ROLLBACK;
  const Answer answer = engine_.Call(operation, {{"execution", Value::Float(execution.id)}});
  if (!execution.mutation) return static_cast<void>(Agree(kInvalid, answer));
  if (step.what == Do::kSubBegin) return static_cast<void>(Agree(model_.SubBegin(), answer));
  if (!Agree(model_.depth() > 1 ? "" : kInvalid, answer)) return;
  if (step.what == Do::kSubCommit) return model_.SubCommit();
  model_.SubRollback();
  for (auto& [name, stream] : streams_) {
    if (stream.slot == step.slot && stream.depth > model_.depth()) stream.closed = true;
  }
}

// --- writing ---

void Runner::Insert(const Step& step, const Execution& execution) {
  auto input = Input(execution, step);
  const Value document = Resolve(step.value);
  input["value"] = document;
  const Answer answer = engine_.Call(SYNCLINE_INSERT, input);
  const Code expected = execution.mutation ? model_.CheckInsert(*step.table, document) : kInvalid;
  if (!Agree(expected, answer)) return;
  const std::string id = answer.value.At("_id").text;
  const auto parsed = IdOf(id);
  if (!parsed) return Differ("an id", id);
  for (const auto& [table, number] : model_.numbers()) {
    if ((table == *step.table) != (number == parsed->table)) {
      return Differ("an id that carries its table", id);
    }
  }
  if (!all_ids_.insert(id).second) return Differ("an id that is new", id);
  const Answer read = engine_.Call(
      SYNCLINE_GET, {{"execution", Value::Float(execution.id)}, {"id", Value::String(id)}});
  if (!Agree("", read)) return;
  const double time = read.value.At("document").At("_creationTime").number;
  if (!(time > LastTime())) return Differ("a creation time after all others", ToJson(read.value));
  if (!(time >= now_ms_)) return Differ("a creation time from now on", ToJson(read.value));
  ids_[step.name] = id;
  times_[step.name] = time;
  model_.Inserted(*step.table, id, time, document);
  AgreeOn({model_.Get(id, std::nullopt).value}, Value::Array({read.value.At("document")}));
}

double Runner::LastTime() const {
  double last = 0;
  for (const auto& [table, rows] : model_.state()) {
    for (const auto& [id, row] : rows) last = std::max(last, row.At("_creationTime").number);
  }
  return last;
}

void Runner::Change(const Step& step, const Execution& execution) {
  using Do = Step::Do;
  auto input = Input(execution, step);
  const Value value = Resolve(step.value);
  if (step.what != Do::kDelete) input["value"] = value;
  const std::uint32_t operation = step.what == Do::kPatch     ? SYNCLINE_PATCH
                                  : step.what == Do::kReplace ? SYNCLINE_REPLACE
                                                              : SYNCLINE_DELETE;
  const Answer answer = engine_.Call(operation, input);
  if (!execution.mutation) return static_cast<void>(Agree(kInvalid, answer));
  const std::string id = Resolve(step.id).text;
  const Code expected = step.what == Do::kPatch     ? model_.Patch(id, step.table, value)
                        : step.what == Do::kReplace ? model_.Replace(id, step.table, value)
                                                    : model_.Delete(id, step.table);
  Agree(expected, answer);
}

// --- reading ---

void Runner::Get(const Step& step, Execution& execution) {
  const std::string id = Resolve(step.id).text;
  const Answer expected = model_.Get(id, step.table);
  const Answer answer = engine_.Call(SYNCLINE_GET, Input(execution, step));
  Observation seen;
  seen.id = id;
  seen.table = step.table;
  seen.code = expected.code;
  seen.documents = {expected.value};
  execution.seen.push_back(std::move(seen));
  if (Agree(expected.code, answer)) {
    AgreeOn({expected.value}, Value::Array({answer.value.At("document")}));
  }
}

void Runner::Normalize(const Step& step) {
  const std::string id = Resolve(step.id).text;
  const Answer answer = engine_.Call(
      SYNCLINE_NORMALIZE_ID, {{"table", Value::String(*step.table)}, {"id", Value::String(id)}});
  if (!Agree("", answer)) return;
  AgreeOn({model_.Normalized(*step.table, id)}, Value::Array({answer.value.At("id")}));
}

void Runner::Open(const Step& step, Execution& execution) {
  if (streams_.count(step.name)) return;
  const Query query = Resolve(step.query);
  auto input = Input(execution, step);
  input["query"] = ToJsonValue(query);
  const Answer answer = engine_.Call(SYNCLINE_STREAM_OPEN, input);
  if (!Agree(CheckQuery(program_.schema, query), answer)) return;
  Observation seen;
  seen.what = Observation::What::kStream;
  seen.query = query;
  streams_[step.name] = {step.slot,
                         answer.value.At("stream").number,
                         query,
                         model_.depth(),
                         false,
                         {Place()},
                         execution.seen.size(),
                         0};
  execution.seen.push_back(std::move(seen));
}

void Runner::Consume(OpenStream& stream, Execution& execution, std::size_t consumed) {
  const std::size_t given = std::min(consumed, stream.places.size() - 1);
  Observation& seen = execution.seen[stream.observation];
  if (stream.before_page + given < seen.documents.size()) {
    seen.documents.resize(stream.before_page + given);
    seen.ended = false;
    seen.code.clear();
  }
  stream.places = {stream.places[given]};
  stream.before_page += given;
}

void Runner::Next(const Step& step, OpenStream& stream, Execution& execution) {
  auto input = Input(execution, step);
  input["stream"] = Value::Float(stream.id);
  input["count"] = Value::Float(static_cast<double>(step.count));
  input["consumed"] = Value::Float(static_cast<double>(step.consumed));
  const Answer answer = step.block ? engine_.CallForBlock(SYNCLINE_STREAM_BLOCK, input)
                                   : engine_.Call(SYNCLINE_STREAM_NEXT, input);
  if (stream.closed) return static_cast<void>(Agree(kInvalid, answer));
  Consume(stream, execution, step.consumed);
  const std::vector<Entry> walk = Walk(program_.schema, model_.state(), stream.query);
  Advance advance = AdvanceFrom(walk, stream.query, stream.places[0], step.count, walk.size() + 1);
  Observation& seen = execution.seen[stream.observation];
  // What was found before the row that cannot be judged is given; the error comes with the next page.
  if (advance.failed && advance.documents.empty()) {
    seen.code = kInvalid;
    return static_cast<void>(Agree(kInvalid, answer));
  }
  if (!Agree("", answer)) return;
  AgreeOn(advance.documents, answer.value.At("page"));
  // A limit that is used up is an end that both see at once.
  const bool done = answer.value.At("done").truth;
  if (done != (advance.ended || AtLimit(stream.query, advance.places.back()))) {
    return Differ(done ? "there may be more" : "done", ToJson(answer.value));
  }
  stream.places = advance.places;
  seen.documents.insert(seen.documents.end(), advance.documents.begin(), advance.documents.end());
  seen.ended = done;
}

void Runner::Close(const Step& step, OpenStream& stream, Execution& execution) {
  auto input = Input(execution, step);
  input["stream"] = Value::Float(stream.id);
  input["consumed"] = Value::Float(static_cast<double>(step.consumed));
  if (!stream.closed) Consume(stream, execution, step.consumed);
  Agree("", engine_.Call(SYNCLINE_STREAM_CLOSE, input));
  streams_.erase(step.name);
}

// --- pages ---

void Runner::DoPage(const Step& step, Execution& execution) {
  PageCall call;
  call.query = Resolve(step.query);
  call.size = step.count;
  call.rows_max = step.rows_max;
  auto input = Input(execution, step);
  input["query"] = ToJsonValue(call.query);
  input["pageSize"] = Value::Float(static_cast<double>(step.count));
  input["maximumBytesRead"] = Value::Null();
  input["maximumRowsRead"] =
      step.rows_max ? Value::Float(static_cast<double>(*step.rows_max)) : Value::Null();
  bool garbage = false;
  for (const auto& [name, page, cursor] :
       {std::tuple<const char*, int, std::optional<PageCursor>*>{"cursor", step.from, &call.from},
        {"endCursor", step.to, &call.to}}) {
    const auto found = pages_.find(page);
    if (page > 0 && found == pages_.end()) return;
    input[name] = page == 0          ? Value::Null()
                  : page == kGarbage ? Value::String("garbage")
                                     : Value::String(found->second.text);
    if (page == kGarbage) garbage = true;
    if (page > 0) *cursor = found->second.cursor;
  }
  const Answer answer = engine_.Call(SYNCLINE_PAGE, input);
  PageAnswer expected = model_.Page(call);
  if (garbage && expected.code.empty()) expected.code = kInvalid;
  Observation seen;
  seen.what = Observation::What::kPage;
  seen.page = call;
  seen.code = expected.code;
  seen.documents = expected.documents;
  seen.ended = expected.done;
  if (!garbage) execution.seen.push_back(std::move(seen));
  if (!Agree(expected.code, answer)) return;
  AgreeOn(expected.documents, answer.value.At("page"));
  if (answer.value.At("isDone").truth != expected.done) {
    return Differ(expected.done ? "isDone" : "not isDone", ToJson(answer.value));
  }
  if ((answer.value.At("pageStatus").text == "SplitRequired") != expected.stopped) {
    return Differ(expected.stopped ? "SplitRequired" : "no split required", ToJson(answer.value));
  }
  pages_[step.name] = {answer.value.At("continueCursor").text, expected.next};
  const Value split = answer.value.At("splitCursor");
  if (split.is(Kind::kString)) {
    SplitPage(Value::Object(input), expected, split.text);
  }
}

// A page that is read again in two halves holds the same documents.
void Runner::SplitPage(const Value& input, const PageAnswer& whole, const std::string& split) {
  std::map<std::string, Value> half = input.members;
  const Value end = half["endCursor"];
  half["endCursor"] = Value::String(split);
  const Answer first = engine_.Call(SYNCLINE_PAGE, half);
  if (!Agree("", first)) return;
  half["cursor"] = Value::String(split);
  half["endCursor"] = end;
  std::vector<Value> both = first.value.At("page").elements;
  half["pageSize"] = Value::Float(static_cast<double>(whole.documents.size() - both.size()));
  if (whole.documents.size() > both.size()) {
    const Answer second = engine_.Call(SYNCLINE_PAGE, half);
    if (!Agree("", second)) return;
    for (const Value& document : second.value.At("page").elements) both.push_back(document);
  }
  AgreeOn(whole.documents, Value::Array(both));
}

// --- the end ---

void Runner::EndAll() {
  while (!executions_.empty() && !difference_) {
    Step step;
    step.slot = executions_.begin()->first;
    step.what = executions_.begin()->second.mutation ? Step::Do::kCommit : Step::Do::kAbort;
    End(step, executions_.begin()->second);
  }
}

// Every index of every table, forwards and backwards.
void Runner::LookAtEverything() {
  Step begin;
  begin.now_ms = static_cast<std::uint64_t>(now_ms_);
  Begin(begin);
  if (difference_) return;
  const double execution = executions_.begin()->second.id;
  for (const Table& table : program_.schema.tables) {
    for (const char* index : {"by_id", "by_creation_time"}) LookAt(execution, table.name, index);
    for (const Index& index : table.indexes) LookAt(execution, table.name, index.name);
  }
}

void Runner::LookAt(double execution, const std::string& table, const std::string& index) {
  for (const char* order : {"asc", "desc"}) {
    Query query;
    query.table = table;
    query.index = index;
    query.order = order;
    const Answer opened =
        engine_.Call(SYNCLINE_STREAM_OPEN,
                     {{"execution", Value::Float(execution)}, {"query", ToJsonValue(query)}});
    if (!Agree("", opened)) return;
    const Answer page = engine_.Call(SYNCLINE_STREAM_NEXT, {{"execution", Value::Float(execution)},
                                                            {"stream", opened.value.At("stream")},
                                                            {"count", Value::Float(4096)},
                                                            {"consumed", Value::Float(0)}});
    if (!Agree("", page)) return;
    std::vector<Value> expected;
    for (const Entry& entry : Walk(program_.schema, model_.state(), query)) {
      expected.push_back(entry.document);
    }
    AgreeOn(expected, page.value.At("page"));
  }
}

}  // namespace

std::optional<Difference> Run(const Program& program) { return Runner(program).Run(); }

}  // namespace syncline::oracle
