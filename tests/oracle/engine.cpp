// Calls over the C boundary.
#include "tests/oracle/engine.hpp"

#include <array>
#include <cstdio>

#include "shared/abi/syncline.h"

namespace syncline::oracle {
namespace {

std::string Output() {
  return {reinterpret_cast<const char*>(syncline_output()), syncline_output_size()};
}

const std::uint8_t* Data(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

Engine::Engine(const Schema& schema, std::uint64_t seed, std::string& complaint) {
  std::array<char, 40> digits;
  std::snprintf(digits.data(), digits.size(), "%016llx%016llx",
                static_cast<unsigned long long>(seed), 0x5eedull);
  const std::string input =
      ToJson(Value::Object({{"path", Value::String(":memory:")},
                            {"vfs", Value::String("")},
                            {"durability", Value::String("none")},
                            {"seed", Value::String(digits.data())},
                            {"application", Value::Object({{"schema", ToJsonValue(schema)},
                                                           {"rules", Value::Null()}})}}));
  handle_ = syncline_open(Data(input), input.size());
  if (handle_ == 0) complaint = Output();
}

Engine::~Engine() {
  if (handle_ != 0) syncline_close(handle_);
}

Answer Engine::Call(std::uint32_t operation, std::map<std::string, Value> input) {
  const std::string text = ToJson(Value::Object(std::move(input)));
  const std::uint32_t status = syncline_call(handle_, operation, Data(text), text.size());
  Answer answer;
  const std::string output = Output();
  if (!FromJson(output, answer.value)) {
    message_ = output;
    return {"malformed", {}};
  }
  if (status == 0) return answer;
  message_ = answer.value.At("message").text;
  return {answer.value.At("code").text, {}};
}

}  // namespace syncline::oracle
