#include "shared/schema/search_indexes.hpp"

#include <algorithm>
#include <cmath>

#include "shared/base/utf8.hpp"
#include "shared/schema/names.hpp"

namespace syncline {
namespace {

constexpr std::size_t kIndexesMax = 4;  // of each kind
constexpr std::size_t kFilterFieldsMax = 16;
constexpr double kDimensionsMin = 2;
constexpr double kDimensionsMax = 4096;

bool IsTaken(const TableSchema& table, std::string_view name) {
  const auto has_name = [&](const auto& index) { return index.name == name; };
  return name == "by_id" || name == "by_creation_time" || table.FindIndex(name) ||
         std::any_of(table.search_indexes.begin(), table.search_indexes.end(), has_name) ||
         std::any_of(table.vector_indexes.begin(), table.vector_indexes.end(), has_name);
}

Result<std::string> ParseName(const Object* json, const TableSchema& table) {
  const Value* value = json ? json->Find("indexDescriptor") : nullptr;
  const std::string* name = value ? value->As<std::string>() : nullptr;
  if (!name) return Fail(Code::kInvalid, "a search index has no \"indexDescriptor\"");
  const std::string subject = "index " + Utf8Prefix(*name, 80);
  if (!IsName(*name)) return Fail(Code::kInvalid, subject + kNameRule);
  if (IsTaken(table, *name)) return Fail(Code::kInvalid, subject + " occurs twice");
  return *name;
}

Result<std::string> ParsePath(const Value* json, const char* role, const TableSchema& table) {
  const std::string* path = json ? json->As<std::string>() : nullptr;
  if (!path || path->empty()) {
    return Fail(Code::kInvalid, std::string("has no field in \"") + role + "\"");
  }
  if (path->front() == '_') return Fail(Code::kInvalid, "names the system field " + *path);
  if (!MayHavePath(table.document, *path)) {
    return Fail(Code::kInvalid, "names the field " + *path + ", which no document can have");
  }
  return *path;
}

Result<std::vector<std::string>> ParseFilterFields(const Object& json, const TableSchema& table) {
  std::vector<std::string> paths;
  const Value* value = json.Find("filterFields");
  if (!value) return paths;
  const Array* fields = value->As<Array>();
  if (!fields) return Fail(Code::kInvalid, "needs a list in \"filterFields\"");
  if (fields->size() > kFilterFieldsMax) {
    return Fail(Code::kInvalid, "has more than 16 filter fields");
  }
  for (const Value& field : *fields) {
    Result<std::string> path = ParsePath(&field, "filterFields", table);
    if (!path) return Fail(path.error());
    if (std::find(paths.begin(), paths.end(), *path) != paths.end()) {
      return Fail(Code::kInvalid, "names the filter field " + *path + " twice");
    }
    paths.push_back(std::move(*path));
  }
  return paths;
}

Status ParseInto(SearchIndexSchema& index, const Object& json, const TableSchema& table) {
  Result<std::string> field = ParsePath(json.Find("searchField"), "searchField", table);
  if (!field) return Fail(field.error());
  index.search_field = std::move(*field);
  return Done{};
}

Status ParseInto(VectorIndexSchema& index, const Object& json, const TableSchema& table) {
  Result<std::string> field = ParsePath(json.Find("vectorField"), "vectorField", table);
  if (!field) return Fail(field.error());
  const Value* value = json.Find("dimensions");
  const double* dimensions = value ? value->As<double>() : nullptr;
  if (!dimensions || !(*dimensions >= kDimensionsMin && *dimensions <= kDimensionsMax) ||
      *dimensions != std::floor(*dimensions)) {
    return Fail(Code::kInvalid, "needs 2 to 4,096 \"dimensions\"");
  }
  index.vector_field = std::move(*field);
  index.dimensions = static_cast<std::size_t>(*dimensions);
  return Done{};
}

template <class Index>
Status ParseList(const Object& json, const char* member, bool staged, TableSchema& table,
                 std::vector<Index>& indexes) {
  const Value* value = json.Find(member);
  if (!value) return Done{};
  const Array* list = value->As<Array>();
  if (!list) return Fail(Code::kInvalid, std::string("\"") + member + "\" must be a list");
  for (const Value& each : *list) {
    const Object* object = each.As<Object>();
    Result<std::string> name = ParseName(object, table);
    if (!name) return Fail(name.error());
    Index index;
    index.name = std::move(*name);
    index.staged = staged;
    Status parsed = ParseInto(index, *object, table);
    if (parsed) {
      Result<std::vector<std::string>> fields = ParseFilterFields(*object, table);
      if (fields) index.filter_fields = std::move(*fields);
      if (!fields) parsed = Fail(fields.error());
    }
    if (!parsed) return Fail(Code::kInvalid, "index " + index.name + " " + parsed.error().message);
    indexes.push_back(std::move(index));
    if (indexes.size() > kIndexesMax) {
      return Fail(Code::kInvalid, std::string("more than 4 ") + Index::kKind + " indexes");
    }
  }
  return Done{};
}

}  // namespace

Status ParseSearchIndexes(const Object& json, TableSchema& table) {
  for (const bool staged : {false, true}) {
    Status parsed = ParseList(json, staged ? "stagedSearchIndexes" : "searchIndexes", staged, table,
                              table.search_indexes);
    if (parsed) {
      parsed = ParseList(json, staged ? "stagedVectorIndexes" : "vectorIndexes", staged, table,
                         table.vector_indexes);
    }
    if (!parsed) return parsed;
  }
  return Done{};
}

}  // namespace syncline
