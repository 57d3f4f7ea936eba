// The nasty values, and schemas out of them.
#include "tests/oracle/generate.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace syncline::oracle {
namespace {

using Form = Type::Form;

const std::vector<double>& Floats() {
  static const std::vector<double> floats = {0.0,
                                             -0.0,
                                             1.0,
                                             -1.0,
                                             2.0,
                                             3.0,
                                             0.5,
                                             -0.5,
                                             0.1,
                                             -1.5,
                                             255.0,
                                             -256.0,
                                             1e21,
                                             -1e21,
                                             9007199254740991.0,
                                             9007199254740992.0,
                                             1e300,
                                             -1e300,
                                             std::numeric_limits<double>::denorm_min(),
                                             -std::numeric_limits<double>::denorm_min(),
                                             std::numeric_limits<double>::max(),
                                             std::numeric_limits<double>::lowest(),
                                             std::numeric_limits<double>::infinity(),
                                             -std::numeric_limits<double>::infinity(),
                                             FloatOf(0x7FF8000000000000u),
                                             FloatOf(0xFFF8000000000000u),
                                             FloatOf(0x7FF8000000000001u),
                                             FloatOf(0xFFF80000000000FFu),
                                             FloatOf(0x7FFFFFFFFFFFFFFFu),
                                             FloatOf(0xFFFFFFFFFFFFFFFFu)};
  return floats;
}

const std::vector<std::int64_t>& Ints() {
  using Limits = std::numeric_limits<std::int64_t>;
  static const std::vector<std::int64_t> ints = {0,
                                                 1,
                                                 -1,
                                                 2,
                                                 3,
                                                 -2,
                                                 255,
                                                 256,
                                                 -256,
                                                 -257,
                                                 65535,
                                                 65536,
                                                 -65536,
                                                 -65537,
                                                 4294967295,
                                                 4294967296,
                                                 -4294967296,
                                                 -4294967297,
                                                 Limits::max(),
                                                 Limits::max() - 1,
                                                 Limits::min(),
                                                 Limits::min() + 1};
  return ints;
}

// NUL, what stands beside the surrogates, the last code point, and prefixes of each other.
const std::vector<std::string>& Strings() {
  using namespace std::string_literals;
  static const std::vector<std::string> strings = {""s,
                                                   "a"s,
                                                   "ab"s,
                                                   "abc"s,
                                                   "b"s,
                                                   "B"s,
                                                   "a\0"s,
                                                   "a\0b"s,
                                                   "\0"s,
                                                   "\0\0"s,
                                                   "\x01"s,
                                                   "a\x01"s,
                                                   "\x02"s,
                                                   "\x7f"s,
                                                   "\xC3\xA9"s,
                                                   "\xED\x9F\xBF"s,
                                                   "\xEE\x80\x80"s,
                                                   "\xEF\xBF\xBF"s,
                                                   "\xF0\x90\x80\x80"s,
                                                   "\xF4\x8F\xBF\xBF"s,
                                                   "\"\\/\n"s,
                                                   "no-such-row"s,
                                                   std::string(300, 'a'),
                                                   std::string(300, 'a') + "b"};
  return strings;
}

const std::vector<std::string>& ByteStrings() {
  using namespace std::string_literals;
  static const std::vector<std::string> bytes = {
      ""s,     "\0"s,       "\0\0"s, "\0\xFF"s, "\0\x01"s, "\x01"s, "\x01\0"s,
      "\xFF"s, "\xFF\xFF"s, "a"s,    "ab"s,     "a\0"s,    "\x80"s};
  return bytes;
}

// Names that SQL, JSON or a careless comparison may stumble over. None but paths have a dot.
const std::vector<std::string>& FieldNames() {
  static const std::vector<std::string> names = {"a",      "b", "c",      "A",   "x y",  "it\"s",
                                                 "select", "o", "tenant", "key", "rowid"};
  return names;
}
const std::vector<std::string>& InnerNames() {
  static const std::vector<std::string> names = {"x", "y", "X", "a", "z z"};
  return names;
}

}  // namespace

Value Generator::Plain(Form form) {
  switch (form) {
    case Form::kNull: return Value::Null();
    case Form::kNumber: return Value::Float(Pick(Floats()));
    case Form::kBigint: return Value::Int(Pick(Ints()));
    case Form::kBoolean: return Value::Bool(Chance(50));
    case Form::kBytes: return Value::Bytes(Pick(ByteStrings()));
    default: return Value::String(Pick(Strings()));
  }
}

Value Generator::AnyValue(int depth) {
  static const std::vector<Form> kPlain = {Form::kNull,   Form::kNumber, Form::kNumber,
                                           Form::kBigint, Form::kBigint, Form::kBoolean,
                                           Form::kString, Form::kString, Form::kBytes};
  if (depth == 0 || Chance(75)) return Plain(Pick(kPlain));
  const bool array = Chance(50);
  Value value = array ? Value::Array({}) : Value::Object({});
  for (std::uint64_t i = Below(3); i > 0; --i) {
    Value inner = AnyValue(depth - 1);
    if (array) {
      value.elements.push_back(std::move(inner));
    } else {
      value.members[Pick(InnerNames())] = std::move(inner);
    }
  }
  return value;
}

