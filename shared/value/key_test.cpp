// Laws and vectors of the key encoding.
#include "shared/value/key.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "shared/value/arbitrary.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

int Sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

std::string Hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[c & 15];
  }
  return hex;
}

Bytes FromHex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

bool StartsWith(ByteView text, ByteView prefix) { return text.substr(0, prefix.size()) == prefix; }

TEST_CASE("values have these bytes") {
  Object object;
  object.Set("a", Null{});
  object.Set("b", Array{});
  const std::pair<Value, const char*> vectors[] = {
      {Undefined{}, "01"},
      {Null{}, "03"},
      {std::int64_t{0}, "08"},
      {std::int64_t{1}, "0901"},
      {std::int64_t{255}, "09FF"},
      {std::int64_t{256}, "0A0100"},
      {std::int64_t{65536}, "0B00010000"},
      {std::int64_t{4294967296}, "0C0000000100000000"},
      {std::int64_t{-1}, "07FF"},
      {std::int64_t{-256}, "0700"},
      {std::int64_t{-257}, "06FEFF"},
      {std::numeric_limits<std::int64_t>::min(), "048000000000000000"},
      {1.0, "0DBFF0000000000000"},
      {-1.0, "0D400FFFFFFFFFFFFF"},
      {0.0, "0D8000000000000000"},
      {-0.0, "0D7FFFFFFFFFFFFFFF"},
      {false, "0E"},
      {true, "0F"},
      {"", "1000"},
      {std::string("a\0\x01\x02", 4),
       "10610101010202"
       "00"},
      {BytesValue{"\xFF"}, "11FF00"},
      {Array{"a", 1.0}, "121061000DBFF000000000000000"},
      {object,
       "15106100031062001200"
       "00"},
  };
  for (const auto& [value, hex] : vectors) {
    CHECK(Hex(EncodeKey(value)) == hex);
    const Result<Value> decoded = DecodeKey(FromHex(hex));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == value);
  }
}

TEST_CASE("law: memcmp of keys is the order of values, and no key is a prefix of another") {
  Arbitrary arbitrary(2);
  for (int i = 0; i < 100'000; ++i) {
    const Value a = arbitrary.AnyValue();
    const Value b = arbitrary.AnyValue();
    const Bytes key_a = EncodeKey(a);
    const Bytes key_b = EncodeKey(b);
    const int order = Sign(Compare(a, b));
    const bool same_order = Sign(key_a.compare(key_b)) == order;
    const bool prefix_free = order == 0 || !StartsWith(key_a, key_b);
    const bool holds = same_order && prefix_free;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", ToJson(a), " ", ToJson(b));
  }
}

TEST_CASE("law: neighbours in the order of strings and bytes, escapes included") {
  Arbitrary arbitrary(3);
  for (int i = 0; i < 100'000; ++i) {
    const bool text = arbitrary.Below(2) == 0;
    const Value a = text ? Value(arbitrary.Text()) : Value(BytesValue{arbitrary.Raw()});
    const Value b = text ? Value(arbitrary.Text()) : Value(BytesValue{arbitrary.Raw()});
    const Value after = arbitrary.AnyValue(1);
    // What follows a key must not disturb the order of what differs before it.
    const Bytes key_a = EncodeKey(a) + EncodeKey(after);
    const Bytes key_b = EncodeKey(b);
    const int order = Sign(Compare(a, b));
    const bool holds = order == 0 || Sign(key_a.compare(key_b)) == order;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", ToJson(a), " ", ToJson(b));
  }
}

TEST_CASE("law: keys come back as they were, one after another") {
  Arbitrary arbitrary(4);
  for (int i = 0; i < 50'000; ++i) {
    const Value a = arbitrary.AnyValue(4);
    const Value b = arbitrary.AnyValue(4);
    const Bytes keys = EncodeKey(a) + EncodeKey(b);
    ByteView rest = keys;
    ByteView skipped = keys;
    const Result<Value> first = TakeKey(rest);
    const bool skips = SkipKey(skipped) && skipped.size() == rest.size();
    const bool holds = first && *first == a && skips && *DecodeKey(rest) == b;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", ToJson(a), " ", ToJson(b));
  }
}

