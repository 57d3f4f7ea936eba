// Judge: decides one change set against a tenant's rows, and prepares what it would write. It writes
// nothing, so a refused change set leaves no trace.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/rules/rules.hpp"
#include "shared/store/table_store.hpp"
#include "shared/sync/authority.hpp"
#include "shared/sync/recent_effects.hpp"
#include "shared/sync/tenant_log.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// One row's step, judged and ready to be written.
struct PreparedWrite {
  RowKey key;
  RowChange change;
  std::optional<Row> before;  // none: the row was not there
  RowState after;             // dead after a delete
  std::optional<Row> row;     // the same as the store has it; none after a delete
  Stamp stamp;                // the change set's, or just above the row's
  // Its author did not write it: other rows' deletion brought it (completion.hpp).
  bool brought = false;
};

struct Decision {
  // Set if refused: then there are no writes.
  std::optional<Refusal> refusal;
  std::vector<PreparedWrite> writes;
};

// The same words for "no such tenant" and "not yours".
Refusal RefusalOfStranger(std::uint64_t number);

// What a role sees by these rules, as the scope of a cursor names it. An empty role: its beginning, which
// all roles share.
std::string ScopeOf(const Rules& rules, const std::string& role);

class Judge {
 public:
  Judge(const Application& application, const TenantId& tenant, TenantNo no, TableStore& store,
        TenantLog& log, RecentEffects& recent)
      : application_(application),
        tenant_(tenant),
        no_(no),
        store_(store),
        log_(log),
        recent_(recent) {}

  // The role that the membership rows give a person; none for a stranger.
  Result<std::optional<std::string>> RoleOf(const Object& claims);
  Result<bool> IsMember(const Bytes& member);
  // A person's membership rows, at most `limit`; the first is the one that counts.
  Result<std::vector<Row>> RowsOfMember(const Bytes& member, std::size_t limit);
  // The role in a membership row; none if it is no text.
  std::optional<std::string> RoleIn(const Row& row) const;

  // `stamp`: the change set's, as it would be accepted. A tenant's first change set is judged with the
  // role that it gives its author. Errors are the storage's.
  Result<Decision> Decide(const ChangeSet& change_set, const Stamp& stamp, const Object& claims,
                          bool founding);
  // The latest time of any write to the rows as they are: a strict mutation comes after it, whatever its
  // device's clock said.
  Result<HybridTime> LatestWrite(const std::vector<RowChange>& rows);

 private:
  struct Case;
  Result<std::optional<std::string>> RoleOfMember(const Bytes& member);
  // None: what a strict mutation read is still so.
  std::optional<Refusal> CheckStrict(const StrictReads& reads, const Actor& actor);
  std::optional<std::string> RoleByFounding(const ChangeSet& change_set, const Object& claims);
  // None: allowed, or no effect (then nothing is added to `writes`).
  Result<std::optional<Refusal>> DecideRow(const RowChange& change, const Stamp& stamp,
                                           const Actor& actor, std::vector<PreparedWrite>& writes);
  // Makes the write's row, and looks at it without the rules.
  std::optional<Refusal> CheckDocument(const TableSchema& table, PreparedWrite& write) const;
  // Completes the writes, and judges them by the rules.
  Result<std::optional<Refusal>> Rule(const Stamp& stamp, const Actor& actor,
                                      std::vector<PreparedWrite>& writes);
  // Whether the change's literals and edits are what the fields' merge kinds can take.
  std::optional<Refusal> CheckKinds(const TableSchema& table, const RowState& now,
                                    const RowChange& change, ReplicaId author) const;
  bool BelongsHere(const TableSchema& table, const RowKey& key, const Object& document) const;

  const Application& application_;
  const TenantId& tenant_;
  const TenantNo no_;
  TableStore& store_;
  TenantLog& log_;
  RecentEffects& recent_;
};

}  // namespace syncline
