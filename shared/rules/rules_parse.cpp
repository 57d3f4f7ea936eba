// Rules from their JSON form, checked against the schema.
#include <algorithm>
#include <array>
#include <cmath>

#include "shared/base/hash.hpp"
#include "shared/base/utf8.hpp"
#include "shared/rules/rules.hpp"
#include "shared/value/json.hpp"
#include "shared/value/place.hpp"

namespace syncline {
namespace {

using Op = Expr::Op;
using Kind = Validator::Kind;
constexpr int kDepthMax = 64;
constexpr std::uint32_t kHistoryDaysMax = 36'500;
constexpr std::uint32_t kHistoryCountMax = 100'000;
constexpr std::size_t kMany = static_cast<std::size_t>(-1);

// How an operator is written. `operands` are expressions; `path` and `literal` are what comes with
// it as plain JSON.
struct Form {
  std::string_view name;
  Op op;
  std::size_t operands_min;
  std::size_t operands_max;
  bool path = false;
  bool literal = false;
};
constexpr std::array<Form, 18> kForms = {{{"literal", Op::kLiteral, 0, 0, false, true},
                                          {"row", Op::kRow, 0, 0, true},
                                          {"old", Op::kOld, 0, 0, true},
                                          {"user", Op::kUser, 0, 0, true},
                                          {"role", Op::kRole, 0, 0},
                                          {"changed", Op::kChanged, 0, 0, true},
                                          {"eq", Op::kEq, 2, 2},
                                          {"ne", Op::kNe, 2, 2},
                                          {"lt", Op::kLt, 2, 2},
                                          {"lte", Op::kLte, 2, 2},
                                          {"gt", Op::kGt, 2, 2},
                                          {"gte", Op::kGte, 2, 2},
                                          {"in", Op::kIn, 1, 1, false, true},
                                          {"and", Op::kAnd, 1, kMany},
                                          {"or", Op::kOr, 1, kMany},
                                          {"not", Op::kNot, 1, 1},
                                          {"true", Op::kTrue, 0, 0},
                                          {"false", Op::kFalse, 0, 0}}};

Failure FailAt(const Place& place, const std::string& message) {
  const std::string text = place.Text();
  return Fail(Code::kInvalid, "Rules at " + (text.empty() ? "the top" : text) + ": " + message);
}

const std::string* AsText(const Value* value) {
  const std::string* text = value ? value->As<std::string>() : nullptr;
  return text && !text->empty() ? text : nullptr;
}

// The object at `json`, all of whose members are among `known`.
Result<const Object*> ExpectObject(const Value* json, const Place& place,
                                   std::initializer_list<std::string_view> known) {
  const Object* object = json ? json->As<Object>() : nullptr;
  if (!object) return FailAt(place, "expected an object");
  for (const Member& member : object->members()) {
    if (std::find(known.begin(), known.end(), member.name) == known.end()) {
      return FailAt(place, "unknown member \"" + Utf8Prefix(member.name, 64) + "\"");
    }
  }
  return object;
}

Result<std::string> ExpectText(const Object& json, std::string_view name, const Place& place) {
  const std::string* text = AsText(json.Find(name));
  if (!text) return FailAt(Place(place, name), "expected a text that is not empty");
  return *text;
}

bool IsDocumentPath(const TableSchema& table, std::string_view path) {
  return path == "_id" || path == "_creationTime" || MayHavePath(table.document, path);
}

// --- expressions ---

class ExprParser {
 public:
  explicit ExprParser(const TableSchema& table) : table_(table) {}

  Result<Expr> Parse(const Value& json, const Place& place, int depth = 0) const {
    const Array* array = json.As<Array>();
    const std::string* name = array && !array->empty() ? AsText(&array->front()) : nullptr;
    if (!name) return FailAt(place, "expected an array that starts with an operator");
    if (depth == kDepthMax) return FailAt(place, "nested deeper than 64");
    const auto form = std::find_if(kForms.begin(), kForms.end(),
                                   [name](const Form& known) { return known.name == *name; });
    if (form == kForms.end()) {
      return FailAt(place, "unknown operator \"" + Utf8Prefix(*name, 64) + "\"");
    }
    return ParseForm(*form, *array, place, depth);
  }

