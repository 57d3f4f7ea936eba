#include "shared/query/filter.hpp"

#include <cmath>
#include <limits>

#include "shared/base/planted.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kAny = static_cast<std::size_t>(-1);

struct Operator {
  const char* name;
  Filter::Op op;
  std::size_t operands;
};
constexpr Operator kOperators[] = {
    {"$eq", Filter::Op::kEq, 2},      {"$neq", Filter::Op::kNeq, 2},  {"$lt", Filter::Op::kLt, 2},
    {"$lte", Filter::Op::kLte, 2},    {"$gt", Filter::Op::kGt, 2},    {"$gte", Filter::Op::kGte, 2},
    {"$add", Filter::Op::kAdd, 2},    {"$sub", Filter::Op::kSub, 2},  {"$mul", Filter::Op::kMul, 2},
    {"$div", Filter::Op::kDiv, 2},    {"$mod", Filter::Op::kMod, 2},  {"$neg", Filter::Op::kNeg, 1},
    {"$and", Filter::Op::kAnd, kAny}, {"$or", Filter::Op::kOr, kAny}, {"$not", Filter::Op::kNot, 1},
};

const char* NameOf(Filter::Op op) {
  for (const Operator& candidate : kOperators) {
    if (candidate.op == op) return candidate.name + 1;
  }
  return "field";
}

Result<Filter> Parse(const Value& json, int depth) {
  const Object* object = json.As<Object>();
  if (depth > kDepthMax || !object || object->size() != 1) {
    return Fail(Code::kInvalid, depth > kDepthMax ? "A filter is nested too deeply"
                                                  : "A filter must be made with q.eq, q.and, ...");
  }
  const Member& member = object->members().front();
  Filter filter;
  if (member.name == "$literal") {
    filter.literal = member.value;
    return filter;
  }
  if (member.name == "$field") {
    const std::string* path = member.value.As<std::string>();
    if (!path || path->empty()) return Fail(Code::kInvalid, "q.field needs a field's name");
    filter.op = Filter::Op::kField;
    filter.path = *path;
    return filter;
  }
  for (const Operator& candidate : kOperators) {
    if (member.name != candidate.name) continue;
    filter.op = candidate.op;
    const Array* list = member.value.As<Array>();
    const std::size_t count = list ? list->size() : 1;
    if (candidate.operands != kAny && count != candidate.operands) {
      return Fail(Code::kInvalid, "q." + member.name.substr(1) + " takes " +
                                      std::to_string(candidate.operands) + " operands");
    }
    for (std::size_t i = 0; i < count; ++i) {
      Result<Filter> operand = Parse(list ? (*list)[i] : member.value, depth + 1);
      if (!operand) return operand;
      filter.operands.push_back(std::move(*operand));
    }
    return filter;
  }
  return Fail(Code::kInvalid, "Unknown filter operator \"" + member.name.substr(0, 64) + "\"");
}

Failure Overflow(Filter::Op op) {
  return Fail(Code::kInvalid, std::string("q.") + NameOf(op) + " overflows the range of int64");
}

Result<Value> Whole(Filter::Op op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (op) {
    case Filter::Op::kAdd:
      if (__builtin_add_overflow(a, b, &result) && !PLANTED("int64-overflow-wraps"))
        return Overflow(op);
      return Value(result);
    case Filter::Op::kSub:
      if (__builtin_sub_overflow(a, b, &result)) return Overflow(op);
      return Value(result);
    case Filter::Op::kMul:
      if (__builtin_mul_overflow(a, b, &result)) return Overflow(op);
      return Value(result);
    default: break;
  }
  if (b == 0) return Fail(Code::kInvalid, std::string("q.") + NameOf(op) + " by zero");
  if (a == std::numeric_limits<std::int64_t>::min() && b == -1) return Overflow(op);
  return Value(op == Filter::Op::kDiv ? a / b : a % b);
}

double Exactly(Filter::Op op, double a, double b) {
  switch (op) {
    case Filter::Op::kAdd: return a + b;
    case Filter::Op::kSub: return a - b;
    case Filter::Op::kMul: return a * b;
    case Filter::Op::kDiv: return a / b;
    default: return std::fmod(a, b);
  }
}

// One NaN for every outcome that is none: processors differ in its sign, and the order tells signs apart.
Value Number(double outcome) {
  return std::isnan(outcome) ? std::numeric_limits<double>::quiet_NaN() : outcome;
}

Result<Value> Arithmetic(Filter::Op op, const Value& a, const Value& b) {
  if (a.Is<std::int64_t>() && b.Is<std::int64_t>()) {
    return Whole(op, *a.As<std::int64_t>(), *b.As<std::int64_t>());
  }
  if (a.Is<double>() && b.Is<double>())
    return Number(Exactly(op, *a.As<double>(), *b.As<double>()));
  return Fail(Code::kInvalid, std::string("q.") + NameOf(op) +
                                  " needs two int64 or two float64, not " + TypeName(a) + " and " +
                                  TypeName(b));
}

Result<bool> Truth(const Filter& filter, const Object& document, const char* of) {
  Result<Value> value = Evaluate(filter, document);
  if (!value) return Fail(value.error());
  if (const bool* truth = value->As<bool>()) return *truth;
  return Fail(Code::kInvalid, std::string(of) + " needs a boolean, not " + TypeName(*value));
}

}  // namespace

Result<Filter> ParseFilter(const Value& json) { return Parse(json, 0); }

Result<Value> Evaluate(const Filter& filter, const Object& document) {
  using Op = Filter::Op;
  switch (filter.op) {
    case Op::kLiteral: return filter.literal;
    case Op::kField: {
      const Value* value = FindPath(document, filter.path);
      return value ? *value : Value();
    }
    case Op::kAnd:
    case Op::kOr: {
      for (const Filter& operand : filter.operands) {
        const Result<bool> truth =
            Truth(operand, document, filter.op == Op::kAnd ? "q.and" : "q.or");
        if (!truth) return Fail(truth.error());
        if (*truth == ((filter.op == Op::kOr) != PLANTED("and-as-or"))) return Value(*truth);
      }
      return Value(filter.op == Op::kAnd);
    }
    case Op::kNot: {
      const Result<bool> truth = Truth(filter.operands[0], document, "q.not");
      if (!truth) return Fail(truth.error());
      return Value(!*truth);
    }
    default: break;
  }
  Result<Value> a = Evaluate(filter.operands[0], document);
  if (!a) return a;
  if (filter.op == Op::kNeg) {
    if (const double* number = a->As<double>()) return Number(-*number);
    return Arithmetic(Op::kSub, Value(std::int64_t{0}), *a);
  }
  Result<Value> b = Evaluate(filter.operands[1], document);
  if (!b) return b;
  switch (filter.op) {
    case Op::kEq: return Value(Compare(*a, *b) == 0);
    case Op::kNeq: return Value(Compare(*a, *b) != 0);
    case Op::kLt: return Value(Compare(*a, *b) < (PLANTED("filter-lt-as-lte") ? 1 : 0));
    case Op::kLte: return Value(Compare(*a, *b) <= 0);
    case Op::kGt: return Value(Compare(*a, *b) > 0);
    case Op::kGte: return Value(Compare(*a, *b) >= 0);
    default: return Arithmetic(filter.op, *a, *b);
  }
}

Result<bool> Matches(const Filter& filter, const Object& document) {
  return Truth(filter, document, "A filter");
}

}  // namespace syncline
