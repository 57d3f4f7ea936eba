#include "shared/base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace syncline {
namespace {

bool IsTrail(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Whether eight bytes are all ASCII, as most text is.
bool IsAscii8(const void* bytes) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, 8);
  return (eight & 0x8080808080808080u) == 0;
}

// The length of the character at the front of `bytes`, which starts with a byte of 0x80 or more;
// 0 if it is none.
std::size_t LongCharacter(const unsigned char* bytes, std::size_t size) {
  const unsigned char lead = bytes[0];
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || size < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsTrail(bytes[i])) return 0;
  }
  const unsigned char second = bytes[1];
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool too_high = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

std::size_t BytesOf(unsigned char lead) {
  return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// How many of eight bytes are no first byte of a character.
std::size_t Trails8(const void* bytes) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, 8);
  const std::uint64_t trails = (eight >> 7) & ~(eight >> 6) & 0x0101010101010101u;
  return static_cast<std::size_t>((trails * 0x0101010101010101u) >> 56);
}

}  // namespace

bool IsUtf8(ByteView bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  while (left > 0) {
    if (left >= 8 && IsAscii8(at)) {
      at += 8;
      left -= 8;
      continue;
    }
    const std::size_t length = *at < 0x80 ? 1 : LongCharacter(at, left);
    if (length == 0) return false;
    at += length;
    left -= length;
  }
  return true;
}

std::string Utf8Prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && IsTrail(static_cast<unsigned char>(text[end]))) --end;
  return std::string(text.substr(0, end));
}

std::size_t Utf16Length(std::string_view text) {
  std::size_t units = text.size();
  for (std::size_t i = 0; i < text.size();) {
    if (std::size_t{8} <= text.size() - i && IsAscii8(text.data() + i)) {
      i += 8;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[i++]);
    // A character of two or three bytes is one unit, and one of four a pair of surrogates.
    units -= IsTrail(byte);
    units += byte >= 0xF0;
  }
  return units;
}

std::size_t CodePoints(std::string_view text) {
  std::size_t trails = 0, i = 0;
  for (; std::size_t{8} <= text.size() - i; i += 8) trails += Trails8(text.data() + i);
  for (; i < text.size(); ++i) trails += IsTrail(static_cast<unsigned char>(text[i]));
  return text.size() - trails;
}

std::size_t BytesBeforeCodePoint(std::string_view text, std::size_t code_points) {
  std::size_t i = 0;
  while (std::size_t{8} <= text.size() - i && code_points >= 8) {
    code_points -= 8 - Trails8(text.data() + i);
    i += 8;
  }
  // What was counted may have ended amid a character, whose first byte was.
  while (i < text.size() && IsTrail(static_cast<unsigned char>(text[i]))) ++i;
  while (i < text.size() && code_points > 0) {
    i += BytesOf(static_cast<unsigned char>(text[i]));
    --code_points;
  }
  return i < text.size() ? i : text.size();
}

std::size_t BytesBeforeUtf16(std::string_view text, std::size_t units) {
  std::size_t i = 0;
  while (i < text.size() && units > 0) {
    if (units >= 8 && std::size_t{8} <= text.size() - i && IsAscii8(text.data() + i)) {
      i += 8;
      units -= 8;
      continue;
    }
    const std::size_t bytes = BytesOf(static_cast<unsigned char>(text[i]));
    const std::size_t taken = bytes == 4 ? 2 : 1;
    if (taken > units) break;
    units -= taken;
    i += bytes;
  }
  return i < text.size() ? i : text.size();
}

char32_t TakeCodePoint(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = BytesOf(lead);
  char32_t character = bytes == 1 ? lead : lead & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes && i < text.size(); ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  text.remove_prefix(bytes < text.size() ? bytes : text.size());
  return character;
}

}  // namespace syncline
