// Context: what one simulated run shares: the random numbers, the played time, the events that are to come,
// and the story of those that were. One thread; the same plan gives the same run.
//
// Every event draws from random numbers of its own, seeded by the event that made it. So a step that is
// left out of a plan takes away only what would have come of it, and a failing run can be shrunk.
#pragma once
#include <cstdint>
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
  // `tell` hears of each event in words; a run is first made without, and again if it fails.
  Context(std::uint64_t seed, std::function<void(std::string)> tell)
      : random(seed, seed * 2 + 1), tell_(std::move(tell)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Random random;  // of the event that is running
  std::uint64_t now_ms() const { return now_ms_; }
  std::uint64_t step() const { return step_; }

  // Events of one time run in the order in which they were made.
  void At(std::uint64_t at_ms, std::function<void()> work) {
    AtWith(random.Next(), at_ms, std::move(work));
  }
  // The same with random numbers from that seed.
  void AtWith(std::uint64_t seed, std::uint64_t at_ms, std::function<void()> work) {
    events_.emplace(at_ms < now_ms_ ? now_ms_ : at_ms, Event{seed, std::move(work)});
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
    random = Random(event.mapped().seed, 1);
    event.mapped().work();
    return true;
  }

  // `tell` gives the sentence; it is not called unless somebody listens.
  template <class Tell>
  void Note(Tell tell) {
    if (tell_) tell_("+" + std::to_string(now_ms_ - kStartMs) + " ms  " + tell());
  }

  // What the story calls a thing that has a long name: its kind, and which of them it was to be named.
  std::string Call(const std::string& kind, const std::string& name) {
    const auto [called, fresh] = called_.try_emplace(name);
    if (fresh) called->second = kind + " " + std::to_string(++called_by_kind_[kind]);
    return called->second;
  }

  static constexpr std::uint64_t kStartMs = 1'760'000'000'000;

 private:
  struct Event {
    std::uint64_t seed;
    std::function<void()> work;
  };
  std::uint64_t now_ms_ = kStartMs;
  std::uint64_t step_ = 0;
  std::multimap<std::uint64_t, Event> events_;
  std::function<void(std::string)> tell_;
  std::map<std::string, std::string> called_;
  std::map<std::string, int> called_by_kind_;
};

}  // namespace syncline::simulation
