// Filters: comparisons by the total order, arithmetic of one type, logic of booleans.
#include "tests/oracle/filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syncline::oracle {
namespace {

struct Operation {
  std::string name;
  std::vector<Value> operands;
};

// Every operator but $literal and $field; one operand may stand without a list.
Operation OperationOf(const Value& expression) {
  const auto& [name, operands] = *expression.members.begin();
  if (operands.is(Kind::kArray)) return {name, operands.elements};
  return {name, {operands}};
}

bool IsOneOf(const std::string& name, std::vector<std::string> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsComparison(const std::string& name) {
  return IsOneOf(name, {"$eq", "$neq", "$lt", "$lte", "$gt", "$gte"});
}
bool IsArithmetic(const std::string& name) {
  return IsOneOf(name, {"$add", "$sub", "$mul", "$div", "$mod"});
}

bool CompareAs(const std::string& name, const Value& a, const Value& b) {
  const int order = Compare(a, b);
  if (name == "$eq") return order == 0;
  if (name == "$neq") return order != 0;
  if (name == "$lt") return order < 0;
  if (name == "$lte") return order <= 0;
  if (name == "$gt") return order > 0;
  return order >= 0;
}

// In 128 bits nothing overflows before it is looked at.
bool Whole(const std::string& name, std::int64_t left, std::int64_t right, Value& result) {
  __extension__ using Wide = __int128;
  const Wide a = left;
  const Wide b = right;
  if ((name == "$div" || name == "$mod") && b == 0) return false;
  Wide exact = 0;
  if (name == "$add") exact = a + b;
  if (name == "$sub") exact = a - b;
  if (name == "$mul") exact = a * b;
  if (name == "$div") exact = a / b;
  if (name == "$mod") {
    // As a checked remainder has it: what the quotient would overflow is refused.
    exact = a / b;
    const bool fits = exact <= std::numeric_limits<std::int64_t>::max();
    exact = a % b;
    if (!fits) return false;
  }
  if (exact < std::numeric_limits<std::int64_t>::min() ||
      exact > std::numeric_limits<std::int64_t>::max()) {
    return false;
  }
  result = Value::Int(static_cast<std::int64_t>(exact));
  return true;
}

// One NaN for all that is not a number, so that every processor answers alike.
Value Number(double number) {
  return Value::Float(std::isnan(number) ? FloatOf(0x7FF8000000000000u) : number);
}

Value Floating(const std::string& name, double a, double b) {
  if (name == "$add") return Number(a + b);
  if (name == "$sub") return Number(a - b);
  if (name == "$mul") return Number(a * b);
  if (name == "$div") return Number(a / b);
  return Number(std::fmod(a, b));
}

bool EvaluateArithmetic(const std::string& name, const Value& a, const Value& b, Value& result) {
  if (a.is(Kind::kInt64) && b.is(Kind::kInt64)) return Whole(name, a.whole, b.whole, result);
  if (!a.is(Kind::kFloat64) || !b.is(Kind::kFloat64)) return false;
  result = Floating(name, a.number, b.number);
  return true;
}

bool EvaluateLogic(const Operation& operation, const Value& document, Value& result) {
  const bool all = operation.name == "$and";
  for (const Value& operand : operation.operands) {
    Value value;
    if (!Evaluate(operand, document, value) || !value.is(Kind::kBoolean)) return false;
    if (value.truth != all) {
      result = value;
      return true;
    }
  }
  result = Value::Bool(all);
  return true;
}

}  // namespace

bool IsFilter(const Value& expression) {
  if (!expression.is(Kind::kObject) || expression.members.size() != 1) return false;
  const auto& [name, operands] = *expression.members.begin();
  if (name == "$literal") return true;
  if (name == "$field") return operands.is(Kind::kString) && !operands.text.empty();
  const Operation operation = OperationOf(expression);
  const std::size_t count = operation.operands.size();
  const bool known = IsOneOf(name, {"$and", "$or"}) ||
                     (IsOneOf(name, {"$not", "$neg"}) && count == 1) ||
                     ((IsComparison(name) || IsArithmetic(name)) && count == 2);
  return known && std::all_of(operation.operands.begin(), operation.operands.end(), IsFilter);
}

bool Evaluate(const Value& expression, const Value& document, Value& result) {
  const auto& [name, inner] = *expression.members.begin();
  if (name == "$literal") {
    result = inner;
    return true;
  }
  if (name == "$field") {
    result = document.AtPath(inner.text);
    return true;
  }
  const Operation operation = OperationOf(expression);
  if (name == "$and" || name == "$or") return EvaluateLogic(operation, document, result);
  Value a;
  Value b;
  if (!Evaluate(operation.operands[0], document, a)) return false;
  if (name == "$not") {
    result = Value::Bool(!a.truth);
    return a.is(Kind::kBoolean);
  }
  if (name == "$neg") {
    if (!a.is(Kind::kFloat64)) return EvaluateArithmetic("$sub", Value::Int(0), a, result);
    result = Number(-a.number);
    return true;
  }
  if (!Evaluate(operation.operands[1], document, b)) return false;
  if (IsArithmetic(name)) return EvaluateArithmetic(name, a, b, result);
  result = Value::Bool(CompareAs(name, a, b));
  return true;
}

}  // namespace syncline::oracle
