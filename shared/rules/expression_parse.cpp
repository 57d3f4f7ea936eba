// Expressions from their JSON form, checked against the schema.
#include <algorithm>
#include <array>

#include "shared/base/utf8.hpp"
#include "shared/rules/parsing.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

using Op = Expr::Op;
constexpr int kDepthMax = 64;
constexpr std::size_t kMany = static_cast<std::size_t>(-1);

// How an operator is written: what comes with it as plain JSON, and how many expressions.
struct Form {
  enum class Plain { kNone, kPath, kLiteral, kPattern, kIndex };
  std::string_view name;
  Op op;
  std::size_t operands_min, operands_max;
  Plain plain = Plain::kNone;
};
constexpr std::array<Form, 22> kForms = {{{"literal", Op::kLiteral, 0, 0, Form::Plain::kLiteral},
                                          {"row", Op::kRow, 0, 0, Form::Plain::kPath},
                                          {"old", Op::kOld, 0, 0, Form::Plain::kPath},
                                          {"user", Op::kUser, 0, 0, Form::Plain::kPath},
                                          {"role", Op::kRole, 0, 0},
                                          {"changed", Op::kChanged, 0, 0, Form::Plain::kPath},
                                          {"eq", Op::kEq, 2, 2},
                                          {"ne", Op::kNe, 2, 2},
                                          {"lt", Op::kLt, 2, 2},
                                          {"lte", Op::kLte, 2, 2},
                                          {"gt", Op::kGt, 2, 2},
                                          {"gte", Op::kGte, 2, 2},
                                          {"in", Op::kIn, 1, 1, Form::Plain::kLiteral},
                                          {"and", Op::kAnd, 1, kMany},
                                          {"or", Op::kOr, 1, kMany},
                                          {"not", Op::kNot, 1, 1},
                                          {"true", Op::kTrue, 0, 0},
                                          {"false", Op::kFalse, 0, 0},
                                          {"matches", Op::kMatches, 1, 1, Form::Plain::kPattern},
                                          {"length", Op::kLength, 1, 1},
                                          {"exists", Op::kExists, 1, 16, Form::Plain::kIndex},
                                          {"missing", Op::kMissing, 1, 16, Form::Plain::kIndex}}};

std::size_t PlainCount(Form::Plain plain) {
  return plain == Form::Plain::kNone ? 0 : plain == Form::Plain::kIndex ? 2 : 1;
}

class ExprParser {
 public:
  ExprParser(const RulesContext& context, const TableSchema& table, Sight sight)
      : context_(context), table_(table), sight_(sight) {}

  Result<Expr> Parse(const Value& json, const Place& place, int depth) const {
    const Array* array = json.As<Array>();
    const std::string* name = array && !array->empty() ? AsText(&array->front()) : nullptr;
    if (!name) return FailAt(place, "expected an array that starts with an operator");
    if (depth == kDepthMax) return FailAt(place, "nested deeper than 64");
    const auto form = std::find_if(kForms.begin(), kForms.end(),
                                   [name](const Form& known) { return known.name == *name; });
    if (form == kForms.end()) {
      return FailAt(place, "unknown operator \"" + Utf8Prefix(*name, 64) + "\"");
    }
    if (Status seen = CheckSight(*form, place); !seen) return Fail(seen.error());
    return ParseForm(*form, *array, place, depth);
  }

 private:
  Result<Expr> ParseForm(const Form& form, const Array& array, const Place& place,
                         int depth) const {
    const std::size_t plain = PlainCount(form.plain);
    const std::size_t given = array.size() - 1;
    if (given < form.operands_min + plain ||
        (form.operands_max != kMany && given > form.operands_max + plain)) {
      return FailAt(place, "\"" + std::string(form.name) + "\" has " + std::to_string(given) +
                               " operands, which is not its number");
    }
    Expr expr;
    expr.op = form.op;
    if (Status read = ReadPlain(form.plain, array, place, expr); !read) return Fail(read.error());
    // An index stands before the expressions, anything else behind them.
    const std::size_t first = form.plain == Form::Plain::kIndex ? 1 + plain : 1;
    for (std::size_t i = first; i < first + given - plain; ++i) {
      Result<Expr> operand = Parse(array[i], Place(place, i), depth + 1);
      if (!operand) return operand;
      expr.operands.push_back(*std::move(operand));
    }
    return expr;
  }

