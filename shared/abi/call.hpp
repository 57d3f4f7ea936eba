// Call: one operation of the C boundary, from its JSON to the replica and back. The boundary itself
// (syncline.cpp) only moves bytes.
#pragma once
#include <string>

#include "shared/base/result.hpp"
#include "shared/replica/replica.hpp"

namespace syncline::abi {

// {"path":...,"application":...}: see syncline.h.
Result<std::unique_ptr<Replica>> Open(ByteView input);

// The output of an operation.
Result<Bytes> Call(Replica& replica, std::uint32_t operation, ByteView input);

// An error as JSON: {"code":"denied","message":"...","rule":"..."}.
Bytes ErrorJson(const Error& error, const Replica* replica);

}  // namespace syncline::abi
