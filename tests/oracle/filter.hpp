// q.filter's expressions, evaluated on the JSON that npm convex makes of them.
#pragma once
#include "tests/oracle/value.hpp"

namespace syncline::oracle {

// Whether the host should take the expression at all: operators it knows with as many operands as they
// take.
bool IsFilter(const Value& expression);

// False: an error, as an overflow or a boolean where a number should be. Operands are evaluated from the
// left, and "and" and "or" only as far as they must.
bool Evaluate(const Value& expression, const Value& document, Value& result);

}  // namespace syncline::oracle
