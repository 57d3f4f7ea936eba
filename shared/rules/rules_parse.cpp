// Rules from their JSON form, checked against the schema.
#include <algorithm>
#include <array>

#include "shared/base/hash.hpp"
#include "shared/base/utf8.hpp"
#include "shared/rules/parsing.hpp"
#include "shared/rules/rules.hpp"
#include "shared/value/json.hpp"
#include "shared/value/place.hpp"

namespace syncline {
namespace {

using Kind = Validator::Kind;
constexpr std::size_t kClausesMax = 256;

bool AsksForUser(const Expr& expr) {
  return expr.op == Expr::Op::kUser ||
         std::any_of(expr.operands.begin(), expr.operands.end(), AsksForUser);
}

// --- rules of a table ---

Result<Clause> ParseClause(const Value& json, const RulesContext& context, const TableSchema& table,
                           Sight sight, const Place& place) {
  const Result<const Object*> object = ExpectObject(&json, place, {"name", "message", "allow"});
  if (!object) return Fail(object.error());
  Result<std::string> name = ExpectText(**object, "name", place);
  if (!name) return Fail(name.error());
  Result<std::string> message = ExpectText(**object, "message", place);
  if (!message) return Fail(message.error());
  const Value* allow = (*object)->Find("allow");
  if (!allow) return FailAt(place, "\"allow\" is missing");
  Result<Expr> expr = ParseExpression(*allow, context, table, sight, Place(place, "allow"));
  if (!expr) return Fail(expr.error());
  return Clause{*std::move(name), *std::move(message), *std::move(expr)};
}

Result<std::vector<Clause>> ParseClauses(const Value& json, const RulesContext& context,
                                         const TableSchema& table, Sight sight,
                                         const Place& place) {
  const Array* array = json.As<Array>();
  if (!array || array->empty() || array->size() > kClausesMax) {
    return FailAt(place, "expected an array of 1 to 256 clauses; [\"true\"] allows everyone");
  }
  std::vector<Clause> clauses;
  for (std::size_t i = 0; i < array->size(); ++i) {
    Result<Clause> clause = ParseClause((*array)[i], context, table, sight, Place(place, i));
    if (!clause) return Fail(clause.error());
    for (const Clause& other : clauses) {
      if (other.name == clause->name) {
        return FailAt(Place(place, i), "the clause \"" + other.name + "\" occurs twice");
      }
    }
    clauses.push_back(*std::move(clause));
  }
  return clauses;
}

Result<TableRules> ParseTableRules(const Value& json, const RulesContext& context,
                                   const TableSchema& table, const Place& place) {
  const Result<const Object*> object =
      ExpectObject(&json, place,
                   {"read", "insert", "update", "delete", "checks", "unique", "transitions",
                    "references", "history"});
  if (!object) return Fail(object.error());
  TableRules rules;
  const auto parse = [&](const char* name, Sight sight, std::vector<Clause>& clauses) -> Status {
    const Value* given = (*object)->Find(name);
    if (!given) return Done{};
    Result<std::vector<Clause>> parsed =
        ParseClauses(*given, context, table, sight, Place(place, std::string_view(name)));
    if (!parsed) return Fail(parsed.error());
    clauses = *std::move(parsed);
    return Done{};
  };
  for (auto [name, clauses] : {std::pair{"read", &rules.read},
                               {"insert", &rules.insert},
                               {"update", &rules.update},
                               {"delete", &rules.remove}}) {
    const Sight sight = clauses == &rules.read ? Sight::kRead : Sight::kWrite;
    if (Status parsed = parse(name, sight, *clauses); !parsed) return Fail(parsed.error());
    if (clauses->empty()) clauses->push_back({"no rule", "Nobody may do this.", {}});
  }
  if (Status parsed = parse("checks", Sight::kWrite, rules.checks); !parsed) {
    return Fail(parsed.error());
  }
  if (Status parsed = ParseInvariants(**object, context, table, place, rules); !parsed) {
    return Fail(parsed.error());
  }
  return rules;
}

bool IsLocal(const TableSchema& table, const std::vector<std::string>& local) {
  return table.local || std::find(local.begin(), local.end(), table.name) != local.end();
}

using RulesByTable = std::map<std::string, TableRules, std::less<>>;

Result<RulesByTable> ParseTables(const Value* json, const RulesContext& context,
                                 const std::vector<std::string>& local, const Place& place) {
  const Object* object = json ? json->As<Object>() : nullptr;
  if (!object) return FailAt(place, "expected an object of tables");
  RulesByTable tables;
  for (const Member& member : object->members()) {
    const TableSchema* table = context.schema.FindTable(member.name);
    const Place inner(place, std::string_view(member.name));
    if (!table) return FailAt(inner, "the schema has no such table");
    if (IsLocal(*table, local)) {
      return FailAt(inner, "the table is local, so nobody judges it; remove its rules");
    }
    Result<TableRules> rules = ParseTableRules(member.value, context, *table, inner);
    if (!rules) return Fail(rules.error());
    tables.emplace(member.name, *std::move(rules));
  }
  return tables;
}

bool AskExists(const std::vector<Clause>& clauses) {
  return std::any_of(clauses.begin(), clauses.end(),
                     [](const Clause& clause) { return AsksExists(clause.allow); });
}

bool AsksExists(const TableRules& table) {
  for (const auto* clauses : {&table.insert, &table.update, &table.remove, &table.checks}) {
    if (AskExists(*clauses)) return true;
  }
  for (const Transition& transition : table.transitions) {
    for (const Move& move : transition.moves) {
      if (move.when && AsksExists(*move.when)) return true;
    }
  }
  return false;
}

// --- tenancy and membership ---

// Whether every document has an id of `root` in the field.
bool HoldsTenant(const Validator& document, std::string_view field, const std::string& root) {
  if (document.kind == Kind::kUnion) {
    return std::all_of(document.members.begin(), document.members.end(),
                       [&](const Validator& member) { return HoldsTenant(member, field, root); });
  }
  const ValidatorField* found = document.FindField(field);
  return found && !found->optional && found->type.kind == Kind::kId && found->type.table == root;
}

struct Tenancy {
  std::string root;
  std::map<std::string, std::string, std::less<>> fields;
  std::vector<std::string> local;
};

Result<std::vector<std::string>> ParseLocal(const Value* json, const Schema& schema,
                                            const Place& place) {
  std::vector<std::string> local;
  if (!json) return local;
  const Array* array = json->As<Array>();
  if (!array) return FailAt(place, "expected an array of tables' names");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string* name = AsText(&(*array)[i]);
    if (!name || !schema.FindTable(*name)) {
      return FailAt(Place(place, i), "the schema has no such table");
    }
    local.push_back(*name);
  }
  return local;
}

Result<Tenancy> ParseTenancy(const Value* json, const Schema& schema, const Place& place) {
  const Result<const Object*> object = ExpectObject(json, place, {"root", "fields", "local"});
  if (!object) return Fail(object.error());
  Result<std::string> root = ExpectText(**object, "root", place);
  if (!root) return Fail(root.error());
  const TableSchema* root_table = schema.FindTable(*root);
  if (!root_table) {
    return FailAt(place, "the schema has no table " + Utf8Prefix(*root, 80));
  }
  Result<std::vector<std::string>> local =
      ParseLocal((*object)->Find("local"), schema, Place(place, "local"));
  if (!local) return Fail(local.error());
  Tenancy tenancy{*std::move(root), {}, *std::move(local)};
  if (IsLocal(*root_table, tenancy.local)) {
    return FailAt(place, "the root table " + root_table->name + " cannot be local");
  }
  const Place inside(place, "fields");
  const Value* list = (*object)->Find("fields");
  const Object* fields = list ? list->As<Object>() : nullptr;
  if (!fields) return FailAt(inside, "expected an object of tables and their fields");
  for (const Member& member : fields->members()) {
    const Place at(inside, std::string_view(member.name));
    const TableSchema* table = schema.FindTable(member.name);
    if (!table) return FailAt(at, "the schema has no such table");
    if (IsLocal(*table, tenancy.local)) {
      return FailAt(at, "the table is local, so it has no tenant; remove it from one of the two");
    }
    if (member.name == tenancy.root) return FailAt(at, "the root table's tenant is its own id");
    const std::string* field = AsText(&member.value);
    if (!field || !HoldsTenant(table->document, *field, tenancy.root)) {
      return FailAt(at, "expected a required field that is v.id(\"" + tenancy.root + "\")");
    }
    tenancy.fields.emplace(member.name, *field);
  }
  return tenancy;
}

Result<Membership> ParseMembership(const Value* json, const Schema& schema, const Tenancy& tenancy,
                                   const Place& place) {
  const Result<const Object*> object =
      ExpectObject(json, place, {"table", "field", "claim", "role"});
  if (!object) return Fail(object.error());
  Membership membership;
  const std::array<std::pair<std::string_view, std::string*>, 4> texts = {
      {{"table", &membership.table},
       {"field", &membership.field},
       {"claim", &membership.claim},
       {"role", &membership.role}}};
  for (const auto& [name, target] : texts) {
    Result<std::string> text = ExpectText(**object, name, place);
    if (!text) return Fail(text.error());
    *target = *std::move(text);
  }
  const TableSchema* table = schema.FindTable(membership.table);
  if (!table) return FailAt(place, "the schema has no table " + Utf8Prefix(membership.table, 80));
  if (membership.table != tenancy.root && tenancy.fields.count(membership.table) == 0) {
    return FailAt(place, "the table " + membership.table + " has no field under tenancy");
  }
  for (const std::string* field : {&membership.field, &membership.role}) {
    if (MayHavePath(table->document, *field)) continue;
    return FailAt(place,
                  "documents of " + table->name + " have no field " + Utf8Prefix(*field, 128));
  }
  return membership;
}

}  // namespace

