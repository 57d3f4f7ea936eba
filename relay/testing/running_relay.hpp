// RunningRelay: a relay on a free port with two threads, a folder of its own and a clock that a test
// can move; and tokens for its people. For tests only.
#pragma once
#include <atomic>
#include <fstream>
#include <memory>
#include <string>

#include "relay/auth/token.hpp"
#include "relay/server/relay.hpp"
#include "relay/testing/application.hpp"
#include "relay/testing/device.hpp"
#include "relay/testing/temporary_folder.hpp"

namespace syncline::relay::testing {

class RunningRelay {
 public:
  RunningRelay() : RunningRelay([](Config&) {}) {}
  template <class Change>
  explicit RunningRelay(const Change& change) {
    std::ofstream(folder_.path() + "/app.json") << kApplicationJson;
    std::ofstream(folder_.path() + "/secret") << kSecret << "\n";
    config_.port = 0;
    config_.data = folder_.path() + "/data";
    config_.app = folder_.path() + "/app.json";
    config_.keys = {{"HS256", folder_.path() + "/secret", ""}};
    config_.threads = 2;
    config_.log_level = "error";
    config_.leeway_s = 0;
    config_.admin_requests_per_second = 0;
    change(config_);
    Start();
  }

  void Start() {
    relay_.reset();
    auto started = Relay::Start(config_, [this] { return Relay::UnixMs() + ahead_ms_; });
    if (!started) throw std::runtime_error(started.error().message);
    relay_ = std::move(*started);
  }
  // As a crash would: nothing is closed in order.
  void Kill() { relay_.reset(); }
  Relay& operator*() { return *relay_; }
  Relay* operator->() { return relay_.get(); }
  const Relay* operator->() const { return relay_.get(); }
  std::uint16_t port() const { return relay_->port(); }
  const std::string& folder() const { return folder_.path(); }
  const Config& config() const { return config_; }
  // For the next Start.
  Config& config() { return config_; }
  // "Bearer <the relay's admin key>".
  std::string AdminKey() const {
    std::string key;
    std::ifstream(config_.data + "/admin.key") >> key;
    return "Bearer " + key;
  }
  TestReply Deploy(const std::string& application, bool dry_run = false) const {
    return Request(port(), "POST", "/admin/application" + std::string(dry_run ? "?dry_run=1" : ""),
                   application, "", AdminKey());
  }
  void MoveClock(std::uint64_t ms) { ahead_ms_ += ms; }

  static std::string Token(const std::string& email, std::uint64_t life_s = 3600) {
    Object claims;
    claims.Set("sub", email);
    claims.Set("email", email);
    claims.Set("exp", static_cast<double>(Relay::UnixMs() / 1000 + life_s));
    return SignToken(claims, kSecret, "");
  }

 private:
  static constexpr const char* kSecret = "a secret of more than thirty-two bytes";
  TemporaryFolder folder_;
  std::atomic<std::uint64_t> ahead_ms_{0};
  Config config_;
  std::unique_ptr<Relay> relay_;
};

}  // namespace syncline::relay::testing
