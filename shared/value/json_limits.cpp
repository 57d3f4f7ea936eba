// The bounds of Convex's values.
#include "shared/base/utf8.hpp"
#include "shared/value/json.hpp"
#include "shared/value/place.hpp"

namespace syncline {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kElementsMax = 8192;
constexpr std::size_t kMembersMax = 1024;
constexpr std::size_t kNameBytesMax = 1024;

Failure FailAt(const Place& place, const std::string& message) {
  const std::string text = place.Text();
  return Fail(Code::kInvalid, "at " + (text.empty() ? "the top" : text) + ": " + message);
}

std::string Quoted(std::string_view name) {
  std::string out;
  AppendJsonString(out, Utf8Prefix(name, 64));
  return out;
}

Status CheckName(std::string_view name, const Place& place) {
  if (name.size() > kNameBytesMax) {
    return FailAt(place, "a field name is longer than 1024 characters: " + Quoted(name) + "...");
  }
  for (const char c : name) {
    if (c < 0x20 || c >= 0x7F) {
      return FailAt(
          place, "field name " + Quoted(name) + " has a character that is not non-control ASCII");
    }
  }
  if (!name.empty() && name.front() == '$') {
    return FailAt(place, "field name " + Quoted(name) + " starts with a '$', which is reserved");
  }
  return Done{};
}

Status Check(const Value& value, UndefinedInJson undefined, const Place& place, int depth);

Status CheckArray(const Array& array, UndefinedInJson undefined, const Place& place, int depth) {
  if (array.size() > kElementsMax) {
    return FailAt(place, "an array has " + std::to_string(array.size()) +
                             " elements; at most 8192 are allowed");
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (Status checked = Check(array[i], undefined, Place(place, i), depth); !checked)
      return checked;
  }
  return Done{};
}

Status CheckObject(const Object& object, UndefinedInJson undefined, const Place& place, int depth) {
  if (object.size() > kMembersMax) {
    return FailAt(place, "an object has " + std::to_string(object.size()) +
                             " fields; at most 1024 are allowed");
  }
  for (const Member& member : object.members()) {
    if (Status checked = CheckName(member.name, place); !checked) return checked;
    const Place inner(place, std::string_view(member.name));
    if (Status checked = Check(member.value, undefined, inner, depth); !checked) return checked;
  }
  return Done{};
}

Status Check(const Value& value, UndefinedInJson undefined, const Place& place, int depth) {
  if (value.is_undefined() && undefined == UndefinedInJson::kRefused) {
    return FailAt(place, "undefined is no valid value here");
  }
  const Array* array = value.As<Array>();
  const Object* object = value.As<Object>();
  if ((array || object) && depth == kDepthMax) return FailAt(place, "nested deeper than 64");
  if (array) return CheckArray(*array, undefined, place, depth + 1);
  if (object) return CheckObject(*object, undefined, place, depth + 1);
  return Done{};
}

}  // namespace

Status CheckValueLimits(const Value& value, UndefinedInJson undefined) {
  return Check(value, undefined, Place(), 0);
}

Status CheckValueLimits(const Object& object, UndefinedInJson undefined) {
  return CheckObject(object, undefined, Place(), 1);
}

}  // namespace syncline
