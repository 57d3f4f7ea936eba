// Rules: tenancy, membership, and who may read, insert, update and delete which rows. Read from the
// JSON that syncline/rules compiles; judged here for the device (as a preview) and for the relay
// (with authority), by the same code. Pure: no store, no clock.
//
// JSON form:
//   { "tenancy":    { "root": "organizations", "fields": { "users": "organizationId", ... },
//                     "local": ["drafts", ...] },
//     "membership": { "table": "users", "field": "email", "claim": "email", "role": "role" },
//     "tables": { "schedules": { "read": Rule, "insert": Rule, "update": Rule, "delete": Rule,
//                                "checks": Rule, "unique": [Unique, ...], "transitions":
//                                [Transition, ...], "references": [Reference, ...],
//                                "history": true | { "days": n, "count": n } } } }
//   Rule: an array of one or more { "name": text, "message": text, "allow": Expr }; all must allow.
//   A missing rule denies. "local", which may be missing, names tables whose rows stay on the device:
//   they have no tenancy and no rules.
//
// What holds for the rows themselves, whoever writes them (each may be missing; then nothing is asked):
//   "checks": judged of every row as an insert or update leaves it.
//   Unique: { "name": text, "message": text, "fields": ["email", "address.city", ...], "where": Expr }
//     No two rows of a tenant have the same values in the fields. A row in which one of them is
//     undefined is not judged; null is a value. "where", which may be missing, looks at the row alone:
//     only rows for which it is true are judged. Swapping two rows' values in one change set is fine.
//   Transition: { "field": "status", "initial": [v, ...], "moves": [Move, ...], "message": text }
//     What the field may be in a new row, and how it may change. "message" may be missing.
//     Move: { "from": [v, ...], "to": [v, ...], "roles": [text, ...], "when": Expr }; without "roles"
//     everyone who may update the row makes it; "when" may be missing.
//   Reference: { "field": "authorId", "onDelete": "restrict" | "cascade" | "setUndefined",
//     "message": text }. The field is a v.id of a table of the application, or an array of them. A row
//     that it names must be there, and readable, when it is written; what becomes of the row when that
//     one is deleted, "onDelete" says (shared/decisions/0011). "message" may be missing.
//   "history": who changed what when is kept, for so many days (default 90) and so many entries a row
//     (default 100).
//
//   Expr: a JSON array that starts with an operator:
//     ["literal", v] ["row", "path"] ["old", "path"] ["user", "claim"] ["role"] ["changed", "path"]
//     ["eq"|"ne"|"lt"|"lte"|"gt"|"gte", a, b] ["in", a, [v, ...]] ["and"|"or", a, ...] ["not", a]
//     ["true"] ["false"] ["matches", a, "pattern"] ["length", a]
//     ["exists"|"missing", "table", "index", a, ...]
//   "row" is the row after the write (for read and delete: the row), "old" the row before it. A path
//   may name _id and _creationTime; it must be one that the table's documents can have. A missing
//   field, claim or role is undefined; a claim is sought by its whole name, then as a path.
//   Comparisons use Convex's total order. "and" and "or" stop at the first operand that decides;
//   they and "not" take booleans, and a rule must give one: anything else denies.
//   "matches" is false for what is no string, and denies a text that is too long (shared/rules/pattern.hpp).
//   "length" is that of a string in UTF-16 units, of an array or of bytes, as a float64; else undefined.
//   "exists" asks whether another row of the tenant begins with these values in a declared index of
//   the table, after the whole change set; not for read rules and "where".
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/rules/evaluate.hpp"
#include "shared/rules/invariants.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/value.hpp"

namespace syncline {

// Who asks: the verified token's claims (or, on the device, the token's claims unverified), and
// the role that the membership row gives them in this tenant.
struct Actor {
  Object claims;
  // None: no member of this tenant.
  std::optional<std::string> role;
};

enum class Action { kRead, kInsert, kUpdate, kDelete };
const char* ActionName(Action action);  // "read", ...

struct Clause {
  std::string name;     // e.g. "members write"; unique within its rule
  std::string message;  // a sentence for the person who was refused
  Expr allow;
};

struct TableRules {
  std::vector<Clause> read, insert, update, remove;
  std::vector<Clause> checks;
  std::vector<Unique> unique;
  std::vector<Transition> transitions;
  std::vector<Reference> references;
  std::optional<HistoryRule> history;
  // Some clause, move or check asks exists or missing.
  bool asks_exists = false;

