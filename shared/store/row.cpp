#include "shared/store/row.hpp"

#include <algorithm>

#include "shared/value/id.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

using Fields = std::map<std::string, Value, std::less<>>;

void FlattenInto(Fields& fields, std::string path, const Validator* type, const Value& value) {
  const Object* object = value.As<Object>();
  if (!object || !type || type->kind != Validator::Kind::kObject) {
    fields.insert_or_assign(std::move(path), value);
    return;
  }
  for (const Member& member : object->members()) {
    const ValidatorField* field = type->FindField(member.name);
    FlattenInto(fields, path + kPathStep + member.name, field ? &field->type : nullptr,
                member.value);
  }
  fields.insert_or_assign(std::move(path), Value(Object()));
}

// A field of the document, also where only some of a union's members have it.
const Validator* FindDocumentField(const Validator& document, std::string_view name, bool& known) {
  if (document.kind == Validator::Kind::kObject) {
    const ValidatorField* field = document.FindField(name);
    known = field != nullptr;
    return field ? &field->type : nullptr;
  }
  known =
      document.kind != Validator::Kind::kUnion ||
      std::any_of(document.members.begin(), document.members.end(), [&](const Validator& member) {
        bool member_knows = false;
        static_cast<void>(FindDocumentField(member, name, member_knows));
        return member_knows;
      });
  return nullptr;
}

}  // namespace

Fields Flatten(const TableSchema& table, const Object& document) {
  Fields fields;
  const bool object = table.document.kind == Validator::Kind::kObject;
  for (const Member& member : document.members()) {
    const ValidatorField* field = object ? table.document.FindField(member.name) : nullptr;
    FlattenInto(fields, member.name, field ? &field->type : nullptr, member.value);
  }
  return fields;
}

Object Assemble(const Fields& fields) {
  Object document;
  for (const auto& [path, value] : fields) {
    Object* parent = &document;
    std::string_view rest = path;
    for (std::size_t step; (step = rest.find(kPathStep)) != std::string_view::npos;) {
      const std::string_view name = rest.substr(0, step);
      Value* child = parent->Find(name);
      if (!child || !child->Is<Object>()) {
        parent->Set(name, Object());
        child = parent->Find(name);
      }
      parent = child->As<Object>();
      rest.remove_prefix(step + 1);
    }
    parent->Set(rest, value);
  }
  return document;
}

void RestoreParents(RowState& state) {
  std::vector<std::string> missing;
  for (const auto& [path, value] : state.fields) {
    for (std::size_t step = path.find(kPathStep); step != std::string::npos;
         step = path.find(kPathStep, step + 1)) {
      std::string parent = path.substr(0, step);
      if (!state.fields.count(parent)) missing.push_back(std::move(parent));
    }
  }
  for (std::string& parent : missing) state.fields.emplace(std::move(parent), Object());
}

bool ApplyInOrder(RowState& state, const std::vector<StampedChange>& changes) {
  bool moved = false;
  for (std::size_t i = 0; i < changes.size();) {
    std::vector<StampedChange> texts;
    while (i < changes.size() && EditsOnlyTexts(*changes[i].change)) texts.push_back(changes[i++]);
    if (texts.empty()) {
      if (Apply(state, *changes[i].change, changes[i].stamp)) moved = true;
      ++i;
    } else if (ApplyTextEdits(state, texts)) {
      moved = true;
    }
    RestoreParents(state);
  }
  return moved;
}

bool IsPlain(const TableSchema& table, const Row& row, const RowChange& change) {
  if (change.whole || change.length != row.clock.length || change.deletes() ||
      !change.edits.empty()) {
    return false;
  }
  const bool object = table.document.kind == Validator::Kind::kObject;
  return std::all_of(change.writes.begin(), change.writes.end(), [&](const FieldWrite& write) {
    if (write.path.find(kPathStep) != std::string::npos) return false;
    const ValidatorField* field = object ? table.document.FindField(write.path) : nullptr;
    return !field || field->type.kind != Validator::Kind::kObject;
  });
}

bool ApplyPlain(Row& row, const RowChange& change, const Stamp& stamp) {
  static const Value kUndefined;
  bool moved = false;
  for (const FieldWrite& write : change.writes) {
    const Value* now = row.document.Find(write.path);
    const bool edited = row.contents.count(write.path) > 0;
    const Value& held = now ? *now : kUndefined;
    if (!Wins(stamp, write.value, row.clock.Of(write.path), held, edited)) continue;
    row.document.Set(write.path, write.value);
    row.contents.erase(write.path);
    if (row.clock.whole < stamp) row.clock.exceptions.insert_or_assign(write.path, stamp);
    moved = true;
  }
  return moved;
}

