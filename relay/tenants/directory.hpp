// Directory: which tenants a person is a member of. What it knows is drawn from the tenants' own
// membership rows and can be rebuilt from them; no right is ever granted by it alone.
//
// A tenant is marked dirty, durably, before the first commit that may change its members, and clean
// once it is closed and its members are stored; after a crash the dirty ones are read again
// (RecoverDirectory). directory_test.cpp kills it in between.
//
// Any thread may call it. A mutex, not posting: a look-up is needed at once at every sign-in, and
// changes of membership are rare.
#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "relay/tenants/storage.hpp"
#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/store/database.hpp"
#include "shared/sync/authority.hpp"

namespace syncline::relay {

class Directory {
 public:
  // A new directory begins with every tenant of `storage` dirty, so that it can be lost. kCorrupt if
  // the file is no directory.
  static Result<std::unique_ptr<Directory>> Open(std::unique_ptr<Database> database,
                                                 const TenantStorage& storage);

  // Ascending; at most kTenantsPerHelloMax.
  Result<std::vector<TenantId>> TenantsOf(const Bytes& member);
  // Durable when it returns. True if the tenant was marked already: its members must be read again.
  Result<bool> MarkDirty(const TenantId& tenant);
  Status MarkClean(const TenantId& tenant);
  Status Apply(const TenantId& tenant, const std::vector<MemberChange>& changes);
  // All members of the tenant are these.
  Status Replace(const TenantId& tenant, const std::vector<Bytes>& members);
  // The tenant is no more.
  Status Remove(const TenantId& tenant);
  Result<std::vector<TenantId>> DirtyTenants();
  // Every tenant becomes dirty if the directory was drawn from another table or field than this.
  Status DrawFrom(const Membership& membership, const TenantStorage& storage);

 private:
  explicit Directory(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  // REQUIRES: mutex_ is held.
  Status Store(const TenantId& tenant, const MemberChange& change);
  Status Run(std::string_view sql, const TenantId& tenant);
  Status Begin(const TenantStorage& storage);
  Status MarkAllDirty(const TenantStorage& storage);
  template <class Work>
  Status InTransaction(const Work& work);

  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

// Reads the members of the tenants that were open when the relay last ended without closing them, or of
// all if the application names its members otherwise than before. REQUIRES: no tenant is open. Gives how many there were; one that cannot be read stays dirty and is passed to `on_unreadable`.
Result<std::size_t> RecoverDirectory(
    Directory& directory, const TenantStorage& storage, const Application& application,
    const std::function<void(const TenantId&, const Error&)>& on_unreadable);

}  // namespace syncline::relay
