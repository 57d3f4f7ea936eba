// What executions find by their vectors.
#include "shared/replica/execution.hpp"
#include "shared/value/id.hpp"

namespace syncline {

Result<std::vector<Replica::Nearest>> Replica::VectorSearch(ExecutionId id, const Value& json) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  Result<VectorQuery> query = ParseVectorQuery(device_->store(), json);
  if (!query) return Fail(query.error());
  const TableSchema& table = *query->table->schema;
  Query of_table;
  of_table.table = query->table;
  of_table.equalities = std::move(query->equalities);
  const std::vector<TenantNo> tenants = TenantsFor(of_table);
  Result<std::vector<VectorHit>> hits = RunVectorSearch(device_->store(), *query, tenants);
  if (!hits) return Fail(hits.error());
  for (const TenantNo tenant : tenants) {
    const KeyRange whole{TenantKey(tenant, {}), TenantKey({tenant.value + 1}, {})};
    (*execution)->reads.push_back({table.number, kByCreationTime, whole});
  }
  std::vector<Nearest> nearest;
  for (const VectorHit& hit : *hits) {
    nearest.push_back({IdToText({table.number, hit.id}), hit.score});
  }
  return nearest;
}

}  // namespace syncline
