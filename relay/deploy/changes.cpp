#include "relay/deploy/changes.hpp"

#include <algorithm>

#include "shared/value/order.hpp"

namespace syncline::relay {
namespace {

using Kind = Validator::Kind;

constexpr std::size_t kMisfitsNamedMax = 10;

bool Covers(const Validator& to, const Validator& from);

Kind KindOfLiteral(const Value& literal) {
  if (literal.Is<std::string>()) return Kind::kString;
  if (literal.Is<bool>()) return Kind::kBoolean;
  return literal.Is<double>() ? Kind::kNumber : Kind::kBigint;
}

bool CoversObject(const Validator& to, const Validator& from) {
  const bool old_fit = std::all_of(from.fields.begin(), from.fields.end(), [&](const auto& field) {
    const ValidatorField* now = to.FindField(field.name);
    return now && (now->optional || !field.optional) && Covers(now->type, field.type);
  });
  return old_fit && std::all_of(to.fields.begin(), to.fields.end(), [&](const auto& field) {
           return field.optional || from.FindField(field.name);
         });
}

// Whether every value that `from` takes is one that `to` takes. May say no where it is so.
bool Covers(const Validator& to, const Validator& from) {
  if (to.kind == Kind::kAny) return true;
  if (from.kind == Kind::kUnion) {
    return std::all_of(from.members.begin(), from.members.end(),
                       [&](const Validator& member) { return Covers(to, member); });
  }
  if (to.kind == Kind::kUnion) {
    return std::any_of(to.members.begin(), to.members.end(),
                       [&](const Validator& member) { return Covers(member, from); });
  }
  switch (from.kind) {
    case Kind::kLiteral:
      return to.kind == Kind::kLiteral ? Compare(to.literal, from.literal) == 0
                                       : to.kind == KindOfLiteral(from.literal);
    case Kind::kId:
      return to.kind == Kind::kString || (to.kind == from.kind && to.table == from.table);
    case Kind::kArray: return to.kind == from.kind && Covers(to.members[0], from.members[0]);
    case Kind::kRecord:
      return to.kind == from.kind && Covers(to.members[0], from.members[0]) &&
             Covers(to.members[1], from.members[1]);
    case Kind::kObject: return to.kind == from.kind && CoversObject(to, from);
    case Kind::kAny: return false;
    default: return to.kind == from.kind;
  }
}

// What changed in one table.
class TableChanges {
 public:
  TableChanges(const TableSchema& from, const TableSchema& to, Changes& out)
      : from_(from), to_(to), out_(out) {}

  void Compare() {
    const Validator& from = from_.document;
    const Validator& to = to_.document;
    if (from.kind == Kind::kObject && to.kind == Kind::kObject) {
      CompareFields(from, to, "");
    } else if ((from.kind == Kind::kObject || to.kind == Kind::kObject) &&
               (HasObjects(from) || HasObjects(to))) {
      AddMisfit(
          "its documents have objects in fields, which are merged leaf by leaf; keep it one "
          "v.object() with further optional fields");
    } else if (!Covers(to, from)) {
      AddMisfit("documents of the form before, " + Describe(from) +
                ", would not be valid; make it a v.union() of both forms");
    }
    CompareIndexes();
  }

 private:
  static bool HasObjects(const Validator& document) {
    return document.kind == Kind::kObject &&
           std::any_of(document.fields.begin(), document.fields.end(),
                       [](const auto& field) { return field.type.kind == Kind::kObject; });
  }

  void CompareFields(const Validator& from, const Validator& to, const std::string& within) {
    for (const ValidatorField& field : from.fields) {
      const std::string path = within + field.name;
      const ValidatorField* now = to.FindField(field.name);
      if (!now) {
        AddMisfit("field " + path +
                  " was removed, and documents may have it; keep it, as v.optional(" +
                  Describe(field.type) + ")");
        continue;
      }
      if (field.optional && !now->optional) {
        AddMisfit("field " + path +
                  " became required, and documents may lack it; leave it v.optional()");
      }
      CompareTypes(field.type, now->type, path);
    }
    for (const ValidatorField& field : to.fields) {
      if (from.FindField(field.name)) continue;
      const std::string path = within + field.name;
      if (!field.optional) {
        AddMisfit("the new field " + path +
                  " is required, and documents lack it; make it v.optional(" +
                  Describe(field.type) + ")");
      }
      AddNote("field " + path + " added");
    }
  }

