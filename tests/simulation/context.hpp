// Context: what one simulated run shares: the seed's random numbers, the played time, the events that
// are to come, and the story of those that were. One thread; the same seed gives the same run.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "shared/base/random.hpp"

namespace syncline::simulation {

// A law that did not hold: thrown by checkers, caught where the run is reported. Never thrown through
// a frame of SQLite.
struct Broken {
  std::string checker;
  std::string what;
};
[[noreturn]] inline void Break(const char* checker, std::string what) {
  throw Broken{checker, std::move(what)};
}
inline void Require(bool holds, const char* checker, const char* what) {
  if (!holds) Break(checker, what);
}

class Context {
 public:
  static constexpr std::size_t kStoryEvents = 40;

  // `telling`: the events are written down. A run is first made without, and again if it fails.
  Context(std::uint64_t seed, bool telling) : random(seed, seed * 2 + 1), telling_(telling) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Random random;
  std::uint64_t now_ms() const { return now_ms_; }
  std::uint64_t step() const { return step_; }

  // Events of one time run in the order in which they were made.
  void At(std::uint64_t at_ms, std::function<void()> work) {
    events_.emplace(at_ms < now_ms_ ? now_ms_ : at_ms, std::move(work));
  }
  void After(std::uint64_t delay_ms, std::function<void()> work) {
    At(now_ms_ + delay_ms, std::move(work));
  }
  // From `low` to `high`, both inclusive.
  std::uint64_t Between(std::uint64_t low, std::uint64_t high) {
    return low + random.Below(high - low + 1);
  }
  bool OneIn(std::uint64_t count) { return random.OneIn(count); }

  // False if nothing is to come.
  bool RunOne() {
    if (events_.empty()) return false;
    auto event = events_.extract(events_.begin());
    now_ms_ = event.key();
    ++step_;
    event.mapped()();
    return true;
  }

  // `tell` gives the sentence; it is not called unless somebody listens.
  template <class Tell>
  void Note(Tell tell) {
    if (!telling_) return;
    story_.push_back(std::to_string(step_) + " +" + std::to_string(now_ms_ - kStartMs) + "ms " +
                     tell());
    if (story_.size() > kStoryEvents) story_.pop_front();
  }
  const std::deque<std::string>& story() const { return story_; }

 private:
  static constexpr std::uint64_t kStartMs = 1'760'000'000'000;
  std::uint64_t now_ms_ = kStartMs;
  std::uint64_t step_ = 0;
  std::multimap<std::uint64_t, std::function<void()>> events_;
  bool telling_;
  std::deque<std::string> story_;
};

}  // namespace syncline::simulation
