// The merge: how changes of one row combine. Pure: no clock, no store, no schema, no logging.
//
// A row is a causal length (odd: there; even: deleted) and, while it is there, one last-writer-wins
// register per path. Rows form a join semilattice: merging is commutative, associative and
// idempotent, so replicas that have seen the same changes hold the same rows in whatever order the
// changes came. merge_test.cpp checks the laws.
//
// A path is a top-level field, or the names down to a leaf of an object field joined by kPathStep;
// the path of an object field itself holds its presence: an empty object, or undefined.
//
// A path of a merge kind (kinds.hpp) changes by edits, which move no clock and commute under causal
// delivery. A write to such a path replaces it: the last writer wins, as with any other; between a write
// and an edit that did not know of each other the order of arrival decides, which is the relay's.
//
// The clock of a row is one stamp for the whole (its last insert) and exceptions for the paths
// written later, so a row that was written once carries 17 bytes of metadata.
// Source: causal length, Yu and Rostad, "A low-cost set CRDT based on causal lengths" (PaPoC 2020).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/clock/clock.hpp"
#include "shared/merge/kinds.hpp"
#include "shared/value/field_path.hpp"
#include "shared/value/value.hpp"

namespace syncline {

struct FieldWrite {
  std::string path;
  Value value;  // Undefined removes the field
};

struct FieldEdit {
  std::string path;
  Edit edit;
};

// What one change set did to one row.
struct RowChange {
  RowKey key;
  // The row's causal length after the change.
  std::uint32_t length = 0;
  // An insert, or the return of a deleted row: every path that `writes` does not name is undefined.
  bool whole = false;
  double creation_time = 0;  // Unix milliseconds; only if whole
  // Ascending by path, each once. Empty for a delete.
  std::vector<FieldWrite> writes;
  // Ascending by path, each once, none of a path that is written. Only of a row that stays.
  std::vector<FieldEdit> edits{};
  bool deletes() const { return length % 2 == 0; }
};

struct RowClock {
  // 0: never seen.
  std::uint32_t length = 0;
  Stamp whole;
  // Paths written after `whole`, each with a stamp above it.
  std::map<std::string, Stamp, std::less<>> exceptions;

  const Stamp& Of(std::string_view path) const {
    const auto found = exceptions.find(path);
    return found == exceptions.end() ? whole : found->second;
  }
  bool operator==(const RowClock& other) const {
    return length == other.length && whole == other.whole && exceptions == other.exceptions;
  }
};

// One row: its clock, and its defined paths while it is there.
struct RowState {
  RowClock clock;
  double creation_time = 0;
  std::map<std::string, Value, std::less<>> fields;
  // What the kinds keep beside the values of fields that were edited. Never empty bytes.
  std::map<std::string, Bytes, std::less<>> contents{};
  bool alive() const { return clock.length % 2 == 1; }
};
bool operator==(const RowState& a, const RowState& b);

// The least state at or above both; of a path's value and content those that go with the later write or, if
// that is the same, with the greater bytes of content (none is the least: edits come after the write).
RowState Merge(const RowState& a, const RowState& b);

// The state after `change`, made at `stamp`; the same as Merge with the state that holds only it.
// Returns whether `row` moved. A change of a path of a row that is not there (length 0) is kept out
// by the caller: it says nothing about the other paths.
bool Apply(RowState& row, const RowChange& change, const Stamp& stamp);

struct StampedChange {
  const RowChange* change;
  Stamp stamp;
};
// Whether it does nothing but edit texts. Many such are applied at once at about the cost of one, and to the
// same as one by one; a change of another life of the row counts for nothing, as ever.
bool EditsOnlyTexts(const RowChange& change);
// REQUIRES: EditsOnlyTexts, each.
bool ApplyTextEdits(RowState& row, const std::vector<StampedChange>& changes);
// Makes `change` do what it and then `next`, of the same author, do. False, and nothing done, if they do more
// than edit texts, are of two lives of the row, or would have more than kTextPartsMax parts.
bool JoinTextEdits(RowChange& change, const RowChange& next, ReplicaId author);

// Whether a write takes a path: the later one does. The same write again does nothing to what was `edited`
// since; two of one stamp (which only a faulty replica makes) go by value.
bool Wins(const Stamp& challenger, const Value& new_value, const Stamp& holder,
          const Value& old_value, bool edited);

// A field of a merge kind as the row has it.
//
// Where it was written after its row was inserted, it may have had elements before, and others may still edit
// those. So its ids begin elsewhere (KindState::first_counter): a literal's at a hash of the literal, because
// the relay may bring a stamp back on which a device has already built; what is first put into a field
// without elements, at a hash of the stamp. A row stores nothing for it.
KindState FieldAt(const RowState& row, std::string_view path);

// The clock in the row itself. LEB128 length, whole (time 8 bytes, replica 8 bytes, little-endian),
// then for each exception: LEB128 size and bytes of the path, its time, and its replica.
// Example: length 1 at time 2 by replica 3: 01 0200000000000000 0300000000000000.
Bytes EncodeRowClock(const RowClock& clock);
Result<RowClock> DecodeRowClock(ByteView bytes);

}  // namespace syncline
