// Validators as a developer would write them.
#include <cctype>

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

std::string Literal(const Value& value) {
  const std::int64_t* integer = value.As<std::int64_t>();
  return integer ? std::to_string(*integer) + "n" : ToJson(value);
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
    case Kind::kLiteral: out += "v.literal(" + Literal(validator.literal) + ")"; return;
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

}  // namespace syncline
