// TenantStorage: where tenants are kept, as four functions handed to who needs them: a file each in
// a folder (here), or in memory (tests).
//
// Called from every thread; one tenant is only ever open on one.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/store/database.hpp"

namespace syncline::relay {

struct TenantStorage {
  std::function<bool(const TenantId&)> exists;
  // Opens it, or makes it if it does not exist.
  std::function<Result<std::unique_ptr<Database>>(const TenantId&)> open;
  // REQUIRES: not open.
  std::function<Status(const TenantId&)> remove;
  std::function<Result<std::vector<TenantId>>()> list;
};

// True if the id is 1 to 64 characters of [a-z0-9]: what may name a file. Ids come from strangers.
bool IsTenantId(const TenantId& tenant);

// Of a tenant's file that is new or was restored: one that no other has had. Not 0.
std::uint64_t RandomEpoch();

// FOLDER/<id>.db; the folder must exist.
TenantStorage MakeFileStorage(const std::string& folder);

}  // namespace syncline::relay
