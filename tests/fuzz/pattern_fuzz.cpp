// Patterns of rules: any text is one or an error, and of any text says yes, no or nothing in bounded time. What a
// group, an alternative to itself or a repeat of once adds changes nothing.
#include "shared/rules/pattern.hpp"

#include <string>

#include "shared/base/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  const std::size_t line = input.find('\n');
  const std::string pattern(input.substr(0, line));
  const std::string text(line == input.npos ? ByteView() : input.substr(line + 1));
  if (!IsUtf8(pattern) || !IsUtf8(text)) return;
  const Result<Pattern> parsed = Pattern::Parse(pattern);
  if (!parsed) return;
  const std::optional<bool> matches = parsed->Matches(text);
  for (const std::string& same :
       {"(" + pattern + ")", "(?:" + pattern + "){1}", "(" + pattern + ")|(" + pattern + ")"}) {
    const Result<Pattern> other = Pattern::Parse(same);
    if (!other) continue;  // longer, it may be too long
    const std::optional<bool> again = other->Matches(text);
    CHECK(!again || again == matches);
  }
}
