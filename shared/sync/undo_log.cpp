#include "shared/sync/undo_log.hpp"

namespace syncline {
namespace {

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// How many of the oldest entries go at a time where bytes are to be freed.
constexpr std::int64_t kOldestAtOnce = 16;

constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS _undo (ordinal INTEGER PRIMARY KEY, scope TEXT, redo INTEGER, "
    "tenant TEXT, number INTEGER, path TEXT, args TEXT, at INTEGER, steps BLOB, size INTEGER);"
    "CREATE INDEX IF NOT EXISTS _undo_scope ON _undo (scope, redo, ordinal);"
    "CREATE INDEX IF NOT EXISTS _undo_made_by ON _undo (tenant, number);"
    // The sum of all sizes, kept by triggers: adding it up would take a walk over all entries.
    "CREATE TABLE IF NOT EXISTS _undo_size (bytes INTEGER);"
    "INSERT INTO _undo_size SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM _undo_size);"
    "CREATE TRIGGER IF NOT EXISTS _undo_grows AFTER INSERT ON _undo BEGIN "
    "UPDATE _undo_size SET bytes = bytes + new.size; END;"
    "CREATE TRIGGER IF NOT EXISTS _undo_changes AFTER UPDATE OF size ON _undo BEGIN "
    "UPDATE _undo_size SET bytes = bytes + new.size - old.size; END;"
    "CREATE TRIGGER IF NOT EXISTS _undo_shrinks AFTER DELETE ON _undo BEGIN "
    "UPDATE _undo_size SET bytes = bytes - old.size; END;";

// Steps from scope to scope, so it costs one look a scope, not one an entry.
constexpr char kCountScopes[] =
    "WITH RECURSIVE scopes(scope) AS (SELECT MIN(scope) FROM _undo UNION ALL SELECT (SELECT "
    "MIN(scope) FROM _undo WHERE scope > scopes.scope) FROM scopes WHERE scopes.scope IS NOT NULL) "
    "SELECT COUNT(scope) FROM scopes";

Statement& BindStack(Statement& statement, const std::string& scope, UndoStack stack) {
  return statement.BindText(1, scope).Bind(2, std::int64_t{stack == UndoStack::kRedo});
}

// From the columns ordinal, tenant, number, path, args, at.
UndoEntry ReadEntry(const Statement& statement) {
  UndoEntry entry;
  entry.ordinal = statement.integer(0);
  if (statement.type(1) != Statement::Type::kNull) {
    entry.tenant = TenantId{std::string(statement.bytes(1))};
  }
  entry.number = Unsigned(statement.integer(2));
  entry.path = statement.bytes(3);
  entry.args = statement.bytes(4);
  entry.at_ms = Unsigned(statement.integer(5));
  return entry;
}

}  // namespace

Status UndoLog::CreateTables() { return database_.Run(kTables); }

Result<std::int64_t> UndoLog::Number(const char* sql, const std::string* scope) {
  Statement statement = database_.Prepare(sql);
  if (scope) statement.BindText(1, *scope);
  const Result<bool> row = statement.Step();
  if (!row) return Fail(row.error());
  return *row ? statement.integer(0) : 0;
}

Status UndoLog::MakeRoom(const std::string& scope, std::int64_t size) {
  const Result<std::int64_t> entries = Number("SELECT COUNT(*) FROM _undo WHERE scope=?1", &scope);
  if (!entries) return Fail(entries.error());
  if (*entries >= limits_.entries) {
    Statement drop = database_.Prepare(
        "DELETE FROM _undo WHERE ordinal IN (SELECT ordinal FROM _undo WHERE scope=?1 ORDER BY "
        "ordinal LIMIT ?2)");
    drop.BindText(1, scope).Bind(2, *entries - limits_.entries + 1);
    if (Status done = drop.Run(); !done) return done;
  }
  if (*entries == 0) {
    const Result<std::int64_t> scopes = Number(kCountScopes);
    if (!scopes) return Fail(scopes.error());
    if (*scopes >= limits_.scopes) {
      Statement drop = database_.Prepare(
          "DELETE FROM _undo WHERE scope=(SELECT scope FROM _undo ORDER BY ordinal LIMIT 1)");
      if (Status done = drop.Run(); !done) return done;
    }
  }
  for (;;) {
    const Result<std::int64_t> bytes = Number("SELECT bytes FROM _undo_size");
    if (!bytes) return Fail(bytes.error());
    if (*bytes + size <= limits_.bytes) return Done{};
    Statement drop = database_.Prepare(
        "DELETE FROM _undo WHERE ordinal IN (SELECT ordinal FROM _undo ORDER BY ordinal LIMIT ?1)");
    if (Status done = drop.Bind(1, kOldestAtOnce).Run(); !done) return done;
    if (database_.changes() == 0) return Done{};
  }
}

Status UndoLog::Push(const std::string& scope, UndoStack stack, const UndoEntry& entry) {
  const Bytes steps = EncodeSteps(entry.steps);
  const std::int64_t size =
      Signed(scope.size() + entry.path.size() + entry.args.size() + steps.size());
  if (size > limits_.bytes / 2) return DropStack(scope, stack);
  if (Status made = MakeRoom(scope, size); !made) return made;
  Statement statement = database_.Prepare(
      "INSERT INTO _undo (scope, redo, tenant, number, path, args, at, steps, size) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  BindStack(statement, scope, stack).Bind(4, Signed(entry.number));
  if (entry.tenant) statement.BindText(3, entry.tenant->text);
  statement.BindText(5, entry.path).BindText(6, entry.args).Bind(7, Signed(entry.at_ms));
  return statement.BindBlob(8, steps).Bind(9, size).Run();
}

Result<std::optional<UndoEntry>> UndoLog::Top(const std::string& scope, UndoStack stack) {
  // Each turn that does not return takes an entry off the stack.
  for (;;) {
    UndoEntry entry;
    {
      Statement statement = database_.Prepare(
          "SELECT ordinal, tenant, number, path, args, at, steps FROM _undo WHERE scope=?1 AND "
          "redo=?2 ORDER BY ordinal DESC LIMIT 1");
      const Result<bool> found = BindStack(statement, scope, stack).Step();
      if (!found) return Fail(found.error());
      if (!*found) return std::optional<UndoEntry>();
      entry = ReadEntry(statement);
      Result<std::vector<UndoStep>> steps = DecodeSteps(statement.bytes(6));
      if (steps) {
        entry.steps = std::move(*steps);
        return std::optional<UndoEntry>(std::move(entry));
      }
    }
    if (Status dropped = Drop(entry.ordinal); !dropped) return Fail(dropped.error());
  }
}

Result<std::vector<UndoEntry>> UndoLog::List(const std::string& scope, UndoStack stack) {
  Statement statement = database_.Prepare(
      "SELECT ordinal, tenant, number, path, args, at FROM _undo WHERE scope=?1 AND redo=?2 ORDER "
      "BY ordinal DESC");
  BindStack(statement, scope, stack);
  std::vector<UndoEntry> entries;
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return entries;
    entries.push_back(ReadEntry(statement));
  }
}

Status UndoLog::Revise(const TenantId& tenant,
                       const std::function<bool(std::vector<UndoStep>&)>& revise) {
  // One by one, so that no more than one entry's steps are held, and along the ordinals (the plus keeps SQLite
  // from the index of tenants, which would have it sort at each).
  for (std::int64_t ordinal = 0;;) {
    std::int64_t old_bytes = 0;
    Result<std::vector<UndoStep>> steps = std::vector<UndoStep>();
    {
      Statement statement = database_.Prepare(
          "SELECT ordinal, steps FROM _undo WHERE ordinal>?2 AND +tenant=?1 ORDER BY ordinal LIMIT "
          "1");
      const Result<bool> found = statement.BindText(1, tenant.text).Bind(2, ordinal).Step();
      if (!found) return Fail(found.error());
      if (!*found) return Done{};
      ordinal = statement.integer(0);
      old_bytes = Signed(statement.bytes(1).size());
      steps = DecodeSteps(statement.bytes(1));
    }
    // What does not decode is dropped when its turn comes.
    if (!steps || !revise(*steps)) continue;
    const Bytes bytes = EncodeSteps(*steps);
    Statement update =
        database_.Prepare("UPDATE _undo SET steps=?2, size=size+?3 WHERE ordinal=?1");
    update.Bind(1, ordinal).BindBlob(2, bytes).Bind(3, Signed(bytes.size()) - old_bytes);
    if (Status done = update.Run(); !done) return done;
  }
}

Status UndoLog::Drop(std::int64_t ordinal) {
  return database_.Prepare("DELETE FROM _undo WHERE ordinal=?1").Bind(1, ordinal).Run();
}

Status UndoLog::DropStack(const std::string& scope, UndoStack stack) {
  Statement statement = database_.Prepare("DELETE FROM _undo WHERE scope=?1 AND redo=?2");
  return BindStack(statement, scope, stack).Run();
}

Status UndoLog::DropMadeBy(const TenantId& tenant, std::uint64_t number) {
  Statement statement = database_.Prepare("DELETE FROM _undo WHERE tenant=?1 AND number=?2");
  return statement.BindText(1, tenant.text).Bind(2, Signed(number)).Run();
}

Status UndoLog::DropTenant(const TenantId& tenant) {
  return database_.Prepare("DELETE FROM _undo WHERE tenant=?1").BindText(1, tenant.text).Run();
}

}  // namespace syncline
