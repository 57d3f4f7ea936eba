// Convex's JSON form of values: int64 as {"$integer": base64 of 8 bytes little-endian}, special
// floats as {"$float": ...}, bytes as {"$bytes": base64}, undefined as {"$undefined": null} (only
// where the caller allows it), everything else as itself. Source: npm convex, src/values/value.ts.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/value/value.hpp"

namespace syncline {

inline constexpr std::size_t kJsonBytesMax = std::size_t{16} << 20;

enum class UndefinedInJson { kRefused, kAllowed };

// Bounds: nesting 64, array 8192 elements, object 1024 members, text 16 MiB. Field names as Convex
// has them: up to 1024 non-control ASCII characters, not starting with '$', each once. Lone
// surrogates are refused. kInvalid names the place ("at .items[3].name: ..."). Where undefined is
// allowed, members may be Undefined too, as a patch has them.
Result<Value> ParseJson(std::string_view text,
                        UndefinedInJson undefined = UndefinedInJson::kRefused);

// JSON that carries values inside: calls, queries, schemas, rules. As ParseJson with undefined
// allowed, but an object may have members of any name and number ({"$eq":[a,b]}), an array any
// number of elements, and nesting may be 256. What it carries is checked with CheckValueLimits.
Result<Value> ParseJsonEnvelope(std::string_view text, std::size_t bytes_max = kJsonBytesMax);

// The bounds of ParseJson, for a value that came another way. kInvalid names the place.
Status CheckValueLimits(const Value& value, UndefinedInJson undefined = UndefinedInJson::kRefused);
Status CheckValueLimits(const Object& object,
                        UndefinedInJson undefined = UndefinedInJson::kRefused);

// Appends the value's JSON text: members in order, numbers as JavaScript prints them. Undefined is
// written as {"$undefined":null}; only patches have Undefined members.
void AppendJson(std::string& out, const Value& value);
void AppendJson(std::string& out, const Object& object);
std::string ToJson(const Value& value);

// Appends a JSON string literal, quotes included. REQUIRES: UTF-8.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace syncline
