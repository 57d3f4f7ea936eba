// Undo: what takes one person's change of a row back, kept when it is made and fitted to the row as it is
// when it is asked for. Pure; the log of what can be undone is undo_log.hpp.
//
// The opposite of an undo is found in the same way, from the change that the undo was: so redo is undo of
// an undo, and nothing else.
#pragma once
#include <optional>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/merge/merge.hpp"

namespace syncline {

struct UndoStep {
  // The row goes (a delete), comes back (whole: with literals, as an insert), or gets these values and
  // edits.
  RowChange back;
  // What was written at the paths of back.writes, in their order. If the row comes back: the paths whose
  // elements then have other names than they had, with undefined.
  std::vector<FieldWrite> written;
};

// `done` was made to `before`, by who is to take it back.
UndoStep StepBack(const RowState& before, const RowChange& done, ReplicaId author);

// What is left to take back from the row as it is now; none if nothing is. A field is only written if it
// still has the value that was written; a row comes back only if it is not there. `now.clock.length` may be
// 0 for a deleted row whose length is not known any more.
std::optional<RowChange> TakeBack(const RowState& now, const UndoStep& step, ReplicaId author);

// A text's characters that an undo brought back: they have other names than before. Or, if nothing is
// renewed, a field of a row that came back: what else is kept of it names nothing there, and is dropped.
struct Renewal {
  RowKey key;
  std::string path;
  TextEdit inverse, renewed;
};
// What `change`, which `step` became, brought back.
std::vector<Renewal> RenewalsIn(const UndoStep& step, const RowChange& change);
// Lets kept steps go on meaning those characters. Whether it changed any.
bool Follow(std::vector<UndoStep>& steps, const Renewal& renewal, ReplicaId author);

// The change from one picture of a row to another where nothing merges: every path is a register.
RowChange PlainChange(const RowKey& key, const RowState& before, const RowState& after);

// Two change sets, as on the wire, each with its size (LEB128) in front: what goes back, and what was written.
Bytes EncodeSteps(const std::vector<UndoStep>& steps);
Result<std::vector<UndoStep>> DecodeSteps(ByteView bytes);

}  // namespace syncline
