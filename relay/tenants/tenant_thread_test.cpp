#include "relay/tenants/tenant_thread.hpp"

#include <deque>
#include <optional>

#include "relay/testing/application.hpp"
#include "relay/testing/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {
namespace {

using namespace testing;

// A tenant thread whose turns, clock, sessions and disk are the test's.
struct Bench {
  TemporaryFolder folder;
  std::shared_ptr<const Application> application =
      std::make_shared<const Application>(MakeApplication());
  TenantStorage storage = MakeFileStorage(folder.path());
  std::unique_ptr<Directory> directory;
  Metrics metrics;
  Log log{LogLevel::kError, -1};
  std::uint64_t now_ms = 1'800'000'000'000;
  // Pages that a tenant's file may have; 0: as many as it likes.
  int pages_max = 0;
  int opens_failing = 0;
  Code open_error = Code::kUnavailable;
  std::deque<std::function<void()>> turns;
  std::vector<std::pair<SessionId, Message>> delivered;
  std::map<SessionId, RelayFrames> frames;
  std::vector<Bytes> added;
  std::vector<SessionId> cut;
  std::unique_ptr<TenantThread> tenants;

  explicit Bench(TenantThread::Limits limits = {}) {
    Database::Options options;
    options.path = folder.path() + "/directory.sqlite";
    directory = std::move(*Directory::Open(std::move(*Database::Open(options)), storage));
    storage.open = [this, open = storage.open](const TenantId& tenant) {
      if (opens_failing > 0) {
        --opens_failing;
        return Result<std::unique_ptr<Database>>(Fail(open_error, "no room"));
      }
      auto database = open(tenant);
      REQUIRE(database.has_value());
      if (pages_max > 0) {
        const std::string pages = std::to_string(pages_max);
        REQUIRE((*database)->Run("PRAGMA max_page_count=" + pages).has_value());
      }
      return database;
    };
    TenantOutlets outlets;
    outlets.later = [this](std::function<void()> work) { turns.push_back(std::move(work)); };
    outlets.deliver = [this](const TenantId&, std::vector<Delivery> deliveries) {
      for (const Delivery& delivery : deliveries) {
        ByteView in = *delivery.frame;
        auto message = frames[delivery.session].Take(in);
        REQUIRE(message.has_value());
        delivered.emplace_back(delivery.session, std::move(*message));
      }
    };
    outlets.members_added = [this](const TenantId&, std::vector<Bytes> members) {
      added.insert(added.end(), members.begin(), members.end());
    };
    outlets.cut = [this](std::vector<SessionId> sessions) {
      cut.insert(cut.end(), sessions.begin(), sessions.end());
    };
    outlets.now_ms = [this] { return now_ms; };
    tenants = std::make_unique<TenantThread>(storage, *directory, metrics, log, limits,
                                             std::move(outlets));
    tenants->UseApplication(application);
  }

  void RunTurns() {
    for (; !turns.empty(); turns.pop_front()) turns.front()();
  }
  static Peer PeerOf(const std::string& email, std::uint64_t session = 1) {
    Peer peer{{session}, {session}, {}, 0};
    peer.claims.Set("email", email);
    return peer;
  }
  void Push(const RowKey& group, ChangeSet change_set, const Peer& peer) {
    tenants->Submit(peer, TenantOf(group), {std::move(change_set)});
  }
  RowKey FoundGroup(const Peer& peer) {
    const RowKey group = NewRow("groups");
    Push(group, Found(group, *peer.claims.Find("email")->As<std::string>()), peer);
    RunTurns();
    return group;
  }
  template <class T>
  std::vector<T> Delivered() const {
    std::vector<T> out;
    for (const auto& [session, message] : delivered) {
      if (const T* wanted = std::get_if<T>(&message)) out.push_back(*wanted);
    }
    return out;
  }
};

}  // namespace

TEST_CASE("tenants: what is submitted in one turn is one commit") {
  Bench bench;
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey group = bench.FoundGroup(ada);
  CHECK_EQ(bench.metrics.commits, 1);
  for (std::uint64_t number = 2; number < 10; ++number) {
    bench.Push(group, MakeChangeSet(number, {InsertNote(group, "note")}), ada);
  }
  CHECK_EQ(bench.turns.size(), 1);
  bench.RunTurns();
  CHECK_EQ(bench.metrics.commits, 2);
  CHECK_EQ(bench.metrics.accepted, 9);
}

TEST_CASE("tenants: the directory learns of members, and members of their tenant") {
  Bench bench;
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey group = bench.FoundGroup(ada);
  REQUIRE_EQ(bench.added.size(), 1);
  CHECK_EQ(*bench.directory->TenantsOf(bench.added[0]), std::vector<TenantId>{TenantOf(group)});
  CHECK_EQ(bench.directory->DirtyTenants()->size(), 1);
  bench.tenants->CloseAll();
  CHECK(bench.directory->DirtyTenants()->empty());
  CHECK_EQ(bench.directory->TenantsOf(bench.added[0])->size(), 1);
}

TEST_CASE("tenants: a tenant that nobody founded leaves no file") {
  Bench bench;
  const RowKey group = NewRow("groups");
  // It inserts the root, but gives its author no role in it.
  bench.Push(group, MakeChangeSet(1, {InsertGroup(group, "mine")}), Bench::PeerOf("eve@e"));
  bench.RunTurns();
  CHECK_EQ(bench.Delivered<Verdict>().at(0).refused.size(), 1);
  CHECK_EQ(bench.tenants->open_count(), 0);
  CHECK_FALSE(bench.storage.exists(TenantOf(group)));
  CHECK(bench.directory->DirtyTenants()->empty());
}

