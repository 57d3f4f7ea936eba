// Files: reading and writing small files as a whole.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace syncline::relay {

// A whole file, at most `bytes_max` of it. kNotFound, or kInvalid if it is larger.
Result<std::string> ReadWholeFile(const std::string& path, std::size_t bytes_max);

// Writes PATH.new, which only its owner may read, and renames it into place: after a crash or a power
// cut the file is the old one or the new one, whole. On the disk when it returns. kUnavailable.
Status WriteWholeFile(const std::string& path, std::string_view text);

// 256 random bits as text, to be a secret.
std::string MakeSecretText();

}  // namespace syncline::relay
