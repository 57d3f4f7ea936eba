// Filter: the expressions of q.filter(...), from npm convex's JSON ({"$eq":[{"$field":"a"},
// {"$literal":1}]}). Comparisons use the total order, a missing field being undefined; arithmetic is
// int64 with int64 (overflow is an error) or float64 with float64; and, or, not take booleans.
#pragma once
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/value/value.hpp"

namespace syncline {

struct Filter {
  enum class Op {
    kField,
    kLiteral,
    kEq,
    kNeq,
    kLt,
    kLte,
    kGt,
    kGte,
    kAdd,
    kSub,
    kMul,
    kDiv,
    kMod,
    kNeg,
    kAnd,
    kOr,
    kNot,
  };
  Op op = Op::kLiteral;
  std::string path;  // kField, dotted
  Value literal;
  std::vector<Filter> operands;
};

// kInvalid names the operator. Nesting at most 64.
Result<Filter> ParseFilter(const Value& json);
Result<Value> Evaluate(const Filter& filter, const Object& document);
// As a condition: kInvalid unless the result is a boolean.
Result<bool> Matches(const Filter& filter, const Object& document);

}  // namespace syncline
