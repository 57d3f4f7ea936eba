// What a table's rules ask of its rows, from its JSON form, checked against the schema.
#include <algorithm>
#include <cmath>

#include "shared/base/utf8.hpp"
#include "shared/rules/parsing.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

using Kind = Validator::Kind;

constexpr std::size_t kUniqueMax = 16;
constexpr std::size_t kUniqueFieldsMax = 8;
constexpr std::size_t kTransitionsMax = 16;
constexpr std::size_t kMovesMax = 256;
constexpr std::size_t kMoveValuesMax = 256;
constexpr std::size_t kMoveRolesMax = 64;
constexpr std::size_t kReferencesMax = 32;
constexpr std::uint32_t kHistoryDaysMax = 36'500;
constexpr std::uint32_t kHistoryCountMax = 100'000;

// The elements of the member, which may be missing, each read by `parse` at its place.
template <class T, class Parse>
Status ParseList(const Object& json, std::string_view name, std::size_t most, const char* what,
                 const Place& place, std::vector<T>& list, Parse parse) {
  if (!json.Find(name)) return Done{};
  const Result<const Array*> array = ExpectArray(json, name, most, what, place);
  if (!array) return Fail(array.error());
  const Place inside(place, name);
  for (std::size_t i = 0; i < (*array)->size(); ++i) {
    Result<T> one = parse((**array)[i], Place(inside, i));
    if (!one) return Fail(one.error());
    list.push_back(*std::move(one));
  }
  return Done{};
}

Result<std::string> ParseText(const Value& json, const Place& place) {
  const std::string* text = AsText(&json);
  if (!text) return FailAt(place, "expected a text that is not empty");
  return *text;
}

Result<std::string> ParseField(const Value& json, const TableSchema& table, const Place& place) {
  const std::string* path = AsText(&json);
  if (path && MayHavePath(table.document, *path)) return *path;
  return FailAt(place, "documents of " + table.name + " have no field " +
                           (path ? Utf8Prefix(*path, 128) : "that is no text"));
}

// A field by its path, wherever documents of that form have it; null where they may have anything.
struct FieldForm {
  const Validator* type = nullptr;
  bool optional = false;
};
void FindForms(const Validator& document, std::string_view path, bool optional,
               std::vector<FieldForm>& forms) {
  if (document.kind == Kind::kAny || document.kind == Kind::kRecord) forms.push_back({});
  for (const Validator& member : document.members) {
    if (document.kind == Kind::kUnion) FindForms(member, path, optional, forms);
  }
  if (document.kind != Kind::kObject) return;
  const std::size_t dot = path.find('.');
  const ValidatorField* field = document.FindField(path.substr(0, dot));
  if (!field) return;
  if (dot == path.npos) {
    forms.push_back({&field->type, field->optional});
  } else {
    FindForms(field->type, path.substr(dot + 1), optional || field->optional, forms);
  }
}
std::vector<FieldForm> FormsOf(const TableSchema& table, std::string_view path) {
  std::vector<FieldForm> forms;
  FindForms(table.document, path, false, forms);
  return forms;
}

// --- unique ---

Result<Unique> ParseUnique(const Value& json, const RulesContext& context, const TableSchema& table,
                           const Place& place) {
  const Result<const Object*> object =
      ExpectObject(&json, place, {"name", "message", "fields", "where"});
  if (!object) return Fail(object.error());
  Unique unique;
  Result<std::string> name = ExpectText(**object, "name", place);
  if (!name) return Fail(name.error());
  Result<std::string> message = ExpectText(**object, "message", place);
  if (!message) return Fail(message.error());
  unique.name = *std::move(name);
  unique.message = *std::move(message);
  if (!(*object)->Find("fields")) return FailAt(place, "\"fields\" is missing");
  Status fields =
      ParseList(**object, "fields", kUniqueFieldsMax, "fields", place, unique.fields,
                [&](const Value& field, const Place& at) { return ParseField(field, table, at); });
  if (!fields) return Fail(fields.error());
  if (const Value* where = (*object)->Find("where")) {
    Result<Expr> expr =
        ParseExpression(*where, context, table, Sight::kRowOnly, Place(place, "where"));
    if (!expr) return Fail(expr.error());
    unique.where = *std::move(expr);
    unique.where_text = ToJson(*where);
  }
  return unique;
}

