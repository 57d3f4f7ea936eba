#include "shared/rules/parsing.hpp"

#include <algorithm>

#include "shared/base/utf8.hpp"

namespace syncline {

Failure FailAt(const Place& place, const std::string& message) {
  const std::string text = place.Text();
  return Fail(Code::kInvalid, "Rules at " + (text.empty() ? "the top" : text) + ": " + message);
}

const std::string* AsText(const Value* value) {
  const std::string* text = value ? value->As<std::string>() : nullptr;
  return text && !text->empty() ? text : nullptr;
}

Result<const Object*> ExpectObject(const Value* json, const Place& place,
                                   std::initializer_list<std::string_view> known) {
  const Object* object = json ? json->As<Object>() : nullptr;
  if (!object) return FailAt(place, "expected an object");
  for (const Member& member : object->members()) {
    if (std::find(known.begin(), known.end(), member.name) == known.end()) {
      return FailAt(place, "unknown member \"" + Utf8Prefix(member.name, 64) + "\"");
    }
  }
  return object;
}

Result<std::string> ExpectText(const Object& json, std::string_view name, const Place& place) {
  const std::string* text = AsText(json.Find(name));
  if (!text) return FailAt(Place(place, name), "expected a text that is not empty");
  return *text;
}

Result<std::string> OptionalText(const Object& json, std::string_view name, const Place& place) {
  if (!json.Find(name)) return std::string();
  return ExpectText(json, name, place);
}

Result<const Array*> ExpectArray(const Object& json, std::string_view name, std::size_t most,
                                 const char* what, const Place& place) {
  const Value* given = json.Find(name);
  const Array* array = given ? given->As<Array>() : nullptr;
  if (array && !array->empty() && array->size() <= most) return array;
  return FailAt(Place(place, name),
                "expected an array of 1 to " + std::to_string(most) + " " + what);
}

bool IsDocumentPath(const TableSchema& table, std::string_view path) {
  return path == "_id" || path == "_creationTime" || MayHavePath(table.document, path);
}

}  // namespace syncline