Type Generator::MakeType(int depth, const std::vector<std::string>& tables) {
  static const std::vector<Form> kPlain = {
      Form::kAny,    Form::kAny,    Form::kNull,    Form::kNumber, Form::kNumber, Form::kNumber,
      Form::kBigint, Form::kBigint, Form::kBoolean, Form::kString, Form::kString, Form::kBytes};
  Type type;
  const std::uint64_t roll = Below(100);
  if (depth > 0 && roll < 12) return MakeObject(depth - 1, tables, false);
  if (depth > 0 && roll < 24) {
    type.form = Form::kUnion;
    for (std::uint64_t i = 1 + Below(3); i > 0; --i) {
      type.members.push_back(MakeType(depth - 1, tables));
    }
  } else if (depth > 0 && roll < 30) {
    type.form = Form::kArray;
    type.members = {MakeType(depth - 1, tables)};
  } else if (depth > 0 && roll < 34) {
    type.form = Form::kRecord;
    Type key;
    key.form = Form::kString;
    type.members = {key, MakeType(depth - 1, tables)};
  } else if (roll < 42) {
    type.form = Form::kId;
    type.table = Pick(tables);
  } else if (roll < 50) {
    static const std::vector<Form> kLiterals = {Form::kNumber, Form::kBigint, Form::kBoolean,
                                                Form::kString};
    type.form = Form::kLiteral;
    type.literal = Plain(Pick(kLiterals));
  } else {
    type.form = Pick(kPlain);
  }
  return type;
}

Type Generator::MakeObject(int depth, const std::vector<std::string>& tables, bool top) {
  Type type;
  type.form = Form::kObject;
  for (std::uint64_t i = (top ? 2 : 0) + Below(4); i > 0; --i) {
    type.fields[Pick(top ? FieldNames() : InnerNames())] = {MakeType(depth, tables), Chance(40)};
  }
  return type;
}

Schema Generator::MakeSchema() {
  static const std::vector<std::string> kNames = {"notes", "People", "index", "t_1", "zz"};
  Schema schema;
  schema.validates = !Chance(6);
  std::set<std::string> chosen;
  for (std::uint64_t i = 1 + Below(4); i > 0; --i) chosen.insert(Pick(kNames));
  const std::vector<std::string> names(chosen.begin(), chosen.end());
  for (const std::string& name : names) {
    Table table;
    table.name = name;
    const std::uint64_t roll = Below(100);
    if (roll < 15) {
      table.document.form = Form::kAny;
    } else if (roll < 30) {
      table.document.form = Form::kUnion;
      for (std::uint64_t i = 1 + Below(3); i > 0; --i) {
        table.document.members.push_back(MakeObject(2, names, true));
      }
    } else {
      table.document = MakeObject(2, names, true);
    }
    schema.tables.push_back(std::move(table));
  }
  return schema;
}

void Generator::AddIndexes(Schema& schema) {
  for (Table& table : schema.tables) {
    const std::uint64_t count = Below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
      Index index;
      index.name = "by_" + std::to_string(i);
      for (std::uint64_t j = 1 + Below(4); j > 0; --j) {
        const std::string path = PathIn(table.document);
        const auto begin = index.fields.begin();
        const auto end = index.fields.end();
        if (!path.empty() && std::find(begin, end, path) == end) index.fields.push_back(path);
      }
      if (!index.fields.empty()) table.indexes.push_back(std::move(index));
    }
  }
}

namespace {

Type IdOfTenant() {
  Type type;
  type.form = Form::kId;
  type.table = kTenants;
  return type;
}

// Rules ask that every document of a synced table names its tenant, so v.any() will not do for one.
void NameTenant(Type& document) {
  if (document.form == Form::kAny) {
    document.form = Form::kObject;
    for (const char* name : {"a", "b", "o"}) document.fields[name] = {Type(), true};
  }
  if (document.form == Form::kObject) document.fields[kTenantField] = {IdOfTenant(), false};
  for (Type& member : document.members) NameTenant(member);
}

}  // namespace

void Generator::Sync(Schema& schema) {
  schema.synced = true;
  for (Table& table : schema.tables) NameTenant(table.document);
  Type text;
  text.form = Form::kString;
  Table tenants;
  tenants.name = kTenants;
  tenants.document.form = Form::kObject;
  tenants.document.fields["name"] = {text, true};
  Table members;
  members.name = kMembers;
  members.document.form = Form::kObject;
  members.document.fields = {
      {kTenantField, {IdOfTenant(), false}}, {"email", {text, false}}, {"role", {text, false}}};
  schema.tables.push_back(std::move(tenants));
  schema.tables.push_back(std::move(members));
}

// Empty: a document of this type has no fields.
std::string Generator::PathIn(const Type& document) {
  if (document.form == Form::kAny) {
    const std::string name = Pick(FieldNames());
    return Chance(30) ? name + "." + Pick(InnerNames()) : name;
  }
  if (document.form == Form::kUnion) {
    return document.members.empty() ? "" : PathIn(Pick(document.members));
  }
  if (document.form != Form::kObject || document.fields.empty()) return "";
  const auto field = std::next(document.fields.begin(),
                               static_cast<std::ptrdiff_t>(Below(document.fields.size())));
  const std::string inner = Chance(70) ? PathInto(field->second.type) : "";
  return inner.empty() ? field->first : field->first + "." + inner;
}

// On from a field, where its value may be an object; empty where it may not.
std::string Generator::PathInto(const Type& type) {
  if (type.form == Form::kAny || type.form == Form::kRecord) {
    return Chance(30) ? Pick(InnerNames()) : "";
  }
  return PathIn(type);
}

}  // namespace syncline::oracle
