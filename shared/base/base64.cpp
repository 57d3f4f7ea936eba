#include "shared/base/base64.hpp"

#include <array>
#include <cstdint>

namespace syncline {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned char kNoDigit = 0xFF;

constexpr std::array<unsigned char, 256> MakeDigits() {
  std::array<unsigned char, 256> digits{};
  for (auto& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<unsigned char>(i);
  }
  return digits;
}
constexpr std::array<unsigned char, 256> kDigits = MakeDigits();

std::uint32_t ByteAt(ByteView bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
}

}  // namespace

void AppendBase64(std::string& out, ByteView bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t three =
        ByteAt(bytes, i) << 16 | ByteAt(bytes, i + 1) << 8 | ByteAt(bytes, i + 2);
    const std::size_t left = bytes.size() - i;
    out.push_back(kAlphabet[three >> 18]);
    out.push_back(kAlphabet[three >> 12 & 63]);
    out.push_back(left > 1 ? kAlphabet[three >> 6 & 63] : '=');
    out.push_back(left > 2 ? kAlphabet[three & 63] : '=');
  }
}

std::optional<Bytes> BytesFromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t digits = i + 4 == text.size() ? 4 - padding : 4;
    std::uint32_t three = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const unsigned char digit = j < digits ? kDigits[static_cast<unsigned char>(text[i + j])] : 0;
      if (digit == kNoDigit) return std::nullopt;
      three = three << 6 | digit;
    }
    bytes.push_back(static_cast<char>(three >> 16));
    if (digits > 2) bytes.push_back(static_cast<char>(three >> 8));
    if (digits > 3) bytes.push_back(static_cast<char>(three));
    const bool unused_bits_set =
        (digits == 2 && (three & 0xFFFF) != 0) || (digits == 3 && (three & 0xFF) != 0);
    if (unused_bits_set) return std::nullopt;
  }
  return bytes;
}

}  // namespace syncline
