// Ids to text and back, bit by bit.
#include "tests/oracle/id.hpp"

#include <cstring>

namespace syncline::oracle {
namespace {

constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

}  // namespace

std::string ToText(const DocumentId& id) {
  std::string bytes;
  std::uint32_t table = id.table;
  for (; table >= 0x80; table >>= 7) bytes.push_back(static_cast<char>((table & 0x7F) | 0x80));
  bytes.push_back(static_cast<char>(table));
  bytes += id.inner;
  unsigned low = 0;
  unsigned high = 0;
  for (const char c : bytes) {
    low = (low + static_cast<unsigned char>(c)) % 256;
    high = (high + low) % 256;
  }
  bytes.push_back(static_cast<char>(low));
  bytes.push_back(static_cast<char>(high));
  std::string bits;
  for (const char c : bytes) {
    for (int bit = 7; bit >= 0; --bit) bits += (c >> bit & 1) ? '1' : '0';
  }
  while (bits.size() % 5 != 0) bits += '0';
  std::string text;
  for (std::size_t i = 0; i < bits.size(); i += 5) {
    text += kAlphabet[std::stoul(bits.substr(i, 5), nullptr, 2)];
  }
  return text;
}

std::optional<DocumentId> IdOf(const std::string& text) {
  std::string bits;
  for (const char c : text) {
    const char* digit = c ? std::strchr(kAlphabet, c) : nullptr;
    if (!digit) return std::nullopt;
    for (int bit = 4; bit >= 0; --bit) bits += ((digit - kAlphabet) >> bit & 1) ? '1' : '0';
  }
  std::string bytes;
  for (std::size_t i = 0; i + 8 <= bits.size(); i += 8) {
    bytes.push_back(static_cast<char>(std::stoul(bits.substr(i, 8), nullptr, 2)));
  }
  // One to five bytes of the table's number, 16, and two of the checksum.
  if (bytes.size() < 19 || bytes.size() > 23) return std::nullopt;
  DocumentId id;
  std::uint64_t number = 0;
  const std::size_t width = bytes.size() - 18;
  for (std::size_t i = 0; i < width; ++i) {
    number |= static_cast<std::uint64_t>(bytes[i] & 0x7F) << (7 * i);
  }
  if (number > UINT32_MAX) return std::nullopt;
  id.table = static_cast<std::uint32_t>(number);
  id.inner = bytes.substr(width, 16);
  if (ToText(id) != text) return std::nullopt;
  return id;
}

}  // namespace syncline::oracle
