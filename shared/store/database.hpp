// Database: one open SQLite file, with cached statements and transactions. The one door to SQLite;
// everything above speaks of tables, rows and keys.
//
// One connection, one thread. Errors of SQLite become Codes: full disk and busy kUnavailable,
// damage kCorrupt; an error in our own SQL is a CHECK.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

namespace syncline {

enum class Durability {
  kFull,     // a commit that returns is on the disk
  kRelaxed,  // a commit that returns survives the process, perhaps not a power cut
  kNone,     // in memory
};

enum class ColumnType { kNull, kInteger, kReal, kText, kBlob };

// A column of the row that a statement has stepped to: cheaper to ask often than the statement.
class Cell {
 public:
  explicit Cell(sqlite3_value* value) : value_(value) {}
  ColumnType type() const;
  std::int64_t integer() const;
  double real() const;
  // Valid until the statement's next Step.
  ByteView bytes() const;

 private:
  sqlite3_value* value_;
};

// A prepared statement in use; it resets itself when it goes. Columns count from 0, parameters from 1.
class Statement {
 public:
  // `in_use` is the cache's mark to clear at the end; null: the statement is ours to finalize.
  Statement(sqlite3_stmt* statement, bool* in_use) : statement_(statement), in_use_(in_use) {}
  // A statement that could not be prepared because the file is damaged or away: every Step says so.
  explicit Statement(Error error) : broken_(std::make_unique<Error>(std::move(error))) {}
  Statement(Statement&& other) noexcept
      : statement_(other.statement_), in_use_(other.in_use_), broken_(std::move(other.broken_)) {
    other.statement_ = nullptr;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Text and blobs are borrowed: they must stay until the statement is done.
  Statement& Bind(int parameter, std::int64_t value);
  Statement& Bind(int parameter, double value);
  Statement& BindBlob(int parameter, ByteView bytes);
  Statement& BindText(int parameter, std::string_view text);
  Statement& BindNull(int parameter);

  // True if there is a row.
  Result<bool> Step();
  // Runs a statement that gives no rows.
  Status Run();

  using Type = ColumnType;
  Cell cell(int column) const;
  Type type(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  // Valid until the next Step.
  ByteView bytes(int column) const;
  // Makes it ready to bind and run again.
  void Reset();

 private:
  sqlite3_stmt* statement_ = nullptr;
  bool* in_use_ = nullptr;
  std::unique_ptr<Error> broken_;
};

class Database {
 public:
  struct Options {
    std::string path;  // ":memory:" for none
    std::string vfs;   // empty: SQLite's default
    Durability durability = Durability::kFull;
    int cache_kib = 8 << 10;
    bool read_only = false;
  };
  static Result<std::unique_ptr<Database>> Open(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A cached statement for `sql`. Several may be in use for the same text.
  Statement Prepare(std::string_view sql);
  // Runs one or more statements that give no rows, uncached.
  Status Run(const std::string& sql);

  Status Begin();
  // On an error the transaction is rolled back.
  Status Commit();
  void Rollback();
  // A part of the transaction that can be undone by itself; parts nest.
  Status BeginPart();
  // REQUIRES: a part is open.
  Status EndPart(bool undo);
  bool in_transaction() const;
  // Copies the write-ahead log into the database file.
  Status Checkpoint();

  // For this folder's own files.
  sqlite3* handle() { return handle_; }
  // Rows changed by the last statement.
  std::int64_t changes() const;

 private:
  struct Cached {
    sqlite3_stmt* statement;
    std::unique_ptr<bool> in_use;
  };
  struct CachedSql {
    std::unique_ptr<std::string> sql;  // what the key of the map views
    std::vector<Cached> statements;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Status Configure(const Options& options);

  sqlite3* handle_;
  std::unordered_map<std::string_view, CachedSql> cached_by_sql_;
};

}  // namespace syncline