  void CompareTypes(const Validator& from, const Validator& to, const std::string& path) {
    if (from.kind == Kind::kObject && to.kind == Kind::kObject) {
      CompareFields(from, to, path + ".");
    } else if (from.kind == Kind::kObject || to.kind == Kind::kObject) {
      AddMisfit(
          "field " + path + " was " + Describe(from) + " and would be " + Describe(to) +
          "; objects are merged leaf by leaf and must stay objects: add a new optional field");
    } else if (!Covers(to, from)) {
      AddMisfit(
          "field " + path + " was " + Describe(from) + " and would be " + Describe(to) +
          ", which does not take all that documents may have; make it a v.union() with what it "
          "was");
    } else if (!Covers(from, to)) {
      AddNote("field " + path + " is now " + Describe(to));
    }
  }

  void CompareIndexes() {
    for (const IndexSchema& index : to_.indexes) {
      const IndexSchema* before = from_.FindIndex(index.name);
      if (before && before->fields == index.fields) continue;
      AddNote("index " + index.name + (before ? " changed" : " added") +
              "; each tenant builds it when it is next opened");
    }
    for (const IndexSchema& index : from_.indexes) {
      if (!to_.FindIndex(index.name)) AddNote("index " + index.name + " removed");
    }
  }

  void AddMisfit(const std::string& what) {
    out_.misfits.push_back({from_.name, "table " + from_.name + ": " + what});
  }
  void AddNote(const std::string& what) {
    out_.notes.push_back("table " + from_.name + ": " + what);
  }

  const TableSchema& from_;
  const TableSchema& to_;
  Changes& out_;
};

std::string TenancyText(const Application& application, const std::string& table) {
  const auto field = application.rules.TenantField(table);
  if (!field) return "of no tenant";
  return field->empty() ? "tenants themselves" : "of the tenant in " + std::string(*field);
}

void CompareTable(const Application& from, const Application& to, const TableSchema& table,
                  Changes& out) {
  // A table without tenancy has no rows here.
  if (!from.rules.TenantField(table.name)) return;
  const TableSchema* now = to.schema.FindTable(table.name);
  if (!now) {
    out.misfits.push_back({table.name, "table " + table.name +
                                           ": it was removed, or made local; keep it, and take its "
                                           "rules away if nobody is to see it"});
    return;
  }
  const std::string before = TenancyText(from, table.name);
  const std::string after = TenancyText(to, table.name);
  if (before != after) {
    out.misfits.push_back({table.name, "table " + table.name + ": its rows were " + before +
                                           " and would be " + after +
                                           "; keep its tenancy in rules.ts, and copy the rows to a "
                                           "new table instead"});
  }
  if (!from.schema.validates_documents && to.schema.validates_documents) {
    out.misfits.push_back({table.name, "table " + table.name +
                                           ": its documents were never validated; leave "
                                           "schemaValidation off"});
  }
  TableChanges(table, *now, out).Compare();
}

}  // namespace

Changes CompareApplications(const Application& from, const Application& to) {
  Changes out;
  for (const TableSchema& table : from.schema.tables) CompareTable(from, to, table, out);
  for (const TableSchema& table : to.schema.tables) {
    if (!from.schema.FindTable(table.name)) out.notes.push_back("table " + table.name + " added");
  }
  if (from.rules.hash() != to.rules.hash()) {
    out.notes.push_back("the rules changed; devices fetch anew what they may read");
  }
  return out;
}

std::set<std::string> TablesOf(const Changes& changes) {
  std::set<std::string> tables;
  for (const Misfit& misfit : changes.misfits) tables.insert(misfit.table);
  return tables;
}

Status RefuseMisfits(const Changes& changes, const std::set<std::string>& occupied) {
  std::string sentences;
  std::size_t count = 0;
  for (const Misfit& misfit : changes.misfits) {
    if (!occupied.count(misfit.table) || ++count > kMisfitsNamedMax) continue;
    sentences += (count > 1 ? "\n" : "") + misfit.message;
  }
  if (count == 0) return Done{};
  if (count > kMisfitsNamedMax) {
    sentences += "\nand " + std::to_string(count - kMisfitsNamedMax) + " more";
  }
  return Fail(Code::kConflict, "the application does not fit rows that exist:\n" + sentences);
}

}  // namespace syncline::relay
