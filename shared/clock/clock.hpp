// The hybrid logical clock: stamps that follow real time closely and causality exactly.
//
// A reading is 64 bits: 48 bits of Unix milliseconds, then a 16-bit counter. A replica's readings
// strictly increase, and lie above every reading that it has observed. The wall clock is handed in.
// Source: Kulkarni et al., "Logical Physical Clocks" (OPODIS 2014).
#pragma once
#include <cstdint>
#include <tuple>

#include "shared/base/ids.hpp"

namespace syncline {

// One reading of a hybrid logical clock.
struct HybridTime {
  std::uint64_t value = 0;

  static HybridTime FromUnixMs(std::uint64_t unix_ms) { return {unix_ms << 16}; }
  std::uint64_t unix_ms() const { return value >> 16; }
  HybridTime Next() const { return {value + 1}; }
  bool operator==(HybridTime other) const { return value == other.value; }
  bool operator!=(HybridTime other) const { return value != other.value; }
  bool operator<(HybridTime other) const { return value < other.value; }
  bool operator>(HybridTime other) const { return value > other.value; }
  bool operator<=(HybridTime other) const { return value <= other.value; }
};

// When a change was made and by whom. Totally ordered; no two change sets share one.
struct Stamp {
  HybridTime time;
  ReplicaId replica;
  bool operator==(const Stamp& other) const {
    return time == other.time && replica == other.replica;
  }
  bool operator!=(const Stamp& other) const { return !(*this == other); }
  bool operator<(const Stamp& other) const {
    return std::tie(time, replica) < std::tie(other.time, other.replica);
  }
};

// A change set may be stamped at most this far ahead of the relay's clock; beyond it is brought back.
inline constexpr std::uint64_t kAheadMsMax = 60'000;

class HybridClock {
 public:
  // A reading above every earlier one and no earlier than `now_ms`.
  HybridTime Tick(std::uint64_t now_ms);
  // Later readings will be above `time`.
  void Observe(HybridTime time);
  // Adopts the relay's word: its clock is `difference_ms` ahead of ours (negative: behind).
  void set_difference_ms(std::int64_t difference_ms) { difference_ms_ = difference_ms; }
  std::int64_t difference_ms() const { return difference_ms_; }
  // Our best idea of the relay's clock.
  std::uint64_t Adjusted(std::uint64_t now_ms) const;
  HybridTime last() const { return last_; }
  // Forgets readings that ran ahead. REQUIRES: nothing stamped above `time` is still pending.
  void Reset(HybridTime time) { last_ = time; }

 private:
  HybridTime last_;
  std::int64_t difference_ms_ = 0;
};

}  // namespace syncline
