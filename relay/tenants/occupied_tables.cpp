#include "relay/tenants/occupied_tables.hpp"

#include <utility>

namespace syncline::relay {

Status AddOccupied(Authority& authority, const std::set<std::string>& tables,
                   std::set<std::string>& occupied) {
  for (const std::string& table : tables) {
    if (occupied.count(table)) continue;
    const auto has = authority.HasRows(table);
    if (!has) return Fail(has.error());
    if (*has) occupied.insert(table);
  }
  return Done{};
}

Status AddOccupied(const TenantStorage& storage, const Application& application,
                   const TenantId& tenant, const std::set<std::string>& tables,
                   std::set<std::string>& occupied) {
  {
    auto database = storage.open(tenant);
    if (!database) return Fail(database.error());
    // If it is new it is removed again, so that its epoch is never seen.
    const auto authority = Authority::Open(std::move(*database), application, tenant, {}, 1);
    if (!authority) return Fail(authority.error());
    if (!(*authority)->empty()) return AddOccupied(**authority, tables, occupied);
  }
  return storage.remove(tenant);
}

}  // namespace syncline::relay
