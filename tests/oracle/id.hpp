// Document ids as CONVEX describes them: Crockford's base32 of the table's number (a varint), 16 bytes
// and a fletcher16 of both, little-endian.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace syncline::oracle {

struct DocumentId {
  std::uint32_t table = 0;
  std::string inner;  // 16 bytes
};

std::string ToText(const DocumentId& id);
// None unless the text is exactly what ToText gives.
std::optional<DocumentId> IdOf(const std::string& text);

}  // namespace syncline::oracle
