// What a value costs in memory, to bound queues and untrusted messages by.
#pragma once
#include <cstddef>

#include "shared/value/value.hpp"

namespace syncline {

// About how many bytes a value holds beside its own size.
std::size_t HeapBytes(const Value& value);

}  // namespace syncline
