// Row: a document with its clock, as the store holds it; and the two ways to see its fields: whole
// documents for functions, flat paths for the merge.
#pragma once
#include "shared/base/ids.hpp"
#include "shared/merge/merge.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/value.hpp"

namespace syncline {

struct Row {
  RowId id;
  double creation_time = 0;
  // Left empty by reads that do not need it.
  RowClock clock;
  // Without the system fields.
  Object document;
  // As RowState has them; left empty by reads that do not need the clock.
  std::map<std::string, Bytes, std::less<>> contents{};
};

// The document's fields by path: fields that the schema declares as objects go leaf by leaf, all
// others are one register each.
std::map<std::string, Value, std::less<>> Flatten(const TableSchema& table, const Object& document);
Object Assemble(const std::map<std::string, Value, std::less<>>& fields);

// A leaf that outlived the removal of its object brings the object back, as it does in a document:
// what is merged beside the store must go through this after each change, or it would differ from
// what was stored and read again between them (tests/simulation).
void RestoreParents(RowState& state);
// Apply and RestoreParents for each, in order; those that only edit texts go together.
bool ApplyInOrder(RowState& state, const std::vector<StampedChange>& changes);

RowState ToState(const TableSchema& table, const Row& row);
// REQUIRES: state.alive().
Row ToRow(const RowId& id, const RowState& state);

// Whether the change only writes whole fields of the row, as most do: then ApplyPlain does to the row what
// Apply does to its state, without taking the document apart.
bool IsPlain(const TableSchema& table, const Row& row, const RowChange& change);
// Returns whether the row moved. REQUIRES: IsPlain.
bool ApplyPlain(Row& row, const RowChange& change, const Stamp& stamp);

// Whether Flatten may give this write's path and, there, a value of its form. Any other would be the same
// document under other clocks, or clocks without end.
bool IsFlat(const TableSchema& table, const FieldWrite& write);

// The document as rules see it: with _id and _creationTime.
Object WithSystemFields(const TableSchema& table, const Row& row);
// The document as functions see it: also without fields that this schema does not know, which a newer
// one wrote and which survive our writes.
Object ForFunctions(const TableSchema& table, const Row& row);
// Whether the schema knows the field of a document of this table.
bool Knows(const TableSchema& table, std::string_view field);

// What of a change set turns one row into another.
struct FieldChanges {
  std::vector<FieldWrite> writes;
  std::vector<FieldEdit> edits;
};
// The changes of `author` that turn `before`, which is there, into `document`. kInvalid names the field
// that holds what its merge kind cannot.
Result<FieldChanges> ChangesBetween(const TableSchema& table, const RowState& before,
                                    const Object& document, ReplicaId author);
// The same for a row that was not there: all literals, as their merge kinds show them.
Result<FieldChanges> ChangesOfInsert(const TableSchema& table, const Object& document);
// The document as a row of a local table has it: nothing merges, but values are as their kinds show them.
Result<Object> AsShown(const TableSchema& table, const Object& document);

}  // namespace syncline
