// Base64 with the standard alphabet and padding (RFC 4648, section 4).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"

namespace syncline {

void AppendBase64(std::string& out, ByteView bytes);

// None unless the text is canonical: padded, of the standard alphabet, unused bits zero.
std::optional<Bytes> BytesFromBase64(std::string_view text);

}  // namespace syncline
