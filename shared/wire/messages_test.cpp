// The wire: every message survives the trip, no prefix and no hostile claim is believed, and the bytes
// are pinned beside the protocol's version.
#include "shared/wire/messages.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/base/hash.hpp"
#include "shared/base/random.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

RowKey Key(unsigned char tag) {
  RowKey key{{77}, {}};
  key.id.bytes.fill(tag);
  return key;
}

RowState State() {
  RowState state;
  state.clock.length = 1;
  state.clock.whole = {{1000}, {9}};
  state.clock.exceptions["title"] = {{1001}, {10}};
  state.creation_time = 1234.5;
  state.fields["title"] = Value("Kickoff");
  state.fields["end"] = Value(2.0);
  return state;
}

RowChange Change(const RowKey& key, std::uint32_t length, std::vector<FieldWrite> writes) {
  RowChange change;
  change.key = key;
  change.length = length;
  change.writes = std::move(writes);
  return change;
}

std::vector<Message> EveryMessage() {
  ChangeSet change_set;
  change_set.replica = {9};
  change_set.number = 3;
  change_set.time = {1002};
  change_set.rows = {Change(Key(1), 1, {{"a", 1.0}, {"b", Null{}}}),
                     Change(Key(2), 1, {{"a", Value()}}), Change(Key(3), 2, {})};
  change_set.rows[0].whole = true;
  change_set.rows[0].creation_time = 5;
  ChangeSet strict{{9}, 4, {1003}, {Change(Key(3), 2, {})}};
  strict.strict =
      StrictReads{{5, 6, "scope"},
                  {{{77}, {"_id"}, {{"a", "b"}, {"c", ""}}}, {{78}, {"owner", "at"}, {{"", "z"}}}}};
  Hello hello;
  hello.schema_hash = 1;
  hello.rules_hash = 2;
  hello.replica = {9};
  hello.device_ms = 1'700'000'000'000;
  hello.token = "token";
  hello.tenants = {{{"abc"}, {5, 6, "scope"}, 7}};
  Delta delta{{"abc"}, {5, 6, "scope"}, true, {}};
  delta.rows.push_back({DeltaRow::Kind::kState, Key(1), State(), {}, {}});
  delta.rows.push_back({DeltaRow::Kind::kChange, Key(2), {}, change_set.rows[1], {{7}, {9}}});
  delta.rows.push_back({DeltaRow::Kind::kForget, Key(3), {}, {}, {}});
  Chunk chunk{{"abc"}, 1, {delta.rows[0]}};
  Verdict verdict{
      {"abc"}, 3, 6, -250, {{2, {1000}}}, {{3, Code::kDenied, "no", "t", "id", "t: r"}}};
  return {hello,
          Push{{"abc"}, {change_set, strict}},
          Renew{"token"},
          Ping{},
          Welcome{1, -5, {{"abc"}}},
          delta,
          chunk,
          verdict,
          Left{{"abc"}},
          Fault{Code::kInvalid, "why"},
          Pong{},
          About{0, {"abc"}},
          About{3, {}},
          Again{{"abc"}, 3}};
}

TEST_CASE("every message encodes, decodes and encodes to the same bytes") {
  for (const Message& message : EveryMessage()) {
    const Bytes frame = EncodeFrame(message);
    ByteView view = frame;
    const auto decoded = TakeFrame(view);
    REQUIRE_MESSAGE(decoded, (decoded ? "" : decoded.error().message));
    CHECK(view.empty());
    CHECK(decoded->index() == message.index());
    CHECK(EncodeFrame(*decoded) == frame);
  }
}

TEST_CASE("several frames make one message") {
  Bytes message;
  for (const Message& one : EveryMessage()) message += EncodeFrame(one);
  ByteView view = message;
  std::size_t count = 0;
  for (; !view.empty(); ++count) REQUIRE(TakeFrame(view));
  CHECK(count == EveryMessage().size());
}

TEST_CASE("a frame that is cut short or carries more than its message is refused") {
  for (const Message& message : EveryMessage()) {
    const Bytes frame = EncodeFrame(message);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      ByteView cut = ByteView(frame).substr(0, size);
      CHECK_FALSE(TakeFrame(cut));
      // The same, with a size in front that agrees with the cut.
      ByteView rest = frame;
      std::uint64_t claimed = 0;
      REQUIRE(TakeVarint(rest, claimed));
      if (size == 0 || size >= rest.size()) continue;
      Bytes lying;
      PutVarint(lying, size);
      lying += rest.substr(0, size);
      ByteView view = lying;
      CHECK_FALSE(TakeFrame(view));
    }
    ByteView rest = frame;
    std::uint64_t size = 0;
    REQUIRE(TakeVarint(rest, size));
    Bytes longer;
    PutVarint(longer, size + 1);
    longer += rest;
    longer += '\0';
    ByteView view = longer;
    CHECK_FALSE(TakeFrame(view));
  }
}

