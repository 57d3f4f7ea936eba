// Value: one of Convex's values. What an application stores, passes and compares.
//
// Not bound to a schema, a table or a place. Total order and JSON form are Convex's
// (order.hpp, json.hpp); the binary form is key.hpp's order-preserving encoding.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shared/base/bytes.hpp"

namespace syncline {

class Value;
struct Member;

// A field that is not there. In a document it never appears; in ranges, filters and patches it
// stands for "missing".
struct Undefined {};
struct Null {};
struct BytesValue {
  Bytes bytes;
};
using Array = std::vector<Value>;

// Members in ascending order of the names' bytes, each name once.
class Object {
 public:
  Object();
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  // Null if there is none. Setting Undefined removes the member.
  const Value* Find(std::string_view name) const;
  Value* Find(std::string_view name);
  void Set(std::string_view name, Value value);
  void Remove(std::string_view name);
  std::size_t size() const;
  bool empty() const;
  const std::vector<Member>& members() const { return members_; }
  std::vector<Member>& members() { return members_; }

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  using Variant = std::variant<Undefined, Null, std::int64_t, double, bool, std::string, BytesValue,
                               Array, Object>;
  Value() = default;  // Undefined
  Value(Undefined) {}
  Value(Null null) : state_(null) {}
  Value(std::int64_t v) : state_(v) {}
  Value(double v) : state_(v) {}
  Value(bool v) : state_(v) {}
  Value(std::string v) : state_(std::move(v)) {}
  Value(std::string_view v) : state_(std::string(v)) {}
  Value(const char* v) : state_(std::string(v)) {}
  Value(BytesValue v) : state_(std::move(v)) {}
  Value(Array v) : state_(std::move(v)) {}
  Value(Object v) : state_(std::move(v)) {}

  template <class T>
  bool Is() const {
    return std::holds_alternative<T>(state_);
  }
  // Null if it holds another type.
  template <class T>
  const T* As() const {
    return std::get_if<T>(&state_);
  }
  template <class T>
  T* As() {
    return std::get_if<T>(&state_);
  }
  bool is_undefined() const { return Is<Undefined>(); }
  const Variant& state() const { return state_; }

 private:
  Variant state_;
};

struct Member {
  std::string name;
  Value value;
};

inline std::size_t Object::size() const { return members_.size(); }
inline bool Object::empty() const { return members_.empty(); }

// "undefined", "null", "int64", "float64", "boolean", "string", "bytes", "array" or "object".
const char* TypeName(const Value& value);

// The value at a dotted path ("address.city"), or null where a step is missing or no object.
const Value* FindPath(const Object& object, std::string_view dotted_path);

}  // namespace syncline
