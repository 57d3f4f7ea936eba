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

}  // namespace
}  // namespace syncline
