// Metrics: what the relay counts, for /metrics in Prometheus' text form. Counted by every thread,
// without locks and without order between the numbers.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace syncline::relay {

// How long commits take, in buckets of milliseconds.
class Histogram {
 public:
  static constexpr std::array<double, 11> kBoundsMs{0.1, 0.25, 0.5, 1,   2.5, 5,
                                                    10,  25,   50,  250, 1000};
  void Observe(double ms);
  void Append(std::string& out, const char* name, const char* help) const;

 private:
  std::array<std::atomic<std::uint64_t>, kBoundsMs.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

struct Metrics {
  using Count = std::atomic<std::uint64_t>;
  // How much there is now.
  Count connections{0}, sessions{0}, tenants{0};
  // How much there was.
  Count connections_refused{0}, origins_refused{0}, http_requests{0};
  Count messages_in{0}, messages_out{0}, bytes_in{0}, bytes_out{0};
  Count tokens_refused{0}, sessions_faulted{0}, slow_readers_cut{0}, held_back{0};
  Count accepted{0}, refused{0}, repeated{0}, commits{0}, unknown_tenants{0}, storage_errors{0};
  Count deploys{0}, deploys_refused{0}, admin_denied{0};
  Histogram commit_latency;

  std::string ToText() const;
};

}  // namespace syncline::relay
