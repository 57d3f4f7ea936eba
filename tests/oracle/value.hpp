// The oracle's own values: Convex's nine kinds, their order and their JSON form, as plainly as they can be
// written. Nothing here knows of shared/value, for this is what shared/value is held against.
//
// Three kinds more are placeholders that only programs have: the id, the creation time and a page cursor
// that the engine will have made by the time the step runs.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace syncline::oracle {

// In Convex's order.
enum class Kind {
  kUndefined,
  kNull,
  kInt64,
  kFloat64,
  kBoolean,
  kString,
  kBytes,
  kArray,
  kObject,
  kIdOf,    // of the row that `whole` names; `text` may spoil it: "unused", "broken" or "cut"
  kTimeOf,  // that row's _creationTime
};

struct Value {
  Kind kind = Kind::kUndefined;
  std::int64_t whole = 0;  // int64; a placeholder's row
  double number = 0;
  bool truth = false;
  std::string text;  // a string's UTF-8, or bytes
  std::vector<Value> elements;
  std::map<std::string, Value> members;

  static Value Null() { return Of(Kind::kNull); }
  static Value Int(std::int64_t value);
  static Value Float(double value);
  static Value Bool(bool value);
  static Value String(std::string text);
  static Value Bytes(std::string bytes);
  static Value Array(std::vector<Value> elements);
  static Value Object(std::map<std::string, Value> members);
  static Value Of(Kind kind);

  bool is(Kind other) const { return kind == other; }
  // A member, Undefined if there is none or this is no object.
  Value At(const std::string& name) const;
  // The value at "address.city"; Undefined where a step is missing or no object.
  Value AtPath(const std::string& dotted) const;
};

// Negative, zero or positive. undefined < null < int64 < float64 < boolean < string < bytes < array <
// object; strings by their UTF-8 bytes, floats by IEEE's total order (-NaN < ... < -0 < 0 < ... < NaN).
int Compare(const Value& a, const Value& b);
bool Same(const Value& a, const Value& b);

// {"$integer": ...}, {"$float": ...}, {"$bytes": ...}, {"$undefined": null}; the rest as itself.
std::string ToJson(const Value& value);
// False: the text is no JSON, or a special form in it is wrong.
bool FromJson(const std::string& text, Value& value);

std::string ToBase64(const std::string& bytes);
bool FromBase64(const std::string& text, std::string& bytes);

std::uint64_t BitsOf(double value);
double FloatOf(std::uint64_t bits);

}  // namespace syncline::oracle