TEST_CASE("a list that claims more than there is costs nothing") {
  // A fresh push of 1000 change sets; replica 0, tenant "a", and a change set of 2^60 rows.
  Bytes body = {2};
  PutVarint(body, 1000 * 8 + 5);
  body += Bytes(9, '\0') + Bytes{0, 1, 'a'};
  PutVarint(body, std::uint64_t{1} << 62);
  Bytes frame;
  PutVarint(frame, body.size());
  frame += body;
  ByteView view = frame;
  CHECK_FALSE(TakeFrame(view));
}

// A push of one change set whose rows all write the one field `name`.
Bytes PushOf(std::size_t rows, const std::string& name, const Value& value) {
  ChangeSet change_set;
  change_set.replica = {9};
  change_set.number = 1;
  change_set.time = {1};
  for (std::size_t i = 0; i < rows; ++i) {
    change_set.rows.push_back(Change(Key('i'), 1, {{name, value}}));
  }
  return EncodeFrame(Push{{"a"}, {change_set}});
}

// A push of one strict change set, which read `count` times the same stretch of two bytes.
Bytes PushOfReads(std::size_t count) {
  ChangeSet change_set;
  change_set.strict = StrictReads{{5, 6, ""}, {{{77}, {}, {}}}};
  Bytes body = EncodeFrame(Push{{"a"}, {change_set}});
  body.erase(0, 1);  // the size of a small frame
  body.pop_back();   // the count of stretches, which come last
  PutVarint(body, count);
  body.append(2 * count, '\0');
  Bytes frame;
  PutVarint(frame, body.size());
  return frame + body;
}
// A push of one change set that changes one row again and again.
Bytes PushOfRepeats(std::size_t count) {
  ChangeSet change_set;
  change_set.rows.assign(count, Change(Key('i'), 1, {}));
  return EncodeFrame(Push{{"a"}, {change_set}});
}
// Edits whose lists have a great many elements of a byte or a few each, as pushes.
std::vector<Bytes> PushesOfNothings() {
  const Bytes null = EncodeKey(Null{});
  struct Shape {
    Edit empty;
    std::size_t integers;  // of the empty edit, each a byte 0
    Bytes before, element, after;
  };
  const auto zeros = [](std::size_t count) { return Bytes(count, '\0'); };
  const std::vector<Shape> shapes = {
      {SetEdit{}, 3, zeros(1), null, zeros(1)},                  // added
      {SetEdit{}, 3, zeros(2), null + zeros(1), {}},             // removed
      {SetEdit{}, 3, zeros(2) + Bytes{1} + null, zeros(1), {}},  // removed, seen
      {ListEdit{}, 4, {}, zeros(4), zeros(3)},                   // inserted
      {ListEdit{}, 4, Bytes{1} + zeros(3), null, zeros(3)},      // inserted, elements
      {ListEdit{}, 4, zeros(1), zeros(4), zeros(2)},             // moved
      {ListEdit{}, 4, zeros(2), zeros(2) + null, zeros(1)},      // written
      {ListEdit{}, 4, zeros(3), zeros(1), {}},                   // removed
      {TextEdit{}, 2, {}, zeros(4), zeros(1)},                   // inserted
      {TextEdit{}, 2, zeros(1), zeros(2), {}},                   // deleted
  };
  std::vector<Bytes> frames;
  for (const Shape& shape : shapes) {
    ChangeSet change_set;
    change_set.rows = {Change(Key('i'), 1, {})};
    change_set.rows[0].edits = {{"items", shape.empty}};
    Bytes body = EncodeFrame(Push{{"a"}, {change_set}});
    body.erase(0, 1);  // the size of a small frame
    body.resize(body.size() - shape.integers);
    const std::size_t count = (std::size_t{32} << 20) / shape.element.size();
    body += shape.before;
    PutVarint(body, count);
    for (std::size_t i = 0; i < count; ++i) body += shape.element;
    Bytes frame;
    PutVarint(frame, body.size() + shape.after.size());
    frames.push_back(frame + body + shape.after);
  }
  return frames;
}

