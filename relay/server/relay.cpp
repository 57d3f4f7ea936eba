#include "relay/server/relay.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "relay/deploy/at_start.hpp"
#include "relay/files.hpp"
#include "relay/server/context.hpp"
#include "relay/server/deployer.hpp"
#include "relay/server/worker.hpp"
#include "relay/tenants/restored.hpp"

namespace syncline::relay {
namespace {

constexpr std::size_t kKeyBytesMax = 1 << 20;
constexpr std::size_t kThreadsMax = 256;  // a session's id has 8 bits for its thread

Failure In(const std::string& place, const Error& error) {
  return Fail(error.code, place + ": " + error.message);
}

Status MakeFolders(const std::string& data) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(data, error);
  // A folder that was there keeps the permissions that its owner gave it.
  if (made && !error) {
    std::filesystem::permissions(data, std::filesystem::perms::owner_all, error);
  }
  if (!error) std::filesystem::create_directories(data + "/tenants", error);
  if (error) return Fail(Code::kUnavailable, data + ": " + error.message());
  return Done{};
}

Result<VerificationKey> ReadKey(const KeyFile& file) {
  const auto algorithm = AlgorithmFromName(file.algorithm);
  if (!algorithm) {
    return Fail(Code::kInvalid, file.algorithm + " is no algorithm: HS256, RS256, ES256 or EdDSA");
  }
  auto text = ReadWholeFile(file.file, kKeyBytesMax);
  if (!text) return Fail(text.error());
  if (*algorithm != Algorithm::kHs256) {
    return VerificationKey::FromPem(*algorithm, *text, file.kid);
  }
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return VerificationKey::FromSecret(std::move(*text), file.kid);
}

Result<std::vector<VerificationKey>> ReadKeys(const Config& config, const Log& log) {
  std::vector<VerificationKey> keys;
  for (const KeyFile& file : config.keys) {
    auto key = ReadKey(file);
    if (!key) return In(file.file, key.error());
    keys.push_back(std::move(*key));
  }
  if (config.jwks.empty()) return keys;
  const auto text = ReadWholeFile(config.jwks, kKeyBytesMax);
  if (!text) return Fail(text.error());
  auto set = ParseKeySet(*text);
  if (!set) return In(config.jwks, set.error());
  log.Info("key_set_read", {{"keys", std::uint64_t{set->keys.size()}},
                            {"passed_over", std::uint64_t{set->passed_over}}});
  for (VerificationKey& key : set->keys) keys.push_back(std::move(key));
  return keys;
}

// None if nobody is to deploy over HTTP.
Result<std::optional<AdminKey>> ReadAdminKey(const Config& config) {
  if (!config.admin) return std::optional<AdminKey>();
  auto key = config.admin_key_file.empty() ? AdminKey::ReadOrMake(config.data)
                                           : AdminKey::Read(config.admin_key_file);
  if (!key) return In("the admin key", key.error());
  return std::optional<AdminKey>(std::move(*key));
}

Result<std::unique_ptr<Directory>> OpenDirectoryFile(const std::string& path,
                                                     const TenantStorage& storage) {
  Database::Options options;
  options.path = path;
  auto database = Database::Open(options);
  if (!database) return Fail(database.error());
  return Directory::Open(std::move(*database), storage);
}

// A damaged directory is kept aside and made anew from the tenants.
Result<std::unique_ptr<Directory>> OpenDirectory(const std::string& data,
                                                 const TenantStorage& storage, const Log& log) {
  const std::string path = data + "/directory.db";
  auto directory = OpenDirectoryFile(path, storage);
  if (directory || directory.error().code != Code::kCorrupt) return directory;
  log.Error("directory_damaged", {{"kept_as", path + ".damaged"}});
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code missing;
    std::filesystem::rename(path + suffix, path + ".damaged" + suffix, missing);
  }
  return OpenDirectoryFile(path, storage);
}

// Descriptors up to what the system allows: each session and each open tenant takes some.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

