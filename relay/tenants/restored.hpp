// What a data folder needs after it was put back from a backup: devices know more than it does, and what it
// counts from here on must not be taken for what it had counted before (shared/decisions/0012).
#pragma once
#include "relay/tenants/directory.hpp"
#include "relay/tenants/storage.hpp"

namespace syncline::relay {

// Every tenant begins a new epoch, and its members are read again at the next start. Gives how many tenants
// there are. kCorrupt names one that cannot be read; the others are marked all the same. May be run again.
// REQUIRES: no tenant is open.
Result<std::size_t> MarkRestored(const TenantStorage& storage, Directory& directory);

}  // namespace syncline::relay