TEST_CASE(
    "a push does not grow without bound in memory: not by a long name, not by a list of nothings") {
  const auto decodes = [](const Bytes& frame) {
    ByteView view = frame;
    return TakeDeviceFrame(view, nullptr).has_value();
  };
  CHECK(decodes(PushOf(16'000, "title", "text")));
  CHECK(decodes(PushOf(1, "title", std::string(900'000, 'x'))));
  CHECK_FALSE(decodes(PushOf(1'000'000, std::string(250, 'n'), "text")));
  CHECK(decodes(PushOfRepeats(16'000)));
  CHECK_FALSE(decodes(PushOfRepeats(4'000'000)));
  CHECK_FALSE(decodes(PushOf(1, "title", Array(std::size_t{2} << 20, Null{}))));
  CHECK_FALSE(decodes(PushOf(1000, "title", Array(std::size_t{1} << 14, Null{}))));
  CHECK(decodes(PushOfReads(kStrictStretchesMax)));
  CHECK_FALSE(decodes(PushOfReads(std::size_t{8} << 20)));
  for (const Bytes& frame : PushesOfNothings()) CHECK_FALSE(decodes(frame));
}

TEST_CASE("what is the relay's to send is not decoded from a device") {
  for (const Message& message : EveryMessage()) {
    const Bytes frame = EncodeFrame(message);
    ByteView view = frame;
    const bool devices =
        std::holds_alternative<Hello>(message) || std::holds_alternative<Push>(message) ||
        std::holds_alternative<Renew>(message) || std::holds_alternative<Ping>(message);
    CHECK(TakeDeviceFrame(view, nullptr).has_value() == devices);
  }
}

TEST_CASE("bytes changed at random never crash the decoder, and what decodes encodes again") {
  Random random(7);
  const std::vector<Message> messages = EveryMessage();
  for (int round = 0; round < 50'000; ++round) {
    Bytes frame = EncodeFrame(messages[random.Below(messages.size())]);
    for (std::uint64_t i = 1 + random.Below(3); i > 0; --i) {
      frame[random.Below(frame.size())] = static_cast<char>(random.Below(256));
    }
    ByteView view = frame;
    const auto decoded = TakeFrame(view);
    if (decoded) {
      const Bytes again = EncodeFrame(*decoded);
      ByteView second = again;
      CHECK(TakeFrame(second));
    }
  }
}

// Whoever changes the bytes must change kProtocolVersion too, and then this hash.
TEST_CASE("the bytes of protocol version 2 are pinned") {
  Bytes all;
  for (const Message& message : EveryMessage()) all += EncodeFrame(message);
  CHECK(kProtocolVersion == 2);
  CHECK(Fnv1a64(all) == 4900548366458651624u);
}

TEST_CASE("an unknown message type and an unknown code are refused with a sentence") {
  for (const Bytes& frame : {Bytes("\x01\x63", 2), Bytes("\x03\x0A\x63\x00", 4)}) {
    ByteView view = frame;
    const auto decoded = TakeFrame(view);
    REQUIRE_FALSE(decoded);
    CHECK(!decoded.error().message.empty());
  }
}

// The pushes of a device and the deltas that tell of them, as frames that lean on each other.
struct Conversation {
  wire::Memory device, relay, deltas;
  RelayTenants told;
  RelayFrames frames;
  std::uint64_t number = 0;
  std::uint64_t ms = 1'700'000'000'000;
  Bytes last_push;

  // Sends the rows both ways; gives the bytes of the push and of the delta.
  std::pair<std::size_t, std::size_t> Carry(const std::vector<RowChange>& rows,
                                            const TenantId& tenant = {"abc"}) {
    ChangeSet change_set;
    change_set.replica = {0x123456789ABCDEF};
    change_set.number = ++number;
    change_set.time = HybridTime::FromUnixMs(ms += 1500);
    change_set.rows = rows;
    const Bytes push = last_push = EncodeFrame(Push{tenant, {change_set}}, &device);
    ByteView in = push;
    const Result<Message> pushed = TakeDeviceFrame(in, &relay);
    REQUIRE_MESSAGE(pushed, (pushed ? "" : pushed.error().message));
    const auto& taken = std::get<Push>(*pushed);
    CHECK(taken.tenant == tenant);
    REQUIRE(taken.change_sets.size() == 1);
    CHECK(EncodeChangeSet(taken.change_sets.front()) == EncodeChangeSet(change_set));

    Delta delta{{}, {7, 1'000'000 + number, "0123456789abcdef:member"}, false, {}};
    for (const RowChange& row : rows) {
      delta.rows.push_back({DeltaRow::Kind::kChange, row.key, {}, row, change_set.stamp()});
    }
    const Bytes about = told.About(tenant);
    if (ByteView head = about; !about.empty()) REQUIRE(frames.Take(head));
    const Bytes sent = EncodeFrame(delta, &deltas);
    in = sent;
    const Result<Message> heard = frames.Take(in);
    REQUIRE_MESSAGE(heard, (heard ? "" : heard.error().message));
    Delta same = std::get<Delta>(*heard);
    CHECK(same.tenant == tenant);
    same.tenant = {};
    CHECK(EncodeFrame(same) == EncodeFrame(delta));
    return {push.size(), sent.size()};
  }
};

RowKey RandomKey(Random& random) {
  RowKey key{{123'456'789}, {}};
  for (unsigned char& byte : key.id.bytes) byte = static_cast<unsigned char>(random.Below(256));
  // Made within some days.
  key.id.bytes[0] = 1;
  key.id.bytes[1] = 0x8B;
  key.id.bytes[2] = 0xCF;
  return key;
}

TEST_CASE("frames of a stream lean on those before: one cell takes at most 29 bytes") {
  Random random(3);
  Conversation talk;
  const RowKey first = RandomKey(random), second = RandomKey(random);
  talk.Carry({Change(first, 1, {{"title", "Kickoff"}, {"score", 1.0}})});
  const auto told = talk.Carry({Change(second, 1, {{"score", 42.0}})});
  const auto steady = talk.Carry({Change(second, 1, {{"score", 43.0}})});
  MESSAGE("one cell: ", told.first, " bytes to the relay and ", told.second,
          " from it when the row is new to the connection; then ", steady.first, " and ",
          steady.second);
  CHECK(told.first <= 29);
  CHECK(told.second <= 29);
  CHECK(steady.first <= 14);
  CHECK(steady.second <= 15);
  // The example of messages.hpp.
  CHECK(talk.last_push == Bytes("\x0A\x02\x08\x04\xF0\x2E\x01\x04\x01\x16\x56", 11));
}

TEST_CASE("a batch of cells takes a few bytes each") {
  Random random(4);
  for (const std::size_t rows : {std::size_t{10}, std::size_t{1000}}) {
    Conversation talk;
    std::vector<RowChange> batch;
    for (std::size_t i = 0; i < rows; ++i) {
      RowChange change = Change(RandomKey(random), 1, {});
      for (std::size_t n = 0; n < 1000 / rows; ++n) {
        change.writes.push_back({"field" + std::to_string(100 + n), static_cast<double>(n)});
      }
      batch.push_back(std::move(change));
    }
    std::sort(batch.begin(), batch.end(),
              [](const RowChange& a, const RowChange& b) { return a.key < b.key; });
    const auto told = talk.Carry(batch), again = talk.Carry(batch);
    MESSAGE("1,000 cells of ", rows, " rows: ", told.first, " bytes to the relay, ", told.second,
            " from it; again ", again.first, " and ", again.second);
    CHECK(again.first < (rows == 10 ? 6'000 : 20'000));
    CHECK(again.second < (rows == 10 ? 6'000 : 20'000));
  }
}

TEST_CASE("streams of several tenants do not mix, and their memories stay bounded") {
  Random random(5);
  Conversation talk;
  std::vector<RowKey> keys;
  for (int i = 0; i < 600; ++i) keys.push_back(RandomKey(random));
  for (int round = 0; round < 3000; ++round) {
    // A stream of deltas belongs to one tenant, and pushes share one.
    if (random.Below(50) == 0) talk.deltas = {};
    std::vector<RowChange> rows;
    for (std::uint64_t i = random.Below(4); i > 0; --i) {
      rows.push_back(Change(keys[random.Below(keys.size())],
                            static_cast<std::uint32_t>(random.Below(4)),
                            {{"name" + std::to_string(random.Below(5000)), Value(-0.0)}}));
      rows.back().key.table.value += static_cast<std::uint32_t>(random.Below(700));
      if (rows.back().deletes()) rows.back().writes.clear();
    }
    talk.Carry(rows, {"abc"});
  }
  Conversation many;
  for (int round = 0; round < 3000; ++round) {
    many.deltas = {};
    many.Carry({Change(keys[random.Below(keys.size())], 1, {{"a", 1.5}})},
               {"tenant" + std::to_string(random.Below(700))});
  }
}

TEST_CASE("a frame that leans on what was not told is refused, and so is its stream's end") {
  Conversation talk;
  Random random(6);
  const RowKey key = RandomKey(random);
  talk.Carry({Change(key, 1, {{"a", 1.0}})});
  ChangeSet change_set;
  change_set.number = 2;
  change_set.rows = {Change(key, 1, {{"a", 2.0}})};
  const Bytes push = EncodeFrame(Push{{"abc"}, {change_set}}, &talk.device);
  const Bytes delta =
      EncodeFrame(Delta{{}, {7, 1'000'002, "0123456789abcdef:member"}, false, {}}, &talk.deltas);
  wire::Memory nothing;
  for (wire::Memory* stream : {static_cast<wire::Memory*>(nullptr), &nothing}) {
    ByteView in = push;
    CHECK_FALSE(TakeDeviceFrame(in, stream));
  }
  ByteView in = delta;
  CHECK_FALSE(TakeFrame(in));
  in = delta;
  CHECK_FALSE(RelayFrames().Take(in));
  const Bytes untold("\x02\x0C\x05", 3);
  in = untold;
  CHECK_FALSE(RelayFrames().Take(in));
}

TEST_CASE("Hello of another version is read as far as its version, whatever follows") {
  for (const Bytes& frame : {Bytes("\x02\x01\x01", 3), Bytes("\x05\x01\x63\xFF\xFF\xFF", 6)}) {
    ByteView in = frame;
    const Result<Message> hello = TakeDeviceFrame(in, nullptr);
    REQUIRE(hello);
    CHECK(std::get<Hello>(*hello).protocol != kProtocolVersion);
  }
}

TEST_CASE("what version 1 stored is read") {
  // A change set by replica 9, number 3, at 1002, of one row that writes a = 1.0, and nothing more.
  Bytes stored = {0};
  PutFixed64(stored, 9);
  stored += Bytes{3};
  PutVarint(stored, 1002);
  stored += Bytes{1, 77} + Bytes(16, 'i') + Bytes{1, 0, 1, 0, 1, 'a'} + EncodeKey(1.0);
  const Result<ChangeSet> change_set = DecodeChangeSet(stored);
  REQUIRE(change_set);
  CHECK(change_set->stamp() == Stamp{{1002}, {9}});
  REQUIRE(change_set->rows.size() == 1);
  CHECK(change_set->rows[0].key == Key('i'));
  CHECK(EncodeKey(change_set->rows[0].writes.at(0).value) == EncodeKey(1.0));
  CHECK_FALSE(change_set->strict);
  // The same row as it was confirmed.
  Bytes state = {1};
  PutVarint(state, 1002);
  state += Bytes{0};
  PutFixed64(state, 9);
  state += Bytes{0};
  PutFixed64(state, 0x4014000000000000);
  state += Bytes{1, 0, 1, 'a'} + EncodeKey(1.0);
  const Result<RowState> confirmed = DecodeRowState(state);
  REQUIRE(confirmed);
  CHECK(confirmed->creation_time == 5);
  CHECK(EncodeKey(confirmed->fields.at("a")) == EncodeKey(1.0));
}

TEST_CASE("a stored record tells each of its names once, as version 1 did, however long or many") {
  // Version 1's: a row that was written at 1 by replica 9, and in its long field at 2.
  const std::string name(300, 'n');
  Bytes state = {1, 1, 0};
  PutFixed64(state, 9);
  state += Bytes{1, 0};
  PutVarint(state, name.size());
  state += name + Bytes{2, 0};
  PutFixed64(state, 0x4014000000000000);
  state += Bytes{2, 1, 1, 'a'} + EncodeKey(1.0) + Bytes{0} + EncodeKey("text");
  const Result<RowState> confirmed = DecodeRowState(state);
  REQUIRE(confirmed);
  CHECK(confirmed->clock.exceptions.at(name) == Stamp{{2}, {9}});
  CHECK(EncodeKey(confirmed->fields.at(name)) == EncodeKey("text"));
  CHECK(EncodeKey(confirmed->fields.at("a")) == EncodeKey(1.0));
  // More names and replicas than a stream of frames remembers.
  RowState wide = *confirmed;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const std::string field = "f" + std::to_string(i);
    wide.clock.exceptions[field] = {{3 + i}, {10 + i}};
    wide.fields[field] = static_cast<double>(i);
  }
  const Bytes stored = EncodeRowState(wide);
  const Result<RowState> again = DecodeRowState(stored);
  REQUIRE(again);
  CHECK(EncodeRowState(*again) == stored);
  std::size_t told = 0;
  for (std::size_t at = stored.find("f2999"); at != Bytes::npos;
       at = stored.find("f2999", at + 1)) {
    ++told;
  }
  CHECK(told == 1);
}

}  // namespace
}  // namespace syncline
