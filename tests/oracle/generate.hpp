// Values and types at random, from few and nasty ones, so that ties, prefixes and edges happen often.
#pragma once
#include <string>
#include <vector>

#include "shared/base/random.hpp"
#include "tests/oracle/schema.hpp"

namespace syncline::oracle {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed, 0x0AC1E) {}

  std::uint64_t Below(std::uint64_t count) { return random_.Below(count); }
  // True in `percent` of 100 cases.
  bool Chance(std::uint64_t percent) { return random_.Below(100) < percent; }
  template <class List>
  const auto& Pick(const List& list) {
    return list[random_.Below(list.size())];
  }

  // Tables without indexes.
  Schema MakeSchema();
  // Up to five for each table, of one to four fields.
  void AddIndexes(Schema& schema);
  // Makes it one whose rows belong to tenants.
  static void Sync(Schema& schema);
  // Of any kind.
  Value AnyValue(int depth = 2);
  // Mostly one that the type takes. `id` makes a value of v.id(table).
  template <class IdOf>
  Value ValueOf(const Type& type, IdOf id);
  // A path that an index or a filter could name, also one that leads nowhere.
  std::string PathIn(const Type& document);

 private:
  Type MakeType(int depth, const std::vector<std::string>& tables);
  Type MakeObject(int depth, const std::vector<std::string>& tables, bool top);
  std::string PathInto(const Type& type);
  Value Plain(Type::Form form);

  Random random_;
};

template <class IdOf>
Value Generator::ValueOf(const Type& type, IdOf id) {
  using Form = Type::Form;
  if (Chance(2)) return AnyValue();
  switch (type.form) {
    case Form::kAny: return AnyValue();
    case Form::kLiteral: return type.literal;
    case Form::kId: return id(type.table);
    case Form::kUnion: return type.members.empty() ? AnyValue() : ValueOf(Pick(type.members), id);
    case Form::kArray: {
      Value array = Value::Array({});
      for (std::uint64_t i = Below(3); i > 0; --i) {
        array.elements.push_back(ValueOf(type.members[0], id));
      }
      return array;
    }
    case Form::kRecord: {
      Value record = Value::Object({});
      for (std::uint64_t i = Below(3); i > 0; --i) {
        const Value key = ValueOf(type.members[0], id);
        if (key.is(Kind::kString)) record.members[key.text] = ValueOf(type.members[1], id);
      }
      return record;
    }
    case Form::kObject: {
      Value object = Value::Object({});
      for (const auto& [name, field] : type.fields) {
        if (Chance(field.optional ? 40 : 1)) continue;
        object.members[name] = ValueOf(field.type, id);
      }
      return object;
    }
    default: return Plain(type.form);
  }
}

}  // namespace syncline::oracle
