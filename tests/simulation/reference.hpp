// Reference: what each tenant must hold, by an independent and plain model of the relay's work: change
// sets in the order in which they were submitted, judged by the rules in plain words, merged as last
// writer wins by path. It keeps every past state, to hold devices against that lag behind.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/schema/schema.hpp"
#include "shared/wire/messages.hpp"
#include "tests/simulation/application.hpp"
#include "tests/simulation/history_model.hpp"
#include "tests/simulation/kinds_model.hpp"
#include "tests/simulation/task_rules.hpp"

namespace syncline::simulation {

// Shared with all the moments in which the row was the same.
using RowMap = std::map<RowKey, std::shared_ptr<const RowState>>;

// A row of the table as the rules see it: with `_id`.
Object DocumentOf(const RowState& state, const RowKey& key);

class Reference {
 public:
  struct Verdict {
    bool accepted = false;
    bool repeated = false;  // it had been decided before
    bool gap = false;       // it came too early
    HybridTime time;        // accepted
    std::uint64_t seq = 0;  // accepted: the one that it made
    Objections against;     // not accepted: the reasons that there are
  };
  struct Progress {
    std::uint64_t number = 0;
    HybridTime time;
    std::uint64_t at_ms = 0;
  };

  Reference(TenantId tenant, const Schema& schema, unsigned rules)
      : tenant_(std::move(tenant)), schema_(&schema), rules_(rules), told_(tenant_) {}

  // The relay's copy is that of this epoch.
  void set_epoch(std::uint64_t epoch) { epoch_ = epoch; }
  std::uint64_t epoch() const { return epoch_; }
  // Other rules are in force from now on.
  void SetRules(unsigned rules);
  unsigned rules() const { return rules_; }

  // `refused_by_file`: whether it is refused by what the rows alone do not tell: asked for strict mutations, and
  // for edits of what is not there, or may have been swept.
  Verdict Decide(const ChangeSet& change_set, const std::string& person, std::uint64_t now_ms,
                 const std::function<bool(const ChangeSet&)>& refused_by_file);
  // After a group: rows with fields of merge kinds as the relay's file has them, by `read`. Throws Broken
  // unless they hold what they must; their order and their bytes are taken over.
  void Adopt(const std::function<RowState(const RowKey&)>& read);
  // A device says what it has heard: also of numbers that were refused without a trace, and of those that a
  // later copy than this one had decided, of which it may offer some again.
  void Told(ReplicaId replica, const TenantHello& hello, std::uint64_t now_ms);
  // What deleted parts of lists and texts left behind is swept, which has a seq of its own and changes no value.
  void Swept(std::uint64_t seq, const std::function<RowState(const RowKey&)>& read);
  // The relay opened the tenant's file anew: what it only had in memory is gone.
  void Reopened() {
    told_.Reopened();
    remembered_after_.reset();
  }
  // Whether a strict mutation that read all schedules of that status, as of that cursor, has to run again: one of
  // them has changed, came or went since, or the relay does not know that far back.
  bool MustRunAgain(const Cursor& since, const std::string& status) const;
  // A group commit is through: from here on its last state can be seen.
  void EndGroup();
  // Tombstones and replicas that were last touched before these times are forgotten.
  void Sweep(std::uint64_t before_ms, std::uint64_t silent_before_ms);

  const TenantId& tenant() const { return tenant_; }
  std::uint64_t seq() const { return seq_; }
  // The rows that are there.
  const RowMap& rows() const { return rows_; }
  // The rows at the end of the group that reached `seq`; null if no group ended there.
  const RowMap* RowsAt(std::uint64_t seq) const;
  // None: no member.
  std::optional<std::string> RoleOf(const std::string& person) const;
  bool MayRead(const Person& person, const RowKey& key, const RowState& row) const {
    return MayReadBy(rules_, person, key, row);
  }
  bool MayReadBy(unsigned rules, const Person& person, const RowKey& key,
                 const RowState& row) const;
  // Whether the person was ever shown this row at all.
  bool EverReadable(const std::string& person, const RowKey& key) const;
  bool EverMember(const std::string& person) const { return ever_members_.count(person) != 0; }
  std::set<std::string> Members() const;

