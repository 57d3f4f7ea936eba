// Base64url without padding (RFC 4648, section 5), as JSON Web Tokens and Keys use it. Strict: one
// text for each sequence of bytes, so a signature has no second spelling.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"

namespace syncline::relay {

std::string EncodeBase64Url(ByteView bytes);
// None for padding, foreign characters, an impossible length or bits that are left over.
std::optional<Bytes> DecodeBase64Url(std::string_view text);

}  // namespace syncline::relay
