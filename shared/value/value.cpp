#include "shared/value/value.hpp"

#include <algorithm>
#include <array>

namespace syncline {
namespace {

template <class Members>
auto LowerBound(Members& members, std::string_view name) {
  return std::lower_bound(members.begin(), members.end(), name,
                          [](const Member& member, std::string_view wanted) {
                            return member.name.compare(wanted) < 0;
                          });
}

}  // namespace

Object::Object() = default;
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::Find(std::string_view name) const {
  const auto at = LowerBound(members_, name);
  return at != members_.end() && at->name == name ? &at->value : nullptr;
}

Value* Object::Find(std::string_view name) {
  return const_cast<Value*>(static_cast<const Object*>(this)->Find(name));
}

void Object::Set(std::string_view name, Value value) {
  if (value.is_undefined()) return Remove(name);
  const auto at = LowerBound(members_, name);
  if (at != members_.end() && at->name == name) {
    at->value = std::move(value);
  } else {
    members_.insert(at, Member{std::string(name), std::move(value)});
  }
}

void Object::Remove(std::string_view name) {
  const auto at = LowerBound(members_, name);
  if (at != members_.end() && at->name == name) members_.erase(at);
}

const char* TypeName(const Value& value) {
  static constexpr std::array<const char*, 9> kNames = {
      "undefined", "null", "int64", "float64", "boolean", "string", "bytes", "array", "object"};
  static_assert(kNames.size() == std::variant_size_v<Value::Variant>);
  return kNames[value.state().index()];
}

const Value* FindPath(const Object& object, std::string_view dotted_path) {
  const Object* step = &object;
  while (true) {
    const std::size_t dot = dotted_path.find('.');
    const Value* value = step->Find(dotted_path.substr(0, dot));
    if (!value || dot == std::string_view::npos) return value;
    step = value->As<Object>();
    if (!step) return nullptr;
    dotted_path.remove_prefix(dot + 1);
  }
}

}  // namespace syncline
