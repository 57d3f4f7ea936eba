// Unit tests of base64 and UTF-8.
#include "shared/base/base64.hpp"

#include <doctest/doctest.h>

#include "shared/base/utf8.hpp"

namespace syncline {
namespace {

std::string Encoded(ByteView bytes) {
  std::string out;
  AppendBase64(out, bytes);
  return out;
}

TEST_CASE("base64 has RFC 4648's vectors, both ways") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xFB\xFF\xBF", "+/+/"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(Encoded(bytes) == text);
    CHECK(BytesFromBase64(text) == Bytes(bytes));
  }
}

TEST_CASE("base64 that is not canonical is refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v=",
                           "Zg==Zg==", "Z===", "Zm 9v", "Zm9v\n", "-_-_", "Zm9v\xC3\xA9=="}) {
    CHECK_MESSAGE(!BytesFromBase64(text), std::string(text));
  }
}

TEST_CASE("UTF-8 is what RFC 3629 allows") {
  for (const char* text :
       {"", "ascii, and a long one", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "12345678\xC3\xA9"}) {
    CHECK_MESSAGE(IsUtf8(text), std::string(text));
  }
  for (const char* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE2\x82", "\xE0\x80\x80",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF", "1234567\xC3", "12345678\x80"}) {
    CHECK_FALSE(IsUtf8(text));
  }
  CHECK(IsUtf8(ByteView("\0", 1)));
}

TEST_CASE("a prefix cuts no character") {
  CHECK(Utf8Prefix("abc", 5) == "abc");
  CHECK(Utf8Prefix("abc", 2) == "ab");
  CHECK(Utf8Prefix("a\xE2\x82\xAC", 3) == "a");
  CHECK(Utf8Prefix("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
}

}  // namespace
}  // namespace syncline
