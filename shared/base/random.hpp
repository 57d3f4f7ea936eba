// Random: a small seeded generator (splitmix64 over two words), for ids, epochs and simulations. Not for
// secrets. The seed is handed in, so that a run can be repeated.
#pragma once
#include <cstdint>

namespace syncline {

class Random {
 public:
  explicit Random(std::uint64_t seed_high, std::uint64_t seed_low = 0)
      : state_(seed_high), stream_(seed_low | 1) {}
  std::uint64_t Next() {
    state_ += stream_ * 2 + 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31) ^ stream_;
  }
  // 0 to count - 1. REQUIRES: count > 0.
  std::uint64_t Below(std::uint64_t count) { return Next() % count; }
  bool OneIn(std::uint64_t count) { return Below(count) == 0; }

 private:
  std::uint64_t state_;
  std::uint64_t stream_;
};

}  // namespace syncline
