// Deployer: gives a running relay another application, without losing what was acknowledged.
//
// A thread of its own does one deploy after another and may wait; the workers never do. A deploy that
// is checked and fits goes like this:
//   1. every worker commits what was submitted, closes its tenants and opens none;
//   2. the application is written to the data folder, durably: from here on it is the one, also for a
//      relay that is killed and started again;
//   3. the workers open tenants with it, and ask all sessions to connect again.
// What a device had sent and the relay not acknowledged is offered again, and judged by the new rules.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "relay/deploy/changes.hpp"
#include "relay/deploy/deployed.hpp"
#include "shared/base/result.hpp"

namespace syncline::relay {

struct Context;
class Worker;

class Deployer {
 public:
  struct Outcome {
    std::string hash;
    // False: it was deployed already, and nothing happened.
    bool changed = false;
    std::vector<std::string> notes;
  };
  using OnDone = std::function<void(Result<Outcome>)>;

  // `workers` is filled before the first deploy. Both must outlive it.
  Deployer(Context& context, const std::vector<std::unique_ptr<Worker>>& workers,
           std::shared_ptr<const Deployed> current);
  ~Deployer();
  Deployer(const Deployer&) = delete;
  Deployer& operator=(const Deployer&) = delete;

  // --- any thread ---
  // Null if nothing was deployed yet.
  std::shared_ptr<const Deployed> current() const;
  // `on_done` is called on the deployer's thread, unless the relay ends before; or at once with
  // kUnavailable, if it does another deploy or the relay shuts down. A dry run only checks. kInvalid:
  // no application; kConflict: it does not fit rows that exist.
  void Deploy(std::string json, bool dry_run, OnDone on_done);
  // Waits for the deploy that goes on; takes no further ones.
  void Finish();
  // The same, but what goes on is given up: as if the process had been killed.
  void Abort();

 private:
  struct Job {
    std::string json;
    bool dry_run = false;
    OnDone on_done;
  };
  void Run();
  Result<Outcome> Perform(const Job& job);
  void Note(const Job& job, const Result<Outcome>& outcome);
  Status CheckFit(const Deployed& before, const Changes& changes);
  Result<std::set<std::string>> OccupiedTables(const Application& application,
                                               const std::set<std::string>& tables);
  Status Switch(const std::shared_ptr<const Deployed>& before,
                const std::shared_ptr<const Deployed>& next, const Changes& changes);
  // Runs the work on each worker's thread and waits for all. kUnavailable: the relay ends.
  Status OnWorkers(const std::function<void(Worker&)>& work);

  Context& context_;
  const std::vector<std::unique_ptr<Worker>>& workers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by the mutex.
  std::shared_ptr<const Deployed> current_;
  std::optional<Job> job_;
  bool busy_ = false, finishing_ = false, aborting_ = false;
  std::size_t workers_waited_for_ = 0, workers_running_ = 0;
  std::thread thread_;
};

// Has the directory know the members that this application names. REQUIRES: no tenant is open.
Status RecoverMembers(Context& context, const Application& application);

}  // namespace syncline::relay
