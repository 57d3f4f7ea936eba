// Validators from their JSON form.
#include <algorithm>
#include <array>

#include "shared/base/utf8.hpp"
#include "shared/schema/validator.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

using Kind = Validator::Kind;
constexpr int kDepthMax = 64;

struct PlainType {
  std::string_view name;
  Kind kind;
};
// A commit's timestamp is an int64 when it gets here: the host puts it in the place of npm convex's
// placeholder.
constexpr std::array<PlainType, 8> kPlainTypes = {{{"any", Kind::kAny},
                                                   {"null", Kind::kNull},
                                                   {"number", Kind::kNumber},
                                                   {"bigint", Kind::kBigint},
                                                   {"commitTs", Kind::kBigint},
                                                   {"boolean", Kind::kBoolean},
                                                   {"string", Kind::kString},
                                                   {"bytes", Kind::kBytes}}};

Failure FailAt(const Place& place, const std::string& message) {
  const std::string text = place.Text();
  return Fail(Code::kInvalid, "Validator at " + (text.empty() ? "the top" : text) + ": " + message);
}

Result<Validator> Parse(const Value& json, const Place& place, int depth);

Result<Validator> ParseLiteral(const Object& json, const Place& place) {
  const Value* value = json.Find("value");
  const bool plain = value && (value->Is<std::string>() || value->Is<double>() ||
                               value->Is<std::int64_t>() || value->Is<bool>());
  if (!plain) return FailAt(place, "\"value\" must be a string, number, bigint or boolean");
  Validator validator;
  validator.kind = Kind::kLiteral;
  validator.literal = *value;
  return validator;
}

Result<Validator> ParseId(const Object& json, const Place& place) {
  const Value* name = json.Find("tableName");
  const std::string* text = name ? name->As<std::string>() : nullptr;
  if (!text || text->empty()) return FailAt(place, "\"tableName\" must name a table");
  Validator validator;
  validator.kind = Kind::kId;
  validator.table = *text;
  return validator;
}

Result<Validator> ParseArray(const Object& json, const Place& place, int depth) {
  const Value* element = json.Find("value");
  if (!element) return FailAt(place, "\"value\" is missing");
  Result<Validator> inner = Parse(*element, Place(place, "value"), depth);
  if (!inner) return inner;
  Validator validator;
  validator.kind = Kind::kArray;
  validator.members.push_back(*std::move(inner));
  return validator;
}

// {"fieldType": validator, "optional": boolean}
Result<ValidatorField> ParseField(const Value& json, const Place& place, int depth) {
  const Object* object = json.As<Object>();
  const Value* type = object ? object->Find("fieldType") : nullptr;
  if (!type) return FailAt(place, "\"fieldType\" is missing");
  const Value* optional = object->Find("optional");
  if (optional && !optional->Is<bool>()) return FailAt(place, "\"optional\" must be a boolean");
  Result<Validator> inner = Parse(*type, Place(place, "fieldType"), depth);
  if (!inner) return Fail(inner.error());
  return ValidatorField{{}, optional && *optional->As<bool>(), *std::move(inner)};
}

Result<Validator> ParseRecord(const Object& json, const Place& place, int depth) {
  const Value* keys = json.Find("keys");
  const Value* values = json.Find("values");
  if (!keys || !values) return FailAt(place, "\"keys\" or \"values\" is missing");
  Result<Validator> key = Parse(*keys, Place(place, "keys"), depth);
  if (!key) return key;
  Result<ValidatorField> value = ParseField(*values, Place(place, "values"), depth);
  if (!value) return Fail(value.error());
  if (value->optional) return FailAt(place, "a record's values cannot be optional");
  Validator validator;
  validator.kind = Kind::kRecord;
  validator.members.push_back(*std::move(key));
  validator.members.push_back(std::move(value->type));
  return validator;
}

