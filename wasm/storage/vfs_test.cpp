// SQLite on the storage layer: commits are flushed, crashes lose nothing that was flushed, a full
// disk leaves the data readable.
#include "wasm/storage/vfs.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string>

#include "wasm/storage/fake_host.hpp"

namespace syncline {
namespace {

class Database {
 public:
  Database() {
    REQUIRE(RegisterStorageVfs(false) == SQLITE_OK);
    opened_ = sqlite3_open_v2("data.db", &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              kStorageVfsName);
    if (opened_ == SQLITE_OK) {
      REQUIRE(Run("PRAGMA locking_mode=EXCLUSIVE") == SQLITE_OK);
      REQUIRE(Run("PRAGMA journal_mode=WAL") == SQLITE_OK);
      REQUIRE(Run("PRAGMA synchronous=FULL") == SQLITE_OK);
    }
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;

  int opened() const { return opened_; }
  int Run(const std::string& sql) {
    return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  std::string Text(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    std::string text;
    if (sqlite3_step(statement) == SQLITE_ROW) {
      const unsigned char* column = sqlite3_column_text(statement, 0);
      if (column != nullptr) text = reinterpret_cast<const char*>(column);
    }
    sqlite3_finalize(statement);
    return text;
  }

 private:
  sqlite3* db_ = nullptr;
  int opened_ = SQLITE_OK;
};

void FillAndCrash(int rows) {
  Database database;
  REQUIRE(database.Run("CREATE TABLE t(id INTEGER PRIMARY KEY, body)") == SQLITE_OK);
  for (int row = 0; row < rows; ++row) {
    REQUIRE(database.Run("INSERT INTO t(body) VALUES(hex(randomblob(200)))") == SQLITE_OK);
  }
  TheFakeHost().Crash();
}

TEST_CASE("what is committed survives a loss of power") {
  TheFakeHost() = FakeHost{};
  FillAndCrash(500);
  TheFakeHost().broken = false;
  Database again;
  CHECK(again.Text("SELECT count(*) FROM t") == "500");
  CHECK(again.Text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("WAL is used, and a commit of many pages is few writes and one flush") {
  TheFakeHost() = FakeHost{};
  Database database;
  CHECK(database.Text("PRAGMA journal_mode") == "wal");
  REQUIRE(database.Run("CREATE TABLE t(id INTEGER PRIMARY KEY, body)") == SQLITE_OK);
  TheFakeHost().writes = TheFakeHost().flushes = 0;
  REQUIRE(database.Run("INSERT INTO t(body) WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 "
                       "FROM c WHERE i<200) SELECT hex(randomblob(100)) FROM c") == SQLITE_OK);
  CHECK(TheFakeHost().flushes == 1);
  CHECK(TheFakeHost().writes <= 2);
}

TEST_CASE("a full disk refuses the write, and what was there stays readable") {
  TheFakeHost() = FakeHost{};
  {
    Database database;
    REQUIRE(database.Run("CREATE TABLE t(id INTEGER PRIMARY KEY, body)") == SQLITE_OK);
    REQUIRE(database.Run("INSERT INTO t(body) VALUES('kept')") == SQLITE_OK);
    std::size_t used = 0;
    for (const auto& [name, file] : TheFakeHost().files) used += file.bytes.size();
    TheFakeHost().bytes_max = used + 10'000;
    int result = SQLITE_OK;
    int rows = 1;
    for (; rows < 100 && result == SQLITE_OK; ++rows) {
      result = database.Run("INSERT INTO t(body) VALUES(hex(randomblob(3000)))");
    }
    CHECK(result == SQLITE_FULL);
    CHECK(database.Text("SELECT body FROM t WHERE id = 1") == "kept");
    CHECK(database.Text("SELECT count(*) FROM t") == std::to_string(rows - 1));
    // Room again: the same connection goes on.
    TheFakeHost().bytes_max = static_cast<std::size_t>(-1);
    CHECK(database.Run("INSERT INTO t(body) VALUES('later')") == SQLITE_OK);
  }
  Database again;
  CHECK(again.Text("PRAGMA integrity_check") == "ok");
  CHECK(again.Text("SELECT body FROM t ORDER BY id DESC LIMIT 1") == "later");
}

TEST_CASE(
    "a transaction larger than the cache and the buffer can be rolled back when the disk fills") {
  TheFakeHost() = FakeHost{};
  Database database;
  REQUIRE(database.Run("PRAGMA cache_size=10") == SQLITE_OK);
  REQUIRE(database.Run("CREATE TABLE t(id INTEGER PRIMARY KEY, body)") == SQLITE_OK);
  REQUIRE(database.Run("INSERT INTO t(body) VALUES('kept')") == SQLITE_OK);
  TheFakeHost().bytes_max = 700'000;
  REQUIRE(database.Run("BEGIN") == SQLITE_OK);
  int result = SQLITE_OK;
  for (int row = 0; row < 1000 && result == SQLITE_OK; ++row) {
    result = database.Run("INSERT INTO t(body) VALUES(hex(randomblob(1500)))");
  }
  CHECK(result == SQLITE_FULL);
  database.Run("ROLLBACK");
  CHECK(database.Text("SELECT count(*) FROM t") == "1");
  CHECK(database.Text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a second connection to an open file is told that it is busy") {
  TheFakeHost() = FakeHost{};
  Database first;
  REQUIRE(first.Run("CREATE TABLE t(id)") == SQLITE_OK);
  Database second;
  CHECK(second.opened() == SQLITE_BUSY);
}

TEST_CASE("dates come from the host's clock") {
  TheFakeHost() = FakeHost{};
  Database database;
  CHECK(database.Text("SELECT strftime('%s','now')") == "1700000000");
}

}  // namespace
}  // namespace syncline
