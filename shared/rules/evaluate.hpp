// The evaluation of one rule expression over the rows before and after, the user and the role.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "shared/rules/expression.hpp"
#include "shared/value/value.hpp"

namespace syncline {

// Whether the table of a kExists or kMissing has a row whose index begins with these values. kUnknown:
// who is asked does not hold every row, and has none such.
enum class Found { kNo, kYes, kUnknown };
using FindRow = std::function<Found(const Expr& expr, const Array& values)>;

// What expressions are about. Borrows everything.
struct Subject {
  const Object* row = nullptr;
  const Object* old = nullptr;
  const Object* claims = nullptr;
  Value role;                     // Undefined: no member
  const FindRow* find = nullptr;  // null: every answer is kUnknown
};

// True if the expression gives the boolean true, or hangs on an answer that is unknown: then who knows
// decides (a device asks, the relay knows).
bool Allows(const Expr& expr, const Subject& subject);

// A claim by its whole name ("https://example.com/plan"), else as a path. Null if there is none.
const Value* FindClaim(const Object& claims, std::string_view name);

}  // namespace syncline
