#include "tests/simulation/world.hpp"

#include "shared/base/check.hpp"
#include "tests/simulation/application.hpp"

namespace syncline::simulation {
namespace {

// How long people work and things break, in played time.
constexpr std::uint64_t kTroubleMs = 7'000;
// After the last fault, everything must be in its place within this.
constexpr std::uint64_t kHealingMs = 60'000;
constexpr std::uint64_t kHealingStepsMax = 50'000;

class World {
 public:
  explicit World(Context& context);
  void Run();

 private:
  SimDevice& AnyDevice() { return *devices_[context_.random.Below(devices_.size())]; }
  void ScheduleAct();
  void ScheduleFault();
  void ScheduleCare();
  void Fault();
  void HarmLink();
  void Heal();
  bool quiet() const;

  Context& context_;
  const bool by_person_;
  const std::string application_json_;
  Application application_;
  Network network_;
  MadeChangeSets made_;
  std::unique_ptr<SimRelay> relay_;
  std::vector<std::unique_ptr<SimDevice>> devices_;
  bool healing_ = false;
  std::uint64_t fault_every_ms_;
};

Application Parsed(const std::string& json) {
  Result<Application> application = ParseApplication(json);
  if (!application) Break("application", application.error().message);
  return std::move(*application);
}

World::World(Context& context)
    : context_(context),
      by_person_(context.OneIn(2)),
      application_json_(ApplicationJson(by_person_)),
      application_(Parsed(application_json_)),
      network_(context),
      fault_every_ms_(context.OneIn(6) ? 100'000 : context.Between(100, 1500)) {
  SimRelay::Options options;
  options.by_person = by_person_;
  if (context.OneIn(2)) options.authority.snapshot_chunk_bytes = 200;
  if (context.OneIn(2)) options.snapshot_pause_ms_max = 400;
  if (context.OneIn(4)) options.authority.delta_bytes_max = 400;
  if (context.OneIn(3)) options.authority.tombstone_ms = 4000;
  if (context.OneIn(3)) options.token_ms_max = 5000;
  relay_ = std::make_unique<SimRelay>(context, application_, network_, made_, options);
  // Ann is at home in both organizations; some people have two devices.
  std::vector<std::string> people = {"ann", "bob", "cyn"};
  if (context.OneIn(3)) people.push_back("ann");
  if (context.OneIn(3)) people.push_back("dan");
  for (std::size_t i = 0; i < people.size(); ++i) {
    devices_.push_back(std::make_unique<SimDevice>(context, network_, *relay_, made_,
                                                   application_json_, i, people[i]));
  }
}

void World::Run() {
  relay_->Start();
  for (const auto& device : devices_) {
    if (context_.OneIn(4)) {
      device->SetClock(static_cast<std::int64_t>(context_.Between(0, 14'400'000)) - 7'200'000);
    }
    device->Start();
  }
  devices_[0]->Found({"ann", "bob"});
  devices_[2]->Found({"ann", "cyn"});
  ScheduleAct();
  ScheduleFault();
  ScheduleCare();
  const std::uint64_t trouble_end_ms = context_.now_ms() + kTroubleMs;
  while (context_.now_ms() < trouble_end_ms) CHECK(context_.RunOne());
  Heal();
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
  relay_->CheckRows();
  for (const auto& device : devices_) device->CheckAtQuiet();
}

bool World::quiet() const {
  if (!relay_->running() || !relay_->quiet() || !network_.quiet()) return false;
  for (const auto& device : devices_) {
    if (!device->quiet()) return false;
  }
  return true;
}

void World::ScheduleAct() {
  context_.After(context_.Between(0, 120), [this] {
    if (healing_) return;
    SimDevice& device = AnyDevice();
    // People work in bursts.
    for (std::uint64_t left = context_.OneIn(4) ? context_.Between(2, 4) : 1; left > 0; --left) {
      device.Act();
    }
    ScheduleAct();
  });
}

void World::ScheduleFault() {
  context_.After(context_.Between(0, fault_every_ms_), [this] {
    if (healing_) return;
    Fault();
    ScheduleFault();
  });
}

void World::Fault() {
  SimDevice& device = AnyDevice();
  switch (context_.random.Below(14)) {
    case 0:
    case 1:
      if (device.running()) device.Kill();
      return;
    case 2: return relay_->Kill();
    case 3:
    case 4:
    case 5: return HarmLink();
    case 6:
      device.SetOnline(false);
      return context_.After(context_.Between(200, 4000), [&device] { device.SetOnline(true); });
    case 7:
      return device.SetClock(static_cast<std::int64_t>(context_.Between(0, 14'400'000)) -
                             7'200'000);
    case 8: return device.SetClock(0);
    case 9:
      if (device.running()) device.Salvage();
      return;
    case 10: {
      SimDisk& disk = context_.OneIn(3) ? relay_->disk() : device.disk();
      disk.set_full(true);
      return context_.After(context_.Between(50, 1000), [&disk] { disk.set_full(false); });
    }
    case 11: return relay_->Sweep();
    case 12: return relay_->CloseSomeTenant();
    default:
      // In the middle of some later write.
      SimDisk& disk = context_.OneIn(2) ? device.disk() : relay_->disk();
      return disk.KillAfter(context_.random.Below(40));
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

void World::HarmLink() {
  const std::vector<LinkId> links = network_.Links();
  if (links.empty()) return;
  const LinkId link = links[context_.random.Below(links.size())];
  switch (context_.random.Below(3)) {
    case 0: return network_.Drop(link);
    case 1: return network_.SetDelay(link, context_.Between(20, 800));
    case 2:
      network_.SetHalfOpen(link);
      return context_.After(context_.Between(100, 5000), [this, link] { network_.Drop(link); });
  }
}

void World::Heal() {
  context_.Note([] { return std::string("--- all faults end ---"); });
  healing_ = true;
  relay_->disk().Mend();
  for (const auto& device : devices_) {
    device->disk().Mend();
    device->SetOnline(true);
  }
  for (const LinkId link : network_.Links()) network_.SetDelay(link, 5);
}

}  // namespace

std::optional<Failure> RunSeed(std::uint64_t seed, bool telling) {
  Context context(seed, telling);
  try {
    World world(context);
    world.Run();
  } catch (const Broken& broken) {
    return Failure{context.step(), broken, context.story()};
  }
  return std::nullopt;
}

}  // namespace syncline::simulation
