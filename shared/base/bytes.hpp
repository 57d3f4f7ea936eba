// Bytes: owned bytes, and ByteView: borrowed ones. Both compare as memcmp does, which the key
// encoding relies on.
#pragma once
#include <string>
#include <string_view>

namespace syncline {
using Bytes = std::string;
using ByteView = std::string_view;
}  // namespace syncline
