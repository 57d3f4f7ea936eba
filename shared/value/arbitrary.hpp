// Arbitrary: seeded random values for the laws of tests, the same on every platform. The ranges are
// narrow, so that equal values, equal prefixes and neighbours in the order happen often.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "shared/value/float_bits.hpp"
#include "shared/value/value.hpp"

namespace syncline {

class Arbitrary {
 public:
  explicit Arbitrary(std::uint64_t seed) : random_(seed) {}

  // 0 to end - 1. The standard's distributions differ between libraries.
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  std::uint64_t Bits() { return random_(); }

  // Of any type but Undefined; containers nest at most `depth` deep.
  Value AnyValue(int depth = 3) {
    switch (Below(depth > 0 ? 9 : 7)) {
      case 0: return Null{};
      case 1: return Integer();
      case 2: return Float();
      case 3: return Below(2) == 0;
      case 4:
      case 5: return Text();
      case 6: return BytesValue{Raw()};
      case 7: return AnyArray(depth - 1);
      default: return AnyObject(depth - 1);
    }
  }

  Object AnyObject(int depth = 2) {
    Object object;
    for (std::size_t i = Below(4); i > 0; --i) {
      const std::string name = Name();  // first: the order of arguments is the compiler's
      object.Set(name, AnyValue(depth));
    }
    return object;
  }

  Array AnyArray(int depth) {
    Array array;
    for (std::size_t i = Below(4); i > 0; --i) array.push_back(AnyValue(depth));
    return array;
  }

  // Near the places where the key encoding changes its width, and near zero.
  std::int64_t Integer() {
    static constexpr std::array<std::uint64_t, 7> kEdges = {
        0, 0x80, 0x100, 0x10000, 0x100000000, std::uint64_t{1} << 62, std::uint64_t{1} << 63};
    const std::uint64_t near = kEdges[Below(kEdges.size())] + Below(5) - 2;
    return static_cast<std::int64_t>(Below(2) == 0 ? near : 0 - near);
  }

  double Float() {
    using Limits = std::numeric_limits<double>;
    static const std::array<double, 12> kSpecial = {0.0,
                                                    -0.0,
                                                    Limits::infinity(),
                                                    -Limits::infinity(),
                                                    Limits::quiet_NaN(),
                                                    Limits::denorm_min(),
                                                    Limits::max(),
                                                    Limits::lowest(),
                                                    0.1,
                                                    1e21,
                                                    9007199254740993.0,
                                                    1700000000000.25};
    switch (Below(4)) {
      case 0: return kSpecial[Below(kSpecial.size())];
      case 1: return FloatFromBits(Bits());
      case 2: return (static_cast<double>(Below(2000)) - 1000) / 8;
      default: return static_cast<double>(Below(5)) - 2;
    }
  }

  // UTF-8 of one to four bytes a character, and the bytes that the key encoding escapes.
  std::string Text() {
    static const std::array<std::string, 9> kParts = {"a",
                                                      "b",
                                                      std::string(1, '\0'),
                                                      "\x01",
                                                      "\x02",
                                                      "\"\\\n",
                                                      "\xC3\xA9",
                                                      "\xE2\x82\xAC",
                                                      "\xF0\x9F\x98\x80"};
    std::string text;
    for (std::size_t i = Below(4); i > 0; --i) text += kParts[Below(kParts.size())];
    return text;
  }

  Bytes Raw() {
    static constexpr std::array<unsigned char, 5> kBytes = {0x00, 0x01, 0x02, 0x7F, 0xFF};
    Bytes bytes;
    for (std::size_t i = Below(5); i > 0; --i) {
      bytes.push_back(static_cast<char>(kBytes[Below(kBytes.size())]));
    }
    return bytes;
  }

  std::string Name() {
    static constexpr std::array<const char*, 6> kNames = {"a", "aa", "b", "B", "_id", ""};
    return kNames[Below(kNames.size())];
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace syncline
