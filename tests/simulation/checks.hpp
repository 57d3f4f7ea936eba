// Checks: laws of one file, the relay's or a device's, held against the Reference. Each throws Broken.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "shared/replica/replica.hpp"
#include "shared/store/table_store.hpp"
#include "tests/simulation/reference.hpp"
#include "tests/simulation/relay.hpp"

namespace syncline::simulation {

// The relay's file of a tenant holds exactly the reference's rows, and its indexes fit them.
void CheckTenant(TableStore& store, const Reference& reference);
// What the relay's file says of its epoch, and of how far each replica's change sets were decided.
std::uint64_t StoredEpoch(Database& database);
std::uint64_t StoredSeq(Database& database);
bool StoredRefusal(Database& database, ReplicaId replica, std::uint64_t number);
RowState StoredRow(TableStore& store, const RowKey& key);
std::map<ReplicaId, std::uint64_t> StoredProgress(Database& database);

// Cheap, for every step: each row in the file, also in what is being built and in what is kept beside
// pending rows, is filed under the tenant that it names, and the person was once a member of it.
void CheckTenants(Replica& replica, const std::string& person, const SimRelay& relay);

// The whole of a device: what it has confirmed is what its person could see at its cursor; what it
// shows is that with the pending change sets on top; its indexes fit; nothing that it made is lost.
void CheckReplica(Replica& replica, const std::string& person, const SimRelay& relay,
                  const MadeChangeSets& made);

// Once all is quiet: nothing is pending, and the rows are those that the relay lets the person see now.
void CheckQuiet(Replica& replica, const std::string& person, const SimRelay& relay);

// All bytes of a device's rows and index entries, with tenants by their names: two devices of one scope that
// are quiet hold the same, whatever befell them on the way; so nothing is left of what was refused.
std::map<std::string, std::vector<std::string>> DumpOf(Replica& replica);

// The laws of the merge, for the changes that were exchanged: any two parts of a row's history join to the same,
// in either order, and again.
void CheckMergeLaws(const Reference& reference, Random& random);

}  // namespace syncline::simulation
