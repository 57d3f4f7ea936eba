// Relay: the whole server, from a configuration: threads, port, tenants. Tests start several.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "relay/config.hpp"
#include "relay/metrics.hpp"
#include "shared/base/result.hpp"

namespace syncline::relay {

struct Context;
struct Deployed;
class Deployer;
class Worker;

class Relay {
 public:
  // Milliseconds of the wall clock.
  static std::uint64_t UnixMs();

  // Reads the application, the keys and the directory, then listens. It serves when this returns.
  // kInvalid: a file or a setting is wrong; kConflict: another relay uses the folder or the port.
  static Result<std::unique_ptr<Relay>> Start(Config config,
                                              std::function<std::uint64_t()> now_ms = UnixMs);
  // To be called once after the data folder was put back from a backup, before it is served from again
  // (tenants/restored.hpp). kConflict: a relay uses the folder.
  static Result<std::size_t> MarkRestored(Config config);
  // Without Stop: ends as if the process had been killed. What was acknowledged is safe.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Commits what was submitted, asks sessions to go (1012), closes the tenants; insists after
  // shutdown_s. True if nothing had to be forced.
  bool Stop();

  std::uint16_t port() const { return port_; }
  const Metrics& metrics() const;

 private:
  class FolderLock;
  Relay();
  Status Listen();
  // Starts the threads, with this application.
  void Begin(std::shared_ptr<const Deployed> deployed);

  // Destroyed last: it keeps other relays away from the folder.
  std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<Deployer> deployer_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::uint16_t port_ = 0;
};

}  // namespace syncline::relay
