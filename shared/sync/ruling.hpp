// Ruling: what the rules say of one change set as a whole. The same for the device, as a preview, and for
// the relay, with authority.
//
// Each row is judged by the rules of its table: who may do it, the transitions, the checks. Then, by the
// state after the whole change set: what must be unique, that the rows referred to are there, and that
// nothing refers to a deleted row that may not. What a delete brings with it is not judged by the rules of
// those rows (shared/decisions/0011).
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/rules/rules.hpp"
#include "shared/sync/authority.hpp"
#include "shared/sync/state_after.hpp"

namespace syncline {

// One row of a change set. Borrows everything.
struct RuledRow {
  RowKey key;
  const TableSchema* table = nullptr;
  const Row* before = nullptr;   // null: it was not there
  const Row* written = nullptr;  // as its author left it; null: deleted
  const Row* after = nullptr;    // as it will be, with what other rows' deletion did to it
  // Its author did not write it: a deletion brought it.
  bool brought = false;
};

struct RuledOut {
  RowKey key;
  Denial denial;
};

class Ruling {
 public:
  // Whose copy is asked. A device has not every row: what it does not find may be there all the same,
  // where the person could not see it.
  enum class Copy { kWhole, kDevice };
  Ruling(const Application& application, const Actor& actor, StateAfter& state, Copy copy)
      : rules_(application.rules),
        schema_(application.schema),
        actor_(actor),
        state_(state),
        copy_(copy) {}

  // None if nothing is refused. An error is the storage's.
  Result<std::optional<RuledOut>> Judge(const std::vector<RuledRow>& rows);
  // Whether there is such a row for the person, so that others may be made to refer to it.
  Result<bool> MayReferTo(const RowKey& target);

 private:
  using Outcome = Result<std::optional<Denial>>;
  struct Suspect {
    const RuledRow* row;
    Denial denial;
  };
  Outcome JudgeRow(const RuledRow& row);
  Outcome JudgeUnique(const RuledRow& row);
  Outcome JudgeReferences(const RuledRow& row);
  Outcome JudgeReferrers(const RuledRow& row);
  // The suspects that no deletion explains: a refused delete that follows from an allowed one, or a
  // refused update that only takes back references to deleted rows.
  const Suspect* Unexplained(const std::vector<RuledRow>& rows,
                             const std::vector<Suspect>& suspects) const;
  // Whether the row was deleted, and refers by a cascade to one of these.
  bool Follows(const RuledRow& row, const std::set<RowKey>& deleted) const;
  Found Find(const Expr& expr, const Array& values, const RowKey& judged);

  const Rules& rules_;
  const Schema& schema_;
  const Actor& actor_;
  StateAfter& state_;
  const Copy copy_;
  Status failed_ = Done{};
};

// The ids that a row's field holds by a reference. Null: none.
std::set<RowKey> IdsIn(const Row* row, const Reference& reference);
// The document without the references to rows that are gone.
Object WithoutReferences(Object document, const Reference& reference,
                         const std::function<bool(const RowKey&)>& is_gone);

}  // namespace syncline
