// Integers as bytes: LEB128 (1 to 10 bytes) and fixed 8 bytes little-endian.
#pragma once
#include <cstdint>

#include "shared/base/bytes.hpp"

namespace syncline {

inline void PutVarint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Takes one integer from the front. False if the bytes end early, overflow, or are not canonical
// (a last byte of zero after another byte).
inline bool TakeVarint(ByteView& in, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0, i = 0; i < in.size() && shift < 64; shift += 7, ++i) {
    const auto byte = static_cast<unsigned char>(in[i]);
    if (shift == 63 && byte > 1) return false;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      if (byte == 0 && i > 0) return false;
      in.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

inline void PutFixed64(Bytes& out, std::uint64_t value) {
  char bytes[8];
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  out.append(bytes, sizeof bytes);
}

inline bool TakeFixed64(ByteView& in, std::uint64_t& value) {
  if (in.size() < 8) return false;
  value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(in[i])) << (8 * i);
  }
  in.remove_prefix(8);
  return true;
}

}  // namespace syncline
