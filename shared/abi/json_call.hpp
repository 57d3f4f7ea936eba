// What the calls of the C boundary share: reading the members of their JSON, and writing answers.
#pragma once
#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/replica/replica.hpp"
#include "shared/value/json.hpp"

namespace syncline::abi {

inline Failure Missing(const char* name, const char* what) {
  return Fail(Code::kInvalid, std::string("The call needs \"") + name + "\", " + what);
}

// The input's members, by name and type.
class Input {
 public:
  static Result<Input> Parse(ByteView json, std::size_t bytes_max = kJsonBytesMax) {
    Result<Value> value = ParseJsonEnvelope(json, bytes_max);
    if (!value) return Fail(value.error());
    Object* object = value->As<Object>();
    if (!object) return Fail(Code::kInvalid, "A call takes a JSON object");
    return Input(std::move(*object));
  }

  const Value* Find(const char* name) const { return object_.Find(name); }
  std::optional<std::string> Text(const char* name) const {
    const Value* value = Find(name);
    const std::string* text = value ? value->As<std::string>() : nullptr;
    return text ? std::optional<std::string>(*text) : std::nullopt;
  }
  Result<std::string> NeedText(const char* name) const {
    std::optional<std::string> text = Text(name);
    if (!text) return Missing(name, "a string");
    return std::move(*text);
  }
  // A whole number from 0 to 2^53.
  Result<std::uint64_t> NeedNumber(const char* name) const {
    const Value* value = Find(name);
    const double* number = value ? value->As<double>() : nullptr;
    if (!number || !(*number >= 0) || *number > 9007199254740992.0) {
      return Missing(name, "a whole number");
    }
    return static_cast<std::uint64_t>(*number);
  }
  Result<Object> NeedObject(const char* name) {
    Value* value = object_.Find(name);
    Object* object = value ? value->As<Object>() : nullptr;
    if (!object) return Missing(name, "an object");
    return std::move(*object);
  }
  Result<ExecutionId> NeedExecution() const {
    Result<std::uint64_t> id = NeedNumber("execution");
    if (!id) return Fail(id.error());
    return ExecutionId{*id};
  }

 private:
  explicit Input(Object object) : object_(std::move(object)) {}
  Object object_;
};

inline Bytes NumberJson(const char* name, std::uint64_t value) {
  return std::string("{\"") + name + "\":" + std::to_string(value) + "}";
}

inline void AppendText(Bytes& out, const char* name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  AppendJsonString(out, text);
}

// Writes [a,b,...] by calling `append` for each element.
template <class List, class Append>
void AppendList(Bytes& out, const char* name, const List& list, Append append) {
  out += '"';
  out += name;
  out += "\":[";
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    append(element);
  }
  out += ']';
}

}  // namespace syncline::abi
