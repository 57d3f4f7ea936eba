// Text: a string as a sequence CRDT of the Fugue family: what two people type at one place does not
// interleave, and a deletion takes only the characters that its author saw.
//
// text_sequence.hpp has the order of characters, text_content.hpp their bytes at rest, text_anchor.hpp
// places that outlive edits, text_undo.cpp what an inverse is, text_join.cpp what makes one edit of many. The
// laws are in text_test.cpp.
#pragma once
#include <optional>
#include <vector>

#include "shared/merge/kinds.hpp"

namespace syncline {

// Up to so many insertions and deletions many edits become one.
inline constexpr std::size_t kTextPartsMax = 16'384;
// What an edit may cost: runs of characters that are passed on the way to where its parts belong. Every run
// can be deleted once, so that everything can go at once however often the text was edited.
inline constexpr std::uint64_t kTextStepsMax = std::uint64_t{1} << 22;
// How far a new counter may lie above all that the relay has seen: what the author had typed before and was
// refused is in between, and where a field's ids begin (KindState::first_counter).
inline constexpr std::uint64_t kTextCounterStepMax = std::uint64_t{1} << 29;

// As in kinds.hpp.
Result<std::optional<TextEdit>> TextDifference(const KindState& before, const Value& after,
                                               ReplicaId author);
Status CheckText(const KindState& now, const TextEdit& edit, ReplicaId author);
void ApplyText(KindState& now, const TextEdit& edit, const Stamp& stamp);
TextEdit InverseOf(const KindState& before, const TextEdit& done);
std::optional<TextEdit> RenewText(const KindState& now, const TextEdit& inverse, ReplicaId author);

// Characters that come back have new ids. `kept`, another inverse of the same field, goes on meaning them
// too: after `inverse` was made `renewed` and applied, tell it. Returns whether it changed.
bool FollowText(TextEdit& kept, const TextEdit& inverse, const TextEdit& renewed, ReplicaId author);

// Whether something is shown, and has the ids that it would have as a new row's literal of that replica.
bool TextHasLiteralIds(const KindState& now, ReplicaId author);

// Several edits at once, as fast as their number allows: the content is read and written once.
struct AuthoredText {
  const TextEdit* edit;
  ReplicaId author;
};
void ApplyTexts(KindState& now, const std::vector<AuthoredText>& edits);

// Makes `all` do what it and then `next`, of the same author, do; what was typed on becomes one insertion
// again.
void JoinTexts(TextEdit& all, const TextEdit& next, ReplicaId author);

// Forgets deleted characters that the order of the others does not need, if an earlier call has found them
// deleted already. So let pass between two calls what an edit may take to arrive: one that was made before
// its author saw the deletion is refused afterwards (kConflict), any other still applies, and to the same
// text as where nothing was forgotten. Returns whether the content changed.
bool CompactText(KindState& now);

}  // namespace syncline
