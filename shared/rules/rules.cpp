#include "shared/rules/rules.hpp"

#include <algorithm>

#include "shared/rules/transitions.hpp"
#include "shared/value/field_path.hpp"
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

// The field that a path is of or within, as rules or as the merge write it.
std::string_view FieldOf(std::string_view path) {
  return path.substr(0, std::min(path.find('.'), path.find(kPathStep)));
}

bool AsksForField(const Expr& expr, std::string_view field) {
  using Op = Expr::Op;
  const bool of_row = expr.op == Op::kRow || expr.op == Op::kOld || expr.op == Op::kChanged;
  return (of_row && FieldOf(expr.path) == field) ||
         std::any_of(expr.operands.begin(), expr.operands.end(),
                     [&](const Expr& operand) { return AsksForField(operand, field); });
}

Subject SubjectOf(const Actor& actor, const Object* before, const Object* after,
                  const FindRow* find) {
  Subject subject{after ? after : before, before, &actor.claims, {}, find};
  if (actor.role) subject.role = *actor.role;
  return subject;
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

const std::vector<Referrer>& Rules::ReferrersOf(std::string_view table) const {
  static const std::vector<Referrer> kNone;
  const auto at = referrers_.find(table);
  return at == referrers_.end() ? kNone : at->second;
}

bool Rules::LooksBeyondRow(std::string_view name) const {
  const TableRules* table = Find(name);
  return (table && (table->asks_exists || !table->unique.empty() || !table->references.empty())) ||
         !ReferrersOf(name).empty();
}

bool Rules::ReadDependsOnRow(std::string_view table) const {
  const auto at = tables_.find(table);
  return at != tables_.end() &&
         std::any_of(at->second.read.begin(), at->second.read.end(),
                     [](const Clause& clause) { return AsksForRow(clause.allow); });
}

bool Rules::ReadLooksAt(std::string_view table, std::string_view path) const {
  const auto at = tables_.find(table);
  const std::string_view field = FieldOf(path);
  return at != tables_.end() &&
         std::any_of(at->second.read.begin(), at->second.read.end(),
                     [&](const Clause& clause) { return AsksForField(clause.allow, field); });
}

std::optional<Denial> Rules::Judge(std::string_view name, Action action, const Actor& actor,
                                   const Object* before, const Object* after,
                                   const FindRow* find) const {
  const std::string place = std::string(name) + "." + ActionName(action) + ": ";
  const TableRules* table = Find(name);
  if (!table) return Denial{place + "no rule", "Nobody may do this."};
  const Subject subject = SubjectOf(actor, before, after, find);
  for (const Clause& clause : table->For(action)) {
    if (!Allows(clause.allow, subject)) return Denial{place + clause.name, clause.message};
  }
  if (action == Action::kRead || action == Action::kDelete) return std::nullopt;
  for (const Transition& transition : table->transitions) {
    if (std::optional<std::string> refused = RefusedMove(transition, subject)) {
      return Denial{std::string(name) + ".transitions: " + transition.field, *std::move(refused)};
    }
  }
  return JudgeChecks(name, actor, before, *after, find);
}

std::optional<Denial> Rules::JudgeChecks(std::string_view name, const Actor& actor,
                                         const Object* before, const Object& after,
                                         const FindRow* find) const {
  const TableRules* table = Find(name);
  if (!table || table->checks.empty()) return std::nullopt;
  const Subject subject = SubjectOf(actor, before, &after, find);
  for (const Clause& check : table->checks) {
    if (Allows(check.allow, subject)) continue;
    return Denial{std::string(name) + ".checks: " + check.name, check.message, Code::kInvalid};
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
