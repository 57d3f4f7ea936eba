// Pages of documents in the binary form that the host's own layer reads (shared/value/block.hpp describes
// it), read once more in the plainest way.
#pragma once
#include <string>

#include "tests/oracle/value.hpp"

namespace syncline::oracle {

// The page as STREAM_NEXT would have put it: {"page": [...], "done": boolean}. False: it is no block.
bool FromBlock(const std::string& block, Value& page);

}  // namespace syncline::oracle
