// Patterns: that they say what JavaScript says, and that none takes long.
#include "shared/rules/pattern.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "shared/value/json.hpp"

namespace syncline {
namespace {

Value Vectors() {
  const std::string here = __FILE__;
  std::ifstream file(here.substr(0, here.rfind('/')) + "/pattern_vectors.json");
  std::stringstream text;
  text << file.rdbuf();
  Result<Value> vectors = ParseJsonEnvelope(text.str());
  REQUIRE_MESSAGE(vectors, (vectors ? "" : vectors.error().message));
  return *std::move(vectors);
}

Pattern Parsed(const std::string& text) {
  Result<Pattern> pattern = Pattern::Parse(text);
  REQUIRE_MESSAGE(pattern, text << ": " << (pattern ? "" : pattern.error().message));
  return *std::move(pattern);
}

TEST_CASE("patterns match what JavaScript's expressions with the flag u match") {
  const Value vectors = Vectors();
  for (const Value& vector : *vectors.As<Object>()->Find("patterns")->As<Array>()) {
    const Object& one = *vector.As<Object>();
    const std::string& text = *one.Find("pattern")->As<std::string>();
    const Pattern pattern = Parsed(text);
    for (const Value& match : *one.Find("matches")->As<Array>()) {
      CHECK_MESSAGE(pattern.Matches(*match.As<std::string>()) == true,
                    text << " and " << ToJson(match));
    }
    for (const Value& miss : *one.Find("misses")->As<Array>()) {
      CHECK_MESSAGE(pattern.Matches(*miss.As<std::string>()) == false,
                    text << " and " << ToJson(miss));
    }
  }
}

TEST_CASE("what is no pattern of ours is refused, with the place") {
  const Value vectors = Vectors();
  for (const Value& refused : *vectors.As<Object>()->Find("refused")->As<Array>()) {
    const Result<Pattern> pattern = Pattern::Parse(*refused.As<std::string>());
    CHECK_MESSAGE(!pattern, ToJson(refused));
    if (!pattern) CHECK(pattern.error().message.find(", at byte ") != std::string::npos);
  }
  CHECK_FALSE(Pattern::Parse(std::string(1001, 'a')));
  CHECK_FALSE(Pattern::Parse(std::string(40, '(') + std::string(40, ')')));
  // Groups that repeat nothing write no steps, and would be read for ever.
  std::string nothing = "()";
  for (int i = 0; i < 30; ++i) nothing = "(" + nothing + "{2})";
  CHECK_FALSE(Pattern::Parse(nothing));
}

TEST_CASE("a pattern that others backtrack over for ever takes steps times characters") {
  const Pattern doubled = Parsed("^(a+)+$");
  CHECK(doubled.Matches(std::string(20'000, 'a')) == true);
  CHECK(doubled.Matches(std::string(20'000, 'a') + "b") == false);
  const Pattern optional = Parsed("^(?:a?){100}a{100}$");
  CHECK(optional.Matches(std::string(150, 'a')) == true);
  CHECK(optional.Matches(std::string(201, 'a')) == false);
}

TEST_CASE("of a text that would take too long nothing is said") {
  const Pattern any = Parsed("^[a-z]*$");
  CHECK(any.Matches(std::string(1'000'000, 'a')) == true);
  CHECK_FALSE(any.Matches(std::string(10'000'000, 'a')));
}

}  // namespace
}  // namespace syncline
