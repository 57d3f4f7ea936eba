// The names that tables and indexes may have. Private to the parsers of schemas.
#pragma once
#include <algorithm>
#include <string_view>

namespace syncline {

inline constexpr std::size_t kNameCharactersMax = 64;
inline constexpr const char* kNameRule =
    " must be 1 to 64 letters, digits and underscores and start with a letter";

inline bool IsName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_other = [](char c) { return (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kNameCharactersMax && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_other(c); });
}

}  // namespace syncline
