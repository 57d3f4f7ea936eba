// StrictReads: what strict mutations read, to be held against what was there when the relay accepted them.
//
// The relay's order of a tenant's change sets is the order of all writes, so in the graph of transactions (as
// Elle draws it) every edge of a write to a later write or to a read of it goes forward. Only a read of what
// was overwritten before its own place in the order goes back; without one there is no cycle, and the history
// is serializable.
#pragma once
#include <map>
#include <string>
#include <tuple>

#include "shared/base/ids.hpp"

namespace syncline::simulation {

// All schedules of one status, as one person in one role could read them.
struct StrictRead {
  std::string status;
  std::map<std::string, std::string> rows;  // id and title of each
  std::string role;
  unsigned rules = 0;
};
using StrictJournal = std::map<std::tuple<TenantId, ReplicaId, std::uint64_t>, StrictRead>;

}  // namespace syncline::simulation
