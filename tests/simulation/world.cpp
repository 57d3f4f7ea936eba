#include "tests/simulation/world.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "shared/base/check.hpp"
#include "tests/simulation/application.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/device.hpp"
#include "tests/simulation/hostile.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/relay.hpp"
#include "tests/simulation/releases.hpp"

namespace syncline::simulation {
namespace {

// After the last fault, everything must be in its place within this.
constexpr std::uint64_t kHealingMs = 60'000;
constexpr std::uint64_t kHealingStepsMax = 50'000;
// Clocks are set up to two hours off.
constexpr std::int64_t kClockMs = 7'200'000;

using Kind = Step::Kind;

const Releases& AllReleases() {
  static const Releases releases;
  return releases;
}

class World {
 public:
  World(Context& context, const Plan& plan);
  void Run();

 private:
  void Do(const Step& step);
  void DoToDevice(const Step& step, SimDevice& device);
  void DoToLink(const Step& step, LinkId link);
  void ScheduleCare();
  void Heal();
  void Settle();
  void CheckAgainstFresh();
  void CheckOffered();
  static bool Alike(const SimDevice& a, const SimDevice& b) {
    return a.person() == b.person() && a.newest() == b.newest();
  }
  bool quiet() const;

  Context& context_;
  const Plan& plan_;
  Network network_;
  MadeChangeSets made_;
  StrictJournal strict_;
  std::unique_ptr<SimRelay> relay_;
  std::vector<std::unique_ptr<SimDevice>> devices_;
  std::unique_ptr<Hostile> hostile_;
};

World::World(Context& context, const Plan& plan)
    : context_(context), plan_(plan), network_(context) {
  const Setup& setup = plan.setup;
  SimRelay::Options options;
  if (setup.small_chunks) options.authority.snapshot_chunk_bytes = 200;
  // Shorter than a token lives, all its chunks together: else it would begin anew for ever.
  if (setup.slow_snapshots) options.snapshot_pause_ms_max = setup.short_tokens ? 40 : 400;
  if (setup.small_deltas) options.authority.delta_bytes_max = 400;
  if (setup.short_horizon) options.authority.tombstone_ms = 4000;
  if (setup.short_tokens) options.token_ms_max = 5000;
  relay_ = std::make_unique<SimRelay>(context, AllReleases(), setup.rules, network_, made_, strict_,
                                      options);
  for (std::size_t i = 0; i < setup.people.size(); ++i) {
    devices_.push_back(std::make_unique<SimDevice>(context, network_, *relay_, made_, strict_,
                                                   AllReleases(), i, setup.people[i],
                                                   !setup.old_schema[i]));
  }
  hostile_ = std::make_unique<Hostile>(context, network_, *relay_);
}

void World::Run() {
  relay_->Start();
  for (const auto& device : devices_) device->Start();
  for (const Step& step : plan_.steps) {
    context_.AtWith(step.seed, Context::kStartMs + step.at_ms, [this, &step] { Do(step); });
  }
  ScheduleCare();
  const std::uint64_t trouble_end_ms = context_.now_ms() + kTroubleMs;
  while (context_.now_ms() < trouble_end_ms) CHECK(context_.RunOne());
  Heal();
  Settle();
  relay_->CheckRows();
  for (const auto& device : devices_) device->CheckAtQuiet();
  CheckOffered();
  CheckAgainstFresh();
  for (const auto& [tenant, reference] : relay_->tenants()) {
    CheckMergeLaws(reference, context_.random);
  }
}

void World::Settle() {
  const std::uint64_t end_ms = context_.now_ms() + kHealingMs;
  for (std::uint64_t steps = 0; !quiet(); ++steps) {
    CHECK(context_.RunOne());
    if (context_.now_ms() < end_ms && steps < kHealingStepsMax) continue;
    std::string who;
    for (const auto& device : devices_) {
      if (!device->quiet()) who += " " + device->person();
    }
    Break("outbox", "the outbox did not drain, or what is due did not come:" + who);
  }
}

// Every device holds the very bytes that a new one of its person is given.
void World::CheckAgainstFresh() {
  const std::size_t known = devices_.size();
  for (std::size_t i = 0; i < known; ++i) {
    const SimDevice& old = *devices_[i];
    const bool any =
        std::any_of(devices_.begin() + static_cast<std::ptrdiff_t>(known), devices_.end(),
                    [&](const auto& fresh) { return Alike(*fresh, old); });
    if (any) continue;
    devices_.push_back(std::make_unique<SimDevice>(context_, network_, *relay_, made_, strict_,
                                                   AllReleases(), devices_.size(), old.person(),
                                                   old.newest()));
    devices_.back()->Start();
  }
  Settle();
  for (std::size_t i = 0; i < known; ++i) {
    for (std::size_t j = known; j < devices_.size(); ++j) {
      if (!Alike(*devices_[i], *devices_[j])) continue;
      const auto held = DumpOf(devices_[i]->replica());
      for (const auto& [table, lines] : DumpOf(devices_[j]->replica())) {
        const auto found = held.find(table);
        if (found != held.end() && found->second == lines) continue;
      }
    }
  }
}

// What a copy of a tenant had accepted that is gone was decided again by the present one, unless the author
// has left the tenant meanwhile, or it undid what was refused then.
void World::CheckOffered() {
  if (relay_->restored() == 0) return;
  for (const auto& device : devices_) {
    for (const auto& [place, bytes] : made_) {
      const auto& [tenant, author, number] = place;
      if (author != device->replica().device().replica() || !relay_->Find(tenant)) continue;
      if (!device->replica().device().Find(tenant) || device->left(tenant)) continue;
      // What an earlier restored copy refused was reported.
      if (!relay_->EverDecided(tenant, author, number, true)) continue;
      if (relay_->EverDecided(tenant, author, number, false)) continue;
      if (device->withdrew(tenant, number)) continue;
      Require(relay_->SettledNow(tenant, author, number), "offered again",
              "a restored relay forgot a change set, and it was not offered again");
    }
  }
}

bool World::quiet() const {
  if (!relay_->running() || !relay_->quiet() || !network_.quiet()) return false;
  for (const auto& device : devices_) {
    if (!device->quiet()) return false;
  }
  return true;
}

void World::Do(const Step& step) {
  context_.Note([&] { return "-- " + Told(plan_, step); });
  switch (step.kind) {
    case Kind::kKillRelay: return relay_->Kill();
    case Kind::kFullRelayDisk: {
      relay_->disk().set_full(true);
      return context_.After(step.amount, [this] { relay_->disk().set_full(false); });
    }
    case Kind::kRelayDiesWriting: return relay_->disk().KillAfter(step.amount);
    case Kind::kShortRelayWrite: return relay_->disk().ShortenAfter(step.amount);
    case Kind::kSweep: return relay_->Sweep();
    case Kind::kCloseTenant: return relay_->CloseSomeTenant();
    case Kind::kBackup: return relay_->Backup();
    case Kind::kRestore: return relay_->Restore();
    case Kind::kNewRules: return relay_->SetRules(static_cast<unsigned>(step.amount));
    default:
      if (step.device < devices_.size()) DoToDevice(step, *devices_[step.device]);
  }
}

void World::DoToDevice(const Step& step, SimDevice& device) {
  switch (step.kind) {
    case Kind::kFound:
      return device.Found({"ann", plan_.setup.people[step.device] == "ann" ? "bob" : "cyn"});
    case Kind::kWrite: return device.Write(false);
    case Kind::kInsist: return device.Write(true);
    case Kind::kStrict: return device.WriteStrictly();
    case Kind::kWork: return device.Work();
    case Kind::kUndo: return device.Undo(UndoStack::kUndo);
    case Kind::kRedo: return device.Undo(UndoStack::kRedo);
    case Kind::kWatch: return device.Watch();
    case Kind::kKill:
      if (device.running()) device.Kill();
      return;
    case Kind::kReload: return device.Reload();
    case Kind::kUpgrade: return device.Upgrade();
    case Kind::kSalvage:
      if (device.running()) device.Salvage();
      return;
    case Kind::kOffline:
      device.SetOnline(false);
      return context_.After(step.amount, [&device] { device.SetOnline(true); });
    case Kind::kClock: return device.SetClock(static_cast<std::int64_t>(step.amount) - kClockMs, 0);
    case Kind::kDrift: return device.SetClock(device.ahead_ms(), step.amount);
    case Kind::kFullDisk:
      device.disk().set_full(true);
      return context_.After(step.amount, [&device] { device.disk().set_full(false); });
    case Kind::kDieWriting: return device.disk().KillAfter(step.amount);
    case Kind::kShortWrite: return device.disk().ShortenAfter(step.amount);
    case Kind::kHostile: return hostile_->Connect(device.person());
    default:
      if (device.link()) DoToLink(step, *device.link());
  }
}

void World::DoToLink(const Step& step, LinkId link) {
  switch (step.kind) {
    case Kind::kDrop: return network_.Drop(link);
    case Kind::kSlow: return network_.SetDelay(link, step.amount);
    case Kind::kHalfOpen:
      network_.SetHalfOpen(link);
      return context_.After(step.amount, [this, link] { network_.Drop(link); });
    case Kind::kStall:
      network_.SetStalled(link, true);
      return context_.After(step.amount, [this, link] { network_.SetStalled(link, false); });
    default: CHECK(false);
  }
}

// What went down comes back after a while.
void World::ScheduleCare() {
  context_.After(context_.Between(20, 600), [this] {
    if (!relay_->running()) relay_->Start();
    for (const auto& device : devices_) {
      if (!device->running()) device->Start();
    }
    ScheduleCare();
  });
}

void World::Heal() {
  context_.Note([] { return std::string("-- all faults end"); });
  relay_->disk().Mend();
  hostile_->Stop();
  for (const auto& device : devices_) {
    device->disk().Mend();
    device->SetOnline(true);
  }
  for (const LinkId link : network_.Links()) {
    network_.SetDelay(link, 5);
    network_.SetStalled(link, false);
  }
}

}  // namespace

std::optional<Failure> Play(const Plan& plan, std::function<void(std::string)> tell) {
  Context context(plan.setup.seed, std::move(tell));
  try {
    World world(context, plan);
    world.Run();
  } catch (const Broken& broken) {
    return Failure{context.step(), broken};
  }
  return std::nullopt;
}

}  // namespace syncline::simulation
