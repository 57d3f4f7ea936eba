#include "shared/query/words.hpp"

#include <cstdint>

namespace syncline {
namespace {

using CodePoint = std::uint32_t;

struct Range {
  CodePoint first, last;
};

// What is neither letter nor digit above ASCII, ascending: punctuation, spaces, signs, pictures.
constexpr Range kParting[] = {
    {0x80, 0xA9},       {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},       {0xBB, 0xBB},
    {0xBF, 0xBF},       {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2C2, 0x2C5},     {0x2D2, 0x2DF},
    {0x37E, 0x37E},     {0x387, 0x387},   {0x55A, 0x55F},   {0x589, 0x58A},     {0x5BE, 0x5BE},
    {0x5F3, 0x5F4},     {0x60C, 0x60D},   {0x61B, 0x61F},   {0x66A, 0x66D},     {0x6D4, 0x6D4},
    {0x964, 0x965},     {0xE3F, 0xE3F},   {0x1680, 0x1680}, {0x2000, 0x206F},   {0x207A, 0x207E},
    {0x208A, 0x208E},   {0x20A0, 0x20CF}, {0x2190, 0x245F}, {0x249C, 0x24B5},   {0x2500, 0x2775},
    {0x2794, 0x2BFF},   {0x2E00, 0x2E2E}, {0x2E30, 0x2E7F}, {0x3000, 0x3004},   {0x3008, 0x3020},
    {0x3030, 0x3030},   {0x303D, 0x303F}, {0x30FB, 0x30FB}, {0xD800, 0xF8FF},   {0xFD3E, 0xFD3F},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF0F},   {0xFF1A, 0xFF20},
    {0xFF3B, 0xFF40},   {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1F0FF}, {0x1F10D, 0x1F12F},
    {0x1F200, 0x1FAFF},
};

bool IsOfWord(CodePoint c) {
  if (c < 0x80) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  for (const Range& range : kParting) {
    if (c < range.first) return true;
    if (c <= range.last) return false;
  }
  return true;
}

// Capitals that stand `step` before their small letters; step 1: every second one, from the first on.
struct Capitals {
  CodePoint first, last, step;
};
constexpr Capitals kCapitals[] = {
    {0xC0, 0xD6, 32},   {0xD8, 0xDE, 32},    {0x100, 0x12E, 1},   {0x132, 0x136, 1},
    {0x139, 0x147, 1},  {0x14A, 0x176, 1},   {0x179, 0x17D, 1},   {0x1CD, 0x1DB, 1},
    {0x1DE, 0x1EE, 1},  {0x1F8, 0x21E, 1},   {0x222, 0x232, 1},   {0x246, 0x24E, 1},
    {0x386, 0x386, 38}, {0x388, 0x38A, 37},  {0x38C, 0x38C, 64},  {0x38E, 0x38F, 63},
    {0x391, 0x3A1, 32}, {0x3A3, 0x3AB, 32},  {0x400, 0x40F, 80},  {0x410, 0x42F, 32},
    {0x460, 0x480, 1},  {0x48A, 0x4BE, 1},   {0x4C1, 0x4CD, 1},   {0x4D0, 0x52E, 1},
    {0x531, 0x556, 48}, {0x1E00, 0x1E94, 1}, {0x1EA0, 0x1EFE, 1}, {0xFF21, 0xFF3A, 32},
};

CodePoint Lower(CodePoint c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c == 0x178) return 0xFF;
  for (const Capitals& capitals : kCapitals) {
    if (c < capitals.first) return c;
    if (c > capitals.last) continue;
    if (capitals.step > 1) return c + capitals.step;
    return (c - capitals.first) % 2 == 0 ? c + 1 : c;
  }
  return c;
}

// Takes one character from the front.
CodePoint Take(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : CodePoint{0};
  };
  const CodePoint lead = byte(0);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  CodePoint c = size == 1 ? lead : lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) c = c << 6 | (byte(i) & 0x3F);
  text.remove_prefix(size < text.size() ? size : text.size());
  return c;
}

void Put(std::string& out, CodePoint c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    if (c < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | c >> 12));
    } else {
      out.push_back(static_cast<char>(0xF0 | c >> 18));
      out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
    }
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

}  // namespace

void SplitWords(std::string_view text, std::vector<std::string>& words) {
  words.clear();
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && word.size() <= kWordBytesMax) words.push_back(word);
    word.clear();
  };
  while (!text.empty()) {
    const CodePoint c = Take(text);
    if (IsOfWord(c)) {
      Put(word, Lower(c));
    } else {
      end_word();
    }
  }
  end_word();
}

}  // namespace syncline
