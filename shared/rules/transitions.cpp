#include "shared/rules/transitions.hpp"

#include <algorithm>

#include "shared/base/planted.hpp"
#include "shared/schema/validator.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

// What a sentence names of many values or roles.
constexpr std::size_t kNamedMax = 16;

bool Has(const Array& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

Value At(const Object& row, const std::string& path) {
  const Value* value = FindPath(row, path);
  return value ? *value : Value();
}

bool HasRole(const Move& move, const Value& role) {
  const std::string* text = role.As<std::string>();
  return move.roles.empty() || PLANTED("role-of-move-unasked") ||
         (text && std::find(move.roles.begin(), move.roles.end(), *text) != move.roles.end());
}

template <class T, class Name>
void AppendList(std::string& text, const std::vector<T>& list, const char* last, Name name) {
  const std::size_t count = std::min(list.size(), kNamedMax);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 == list.size() ? last : ", ";
    text += name(list[i]);
  }
  if (count < list.size()) text += ", ...";
}

std::string Named(const Array& values) {
  std::string text;
  AppendList(text, values, " or ", [](const Value& value) { return Describe(value); });
  return text;
}

// "to "a" or "b" (as admin), to "c""
std::string WaysFrom(const Transition& transition, const Value& from) {
  std::string ways;
  std::size_t count = 0;
  for (const Move& move : transition.moves) {
    if (!Has(move.from, from)) continue;
    if (++count > kNamedMax) return ways + ", ...";
    if (!ways.empty()) ways += ", ";
    ways += "to " + Named(move.to);
    if (!move.roles.empty()) {
      ways += " (as ";
      AppendList(ways, move.roles, " or ", [](const std::string& role) { return role; });
      ways += move.when ? ", under a condition)" : ")";
    } else if (move.when) {
      ways += " (under a condition)";
    }
  }
  return ways;
}

}  // namespace

std::optional<std::string> RefusedMove(const Transition& transition, const Subject& subject) {
  const Value to = At(*subject.row, transition.field);
  std::string text = transition.message.empty() ? "" : transition.message + " ";
  if (!subject.old) {
    if (Has(transition.initial, to)) return std::nullopt;
    return text + "\"" + transition.field + "\" of a new row cannot be " + Describe(to) +
           "; it begins as " + Named(transition.initial) + ".";
  }
  const Value from = At(*subject.old, transition.field);
  if (from == to) return std::nullopt;
  for (const Move& move : transition.moves) {
    if (Has(move.from, from) && Has(move.to, to) && HasRole(move, subject.role) &&
        (!move.when || Allows(*move.when, subject))) {
      return std::nullopt;
    }
  }
  const std::string ways = WaysFrom(transition, from);
  return text + "\"" + transition.field + "\" cannot go from " + Describe(from) + " to " +
         Describe(to) + "; from there it " + (ways.empty() ? "goes nowhere" : "goes " + ways) + ".";
}

}  // namespace syncline
