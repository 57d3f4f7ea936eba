// Completion: what a change set brings with it on the relay, whatever its device knew: rows that refer to
// deleted ones go, or let go of them, as their references declare.
//
// What is added is part of the accepted change set: its stamp, its transaction, its place in the log. A
// device does the same within its mutation for the rows that it has; here come those that others wrote
// meanwhile, and those that the person may not see. shared/decisions/0011 has the choices.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "shared/sync/judge.hpp"
#include "shared/sync/ruling.hpp"
#include "shared/sync/state_after.hpp"

namespace syncline {

// How many references to deleted rows one change set may take back in all.
inline constexpr std::size_t kReferencesLetGoMax = 256'000;

class Completion {
 public:
  // `state` has the rows of `writes` put over it, and gets what is added.
  Completion(const Application& application, StateAfter& state, Ruling& ruling, const Stamp& stamp,
             std::vector<PreparedWrite>& writes);

  // False if it would change more than kRowsPerChangeSetMax rows, or take back too many references.
  Result<bool> Run();

 private:
  // References of the change set's own rows to what is not there are loose.
  Status FindMissing();
  // Deletes what follows from deletions; other references to deleted rows are loose.
  Result<bool> FollowDeletes();
  Status Follow(const Referrer& referrer, const RowKey& deleted, std::vector<RowKey>& todo);
  bool Fits() const;
  Status Delete(const TableSchema& table, const RowKey& key);
  // Writes the row without its loose references: once, however many rows they are to.
  Status LetGo(const RowKey& key, const std::set<const Reference*>& references);
  void Put(PreparedWrite write);

  const Application& application_;
  StateAfter& state_;
  Ruling& ruling_;
  const Stamp stamp_;
  std::vector<PreparedWrite>& writes_;
  // Rows that the change set itself made: they are not there yet to follow anything.
  std::set<RowKey> made_;
  std::set<RowKey> changed_, deleted_;
  // Of an array: to the rows in deleted_.
  std::map<RowKey, std::set<const Reference*>> loose_;
  std::size_t let_go_ = 0;
};

}  // namespace syncline
