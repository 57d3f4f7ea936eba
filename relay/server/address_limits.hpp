// AddressLimits: how many connections and how much traffic one network address may have, over all
// threads. Behind a proxy every connection has the proxy's address: limit there, and set these to 0.
//
// Any thread may call it. A mutex, not posting: a connection must be counted before it is served, and
// the work under it is a look-up.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "relay/server/token_bucket.hpp"

namespace syncline::relay {

class AddressLimits {
 public:
  struct Limits {
    std::uint64_t connections_max = 0;
    std::uint64_t connections_per_address_max = 0;
    std::uint64_t messages_per_second = 0;
    std::uint64_t bytes_per_second = 0;
    std::uint64_t admin_requests_per_second = 0;
  };
  explicit AddressLimits(Limits limits) : limits_(limits) {}

  // False: no more connections for now. REQUIRES, if true: a Disconnect later.
  bool Connect(const std::string& address);
  void Disconnect(const std::string& address, std::uint64_t now_ms);
  // One message; gives the milliseconds that the sender is to wait. REQUIRES: connected.
  std::uint64_t Take(const std::string& address, std::size_t bytes, std::uint64_t now_ms);
  // The same for a request to deploy, before it is looked at.
  std::uint64_t TakeAdmin(const std::string& address, std::uint64_t now_ms);
  // Forgets addresses that have gone and whose buckets have refilled. Call now and then.
  void Sweep(std::uint64_t now_ms);

 private:
  struct Entry {
    explicit Entry(const Limits& limits)
        : messages(limits.messages_per_second),
          bytes(limits.bytes_per_second),
          admin(limits.admin_requests_per_second) {}
    bool full(std::uint64_t now_ms) {
      return messages.full(now_ms) && bytes.full(now_ms) && admin.full(now_ms);
    }
    std::uint64_t connections = 0;
    TokenBucket messages, bytes, admin;
  };
  const Limits limits_;
  std::mutex mutex_;
  std::map<std::string, Entry> entry_by_address_;
  std::uint64_t connections_ = 0;
};

}  // namespace syncline::relay
