#include "shared/schema/validator.hpp"

#include <algorithm>

#include "shared/base/planted.hpp"
#include "shared/base/utf8.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

using Kind = Validator::Kind;
constexpr std::size_t kValueCharactersMax = 200;
constexpr std::size_t kValidatorCharactersMax = 1000;

std::string Cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return Utf8Prefix(text, bytes_max) + "...";
}

// One walk over a value. Texts are made for the first mismatch only, and not while the members of a
// union are tried.
class Checker {
 public:
  explicit Checker(const Schema* schema) : schema_(schema) {}

  bool Check(const Validator& validator, const Value& value, const Place& place,
             UnknownFields unknown = UnknownFields::kRefused) {
    const Object* object = value.As<Object>();
    if (object) return Check(validator, *object, place, unknown);
    return MatchesPlain(validator, value, place);
  }

  bool Check(const Validator& validator, const Object& object, const Place& place,
             UnknownFields unknown) {
    switch (validator.kind) {
      case Kind::kAny: return true;
      case Kind::kObject: return CheckFields(validator, object, place, unknown);
      case Kind::kRecord: return CheckRecord(validator, object, place);
      case Kind::kUnion: return CheckUnion(validator, object, place, unknown);
      default: return Mismatch(validator, object, place);
    }
  }

  const std::string& message() const { return message_; }

 private:
  bool MatchesPlain(const Validator& validator, const Value& value, const Place& place) {
    const auto found = [&](bool matches) { return matches || Mismatch(validator, value, place); };
    const std::string* text = value.As<std::string>();
    switch (validator.kind) {
      case Kind::kAny: return found(!value.is_undefined());
      case Kind::kNull: return found(value.Is<Null>());
      case Kind::kNumber: return found(value.Is<double>());
      case Kind::kBigint: return found(value.Is<std::int64_t>());
      case Kind::kBoolean: return found(value.Is<bool>());
      case Kind::kString: return found(text);
      case Kind::kBytes: return found(value.Is<BytesValue>());
      case Kind::kLiteral: return found(value == validator.literal);
      case Kind::kId: return CheckId(validator, value, place);
      case Kind::kArray: return CheckArray(validator, value, place);
      case Kind::kRecord:
      case Kind::kObject: return found(false);
      case Kind::kUnion: return CheckUnion(validator, value, place, UnknownFields::kRefused);
    }
    return false;
  }

