// The difference of two strings: it leads from one to the other, is small, and cuts no character.
#include "shared/merge/string_difference.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/base/random.hpp"
#include "shared/base/utf8.hpp"

namespace syncline {
namespace {

std::string Applied(std::string_view before, const std::vector<Replacement>& replacements) {
  std::string after;
  std::size_t points = 0;
  for (const Replacement& each : replacements) {
    const std::size_t bytes = BytesBeforeCodePoint(before, each.at - points);
    after += before.substr(0, bytes);
    after += each.inserted;
    before.remove_prefix(bytes + BytesBeforeCodePoint(before.substr(bytes), each.deleted));
    points = each.at + each.deleted;
  }
  return after + std::string(before);
}

std::size_t Changed(const std::vector<Replacement>& replacements) {
  std::size_t changed = 0;
  for (const Replacement& each : replacements) changed += each.deleted + CodePoints(each.inserted);
  return changed;
}

std::string RandomText(Random& random, std::size_t length) {
  // Characters of one to four bytes; some begin or end with the same bytes.
  static const char* const kCharacters[] = {"a",
                                            "b",
                                            " ",
                                            "\xC3\xA9",
                                            "\xC3\xA8",
                                            "\xE2\x82\xAC",
                                            "\xF0\x9F\x98\x80",
                                            "\xF0\x9F\x98\x81",
                                            "e\xCC\x81"};
  std::string text;
  while (length-- > 0) text += kCharacters[random.Below(9)];
  return text;
}

TEST_CASE("the difference leads from one string to the other, in whole characters") {
  Random random(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string before = RandomText(random, random.Below(20));
    std::string after = RandomText(random, random.Below(20));
    if (random.OneIn(2)) {
      after = before;
      for (std::uint64_t i = random.Below(4); i > 0; --i) {
        const std::size_t at = BytesBeforeCodePoint(after, random.Below(20));
        after.insert(at, RandomText(random, random.Below(3)));
      }
    }
    const auto replacements = DifferenceOf(before, after);
    INFO("round ", round);
    REQUIRE(Applied(before, replacements) == after);
    REQUIRE(replacements.empty() == (before == after));
    std::size_t end = 0;
    for (const Replacement& each : replacements) {
      REQUIRE(IsUtf8(each.inserted));
      REQUIRE((end == 0 || each.at > end));
      end = each.at + each.deleted;
    }
  }
}

TEST_CASE("a keystroke is itself") {
  const auto typed = DifferenceOf("hello", "hel!lo");
  REQUIRE(typed.size() == 1);
  CHECK(typed[0].at == 3);
  CHECK(typed[0].deleted == 0);
  CHECK(typed[0].inserted == "!");
  const auto deleted = DifferenceOf("hello", "helo");
  REQUIRE(deleted.size() == 1);
  CHECK(deleted[0].deleted == 1);
  CHECK(deleted[0].inserted.empty());
}

TEST_CASE("changes far apart are told apart") {
  const std::string middle(5'000, 'm');
  const std::string after = "ONE " + middle + " two!";
  const auto replacements = DifferenceOf("one " + middle + " two", after);
  REQUIRE(replacements.size() == 2);
  CHECK(Changed(replacements) == 7);
  CHECK(DifferenceOf("a1b2c3d", "a2b2c2d").size() == 2);
}

TEST_CASE("a word that gave way to another goes whole") {
  CHECK(DifferenceOf("the quick brown fox", "the slow grey fox").size() <= 2);
}

TEST_CASE("strings with little in common are replaced, in bounded time") {
  Random random(2);
  const std::string before = RandomText(random, 50'000), after = RandomText(random, 50'000);
  CHECK(Applied(before, DifferenceOf(before, after)) == after);
}

}  // namespace
}  // namespace syncline