  Status CheckSight(const Form& form, const Place& place) const {
    const std::string name = "\"" + std::string(form.name) + "\"";
    if (sight_ != Sight::kWrite && form.plain == Form::Plain::kIndex) {
      return FailAt(place, name +
                               " looks at other rows, whose changes would have to change what "
                               "people see here; use it in insert, update, delete and checks");
    }
    const bool of_row = form.op != Op::kOld && form.op != Op::kUser && form.op != Op::kRole &&
                        form.op != Op::kChanged;
    if (sight_ == Sight::kRowOnly && !of_row) {
      return FailAt(place,
                    name + " is nothing that the row has by itself, which \"where\" is about");
    }
    return Done{};
  }

  Status ReadPlain(Form::Plain plain, const Array& array, const Place& place, Expr& expr) const {
    switch (plain) {
      case Form::Plain::kNone: return Done{};
      case Form::Plain::kPath: return ReadPath(array.back(), place, expr);
      case Form::Plain::kLiteral: return ReadLiteral(array.back(), place, expr);
      case Form::Plain::kPattern: return ReadPattern(array.back(), place, expr);
      case Form::Plain::kIndex: return ReadIndex(array, place, expr);
    }
    return Done{};
  }

  Status ReadPath(const Value& json, const Place& place, Expr& expr) const {
    const std::string* path = AsText(&json);
    if (!path) return FailAt(place, "expected a path, a text that is not empty");
    const bool known = sight_ == Sight::kRowOnly ? MayHavePath(table_.document, *path)
                                                 : IsDocumentPath(table_, *path);
    if (expr.op != Op::kUser && !known) {
      return FailAt(place,
                    "documents of " + table_.name + " have no field " + Utf8Prefix(*path, 128));
    }
    expr.path = *path;
    return Done{};
  }

  static Status ReadLiteral(const Value& json, const Place& place, Expr& expr) {
    if (expr.op == Op::kIn && !json.Is<Array>()) {
      return FailAt(place, "\"in\" expects an array of values");
    }
    if (Status checked = CheckValueLimits(json, UndefinedInJson::kAllowed); !checked) {
      return FailAt(place, checked.error().message);
    }
    expr.literal = json;
    return Done{};
  }

  static Status ReadPattern(const Value& json, const Place& place, Expr& expr) {
    const std::string* text = json.As<std::string>();
    if (!text) return FailAt(place, "expected a pattern, a text");
    Result<Pattern> pattern = Pattern::Parse(*text);
    if (!pattern) return FailAt(place, pattern.error().message);
    expr.pattern = std::make_shared<const Pattern>(*std::move(pattern));
    return Done{};
  }

  Status ReadIndex(const Array& array, const Place& place, Expr& expr) const {
    const std::string* name = AsText(&array[1]);
    const TableSchema* table = name ? context_.schema.FindTable(*name) : nullptr;
    if (!table || !context_.shared_tables.count(table->name)) {
      return FailAt(Place(place, 1), "the tenants have no such table");
    }
    const std::string* index_name = AsText(&array[2]);
    const IndexSchema* index = index_name ? table->FindIndex(*index_name) : nullptr;
    if (!index) {
      return FailAt(Place(place, 2), "the table " + table->name + " declares no such index");
    }
    if (array.size() - 3 > index->fields.size()) {
      return FailAt(place, "the index " + index->name + " of " + table->name + " has only " +
                               std::to_string(index->fields.size()) + " fields");
    }
    expr.table = table->name;
    expr.path = index->name;
    return Done{};
  }

  const RulesContext& context_;
  const TableSchema& table_;
  const Sight sight_;
};

}  // namespace

Result<Expr> ParseExpression(const Value& json, const RulesContext& context,
                             const TableSchema& table, Sight sight, const Place& place) {
  return ExprParser(context, table, sight).Parse(json, place, 0);
}

bool AsksExists(const Expr& expr) {
  return expr.op == Op::kExists || expr.op == Op::kMissing ||
         std::any_of(expr.operands.begin(), expr.operands.end(), AsksExists);
}

}  // namespace syncline