Result<std::unique_ptr<Context>> MakeContext(Config config, std::function<std::uint64_t()> now_ms) {
  const Log log(*LogLevelFromName(config.log_level));
  auto keys = ReadKeys(config, log);
  if (!keys) return Fail(keys.error());
  const TokenPolicy policy{config.issuer, config.audience, config.leeway_s, config.require_expiry};
  std::optional<DevTokens> dev_tokens;
  if (config.dev_tokens) {
    auto opened = DevTokens::Open(config.data, policy);
    if (!opened) return Fail(opened.error());
    keys->push_back(opened->key());
    dev_tokens = std::move(*opened);
    log.Warn("dev_tokens", {{"warning",
                             "everyone who can reach the relay can be anyone: use "
                             "--dev-tokens for development only"}});
  }
  std::optional<StaticFiles> static_files;
  if (!config.serve_dir.empty()) {
    std::error_code error;
    if (!std::filesystem::is_directory(config.serve_dir, error)) {
      return Fail(Code::kInvalid, "serve_dir: " + config.serve_dir + " is no folder");
    }
    static_files.emplace(config.serve_dir);
  }
  auto admin_key = ReadAdminKey(config);
  if (!admin_key) return Fail(admin_key.error());
  TenantStorage storage = MakeFileStorage(config.data + "/tenants");
  auto directory = OpenDirectory(config.data, storage, log);
  if (!directory) return In("the directory", directory.error());
  const AddressLimits::Limits limits{config.connections_max, config.connections_per_address_max,
                                     config.address_messages_per_second,
                                     config.address_bytes_per_second,
                                     config.admin_requests_per_second};
  return std::unique_ptr<Context>(new Context{
      std::move(config), log, TokenVerifier(std::move(*keys), policy), std::move(dev_tokens),
      std::move(static_files), std::move(*admin_key), std::move(storage), std::move(now_ms),
      std::move(*directory), nullptr, AddressLimits(limits)});
}

// SO_REUSEPORT lets a second relay join the first one's port unseen; binding without it does not.
Status CheckPortIsFree(const asio::ip::tcp::endpoint& endpoint) {
  asio::io_context io;
  asio::ip::tcp::acceptor probe(io);
  boost::system::error_code error;
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(asio::ip::tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  if (!error) return Done{};
  return Fail(Code::kConflict, "cannot listen on " + endpoint.address().to_string() + " port " +
                                   std::to_string(endpoint.port()) + ": " + error.message() +
                                   "; choose another with --port");
}

// Whether it comes true for all workers before the deadline.
template <class Condition>
bool WaitForAll(Bell& bell, const std::vector<std::unique_ptr<Worker>>& workers,
                std::chrono::steady_clock::time_point deadline, const Condition& condition) {
  return bell.WaitUntil(deadline, [&] {
    return std::all_of(workers.begin(), workers.end(),
                       [&](const auto& worker) { return condition(*worker); });
  });
}

}  // namespace

