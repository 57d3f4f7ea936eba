// Schema: an application's tables, their documents' validators and their indexes, read from the
// JSON that npm convex's Schema.export() gives. Data, not code: every side reads the same text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/schema/validator.hpp"

namespace syncline {

struct IndexSchema {
  std::string name;
  // Dotted paths, without the implicit _creationTime and _id at the end.
  std::vector<std::string> fields;
};

// A staged index is declared but not to be used yet.
struct SearchIndexSchema {
  static constexpr const char* kKind = "search";
  std::string name;
  std::string search_field;  // dotted path, of strings
  std::vector<std::string> filter_fields;
  bool staged = false;
};

struct VectorIndexSchema {
  static constexpr const char* kKind = "vector";
  std::string name;
  std::string vector_field;  // dotted path, of arrays of float64
  std::size_t dimensions = 0;
  std::vector<std::string> filter_fields;
  bool staged = false;
};

// A field of a merge kind: a document's, or a leaf of an object field.
struct MergeField {
  std::string path;  // as rows have it: names joined by kPathStep
  MergeKind kind = MergeKind::kRegister;
};

struct TableSchema {
  std::string name;
  TableNumber number;
  // Its rows are of this device alone: they belong to no tenant, are judged by no rules, never travel.
  bool local = false;
  // False if the application switched validation of documents off: then they may have any field.
  bool validated = true;
  // kAny, or kObject, or a kUnion of objects.
  Validator document;
  std::vector<IndexSchema> indexes;
  std::vector<SearchIndexSchema> search_indexes;
  std::vector<VectorIndexSchema> vector_indexes;
  std::vector<MergeField> merge_fields;  // ascending by path

  MergeKind KindAt(std::string_view path) const;
  // Whether its rows may have contents beside their values: sets, lists, texts, if they travel.
  bool has_contents() const;
  // Null if there is none. The system indexes by_id and by_creation_time are not listed.
  const IndexSchema* FindIndex(std::string_view name) const;
};

struct Schema {
  std::vector<TableSchema> tables;     // ascending by name
  std::vector<std::size_t> by_number;  // positions in `tables`, ascending by number
  // FNV-1a, 64 bits, of the canonical JSON text.
  std::uint64_t hash = 0;
  // False if the application switched validation of documents off.
  bool validates_documents = true;

  const TableSchema* FindTable(std::string_view name) const;
  const TableSchema* FindTable(TableNumber number) const;
};

// Bounds: 10,000 tables, 64 indexes a table, 16 fields an index. Names: 1 to 64 characters, letters,
// digits and underscores, starting with a letter; a component's table has its path in front
// ("rateLimiter/buckets"), up to 8 names. A table with "local": true is local. kInvalid names the table
// and what is wrong: also when two tables' numbers collide (rename one), when a v.id() names no table,
// and when an index names a field that no document can have.
Result<Schema> ParseSchema(std::string_view json);

// The host's own tables, _scheduled_functions and _storage, local to a device (schema_parse.cpp has
// their documents). kInvalid if a table's number collides with one of theirs.
Status AddSystemTables(Schema& schema);
// Who changed what when, where rules keep it: synced, and written by the relay alone. Its documents are in
// schema_parse.cpp. kInvalid as AddSystemTables.
inline constexpr const char* kHistoryTable = "_history";
Status AddHistoryTable(Schema& schema);
inline bool IsSystemTable(std::string_view name) { return !name.empty() && name.front() == '_'; }

// What a relay needs of a schema.
void DropLocalTables(Schema& schema);

// Checks a whole document (system fields excluded) against its table, ids of other tables and the
// limits included: 1,024 fields an object, nesting 16, 1 MiB in key encoding. `unknown` as in
// Validate.
Status ValidateDocument(const Schema& schema, const TableSchema& table, const Object& document,
                        UnknownFields unknown = UnknownFields::kRefused);

}  // namespace syncline
