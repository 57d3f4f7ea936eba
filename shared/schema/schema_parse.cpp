// Schemas from the JSON that npm convex's Schema.export() gives:
//   {"tables": [{"tableName", "documentType": validator,
//                "indexes": [{"indexDescriptor", "fields": ["status", "address.city"]}], ...}],
//    (search and vector indexes: search_indexes.hpp)
//    "schemaValidation": true}
#include <algorithm>
#include <type_traits>

#include "shared/base/hash.hpp"
#include "shared/base/utf8.hpp"
#include "shared/schema/names.hpp"
#include "shared/schema/schema.hpp"
#include "shared/schema/search_indexes.hpp"
#include "shared/value/field_path.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

using Kind = Validator::Kind;
constexpr std::size_t kTablesMax = 10'000;
constexpr std::size_t kIndexesMax = 64;
constexpr std::size_t kIndexFieldsMax = 16;
constexpr std::size_t kTablePathNamesMax = 8;

Failure FailIn(const std::string& table, const std::string& message) {
  return Fail(Code::kInvalid, "Schema, table " + Utf8Prefix(table, 80) + ": " + message);
}

// A name, or a component's path and a name: "rateLimiter/buckets".
bool IsTableName(std::string_view name) {
  std::size_t names = 1;
  for (std::size_t step; (step = name.find('/')) != name.npos; ++names) {
    if (!IsName(name.substr(0, step))) return false;
    name.remove_prefix(step + 1);
  }
  return names <= kTablePathNamesMax && IsName(name);
}

const std::string* FindText(const Object& object, std::string_view name) {
  const Value* value = object.Find(name);
  return value ? value->As<std::string>() : nullptr;
}

const Array* FindArray(const Object& object, std::string_view name) {
  const Value* value = object.Find(name);
  return value ? value->As<Array>() : nullptr;
}

// The fields without the implicit ones at the end, which some exports list.
Result<std::vector<std::string>> ParseIndexFields(const Object& json) {
  const Array* fields = FindArray(json, "fields");
  if (!fields) return Fail(Code::kInvalid, "has no \"fields\"");
  std::vector<std::string> paths;
  for (const Value& field : *fields) {
    const std::string* path = field.As<std::string>();
    if (!path || path->empty()) return Fail(Code::kInvalid, "has a field that is no path");
    if (std::find(paths.begin(), paths.end(), *path) != paths.end()) {
      return Fail(Code::kInvalid, "names the field " + *path + " twice");
    }
    paths.push_back(*path);
  }
  for (const char* implicit : {"_id", "_creationTime"}) {
    if (!paths.empty() && paths.back() == implicit) paths.pop_back();
  }
  if (paths.empty()) return Fail(Code::kInvalid, "has no fields");
  if (paths.size() > kIndexFieldsMax) return Fail(Code::kInvalid, "has more than 16 fields");
  return paths;
}

Status CheckIndexFields(const TableSchema& table, const IndexSchema& index) {
  for (const std::string& path : index.fields) {
    if (path.front() == '_') {
      return Fail(Code::kInvalid, "names the system field " + path);
    }
    if (!MayHavePath(table.document, path)) {
      return Fail(Code::kInvalid, "names the field " + path + ", which no document can have");
    }
  }
  return Done{};
}

Status ParseIndex(const Value& json, TableSchema& table) {
  const Object* object = json.As<Object>();
  const std::string* name = object ? FindText(*object, "indexDescriptor") : nullptr;
  if (!name) return FailIn(table.name, "an index has no \"indexDescriptor\"");
  const std::string subject = "index " + Utf8Prefix(*name, 80);
  if (!IsName(*name)) return FailIn(table.name, subject + kNameRule);
  if (*name == "by_id" || *name == "by_creation_time") {
    return FailIn(table.name, subject + " exists already: every table has it");
  }
  if (table.FindIndex(*name)) return FailIn(table.name, subject + " occurs twice");
  Result<std::vector<std::string>> fields = ParseIndexFields(*object);
  if (!fields) return FailIn(table.name, subject + " " + fields.error().message);
  IndexSchema index{*name, *std::move(fields)};
  if (Status checked = CheckIndexFields(table, index); !checked) {
    return FailIn(table.name, subject + " " + checked.error().message);
  }
  table.indexes.push_back(std::move(index));
  return Done{};
}

