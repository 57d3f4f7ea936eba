#include "shared/value/id.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "shared/base/hash.hpp"
#include "shared/base/varint.hpp"

namespace syncline {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr unsigned char kNoDigit = 0xFF;
constexpr std::size_t kTextSizeMin = 31;
constexpr std::size_t kTextSizeMax = 37;
constexpr std::size_t kTableBytesMax = 5;
constexpr std::size_t kRowIdBytes = 16;
constexpr std::size_t kChecksumBytes = 2;

constexpr std::array<unsigned char, 256> MakeDigits() {
  std::array<unsigned char, 256> digits{};
  for (auto& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<unsigned char>(i);
  }
  return digits;
}
constexpr std::array<unsigned char, 256> kDigits = MakeDigits();

// Convex's, whose sums are bytes (Fletcher's own are modulo 255).
std::uint32_t Fletcher16(const unsigned char* bytes, std::size_t size) {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < size; ++i) {
    low += bytes[i];
    high += low;
  }
  return (high & 0xFF) << 8 | (low & 0xFF);
}

// Every id that a function is given goes through here, so it takes five bytes at a time. REQUIRES: zeros
// for five bytes behind the end.
std::string Base32(const unsigned char* bytes, std::size_t size) {
  char text[kTextSizeMax + 8];
  const std::size_t text_size = (size * 8 + 4) / 5;
  for (std::size_t at = 0; at < text_size; at += 8, bytes += 5) {
    std::uint64_t bits = 0;
    for (int i = 0; i < 5; ++i) bits = bits << 8 | bytes[i];
    for (int i = 0; i < 8; ++i) text[at + i] = kAlphabet[bits >> (35 - 5 * i) & 31];
  }
  return std::string(text, text_size);
}

// Only the last bits, which are no whole byte, are left unchecked: re-encoding shows them.
std::optional<Bytes> BytesFromBase32(std::string_view text) {
  Bytes bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const unsigned char digit = kDigits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return std::nullopt;
    bits = bits << 5 | digit;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count));
    }
  }
  return bytes;
}

}  // namespace

TableNumber NumberOfTable(std::string_view name) {
  return {std::max(Fnv1a32(name) & 0x0FFFFFFFu, 1u)};
}

std::string IdToText(const RowKey& key) {
  Bytes table;
  PutVarint(table, key.table.value);
  unsigned char bytes[kTableBytesMax + kRowIdBytes + kChecksumBytes + 5] = {};
  std::memcpy(bytes, table.data(), table.size());
  std::memcpy(bytes + table.size(), key.id.bytes.data(), kRowIdBytes);
  const std::size_t size = table.size() + kRowIdBytes;
  const std::uint32_t checksum = Fletcher16(bytes, size);
  bytes[size] = static_cast<unsigned char>(checksum);
  bytes[size + 1] = static_cast<unsigned char>(checksum >> 8);
  return Base32(bytes, size + kChecksumBytes);
}

std::optional<RowKey> IdFromText(std::string_view text) {
  if (text.size() < kTextSizeMin || text.size() > kTextSizeMax) return std::nullopt;
  const std::optional<Bytes> bytes = BytesFromBase32(text);
  if (!bytes) return std::nullopt;
  ByteView rest = *bytes;
  std::uint64_t table = 0;
  if (!TakeVarint(rest, table) || table == 0 || table > UINT32_MAX) return std::nullopt;
  if (rest.size() != kRowIdBytes + kChecksumBytes) return std::nullopt;
  const RowKey key{{static_cast<std::uint32_t>(table)}, RowId::From(rest.substr(0, kRowIdBytes))};
  // Checks the checksum and that the form is canonical.
  if (IdToText(key) != text) return std::nullopt;
  return key;
}

RowId MakeRowId(std::uint64_t unix_ms, std::uint64_t random_high, std::uint64_t random_low) {
  RowId id;
  for (unsigned i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<unsigned char>(unix_ms >> (8 * (5 - i)));
  }
  for (unsigned i = 0; i < 2; ++i) {
    id.bytes[6 + i] = static_cast<unsigned char>(random_high >> (8 * (1 - i)));
  }
  for (unsigned i = 0; i < 8; ++i) {
    id.bytes[8 + i] = static_cast<unsigned char>(random_low >> (8 * (7 - i)));
  }
  return id;
}

}  // namespace syncline
