#include "relay/auth/base64url.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {

TEST_CASE("base64url: the vectors of RFC 4648, without padding") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},           {"f", "Zg"},
                                                         {"fo", "Zm8"},      {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg"}, {"\xff\xfe", "__4"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK_EQ(EncodeBase64Url(bytes), text);
    CHECK_EQ(DecodeBase64Url(text), std::optional<Bytes>(bytes));
  }
}

TEST_CASE("base64url: only one text for each sequence of bytes") {
  for (const char* text : {"Zg==", "Zh", "Z", "Zm9", "Zm+v", "Zm/v", "Zm9v\n", " Zm9v"}) {
    CAPTURE(text);
    CHECK_FALSE(DecodeBase64Url(text).has_value());
  }
}

}  // namespace syncline::relay
