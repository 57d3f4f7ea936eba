// A trace of how a long text came to be, for tests and measurements: bursts of typing at places that move,
// corrections, words deleted, pastes. Seeded; the same on every platform.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/random.hpp"

namespace syncline {

// One keystroke or paste: `deleted` characters at `at` give way to `inserted`.
struct TraceEdit {
  std::size_t at = 0, deleted = 0;
  std::string inserted;
};

// The text grows from `size` characters towards about `size_end`.
inline std::vector<TraceEdit> TextTrace(std::uint64_t seed, std::size_t edits, std::size_t size,
                                        std::size_t size_end) {
  static constexpr std::string_view kLetters = "etaoin shrdlu cmfwyp vbgkjq xz";
  Random random(seed, 5);
  const auto words = [&random](std::size_t length) {
    std::string text;
    while (text.size() < length) text += kLetters[random.Below(kLetters.size())];
    return text;
  };
  std::vector<TraceEdit> trace;
  std::size_t at = size;
  while (trace.size() < edits) {
    // Mostly near where the last burst ended, now and then anywhere.
    if (random.OneIn(3)) {
      at = random.Below(size + 1);
    } else {
      at = std::min(size, at - std::min<std::size_t>(at, 200) + random.Below(400));
    }
    const std::size_t due = size_end * (trace.size() + 1) / edits;
    if (size + 500 < due) {
      const std::size_t length = std::min<std::size_t>(due - size, 200 + random.Below(2000));
      trace.push_back({at, 0, words(length)});
      at += length;
      size += length;
    } else if (random.OneIn(4) && size > 100) {
      // Backspace, a character at a time; or a selection at once.
      const std::size_t length = std::min<std::size_t>(at, 1 + random.Below(12));
      if (length > 0 && random.OneIn(3)) {
        at -= length;
        size -= length;
        trace.push_back({at, length, random.OneIn(2) ? "instead" : ""});
        at += trace.back().inserted.size();
        size += trace.back().inserted.size();
      } else {
        for (std::size_t i = 0; i < length; ++i, --size) trace.push_back({--at, 1, ""});
      }
    } else {
      for (std::size_t i = 4 + random.Below(28); i > 0; --i, ++size) {
        trace.push_back({at++, 0, words(1)});
      }
    }
  }
  trace.resize(edits);
  return trace;
}

}  // namespace syncline