// --- transitions ---

class TransitionParser {
 public:
  TransitionParser(const RulesContext& context, const TableSchema& table)
      : context_(context), table_(table) {}

  Result<Transition> Parse(const Value& json, const Place& place) {
    const Result<const Object*> object =
        ExpectObject(&json, place, {"field", "initial", "moves", "message"});
    if (!object) return Fail(object.error());
    Transition transition;
    const Value* field = (*object)->Find("field");
    Result<std::string> path = ParseField(field ? *field : Value(), table_, Place(place, "field"));
    if (!path) return Fail(path.error());
    transition.field = *std::move(path);
    forms_ = FormsOf(table_, transition.field);
    Result<std::string> message = OptionalText(**object, "message", place);
    if (!message) return Fail(message.error());
    transition.message = *std::move(message);
    if (Status read = ReadValues(**object, "initial", place, transition.initial); !read) {
      return Fail(read.error());
    }
    Status moves =
        ParseList(**object, "moves", kMovesMax, "moves", place, transition.moves,
                  [&](const Value& move, const Place& at) { return ParseMove(move, at); });
    if (!moves) return Fail(moves.error());
    return transition;
  }

 private:
  Result<Move> ParseMove(const Value& json, const Place& place) {
    const Result<const Object*> object =
        ExpectObject(&json, place, {"from", "to", "roles", "when"});
    if (!object) return Fail(object.error());
    Move move;
    if (Status read = ReadValues(**object, "from", place, move.from); !read) {
      return Fail(read.error());
    }
    if (Status read = ReadValues(**object, "to", place, move.to); !read) return Fail(read.error());
    Status roles =
        ParseList(**object, "roles", kMoveRolesMax, "roles", place, move.roles, ParseText);
    if (!roles) return Fail(roles.error());
    if (const Value* when = (*object)->Find("when")) {
      Result<Expr> expr =
          ParseExpression(*when, context_, table_, Sight::kWrite, Place(place, "when"));
      if (!expr) return Fail(expr.error());
      move.when = *std::move(expr);
    }
    return move;
  }

  Status ReadValues(const Object& json, std::string_view name, const Place& place, Array& values) {
    if (!json.Find(name)) return FailAt(place, "\"" + std::string(name) + "\" is missing");
    return ParseList(json, name, kMoveValuesMax, "values", place, values,
                     [&](const Value& value, const Place& at) -> Result<Value> {
                       if (MayBe(value)) return value;
                       return FailAt(at, "the field is never " + Describe(value));
                     });
  }

  bool MayBe(const Value& value) const {
    return std::any_of(forms_.begin(), forms_.end(), [&](const FieldForm& form) {
      if (value.is_undefined()) return form.optional || !form.type;
      return CheckValueLimits(value) &&
             (!form.type || Validate(*form.type, value, UnknownFields::kRefused, &context_.schema));
    });
  }

  const RulesContext& context_;
  const TableSchema& table_;
  std::vector<FieldForm> forms_;
};

// --- references ---

struct Target {
  std::string table;
  bool array = false;
};
// The table that every id of this form is of; empty if it is not such a form.
Target TargetOf(const Validator& type) {
  if (type.kind == Kind::kId) return {type.table, false};
  if (type.kind == Kind::kArray) {
    const Target element = TargetOf(type.members.front());
    return {element.array ? "" : element.table, true};
  }
  if (type.kind != Kind::kUnion) return {};
  Target all;
  for (const Validator& member : type.members) {
    if (member.kind == Kind::kNull) continue;
    const Target one = TargetOf(member);
    if (one.table.empty() ||
        (!all.table.empty() && (one.table != all.table || one.array != all.array))) {
      return {};
    }
    all = one;
  }
  return all;
}

