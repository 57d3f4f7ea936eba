#include "relay/server/address_limits.hpp"

#include <algorithm>

#include "shared/base/check.hpp"

namespace syncline::relay {

bool AddressLimits::Connect(const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (connections_ >= limits_.connections_max) return false;
  Entry& entry = entry_by_address_.try_emplace(address, limits_).first->second;
  if (limits_.connections_per_address_max > 0 &&
      entry.connections >= limits_.connections_per_address_max) {
    return false;
  }
  ++entry.connections;
  ++connections_;
  return true;
}

void AddressLimits::Disconnect(const std::string& address, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = entry_by_address_.find(address);
  CHECK(found != entry_by_address_.end() && found->second.connections > 0);
  --connections_;
  Entry& entry = found->second;
  // An overdrawn address stays, so that connecting anew does not refill it.
  if (--entry.connections == 0 && entry.full(now_ms)) entry_by_address_.erase(found);
}

std::uint64_t AddressLimits::Take(const std::string& address, std::size_t bytes,
                                  std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = entry_by_address_.find(address);
  CHECK(found != entry_by_address_.end());
  return std::max(found->second.messages.Take(1, now_ms),
                  found->second.bytes.Take(static_cast<double>(bytes), now_ms));
}

std::uint64_t AddressLimits::TakeAdmin(const std::string& address, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = entry_by_address_.find(address);
  CHECK(found != entry_by_address_.end());
  return found->second.admin.Take(1, now_ms);
}

void AddressLimits::Sweep(std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  for (auto it = entry_by_address_.begin(); it != entry_by_address_.end();) {
    Entry& entry = it->second;
    const bool gone = entry.connections == 0 && entry.full(now_ms);
    it = gone ? entry_by_address_.erase(it) : std::next(it);
  }
}

}  // namespace syncline::relay
