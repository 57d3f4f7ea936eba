// Schemas as the oracle sees them: what a document may look like, said once more and checked by plain
// recursion.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/oracle/value.hpp"

namespace syncline::oracle {

struct Type {
  enum class Form {
    kAny,
    kNull,
    kNumber,
    kBigint,
    kBoolean,
    kString,
    kBytes,
    kLiteral,
    kId,
    kArray,
    kRecord,
    kObject,
    kUnion,
  };
  struct Field;
  Form form = Form::kAny;
  Value literal;
  std::string table;                    // of kId
  std::vector<Type> members;            // kArray: its element; kRecord: keys, values; kUnion
  std::map<std::string, Field> fields;  // kObject
};
struct Type::Field {
  Type type;
  bool optional = false;
};

struct Index {
  std::string name;
  std::vector<std::string> fields;  // without _creationTime and _id
};

struct Table {
  std::string name;
  Type document;
  std::vector<Index> indexes;
};

// Of a synced application, the two last tables are the tenants and their members, and every row of the
// others names its tenant.
inline constexpr char kTenants[] = "homes";
inline constexpr char kMembers[] = "members";
inline constexpr char kTenantField[] = "home";

struct Schema {
  std::vector<Table> tables;
  bool validates = true;
  // Whether rows belong to tenants and become change sets; otherwise they are this device's alone.
  bool synced = false;

  const Table* Find(const std::string& name) const;
};

// The schema as npm convex exports it.
Value ToJsonValue(const Schema& schema);
Value ToJsonValue(const Type& type);

// Which table numbers ids carry; the oracle learns them from the ids that the engine makes.
using TableNumbers = std::map<std::string, std::uint32_t>;

bool Accepts(const Type& type, const Value& value, const TableNumbers& numbers);
// Whether it is a value at all: names, sizes and depth. Undefined is one only where `undefined_allowed`.
bool IsValue(const Value& value, bool undefined_allowed);
// Whether the value may be stored as a document: the limits of CONVEX, names, no undefined.
bool WithinLimits(const Value& document);
// Whether the table takes the document (without system fields).
bool Accepts(const Schema& schema, const Table& table, const Value& document,
             const TableNumbers& numbers);

}  // namespace syncline::oracle
