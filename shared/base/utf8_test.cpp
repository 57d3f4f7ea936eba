// Text as UTF-8, counted as JavaScript counts.
#include "shared/base/utf8.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

TEST_CASE("a character above U+FFFF is two units of UTF-16, any other is one") {
  CHECK(Utf16Length("") == 0);
  CHECK(Utf16Length("eight by and more") == 17);
  CHECK(Utf16Length("\xC3\xA9") == 1);
  CHECK(Utf16Length("\xE2\x82\xAC") == 1);
  CHECK(Utf16Length("\xF0\x9F\x98\x80") == 2);
  CHECK(Utf16Length("1234567\xC3\xA9 and \xF0\x9F\x98\x80 behind") == 22);
}

// One, two, three and four bytes, a letter with a combining mark, and a family of three joined.
const std::string kMixed =
    "plain text a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 e\xCC\x81 "
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 behind";

TEST_CASE("every place of a text is the same counted in bytes, code points and units of UTF-16") {
  std::size_t bytes = 0, points = 0, units = 0;
  std::string_view rest = kMixed;
  while (true) {
    INFO("byte ", bytes);
    CHECK(CodePoints(std::string_view(kMixed).substr(0, bytes)) == points);
    CHECK(Utf16Length(std::string_view(kMixed).substr(0, bytes)) == units);
    CHECK(BytesBeforeCodePoint(kMixed, points) == bytes);
    CHECK(BytesBeforeUtf16(kMixed, units) == bytes);
    if (rest.empty()) break;
    const char32_t character = TakeCodePoint(rest);
    // Amid a pair of surrogates is before it.
    if (character > 0xFFFF) CHECK(BytesBeforeUtf16(kMixed, units + 1) == bytes);
    units += character > 0xFFFF ? 2 : 1;
    points += 1;
    bytes = kMixed.size() - rest.size();
  }
  CHECK(points == 29);
  CHECK(BytesBeforeCodePoint(kMixed, points + 7) == kMixed.size());
  CHECK(BytesBeforeUtf16(kMixed, units + 7) == kMixed.size());
}

TEST_CASE("the front character is its code point") {
  std::string_view text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  CHECK(TakeCodePoint(text) == U'a');
  CHECK(TakeCodePoint(text) == char32_t{0xE9});
  CHECK(TakeCodePoint(text) == char32_t{0x20AC});
  CHECK(TakeCodePoint(text) == char32_t{0x1F600});
  CHECK(text.empty());
}

}  // namespace
}  // namespace syncline
