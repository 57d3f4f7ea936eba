// Changes: what differs between the application that is deployed and the next one, and which of it
// would not fit rows that exist. Pure.
//
// What always fits: new tables, new optional fields, wider types, other indexes, other rules and
// roles. What does not: a table or a field that goes, a field that becomes required, a narrower type,
// another tenancy. Objects are stored and merged leaf by leaf, so they must stay objects: devices of
// the older schema, which write leaves, could not write any more.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/sync/authority.hpp"

namespace syncline::relay {

struct Misfit {
  std::string table;
  // What changed, where, and what to do instead.
  std::string message;
};

struct Changes {
  // None of these may happen while the table has rows in any tenant.
  std::vector<Misfit> misfits;
  // Everything worth telling who deploys; one sentence each.
  std::vector<std::string> notes;
};

Changes CompareApplications(const Application& from, const Application& to);

// The tables that must have no rows.
std::set<std::string> TablesOf(const Changes& changes);
// kConflict with what does not fit the rows of the tables that have some; done if all fits.
Status RefuseMisfits(const Changes& changes, const std::set<std::string>& occupied);

}  // namespace syncline::relay
