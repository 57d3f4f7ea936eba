#include "shared/rules/evaluate.hpp"

#include <algorithm>

#include "shared/value/order.hpp"

namespace syncline {
namespace {

using Op = Expr::Op;

const Value kUndefinedValue;
const Value kTrueValue = true;
const Value kFalseValue = false;

const Value* FromBool(bool value) { return value ? &kTrueValue : &kFalseValue; }
const Value* OrUndefined(const Value* value) { return value ? value : &kUndefinedValue; }

const Value* AtPath(const Object* row, std::string_view path) {
  return OrUndefined(row ? FindPath(*row, path) : nullptr);
}

// Null if the expression has no value, because a boolean was needed and there was none.
const Value* Evaluate(const Expr& expr, const Subject& subject);

const Value* EvaluateComparison(const Expr& expr, const Subject& subject) {
  const Value* a = Evaluate(expr.operands[0], subject);
  const Value* b = Evaluate(expr.operands[1], subject);
  if (!a || !b) return nullptr;
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

const Value* EvaluateIn(const Expr& expr, const Subject& subject) {
  const Value* wanted = Evaluate(expr.operands[0], subject);
  if (!wanted) return nullptr;
  const Array& list = *expr.literal.As<Array>();
  return FromBool(std::any_of(list.begin(), list.end(),
                              [wanted](const Value& value) { return value == *wanted; }));
}

// "and" ends at the first false, "or" at the first true.
const Value* EvaluateLogic(const Expr& expr, const Subject& subject, bool deciding) {
  for (const Expr& operand : expr.operands) {
    const Value* value = Evaluate(operand, subject);
    const bool* truth = value ? value->As<bool>() : nullptr;
    if (!truth) return nullptr;
    if (*truth == deciding) return FromBool(deciding);
  }
  return FromBool(!deciding);
}

const Value* EvaluateNot(const Expr& expr, const Subject& subject) {
  const Value* value = Evaluate(expr.operands[0], subject);
  const bool* truth = value ? value->As<bool>() : nullptr;
  return truth ? FromBool(!*truth) : nullptr;
}

const Value* Evaluate(const Expr& expr, const Subject& subject) {
  switch (expr.op) {
    case Op::kLiteral: return &expr.literal;
    case Op::kRow: return AtPath(subject.row, expr.path);
    case Op::kOld: return AtPath(subject.old, expr.path);
    case Op::kUser: return OrUndefined(FindClaim(*subject.claims, expr.path));
    case Op::kRole: return &subject.role;
    case Op::kChanged:
      return FromBool(*AtPath(subject.old, expr.path) != *AtPath(subject.row, expr.path));
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLte:
    case Op::kGt:
    case Op::kGte: return EvaluateComparison(expr, subject);
    case Op::kIn: return EvaluateIn(expr, subject);
    case Op::kAnd: return EvaluateLogic(expr, subject, false);
    case Op::kOr: return EvaluateLogic(expr, subject, true);
    case Op::kNot: return EvaluateNot(expr, subject);
    case Op::kTrue: return &kTrueValue;
    case Op::kFalse: return &kFalseValue;
  }
  return nullptr;
}

}  // namespace

bool Allows(const Expr& expr, const Subject& subject) {
  const Value* value = Evaluate(expr, subject);
  const bool* truth = value ? value->As<bool>() : nullptr;
  return truth && *truth;
}

const Value* FindClaim(const Object& claims, std::string_view name) {
  const Value* value = claims.Find(name);
  return value ? value : FindPath(claims, name);
}

}  // namespace syncline
