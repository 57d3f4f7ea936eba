#include "shared/merge/element.hpp"

#include <algorithm>

#include "shared/value/field_path.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

// The first name of a path; the rest stays in `path`.
std::string_view TakeStep(std::string_view& path) {
  const std::size_t end = std::min(path.find(kPathStep), path.size());
  const std::string_view name = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return name;
}

// The path seen from `outer`. REQUIRES: Covers(outer, path).
std::string_view Beneath(std::string_view outer, std::string_view path) {
  if (outer.empty()) return path;
  path.remove_prefix(std::min(outer.size() + 1, path.size()));
  return path;
}

void SetAt(Value& root, std::string_view path, const Value& value) {
  if (path.empty()) {
    root = value;
    return;
  }
  Value* at = &root;
  while (Object* object = at->As<Object>()) {
    const std::string_view name = TakeStep(path);
    if (path.empty()) return object->Set(name, value);
    at = object->Find(name);
    if (!at) return;
  }
}

bool IsName(std::string_view name) {
  return !name.empty() && name.find(kPathStep) == std::string_view::npos;
}

// How the names of two objects differ. Another shape: names went and others came, or a name that differs
// cannot stand in a path.
bool HasSameShape(const Object& before, const Object& after) {
  bool loses = false;
  bool gains = false;
  for (const Member& member : before.members()) {
    const Value* held = after.Find(member.name);
    loses = loses || !held;
    if (!IsName(member.name) && (!held || *held != member.value)) return false;
  }
  for (const Member& member : after.members()) {
    const bool gained = !before.Find(member.name);
    gains = gains || gained;
    if (gained && !IsName(member.name)) return false;
  }
  return !(loses && gains);
}

struct Differ {
  const ElementId& id;
  std::vector<ListEdit::Write>& out;

  void Diff(const std::string& path, const Value& before, const Value& after, std::size_t depth) {
    if (before == after) return;
    const Object* old = before.As<Object>();
    const Object* now = after.As<Object>();
    if (!old || !now || depth >= kElementStepsMax || path.size() > kElementPathBytesMax / 2 ||
        !HasSameShape(*old, *now)) {
      out.push_back({id, path, after});
      return;
    }
    for (const Member& member : old->members()) {
      const Value* held = now->Find(member.name);
      Diff(Join(path, member.name), member.value, held ? *held : Value(), depth + 1);
    }
    for (const Member& member : now->members()) {
      if (!old->Find(member.name)) out.push_back({id, Join(path, member.name), member.value});
    }
  }
  static std::string Join(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + kPathStep + name;
  }
};

}  // namespace

bool Covers(std::string_view outer, std::string_view path) {
  if (outer.empty()) return true;
  return path.substr(0, outer.size()) == outer &&
         (path.size() == outer.size() || path[outer.size()] == kPathStep);
}

bool IsElementPath(std::string_view path) {
  if (path.empty()) return true;
  if (path.size() > kElementPathBytesMax || path.back() == kPathStep) return false;
  std::size_t steps = 0;
  while (!path.empty()) {
    if (TakeStep(path).empty() || ++steps > kElementStepsMax) return false;
  }
  return true;
}

const Value* FindAt(const Value& root, std::string_view path) {
  const Value* at = &root;
  while (at && !path.empty()) {
    const Object* object = at->As<Object>();
    at = object ? object->Find(TakeStep(path)) : nullptr;
  }
  return at;
}

bool HasPlace(const Value& root, std::string_view path) {
  if (path.empty()) return true;
  const std::size_t last = path.rfind(kPathStep);
  const Value* holder = FindAt(root, path.substr(0, last == std::string_view::npos ? 0 : last));
  return holder && holder->Is<Object>();
}

void ApplyWrite(ListElement& element, const std::string& path, const Value& value,
                const Stamp& stamp) {
  std::vector<ElementWrite>& writes = element.writes;
  for (const ElementWrite& held : writes) {
    if (Covers(held.path, path) && stamp < held.stamp) return;
  }
  writes.erase(std::remove_if(writes.begin(), writes.end(),
                              [&](const ElementWrite& held) {
                                return Covers(path, held.path) && !(stamp < held.stamp);
                              }),
               writes.end());
  ElementWrite made{path, stamp, value};
  SetAt(element.value, path, value);
  for (ElementWrite& held : writes) {
    if (Covers(path, held.path)) {
      SetAt(element.value, held.path, held.value);
      SetAt(made.value, Beneath(path, held.path), held.value);
    }
  }
  for (ElementWrite& held : writes) {
    if (Covers(held.path, path)) SetAt(held.value, Beneath(held.path, path), made.value);
  }
  const auto at = std::lower_bound(
      writes.begin(), writes.end(), path,
      [](const ElementWrite& held, const std::string& wanted) { return held.path < wanted; });
  writes.insert(at, std::move(made));
}

void DiffElement(const ElementId& id, const Value& before, const Value& after,
                 std::vector<ListEdit::Write>& out) {
  Differ{id, out}.Diff("", before, after, 0);
}

}  // namespace syncline
