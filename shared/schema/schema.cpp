#include "shared/schema/schema.hpp"

#include <algorithm>

#include "shared/base/utf8.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr std::size_t kDocumentBytesMax = std::size_t{1} << 20;
constexpr int kDocumentDepthMax = 16;

int Depth(const Value& value) {
  int depth = 0;
  if (const Array* array = value.As<Array>()) {
    for (const Value& element : *array) depth = std::max(depth, Depth(element));
    return depth + 1;
  }
  if (const Object* object = value.As<Object>()) {
    for (const Member& member : object->members()) depth = std::max(depth, Depth(member.value));
    return depth + 1;
  }
  return 0;
}

Status CheckDocumentLimits(const Object& document) {
  if (Status checked = CheckValueLimits(document); !checked) return checked;
  int depth = 1;
  for (const Member& member : document.members()) {
    if (!member.name.empty() && member.name.front() == '_') {
      return Fail(Code::kInvalid, "field `" + Utf8Prefix(member.name, 64) +
                                      "` starts with an underscore, which is reserved");
    }
    depth = std::max(depth, Depth(member.value) + 1);
  }
  if (depth > kDocumentDepthMax) {
    return Fail(Code::kInvalid, "the document is nested " + std::to_string(depth) +
                                    " levels deep; at most 16 are allowed");
  }
  Bytes bytes;
  AppendKey(bytes, document);
  if (bytes.size() > kDocumentBytesMax) {
    return Fail(Code::kInvalid, "the document has " + std::to_string(bytes.size()) +
                                    " bytes; at most 1 MiB is allowed");
  }
  return Done{};
}

}  // namespace

const IndexSchema* TableSchema::FindIndex(std::string_view index) const {
  for (const IndexSchema& candidate : indexes) {
    if (candidate.name == index) return &candidate;
  }
  return nullptr;
}

MergeKind TableSchema::KindAt(std::string_view path) const {
  for (const MergeField& field : merge_fields) {
    if (field.path == path) return field.kind;
  }
  return MergeKind::kRegister;
}

bool TableSchema::has_contents() const {
  return !local &&
         std::any_of(merge_fields.begin(), merge_fields.end(),
                     [](const MergeField& field) { return field.kind != MergeKind::kCounter; });
}

const TableSchema* Schema::FindTable(std::string_view name) const {
  const auto at = std::lower_bound(tables.begin(), tables.end(), name,
                                   [](const TableSchema& table, std::string_view wanted) {
                                     return table.name.compare(wanted) < 0;
                                   });
  return at != tables.end() && at->name == name ? &*at : nullptr;
}

const TableSchema* Schema::FindTable(TableNumber number) const {
  const auto at = std::lower_bound(
      by_number.begin(), by_number.end(), number,
      [this](std::size_t table, TableNumber wanted) { return tables[table].number < wanted; });
  return at != by_number.end() && tables[*at].number == number ? &tables[*at] : nullptr;
}

Status ValidateDocument(const Schema& schema, const TableSchema& table, const Object& document,
                        UnknownFields unknown) {
  const char* problem = " cannot be stored: ";
  Status checked = CheckDocumentLimits(document);
  if (checked && schema.validates_documents) {
    checked = Validate(table.document, document, unknown, &schema);
    if (!checked) problem = " does not match the schema: ";
  }
  if (checked) return checked;
  return Fail(checked.error().code,
              "A document of table \"" + table.name + "\"" + problem + checked.error().message);
}

}  // namespace syncline
