#include "relay/server/deployer.hpp"

#include <algorithm>
#include <utility>

#include "relay/server/context.hpp"
#include "relay/server/worker.hpp"

namespace syncline::relay {
namespace {

// Tenants that are looked into before sessions get their turn again.
constexpr std::size_t kTenantsPerTurn = 64;

}  // namespace

Status RecoverMembers(Context& context, const Application& application) {
  const auto recovered = RecoverDirectory(
      *context.directory, context.storage, application,
      [&](const TenantId& tenant, const Error& error) {
        context.log.Error("tenant_unreadable", {{"tenant", tenant.text}, {"error", error.message}});
      });
  if (!recovered) {
    return Fail(recovered.error().code, "the directory: " + recovered.error().message);
  }
  if (*recovered > 0) context.log.Info("recovered", {{"tenants", std::uint64_t{*recovered}}});
  return Done{};
}

Deployer::Deployer(Context& context, const std::vector<std::unique_ptr<Worker>>& workers,
                   std::shared_ptr<const Deployed> current)
    : context_(context), workers_(workers), current_(std::move(current)) {
  thread_ = std::thread([this] { Run(); });
}

Deployer::~Deployer() { Abort(); }

std::shared_ptr<const Deployed> Deployer::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Deployer::Deploy(std::string json, bool dry_run, OnDone on_done) {
  {
    const std::lock_guard lock(mutex_);
    if (!busy_ && !finishing_) {
      busy_ = true;
      job_ = Job{std::move(json), dry_run, std::move(on_done)};
      changed_.notify_all();
      return;
    }
  }
  on_done(
      Fail(Code::kUnavailable, "another deploy is going on, or the relay shuts down: try again"));
}

void Deployer::Finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Deployer::Abort() {
  {
    const std::lock_guard lock(mutex_);
    aborting_ = true;
  }
  Finish();
}

void Deployer::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ || finishing_; });
    if (!job_) return;
    const Job job = *std::exchange(job_, std::nullopt);
    lock.unlock();
    Result<Outcome> outcome = Perform(job);
    Note(job, outcome);
    lock.lock();
    busy_ = false;
    if (aborting_) return;
    lock.unlock();
    job.on_done(std::move(outcome));
    lock.lock();
  }
}

void Deployer::Note(const Job& job, const Result<Outcome>& outcome) {
  if (!outcome) {
    ++context_.metrics.deploys_refused;
    context_.log.Warn("deploy_refused", {{"code", CodeName(outcome.error().code)},
                                         {"error", outcome.error().message},
                                         {"dry_run", job.dry_run}});
  } else if (outcome->changed && !job.dry_run) {
    ++context_.metrics.deploys;
    context_.log.Info("application_deployed", {{"hash", outcome->hash}});
  }
}

Result<Deployer::Outcome> Deployer::Perform(const Job& job) {
  auto parsed = ParseDeployed(job.json);
  if (!parsed) return Fail(parsed.error());
  const auto next = std::make_shared<const Deployed>(std::move(*parsed));
  const std::shared_ptr<const Deployed> before = current();
  Outcome outcome{next->hash, false, {}};
  if (before && before->text == next->text) return outcome;
  outcome.changed = true;
  Changes changes;
  if (before) {
    changes = CompareApplications(before->application, next->application);
    const Status fits = CheckFit(*before, changes);
    if (!fits) return Fail(fits.error());
  } else {
    changes.notes.push_back("the first application of this relay");
  }
  outcome.notes = changes.notes;
  if (job.dry_run) return outcome;
  const Status switched = Switch(before, next, changes);
  if (!switched) return Fail(switched.error());
  return outcome;
}

Status Deployer::CheckFit(const Deployed& before, const Changes& changes) {
  if (changes.misfits.empty()) return Done{};
  const auto occupied = OccupiedTables(before.application, TablesOf(changes));
  return occupied ? RefuseMisfits(changes, *occupied) : Status(Fail(occupied.error()));
}

// Each tenant is asked on its own thread.
Result<std::set<std::string>> Deployer::OccupiedTables(const Application& application,
                                                       const std::set<std::string>& tables) {
  const auto tenants = context_.storage.list();
  if (!tenants) return Fail(tenants.error());
  std::set<std::string> occupied;
  for (std::size_t begin = 0; begin < tenants->size(); begin += kTenantsPerTurn) {
    const std::size_t end = std::min(begin + kTenantsPerTurn, tenants->size());
    std::mutex mutex;
    Status failed = Done{};
    const Status asked = OnWorkers([&](Worker& worker) {
      std::vector<TenantId> here;
      for (std::size_t i = begin; i < end; ++i) {
        if (worker.IsHome((*tenants)[i])) here.push_back((*tenants)[i]);
      }
      auto found = worker.tenants().OccupiedTables(application, here, tables);
      const std::lock_guard lock(mutex);
      if (!found) {
        failed = Fail(found.error());
      } else {
        occupied.merge(*found);
      }
    });
    if (!asked) return Fail(asked.error());
    if (!failed) return Fail(failed.error());
  }
  return occupied;
}

Status Deployer::Switch(const std::shared_ptr<const Deployed>& before,
                        const std::shared_ptr<const Deployed>& next, const Changes& changes) {
  Status done = OnWorkers([](Worker& worker) {
    worker.tenants().CloseAll();
    worker.tenants().UseApplication(nullptr);
  });
  if (!done) return done;
  // Rows may have come since it was looked; now none can.
  if (before) done = CheckFit(*before, changes);
  if (done) done = WriteDeployed(context_.config.data, *next);
  const auto& now = done ? next : before;
  if (done) {
    const std::lock_guard lock(mutex_);
    current_ = next;
  }
  // The new rules may name the members otherwise; no tenant is open, so this thread may read them.
  if (done) done = RecoverMembers(context_, now->application);
  const Status resumed =
      OnWorkers([&](Worker& worker) { worker.tenants().UseApplication(ApplicationOf(now)); });
  if (!resumed) return resumed;
  // Only once every tenant is served by it: a session of the new application meets no other.
  const Status told = OnWorkers([&](Worker& worker) { worker.UseApplication(ApplicationOf(now)); });
  return done ? told : done;
}

Status Deployer::OnWorkers(const std::function<void(Worker&)>& work) {
  {
    const std::lock_guard lock(mutex_);
    workers_waited_for_ = workers_.size();
  }
  // Owned by what is posted: a relay that ends drops it without running it.
  const auto shared = std::make_shared<const std::function<void(Worker&)>>(work);
  for (const auto& one : workers_) {
    Worker& worker = *one;
    worker.Post([this, shared, &worker] {
      {
        const std::lock_guard lock(mutex_);
        if (aborting_) return;
        ++workers_running_;
      }
      (*shared)(worker);
      const std::lock_guard lock(mutex_);
      --workers_running_;
      --workers_waited_for_;
      changed_.notify_all();
    });
  }
  std::unique_lock lock(mutex_);
  // What runs uses what the caller owns, so it is waited for in any case.
  changed_.wait(
      lock, [this] { return workers_waited_for_ == 0 || (aborting_ && workers_running_ == 0); });
  if (workers_waited_for_ == 0) return Done{};
  return Fail(Code::kUnavailable, "the relay shuts down");
}

}  // namespace syncline::relay
