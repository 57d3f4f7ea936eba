#include "shared/store/database.hpp"
#include "shared/base/planted.hpp"

#include <sqlite3.h>

namespace syncline {
namespace {

Code CodeOf(int result) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::kCorrupt;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN: return Code::kUnavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Code::kConflict;
    default: return Code::kInvalid;
  }
}

Failure FailOf(sqlite3* handle, int result) {
  std::string message;
  switch (CodeOf(result)) {
    case Code::kCorrupt: message = "The database file is damaged: "; break;
    case Code::kConflict: message = "The database is in use by another owner: "; break;
    case Code::kUnavailable:
      message = (result & 0xFF) == SQLITE_FULL ? "The disk is full: " : "The storage failed: ";
      break;
    default: message = "SQLite: "; break;
  }
  return Fail(CodeOf(result), message + (handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result)));
}

}  // namespace

Statement::~Statement() {
  if (!statement_) return;
  if (in_use_) {
    Reset();
    *in_use_ = false;
  } else {
    sqlite3_finalize(statement_);
  }
}

void Statement::Reset() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::Bind(int parameter, std::int64_t value) {
  CHECK(!statement_ || sqlite3_bind_int64(statement_, parameter, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::Bind(int parameter, double value) {
  CHECK(!statement_ || sqlite3_bind_double(statement_, parameter, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::BindBlob(int parameter, ByteView bytes) {
  // A null pointer would bind NULL instead of an empty blob.
  CHECK(!statement_ ||
        sqlite3_bind_blob(statement_, parameter, bytes.empty() ? "" : bytes.data(),
                          static_cast<int>(bytes.size()), SQLITE_STATIC) == SQLITE_OK);
  return *this;
}
Statement& Statement::BindText(int parameter, std::string_view text) {
  CHECK(!statement_ ||
        sqlite3_bind_text(statement_, parameter, text.empty() ? "" : text.data(),
                          static_cast<int>(text.size()), SQLITE_STATIC) == SQLITE_OK);
  return *this;
}
Statement& Statement::BindNull(int parameter) {
  CHECK(!statement_ || sqlite3_bind_null(statement_, parameter) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::Step() {
  if (broken_) return Fail(*broken_);
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return FailOf(sqlite3_db_handle(statement_), result);
}

Status Statement::Run() {
  const Result<bool> row = Step();
  if (!row) return Fail(row.error());
  CHECK(!*row);
  return Done{};
}

namespace {

ColumnType TypeOf(int type) {
  switch (type) {
    case SQLITE_INTEGER: return ColumnType::kInteger;
    case SQLITE_FLOAT: return ColumnType::kReal;
    case SQLITE_TEXT: return ColumnType::kText;
    case SQLITE_BLOB: return ColumnType::kBlob;
    default: return ColumnType::kNull;
  }
}

}  // namespace

// Without mutexes a column's value may be read in place (SQLite's "protected" values).
Cell Statement::cell(int column) const { return Cell(sqlite3_column_value(statement_, column)); }
ColumnType Cell::type() const { return TypeOf(sqlite3_value_type(value_)); }
std::int64_t Cell::integer() const { return sqlite3_value_int64(value_); }
double Cell::real() const { return sqlite3_value_double(value_); }
ByteView Cell::bytes() const {
  const auto* data = static_cast<const char*>(sqlite3_value_blob(value_));
  return {data ? data : "", static_cast<std::size_t>(sqlite3_value_bytes(value_))};
}

Statement::Type Statement::type(int column) const {
  return TypeOf(sqlite3_column_type(statement_, column));
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }
ByteView Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Database>> Database::Open(const Options& options) {
  sqlite3* handle = nullptr;
  const int flags =
      options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(options.path.c_str(), &handle, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
  std::unique_ptr<Database> database(new Database(handle));
  if (result != SQLITE_OK) return FailOf(handle, result);
  // Plans do not depend on the values bound. Otherwise SQLite would prepare every range scan anew each
  // time it is bound, which costs several times the scan.
  CHECK(sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr) == SQLITE_OK);
  if (Status configured = database->Configure(options); !configured) {
    return Fail(configured.error());
  }
  return database;
}

Status Database::Configure(const Options& options) {
  const char* synchronous = options.durability == Durability::kFull      ? "FULL"
                            : options.durability == Durability::kRelaxed ? "NORMAL"
                                                                         : "OFF";
  // Exclusive before WAL: then the log needs no shared memory, which a browser does not have.
  std::string sql = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;";
  if (!options.read_only) {
    sql += options.durability == Durability::kNone ? "PRAGMA journal_mode=MEMORY;"
                                                   : "PRAGMA journal_mode=WAL;";
  }
  sql += std::string("PRAGMA synchronous=") + synchronous + ";";
  sql += "PRAGMA cache_size=-" + std::to_string(options.cache_kib) + ";";
  sql += "PRAGMA journal_size_limit=8388608; PRAGMA trusted_schema=OFF;";
  return Run(sql);
}

Database::~Database() {
  for (auto& [sql, of_sql] : cached_by_sql_) {
    for (Cached& cached : of_sql.statements) {
      CHECK(!*cached.in_use);
      sqlite3_finalize(cached.statement);
    }
  }
  CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

Statement Database::Prepare(std::string_view sql) {
  auto found = cached_by_sql_.find(sql);
  if (found == cached_by_sql_.end()) {
    auto owned = std::make_unique<std::string>(sql);
    const std::string_view key = *owned;
    found = cached_by_sql_.emplace(key, CachedSql{std::move(owned), {}}).first;
  }
  std::vector<Cached>& statements = found->second.statements;
  for (Cached& cached : statements) {
    if (*cached.in_use) continue;
    *cached.in_use = true;
    return Statement(cached.statement, cached.in_use.get());
  }
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) {
    // Preparing reads the schema: SQL of ours that does not fit the file is damage to the file.
    Error error = FailOf(handle_, result).error;
    if (error.code == Code::kInvalid) error.code = Code::kCorrupt;
    return Statement(std::move(error));
  }
  statements.push_back({statement, std::make_unique<bool>(true)});
  return Statement(statement, statements.back().in_use.get());
}

Status Database::Run(const std::string& sql) {
  const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return FailOf(handle_, result);
  return Done{};
}

Status Database::Begin() {
  CHECK(!in_transaction());
  return Prepare("BEGIN IMMEDIATE").Run();
}

Status Database::Commit() {
  Status committed = Prepare("COMMIT").Run();
  if (!committed) Rollback();
  return committed;
}

void Database::Rollback() {
  // A full disk or damage may already have rolled back.
  if (in_transaction()) static_cast<void>(Prepare("ROLLBACK").Run());
}

Status Database::BeginPart() { return Prepare("SAVEPOINT part").Run(); }

Status Database::EndPart(bool undo) {
  if (undo && !PLANTED("rollback-does-nothing")) {
    if (Status undone = Prepare("ROLLBACK TO part").Run(); !undone) return undone;
  }
  return Prepare("RELEASE part").Run();
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Status Database::Checkpoint() { return Run("PRAGMA wal_checkpoint(TRUNCATE)"); }

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

}  // namespace syncline
