// Words as search sees them.
#include "shared/query/words.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

std::string Words(std::string_view text) {
  std::vector<std::string> words{"left over"};
  SplitWords(text, words);
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : "|") + word;
  return joined;
}

TEST_CASE("words are runs of letters and digits, in lower case") {
  CHECK(Words("") == "");
  CHECK(Words(" ,.- \n") == "");
  CHECK(Words("Hello, World!") == "hello|world");
  CHECK(Words("don't e-mail foo_bar@example.org") == "don|t|e|mail|foo|bar|example|org");
  CHECK(Words("version 2.0b") == "version|2|0b");
}

TEST_CASE("cases of other alphabets are the same too") {
  CHECK(Words("ÀÉÎÕÜ ŁÓDŹ Ÿ") == "àéîõü|łódź|ÿ");
  CHECK(Words("ΑΘΉΝΑ ΈΛΛΗΝ") == "αθήνα|έλλην");
  CHECK(Words("МОСКВА Ёлка ЇЖАК") == "москва|ёлка|їжак");
  CHECK(Words("VIỆT ẮNG") == "việt|ắng");
  CHECK(Words("÷×") == "");
}

TEST_CASE("punctuation and pictures of all scripts part words") {
  CHECK(Words("«one» — two… three") == "one|two|three");
  CHECK(Words("你好，世界。再见") == "你好|世界|再见");
  CHECK(Words("a😀b\xC2\xA0z") == "a|b|z");
  CHECK(Words("नमस्ते") == "नमस्ते");
}

TEST_CASE("what is longer than a word can be is left out") {
  CHECK(Words(std::string(32, 'x') + " " + std::string(33, 'y') + " z") ==
        std::string(32, 'x') + "|z");
}

}  // namespace
}  // namespace syncline
