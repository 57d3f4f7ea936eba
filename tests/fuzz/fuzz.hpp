// What the fuzzers share: the entry point that libFuzzer calls, as a function over a ByteView.
// A law that does not hold is a CHECK, which stops the program as a sanitizer does.
#pragma once
#include <cstddef>
#include <cstdint>

#include "shared/base/bytes.hpp"
#include "shared/base/check.hpp"

namespace syncline {
void Fuzz(ByteView input);
}  // namespace syncline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  syncline::Fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