Result<OnDelete> ParseOnDelete(const Object& json, const Place& place) {
  const std::string* text = AsText(json.Find("onDelete"));
  if (text && *text == "restrict") return OnDelete::kRestrict;
  if (text && *text == "cascade") return OnDelete::kCascade;
  if (text && *text == "setUndefined") return OnDelete::kSetUndefined;
  return FailAt(Place(place, "onDelete"), "expected \"restrict\", \"cascade\" or \"setUndefined\"");
}

Result<Reference> ParseReference(const Value& json, const RulesContext& context,
                                 const TableSchema& table, const Place& place) {
  const Result<const Object*> object = ExpectObject(&json, place, {"field", "onDelete", "message"});
  if (!object) return Fail(object.error());
  Reference reference;
  const Place at_field(place, "field");
  const Value* field = (*object)->Find("field");
  Result<std::string> path = ParseField(field ? *field : Value(), table, at_field);
  if (!path) return Fail(path.error());
  reference.field = *std::move(path);
  const Result<OnDelete> on_delete = ParseOnDelete(**object, place);
  if (!on_delete) return Fail(on_delete.error());
  reference.on_delete = *on_delete;
  Result<std::string> message = OptionalText(**object, "message", place);
  if (!message) return Fail(message.error());
  reference.message = *std::move(message);
  bool optional = true;
  for (const FieldForm& form : FormsOf(table, reference.field)) {
    const Target target = form.type ? TargetOf(*form.type) : Target();
    const bool same = reference.table.empty() ||
                      (target.table == reference.table && target.array == reference.array);
    if (target.table.empty() || !same) {
      return FailAt(at_field, "expected a field that is a v.id of one table, or an array of them");
    }
    reference.table = target.table;
    reference.array = target.array;
    optional = optional && form.optional;
  }
  if (!context.shared_tables.count(reference.table)) {
    return FailAt(at_field, "the tenants have no rows of the table " + reference.table +
                                ", which it refers to; name its field under tenancy");
  }
  if (reference.on_delete == OnDelete::kSetUndefined && !optional && !reference.array) {
    return FailAt(at_field,
                  "\"setUndefined\" needs a field that may be undefined; make it v.optional(...)");
  }
  return reference;
}

// --- history ---

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

// kInvalid if two of the list have the same text in `member`.
template <class T>
Status EachOnce(const std::vector<T>& list, std::string T::*member, const Place& place) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto same = [&](const T& other) { return other.*member == list[i].*member; };
    const auto end = list.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::none_of(list.begin(), end, same)) continue;
    return FailAt(Place(place, i), "\"" + Utf8Prefix(list[i].*member, 128) + "\" occurs twice");
  }
  return Done{};
}

}  // namespace

Status ParseInvariants(const Object& json, const RulesContext& context, const TableSchema& table,
                       const Place& place, TableRules& rules) {
  const auto unique = [&](const Value& one, const Place& at) {
    return ParseUnique(one, context, table, at);
  };
  Status read =
      ParseList(json, "unique", kUniqueMax, "unique constraints", place, rules.unique, unique);
  if (!read) return read;
  read = EachOnce(rules.unique, &Unique::name, Place(place, "unique"));
  if (!read) return read;
  const auto transition = [&](const Value& one, const Place& at) {
    return TransitionParser(context, table).Parse(one, at);
  };
  read = ParseList(json, "transitions", kTransitionsMax, "transitions", place, rules.transitions,
                   transition);
  if (!read) return read;
  read = EachOnce(rules.transitions, &Transition::field, Place(place, "transitions"));
  if (!read) return read;
  const auto reference = [&](const Value& one, const Place& at) {
    return ParseReference(one, context, table, at);
  };
  read = ParseList(json, "references", kReferencesMax, "references", place, rules.references,
                   reference);
  if (!read) return read;
  read = EachOnce(rules.references, &Reference::field, Place(place, "references"));
  if (!read) return read;
  Result<std::optional<HistoryRule>> history =
      ParseHistory(json.Find("history"), Place(place, "history"));
  if (!history) return Fail(history.error());
  rules.history = *history;
  return Done{};
}

}  // namespace syncline
