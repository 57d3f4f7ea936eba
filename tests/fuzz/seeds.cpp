// Writes what the fuzzers begin with: real encodings, a folder a fuzzer. Usage: fuzz_seeds FOLDER.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "shared/value/json.hpp"
#include "shared/value/key.hpp"
#include "shared/wire/messages.hpp"
#include "tests/fuzz/cursor_query.hpp"

namespace syncline {
namespace {

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void Add(const char* fuzzer, ByteView bytes) {
    std::filesystem::create_directories(folder_ / fuzzer);
    std::ofstream file(folder_ / fuzzer / std::to_string(++count_), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path folder_;
  int count_ = 0;
};

RowKey Key(unsigned char tag) {
  RowKey key{{77}, {}};
  key.id.bytes.fill(tag);
  return key;
}

RowChange Change(unsigned char tag, std::uint32_t length, std::vector<FieldWrite> writes) {
  RowChange change;
  change.key = Key(tag);
  change.length = length;
  change.writes = std::move(writes);
  return change;
}

// Every kind of row, write and edit.
std::vector<RowChange> Changes() {
  RowChange insert = Change(1, 1, {{"a", 1.0}, {"b", Null{}}, {"o", Object()}});
  insert.whole = true;
  insert.creation_time = 1'700'000'000'000.5;
  RowChange edits = Change(2, 1, {});
  edits.edits.push_back({"n", CounterEdit{2.0}});
  SetEdit set;
  set.counter = 3;
  set.added = {"x"};
  set.removed.push_back({"y", {{1, {9}}}});
  edits.edits.push_back({"s", std::move(set)});
  ListEdit list;
  list.inserted.push_back({kNoElement, {0, {9}}, 4, {"x", 1.0}});
  list.moved.push_back({{0, {9}}, kNoElement, {1, {9}}, 6});
  list.written.push_back({{1, {9}}, "leaf", true});
  list.removed.push_back({2, {9}});
  edits.edits.push_back({"l", std::move(list)});
  TextEdit text;
  text.inserted.push_back({kNoElement, {0, {9}}, 7, "typed"});
  text.deleted.push_back({{0, {9}}, 2});
  edits.edits.push_back({"t", std::move(text)});
  return {insert, edits, Change(3, 1, {{"a", -0.5}}), Change(4, 2, {})};
}

ChangeSet ChangeSetOf(std::uint64_t number) {
  ChangeSet change_set;
  change_set.replica = {9};
  change_set.number = number;
  change_set.time = HybridTime::FromUnixMs(1'700'000'000'000 + 1500 * number);
  change_set.rows = Changes();
  if (number == 3) {
    change_set.strict = StrictReads{{5, 6, "scope"}, {{{77}, {"owner"}, {{"a", "b"}, {"c", ""}}}}};
  }
  return change_set;
}

RowState State() {
  RowState state;
  state.clock.length = 1;
  state.clock.whole = {{1000}, {9}};
  state.clock.exceptions["title"] = {{1001}, {10}};
  state.creation_time = 1234.5;
  state.fields["title"] = Value("Kickoff");
  state.fields["end"] = Value(2.0);
  state.contents["t"] = "content";
  return state;
}

Delta DeltaTo(std::uint64_t seq) {
  Delta delta{{}, {5, seq, "scope"}, false, {}};
  for (const RowChange& change : Changes()) {
    delta.rows.push_back(
        {DeltaRow::Kind::kChange, change.key, {}, change, {{1000 + (seq << 20)}, {9}}});
  }
  delta.rows.push_back({DeltaRow::Kind::kState, Key(5), State(), {}, {}});
  delta.rows.push_back({DeltaRow::Kind::kForget, Key(1), {}, {}, {}});
  return delta;
}

void AddFrames(Seeds& seeds) {
  Hello hello;
  hello.replica = {9};
  hello.token = "token";
  hello.tenants.emplace_back();
  hello.tenants.back().tenant = {"abc"};
  hello.tenants.back().cursor = {5, 6, "scope"};
  const Delta delta = DeltaTo(7);
  const Refusal refusal{3, Code::kDenied, "no", "t", "id", "t: r"};
  for (const Message& message :
       {Message(hello), Message(Push{{"abc"}, {ChangeSetOf(1), ChangeSetOf(3)}}),
        Message(Renew{"token"}), Message(Ping{}), Message(Welcome{1, -5, {{"abc"}}}),
        Message(delta), Message(Chunk{{"abc"}, 1, {delta.rows[4]}}),
        Message(Verdict{{"abc"}, 3, 6, -250, {{2, {1000}}}, {refusal}}), Message(Left{{"abc"}}),
        Message(Fault{Code::kInvalid, "why"}), Message(Pong{}), Message(About{0, {"abc"}}),
        Message(Again{{"abc"}, 3})}) {
    seeds.Add("frame_fuzz", EncodeFrame(message));
  }
  wire::Memory pushes, deltas;
  RelayTenants tenants;
  Bytes from_device("\0", 1), from_relay("\1", 1);
  from_relay += tenants.About({"abc"});
  for (std::uint64_t number = 1; number < 4; ++number) {
    from_device +=
        EncodeFrame(Push{{number == 2 ? "other" : "abc"}, {ChangeSetOf(number)}}, &pushes);
    from_relay += EncodeFrame(DeltaTo(number), &deltas);
  }
  from_relay +=
      tenants.About({"other"}) + tenants.About({"abc"}) + EncodeFrame(DeltaTo(9), &deltas);
  seeds.Add("stream_fuzz", from_device);
  seeds.Add("stream_fuzz", from_relay);
}

constexpr char kApplication[] =
    R"({"schema":{"tables":[{"tableName":"teams","indexes":[],"documentType":{"type":"object",)"
    R"("value":{"name":{"fieldType":{"type":"string"},"optional":false}}}},)"
    R"({"tableName":"people","indexes":[{"indexDescriptor":"by_email","fields":["email"]}],)"
    R"("documentType":{"type":"object","value":{"team":{"fieldType":{"type":"id",)"
    R"("tableName":"teams"},"optional":false},"email":{"fieldType":{"type":"string"},)"
    R"("optional":false},"role":{"fieldType":{"type":"string"},"optional":false},)"
    R"("likes":{"fieldType":{"type":"number"},"merge":"counter","optional":true},)"
    R"("notes":{"fieldType":{"type":"string"},"merge":"text","optional":true}}}}],)"
    R"("schemaValidation":true},"rules":{"tenancy":{"root":"teams","fields":{"people":"team"}},)"
    R"("membership":{"table":"people","field":"email","claim":"email","role":"role"},)"
    R"("tables":{"people":{"read":[{"name":"all","message":"No.","allow":["true"]}]}}}})";

// Of the table that rules_fuzz.cpp has.
constexpr char kTableRules[] =
    R"({"read":[{"name":"a","message":"b","allow":["true"]}],"insert":[{"name":"a","message":"b",)"
    R"("allow":["missing","tasks","by_who",["row","who"]]}],"checks":[{"name":"c","message":"m",)"
    R"("allow":["and",["matches",["row","s"],"^a+$"],["lte",["length",["row","o.s"]],)"
    R"(["literal",3]]]}],"unique":[{"name":"u","message":"m","fields":["n","o.s"],)"
    R"("where":["ne",["row","n"],["literal",1]]}],"transitions":[{"field":"s",)"
    R"("initial":["draft"],"moves":[{"from":["draft"],"to":["active"],"roles":["member"],)"
    R"("when":["changed","n"]}]}],"references":[{"field":"who","onDelete":"cascade"},)"
    R"({"field":"all","onDelete":"setUndefined"}],"history":{"days":3}})";

void AddCursors(Seeds& seeds) {
  CursorQuery query;
  PageRequest request;
  request.size = 2;
  const Result<QueryPage> page = query.Page(request);
  CHECK(page);
  request.size = 4;
  const Result<QueryPage> longer = query.Page(request);
  CHECK(longer);
  seeds.Add("cursor_fuzz", page->continue_cursor);
  seeds.Add("cursor_fuzz", page->continue_cursor + "\n" + longer->continue_cursor);
}

void AddAll(Seeds& seeds) {
  AddCursors(seeds);
  AddFrames(seeds);
  seeds.Add("row_fuzz", EncodeRowState(State()));
  seeds.Add("row_fuzz", EncodeChangeSet(ChangeSetOf(1)));
  seeds.Add("row_fuzz", EncodeChangeSet(ChangeSetOf(3)));
  seeds.Add("row_fuzz", EncodeRowClock(State().clock));
  const Result<Value> json = ParseJson(
      R"({"a":[1,-0.5,null,true,"text",{"$integer":"AQAAAAAAAAA="},{"$bytes":"AAE="}],"b":{}})");
  CHECK(json);
  seeds.Add("json_fuzz", ToJson(*json));
  seeds.Add("key_fuzz", EncodeKey(*json) + EncodeKey(Value(-3.25)));
  seeds.Add("application_fuzz", kApplication);
  seeds.Add("pattern_fuzz", "^(a|b)*[a-c]{2,3}\\d+$\nab12");
  seeds.Add("pattern_fuzz", "(x+x+)+y|\\u{1F600}\\w?[^é-\\]]\nxxxx");
  seeds.Add("rules_fuzz", kTableRules);
}

}  // namespace
}  // namespace syncline

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  syncline::Seeds seeds(arguments[1]);
  syncline::AddAll(seeds);
  return 0;
}