  bool CheckArray(const Validator& validator, const Value& value, const Place& place) {
    const Array* array = value.As<Array>();
    if (!array) return Mismatch(validator, value, place);
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (!Check(validator.members[0], (*array)[i], Place(place, i))) return false;
    }
    return true;
  }

  bool CheckRecord(const Validator& validator, const Object& object, const Place& place) {
    for (const Member& member : object.members()) {
      const Place inner(place, std::string_view(member.name));
      if (!Check(validator.members[0], Value(member.name), inner)) return false;
      if (!Check(validator.members[1], member.value, inner)) return false;
    }
    return true;
  }

  bool CheckFields(const Validator& validator, const Object& object, const Place& place,
                   UnknownFields unknown) {
    for (const ValidatorField& field : validator.fields) {
      const Value* value = object.Find(field.name);
      if (!value) {
        if (field.optional) continue;
        return Mismatch(validator, object, place,
                        "Object is missing the required field `" + field.name +
                            "`. Consider wrapping the field validator in `v.optional(...)` if "
                            "this is expected.");
      }
      if (!Check(field.type, *value, Place(place, std::string_view(field.name)))) return false;
    }
    if (unknown == UnknownFields::kAllowed || PLANTED("extra-fields-taken")) return true;
    for (const Member& member : object.members()) {
      if (validator.FindField(member.name)) continue;
      return Mismatch(validator, object, place,
                      "Object contains extra field `" + Cut(member.name, 64) +
                          "` that is not in the validator.");
    }
    return true;
  }

  template <class Found>
  bool CheckUnion(const Validator& validator, const Found& found, const Place& place,
                  UnknownFields unknown) {
    const bool was_quiet = std::exchange(quiet_, true);
    const bool matches =
        std::any_of(validator.members.begin(), validator.members.end(),
                    [&](const Validator& member) { return Check(member, found, place, unknown); });
    quiet_ = was_quiet;
    if (matches || quiet_) return matches;
    const Validator* meant = FindMeant(validator, found);
    return meant ? Check(*meant, found, place, unknown) : Mismatch(validator, found, place);
  }

  // The member of a union that the object must have been meant for: the only one whose literals (its
  // "kind") it has. To say what is wrong with that one is more help than to print them all.
  static const Validator* FindMeant(const Validator&, const Value&) { return nullptr; }
  static const Validator* FindMeant(const Validator& validator, const Object& object) {
    const Validator* meant = nullptr;
    for (const Validator& member : validator.members) {
      const bool fits =
          member.kind == Kind::kObject &&
          std::all_of(member.fields.begin(), member.fields.end(), [&](const ValidatorField& field) {
            if (field.optional || field.type.kind != Kind::kLiteral) return true;
            const Value* value = object.Find(field.name);
            return value && *value == field.type.literal;
          });
      if (!fits) continue;
      if (meant) return nullptr;
      meant = &member;
    }
    return meant;
  }

  bool CheckId(const Validator& validator, const Value& value, const Place& place) {
    const std::string* text = value.As<std::string>();
    const auto key = text ? IdFromText(*text) : std::nullopt;
    if (!key) return Mismatch(validator, value, place);
    if (key->table == NumberOfTable(validator.table)) return true;
    const TableSchema* table = schema_ ? schema_->FindTable(key->table) : nullptr;
    return Mismatch(
        validator, value, place,
        "Found an ID " +
            (table ? "from table `" + table->name + "`" : std::string("of another table")) +
            ", which does not match the table name in validator `v.id(\"" + validator.table +
            "\")`.");
  }

  template <class Found>
  bool Mismatch(const Validator& validator, const Found& found, const Place& place,
                std::string_view problem = "Value does not match validator.") {
    if (quiet_) return false;
    const std::string path = place.Text();
    message_ = problem;
    if (!path.empty()) message_ += "\nPath: " + Cut(path, kValueCharactersMax);
    message_ += "\nValue: " + Cut(Describe(found), kValueCharactersMax);
    message_ += "\nValidator: " + Cut(Describe(validator), kValidatorCharactersMax);
    return false;
  }

  const Schema* schema_;
  std::string message_;
  bool quiet_ = false;
};

}  // namespace

const ValidatorField* Validator::FindField(std::string_view name) const {
  const auto at = std::lower_bound(fields.begin(), fields.end(), name,
                                   [](const ValidatorField& field, std::string_view wanted) {
                                     return field.name.compare(wanted) < 0;
                                   });
  return at != fields.end() && at->name == name ? &*at : nullptr;
}

bool MayHavePath(const Validator& validator, std::string_view dotted_path) {
  if (validator.kind == Kind::kAny || validator.kind == Kind::kRecord) return true;
  if (validator.kind == Kind::kUnion) {
    return std::any_of(
        validator.members.begin(), validator.members.end(),
        [dotted_path](const Validator& member) { return MayHavePath(member, dotted_path); });
  }
  if (validator.kind != Kind::kObject) return false;
  const std::size_t dot = dotted_path.find('.');
  const ValidatorField* field = validator.FindField(dotted_path.substr(0, dot));
  if (!field || dot == dotted_path.npos) return field;
  return MayHavePath(field->type, dotted_path.substr(dot + 1));
}

Status Validate(const Validator& validator, const Value& value, UnknownFields unknown,
                const Schema* schema) {
  Checker checker(schema);
  if (checker.Check(validator, value, Place(), unknown)) return Done{};
  return Fail(Code::kInvalid, checker.message());
}

Status Validate(const Validator& validator, const Object& object, UnknownFields unknown,
                const Schema* schema) {
  Checker checker(schema);
  if (checker.Check(validator, object, Place(), unknown)) return Done{};
  return Fail(Code::kInvalid, checker.message());
}

}  // namespace syncline
