// Which tables have rows: what decides whether a change of the schema may be deployed.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "relay/tenants/storage.hpp"
#include "shared/sync/authority.hpp"

namespace syncline::relay {

// Those of `tables` that have a row in an open tenant.
Status AddOccupied(Authority& authority, const std::set<std::string>& tables,
                   std::set<std::string>& occupied);
// The same for a tenant that is not open; one that nobody founded is removed. A tenant that cannot be
// read is an error: its rows are not known.
Status AddOccupied(const TenantStorage& storage, const Application& application,
                   const TenantId& tenant, const std::set<std::string>& tables,
                   std::set<std::string>& occupied);

}  // namespace syncline::relay
