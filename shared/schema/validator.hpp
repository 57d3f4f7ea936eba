// Validator: what a value must look like, from the JSON that npm convex's validators export
// ({"type":"object","value":{...}} and so on). syncline/values adds "merge" to a number or bigint
// ("counter"), an array ("set", "list") and a string ("text"). The package itself checks nothing, so the host does,
// here: arguments, results and documents.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/value/merge_kind.hpp"
#include "shared/value/place.hpp"
#include "shared/value/value.hpp"

namespace syncline {

struct ValidatorField;
struct Schema;

// A tree, immutable once parsed and cheap to copy nodes of by reference.
struct Validator {
  enum class Kind {
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
  Kind kind = Kind::kAny;
  // Of a document's field, or of a leaf of an object field; elsewhere it changes nothing.
  MergeKind merge = MergeKind::kRegister;
  Value literal;                       // kLiteral
  std::string table;                   // kId: the table's name
  std::vector<Validator> members;      // kArray: [element]; kRecord: [keys, values]; kUnion
  std::vector<ValidatorField> fields;  // kObject, ascending by name

  const ValidatorField* FindField(std::string_view name) const;
};

struct ValidatorField {
  std::string name;
  bool optional = false;
  Validator type;
};

// kInvalid names the place in the validator's JSON. Nesting at most 64.
Result<Validator> ParseValidator(std::string_view json);
// The same from JSON that was parsed with ParseJsonEnvelope, at `place` of a larger text.
Result<Validator> ValidatorFrom(const Value& json, const Place& place);

enum class UnknownFields { kRefused, kAllowed };

// Done, or kInvalid with a message that says where, what was found and what was expected, as
// helpful as Convex's and in its form:
//   Value does not match validator.
//   Path: .status
//   Value: "done"
//   Validator: v.union(v.literal("draft"), v.literal("active"))
// `unknown` is about members of the outermost object that the validator does not name. With `schema`,
// an id of a wrong table is told by its table's name.
Status Validate(const Validator& validator, const Value& value,
                UnknownFields unknown = UnknownFields::kRefused, const Schema* schema = nullptr);
Status Validate(const Validator& validator, const Object& object,
                UnknownFields unknown = UnknownFields::kRefused, const Schema* schema = nullptr);

// Whether an object of this form can have a value at the path ("address.city").
bool MayHavePath(const Validator& validator, std::string_view dotted_path);

// The validator as a developer would write it, e.g. `v.optional(v.string())` without the optional.
std::string Describe(const Validator& validator);
// The value as a developer would write it, `{count: 1n}`; no more than its beginning if it is long.
std::string Describe(const Value& value);
std::string Describe(const Object& object);

}  // namespace syncline
