// The wire: every message survives the trip, no prefix and no hostile claim is believed, and the bytes
// are pinned beside the protocol's version.
#include "shared/wire/messages.hpp"

#include <doctest/doctest.h>

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
  strict.strict = StrictReads{
      {5, 6, "scope"},
      {{{77}, {"_id"}, {{"a", "b"}, {"c", ""}}}, {{78}, {"owner", "at"}, {{"", "z"}}}}};
  Hello hello;
  hello.schema_hash = 1;
  hello.rules_hash = 2;
  hello.replica = {9};
  hello.device_ms = 1'700'000'000'000;
  hello.token = "token";
  hello.tenants = {{{"abc"}, {5, 6, "scope"}, 7}};
  Delta delta{{"abc"}, 4, {5, 6, "scope"}, true, {}};
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
          Pong{}};
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
  // Push, tenant "a", and 2^60 change sets.
  Bytes body = {2, 1, 'a'};
  PutVarint(body, std::uint64_t{1} << 60);
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

TEST_CASE(
    "a push does not grow without bound in memory: not by a long name, not by a list of nothings") {
  const auto decodes = [](const Bytes& frame) {
    ByteView view = frame;
    return TakeDeviceFrame(view).has_value();
  };
  CHECK(decodes(PushOf(16'000, "title", "text")));
  CHECK(decodes(PushOf(1, "title", std::string(900'000, 'x'))));
  CHECK_FALSE(decodes(PushOf(1000, std::string(1 << 20, 'n'), "text")));
  CHECK_FALSE(decodes(PushOf(1, "title", Array(std::size_t{2} << 20, Null{}))));
  CHECK_FALSE(decodes(PushOf(1000, "title", Array(std::size_t{1} << 14, Null{}))));
  CHECK(decodes(PushOfReads(kStrictStretchesMax)));
  CHECK_FALSE(decodes(PushOfReads(std::size_t{8} << 20)));
}

TEST_CASE("what is the relay's to send is not decoded from a device") {
  for (const Message& message : EveryMessage()) {
    const Bytes frame = EncodeFrame(message);
    ByteView view = frame;
    const bool devices =
        std::holds_alternative<Hello>(message) || std::holds_alternative<Push>(message) ||
        std::holds_alternative<Renew>(message) || std::holds_alternative<Ping>(message);
    CHECK(TakeDeviceFrame(view).has_value() == devices);
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
  CHECK(Fnv1a64(all) == 11160091259164324626u);
}

TEST_CASE("an unknown message type and an unknown code are refused with a sentence") {
  for (const Bytes& frame : {Bytes("\x01\x63", 2), Bytes("\x03\x0A\x63\x00", 4)}) {
    ByteView view = frame;
    const auto decoded = TakeFrame(view);
    REQUIRE_FALSE(decoded);
    CHECK(!decoded.error().message.empty());
  }
}

TEST_CASE("a one-cell change set is small") {
  ChangeSet change_set;
  change_set.replica = {9};
  change_set.number = 3;
  change_set.time = HybridTime::FromUnixMs(1'700'000'000'000);
  change_set.rows = {Change(Key(2), 1, {{"a", Value(1.0)}})};
  MESSAGE("a one-cell change set has ", EncodeChangeSet(change_set).size(), " bytes");
  CHECK(EncodeChangeSet(change_set).size() < 64);
}

}  // namespace
}  // namespace syncline
