#include "shared/rules/rules.hpp"

#include <algorithm>

#include "shared/rules/evaluate.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

bool SaysTrue(const Value& value) {
  const bool* truth = value.As<bool>();
  const std::string* text = value.As<std::string>();  // as some identity providers write it
  return truth ? *truth : text && *text == "true";
}

std::optional<Bytes> KeyOf(const Value* value) {
  if (!value || value->is_undefined() || value->Is<Null>()) return std::nullopt;
  return EncodeKey(*value);
}

bool AsksForRow(const Expr& expr) {
  using Op = Expr::Op;
  return expr.op == Op::kRow || expr.op == Op::kOld || expr.op == Op::kChanged ||
         std::any_of(expr.operands.begin(), expr.operands.end(), AsksForRow);
}

}  // namespace

const char* ActionName(Action action) {
  switch (action) {
    case Action::kRead: return "read";
    case Action::kInsert: return "insert";
    case Action::kUpdate: return "update";
    case Action::kDelete: return "delete";
  }
  return "read";
}

const std::vector<Clause>& TableRules::For(Action action) const {
  switch (action) {
    case Action::kRead: return read;
    case Action::kInsert: return insert;
    case Action::kUpdate: return update;
    case Action::kDelete: return remove;
  }
  return read;
}

std::optional<std::string_view> Rules::TenantField(std::string_view table) const {
  if (table == root_table_) return std::string_view();
  const auto at = tenant_fields_.find(table);
  if (at == tenant_fields_.end()) return std::nullopt;
  return at->second;
}

const TableRules* Rules::Find(std::string_view table) const {
  const auto at = tables_.find(table);
  return at == tables_.end() ? nullptr : &at->second;
}

bool Rules::ReadDependsOnRow(std::string_view table) const {
  const auto at = tables_.find(table);
  return at != tables_.end() &&
         std::any_of(at->second.read.begin(), at->second.read.end(),
                     [](const Clause& clause) { return AsksForRow(clause.allow); });
}

std::optional<Denial> Rules::Judge(std::string_view table, Action action, const Actor& actor,
                                   const Object* before, const Object* after) const {
  const auto deny = [&](const std::string& clause, const std::string& message) {
    return Denial{std::string(table) + "." + ActionName(action) + ": " + clause, message};
  };
  const auto at = tables_.find(table);
  if (at == tables_.end()) return deny("no rule", "Nobody may do this.");
  Subject subject{after ? after : before, before, &actor.claims, {}};
  if (actor.role) subject.role = *actor.role;
  for (const Clause& clause : at->second.For(action)) {
    if (!Allows(clause.allow, subject)) return deny(clause.name, clause.message);
  }
  return std::nullopt;
}

std::optional<Bytes> Rules::MemberKey(const Object& claims) const {
  const Value* verified = claims.Find("email_verified");
  if (membership_.claim == "email" && verified && !SaysTrue(*verified)) return std::nullopt;
  return KeyOf(FindClaim(claims, membership_.claim));
}

std::optional<Bytes> Rules::MemberKeyOfRow(const Object& row) const {
  return KeyOf(FindPath(row, membership_.field));
}

}  // namespace syncline
