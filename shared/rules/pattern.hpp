// Pattern: a regular expression that is matched in time linear in the text, whatever the pattern. What
// the operator "matches" of rules takes.
//
// A subset of JavaScript's with the flag u: where a pattern is one of ours, Matches says of every text
// what `new RegExp(pattern, "u").test(text)` says (the vectors in pattern_vectors.json, which
// js/syncline/src/rules/pattern.test.ts holds against JavaScript; pattern_test.cpp against this):
//   characters . [a-z] [^...] \d \D \w \W \s \S \t \n \r \f \v \xHH \uHHHH \u{H...}, an escaped one of
//   ^ $ \ . * + ? ( ) [ ] { } | / and, in [], -
//   ( ) (?: ) | * + ? {n} {n,} {n,m}, each with ? behind it; ^ and $ for the text's ends
// No groups to refer back to, no looking ahead or behind, no \b, no \p.
// Bounds: 1,000 bytes, groups 32 deep, repeats of 1,000, 1,000 steps once repeats are written out. Of a text
// for which steps times bytes passes ten million it says nothing, neither that it matches nor that it does
// not: else who may not write what matches would write it with a long tail.
// Source: Thompson, "Regular expression search algorithm" (1968): all threads go through the text at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"

namespace syncline {

class Pattern {
 public:
  // kInvalid says what is wrong, and at which byte.
  static Result<Pattern> Parse(std::string_view pattern);

  // None: the text is too long. REQUIRES: UTF-8.
  std::optional<bool> Matches(std::string_view text) const;

 private:
  friend class PatternParser;
  // Characters from `first` to `last`, both inclusive.
  struct Range {
    std::uint32_t first, last;
  };
  using Ranges = std::vector<Range>;  // ascending, apart
  struct Step {
    enum class Kind : std::uint8_t { kCharacter, kFork, kJump, kBegin, kEnd, kMatch };
    Kind kind;
    std::uint16_t a = 0;  // kCharacter: which ranges; kFork, kJump: the next step
    std::uint16_t b = 0;  // kFork: the other next step
  };
  class Threads;

  std::vector<Step> steps_;
  std::vector<Ranges> ranges_;
};

}  // namespace syncline
