// Config: everything that can be told to the relay, by flags and by a configuration file.
//
// The file is one JSON object, comments allowed, whose names are the flags with underscores:
// --serve-dir is "serve_dir". A flag wins over the file. Paths in the file are relative
// to the file, paths in flags to the working directory. Unknown or repeated names are refused.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relay/log.hpp"
#include "shared/base/result.hpp"

namespace syncline::relay {

// A key that tokens may be signed with: {"algorithm": "RS256", "file": "key.pem", "kid": "a"}. The
// file holds a public key in PEM form, or for HS256 the secret (a newline at its end is not part).
struct KeyFile {
  std::string algorithm;
  std::string file;
  std::string kid;
};

struct Config {
  // --- where ---
  // Loopback unless told otherwise: the relay speaks plain HTTP and belongs behind TLS.
  std::string address = "127.0.0.1";
  std::uint64_t port = 8787;  // 0: one that is free
  std::string data = "data";
  std::string app;  // empty: the application that was deployed last
  std::string serve_dir;
  std::uint64_t threads = 0;  // 0: one a core
  std::string log_level = "info";

  // --- who ---
  std::vector<KeyFile> keys;  // in the file only
  std::string jwks;
  std::string issuer;
  std::string audience;
  std::uint64_t leeway_s = 60;
  bool require_expiry = true;
  bool dev_tokens = false;
  // Empty: pages of this host and of localhost. "*" allows every page.
  std::vector<std::string> origins;
  // False: only this machine may read /metrics.
  bool metrics_public = false;
  // Whether applications can be deployed over HTTP, and by whose key (empty: DATA/admin.key).
  bool admin = true;
  std::string admin_key_file;

  // --- how much; 0 is no limit for what is counted by a second or an address ---
  std::uint64_t connections_max = 10'000;
  std::uint64_t connections_per_address_max = 1'000;
  std::uint64_t messages_per_second = 10'000;  // of one session
  std::uint64_t bytes_per_second = 64 << 20;
  std::uint64_t address_messages_per_second = 40'000;  // of all sessions of one address
  std::uint64_t address_bytes_per_second = 256 << 20;
  std::uint64_t admin_requests_per_second = 10;  // of one address
  std::uint64_t session_queue_bytes_max = 32 << 20;
  std::uint64_t push_change_sets_max = 1'000;
  std::uint64_t tenant_queue_bytes_max = 64 << 20;
  std::uint64_t tenants_open_max = 1'000;  // a thread
  std::uint64_t tenant_idle_s = 60;
  std::uint64_t shutdown_s = 10;
};

struct Invocation {
  enum class Action { kRun, kHelp, kPrintConfig, kMarkRestored };
  Action action = Action::kRun;
  Config config;
};

// kInvalid names the flag, or the file and the name in it, and says what to do.
Result<Invocation> ParseArguments(const std::vector<std::string>& arguments);
// Applies a configuration file's text; `folder` is what its paths are relative to.
Status ApplyConfigText(Config& config, std::string_view text, const std::string& folder);

std::string HelpText();
// The whole configuration as a file of its own.
std::string ConfigToText(const Config& config);

}  // namespace syncline::relay
