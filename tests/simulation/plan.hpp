// Plan: what is to happen in one run, written down before it begins: the setup, and a list of steps, each with
// random numbers of its own. A step that no longer applies does nothing, so any steps may be left out, and a
// run that fails can be shrunk to the few that matter (shrink.hpp).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace syncline::simulation {

struct Step {
  enum class Kind {
    // What people do.
    kFound,   // an organization
    kWrite,   // what they may
    kInsist,  // also what they may not: the device's preview is left out
    kStrict,  // a strict mutation
    kWork,    // on tasks, so that it can be undone
    kUndo,
    kRedo,
    kWatch,  // a live query
    // What befalls devices.
    kKill,
    kReload,   // with the newest rules
    kUpgrade,  // the same with the newest schema
    kSalvage,
    kOffline,     // for `amount` ms
    kClock,       // jumps to `amount` ms from the right time, plus two hours
    kDrift,       // from here on it gains `amount` parts in a thousand
    kFullDisk,    // for `amount` ms
    kDieWriting,  // at the `amount`th operation of its disk
    kShortWrite,  // the `amount`th write of its disk writes a part only
    // What befalls connections.
    kDrop,
    kSlow,      // up to `amount` ms a message
    kHalfOpen,  // for `amount` ms
    kStall,     // the device reads nothing for `amount` ms
    kHostile,   // the device sends what it should not
    // What befalls the relay.
    kKillRelay,
    kFullRelayDisk,
    kRelayDiesWriting,
    kShortRelayWrite,
    kSweep,
    kCloseTenant,
    kBackup,
    kRestore,   // from the last backup: a new epoch
    kNewRules,  // `amount`: which
  };
  Kind kind = Kind::kWrite;
  std::uint64_t at_ms = 0;  // from the start
  std::size_t device = 0;   // whose turn it is
  std::uint64_t amount = 0;
  std::uint64_t seed = 0;
};

struct Setup {
  std::uint64_t seed = 0;
  std::vector<std::string> people;  // a device each
  std::vector<bool> old_schema;     // by device
  unsigned rules = 0;               // application.hpp
  bool small_chunks = false, slow_snapshots = false, small_deltas = false;
  bool short_horizon = false, short_tokens = false;
};

struct Plan {
  Setup setup;
  std::vector<Step> steps;  // ascending by time
};

// How long people work and things break, in played time.
inline constexpr std::uint64_t kTroubleMs = 7'000;

Plan MakePlan(std::uint64_t seed);
// "bob writes", "the relay is killed".
std::string Told(const Plan& plan, const Step& step);
std::string Told(const Setup& setup);

}  // namespace syncline::simulation
