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

}  // namespace syncline
