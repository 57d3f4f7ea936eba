#include "shared/sync/tenant_log.hpp"

#include <algorithm>

#include "shared/value/key.hpp"

namespace syncline {
namespace {

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// Each may have kRefusalsKeptMax refusals to drop with it.
constexpr std::int64_t kSilentReplicasAtOnce = 100;

constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS _head (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _changes (seq INTEGER, owner INTEGER, id BLOB, existed INTEGER, "
    "before BLOB, at INTEGER, PRIMARY KEY (seq, owner, id)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _tombstones (owner INTEGER, id BLOB, clock BLOB, at INTEGER, "
    "PRIMARY KEY (owner, id)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS _tombstones_at ON _tombstones (at);"
    "CREATE TABLE IF NOT EXISTS _replicas (person BLOB, replica INTEGER, number INTEGER, time "
    "INTEGER, at INTEGER, PRIMARY KEY (person, replica)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS _replicas_at ON _replicas (at);"
    "CREATE TABLE IF NOT EXISTS _refusals (person BLOB, replica INTEGER, number INTEGER, code "
    "INTEGER, message TEXT, owner TEXT, row TEXT, rule TEXT, PRIMARY KEY (person, replica, "
    "number)) "
    "WITHOUT ROWID;";

Result<std::uint64_t> Head(Database& database, const char* name) {
  Statement statement = database.Prepare("SELECT value FROM _head WHERE name=?1");
  statement.BindText(1, name);
  const Result<bool> found = statement.Step();
  if (!found) return Fail(found.error());
  return *found ? Unsigned(statement.integer(0)) : 0;
}

Status SetHead(Database& database, const char* name, std::uint64_t value) {
  Statement statement = database.Prepare("INSERT OR REPLACE INTO _head VALUES (?1, ?2)");
  return statement.BindText(1, name).Bind(2, Signed(value)).Run();
}

Statement& BindSender(Statement& statement, const Sender& sender) {
  return statement.BindBlob(1, sender.person).Bind(2, Signed(sender.replica.value));
}

Refusal ReadRefusal(const Statement& statement) {
  return {Unsigned(statement.integer(0)),  static_cast<Code>(statement.integer(1)),
          std::string(statement.bytes(2)), std::string(statement.bytes(3)),
          std::string(statement.bytes(4)), std::string(statement.bytes(5))};
}

}  // namespace

Sender SenderOf(const Object& claims, ReplicaId replica) {
  Sender sender{{}, replica};
  for (const char* claim : {"iss", "sub"}) {
    const Value* value = claims.Find(claim);
    AppendKey(sender.person, value ? *value : Value());
  }
  return sender;
}

Result<TenantLog> TenantLog::Open(Database& database, std::uint64_t fresh_epoch) {
  if (Status made = database.Run(kTables); !made) return Fail(made.error());
  TenantLog log(database, {});
  if (Status read = log.Reload(); !read) return Fail(read.error());
  if (log.head_.epoch == 0) {
    if (Status set = SetHead(database, "epoch", fresh_epoch); !set) return Fail(set.error());
    log.head_.epoch = fresh_epoch;
  }
  return log;
}

Status TenantLog::Reload() {
  for (auto [name, field] :
       {std::pair{"epoch", &LogHead::epoch}, std::pair{"seq", &LogHead::seq},
        std::pair{"horizon", &LogHead::horizon}, std::pair{"rules_seq", &LogHead::rules_seq}}) {
    const Result<std::uint64_t> value = Head(*database_, name);
    if (!value) return Fail(value.error());
    head_.*field = *value;
  }
  return Done{};
}

Status TenantLog::BeginEpoch(std::uint64_t epoch) {
  if (Status set = SetHead(*database_, "epoch", epoch); !set) return set;
  head_.epoch = epoch;
  return Done{};
}

Status TenantLog::BeginRules(std::uint64_t rules_hash) {
  const Result<std::uint64_t> known = Head(*database_, "rules");
  if (!known) return Fail(known.error());
  if (*known == rules_hash) return Done{};
  if (Status begun = database_->Begin(); !begun) return begun;
  Status done = SetHead(*database_, "rules", rules_hash);
  if (done) done = SetHead(*database_, "rules_seq", head_.seq);
  if (!done) {
    database_->Rollback();
    return done;
  }
  if (Status committed = database_->Commit(); !committed) return committed;
  head_.rules_seq = head_.seq;
  return Done{};
}

Status TenantLog::SetSeq(std::uint64_t seq) {
  head_.seq = seq;
  return SetHead(*database_, "seq", seq);
}

Status TenantLog::AddChange(std::uint64_t seq, const RowKey& key, const RowState* before,
                            bool keep_before, std::uint64_t now_ms) {
  Statement statement =
      database_->Prepare("INSERT OR IGNORE INTO _changes VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  Bytes state;
  statement.Bind(1, Signed(seq)).Bind(2, std::int64_t{key.table.value}).BindBlob(3, key.id.view());
  statement.Bind(4, std::int64_t{before != nullptr}).Bind(6, Signed(now_ms));
  if (before && keep_before) {
    state = EncodeRowState(*before);
    statement.BindBlob(5, state);
  }
  return statement.Run();
}

Status TenantLog::PutTombstone(const RowKey& key, const RowClock& clock, std::uint64_t now_ms) {
  const Bytes encoded = EncodeRowClock(clock);
  Statement statement =
      database_->Prepare("INSERT OR REPLACE INTO _tombstones VALUES (?1, ?2, ?3, ?4)");
  statement.Bind(1, std::int64_t{key.table.value}).BindBlob(2, key.id.view());
  return statement.BindBlob(3, encoded).Bind(4, Signed(now_ms)).Run();
}

Status TenantLog::DropTombstone(const RowKey& key) {
  Statement statement = database_->Prepare("DELETE FROM _tombstones WHERE owner=?1 AND id=?2");
  return statement.Bind(1, std::int64_t{key.table.value}).BindBlob(2, key.id.view()).Run();
}

Result<std::optional<RowClock>> TenantLog::Tombstone(const RowKey& key) {
  Statement statement =
      database_->Prepare("SELECT clock FROM _tombstones WHERE owner=?1 AND id=?2");
  statement.Bind(1, std::int64_t{key.table.value}).BindBlob(2, key.id.view());
  const Result<bool> found = statement.Step();
  if (!found) return Fail(found.error());
  if (!*found) return std::optional<RowClock>();
  Result<RowClock> clock = DecodeRowClock(statement.bytes(0));
  if (!clock) return Fail(clock.error());
  return std::optional<RowClock>(std::move(*clock));
}

Status TenantLog::SetProgress(const Sender& sender, const ReplicaProgress& progress,
                              std::uint64_t now_ms) {
  Statement statement =
      database_->Prepare("INSERT OR REPLACE INTO _replicas VALUES (?1, ?2, ?3, ?4, ?5)");
  BindSender(statement, sender).Bind(3, Signed(progress.number));
  return statement.Bind(4, Signed(progress.time.value)).Bind(5, Signed(now_ms)).Run();
}

Result<ReplicaProgress> TenantLog::Progress(const Sender& sender) {
  Statement statement =
      database_->Prepare("SELECT number, time FROM _replicas WHERE person=?1 AND replica=?2");
  const Result<bool> found = BindSender(statement, sender).Step();
  if (!found) return Fail(found.error());
  if (!*found) return ReplicaProgress{};
  return ReplicaProgress{Unsigned(statement.integer(0)), {Unsigned(statement.integer(1))}};
}

Status TenantLog::AddRefusal(const Sender& sender, const Refusal& refusal) {
  Statement statement = database_->Prepare(
      "INSERT OR REPLACE INTO _refusals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  BindSender(statement, sender).Bind(3, Signed(refusal.number));
  statement.Bind(4, static_cast<std::int64_t>(refusal.code)).BindText(5, refusal.message);
  statement.BindText(6, refusal.table).BindText(7, refusal.row).BindText(8, refusal.rule);
  if (Status added = statement.Run(); !added || refusal.number <= kRefusalsKeptMax) return added;
  Statement drop =
      database_->Prepare("DELETE FROM _refusals WHERE person=?1 AND replica=?2 AND number<=?3");
  return BindSender(drop, sender).Bind(3, Signed(refusal.number - kRefusalsKeptMax)).Run();
}

Result<std::vector<Refusal>> TenantLog::RefusalsAfter(const Sender& sender, std::uint64_t settled) {
  Statement drop =
      database_->Prepare("DELETE FROM _refusals WHERE person=?1 AND replica=?2 AND number<=?3");
  if (Status done = BindSender(drop, sender).Bind(3, Signed(settled)).Run(); !done) {
    return Fail(done.error());
  }
  Statement statement = database_->Prepare(
      "SELECT number, code, message, owner, row, rule FROM _refusals WHERE person=?1 AND "
      "replica=?2 "
      "ORDER BY number");
  BindSender(statement, sender);
  std::vector<Refusal> refusals;
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return refusals;
    refusals.push_back(ReadRefusal(statement));
  }
}

Result<std::optional<Refusal>> TenantLog::RefusalOf(const Sender& sender, std::uint64_t number) {
  Statement statement = database_->Prepare(
      "SELECT number, code, message, owner, row, rule FROM _refusals WHERE person=?1 AND "
      "replica=?2 "
      "AND number=?3");
  BindSender(statement, sender).Bind(3, Signed(number));
  const Result<bool> found = statement.Step();
  if (!found) return Fail(found.error());
  return *found ? std::optional<Refusal>(ReadRefusal(statement)) : std::nullopt;
}

Result<std::vector<ChangedRow>> TenantLog::ChangedSince(std::uint64_t seq) {
  // SQLite takes the bare columns from the row that holds the minimum: each row's first change.
  Statement statement = database_->Prepare(
      "SELECT owner, id, existed, before, MIN(seq) FROM _changes WHERE seq>?1 GROUP BY owner, id");
  statement.Bind(1, Signed(seq));
  std::vector<ChangedRow> changed;
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return changed;
    ChangedRow row;
    row.key = {{static_cast<std::uint32_t>(statement.integer(0))}, RowId::From(statement.bytes(1))};
    row.existed = statement.integer(2) != 0;
    if (statement.type(3) == Statement::Type::kBlob) {
      Result<RowState> state = DecodeRowState(statement.bytes(3));
      if (!state) return Fail(state.error());
      row.before = std::move(*state);
    }
    changed.push_back(std::move(row));
  }
}

Result<bool> TenantLog::ChangedMoreThan(std::uint64_t seq, std::int64_t count) {
  Statement statement =
      database_->Prepare("SELECT COUNT(*) FROM (SELECT 1 FROM _changes WHERE seq>?1 LIMIT ?2)");
  const Result<bool> row = statement.Bind(1, Signed(seq)).Bind(2, count + 1).Step();
  if (!row) return Fail(row.error());
  return statement.integer(0) > count;
}

Result<bool> TenantLog::Sweep(std::uint64_t before_ms, std::uint64_t silent_before_ms,
                              std::int64_t limit) {
  if (Status begun = database_->Begin(); !begun) return Fail(begun.error());
  const Result<Swept> swept = SweepOnce(before_ms, silent_before_ms, limit);
  if (!swept) {
    database_->Rollback();
    return Fail(swept.error());
  }
  if (Status committed = database_->Commit(); !committed) return Fail(committed.error());
  head_.horizon = swept->horizon;
  return swept->more;
}

Result<TenantLog::Swept> TenantLog::SweepOnce(std::uint64_t before_ms,
                                              std::uint64_t silent_before_ms, std::int64_t limit) {
  Swept swept{head_.horizon, false};
  {
    // Seqs and times grow together, so the oldest seqs are the ones to go.
    Statement oldest = database_->Prepare(
        "SELECT MAX(seq), COUNT(*) FROM (SELECT seq, at FROM _changes ORDER BY seq LIMIT ?2) WHERE "
        "at<?1");
    const Result<bool> row = oldest.Bind(1, Signed(before_ms)).Bind(2, limit).Step();
    if (!row) return Fail(row.error());
    if (oldest.integer(1) > 0) swept.horizon = Unsigned(oldest.integer(0));
    swept.more = oldest.integer(1) == limit;
  }
  const auto run = [&](const char* sql, std::uint64_t before, std::int64_t at_most) -> Status {
    Status done = database_->Prepare(sql).Bind(1, Signed(before)).Bind(2, at_most).Run();
    swept.more = swept.more || database_->changes() == at_most;
    return done;
  };
  Status done =
      database_->Prepare("DELETE FROM _changes WHERE seq<=?1").Bind(1, Signed(swept.horizon)).Run();
  if (done) {
    done =
        run("DELETE FROM _tombstones WHERE (owner, id) IN (SELECT owner, id FROM _tombstones WHERE "
            "at<?1 ORDER BY at LIMIT ?2)",
            before_ms, limit);
  }
  // What a replica had not heard goes with it.
  if (done) {
    done = database_
               ->Prepare(
                   "DELETE FROM _refusals WHERE (person, replica) IN (SELECT person, replica FROM "
                   "_replicas WHERE at<?1 ORDER BY at LIMIT ?2)")
               .Bind(1, Signed(silent_before_ms))
               .Bind(2, std::min(limit, kSilentReplicasAtOnce))
               .Run();
  }
  if (done) {
    done = run(
        "DELETE FROM _replicas WHERE (person, replica) IN (SELECT person, replica FROM _replicas "
        "WHERE at<?1 ORDER BY at LIMIT ?2)",
        silent_before_ms, std::min(limit, kSilentReplicasAtOnce));
  }
  if (done) done = SetHead(*database_, "horizon", swept.horizon);
  if (!done) return Fail(done.error());
  return swept;
}

}  // namespace syncline
