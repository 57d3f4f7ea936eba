#include "relay/tenants/restored.hpp"

#include "shared/sync/tenant_log.hpp"

namespace syncline::relay {
namespace {

Status Mark(const TenantStorage& storage, Directory& directory, const TenantId& tenant) {
  const auto marked = directory.MarkDirty(tenant);
  if (!marked) return Fail(marked.error());
  auto database = storage.open(tenant);
  if (!database) return Fail(database.error());
  const std::uint64_t epoch = RandomEpoch();
  auto log = TenantLog::Open(**database, epoch);
  if (!log) return Fail(log.error());
  return log->BeginEpoch(epoch);
}

}  // namespace

Result<std::size_t> MarkRestored(const TenantStorage& storage, Directory& directory) {
  const auto tenants = storage.list();
  if (!tenants) return Fail(tenants.error());
  // One that is damaged must not keep the others from it.
  std::size_t failed = 0;
  std::string first;
  for (const TenantId& tenant : *tenants) {
    const Status marked = Mark(storage, directory, tenant);
    if (!marked && ++failed == 1) first = "tenant " + tenant.text + ": " + marked.error().message;
  }
  if (failed == 0) return tenants->size();
  return Fail(Code::kCorrupt, std::to_string(failed) + " of " + std::to_string(tenants->size()) +
                                  " tenants cannot be read, the first of them " + first +
                                  "; take their files away, or put them back from another backup");
}

}  // namespace syncline::relay
