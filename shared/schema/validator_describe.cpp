// Validators and values as a developer would write them.
#include <cctype>
#include <cmath>

#include "shared/schema/validator.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

using Kind = Validator::Kind;

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

bool IsIdentifier(std::string_view name) {
  const auto is_letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
  };
  if (name.empty() || !is_letter(name.front())) return false;
  for (const char c : name) {
    if (!is_letter(c) && !std::isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// Longer texts are cut by whoever shows them.
constexpr std::size_t kValueCharactersMax = 1000;

void Append(std::string& out, const Value& value);

void AppendMembers(std::string& out, const Object& object) {
  out += '{';
  for (const Member& member : object.members()) {
    if (out.size() > kValueCharactersMax) break;
    if (&member != &object.members().front()) out += ", ";
    out += IsIdentifier(member.name) ? member.name : Quoted(member.name);
    out += ": ";
    Append(out, member.value);
  }
  out += '}';
}

void Append(std::string& out, const Value& value) {
  if (out.size() > kValueCharactersMax) return;
  if (value.is_undefined()) {
    out += "undefined";
  } else if (const auto* integer = value.As<std::int64_t>()) {
    out += std::to_string(*integer) + "n";
  } else if (const auto* number = value.As<double>(); number && !std::isfinite(*number)) {
    out += std::isnan(*number) ? "NaN" : *number > 0 ? "Infinity" : "-Infinity";
  } else if (number && *number == 0 && std::signbit(*number)) {
    out += "-0";
  } else if (const auto* bytes = value.As<BytesValue>()) {
    out += "ArrayBuffer(" + std::to_string(bytes->bytes.size()) + ")";
  } else if (const auto* object = value.As<Object>()) {
    AppendMembers(out, *object);
  } else if (const auto* array = value.As<Array>()) {
    out += '[';
    for (const Value& element : *array) {
      if (out.size() > kValueCharactersMax) break;
      if (&element != &array->front()) out += ", ";
      Append(out, element);
    }
    out += ']';
  } else {
    AppendJson(out, value);
  }
}

void Append(std::string& out, const Validator& validator);

void AppendList(std::string& out, const char* name, const std::vector<Validator>& validators) {
  out += name;
  out += '(';
  for (const Validator& validator : validators) {
    if (&validator != &validators.front()) out += ", ";
    Append(out, validator);
  }
  out += ')';
}

void AppendFields(std::string& out, const std::vector<ValidatorField>& fields) {
  out += "v.object({";
  for (const ValidatorField& field : fields) {
    if (&field != &fields.front()) out += ", ";
    out += IsIdentifier(field.name) ? field.name : Quoted(field.name);
    out += field.optional ? ": v.optional(" : ": ";
    Append(out, field.type);
    if (field.optional) out += ')';
  }
  out += "})";
}

void Append(std::string& out, const Validator& validator) {
  switch (validator.kind) {
    case Kind::kAny: out += "v.any()"; return;
    case Kind::kNull: out += "v.null()"; return;
    case Kind::kNumber: out += "v.number()"; return;
    case Kind::kBigint: out += "v.int64()"; return;
    case Kind::kBoolean: out += "v.boolean()"; return;
    case Kind::kString: out += "v.string()"; return;
    case Kind::kBytes: out += "v.bytes()"; return;
    case Kind::kLiteral: out += "v.literal(" + Describe(validator.literal) + ")"; return;
    case Kind::kId: out += "v.id(" + Quoted(validator.table) + ")"; return;
    case Kind::kArray: return AppendList(out, "v.array", validator.members);
    case Kind::kRecord: return AppendList(out, "v.record", validator.members);
    case Kind::kObject: return AppendFields(out, validator.fields);
    case Kind::kUnion: return AppendList(out, "v.union", validator.members);
  }
}

}  // namespace

std::string Describe(const Validator& validator) {
  std::string out;
  Append(out, validator);
  return out;
}

std::string Describe(const Value& value) {
  std::string out;
  Append(out, value);
  return out;
}

std::string Describe(const Object& object) {
  std::string out;
  AppendMembers(out, object);
  return out;
}

}  // namespace syncline
