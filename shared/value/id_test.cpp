// Laws and vectors of document ids.
#include "shared/value/id.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/value/arbitrary.hpp"

namespace syncline {
namespace {

RowKey AnyKey(Arbitrary& arbitrary, TableNumber table) {
  const std::uint64_t unix_ms = 1'700'000'000'000 + arbitrary.Below(3);
  const std::uint64_t high = arbitrary.Below(2);
  return {table, MakeRowId(unix_ms, high, arbitrary.Bits())};
}

TEST_CASE("an id has this text") {
  const RowKey key{NumberOfTable("users"), MakeRowId(1'700'000'000'000, 123, 456)};
  CHECK(key.table.value == 0x0E7CC513);
  CHECK(IdToText(key) == "je5f6wr1hf7yat0001xg0000000000e8dyc0");
  CHECK(IdToText({{1}, RowId{}}) == "0400000000000000000000000000248");
  // The example of Convex's own tests.
  RowKey powers{{1017}, {}};
  unsigned char power = 1;
  for (unsigned char& byte : powers.id.bytes) {
    power = static_cast<unsigned char>(power * 251);
    byte = power;
  }
  CHECK(IdToText(powers) == "z43zp6c3e75gkmz1kfwj6mbbx5sw281h");
}

TEST_CASE("the first 6 bytes of a row id are its time") {
  const RowId id = MakeRowId(0x0102030405060708, 0x1122, 0x33445566778899AA);
  CHECK(id.view() == "\x03\x04\x05\x06\x07\x08\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA");
}

TEST_CASE("a table's number is 28 bits of its name, and never 0") {
  for (const char* name : {"", "users", "schedules", "organizations"}) {
    const std::uint32_t number = NumberOfTable(name).value;
    CHECK(number >= 1);
    CHECK(number < (1u << 28));
  }
  CHECK(NumberOfTable("users") != NumberOfTable("schedules"));
}

TEST_CASE("law: ids come back as they were, in 31 to 37 characters of [0-9a-z]") {
  Arbitrary arbitrary(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = arbitrary.Bits();
    const TableNumber table{static_cast<std::uint32_t>(bits >> (32 + arbitrary.Below(32))) | 1u};
    const RowKey key = AnyKey(arbitrary, table);
    const std::string text = IdToText(key);
    const bool sized = text.size() >= 31 && text.size() <= 37;
    const bool plain = text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == text.npos;
    const bool holds = sized && plain && IdFromText(text) == key;
    REQUIRE_MESSAGE(holds, text);
  }
}

TEST_CASE("law: within a table, the order of texts is the order of row ids") {
  Arbitrary arbitrary(2);
  const TableNumber table = NumberOfTable("schedules");
  for (int i = 0; i < 20'000; ++i) {
    const RowKey a = AnyKey(arbitrary, table);
    const RowKey b = AnyKey(arbitrary, table);
    const bool holds = (a.id < b.id) == (IdToText(a) < IdToText(b));
    REQUIRE_MESSAGE(holds, IdToText(a), " ", IdToText(b));
  }
}

TEST_CASE("law: a text with one character changed is no id") {
  Arbitrary arbitrary(3);
  const std::string letters = "0123456789abcdefghijklmnopqrstuvwxyzABC-_ \xC3";
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = IdToText(AnyKey(arbitrary, NumberOfTable("users")));
    std::string changed = text;
    changed[arbitrary.Below(changed.size())] = letters[arbitrary.Below(letters.size())];
    // What a checksum of two bytes lets through is another canonical id.
    const auto key = IdFromText(changed);
    const bool holds = changed == text || !key || IdToText(*key) == changed;
    REQUIRE_MESSAGE(holds, text, " ", changed);
  }
}

TEST_CASE("what is no canonical id is none") {
  const std::string text = IdToText({NumberOfTable("users"), MakeRowId(1, 2, 3)});
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  for (const std::string& other :
       {std::string(), upper, text + "0", text.substr(1), text.substr(0, text.size() - 1),
        " " + text, std::string(31, '0'), std::string(37, 'z'), std::string(10'000, 'a')}) {
    CHECK_MESSAGE(!IdFromText(other), other.substr(0, 50));
  }
}

}  // namespace
}  // namespace syncline
