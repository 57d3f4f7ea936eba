// What the readers of rules' JSON share: where they are, and how they take things from it. Private to
// the files that parse rules.
#pragma once
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/rules/rules.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/place.hpp"

namespace syncline {

// What rules are read against.
struct RulesContext {
  const Schema& schema;
  // The tables that have rows in a tenant: the root table and those with a tenancy field.
  const std::set<std::string, std::less<>>& shared_tables;
};

Failure FailAt(const Place& place, const std::string& message);
// Null if it is no text, or an empty one.
const std::string* AsText(const Value* value);
// The object at `json`, all of whose members are among `known`.
Result<const Object*> ExpectObject(const Value* json, const Place& place,
                                   std::initializer_list<std::string_view> known);
Result<std::string> ExpectText(const Object& json, std::string_view name, const Place& place);
// A text, or empty if it is not there.
Result<std::string> OptionalText(const Object& json, std::string_view name, const Place& place);
// An array of 1 to `most` elements at the member; `what` names them.
Result<const Array*> ExpectArray(const Object& json, std::string_view name, std::size_t most,
                                 const char* what, const Place& place);
bool IsDocumentPath(const TableSchema& table, std::string_view path);

// What an expression may look at.
enum class Sight {
  kWrite,    // everything
  kRead,     // not other rows
  kRowOnly,  // the fields of the row alone
};
// Nesting at most 64.
Result<Expr> ParseExpression(const Value& json, const RulesContext& context,
                             const TableSchema& table, Sight sight, const Place& place);
bool AsksExists(const Expr& expr);

// The members "unique", "transitions", "references" and "history" of a table's rules.
Status ParseInvariants(const Object& json, const RulesContext& context, const TableSchema& table,
                       const Place& place, TableRules& rules);

}  // namespace syncline
