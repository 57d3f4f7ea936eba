// History: who changed what when, in tables whose rules keep it. The relay's part: rows of _history, written
// in the transaction of the change they tell of, and taken away again by count and by age.
//
// An entry is a row as any: it has a seq, comes with catch-up and snapshot, and is forgotten with the scope.
// It shows a document, so it is visible exactly to whom the document would be (may_read.hpp). Nobody but the
// relay writes one (Judge), so that a removed entry needs no tombstone: no device has anything to say of it.
// Its id is made of its tenant and its place in the log, so no other has it. What a person types into texts
// goes into the entry of what they typed before, for some minutes and while nothing else happens to the row:
// else each few keystrokes would take a whole document. A table without history costs one look at its rules.
// replica_history_test.cpp has what devices see.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/sync/fan_out.hpp"
#include "shared/sync/recent_effects.hpp"
#include "shared/sync/tenant_log.hpp"

namespace syncline {

class History {
 public:
  History(const Application& application, const TenantId& tenant, TenantNo no, TableStore& store,
          TenantLog& log, RecentEffects& recent)
      : application_(application),
        tenant_(tenant),
        no_(no),
        store_(store),
        log_(log),
        recent_(recent) {}

  bool Keeps(std::string_view table) const { return RuleOf(table) != nullptr; }

  // Where a change set stands: its seq, its stamp as accepted, and the relay's time.
  struct Place {
    std::uint64_t seq = 0;
    Stamp stamp;
    std::uint64_t now_ms = 0;
  };
  // Who made it: the membership row that it was judged with.
  struct Author {
    std::string by;  // the row's id
    std::string role;
  };
  // Notes what the `ordinal`-th write of a change set did to a row, if anything can be seen of it, and drops
  // what is more than the rules keep of the row. REQUIRES: Keeps(the row's table), a transaction.
  Status Note(const RowKey& key, std::uint32_t ordinal, const Row* before, const Row* after,
              std::uint32_t length, const Author& author, const Place& place,
              GroupEffects& effects);

  // Whether there is an entry that is kept no longer: too old, or of a table that keeps none any more.
  Result<bool> HasOld(std::uint64_t now_ms);
  // Drops such entries, at most kSweptMax of them and about kSweptBytesMax; true if there may be more.
  // REQUIRES: a transaction; place.seq is its own.
  Result<bool> Sweep(const Place& place, GroupEffects& effects);
  static constexpr std::size_t kSweptMax = 500;
  static constexpr std::size_t kSweptBytesMax = 4 << 20;

 private:
  const HistoryRule* RuleOf(std::string_view table) const;
  IndexOrdinal Index(const char* name) const;
  // The oldest entries that are kept no longer, of one table; none: no table has any.
  Result<std::vector<Entry>> OldEntries(std::uint64_t now_ms, std::size_t limit);
  Result<double> NextCreationTime(std::uint64_t now_ms);
  // Whether what was changed is a part of what the row's last entry tells.
  static bool GoesOn(const TableSchema& table, const Row& last, const Array& changed,
                     const Author& author, const Place& place);
  // `version`: of the row's newest entry.
  Status Trim(const HistoryRule& rule, const std::string& row, double version, const Place& place,
              GroupEffects& effects);
  Status Remove(Row entry, const Place& place, GroupEffects& effects);
  // As much of an entry as who may see it hangs on: for telling a device that comes back what to forget.
  RowState SeenOf(const Row& entry) const;
  // Puts `after` in the place of `before`; null: there was none, or it goes.
  Status Write(std::shared_ptr<const Row> before, std::shared_ptr<const Row> after,
               const Stamp& stamp, const Place& place, GroupEffects& effects);

  // No other write has this place: seqs ascend, and ordinals within one.
  RowId IdAt(const Place& place, std::uint32_t ordinal) const;

  const Application& application_;
  const TenantId& tenant_;
  const TenantNo no_;
  TableStore& store_;
  TenantLog& log_;
  RecentEffects& recent_;
  std::optional<double> last_creation_time_;
};

}  // namespace syncline