 private:
  Result<Expr> ParseForm(const Form& form, const Array& array, const Place& place,
                         int depth) const {
    const std::size_t plain = (form.path ? 1 : 0) + (form.literal ? 1 : 0);
    const std::size_t given = array.size() - 1;
    if (given < form.operands_min + plain ||
        (form.operands_max != kMany && given > form.operands_max + plain)) {
      return FailAt(place, "\"" + std::string(form.name) + "\" has " + std::to_string(given) +
                               " operands, which is not its number");
    }
    Expr expr;
    expr.op = form.op;
    if (form.path) {
      if (Status read = ReadPath(array.back(), place, expr); !read) return Fail(read.error());
    }
    if (form.literal) {
      if (Status read = ReadLiteral(array.back(), place, expr); !read) return Fail(read.error());
    }
    for (std::size_t i = 1; i <= given - plain; ++i) {
      Result<Expr> operand = Parse(array[i], Place(place, i), depth + 1);
      if (!operand) return operand;
      expr.operands.push_back(*std::move(operand));
    }
    return expr;
  }

  Status ReadPath(const Value& json, const Place& place, Expr& expr) const {
    const std::string* path = AsText(&json);
    if (!path) return FailAt(place, "expected a path, a text that is not empty");
    if (expr.op != Op::kUser && !IsDocumentPath(table_, *path)) {
      return FailAt(place,
                    "documents of " + table_.name + " have no field " + Utf8Prefix(*path, 128));
    }
    expr.path = *path;
    return Done{};
  }

  Status ReadLiteral(const Value& json, const Place& place, Expr& expr) const {
    if (expr.op == Op::kIn && !json.Is<Array>()) {
      return FailAt(place, "\"in\" expects an array of values");
    }
    if (Status checked = CheckValueLimits(json, UndefinedInJson::kAllowed); !checked) {
      return FailAt(place, checked.error().message);
    }
    expr.literal = json;
    return Done{};
  }

