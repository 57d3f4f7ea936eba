// What executions read by plain SQL.
#include "shared/replica/execution.hpp"

namespace syncline {

Result<SqlRows> Replica::ReadSql(ExecutionId id, const std::string& sql, const Array& arguments) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  if (!sql_) sql_ = std::make_unique<SqlReader>(device_->store());
  Result<SqlRows> rows = sql_->Read(sql, arguments, device_->VisibleTenants());
  if (!rows) return rows;
  for (const TableNumber number : rows->tables) {
    for (const TenantNo tenant : TenantsOf(*application_->schema.FindTable(number))) {
      (*execution)
          ->reads.push_back({number,
                             kByCreationTime,
                             {TenantKey(tenant, {}), TenantKey({tenant.value + 1}, {})}});
    }
  }
  return rows;
}

}  // namespace syncline