TEST_CASE("tenants: a push to a tenant that cannot be is refused without opening anything") {
  Bench bench;
  const Peer eve = Bench::PeerOf("eve@e");
  for (const char* tenant : {"abc", "", "../../etc/passwd", "ABC", "a.b"}) {
    bench.tenants->Submit(eve, {tenant}, {MakeChangeSet(3, {InsertGroup(NewRow("groups"), "x")})});
    bench.tenants->Join(eve, {{tenant}, {}, 0});
  }
  CHECK(bench.turns.empty());
  CHECK_EQ(bench.tenants->open_count(), 0);
  CHECK_EQ(bench.Delivered<Verdict>().size(), 5);
  CHECK_EQ(bench.Delivered<Left>().size(), 5);
  CHECK_EQ(bench.Delivered<Verdict>()[0].settled, 3);
}

TEST_CASE("tenants: idle ones close, and open again with what they had") {
  Bench bench({10, 60'000, 1 << 20});
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey group = bench.FoundGroup(ada);
  bench.tenants->Join(ada, {TenantOf(group), {}, 1});
  bench.now_ms += 61'000;
  bench.tenants->Tick();
  CHECK_EQ(bench.tenants->open_count(), 1);  // a session follows it
  bench.tenants->Leave(ada.session, TenantOf(group));
  bench.tenants->Tick();
  CHECK_EQ(bench.tenants->open_count(), 1);
  bench.now_ms += 60'000;
  bench.tenants->Tick();
  CHECK_EQ(bench.tenants->open_count(), 0);
  CHECK(bench.directory->DirtyTenants()->empty());
  bench.Push(group, MakeChangeSet(2, {InsertNote(group, "back")}), ada);
  bench.RunTurns();
  CHECK_EQ(bench.metrics.accepted, 2);
}

TEST_CASE("tenants: the one idle longest makes room; without one the sender is cut") {
  Bench bench({2, 60'000, 1 << 20});
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey first = bench.FoundGroup(ada);
  bench.now_ms += 1000;
  const RowKey second = bench.FoundGroup(ada);
  bench.now_ms += 1000;
  const RowKey third = bench.FoundGroup(ada);
  CHECK_EQ(bench.tenants->open_count(), 2);
  bench.tenants->Join(ada, {TenantOf(second), {}, 1});
  bench.tenants->Join(ada, {TenantOf(third), {}, 1});
  CHECK(bench.cut.empty());
  bench.Push(first, MakeChangeSet(2, {InsertNote(first, "note")}), Bench::PeerOf("ada@a", 5));
  CHECK_EQ(bench.cut, std::vector<SessionId>{{5}});
}

TEST_CASE("tenants: a full disk cuts the sessions of the tenant, loses nothing and goes on") {
  Bench bench;
  const Peer ada = Bench::PeerOf("ada@a");
  const Peer bob = Bench::PeerOf("ada@a", 2);
  const RowKey group = bench.FoundGroup(ada);
  bench.tenants->CloseAll();
  bench.pages_max = 1;  // SQLite then keeps the size that it has
  bench.tenants->Join(bob, {TenantOf(group), {}, 0});
  bench.Push(group, MakeChangeSet(2, {InsertNote(group, std::string(500'000, 'x'))}), ada);
  bench.RunTurns();
  CHECK_EQ(bench.cut, std::vector<SessionId>{{1}, {2}});
  CHECK_EQ(bench.metrics.storage_errors, 1);
  CHECK_EQ(bench.tenants->open_count(), 0);

  bench.pages_max = 0;
  bench.Push(group, MakeChangeSet(2, {InsertNote(group, "small")}), ada);
  bench.RunTurns();
  CHECK_EQ(bench.metrics.accepted, 2);
}

TEST_CASE("tenants: one that cannot be opened now cuts who asks, to come back") {
  Bench bench;
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey group = bench.FoundGroup(ada);
  bench.tenants->CloseAll();
  bench.opens_failing = 2;
  bench.tenants->Join(ada, {TenantOf(group), {}, 1});
  bench.Push(group, MakeChangeSet(2, {InsertNote(group, "note")}), ada);
  CHECK_EQ(bench.cut.size(), 2);
  bench.Push(group, MakeChangeSet(2, {InsertNote(group, "note")}), ada);
  bench.RunTurns();
  CHECK_EQ(bench.metrics.accepted, 2);
}

TEST_CASE("tenants: a damaged one is left alone, and its people keep their others") {
  Bench bench;
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey damaged = bench.FoundGroup(ada);
  const RowKey whole = bench.FoundGroup(ada);
  bench.tenants->CloseAll();
  bench.opens_failing = 1;
  bench.open_error = Code::kCorrupt;
  bench.tenants->Join(ada, {TenantOf(damaged), {}, 1});
  bench.Push(damaged, MakeChangeSet(2, {InsertNote(damaged, "note")}), ada);
  bench.Push(whole, MakeChangeSet(2, {InsertNote(whole, "note")}), ada);
  bench.RunTurns();
  CHECK(bench.cut.empty());
  CHECK_EQ(bench.metrics.storage_errors, 1);
  CHECK_EQ(bench.metrics.accepted, 3);
}

TEST_CASE("tenants: more than may wait for one tenant cuts the sender") {
  Bench bench({10, 60'000, 4096});
  const Peer ada = Bench::PeerOf("ada@a");
  const RowKey group = bench.FoundGroup(ada);
  std::uint64_t number = 1;
  while (bench.cut.empty()) {
    REQUIRE_LT(number, 1000);
    bench.Push(group, MakeChangeSet(++number, {InsertNote(group, "note")}), ada);
  }
  CHECK_EQ(bench.turns.size(), 1);
  bench.RunTurns();
  CHECK_EQ(bench.metrics.accepted, number - 1);
}

}  // namespace syncline::relay
