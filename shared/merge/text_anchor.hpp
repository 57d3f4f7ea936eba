// Anchors: places in a text that stay where they are while others edit, for cursors, selections and notes.
// An anchor holds on to a character, deleted or not, so that any replica finds the place.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/merge/kinds.hpp"

namespace syncline {

struct TextAnchor {
  // None: the start of the text (behind nothing), or its end (before nothing).
  ElementId character = kNoElement;
  bool behind = true;
  bool operator==(const TextAnchor& other) const {
    return character == other.character && behind == other.behind;
  }
};

// To which side an anchor holds: what is typed exactly there comes before a place that holds to the
// character behind it, and after one that holds to the character before it.
enum class TextBias : std::uint8_t { kBefore, kBehind };

// `offset` in units of UTF-16, as editors count; beyond the end is the end, amid a character before it.
TextAnchor AnchorAt(const KindState& state, std::size_t offset, TextBias bias);
// In units of UTF-16. None if the character is not known here: not yet, or not any more.
std::optional<std::size_t> OffsetOf(const KindState& state, const TextAnchor& anchor);

// "<" behind or ">" before, and the character: counter and replica in hexadecimal. "<2a.1f", "<" or ">".
std::string AnchorToText(const TextAnchor& anchor);
// kInvalid.
Result<TextAnchor> TextToAnchor(std::string_view text);

}  // namespace syncline
