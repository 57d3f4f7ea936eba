// Convex's JSON form of values: int64 as {"$integer": base64 of 8 bytes little-endian}, special
// floats as {"$float": ...}, bytes as {"$bytes": base64}, undefined as {"$undefined": null} (only
// where the caller allows it), everything else as itself. Source: npm convex, src/values/value.ts.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/value/value.hpp"

namespace syncline {

enum class UndefinedInJson { kRefused, kAllowed };

// Bounds: nesting 64, array 8192 elements, object 1024 members, text 16 MiB. Field names as Convex
// has them: up to 1024 non-control ASCII characters, not starting with '$'. kInvalid names the
// place ("at .items[3].name: ...").
Result<Value> ParseJson(std::string_view text,
                        UndefinedInJson undefined = UndefinedInJson::kRefused);

// Appends the value's JSON text. Undefined members never occur in objects; a top-level Undefined
// is written as {"$undefined":null}.
void AppendJson(std::string& out, const Value& value);
void AppendJson(std::string& out, const Object& object);
std::string ToJson(const Value& value);

// Appends a JSON string literal, quotes included. REQUIRES: UTF-8.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace syncline
