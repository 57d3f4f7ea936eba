#include "relay/tenants/restored.hpp"

#include "shared/sync/tenant_log.hpp"

namespace syncline::relay {

Result<std::size_t> MarkRestored(const TenantStorage& storage, Directory& directory) {
  const auto tenants = storage.list();
  if (!tenants) return Fail(tenants.error());
  for (const TenantId& tenant : *tenants) {
    const auto marked = directory.MarkDirty(tenant);
    if (!marked) return Fail(marked.error());
    auto database = storage.open(tenant);
    if (!database) return Fail(database.error());
    const std::uint64_t epoch = RandomEpoch();
    auto log = TenantLog::Open(**database, epoch);
    if (!log) return Fail(log.error());
    if (Status begun = log->BeginEpoch(epoch); !begun) return Fail(begun.error());
  }
  return tenants->size();
}

}  // namespace syncline::relay
