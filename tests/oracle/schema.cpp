// Checking documents against types, and types as JSON.
#include "tests/oracle/schema.hpp"

#include <algorithm>

#include "tests/oracle/id.hpp"

namespace syncline::oracle {

const Table* Schema::Find(const std::string& name) const {
  for (const Table& table : tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

namespace {

bool AcceptsObject(const Type& type, const Value& value, const TableNumbers& numbers) {
  if (!value.is(Kind::kObject)) return false;
  for (const auto& [name, field] : type.fields) {
    const Value member = value.At(name);
    if (member.is(Kind::kUndefined) ? !field.optional : !Accepts(field.type, member, numbers)) {
      return false;
    }
  }
  for (const auto& [name, member] : value.members) {
    if (!type.fields.count(name)) return false;
  }
  return true;
}

bool AcceptsId(const Type& type, const Value& value, const TableNumbers& numbers) {
  if (!value.is(Kind::kString)) return false;
  const auto id = IdOf(value.text);
  const auto number = numbers.find(type.table);
  return id && number != numbers.end() && id->table == number->second;
}

}  // namespace

bool Accepts(const Type& type, const Value& value, const TableNumbers& numbers) {
  using Form = Type::Form;
  switch (type.form) {
    case Form::kAny: return !value.is(Kind::kUndefined);
    case Form::kNull: return value.is(Kind::kNull);
    case Form::kNumber: return value.is(Kind::kFloat64);
    case Form::kBigint: return value.is(Kind::kInt64);
    case Form::kBoolean: return value.is(Kind::kBoolean);
    case Form::kString: return value.is(Kind::kString);
    case Form::kBytes: return value.is(Kind::kBytes);
    case Form::kLiteral: return Same(value, type.literal);
    case Form::kId: return AcceptsId(type, value, numbers);
    case Form::kArray:
      return value.is(Kind::kArray) &&
             std::all_of(value.elements.begin(), value.elements.end(), [&](const Value& element) {
               return Accepts(type.members[0], element, numbers);
             });
    case Form::kRecord:
      return value.is(Kind::kObject) &&
             std::all_of(value.members.begin(), value.members.end(), [&](const auto& member) {
               return Accepts(type.members[0], Value::String(member.first), numbers) &&
                      Accepts(type.members[1], member.second, numbers);
             });
    case Form::kObject: return AcceptsObject(type, value, numbers);
    case Form::kUnion:
      return std::any_of(type.members.begin(), type.members.end(),
                         [&](const Type& member) { return Accepts(member, value, numbers); });
  }
  return false;
}

namespace {

bool IsFieldName(const std::string& name) {
  const bool characters =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return characters && name.size() <= 1024 && (name.empty() || name[0] != '$');
}

// How many objects and arrays lie around the innermost value; a value that cannot be stored is deeper
// than anything may be.
int DepthOf(const Value& value, bool undefined_allowed = false) {
  constexpr int kImpossible = 1'000'000;
  if (value.is(Kind::kUndefined)) return undefined_allowed ? 0 : kImpossible;
  int inner = 0;
  if (value.elements.size() > 8192 || value.members.size() > 1024) return kImpossible;
  for (const Value& element : value.elements)
    inner = std::max(inner, DepthOf(element, undefined_allowed));
  for (const auto& [name, member] : value.members) {
    inner = std::max(inner, IsFieldName(name) ? DepthOf(member, undefined_allowed) : kImpossible);
  }
  return value.is(Kind::kArray) || value.is(Kind::kObject) ? inner + 1 : 0;
}

}  // namespace

bool IsValue(const Value& value, bool undefined_allowed) {
  return DepthOf(value, undefined_allowed) <= 64;
}

bool WithinLimits(const Value& document) {
  for (const auto& [name, member] : document.members) {
    if (!name.empty() && name[0] == '_') return false;
  }
  return DepthOf(document) <= 16;
}

bool Accepts(const Schema& schema, const Table& table, const Value& document,
             const TableNumbers& numbers) {
  const bool tenanted =
      !schema.synced || table.name == kTenants || document.At(kTenantField).is(Kind::kString);
  return WithinLimits(document) && tenanted &&
         (!schema.validates || Accepts(table.document, document, numbers));
}

namespace {

const char* NameOf(Type::Form form) {
  switch (form) {
    case Type::Form::kAny: return "any";
    case Type::Form::kNull: return "null";
    case Type::Form::kNumber: return "number";
    case Type::Form::kBigint: return "bigint";
    case Type::Form::kBoolean: return "boolean";
    case Type::Form::kString: return "string";
    case Type::Form::kBytes: return "bytes";
    case Type::Form::kLiteral: return "literal";
    case Type::Form::kId: return "id";
    case Type::Form::kArray: return "array";
    case Type::Form::kRecord: return "record";
    case Type::Form::kObject: return "object";
    case Type::Form::kUnion: return "union";
  }
  return "";
}

Value FieldJson(const Type& type, bool optional) {
  return Value::Object({{"fieldType", ToJsonValue(type)}, {"optional", Value::Bool(optional)}});
}

Value Texts(const std::vector<std::string>& texts) {
  std::vector<Value> list;
  for (const std::string& text : texts) list.push_back(Value::String(text));
  return Value::Array(std::move(list));
}

}  // namespace

Value ToJsonValue(const Type& type) {
  Value json = Value::Object({{"type", Value::String(NameOf(type.form))}});
  switch (type.form) {
    case Type::Form::kLiteral: json.members["value"] = type.literal; break;
    case Type::Form::kId: json.members["tableName"] = Value::String(type.table); break;
    case Type::Form::kArray: json.members["value"] = ToJsonValue(type.members[0]); break;
    case Type::Form::kRecord:
      json.members["keys"] = ToJsonValue(type.members[0]);
      json.members["values"] = FieldJson(type.members[1], false);
      break;
    case Type::Form::kObject: {
      Value& fields = json.members["value"] = Value::Object({});
      for (const auto& [name, field] : type.fields) {
        fields.members[name] = FieldJson(field.type, field.optional);
      }
      break;
    }
    case Type::Form::kUnion: {
      Value& members = json.members["value"] = Value::Array({});
      for (const Type& member : type.members) members.elements.push_back(ToJsonValue(member));
      break;
    }
    default: break;
  }
  return json;
}

Value ToJsonValue(const Schema& schema) {
  Value tables = Value::Array({});
  for (const Table& table : schema.tables) {
    Value indexes = Value::Array({});
    for (const Index& index : table.indexes) {
      indexes.elements.push_back(Value::Object(
          {{"indexDescriptor", Value::String(index.name)}, {"fields", Texts(index.fields)}}));
    }
    tables.elements.push_back(Value::Object({{"tableName", Value::String(table.name)},
                                             {"indexes", std::move(indexes)},
                                             {"documentType", ToJsonValue(table.document)}}));
  }
  return Value::Object(
      {{"tables", std::move(tables)}, {"schemaValidation", Value::Bool(schema.validates)}});
}

}  // namespace syncline::oracle