// Held while a relay uses a data folder, so that no other opens the same files.
class Relay::FolderLock {
 public:
  static Result<std::unique_ptr<FolderLock>> Take(const std::string& data) {
    const std::string path = data + "/lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return Fail(Code::kUnavailable, path + ": " + std::strerror(errno));
    auto lock = std::unique_ptr<FolderLock>(new FolderLock(file));
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      return Fail(Code::kConflict, data + " is used by another relay: stop it, or give --data DIR");
    }
    return lock;
  }
  ~FolderLock() { ::close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

std::uint64_t Relay::UnixMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Relay::Relay() = default;

Result<std::unique_ptr<Relay>> Relay::Start(Config config, std::function<std::uint64_t()> now_ms) {
  RaiseDescriptorLimit();
  const Status made = MakeFolders(config.data);
  if (!made) return Fail(made.error());
  std::unique_ptr<Relay> relay(new Relay());
  auto lock = FolderLock::Take(config.data);
  if (!lock) return Fail(lock.error());
  relay->lock_ = std::move(*lock);
  auto context = MakeContext(std::move(config), std::move(now_ms));
  if (!context) return Fail(context.error());
  relay->context_ = std::move(*context);
  Context& used = *relay->context_;
  auto application = ApplicationAtStart(used.config, used.storage, used.log);
  if (!application) return Fail(application.error());
  const Status recovered =
      *application ? RecoverMembers(used, (*application)->application) : Status(Done{});
  if (!recovered) return Fail(recovered.error());
  const Status listening = relay->Listen();
  if (!listening) return Fail(listening.error());
  relay->Begin(std::move(*application));
  relay->context_->log.Info("listening", {{"address", relay->context_->config.address},
                                          {"port", std::uint64_t{relay->port_}},
                                          {"threads", std::uint64_t{relay->workers_.size()}}});
  return relay;
}

Result<std::size_t> Relay::MarkRestored(Config config) {
  const Status made = MakeFolders(config.data);
  if (!made) return Fail(made.error());
  const auto lock = FolderLock::Take(config.data);
  if (!lock) return Fail(lock.error());
  const auto context = MakeContext(std::move(config), UnixMs);
  if (!context) return Fail(context.error());
  return relay::MarkRestored((*context)->storage, *(*context)->directory);
}

void Relay::Begin(std::shared_ptr<const Deployed> deployed) {
  if (!deployed) {
    context_->log.Warn("nothing_deployed",
                       {{"todo", "devices wait until `syncline deploy` brings an application"}});
  }
  for (const auto& worker : workers_) {
    const auto application = ApplicationOf(deployed);
    worker->tenants().UseApplication(application);
    worker->UseApplication(application);
  }
  deployer_ = std::make_unique<Deployer>(*context_, workers_, std::move(deployed));
  context_->deployer = deployer_.get();
  context_->ready = true;
  for (const auto& worker : workers_) worker->Start();
}

Status Relay::Listen() {
  const Config& config = context_->config;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(config.address, error);
  if (error) return Fail(Code::kInvalid, "address: " + config.address + " is no IP address");
  asio::ip::tcp::endpoint endpoint(address, static_cast<std::uint16_t>(config.port));
  const Status port_is_free = CheckPortIsFree(endpoint);
  if (!port_is_free) return port_is_free;

  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t threads = config.threads > 0 ? config.threads : std::min(cores, kThreadsMax);
  for (std::size_t i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(*context_, i, workers_));
  }
  for (const auto& worker : workers_) {
    const auto port = worker->Listen(endpoint);
    if (!port) return Fail(port.error());
    endpoint.port(*port);
  }
  port_ = endpoint.port();
  return Done{};
}

bool Relay::Stop() {
  context_->ready = false;
  deployer_->Finish();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(context_->config.shutdown_s);
  for (const auto& worker : workers_) worker->StopAccepting();
  for (const auto& worker : workers_) worker->CloseSessions();
  const bool all_gone = WaitForAll(context_->bell, workers_, deadline, [](const Worker& worker) {
    return worker.connection_count() == 0;
  });
  // Committing is not cut short: it is what was acknowledged or will be.
  for (const auto& worker : workers_) worker->Finish();
  const bool closed =
      WaitForAll(context_->bell, workers_,
                 std::max(deadline, std::chrono::steady_clock::now() + std::chrono::seconds(5)),
                 [](const Worker& worker) { return worker.finished(); });
  for (const auto& worker : workers_) worker->Stop();
  for (const auto& worker : workers_) worker->JoinThread();
  context_->log.Info("stopped", {{"forced", !(all_gone && closed)}});
  return all_gone && closed;
}

Relay::~Relay() {
  if (deployer_) deployer_->Abort();
  for (const auto& worker : workers_) worker->Stop();
  for (const auto& worker : workers_) worker->JoinThread();
  for (const auto& worker : workers_) worker->DropLoop();
}

const Metrics& Relay::metrics() const { return context_->metrics; }

}  // namespace syncline::relay