bool IsDocumentType(const Validator& validator) {
  if (validator.kind != Kind::kUnion) {
    return validator.kind == Kind::kAny || validator.kind == Kind::kObject;
  }
  return std::all_of(validator.members.begin(), validator.members.end(),
                     [](const Validator& member) { return member.kind == Kind::kObject; });
}

Status CheckDocumentType(const TableSchema& table, const Validator& document) {
  if (!IsDocumentType(document)) {
    return FailIn(table.name, "a document must be v.object(...), a union of objects or v.any()");
  }
  for (const ValidatorField& field : document.fields) {
    if (!field.name.empty() && field.name.front() == '_') {
      return FailIn(table.name, "field " + field.name + " starts with an underscore, reserved");
    }
  }
  for (const Validator& member : document.members) {
    if (Status checked = CheckDocumentType(table, member); !checked) return checked;
  }
  return Done{};
}

bool NamesMergeKind(const Validator& validator) {
  const auto names = [](const auto& inner) {
    if constexpr (std::is_same_v<std::decay_t<decltype(inner)>, ValidatorField>) {
      return NamesMergeKind(inner.type);
    } else {
      return NamesMergeKind(inner);
    }
  };
  return validator.merge != MergeKind::kRegister ||
         std::any_of(validator.members.begin(), validator.members.end(), names) ||
         std::any_of(validator.fields.begin(), validator.fields.end(), names);
}

// Notes the fields of merge kinds in `validator`, an object at `path`. kInvalid for one that is where no
// merge reaches.
Status AddMergeFields(TableSchema& table, const Validator& validator, const std::string& path) {
  for (const ValidatorField& field : validator.fields) {
    const std::string at = path + field.name;
    if (field.type.kind == Kind::kObject) {
      if (Status added = AddMergeFields(table, field.type, at + kPathStep); !added) return added;
    } else if (field.type.merge != MergeKind::kRegister) {
      table.merge_fields.push_back({at, field.type.merge});
    }
    const auto inside = [](const Validator& member) { return NamesMergeKind(member); };
    if (std::any_of(field.type.members.begin(), field.type.members.end(), inside)) {
      return FailIn(table.name, "field " + field.name +
                                    " has a counter, set, list or text within an array, record or "
                                    "union, where it cannot merge; use v.number(), v.array() or "
                                    "v.string() there");
    }
  }
  return Done{};
}

enum class Whose { kApplication, kHost };

Result<TableSchema> ParseTable(const Value& json, Whose whose) {
  const Object* object = json.As<Object>();
  const std::string* name = object ? FindText(*object, "tableName") : nullptr;
  if (!name) return Fail(Code::kInvalid, "Schema: a table has no \"tableName\"");
  if (!IsTableName(*name) && whose == Whose::kApplication) {
    return FailIn(*name, std::string("its name") + kNameRule);
  }
  TableSchema table;
  table.name = *name;
  table.number = NumberOfTable(*name);
  const Value* local = object->Find("local");
  if (local && !local->Is<bool>()) return FailIn(*name, "\"local\" must be a boolean");
  table.local = local && *local->As<bool>();
  const Value* type = object->Find("documentType");
  if (!type) return FailIn(*name, "\"documentType\" is missing");
  Result<Validator> document = ValidatorFrom(*type, Place());
  if (!document) return FailIn(*name, document.error().message);
  table.document = *std::move(document);
  if (Status checked = CheckDocumentType(table, table.document); !checked) {
    return Fail(checked.error());
  }
  if (table.document.kind == Kind::kUnion && NamesMergeKind(table.document)) {
    return FailIn(*name,
                  "a counter, set, list or text needs a table whose documents are one "
                  "v.object(...), no union");
  }
  if (Status added = AddMergeFields(table, table.document, ""); !added) return Fail(added.error());
  std::sort(table.merge_fields.begin(), table.merge_fields.end(),
            [](const MergeField& a, const MergeField& b) { return a.path < b.path; });
  const Array* indexes = FindArray(*object, "indexes");
  if (!indexes) return FailIn(*name, "\"indexes\" is missing");
  if (indexes->size() > kIndexesMax) return FailIn(*name, "more than 64 indexes");
  for (const Value& index : *indexes) {
    if (Status parsed = ParseIndex(index, table); !parsed) return Fail(parsed.error());
  }
  if (Status parsed = ParseSearchIndexes(*object, table); !parsed) {
    return FailIn(*name, parsed.error().message);
  }
  return table;
}

