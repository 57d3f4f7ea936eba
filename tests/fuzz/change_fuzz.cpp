// Rows under a sequence of changes, sound and made up: inserts, writes, edits of all kinds, deletes and
// returns. A row always encodes to what decodes to it, merges with itself to itself, and with what it was in
// either order to the same.
#include "shared/merge/history.hpp"
#include "shared/merge/merge.hpp"
#include "shared/wire/messages.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace syncline {
namespace {

constexpr RowKey kKey{{1}, {}};

struct Field {
  const char* path;
  MergeKind kind;
};
constexpr Field kFields[] = {{"c", MergeKind::kCounter},
                             {"l", MergeKind::kList},
                             {"r", MergeKind::kRegister},
                             {"s", MergeKind::kSet},
                             {"t", MergeKind::kText}};

RowChange AnyChange(const RowState& row, ReplicaId author, Chance& chance) {
  RowChange change;
  change.key = kKey;
  const auto by = static_cast<std::uint32_t>(chance.OneIn(6) ? chance.Below(3) : 0);
  change.length = std::max<std::uint32_t>(row.clock.length, 1) + by;
  if (change.deletes()) return change;
  change.whole = by > 0 || row.clock.length == 0;
  for (const Field& field : kFields) {
    const std::uint64_t what = chance.Below(4);
    if (what == 0) continue;
    if (field.kind == MergeKind::kRegister || what == 1 || change.whole) {
      Value value;
      if (!chance.OneIn(4)) {
        History history(field.kind == MergeKind::kRegister ? MergeKind::kCounter : field.kind,
                        Chance(chance.Below(64)));
        value = history.Literal();
      }
      if (!change.whole || !value.is_undefined())
        change.writes.push_back({field.path, std::move(value)});
    } else if (what == 2) {
      change.edits.push_back({field.path, AnyEdit(field.kind, chance)});
    } else {
      const KindState state = FieldAt(row, field.path);
      History history(field.kind, Chance(chance.Below(64)));
      auto edit = EditBetween(field.kind, state, history.Changed(state.value), author);
      if (edit && *edit) change.edits.push_back({field.path, std::move(**edit)});
    }
  }
  return change;
}

}  // namespace

void Fuzz(ByteView input) {
  Chance chance(input);
  RowState row;
  for (int step = 0; step < 60 && !chance.used_up(); ++step) {
    const Stamp stamp{{1 + chance.Below(100)}, {94 + chance.Below(7)}};
    const RowState before = row;
    static_cast<void>(Apply(row, AnyChange(row, stamp.replica, chance), stamp));
    const auto same = DecodeRowState(EncodeRowState(row));
    CHECK(same && *same == row);
    CHECK(Merge(row, row) == row);
    const RowState both = Merge(before, row);
    CHECK(both == Merge(row, before));
    CHECK(Merge(both, before) == both);
  }
}

}  // namespace syncline
