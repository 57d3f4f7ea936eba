// MergeKind: how concurrent writes of one field combine. The schema declares it, the merge acts on it.
#pragma once
#include <cstdint>

namespace syncline {

// The numbers are the wire's: append only.
enum class MergeKind : std::uint8_t { kRegister, kCounter, kSet, kList, kText };

}  // namespace syncline