// The first table that a v.id() names and the schema lacks; null if there is none. Names of system
// tables start with an underscore.
const std::string* FindDanglingTable(const Schema& schema, const Validator& validator) {
  if (validator.kind == Kind::kId && validator.table.front() != '_' &&
      !schema.FindTable(validator.table)) {
    return &validator.table;
  }
  for (const Validator& member : validator.members) {
    if (const std::string* table = FindDanglingTable(schema, member)) return table;
  }
  for (const ValidatorField& field : validator.fields) {
    if (const std::string* table = FindDanglingTable(schema, field.type)) return table;
  }
  return nullptr;
}

void Sort(Schema& schema) {
  std::vector<TableSchema>& tables = schema.tables;
  std::sort(tables.begin(), tables.end(),
            [](const TableSchema& a, const TableSchema& b) { return a.name < b.name; });
  schema.by_number.clear();
  for (std::size_t i = 0; i < tables.size(); ++i) schema.by_number.push_back(i);
  std::sort(schema.by_number.begin(), schema.by_number.end(),
            [&](std::size_t a, std::size_t b) { return tables[a].number < tables[b].number; });
}

// Sorts the tables and checks what concerns several of them.
Status Arrange(Schema& schema) {
  Sort(schema);
  const std::vector<TableSchema>& tables = schema.tables;
  for (std::size_t i = 1; i < tables.size(); ++i) {
    if (tables[i - 1].name == tables[i].name) return FailIn(tables[i].name, "it occurs twice");
    const TableSchema& a = tables[schema.by_number[i - 1]];
    const TableSchema& b = tables[schema.by_number[i]];
    if (a.number == b.number) {
      return FailIn(a.name, "its number collides with that of " + b.name + "; rename one of them");
    }
  }
  for (const TableSchema& table : tables) {
    if (const std::string* missing = FindDanglingTable(schema, table.document)) {
      return FailIn(table.name, "v.id(\"" + Utf8Prefix(*missing, 80) + "\") names no table");
    }
  }
  return Done{};
}

}  // namespace

Result<Schema> ParseSchema(std::string_view json) {
  const Result<Value> value = ParseJsonEnvelope(json);
  if (!value) return Fail(Code::kInvalid, "Schema " + value.error().message);
  const Object* object = value->As<Object>();
  const Array* tables = object ? FindArray(*object, "tables") : nullptr;
  if (!tables) return Fail(Code::kInvalid, "Schema: \"tables\" is missing");
  if (tables->size() > kTablesMax) return Fail(Code::kInvalid, "Schema: more than 10,000 tables");
  Schema schema;
  const Value* validates = object->Find("schemaValidation");
  if (validates && !validates->Is<bool>()) {
    return Fail(Code::kInvalid, "Schema: \"schemaValidation\" must be a boolean");
  }
  schema.validates_documents = !validates || *validates->As<bool>();
  for (const Value& table : *tables) {
    Result<TableSchema> parsed = ParseTable(table, Whose::kApplication);
    if (!parsed) return Fail(parsed.error());
    parsed->validated = schema.validates_documents;
    schema.tables.push_back(*std::move(parsed));
  }
  if (Status arranged = Arrange(schema); !arranged) return Fail(arranged.error());
  schema.hash = Fnv1a64(ToJson(*value));
  return schema;
}

