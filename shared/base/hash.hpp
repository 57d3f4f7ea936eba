// FNV-1a: a small, stable hash for names and texts that both ends must derive alike. Not for keys
// that an attacker chooses, and no proof of integrity.
#pragma once
#include <cstdint>

#include "shared/base/bytes.hpp"

namespace syncline {

inline std::uint32_t Fnv1a32(ByteView text) {
  std::uint32_t hash = 0x811C9DC5u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return hash;
}

inline std::uint64_t Fnv1a64(ByteView text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

}  // namespace syncline