  const std::vector<Clause>& For(Action action) const;
};

// A reference to a table, from another or itself.
struct Referrer {
  std::string table;
  Reference reference;
};

struct Membership {
  std::string table;
  std::string field;  // the row's field that names the person
  std::string claim;  // the token's claim that it must equal
  std::string role;   // the row's field that holds the role, a string
};

// What was refused, by which rule.
struct Denial {
  std::string rule;  // "schedules.update: members write"
  std::string message;
  Code code = Code::kDenied;
};

class Rules {
 public:
  // kInvalid names the place. Checks against the schema: tables and paths exist, each tenancy field
  // is a required v.id of the root table, the membership table has tenancy or is the root table (then
  // each tenant is one person's own space). Nesting of expressions at most 64.
  static Result<Rules> Parse(std::string_view json, const Schema& schema);
  // The tables that the rules' tenancy names as local.
  const std::vector<std::string>& local_tables() const { return local_tables_; }

  // FNV-1a, 64 bits, of the JSON text.
  std::uint64_t hash() const { return hash_; }
  const Membership& membership() const { return membership_; }
  // The table whose rows are tenants.
  const std::string& root_table() const { return root_table_; }
  // The field that names a row's tenant; empty for the root table (the row's own id), none for a
  // table without tenancy (its rows cannot be written).
  std::optional<std::string_view> TenantField(std::string_view table) const;

  // Null if the table has no rules.
  const TableRules* Find(std::string_view table) const;
  const std::map<std::string, TableRules, std::less<>>& tables() const { return tables_; }
  const std::vector<Referrer>& ReferrersOf(std::string_view table) const;
  // Whether a write to the table takes a look at other rows.
  bool LooksBeyondRow(std::string_view table) const;

  // None if allowed: by the action's clauses, and for an insert or update by the transitions and checks.
  // Documents carry _id and _creationTime as members. `before` is null for insert and read, `after`
  // null for delete. `find` answers exists and missing; a rule that needs its answer and gets none
  // allows.
  std::optional<Denial> Judge(std::string_view table, Action action, const Actor& actor,
                              const Object* before, const Object* after,
                              const FindRow* find = nullptr) const;
  // The checks alone.
  std::optional<Denial> JudgeChecks(std::string_view table, const Actor& actor,
                                    const Object* before, const Object& after,
                                    const FindRow* find = nullptr) const;
  bool MayRead(std::string_view table, const Actor& actor, const Object& row) const {
    return !Judge(table, Action::kRead, actor, nullptr, &row);
  }
  // The person's value of the membership claim as key bytes; none if the token has no such claim (or
  // null), or if the claim is "email" and the token has an email_verified that is not true.
  std::optional<Bytes> MemberKey(const Object& claims) const;
  // The same for a membership row; none if the field is missing or null.
  std::optional<Bytes> MemberKeyOfRow(const Object& row) const;

  // True if some read rule looks at ["user", ...]: then rows are judged per person, else per role.
  bool read_depends_on_user() const { return read_depends_on_user_; }
  // True if the table's read rule looks at a row: else it judges all of the table's rows alike.
  bool ReadDependsOnRow(std::string_view table) const;
  // False if the table's read rule cannot come out otherwise by what the path holds (shared/merge/merge.hpp).
  bool ReadLooksAt(std::string_view table, std::string_view path) const;

 private:
  std::map<std::string, TableRules, std::less<>> tables_;
  std::map<std::string, std::vector<Referrer>, std::less<>> referrers_;  // by the table referred to
  std::map<std::string, std::string, std::less<>> tenant_fields_;
  std::vector<std::string> local_tables_;
  Membership membership_;
  std::string root_table_;
  std::uint64_t hash_ = 0;
  bool read_depends_on_user_ = false;
};

}  // namespace syncline
