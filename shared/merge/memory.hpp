// HeapBytes of changes: what they take in memory, and about what they take on the wire; to bound queues and
// messages by.
#pragma once
#include <cstddef>

#include "shared/merge/merge.hpp"
#include "shared/value/memory.hpp"

namespace syncline {

// Bytes, without sizeof(RowChange).
std::size_t HeapBytes(const RowChange& change);

}  // namespace syncline