  // How a change set was decided; none if it is not yet.
  const std::map<std::pair<ReplicaId, std::uint64_t>, Verdict>& decided() const { return decided_; }
  std::optional<Verdict> Decided(ReplicaId replica, std::uint64_t number) const;
  const std::map<ReplicaId, Progress>& progress() const { return progress_; }
  // What was accepted of each row that is there or was, in order.
  using Changes = std::vector<std::pair<RowChange, Stamp>>;
  const std::map<RowKey, Changes>& changes() const { return changes_; }

 private:
  // A row by path: who wrote it last. Undefined values are kept.
  struct Cell {
    Stamp stamp;
    Value value;
  };
  struct Row {
    std::uint32_t length = 0;
    Stamp whole;
    double creation_time = 0;
    std::map<std::string, Cell> cells;
    std::uint64_t deleted_ms = 0;
    std::map<std::string, KindModel> kinds;  // by path; the visible values are in `cells`
    std::map<std::string, Bytes, std::less<>> contents{};
    RowState ToState() const;
    // Whether it moved. REQUIRES: the change is of the row's length, or of the next.
    bool Apply(const std::string& table, const RowChange& change, const Stamp& stamp);
    void RestoreParents();
  };

  // What a change set does to one row. A row may come twice: as its author wrote it, and as deletions left it.
  struct Written {
    RowChange change;
    Stamp stamp;
    Row row;
    std::optional<RowState> before, after{};  // none: not there
    bool brought = false;                     // by a deletion
  };
  using Writes = std::vector<Written>;
  struct Ruled;

  HybridTime LastWrite(const ChangeSet& change_set) const;
  void NoteReadable(const std::vector<RowKey>& changed, bool users_changed);
  // Nothing: it is accepted, and `writes` is what it does.
  Objections Judge(const ChangeSet& change_set, const Stamp& stamp, const Person& person,
                   Writes& writes,
                   const std::function<bool(const ChangeSet&)>& refused_by_file) const;
  bool Misses(const RowChange& change, ReplicaId author) const;
  // What is wrong with one row's change by itself, or with the row as it would be.
  Objections JudgeRow(const RowChange& sent, const Stamp& stamp, const Person& person,
                      Writes& writes) const;
  // Adds what deletions bring, and references that are let go.
  void Complete(const Stamp& stamp, const Person& person, Writes& writes) const;
  void LetGo(const RowKey& key, const Stamp& stamp, Writes& writes) const;
  Objections Rule(const Person& person, const Writes& writes) const;
  // The row as it will be; null: not there.
  const Row* After(const RowKey& key, const Writes& writes) const;
  bool MayReferTo(const std::string& id, const Person& person, const Writes& writes) const;
  Tasks TasksAfter(const Writes& writes) const;
  // Who the rows say that a person is.
  std::optional<HistoryModel::Author> AuthorOf(const std::string& person) const;
  void NoteHistory(const std::map<RowKey, HistoryModel::Told>& told,
                   const HistoryModel::Author& author, const HistoryModel::Place& place);
  std::optional<std::string> RoleByFounding(const ChangeSet& change_set,
                                            const std::string& person) const;

  TenantId tenant_;
  const Schema* schema_;
  unsigned rules_;
  std::uint64_t epoch_ = 0;
  std::uint64_t seq_ = 0;
  std::map<RowKey, Row> all_;  // deleted ones too
  RowMap rows_;
  std::map<std::uint64_t, RowMap> history_;
  std::map<ReplicaId, Progress> progress_;
  std::map<std::pair<ReplicaId, std::uint64_t>, Verdict> decided_;
  std::map<RowKey, Changes> changes_;
  HistoryModel told_;
  std::set<RowKey> to_adopt_;
  bool swept_ = false;
  // What statuses schedules left and came to, and from which seq on the relay remembers such.
  struct Moved {
    std::uint64_t seq;
    std::string from, to;
  };
  std::vector<Moved> moved_;
  std::optional<std::uint64_t> remembered_after_;
  std::set<RowKey> ever_deleted_;
  std::set<std::string> ever_members_;
  std::set<std::pair<std::string, RowKey>> ever_readable_;
};

}  // namespace syncline::simulation
