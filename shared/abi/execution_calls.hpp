// The calls within an execution that are more than one row or stream: parts, metrics, pages, and what the
// host writes itself.
#pragma once
#include "shared/abi/json_call.hpp"

namespace syncline::abi {

Result<Bytes> DoPart(Replica& replica, std::uint32_t operation, Input& input);
Result<Bytes> DoMetrics(Replica& replica, Input& input);
Result<Bytes> DoPage(Replica& replica, Input& input);
Result<Bytes> DoSystemWrite(Replica& replica, Input& input);
Result<Bytes> DoImport(Replica& replica, Input& input);
Result<Bytes> DoFilePut(Replica& replica, Input& input);
Result<Bytes> DoFileGet(Replica& replica, Input& input);

}  // namespace syncline::abi
