// Told: messages and change sets in words, for the story of a run.
#pragma once
#include <string>

#include "shared/wire/messages.hpp"
#include "tests/simulation/context.hpp"

namespace syncline::simulation {

std::string Told(Context& context, const TenantId& tenant);
std::string Told(Context& context, const RowKey& key);
std::string Told(Context& context, const TenantId& tenant, const ChangeSet& change_set);
// All frames of a message from the relay; `frames` reads what is sent on that connection.
std::string Told(Context& context, RelayFrames& frames, ByteView message);

}  // namespace syncline::simulation