bool IsFlat(const TableSchema& table, const FieldWrite& write) {
  std::string_view rest = write.path;
  std::size_t step = rest.find(kPathStep);
  bool known = false;
  const Validator* type = FindDocumentField(table.document, rest.substr(0, step), known);
  known = known || !table.validated;
  while (known && step != std::string_view::npos) {
    if (!type || type->kind != Validator::Kind::kObject) return false;
    rest.remove_prefix(step + 1);
    step = rest.find(kPathStep);
    const ValidatorField* field = type->FindField(rest.substr(0, step));
    known = field != nullptr;
    type = field ? &field->type : nullptr;
  }
  if (!known || !type || type->kind != Validator::Kind::kObject) return known;
  const Object* object = write.value.As<Object>();
  return write.value.is_undefined() || (object && object->empty());
}

RowState ToState(const TableSchema& table, const Row& row) {
  return {row.clock, row.creation_time, Flatten(table, row.document), row.contents};
}

Row ToRow(const RowId& id, const RowState& state) {
  return {id, state.creation_time, state.clock, Assemble(state.fields), state.contents};
}

Object WithSystemFields(const TableSchema& table, const Row& row) {
  Object whole = row.document;
  whole.Set("_id", IdToText({table.number, row.id}));
  whole.Set("_creationTime", row.creation_time);
  return whole;
}

bool Knows(const TableSchema& table, std::string_view field) {
  bool known = false;
  static_cast<void>(FindDocumentField(table.document, field, known));
  return known || !table.validated;
}

Object ForFunctions(const TableSchema& table, const Row& row) {
  Object whole = WithSystemFields(table, row);
  auto& members = whole.members();
  members.erase(std::remove_if(members.begin(), members.end(),
                               [&](const Member& member) {
                                 return member.name[0] != '_' && !Knows(table, member.name);
                               }),
                members.end());
  return whole;
}

namespace {

// The writes that turn `before` into `after`, ascending by path.
std::vector<FieldWrite> Difference(const Fields& before, const Fields& after) {
  std::vector<FieldWrite> writes;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && old->first < now->first)) {
      writes.push_back({old->first, Undefined{}});
      ++old;
    } else if (old == before.end() || now->first < old->first) {
      writes.push_back({now->first, now->second});
      ++now;
    } else {
      if (old->second != now->second) writes.push_back({now->first, now->second});
      ++old;
      ++now;
    }
  }
  return writes;
}

Failure InField(const TableSchema& table, std::string_view path, const Error& error) {
  return Fail(error.code,
              "Field " + Dotted(path) + " of table " + table.name + ": " + error.message);
}

// Removed, or come back to what no edit of an empty field gives: written as a whole.
Status AddLiteral(const TableSchema& table, MergeKind kind, FieldWrite write,
                  FieldChanges& changes) {
  if (kind != MergeKind::kRegister && !write.value.is_undefined()) {
    Result<Value> literal = LiteralOf(kind, std::move(write.value));
    if (!literal) return InField(table, write.path, literal.error());
    write.value = std::move(*literal);
  }
  changes.writes.push_back(std::move(write));
  return Done{};
}

}  // namespace

Result<FieldChanges> ChangesBetween(const TableSchema& table, const RowState& before,
                                    const Object& document, ReplicaId author) {
  FieldChanges changes;
  std::vector<FieldWrite> writes = Difference(before.fields, Flatten(table, document));
  if (table.merge_fields.empty()) {
    changes.writes = std::move(writes);
    return changes;
  }
  for (FieldWrite& write : writes) {
    const MergeKind kind = table.KindAt(write.path);
    if (kind != MergeKind::kRegister && !write.value.is_undefined()) {
      const KindState field = FieldAt(before, write.path);
      Result<std::optional<Edit>> edit = EditBetween(kind, field, write.value, author);
      if (!edit) return InField(table, write.path, edit.error());
      if (*edit) {
        changes.edits.push_back({std::move(write.path), std::move(**edit)});
        continue;
      }
      if (!field.value.is_undefined()) continue;
    }
    if (Status added = AddLiteral(table, kind, std::move(write), changes); !added) {
      return Fail(added.error());
    }
  }
  return changes;
}

Result<FieldChanges> ChangesOfInsert(const TableSchema& table, const Object& document) {
  FieldChanges changes;
  for (FieldWrite& write : Difference({}, Flatten(table, document))) {
    const MergeKind kind = table.KindAt(write.path);
    if (Status added = AddLiteral(table, kind, std::move(write), changes); !added) {
      return Fail(added.error());
    }
  }
  return changes;
}

Result<Object> AsShown(const TableSchema& table, const Object& document) {
  if (table.merge_fields.empty()) return document;
  Result<FieldChanges> changes = ChangesOfInsert(table, document);
  if (!changes) return Fail(changes.error());
  Fields fields;
  for (FieldWrite& write : changes->writes) {
    fields.emplace(std::move(write.path), std::move(write.value));
  }
  return Assemble(fields);
}

}  // namespace syncline