  const TableSchema& table_;
};

bool AsksForUser(const Expr& expr) {
  return expr.op == Op::kUser ||
         std::any_of(expr.operands.begin(), expr.operands.end(), AsksForUser);
}

// --- rules of a table ---

Result<Clause> ParseClause(const Value& json, const TableSchema& table, const Place& place) {
  const Result<const Object*> object = ExpectObject(&json, place, {"name", "message", "allow"});
  if (!object) return Fail(object.error());
  Result<std::string> name = ExpectText(**object, "name", place);
  if (!name) return Fail(name.error());
  Result<std::string> message = ExpectText(**object, "message", place);
  if (!message) return Fail(message.error());
  const Value* allow = (*object)->Find("allow");
  if (!allow) return FailAt(place, "\"allow\" is missing");
  Result<Expr> expr = ExprParser(table).Parse(*allow, Place(place, "allow"));
  if (!expr) return Fail(expr.error());
  return Clause{*std::move(name), *std::move(message), *std::move(expr)};
}

Result<std::vector<Clause>> ParseRule(const Value* json, const TableSchema& table,
                                      const Place& place) {
  std::vector<Clause> clauses;
  if (!json) {
    clauses.push_back({"no rule", "Nobody may do this.", {}});
    return clauses;
  }
  const Array* array = json->As<Array>();
  if (!array || array->empty()) {
    return FailAt(place, "expected an array of clauses; [\"true\"] allows everyone");
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    Result<Clause> clause = ParseClause((*array)[i], table, Place(place, i));
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

Result<std::uint32_t> ParseBound(const Object& json, std::string_view name, std::uint32_t unless,
                                 std::uint32_t most, const Place& place) {
  const Value* given = json.Find(name);
  if (!given) return unless;
  const double* number = given->As<double>();
  if (number && *number >= 1 && *number <= most && *number == std::floor(*number)) {
    return static_cast<std::uint32_t>(*number);
  }
  return FailAt(Place(place, name), "expected a whole number from 1 to " + std::to_string(most));
}

Result<std::optional<HistoryRule>> ParseHistory(const Value* json, const Place& place) {
  using History = std::optional<HistoryRule>;
  if (!json) return History();
  const bool* wanted = json->As<bool>();
  if (wanted) return *wanted ? History(HistoryRule{}) : History();
  const Result<const Object*> object = ExpectObject(json, place, {"days", "count"});
  if (!object) return Fail(object.error());
  HistoryRule history;
  const auto days = ParseBound(**object, "days", history.days, kHistoryDaysMax, place);
  if (!days) return Fail(days.error());
  const auto count = ParseBound(**object, "count", history.count, kHistoryCountMax, place);
  if (!count) return Fail(count.error());
  return History(HistoryRule{*days, *count});
}

Result<TableRules> ParseTableRules(const Value& json, const TableSchema& table,
                                   const Place& place) {
  const Result<const Object*> object =
      ExpectObject(&json, place, {"read", "insert", "update", "delete", "history"});
  if (!object) return Fail(object.error());
  TableRules rules;
  const auto parse = [&](const char* name, std::vector<Clause>& clauses) -> Status {
    Result<std::vector<Clause>> parsed =
        ParseRule((*object)->Find(name), table, Place(place, std::string_view(name)));
    if (!parsed) return Fail(parsed.error());
    clauses = *std::move(parsed);
    return Done{};
  };
  if (Status parsed = parse("read", rules.read); !parsed) return Fail(parsed.error());
  if (Status parsed = parse("insert", rules.insert); !parsed) return Fail(parsed.error());
  if (Status parsed = parse("update", rules.update); !parsed) return Fail(parsed.error());
  if (Status parsed = parse("delete", rules.remove); !parsed) return Fail(parsed.error());
  Result<std::optional<HistoryRule>> history =
      ParseHistory((*object)->Find("history"), Place(place, "history"));
  if (!history) return Fail(history.error());
  rules.history = *history;
  return rules;
}

bool IsLocal(const TableSchema& table, const std::vector<std::string>& local) {
  return table.local || std::find(local.begin(), local.end(), table.name) != local.end();
}

Result<std::map<std::string, TableRules, std::less<>>> ParseTables(
    const Value* json, const Schema& schema, const std::vector<std::string>& local,
    const Place& place) {
  const Object* object = json ? json->As<Object>() : nullptr;
  if (!object) return FailAt(place, "expected an object of tables");
  std::map<std::string, TableRules, std::less<>> tables;
  for (const Member& member : object->members()) {
    const TableSchema* table = schema.FindTable(member.name);
    const Place inner(place, std::string_view(member.name));
    if (!table) return FailAt(inner, "the schema has no such table");
    if (IsLocal(*table, local)) {
      return FailAt(inner, "the table is local, so nobody judges it; remove its rules");
    }
    Result<TableRules> rules = ParseTableRules(member.value, *table, inner);
    if (!rules) return Fail(rules.error());
    tables.emplace(member.name, *std::move(rules));
  }
  return tables;
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
  auto tables =
      ParseTables((*object)->Find("tables"), schema, tenancy->local, Place(top, "tables"));
  if (!tables) return Fail(tables.error());
  Rules rules;
  rules.tables_ = *std::move(tables);
  rules.local_tables_ = std::move(tenancy->local);
  rules.root_table_ = std::move(tenancy->root);
  rules.tenant_fields_ = std::move(tenancy->fields);
  rules.membership_ = *std::move(membership);
  rules.hash_ = Fnv1a64(json);
  for (const auto& [name, table] : rules.tables_) {
    for (const Clause& clause : table.read) {
      if (AsksForUser(clause.allow)) rules.read_depends_on_user_ = true;
    }
  }
  return rules;
}

}  // namespace syncline
