// TokenBucket: how fast someone may go on. It holds back, it does not turn away: what was taken is
// taken, and the answer is how long to wait before taking more.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace syncline::relay {

class TokenBucket {
 public:
  // Fills at `per_second` up to two seconds' worth. 0: never holds back.
  explicit TokenBucket(std::uint64_t per_second)
      : per_second_(static_cast<double>(per_second)), level_(Full()) {}

  // Takes `amount`, if need be beyond what is there, and gives the milliseconds until the bucket is
  // no longer overdrawn. A clock that steps back fills nothing.
  std::uint64_t Take(double amount, std::uint64_t now_ms) {
    if (per_second_ <= 0) return 0;
    Fill(now_ms);
    level_ -= amount;
    return level_ >= 0 ? 0 : static_cast<std::uint64_t>(std::ceil(-level_ / per_second_ * 1000));
  }
  bool full(std::uint64_t now_ms) {
    Fill(now_ms);
    return level_ >= Full();
  }

 private:
  double Full() const { return per_second_ * 2; }
  void Fill(std::uint64_t now_ms) {
    if (now_ms > filled_ms_) {
      const auto passed_s = static_cast<double>(now_ms - filled_ms_) / 1000;
      level_ = std::min(Full(), level_ + passed_s * per_second_);
    }
    filled_ms_ = std::max(filled_ms_, now_ms);
  }

  double per_second_;
  double level_;
  std::uint64_t filled_ms_ = 0;
};

}  // namespace syncline::relay
