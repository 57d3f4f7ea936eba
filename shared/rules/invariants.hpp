// What a table's rules ask of its rows, whoever writes them: values that are unique, moves of a status,
// references to rows that are there; and how long its history is kept. rules.hpp has the JSON form.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/rules/expression.hpp"

namespace syncline {

struct Unique {
  std::string name, message;
  std::vector<std::string> fields;  // dotted paths
  std::optional<Expr> where;        // looks at the row alone
  std::string where_text;           // its JSON; empty: none
};

// How a field may go from one value to another.
struct Move {
  Array from, to;
  std::vector<std::string> roles;  // empty: any
  std::optional<Expr> when;
};
struct Transition {
  std::string field;  // dotted path
  Array initial;      // what it may be in a new row
  std::vector<Move> moves;
  std::string message;  // may be empty
};

// What becomes of a row when one that it refers to is deleted.
enum class OnDelete { kRestrict, kCascade, kSetUndefined };
struct Reference {
  std::string field;  // dotted path
  std::string table;  // that the field is an id of
  OnDelete on_delete = OnDelete::kRestrict;
  bool array = false;   // the field is an array of ids
  std::string message;  // may be empty
};

// How long a table's history is kept: whichever ends first.
struct HistoryRule {
  std::uint32_t days = 90;
  std::uint32_t count = 100;  // entries a row
};

}  // namespace syncline
