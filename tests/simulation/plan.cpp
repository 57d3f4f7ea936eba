#include "tests/simulation/plan.hpp"

#include <algorithm>

#include "shared/base/random.hpp"
#include "tests/simulation/application.hpp"

namespace syncline::simulation {
namespace {

using Kind = Step::Kind;

struct Chance {
  Kind kind;
  unsigned weight;
  // `amount` lies between these.
  std::uint64_t low, high;
};

constexpr Chance kActs[] = {{Kind::kWrite, 32, 0, 0}, {Kind::kInsist, 15, 0, 0},
                            {Kind::kStrict, 8, 0, 0}, {Kind::kWork, 14, 0, 0},
                            {Kind::kUndo, 7, 0, 0},   {Kind::kRedo, 4, 0, 0},
                            {Kind::kWatch, 12, 0, 0}, {Kind::kFound, 1, 0, 0}};

constexpr Chance kFaults[] = {
    {Kind::kKill, 8, 0, 0},
    {Kind::kReload, 3, 0, 0},
    {Kind::kUpgrade, 3, 0, 0},
    {Kind::kSalvage, 4, 0, 0},
    {Kind::kOffline, 5, 200, 4000},
    {Kind::kClock, 5, 0, 14'400'000},
    {Kind::kDrift, 3, 0, 400},
    {Kind::kFullDisk, 3, 50, 1000},
    {Kind::kDieWriting, 3, 0, 40},
    {Kind::kShortWrite, 2, 0, 30},
    {Kind::kDrop, 5, 0, 0},
    {Kind::kSlow, 4, 20, 800},
    {Kind::kHalfOpen, 4, 100, 5000},
    {Kind::kStall, 4, 100, 3000},
    {Kind::kHostile, 6, 0, 0},
    {Kind::kKillRelay, 4, 0, 0},
    {Kind::kFullRelayDisk, 2, 50, 1000},
    {Kind::kRelayDiesWriting, 3, 0, 40},
    {Kind::kShortRelayWrite, 1, 0, 30},
    {Kind::kSweep, 4, 0, 0},
    {Kind::kCloseTenant, 4, 0, 0},
    {Kind::kBackup, 3, 0, 0},
    {Kind::kRestore, 2, 0, 0},
    {Kind::kNewRules, 2, 0, kRuleSets - 1},
};

template <std::size_t kCount>
Step Draw(Random& random, const Chance (&chances)[kCount]) {
  unsigned sum = 0;
  for (const Chance& chance : chances) sum += chance.weight;
  auto left = static_cast<unsigned>(random.Below(sum));
  const Chance* chosen = chances;
  while (left >= chosen->weight) left -= (chosen++)->weight;
  Step step;
  step.kind = chosen->kind;
  step.amount = chosen->low + random.Below(chosen->high - chosen->low + 1);
  return step;
}

}  // namespace

Plan MakePlan(std::uint64_t seed) {
  Random random(seed, seed * 2 + 1);
  Plan plan;
  Setup& setup = plan.setup;
  setup.seed = seed;
  // Ann is at home in both organizations; some people have two devices.
  setup.people = {"ann", "bob", "cyn"};
  if (random.OneIn(3)) setup.people.push_back("ann");
  if (random.OneIn(3)) setup.people.push_back("dan");
  if (random.OneIn(8)) {
    for (const char* person : {"bob", "cyn", "eve", "fay"}) setup.people.push_back(person);
  }
  const bool old_ones = random.OneIn(3);
  for (std::size_t i = 0; i < setup.people.size(); ++i) {
    setup.old_schema.push_back(old_ones && random.OneIn(2));
  }
  setup.rules = static_cast<unsigned>(random.Below(kRuleSets));
  setup.small_chunks = random.OneIn(2);
  setup.slow_snapshots = random.OneIn(2);
  setup.small_deltas = random.OneIn(4);
  setup.short_horizon = random.OneIn(3);
  setup.short_tokens = random.OneIn(3);

  const auto add = [&](std::uint64_t at_ms, Step step) {
    step.at_ms = at_ms;
    step.device = static_cast<std::size_t>(random.Below(setup.people.size()));
    step.seed = random.Next();
    plan.steps.push_back(step);
  };
  for (const std::size_t founder : {0, 2}) {
    Step step;
    step.kind = Kind::kFound;
    add(0, step);
    plan.steps.back().device = founder;
  }
  for (std::size_t i = 0; i < setup.people.size(); ++i) {
    if (!random.OneIn(4)) continue;
    Step step;
    step.kind = Kind::kClock;
    step.amount = random.Below(14'400'000);
    add(0, step);
    plan.steps.back().device = i;
  }
  for (std::uint64_t at_ms = random.Below(121); at_ms < kTroubleMs; at_ms += random.Below(121)) {
    // People work in bursts.
    const auto device = static_cast<std::size_t>(random.Below(setup.people.size()));
    for (std::uint64_t left = random.OneIn(4) ? 2 + random.Below(3) : 1; left > 0; --left) {
      add(at_ms, Draw(random, kActs));
      plan.steps.back().device = device;
    }
  }
  // Some runs are peaceful.
  if (!random.OneIn(6)) {
    const std::uint64_t every_ms = 100 + random.Below(1401);
    for (std::uint64_t at_ms = random.Below(every_ms); at_ms < kTroubleMs;
         at_ms += 1 + random.Below(every_ms)) {
      add(at_ms, Draw(random, kFaults));
    }
  }
  std::stable_sort(plan.steps.begin(), plan.steps.end(),
                   [](const Step& a, const Step& b) { return a.at_ms < b.at_ms; });
  return plan;
}

std::string Told(const Plan& plan, const Step& step) {
  const std::string who =
      "device " + std::to_string(step.device) +
      (step.device < plan.setup.people.size() ? " (" + plan.setup.people[step.device] + ")" : "");
  const std::string amount = std::to_string(step.amount);
  switch (step.kind) {
    case Kind::kFound: return who + " founds an organization";
    case Kind::kWrite: return who + " writes";
    case Kind::kInsist: return who + " writes past its preview";
    case Kind::kStrict: return who + " writes strictly";
    case Kind::kWork: return who + " works on tasks";
    case Kind::kUndo: return who + " undoes";
    case Kind::kRedo: return who + " redoes";
    case Kind::kWatch: return who + " begins a live query";
    case Kind::kKill: return who + " is killed";
    case Kind::kReload: return who + " starts anew with the newest rules";
    case Kind::kUpgrade: return who + " starts anew with the newest schema and rules";
    case Kind::kSalvage: return who + " sets its file aside as damaged";
    case Kind::kOffline: return who + " is offline for " + amount + " ms";
    case Kind::kClock:
      return who + "'s clock is set " +
             std::to_string(static_cast<std::int64_t>(step.amount) - 7'200'000) + " ms ahead";
    case Kind::kDrift: return who + "'s clock gains " + amount + " parts in a thousand";
    case Kind::kFullDisk: return who + "'s disk is full for " + amount + " ms";
    case Kind::kDieWriting: return who + " dies at operation " + amount + " of its disk";
    case Kind::kShortWrite: return who + "'s disk writes a part only, " + amount + " writes on";
    case Kind::kDrop: return who + " loses its connection";
    case Kind::kSlow: return who + "'s connection takes up to " + amount + " ms";
    case Kind::kHalfOpen: return who + "'s connection is dead unnoticed for " + amount + " ms";
    case Kind::kStall: return who + " reads nothing for " + amount + " ms";
    case Kind::kHostile: return who + " sends what it should not";
    case Kind::kKillRelay: return "the relay is killed";
    case Kind::kFullRelayDisk: return "the relay's disk is full for " + amount + " ms";
    case Kind::kRelayDiesWriting: return "the relay dies at operation " + amount + " of its disk";
    case Kind::kShortRelayWrite:
      return "the relay's disk writes a part only, " + amount + " writes on";
    case Kind::kSweep: return "the relay sweeps";
    case Kind::kCloseTenant: return "the relay closes a tenant that nobody uses";
    case Kind::kBackup: return "the relay's disk is backed up";
    case Kind::kRestore: return "the relay is restored from the last backup";
    case Kind::kNewRules: return "the relay gets rules " + amount;
  }
  return "";
}

std::string Told(const Setup& setup) {
  std::string text = "rules " + std::to_string(setup.rules) + "; devices of";
  for (std::size_t i = 0; i < setup.people.size(); ++i) {
    text += " " + setup.people[i] + (setup.old_schema[i] ? " (older schema)" : "");
  }
  if (setup.small_chunks) text += "; small chunks";
  if (setup.slow_snapshots) text += "; slow snapshots";
  if (setup.small_deltas) text += "; small deltas";
  if (setup.short_horizon) text += "; tombstones of 4 s";
  if (setup.short_tokens) text += "; tokens of 5 s";
  return text;
}

}  // namespace syncline::simulation