// The host's own tables. Their documents are Convex's; the extra index is how the host finds what is due.
constexpr char kSystemTables[] = R"json([
  {"tableName": "_scheduled_functions", "local": true,
   "indexes": [{"indexDescriptor": "by_scheduled_time", "fields": ["state.kind", "scheduledTime"]}],
   "documentType": {"type": "object", "value": {
     "name": {"fieldType": {"type": "string"}, "optional": false},
     "args": {"fieldType": {"type": "array", "value": {"type": "any"}}, "optional": false},
     "scheduledTime": {"fieldType": {"type": "number"}, "optional": false},
     "completedTime": {"fieldType": {"type": "number"}, "optional": true},
     "state": {"optional": false, "fieldType": {"type": "union", "value": [
       {"type": "object", "value": {
         "kind": {"fieldType": {"type": "literal", "value": "pending"}, "optional": false}}},
       {"type": "object", "value": {
         "kind": {"fieldType": {"type": "literal", "value": "inProgress"}, "optional": false}}},
       {"type": "object", "value": {
         "kind": {"fieldType": {"type": "literal", "value": "success"}, "optional": false}}},
       {"type": "object", "value": {
         "kind": {"fieldType": {"type": "literal", "value": "failed"}, "optional": false},
         "error": {"fieldType": {"type": "string"}, "optional": false}}},
       {"type": "object", "value": {
         "kind": {"fieldType": {"type": "literal", "value": "canceled"}, "optional": false}}}]}}}}},
  {"tableName": "_storage", "local": true, "indexes": [],
   "documentType": {"type": "object", "value": {
     "sha256": {"fieldType": {"type": "string"}, "optional": false},
     "size": {"fieldType": {"type": "number"}, "optional": false},
     "contentType": {"fieldType": {"type": "string"}, "optional": true}}}}
])json";

constexpr char kHistoryTables[] = R"json([
  {"tableName": "_history",
   "indexes": [{"indexDescriptor": "by_row", "fields": ["row"]},
               {"indexDescriptor": "by_table", "fields": ["table"]}],
   "documentType": {"type": "object", "value": {
     "table": {"fieldType": {"type": "string"}, "optional": false},
     "row": {"fieldType": {"type": "string"}, "optional": false},
     "version": {"fieldType": {"type": "number"}, "optional": false},
     "at": {"fieldType": {"type": "number"}, "optional": false},
     "by": {"fieldType": {"type": "string"}, "optional": false},
     "role": {"fieldType": {"type": "string"}, "optional": false},
     "action": {"fieldType": {"type": "string"}, "optional": false},
     "document": {"fieldType": {"type": "any"}, "optional": false},
     "changed": {"fieldType": {"type": "array", "value": {"type": "string"}}, "optional": false},
     "length": {"fieldType": {"type": "number"}, "optional": false}}}}
])json";

namespace {

Status AddTables(Schema& schema, const char* json) {
  const Result<Value> tables = ParseJsonEnvelope(json);
  CHECK(tables && tables->Is<Array>());
  for (const Value& table : *tables->As<Array>()) {
    Result<TableSchema> parsed = ParseTable(table, Whose::kHost);
    CHECK(parsed.has_value());
    schema.tables.push_back(*std::move(parsed));
  }
  return Arrange(schema);
}

}  // namespace

Status AddSystemTables(Schema& schema) { return AddTables(schema, kSystemTables); }
Status AddHistoryTable(Schema& schema) { return AddTables(schema, kHistoryTables); }

void DropLocalTables(Schema& schema) {
  const auto local = [](const TableSchema& table) { return table.local; };
  schema.tables.erase(std::remove_if(schema.tables.begin(), schema.tables.end(), local),
                      schema.tables.end());
  Sort(schema);
}

}  // namespace syncline
