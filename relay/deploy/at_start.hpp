// Which application a relay starts with: the one that --app names, else the one deployed last.
#pragma once
#include <memory>

#include "relay/config.hpp"
#include "relay/deploy/deployed.hpp"
#include "relay/log.hpp"
#include "relay/tenants/storage.hpp"

namespace syncline::relay {

// Null if there is neither. What --app names is deployed if it is another: it is held against the rows
// that exist (kConflict) and written to the data folder. REQUIRES: no tenant is open.
Result<std::shared_ptr<const Deployed>> ApplicationAtStart(const Config& config,
                                                           const TenantStorage& storage,
                                                           const Log& log);

}  // namespace syncline::relay
