// The evaluation of one rule expression over the rows before and after, the user and the role.
#pragma once
#include "shared/rules/rules.hpp"

namespace syncline {

// What expressions are about. Borrows everything.
struct Subject {
  const Object* row = nullptr;
  const Object* old = nullptr;
  const Object* claims = nullptr;
  Value role;  // Undefined: no member
};

// True only if the expression gives the boolean true.
bool Allows(const Expr& expr, const Subject& subject);

// A claim by its whole name ("https://example.com/plan"), else as a path. Null if there is none.
const Value* FindClaim(const Object& claims, std::string_view name);

}  // namespace syncline