Result<Rules> Rules::Parse(std::string_view json, const Schema& schema) {
  const Result<Value> value = ParseJsonEnvelope(json);
  if (!value) return Fail(Code::kInvalid, "Rules " + value.error().message);
  const Place top;
  const Result<const Object*> object =
      ExpectObject(&*value, top, {"tenancy", "membership", "tables"});
  if (!object) return Fail(object.error());
  Result<Tenancy> tenancy = ParseTenancy((*object)->Find("tenancy"), schema, Place(top, "tenancy"));
  if (!tenancy) return Fail(tenancy.error());
  Result<Membership> membership =
      ParseMembership((*object)->Find("membership"), schema, *tenancy, Place(top, "membership"));
  if (!membership) return Fail(membership.error());
  std::set<std::string, std::less<>> shared_tables = {tenancy->root};
  for (const auto& [table, field] : tenancy->fields) shared_tables.insert(table);
  const RulesContext context{schema, shared_tables};
  Result<RulesByTable> tables =
      ParseTables((*object)->Find("tables"), context, tenancy->local, Place(top, "tables"));
  if (!tables) return Fail(tables.error());
  Rules rules;
  rules.tables_ = *std::move(tables);
  rules.local_tables_ = std::move(tenancy->local);
  rules.root_table_ = std::move(tenancy->root);
  rules.tenant_fields_ = std::move(tenancy->fields);
  rules.membership_ = *std::move(membership);
  rules.hash_ = Fnv1a64(json);
  for (auto& [name, table] : rules.tables_) {
    table.asks_exists = AsksExists(table);
    for (const Reference& reference : table.references) {
      rules.referrers_[reference.table].push_back({name, reference});
    }
    for (const Clause& clause : table.read) {
      if (AsksForUser(clause.allow)) rules.read_depends_on_user_ = true;
    }
  }
  return rules;
}

}  // namespace syncline
