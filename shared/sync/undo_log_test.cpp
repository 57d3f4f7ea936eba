// The bounds of what can be undone.
#include "shared/sync/undo_log.hpp"

#include <doctest/doctest.h>

#include "shared/value/id.hpp"

namespace syncline {
namespace {

struct Log {
  std::unique_ptr<Database> database;
  UndoLog log;

  explicit Log(UndoLog::Limits limits)
      : database(std::move(*Database::Open({":memory:", "", Durability::kNone, 1024, false}))),
        log(*database, limits) {
    REQUIRE(log.CreateTables());
    // As at each opening of a file.
    REQUIRE(log.CreateTables());
  }
  void Push(const std::string& scope, const std::string& path, std::size_t bytes = 1,
            std::uint64_t number = 1, UndoStack stack = UndoStack::kUndo) {
    const RowKey key{NumberOfTable("notes"), MakeRowId(1, 2, 3)};
    UndoEntry entry;
    entry.tenant = TenantId{"t"};
    entry.number = number;
    entry.path = path;
    entry.steps.push_back({{key, 2, false, 0, {}}, {}});
    entry.args = std::string(bytes, 'x');
    const Status pushed = log.Push(scope, stack, entry);
    REQUIRE_MESSAGE(pushed, (pushed ? "" : pushed.error().message));
  }
  std::string Paths(const std::string& scope, UndoStack stack = UndoStack::kUndo) {
    const auto entries = log.List(scope, stack);
    REQUIRE(entries);
    std::string paths;
    for (const UndoEntry& entry : *entries) paths += entry.path;
    return paths;
  }
};

TEST_CASE("a scope keeps its newest entries, both stacks together") {
  Log log({3, 10, 1 << 20});
  for (const char* path : {"a", "b", "c"}) log.Push("s", path);
  log.Push("s", "d", 1, 1, UndoStack::kRedo);
  CHECK(log.Paths("s") == "cb");
  CHECK(log.Paths("s", UndoStack::kRedo) == "d");
  log.Push("other", "e");
  CHECK(log.Paths("s") == "cb");
}

TEST_CASE("of too many scopes the one with the oldest entry goes") {
  Log log({10, 2, 1 << 20});
  log.Push("one", "a");
  log.Push("two", "b");
  log.Push("one", "c");
  log.Push("three", "d");
  CHECK(log.Paths("one").empty());
  CHECK(log.Paths("two") == "b");
  CHECK(log.Paths("three") == "d");
}

TEST_CASE("of too many bytes the oldest go, and what is too large empties its stack alone") {
  Log log({100, 10, 4000});
  log.Push("s", "a", 1500);
  log.Push("t", "b", 1500);
  log.Push("s", "c", 1500);
  CHECK(log.Paths("s") == "c");
  log.Push("t", "d", 1);
  log.Push("s", "e", 2001);
  CHECK(log.Paths("s").empty());
  CHECK(log.Paths("t") == "d");
  // What went is no longer counted.
  log.Push("s", "f", 1500);
  log.Push("s", "g", 1500);
  CHECK(log.Paths("s") == "gf");
}

TEST_CASE("an entry goes with the change set that made it, and with its tenant") {
  Log log({});
  log.Push("s", "a", 1, 1);
  log.Push("s", "b", 1, 2);
  REQUIRE(log.log.DropMadeBy({"t"}, 1));
  CHECK(log.Paths("s") == "b");
  REQUIRE(log.log.DropMadeBy({"u"}, 2));
  CHECK(log.Paths("s") == "b");
  REQUIRE(log.log.DropTenant({"t"}));
  CHECK(log.Paths("s").empty());
  CHECK_FALSE(*log.log.Top("s", UndoStack::kUndo));
}

}  // namespace
}  // namespace syncline