Result<Validator> ParseObject(const Object& json, const Place& place, int depth) {
  const Value* value = json.Find("value");
  const Object* fields = value ? value->As<Object>() : nullptr;
  if (!fields) return FailAt(place, "\"value\" must be an object of fields");
  Validator validator;
  validator.kind = Kind::kObject;
  const Place inside(place, "value");
  for (const Member& member : fields->members()) {
    if (!member.name.empty() && member.name.front() == '$') {
      return FailAt(inside, "field " + member.name + " starts with a '$', which is reserved");
    }
    const Place at(inside, std::string_view(member.name));
    Result<ValidatorField> field = ParseField(member.value, at, depth);
    if (!field) return Fail(field.error());
    field->name = member.name;
    validator.fields.push_back(*std::move(field));
  }
  return validator;
}

Result<Validator> ParseUnion(const Object& json, const Place& place, int depth) {
  const Value* value = json.Find("value");
  const Array* members = value ? value->As<Array>() : nullptr;
  if (!members) return FailAt(place, "\"value\" must be an array of validators");
  Validator validator;
  validator.kind = Kind::kUnion;
  const Place inside(place, "value");
  for (std::size_t i = 0; i < members->size(); ++i) {
    Result<Validator> member = Parse((*members)[i], Place(inside, i), depth);
    if (!member) return member;
    validator.members.push_back(*std::move(member));
  }
  return validator;
}

Result<Validator> ParseType(const Value& json, const Place& place, int depth) {
  if (depth == kDepthMax) return FailAt(place, "nested deeper than 64");
  const Object* object = json.As<Object>();
  const Value* name = object ? object->Find("type") : nullptr;
  const std::string* type = name ? name->As<std::string>() : nullptr;
  if (!type) return FailAt(place, "expected an object with a \"type\"");
  for (const PlainType& plain : kPlainTypes) {
    if (*type != plain.name) continue;
    Validator validator;
    validator.kind = plain.kind;
    return validator;
  }
  if (*type == "literal") return ParseLiteral(*object, place);
  if (*type == "id") return ParseId(*object, place);
  if (*type == "array") return ParseArray(*object, place, depth + 1);
  if (*type == "record") return ParseRecord(*object, place, depth + 1);
  if (*type == "object") return ParseObject(*object, place, depth + 1);
  if (*type == "union") return ParseUnion(*object, place, depth + 1);
  return FailAt(place, "unknown type \"" + Utf8Prefix(*type, 64) + "\"");
}

struct KindName {
  std::string_view name;
  MergeKind merge;
  std::initializer_list<Kind> of;
};
const KindName kMergeKinds[] = {{"counter", MergeKind::kCounter, {Kind::kNumber, Kind::kBigint}},
                                {"set", MergeKind::kSet, {Kind::kArray}},
                                {"list", MergeKind::kList, {Kind::kArray}},
                                {"text", MergeKind::kText, {Kind::kString}}};

Result<Validator> Parse(const Value& json, const Place& place, int depth) {
  Result<Validator> validator = ParseType(json, place, depth);
  if (!validator) return validator;
  const Value* merge = json.As<Object>()->Find("merge");
  if (!merge) return validator;
  const std::string* name = merge->As<std::string>();
  for (const KindName& kind : kMergeKinds) {
    if (!name || *name != kind.name) continue;
    if (std::count(kind.of.begin(), kind.of.end(), validator->kind) == 0) {
      return FailAt(place, "a " + Describe(*validator) + " cannot be a " + *name);
    }
    validator->merge = kind.merge;
    return validator;
  }
  return FailAt(place, "\"merge\" must be \"counter\", \"set\", \"list\" or \"text\"");
}

}  // namespace

Result<Validator> ParseValidator(std::string_view json) {
  const Result<Value> value = ParseJsonEnvelope(json);
  if (!value) return Fail(Code::kInvalid, "Validator " + value.error().message);
  return ValidatorFrom(*value, Place());
}

Result<Validator> ValidatorFrom(const Value& json, const Place& place) {
  return Parse(json, place, 0);
}

}  // namespace syncline
