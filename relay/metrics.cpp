#include "relay/metrics.hpp"

#include <cstdio>

namespace syncline::relay {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

void AppendHead(std::string& out, const char* name, const char* help, const char* type) {
  out += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

std::string Decimal(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.9g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

struct Named {
  const char* name;
  const char* help;
  const char* type;
  Metrics::Count Metrics::*count;
};

constexpr Named kNamed[] = {
    {"syncline_connections", "Connections now.", "gauge", &Metrics::connections},
    {"syncline_sessions", "WebSocket sessions now.", "gauge", &Metrics::sessions},
    {"syncline_tenants", "Tenants open now.", "gauge", &Metrics::tenants},
    {"syncline_connections_refused_total", "Connections turned away by a limit.", "counter",
     &Metrics::connections_refused},
    {"syncline_origins_refused_total", "Requests of pages that may not connect.", "counter",
     &Metrics::origins_refused},
    {"syncline_http_requests_total", "HTTP requests, upgrades included.", "counter",
     &Metrics::http_requests},
    {"syncline_messages_in_total", "WebSocket messages received.", "counter",
     &Metrics::messages_in},
    {"syncline_messages_out_total", "WebSocket messages sent.", "counter", &Metrics::messages_out},
    {"syncline_bytes_in_total", "Bytes of messages received.", "counter", &Metrics::bytes_in},
    {"syncline_bytes_out_total", "Bytes of messages sent.", "counter", &Metrics::bytes_out},
    {"syncline_tokens_refused_total", "Tokens that did not verify.", "counter",
     &Metrics::tokens_refused},
    {"syncline_sessions_faulted_total", "Sessions closed by the relay.", "counter",
     &Metrics::sessions_faulted},
    {"syncline_slow_readers_cut_total", "Sessions cut because their queue was full.", "counter",
     &Metrics::slow_readers_cut},
    {"syncline_held_back_total", "Messages after which a sender had to wait.", "counter",
     &Metrics::held_back},
    {"syncline_accepted_total", "Change sets accepted.", "counter", &Metrics::accepted},
    {"syncline_refused_total", "Change sets refused.", "counter", &Metrics::refused},
    {"syncline_repeated_total", "Change sets seen before and dropped.", "counter",
     &Metrics::repeated},
    {"syncline_commits_total", "Storage transactions.", "counter", &Metrics::commits},
    {"syncline_unknown_tenants_total", "Pushes to tenants that do not exist.", "counter",
     &Metrics::unknown_tenants},
    {"syncline_storage_errors_total", "Tenants that could not be opened or committed.", "counter",
     &Metrics::storage_errors},
    {"syncline_deploys_total", "Applications that replaced another while the relay ran.", "counter",
     &Metrics::deploys},
    {"syncline_deploys_refused_total", "Applications that were not taken.", "counter",
     &Metrics::deploys_refused},
    {"syncline_admin_denied_total", "Requests to deploy without the right key.", "counter",
     &Metrics::admin_denied},
};

}  // namespace

void Histogram::Observe(double ms) {
  std::size_t bucket = 0;
  while (bucket < kBoundsMs.size() && ms > kBoundsMs[bucket]) ++bucket;
  counts_[bucket].fetch_add(1, kRelaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(ms * 1000), kRelaxed);
}

void Histogram::Append(std::string& out, const char* name, const char* help) const {
  AppendHead(out, name, help, "histogram");
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    total += counts_[i].load(kRelaxed);
    const std::string bound = i < kBoundsMs.size() ? Decimal(kBoundsMs[i] / 1000) : "+Inf";
    out += std::string(name) + "_bucket{le=\"" + bound + "\"} " + std::to_string(total) + "\n";
  }
  const double sum_s = static_cast<double>(sum_us_.load(kRelaxed)) / 1e6;
  out += std::string(name) + "_sum " + Decimal(sum_s) + "\n";
  out += std::string(name) + "_count " + std::to_string(total) + "\n";
}

std::string Metrics::ToText() const {
  std::string out;
  for (const Named& named : kNamed) {
    AppendHead(out, named.name, named.help, named.type);
    const std::uint64_t count = (this->*named.count).load(kRelaxed);
    out += std::string(named.name) + " " + std::to_string(count) + "\n";
  }
  commit_latency.Append(out, "syncline_commit_seconds", "Time of one storage transaction.");
  return out;
}

}  // namespace syncline::relay
