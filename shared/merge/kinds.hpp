// Kinds: what every merge kind can do, and the choice among them. Pure, as the merge itself.
//
// A field of a merge kind is its visible value and, once it was edited, a content: the kind's own
// encoding of ids, tombstones and clocks (counters have none). A field without a content is a literal,
// whose elements have their initial ids (shared/merge/edit.hpp). An undefined field is as an empty one.
#pragma once
#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/clock/clock.hpp"
#include "shared/merge/edit.hpp"

namespace syncline {

// One field as a row holds it.
struct KindState {
  Value value;           // undefined: as empty
  Bytes content;         // empty: the value is a literal
  ReplicaId literal_by;  // whose ids a literal's elements have
  // The counter of a literal's first element, and of what is first put into a field without elements. Not 0
  // where the field had another life before (FieldAt): what was meant for that one finds nothing here.
  std::uint64_t first_counter = 0;
};

// What a content may take; an edit that would exceed it is refused.
inline constexpr std::size_t kContentBytesMax = 8 << 20;

// The edit of `author` that turns `before` into `after`; none if they are the same. CheckEdit accepts it.
// kInvalid if `after` is no value of the kind, or cannot be reached by an edit that the relay would accept: the
// message is a sentence about the field.
// REQUIRES: `after` is defined.
Result<std::optional<Edit>> EditBetween(MergeKind kind, const KindState& before, const Value& after,
                                        ReplicaId author);

// The value as a literal of the kind: a set's elements each once and in order. kInvalid if it is no value
// of the kind.
Result<Value> LiteralOf(MergeKind kind, Value value);

// A set's elements as they are shown: each once, in Convex's order.
void SortSet(Array& elements);

// What the relay asks before it accepts an edit: kInvalid if no sound device makes it (malformed, ids of
// another's or used before, another kind, an overflow, a position out of bounds, too large), kConflict if
// it refers to what is not there any more.
Status CheckEdit(const KindState& now, const Edit& edit, ReplicaId author);

// Total: what refers to nothing is passed over, whatever the bytes are.
void ApplyEdit(KindState& now, const Edit& edit, const Stamp& stamp);

// What undoes `done`, which was made to `before`; to be kept until it is asked for. Its new ids are
// placeholders until RenewEdit.
Edit InverseOf(const KindState& before, const Edit& done);
// Makes a kept inverse an edit of `author` to `now`: new ids, without what no longer applies. None if
// nothing is left, as of a field that was removed since, or CheckEdit would refuse it.
std::optional<Edit> RenewEdit(const KindState& now, const Edit& inverse, ReplicaId author);

}  // namespace syncline
