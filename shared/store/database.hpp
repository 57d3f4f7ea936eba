// Database: one open SQLite file, with cached statements and transactions. The one door to SQLite;
// everything above speaks of tables, rows and keys.
//
// One connection, one thread. Errors of SQLite become Codes: full disk and busy kUnavailable,
// damage kCorrupt; an error in our own SQL is a CHECK.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"
#include "shared/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace syncline {

enum class Durability {
  kFull,     // a commit that returns is on the disk
  kRelaxed,  // a commit that returns survives the process, perhaps not a power cut
  kNone,     // in memory
};

// A prepared statement in use; it resets itself when it goes. Columns count from 0, parameters from 1.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(Statement&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
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

  enum class Type { kNull, kInteger, kReal, kText, kBlob };
  Type type(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  // Valid until the next Step.
  ByteView bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
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
  // SQL that may be the caller's error (a developer's own query): never cached, errors are results.
  Result<Statement> PrepareUntrusted(std::string_view sql);
  Status Run(std::string_view sql);

  Status Begin();
  // On an error the transaction is rolled back.
  Status Commit();
  void Rollback();
  bool in_transaction() const;
  // Copies the write-ahead log into the database file.
  Status Checkpoint();

  sqlite3* handle() { return handle_; }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  struct CachedStatements;
  sqlite3* handle_;
  std::unique_ptr<CachedStatements> cached_;
};

}  // namespace syncline
