// Expression: one condition of a rule, or a value in it; a tree, immutable once parsed. rules.hpp has its
// JSON form, evaluate.hpp what it means.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "shared/rules/pattern.hpp"
#include "shared/value/value.hpp"

namespace syncline {

struct Expr {
  enum class Op {
    kLiteral,
    kRow,
    kOld,
    kUser,
    kRole,
    kChanged,
    kEq,
    kNe,
    kLt,
    kLte,
    kGt,
    kGte,
    kIn,
    kAnd,
    kOr,
    kNot,
    kTrue,
    kFalse,
    kMatches,
    kLength,
    kExists,
    kMissing,
  };
  Op op = Op::kFalse;
  std::string path;   // kRow, kOld, kUser, kChanged; of kExists, kMissing: the index
  std::string table;  // kExists, kMissing
  Value literal;      // kLiteral; kIn: an Array
  std::shared_ptr<const Pattern> pattern;  // kMatches
  std::vector<Expr> operands;
};

}  // namespace syncline
