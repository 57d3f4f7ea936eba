// UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing above U+10FFFF.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"

namespace syncline {

bool IsUtf8(ByteView bytes);

// The longest prefix of at most `bytes_max` bytes that cuts no character. REQUIRES: UTF-8.
std::string Utf8Prefix(std::string_view text, std::size_t bytes_max);

// How many units the text has in UTF-16, as JavaScript counts. REQUIRES: UTF-8.
std::size_t Utf16Length(std::string_view text);

// How many code points the text has: what its characters are to a merge. REQUIRES: UTF-8.
std::size_t CodePoints(std::string_view text);

// The bytes before a place that others count in code points or in units of UTF-16. A place behind the end
// is the end, one amid a pair of surrogates is before the pair. Back again: CodePoints and Utf16Length of
// the text up to there. REQUIRES: UTF-8.
std::size_t BytesBeforeCodePoint(std::string_view text, std::size_t code_points);
std::size_t BytesBeforeUtf16(std::string_view text, std::size_t units);

// The front character, and `text` without it. REQUIRES: UTF-8, not empty.
char32_t TakeCodePoint(std::string_view& text);

}  // namespace syncline
