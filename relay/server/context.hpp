// Context: what all threads of one relay use. What is not const here says itself how it is shared.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "relay/auth/dev_tokens.hpp"
#include "relay/auth/token.hpp"
#include "relay/config.hpp"
#include "relay/deploy/admin_key.hpp"
#include "relay/log.hpp"
#include "relay/metrics.hpp"
#include "relay/server/address_limits.hpp"
#include "relay/server/bell.hpp"
#include "relay/server/static_files.hpp"
#include "relay/tenants/directory.hpp"
#include "relay/tenants/storage.hpp"
#include "shared/sync/authority.hpp"

namespace syncline::relay {

class Deployer;

struct Context {
  const Config config;
  const Log log;
  const TokenVerifier verifier;
  const std::optional<DevTokens> dev_tokens;
  const std::optional<StaticFiles> static_files;
  // None: nobody can deploy over HTTP.
  const std::optional<AdminKey> admin_key;
  const TenantStorage storage;
  // Unix milliseconds.
  const std::function<std::uint64_t()> now_ms;
  std::unique_ptr<Directory> directory;
  // Set before the threads start; owned by the Relay.
  Deployer* deployer = nullptr;
  AddressLimits address_limits;
  Metrics metrics{};
  // Rung when a thread's last connection has gone, and when a thread has closed its tenants.
  Bell bell{};
  // Ready: started and not shutting down.
  std::atomic<bool> ready{false};
};

}  // namespace syncline::relay
