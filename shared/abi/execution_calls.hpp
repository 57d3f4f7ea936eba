// The calls within an execution that are more than one row or stream: parts, metrics and pages.
#pragma once
#include "shared/abi/json_call.hpp"

namespace syncline::abi {

Result<Bytes> DoPart(Replica& replica, std::uint32_t operation, Input& input);
Result<Bytes> DoMetrics(Replica& replica, Input& input);
Result<Bytes> DoPage(Replica& replica, Input& input);

}  // namespace syncline::abi
