// The C boundary: handles, the output buffer, and the line that no exception crosses.
#include "shared/abi/syncline.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <new>

#include "shared/abi/call.hpp"

namespace {

using syncline::Bytes;
using syncline::ByteView;
using syncline::Code;
using syncline::Error;
using syncline::Replica;

// The engines of this process. The host is one thread, so there is nothing to guard.
struct Boundary {
  std::map<std::uint32_t, std::unique_ptr<Replica>> engines;
  std::uint32_t last_engine = 0;
  Bytes output;
};

Boundary& TheBoundary() {
  static Boundary boundary;
  return boundary;
}

ByteView View(const std::uint8_t* input, std::size_t size) {
  return {reinterpret_cast<const char*>(input), size};
}

// Runs `body`, which leaves its output and returns its status; whatever is thrown becomes an error.
template <class Body>
std::uint32_t Guarded(std::uint32_t failed, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    TheBoundary().output = syncline::abi::ErrorJson(
        {Code::kUnavailable, "There is not enough memory for this"}, nullptr);
  } catch (const std::exception& error) {
    TheBoundary().output = syncline::abi::ErrorJson({Code::kInvalid, error.what()}, nullptr);
  }
  return failed;
}

}  // namespace

uint32_t syncline_open(const uint8_t* input, size_t input_size) {
  return Guarded(0, [&]() -> std::uint32_t {
    Boundary& boundary = TheBoundary();
    auto replica = syncline::abi::Open(View(input, input_size));
    if (!replica) {
      boundary.output = syncline::abi::ErrorJson(replica.error(), nullptr);
      return 0;
    }
    boundary.output = "{}";
    boundary.engines[++boundary.last_engine] = std::move(*replica);
    return boundary.last_engine;
  });
}

void syncline_close(uint32_t engine) { TheBoundary().engines.erase(engine); }

uint32_t syncline_call(uint32_t engine, uint32_t operation, const uint8_t* input,
                       size_t input_size) {
  return Guarded(static_cast<std::uint32_t>(Code::kUnavailable), [&]() -> std::uint32_t {
    Boundary& boundary = TheBoundary();
    const auto found = boundary.engines.find(engine);
    Error error{Code::kInvalid, "The engine is closed"};
    const Replica* replica = nullptr;
    if (found != boundary.engines.end()) {
      replica = found->second.get();
      auto output = syncline::abi::Call(*found->second, operation, View(input, input_size));
      if (output) {
        boundary.output = std::move(*output);
        return 0;
      }
      error = output.error();
    }
    boundary.output = syncline::abi::ErrorJson(error, replica);
    return static_cast<std::uint32_t>(error.code);
  });
}

const uint8_t* syncline_output(void) {
  return reinterpret_cast<const std::uint8_t*>(TheBoundary().output.data());
}
size_t syncline_output_size(void) { return TheBoundary().output.size(); }
uint8_t* syncline_allocate(size_t size) { return static_cast<std::uint8_t*>(std::malloc(size)); }
void syncline_free(uint8_t* memory) { std::free(memory); }
