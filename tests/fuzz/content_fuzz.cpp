// Contents of fields of merge kinds, as a file or the wire may hold them: any bytes decode or are passed
// over, and what decodes can be edited, undone and swept. The input is a kind, the field's value as a key, and
// its content; or a kind, changes of a content's bytes, and the history that has made it.
#include "shared/merge/history.hpp"
#include "shared/merge/list.hpp"
#include "shared/value/key.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAuthor{95};

// One of a history, with some bytes set to others.
KindState Changed(MergeKind kind, ByteView input) {
  const std::size_t changes = std::min<std::size_t>(input.size() / 2, 8);
  const ByteView places = input.substr(0, changes);
  const ByteView bytes = input.substr(changes, changes);
  History history(kind, Chance(input.substr(2 * changes)));
  for (int step = 0; step < 60 && !history.chance().used_up(); ++step) history.Step();
  KindState state = history.authors()[1].state;
  for (std::size_t i = 0; i < changes && !state.content.empty(); ++i) {
    const auto place = static_cast<unsigned char>(places[i]);
    if (place < 128) state.content[place % state.content.size()] = bytes[i];
  }
  return state;
}

Edit Nothing(MergeKind kind) {
  switch (kind) {
    case MergeKind::kSet: return SetEdit();
    case MergeKind::kList: return ListEdit();
    default: return TextEdit();
  }
}

void Work(MergeKind kind, KindState state) {
  Chance chance(1);
  History other(kind, Chance(2));
  for (int i = 0; i < 3; ++i) {
    const Edit made_up = AnyEdit(kind, chance);
    const bool accepted = static_cast<bool>(CheckEdit(state, made_up, kAuthor));
    const Edit inverse = InverseOf(state, made_up);
    ApplyEdit(state, made_up, {{7}, kAuthor});
    // What the relay accepts leaves a field that it can read.
    if (accepted) CHECK(CheckEdit(state, Nothing(kind), kAuthor));
    if (const auto undo = RenewEdit(state, inverse, kAuthor))
      ApplyEdit(state, *undo, {{8}, kAuthor});
    const auto edit = EditBetween(kind, state, other.Changed(state.value), kAuthor);
    if (!edit || !*edit) continue;
    // What a device makes the relay takes.
    const bool sound = static_cast<bool>(CheckEdit(state, **edit, kAuthor));
    CHECK(sound);
    ApplyEdit(state, **edit, {{9}, kAuthor});
    // What was written decodes again.
    const auto same = EditBetween(kind, state, state.value, kAuthor);
    CHECK(same && !*same);
  }
  if (kind == MergeKind::kList) {
    static_cast<void>(CompactList(state, {~std::uint64_t{0}}));
    CHECK(state.content.empty() || !EditBetween(kind, state, state.value, kAuthor) ||
          !*EditBetween(kind, state, state.value, kAuthor));
  }
}

}  // namespace

void Fuzz(ByteView input) {
  if (input.size() < 2) return;
  const auto kind = static_cast<MergeKind>(2 + static_cast<unsigned char>(input[0]) % 3);
  const bool raw = static_cast<unsigned char>(input[1]) % 2;
  input.remove_prefix(2);
  if (!raw) return Work(kind, Changed(kind, input));
  Result<Value> value = TakeKey(input);
  if (!value) return;
  KindState state{std::move(*value), Bytes(input), {1}};
  state.first_counter = input.size();
  Work(kind, std::move(state));
}

}  // namespace syncline