TEST_CASE("law: a key that lost its end is refused") {
  Arbitrary arbitrary(5);
  for (int i = 0; i < 5'000; ++i) {
    const Bytes key = EncodeKey(arbitrary.AnyValue());
    for (std::size_t size = 0; size < key.size(); ++size) {
      const ByteView cut(key.data(), size);
      ByteView skipped = cut;
      const bool refused = !DecodeKey(cut) && !SkipKey(skipped);
      REQUIRE_MESSAGE(refused, Hex(key), " cut to ", size);
    }
  }
}

TEST_CASE("law: changed bytes are refused or are the one encoding of another value") {
  Arbitrary arbitrary(6);
  for (int i = 0; i < 100'000; ++i) {
    Bytes key = EncodeKey(arbitrary.AnyValue());
    for (std::size_t n = arbitrary.Below(3) + 1; n > 0; --n) {
      key[arbitrary.Below(key.size())] =
          static_cast<char>(arbitrary.Below(2) == 0 ? arbitrary.Below(0x18) : arbitrary.Bits());
    }
    const Result<Value> decoded = DecodeKey(key);
    const bool holds = !decoded || EncodeKey(*decoded) == key;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", Hex(key));
    ByteView skipped = key;
    const bool skips = !decoded || (SkipKey(skipped) && skipped.empty());
    REQUIRE_MESSAGE(skips, "case ", i, ": ", Hex(key));
  }
}

TEST_CASE("what is not canonical is refused") {
  for (const std::string hex : {
           "",    // nothing
           "00",  // an end without a beginning
           "02",
           "13",
           "16",
           "FF",  // no tags
           "0900",
           "0A00FF",
           "0C0000000000000001",
           "0C8000000000000000",  // too wide, or too large

           "0400000000000000"
           "00",      // a negative that is none
           "06FF00",  // fits one byte
           "1000"
           "03",  // more after the value
           "100100",
           "10010300",
           "10"
           "01",  // no escape
           "10FF00",
           "10C38000"
           "00",
           "10EDA08000",  // not UTF-8
           "12030300"
           "00",        // an end too many
           "15030300",  // a name that is no string
           "15"
           "106200"
           "03"
           "106100"
           "03"
           "00",  // names descend
           "15"
           "106100"
           "03"
           "106100"
           "03"
           "00",  // a name twice
           "15"
           "106100"
           "00",  // a member without a value
       }) {
    const Result<Value> decoded = DecodeKey(FromHex(hex));
    CHECK_MESSAGE(!decoded, hex);
    if (!decoded) CHECK(decoded.error().code == Code::kCorrupt);
  }
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) { return Bytes(depth, 0x12) + Bytes(depth, 0x00); };
  CHECK(DecodeKey(nested(64)).has_value());
  CHECK_FALSE(DecodeKey(nested(65)).has_value());
  CHECK_FALSE(DecodeKey(nested(1'000'000)).has_value());
  Bytes deep = nested(1'000'000);
  ByteView view = deep;
  CHECK_FALSE(SkipKey(view));
}

TEST_CASE("what is no value is not skipped") {
  for (const std::string hex :
       {"", "00", "02", "10", "1061", "12", "1203", "1206FF", "0D00", "FF"}) {
    const Bytes bytes = FromHex(hex);
    ByteView view = bytes;
    CHECK_MESSAGE(!SkipKey(view), hex);
  }
}

TEST_CASE("law: the end of a prefix separates what starts with it from what is above") {
  CHECK(PrefixEnd("") == "");
  CHECK(PrefixEnd("\xFF\xFF") == "");
  CHECK(PrefixEnd("a") == "b");
  CHECK(PrefixEnd("a\xFF") == "b");
  Arbitrary arbitrary(7);
  for (int i = 0; i < 50'000; ++i) {
    const Bytes prefix = arbitrary.Raw();
    const Bytes key = arbitrary.Raw();
    const Bytes end = PrefixEnd(prefix);
    const bool inside = key >= prefix && (end.empty() || key < end);
    const bool holds = inside == StartsWith(key, prefix);
    REQUIRE_MESSAGE(holds, Hex(prefix), " ", Hex(key));
  }
}

}  // namespace
}  // namespace syncline
