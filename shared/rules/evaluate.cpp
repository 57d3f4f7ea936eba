#include "shared/rules/evaluate.hpp"

#include <algorithm>
#include <forward_list>

#include "shared/base/utf8.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

using Op = Expr::Op;

const Value kUndefinedValue;
const Value kTrueValue = true;
const Value kFalseValue = false;
// Known by its address: a boolean that nobody here can tell.
const Value kUnknownValue;

const Value* FromBool(bool value) { return value ? &kTrueValue : &kFalseValue; }
const Value* OrUndefined(const Value* value) { return value ? value : &kUndefinedValue; }

const Value* AtPath(const Object* row, std::string_view path) {
  return OrUndefined(row ? FindPath(*row, path) : nullptr);
}

Value LengthOf(const Value& value) {
  if (const std::string* text = value.As<std::string>()) {
    return static_cast<double>(Utf16Length(*text));
  }
  if (const Array* array = value.As<Array>()) return static_cast<double>(array->size());
  if (const BytesValue* bytes = value.As<BytesValue>()) {
    return static_cast<double>(bytes->bytes.size());
  }
  return {};
}

// Gives values by pointer, so that looking at a field copies nothing. Null: the expression has no value,
// because a boolean was needed and there was none, or a text is too long for its pattern.
class Evaluator {
 public:
  explicit Evaluator(const Subject& subject) : subject_(subject) {}

  const Value* Evaluate(const Expr& expr) {
    switch (expr.op) {
      case Op::kLiteral: return &expr.literal;
      case Op::kRow: return AtPath(subject_.row, expr.path);
      case Op::kOld: return AtPath(subject_.old, expr.path);
      case Op::kUser: return OrUndefined(FindClaim(*subject_.claims, expr.path));
      case Op::kRole: return &subject_.role;
      case Op::kChanged:
        return FromBool(*AtPath(subject_.old, expr.path) != *AtPath(subject_.row, expr.path));
      case Op::kEq:
      case Op::kNe:
      case Op::kLt:
      case Op::kLte:
      case Op::kGt:
      case Op::kGte: return Comparison(expr);
      case Op::kIn:
      case Op::kNot:
      case Op::kMatches:
      case Op::kLength: return OfOne(expr);
      case Op::kAnd: return Logic(expr, false);
      case Op::kOr: return Logic(expr, true);
      case Op::kTrue: return &kTrueValue;
      case Op::kFalse: return &kFalseValue;
      case Op::kExists:
      case Op::kMissing: return Existence(expr);
    }
    return nullptr;
  }

 private:
  const Value* Comparison(const Expr& expr) {
    const Value* a = Evaluate(expr.operands[0]);
    const Value* b = Evaluate(expr.operands[1]);
    if (!a || !b) return nullptr;
    if (a == &kUnknownValue || b == &kUnknownValue) return &kUnknownValue;
    const int order = Compare(*a, *b);
    switch (expr.op) {
      case Op::kEq: return FromBool(order == 0);
      case Op::kNe: return FromBool(order != 0);
      case Op::kLt: return FromBool(order < 0);
      case Op::kLte: return FromBool(order <= 0);
      case Op::kGt: return FromBool(order > 0);
      default: return FromBool(order >= 0);
    }
  }

  // What takes one value.
  const Value* OfOne(const Expr& expr) {
    const Value* value = Evaluate(expr.operands[0]);
    if (!value || value == &kUnknownValue) return value;
    if (expr.op == Op::kIn) {
      const Array& list = *expr.literal.As<Array>();
      return FromBool(std::any_of(list.begin(), list.end(),
                                  [value](const Value& known) { return known == *value; }));
    }
    if (expr.op == Op::kMatches) {
      const std::string* text = value->As<std::string>();
      if (!text) return &kFalseValue;
      const std::optional<bool> matches = expr.pattern->Matches(*text);
      return matches ? FromBool(*matches) : nullptr;
    }
    if (expr.op == Op::kLength) return &made_.emplace_front(LengthOf(*value));
    const bool* truth = value->As<bool>();
    return truth ? FromBool(!*truth) : nullptr;
  }

  // "and" ends at the first false, "or" at the first true.
  const Value* Logic(const Expr& expr, bool deciding) {
    const Value* result = FromBool(!deciding);
    for (const Expr& operand : expr.operands) {
      const Value* value = Evaluate(operand);
      if (value == &kUnknownValue) {
        result = value;
        continue;
      }
      const bool* truth = value ? value->As<bool>() : nullptr;
      if (!truth) return nullptr;
      if (*truth == deciding) return FromBool(deciding);
    }
    return result;
  }

  const Value* Existence(const Expr& expr) {
    Array values;
    for (const Expr& operand : expr.operands) {
      const Value* value = Evaluate(operand);
      if (!value || value == &kUnknownValue) return value;
      // A claim that the token does not have must not find the rows that lack the field.
      if (value->is_undefined()) return FromBool(expr.op == Op::kMissing);
      values.push_back(*value);
    }
    const Found found = subject_.find ? (*subject_.find)(expr, values) : Found::kUnknown;
    if (found == Found::kUnknown) return &kUnknownValue;
    return FromBool((found == Found::kYes) == (expr.op == Op::kExists));
  }

  const Subject& subject_;
  std::forward_list<Value> made_;
};

}  // namespace

bool Allows(const Expr& expr, const Subject& subject) {
  const Value* value = Evaluator(subject).Evaluate(expr);
  if (value == &kUnknownValue) return true;
  const bool* truth = value ? value->As<bool>() : nullptr;
  return truth && *truth;
}

const Value* FindClaim(const Object& claims, std::string_view name) {
  const Value* value = claims.Find(name);
  return value ? value : FindPath(claims, name);
}

}  // namespace syncline
