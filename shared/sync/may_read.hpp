// Whether an actor may see a row of a tenant: by the read rule of its table, and an entry of the history by
// that of the table that it tells of, for the document that it shows.
#pragma once
#include "shared/rules/rules.hpp"
#include "shared/schema/schema.hpp"
#include "shared/store/row.hpp"

namespace syncline {

bool MayRead(const Rules& rules, const TableSchema& table, const Actor& actor, const Row& row);

// The table that an entry of the history tells of; empty if it says none.
std::string_view TableOfEntry(const Object& entry);

}  // namespace syncline
