// The oracle's values: making, reaching into and ordering them.
#include "tests/oracle/value.hpp"

#include <cstring>

namespace syncline::oracle {

Value Value::Of(Kind kind) {
  Value value;
  value.kind = kind;
  return value;
}
Value Value::Int(std::int64_t whole) {
  Value value = Of(Kind::kInt64);
  value.whole = whole;
  return value;
}
Value Value::Float(double number) {
  Value value = Of(Kind::kFloat64);
  value.number = number;
  return value;
}
Value Value::Bool(bool truth) {
  Value value = Of(Kind::kBoolean);
  value.truth = truth;
  return value;
}
Value Value::String(std::string text) {
  Value value = Of(Kind::kString);
  value.text = std::move(text);
  return value;
}
Value Value::Bytes(std::string bytes) {
  Value value = Of(Kind::kBytes);
  value.text = std::move(bytes);
  return value;
}
Value Value::Array(std::vector<Value> elements) {
  Value value = Of(Kind::kArray);
  value.elements = std::move(elements);
  return value;
}
Value Value::Object(std::map<std::string, Value> members) {
  Value value = Of(Kind::kObject);
  value.members = std::move(members);
  return value;
}

Value Value::At(const std::string& name) const {
  const auto found = members.find(name);
  return found == members.end() ? Value() : found->second;
}

Value Value::AtPath(const std::string& dotted) const {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string::npos) return At(dotted);
  return At(dotted.substr(0, dot)).AtPath(dotted.substr(dot + 1));
}

std::uint64_t BitsOf(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double FloatOf(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

namespace {

int Sign(bool less, bool greater) { return less ? -1 : greater ? 1 : 0; }

// Sign and magnitude: of two negative ones the greater magnitude is the lesser number.
int CompareFloats(double a, double b) {
  const std::uint64_t magnitude_mask = ~std::uint64_t{0} >> 1;
  const bool a_negative = BitsOf(a) > magnitude_mask;
  const bool b_negative = BitsOf(b) > magnitude_mask;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  const std::uint64_t a_size = BitsOf(a) & magnitude_mask;
  const std::uint64_t b_size = BitsOf(b) & magnitude_mask;
  return a_negative ? Sign(a_size > b_size, a_size < b_size) : Sign(a_size<b_size, a_size> b_size);
}

int CompareBytes(const std::string& a, const std::string& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const auto left = static_cast<unsigned char>(a[i]);
    const auto right = static_cast<unsigned char>(b[i]);
    if (left != right) return Sign(left < right, true);
  }
  return Sign(a.size() < b.size(), a.size() > b.size());
}

int CompareArrays(const Value& a, const Value& b) {
  for (std::size_t i = 0; i < a.elements.size() && i < b.elements.size(); ++i) {
    if (const int order = Compare(a.elements[i], b.elements[i])) return order;
  }
  return Sign(a.elements.size() < b.elements.size(), a.elements.size() > b.elements.size());
}

// As lists of (name, value) in the order of the names.
int CompareObjects(const Value& a, const Value& b) {
  auto left = a.members.begin();
  auto right = b.members.begin();
  for (; left != a.members.end() && right != b.members.end(); ++left, ++right) {
    if (const int order = CompareBytes(left->first, right->first)) return order;
    if (const int order = Compare(left->second, right->second)) return order;
  }
  return Sign(right != b.members.end(), left != a.members.end());
}

}  // namespace

int Compare(const Value& a, const Value& b) {
  if (a.kind != b.kind) return Sign(a.kind<b.kind, a.kind> b.kind);
  switch (a.kind) {
    case Kind::kUndefined:
    case Kind::kNull: return 0;
    case Kind::kFloat64: return CompareFloats(a.number, b.number);
    case Kind::kBoolean: return Sign(!a.truth && b.truth, a.truth && !b.truth);
    case Kind::kString:
    case Kind::kBytes: return CompareBytes(a.text, b.text);
    case Kind::kArray: return CompareArrays(a, b);
    case Kind::kObject: return CompareObjects(a, b);
    case Kind::kInt64:
    case Kind::kIdOf:
    case Kind::kTimeOf: break;
  }
  return Sign(a.whole<b.whole, a.whole> b.whole);
}

bool Same(const Value& a, const Value& b) { return Compare(a, b) == 0; }

}  // namespace syncline::oracle
