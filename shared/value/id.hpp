// Document ids: a row's key as text, in Convex's form. Crockford base32, lower case, of the table number
// (LEB128, 1 to 5 bytes), the 16 bytes of the row id, and a 2-byte checksum of what is before it (the
// sum of the bytes, and the sum of these sums, each modulo 256). 31 to 37 characters; only the canonical
// form decodes. Within a table, the order of texts is the order of row ids.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/ids.hpp"

namespace syncline {

// The number of a table: the low 28 bits of FNV-1a (32 bits) over its name; at least 1.
TableNumber NumberOfTable(std::string_view name);

std::string IdToText(const RowKey& key);
// None if the text is no canonical id.
std::optional<RowKey> IdFromText(std::string_view text);

// A new row id: 48 bits of `unix_ms`, then 80 bits of `random`.
RowId MakeRowId(std::uint64_t unix_ms, std::uint64_t random_high, std::uint64_t random_low);

}  // namespace syncline
