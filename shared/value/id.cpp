#include "shared/value/id.hpp"

#include <algorithm>
#include <array>

#include "shared/base/hash.hpp"
#include "shared/base/varint.hpp"

namespace syncline {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr unsigned char kNoDigit = 0xFF;
constexpr std::size_t kTextSizeMin = 31;
constexpr std::size_t kTextSizeMax = 37;
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

// REQUIRES: at most 5,000 bytes, so that the sums fit.
std::uint32_t Fletcher16(ByteView bytes) {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  for (const char c : bytes) {
    low += static_cast<unsigned char>(c);
    high += low;
  }
  return (high % 255) << 8 | low % 255;
}

void AppendChecksum(Bytes& bytes) {
  const std::uint32_t checksum = Fletcher16(bytes);
  bytes.push_back(static_cast<char>(checksum));
  bytes.push_back(static_cast<char>(checksum >> 8));
}

// Every id that a function is given goes through here, so it takes five bytes at a time.
std::string Base32(ByteView bytes) {
  std::string text((bytes.size() * 8 + 4) / 5, '\0');
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 5) {
    std::uint64_t bits = 0;
    for (std::size_t j = i; j < i + 5; ++j) {
      bits = bits << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0u);
    }
    for (unsigned shift = 40; shift > 0 && at < text.size(); ++at) {
      shift -= 5;
      text[at] = kAlphabet[bits >> shift & 31];
    }
  }
  return text;
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
  Bytes bytes;
  PutVarint(bytes, key.table.value);
  bytes += key.id.view();
  AppendChecksum(bytes);
  return Base32(bytes);
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
