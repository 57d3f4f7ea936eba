// The call that searches by vectors.
#pragma once
#include "shared/abi/json_call.hpp"

namespace syncline::abi {

Result<Bytes> DoVectorSearch(Replica& replica, Input& input);

}  // namespace syncline::abi
