// Calls over the C boundary.
#include "tests/oracle/engine.hpp"

#include <array>
#include <cstdio>

#include "shared/abi/syncline.h"
#include "tests/oracle/block.hpp"

namespace syncline::oracle {
namespace {

std::string Output() {
  return {reinterpret_cast<const char*>(syncline_output()), syncline_output_size()};
}

const std::uint8_t* Data(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Value RulesOf(const Schema& schema) {
  if (!schema.synced) return Value::Null();
  Value fields = Value::Object({});
  for (const Table& table : schema.tables) {
    if (table.name != kTenants) fields.members[table.name] = Value::String(kTenantField);
  }
  return Value::Object(
      {{"tenancy", Value::Object({{"root", Value::String(kTenants)}, {"fields", fields}})},
       {"membership", Value::Object({{"table", Value::String(kMembers)},
                                     {"field", Value::String("email")},
                                     {"claim", Value::String("email")},
                                     {"role", Value::String("role")}})},
       {"tables", Value::Object({})}});
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
                                                           {"rules", RulesOf(schema)}})}}));
  handle_ = syncline_open(Data(input), input.size());
  if (handle_ == 0) complaint = Output();
}

Engine::~Engine() {
  if (handle_ != 0) syncline_close(handle_);
}

std::uint32_t Engine::Send(std::uint32_t operation, std::map<std::string, Value> input) {
  const std::string text = ToJson(Value::Object(std::move(input)));
  return syncline_call(handle_, operation, Data(text), text.size());
}

Answer Engine::Failed(const std::string& output) {
  Answer answer;
  if (!FromJson(output, answer.value)) {
    message_ = output;
    return {"malformed", {}};
  }
  message_ = answer.value.At("message").text;
  return {answer.value.At("code").text, {}};
}

Answer Engine::Call(std::uint32_t operation, std::map<std::string, Value> input) {
  const bool failed = Send(operation, std::move(input)) != 0;
  const std::string output = Output();
  Answer answer;
  if (failed || !FromJson(output, answer.value)) return Failed(output);
  return answer;
}

Answer Engine::CallForBlock(std::uint32_t operation, std::map<std::string, Value> input) {
  const bool failed = Send(operation, std::move(input)) != 0;
  const std::string output = Output();
  Answer answer;
  if (failed || !FromBlock(output, answer.value)) return Failed(output);
  return answer;
}

}  // namespace syncline::oracle
