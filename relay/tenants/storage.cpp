#include "relay/tenants/storage.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <filesystem>

namespace syncline::relay {
namespace {

// Small: many tenants are open at once, and the operating system caches their files too.
constexpr int kCacheKib = 2 << 10;

std::string PathOf(const std::string& folder, const TenantId& tenant) {
  CHECK(IsTenantId(tenant));
  return folder + "/" + tenant.text + ".db";
}

Status RemoveFiles(const std::string& path) {
  std::error_code error;
  for (const char* suffix : {"-wal", "-shm", ""}) {
    std::filesystem::remove(path + suffix, error);
    if (error) return Fail(Code::kUnavailable, path + suffix + ": " + error.message());
  }
  return Done{};
}

Result<std::vector<TenantId>> ListFiles(const std::string& folder) {
  std::vector<TenantId> tenants;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    TenantId tenant{it->path().stem().string()};
    if (it->path().extension() == ".db" && IsTenantId(tenant)) tenants.push_back(std::move(tenant));
  }
  if (error) return Fail(Code::kUnavailable, folder + ": " + error.message());
  return tenants;
}

}  // namespace

bool IsTenantId(const TenantId& tenant) {
  return !tenant.text.empty() && tenant.text.size() <= 64 &&
         std::all_of(tenant.text.begin(), tenant.text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::uint64_t RandomEpoch() {
  std::uint64_t epoch = 0;
  while (epoch == 0) {
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&epoch), sizeof epoch) == 1);
  }
  return epoch;
}

TenantStorage MakeFileStorage(const std::string& folder) {
  TenantStorage storage;
  storage.exists = [folder](const TenantId& tenant) {
    std::error_code error;
    return std::filesystem::exists(PathOf(folder, tenant), error);
  };
  storage.open = [folder](const TenantId& tenant) {
    Database::Options options;
    options.path = PathOf(folder, tenant);
    options.cache_kib = kCacheKib;
    return Database::Open(options);
  };
  storage.remove = [folder](const TenantId& tenant) { return RemoveFiles(PathOf(folder, tenant)); };
  storage.list = [folder] { return ListFiles(folder); };
  return storage;
}

}  // namespace syncline::relay
