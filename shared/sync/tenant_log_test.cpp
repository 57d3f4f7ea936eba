// What a tenant's log forgets, and in which steps.
#include "shared/sync/tenant_log.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "shared/value/id.hpp"

namespace syncline {
namespace {

constexpr std::uint64_t kOld = 1000, kYoung = 5000;

struct Log {
  std::unique_ptr<Database> database =
      std::move(*Database::Open({":memory:", "", Durability::kNone, 1024, false}));
  TenantLog log = std::move(*TenantLog::Open(*database, 7));

  static RowKey Key(std::uint64_t n) { return {NumberOfTable("notes"), MakeRowId(1, 0, n)}; }
  void Transact(const std::function<void()>& step) {
    REQUIRE(database->Begin());
    step();
    REQUIRE(database->Commit());
  }
  std::int64_t Count(const char* table) {
    Statement count = database->Prepare(std::string("SELECT COUNT(*) FROM ") + table);
    REQUIRE(*count.Step());
    return count.integer(0);
  }
};

TEST_CASE("a sweep takes bounded steps, says that there is more, and leaves what is young") {
  Log log;
  log.Transact([&] {
    for (std::uint64_t n = 1; n <= 25; ++n) {
      const std::uint64_t at = n <= 20 ? kOld : kYoung;
      REQUIRE(log.log.SetSeq(n));
      REQUIRE(log.log.AddChange(n, log.Key(n), nullptr, false, at));
      REQUIRE(log.log.PutTombstone(log.Key(n), {}, at));
      const Sender sender{{}, {n}};
      REQUIRE(log.log.SetProgress(sender, {n, {}}, at));
      REQUIRE(log.log.AddRefusal(sender, {n, Code::kDenied, "no", {}, {}, {}}));
    }
  });
  constexpr std::int64_t kLimit = 7;
  for (std::int64_t left : {25 - 7, 25 - 14}) {
    const auto more = log.log.Sweep(kYoung, kYoung, kLimit);
    REQUIRE(more);
    CHECK(*more);
    for (const char* table : {"_changes", "_tombstones", "_replicas", "_refusals"}) {
      CHECK_MESSAGE(log.Count(table) == left, table);
    }
  }
  CHECK_FALSE(*log.log.Sweep(kYoung, kYoung, kLimit));
  for (const char* table : {"_changes", "_tombstones", "_replicas", "_refusals"}) {
    CHECK_MESSAGE(log.Count(table) == 5, table);
  }
  CHECK(log.log.head().horizon == 20);
  CHECK_FALSE(*log.log.Sweep(kYoung, kYoung, kLimit));
  CHECK(log.log.head().horizon == 20);
}

TEST_CASE("a change set is forgotten whole, however many rows it has") {
  Log log;
  log.Transact([&] {
    REQUIRE(log.log.SetSeq(1));
    for (std::uint64_t n = 1; n <= 30; ++n) {
      REQUIRE(log.log.AddChange(1, log.Key(n), nullptr, false, kOld));
    }
  });
  REQUIRE(log.log.Sweep(kYoung, kOld, 10));
  CHECK(log.Count("_changes") == 0);
  CHECK(log.log.head().horizon == 1);
}

}  // namespace
}  // namespace syncline
