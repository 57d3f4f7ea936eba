// What a refusal leaves behind on the device: the rows as if it had never been, what depended on it judged
// on its own, and a report that stays until it is dismissed.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <random>

#include "shared/replica/testing_sync.hpp"

namespace syncline {
namespace {

using namespace testing;

// Cleo may only read. Her mutations go past the device's preview, so that the relay refuses them.
struct Refused : Office {
  Refused() {
    id = ada.Insert("schedules", Schedule("Kickoff"));
    Settle(relay, everyone);
  }
  // As the others have it: what cleo's rows must come back to.
  const std::vector<std::string> kConfirmed{R"({"status":"draft","title":"Kickoff"})"};
  std::string id;
};

TEST_CASE("a refused change leaves exactly what the relay has, also what it learned meanwhile") {
  Refused office;
  CHECK(office.cleo.Patch(office.id, R"({"title":"mine","place":{"city":"Oslo"}})", false) == "");
  CHECK(office.ada.Patch(office.id, R"({"status":"open"})") == "");
  CHECK(office.ada.Push());
  Settle(office.relay, office.everyone);
  const std::vector<std::string> expected{R"({"status":"open","title":"Kickoff"})"};
  CHECK(office.cleo.All("schedules") == expected);
  CHECK(office.ada.All("schedules") == expected);
}

TEST_CASE(
    "a refused insert is gone, a refused delete brings the row back, with what belongs to it") {
  Refused office;
  const std::string forced = office.cleo.Insert("schedules", office.Schedule("Forced"), false);
  CHECK(office.cleo.Mutate(
            [&](ExecutionId execution) {
              REQUIRE(office.cleo.replica->Delete(execution, office.id, std::nullopt));
            },
            false) == "");
  CHECK(office.cleo.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"Forced"})"});
  Settle(office.relay, office.everyone);
  CHECK(office.cleo.All("schedules") == office.kConfirmed);
  // It is the same row: what others do to it arrives.
  CHECK(office.ada.Patch(office.id, R"({"title":"Later"})") == "");
  Settle(office.relay, office.everyone);
  CHECK(office.cleo.All("schedules") ==
        std::vector<std::string>{R"({"status":"draft","title":"Later"})"});
}

TEST_CASE("what depended on a refused change is judged on its own, and what did not goes through") {
  Refused office;
  // Ben may write, but not what belongs to another organization: the second of his three is refused.
  CHECK(office.ben.Patch(office.id, R"({"title":"first"})") == "");
  CHECK(office.ben.Mutate(
            [&](ExecutionId execution) {
              REQUIRE(office.ben.replica->Patch(execution, office.id, std::nullopt,
                                                Json(R"({"title":"second"})")));
              REQUIRE(office.ben.replica->Insert(
                  execution, "users",
                  Json(R"({"organizationId":")" + office.organization +
                       R"(","email":"eve@example.org","role":"admin"})")));
            },
            false) == "");
  CHECK(office.ben.Patch(office.id, R"({"status":"third"})") == "");
  CHECK(office.ben.All("schedules") ==
        std::vector<std::string>{R"({"status":"third","title":"second"})"});
  Settle(office.relay, office.everyone);
  const std::vector<std::string> expected{R"({"status":"third","title":"first"})"};
  for (Person* person : office.everyone) {
    CHECK(person->All("schedules") == expected);
    CHECK(person->All("users").size() == 3);
  }
  CHECK(office.ben.replica->device().pending_count() == 0);
}

TEST_CASE("a change of a row whose insert was refused is refused too, and shows no half of a row") {
  Refused office;
  const std::string forced = office.cleo.Insert("schedules", office.Schedule("Forced"), false);
  CHECK(office.cleo.Patch(forced, R"({"status":"open"})", false) == "");
  // The relay has heard of the first alone.
  CHECK(office.cleo.Push());
  Settle(office.relay, office.everyone);
  CHECK(office.cleo.All("schedules") == office.kConfirmed);
  const auto refused = office.cleo.replica->device().Refused();
  REQUIRE(refused);
  REQUIRE(refused->size() == 2);
  CHECK((*refused)[0].refusal.code == Code::kDenied);
  CHECK((*refused)[1].refusal.code == Code::kNotFound);
}

TEST_CASE("live queries are told of what a refusal takes back, and only those that saw it") {
  Refused office;
  CHECK(office.cleo.Patch(office.id, R"({"title":"mine"})", false) == "");
  const auto watch = [&](const char* table) {
    const auto execution = office.cleo.replica->BeginExecution(
        {false, office.relay.now, office.cleo.claims(), "", ""});
    REQUIRE(execution);
    const auto stream = office.cleo.replica->OpenStream(
        *execution, *ParseJsonEnvelope(R"({"source":{"type":"FullTableScan","tableName":")" +
                                       std::string(table) + R"(","order":"asc"},"operators":[]})"));
    REQUIRE(stream);
    const auto page = office.cleo.replica->NextPage(*execution, *stream, 100, 0);
    REQUIRE(page);
    return *office.cleo.replica->Keep(*execution);
  };
  static_cast<void>(office.cleo.replica->TakeNews());
  const QueryId schedules = watch("schedules");
  static_cast<void>(watch("users"));
  Settle(office.relay, office.everyone);
  const Replica::News news = office.cleo.replica->TakeNews();
  CHECK(news.invalidated == std::set<QueryId>{schedules});
  REQUIRE(news.refused.size() == 1);
  CHECK(news.refused[0].refusal.message == "Viewers cannot write");
}

TEST_CASE(
    "between the acknowledgement and the echo a row shows what was written, and nothing moves") {
  Refused office;
  CHECK(office.ben.Patch(office.id, R"({"title":"mine"})") == "");
  CHECK(office.ben.Push());
  static_cast<void>(office.ben.replica->TakeNews());
  Authority& authority = *office.relay.Find({office.organization});
  REQUIRE(authority.Commit(office.relay.now));
  const std::vector<std::string> shown{R"({"status":"draft","title":"mine"})"};
  bool settled = false;
  for (const Delivery& due : authority.TakeDeliveries()) {
    if (!office.ben.Is(due.session)) continue;
    office.ben.Receive({office.organization}, *due.frame);
    CHECK(office.ben.All("schedules") == shown);
    settled = settled || !office.ben.replica->TakeNews().settled.empty();
  }
  CHECK(settled);
  CHECK(office.ben.replica->device().pending_count() == 0);
}

// A file for one test.
class TemporaryFile {
 public:
  TemporaryFile() {
    path_ = (std::filesystem::temp_directory_path() /
             ("syncline-refusal-" + std::to_string(std::random_device()()) + ".db"))
                .string();
  }
  ~TemporaryFile() {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::error_code ignored;
      std::filesystem::remove(path_ + suffix, ignored);
    }
  }
  std::unique_ptr<Replica> Open(const Relay& relay) const {
    Replica::Options options;
    options.database = {path_, "", Durability::kRelaxed, 1024, false};
    options.application = relay.text;
    options.seed_high = 77;
    auto opened = Replica::Open(options);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    return std::move(*opened);
  }

 private:
  std::string path_;
};

TEST_CASE("pending changes show at once after a restart, and refusals are listed until dismissed") {
  Refused office;
  const TemporaryFile file;
  Person cleo(office.relay, "cleo", 9);
  cleo.replica = file.Open(office.relay);
  office.everyone.push_back(&cleo);
  cleo.Connect();
  Settle(office.relay, office.everyone);
  cleo.Disconnect();
  CHECK(cleo.Patch(office.id, R"({"title":"mine"})", false) == "");
  const std::vector<std::string> mine{R"({"status":"draft","title":"mine"})"};
  cleo.replica.reset();
  cleo.replica = file.Open(office.relay);
  CHECK(cleo.All("schedules") == mine);
  CHECK(cleo.replica->device().pending_count() == 1);
  cleo.Connect();
  Settle(office.relay, office.everyone);
  CHECK(cleo.All("schedules") == office.kConfirmed);
  cleo.Disconnect();
  cleo.replica.reset();
  cleo.replica = file.Open(office.relay);
  CHECK(cleo.All("schedules") == office.kConfirmed);
  // Nobody waits for it any more; the report is there all the same.
  CHECK(cleo.replica->TakeNews().refused.empty());
  const auto refused = cleo.replica->device().Refused();
  REQUIRE(refused);
  REQUIRE(refused->size() == 1);
  const RefusedEntry& entry = refused->front();
  CHECK(entry.refusal.code == Code::kDenied);
  CHECK(entry.refusal.message == "Viewers cannot write");
  CHECK(entry.refusal.rule == "schedules.update: writers");
  CHECK(entry.refusal.table == "schedules");
  CHECK(entry.refusal.row == office.id);
  CHECK(entry.origin.path == "test:mutation");
  CHECK(entry.origin.args == "{}");
  CHECK_FALSE(entry.strict);
  REQUIRE(cleo.replica->device().Dismiss(entry.tenant, entry.refusal.number));
  cleo.replica.reset();
  cleo.replica = file.Open(office.relay);
  CHECK(cleo.replica->device().Refused()->empty());
}

TEST_CASE("a strict one that is refused while its device sleeps is listed as strict") {
  Refused office;
  const TemporaryFile file;
  Person ben(office.relay, "ben", 9);
  ben.replica = file.Open(office.relay);
  office.everyone.push_back(&ben);
  ben.Connect();
  Settle(office.relay, office.everyone);
  const auto execution = [&] {
    Replica::Begin begin;
    begin.mutation = begin.strict = true;
    begin.now_ms = office.relay.now;
    begin.claims = ben.claims();
    begin.path = "seats:book";
    begin.args = R"({"seat":1})";
    return ben.replica->BeginExecution(std::move(begin));
  }();
  REQUIRE(execution);
  REQUIRE(ben.replica->Patch(*execution, office.id, std::nullopt, Json(R"({"title":"booked"})")));
  REQUIRE(ben.replica->Commit(*execution));
  ben.Disconnect();
  ben.replica.reset();
  CHECK(office.ada.Patch(office.id, R"({"title":"taken"})") == "");
  office.everyone.pop_back();
  Settle(office.relay, office.everyone);
  ben.replica = file.Open(office.relay);
  CHECK(ben.All("schedules") == office.kConfirmed);
  CHECK(ben.replica->device().pending_count() == 1);
  office.everyone.push_back(&ben);
  ben.Connect();
  Settle(office.relay, office.everyone);
  CHECK(ben.All("schedules") == std::vector<std::string>{R"({"status":"draft","title":"taken"})"});
  const auto refused = ben.replica->device().Refused();
  REQUIRE(refused);
  REQUIRE(refused->size() == 1);
  CHECK(refused->front().strict);
  CHECK(refused->front().refusal.code == Code::kConflict);
  CHECK(refused->front().origin.path == "seats:book");
  CHECK(refused->front().origin.args == R"({"seat":1})");
}

TEST_CASE(
    "a field that is written and edited at once is refused, and so is one that is named twice") {
  testing::Office office(256 << 10, testing::OfficeWithKinds());
  const std::string id =
      office.ada.Insert("schedules", office.Schedule("one", R"(,"votes":1,"note":"a")"));
  Settle(office.relay, office.everyone);
  const Peer eve{SessionId{999}, ReplicaId{999}, office.ben.claims(), 0};
  Authority& authority = *office.relay.tenants().begin()->second;
  ChangeSet forged;
  const auto accepted = [&](std::vector<FieldWrite> writes, std::vector<FieldEdit> edits) {
    ++forged.number;
    forged.time = HybridTime::FromUnixMs(office.relay.now);
    forged.rows = {{*IdFromText(id), 1, false, 0, std::move(writes), std::move(edits)}};
    const std::uint64_t before = authority.counters().accepted;
    authority.Submit(eve, {forged});
    Settle(office.relay, office.everyone);
    return authority.counters().accepted == before + 1;
  };
  const std::vector<std::string> rows = office.ada.All("schedules");
  // Each alone would do.
  CHECK_FALSE(accepted({{"votes", 1.7e308}}, {{"votes", CounterEdit{1.7e308}}}));
  CHECK_FALSE(accepted({{"note", "b"}, {"votes", 1.0}}, {{"votes", CounterEdit{1.0}}}));
  CHECK_FALSE(accepted({}, {{"votes", CounterEdit{1.0}}, {"votes", CounterEdit{1.0}}}));
  CHECK_FALSE(accepted({{"votes", 1.0}, {"votes", 2.0}}, {}));
  CHECK_FALSE(accepted({{"votes", 1.0}, {"note", "b"}}, {}));
  CHECK(office.ada.All("schedules") == rows);
  CHECK(accepted({{"note", "b"}}, {{"votes", CounterEdit{1.0}}}));
}

TEST_CASE("an undo of what was pending is refused with it, and so is its redo") {
  for (const bool reopened : {false, true}) {
    testing::Office office(256 << 10, testing::OfficeWithKinds());
    const TemporaryFile file;
    Person ben(office.relay, "ben", 9);
    if (reopened) ben.replica = file.Open(office.relay);
    office.everyone.push_back(&ben);
    const std::string one =
        office.ada.Insert("schedules", office.Schedule("one", R"(,"votes":1,"note":"a")"));
    const std::string two = office.ada.Insert("schedules", office.Schedule("two"));
    ben.Connect();
    Settle(office.relay, office.everyone);
    ben.Disconnect();
    ben.undo_scope = "plan";
    CHECK(ben.Mutate([&](ExecutionId execution) {
      for (const auto& [id, fields] : {std::pair{one, R"({"votes":2,"title":"mine"})"},
                                       std::pair{two, R"({"title":"hidden by then"})"}}) {
        REQUIRE(ben.replica->Patch(execution, id, std::nullopt, Json(fields)));
      }
    }) == "");
    ben.undo_scope.reset();
    CHECK(ben.Patch(two, R"({"title":"not to be undone"})") == "");
    CHECK(ben.Undo("plan") == "test:mutation");
    CHECK(ben.Undo("plan", UndoStack::kRedo) == "test:mutation");
    CHECK(ben.Undo("plan") == "test:mutation");
    CHECK(ben.Patch(one, R"({"note":"ab"})") == "");
    if (reopened) {
      ben.replica.reset();
      ben.replica = file.Open(office.relay);
    }
    CHECK(ben.replica->device().pending_count() == 6);
    // The relay refuses his first mutation for its other row.
    CHECK(office.ada.Patch(two, R"({"secret":true})") == "");
    CHECK(office.ada.Patch(one, R"({"title":"theirs"})") == "");
    Settle(office.relay, office.everyone);
    ben.Connect();
    Settle(office.relay, office.everyone);
    CHECK(ben.replica->device().pending_count() == 0);
    const std::vector<std::string> rows{
        R"({"note":"ab","status":"draft","title":"theirs","votes":1})"};
    CHECK(ben.All("schedules") == rows);
    CHECK(office.cleo.All("schedules") == rows);
    const auto entries = ben.replica->device().Refused();
    REQUIRE(entries);
    std::string refused;
    for (const RefusedEntry& entry : *entries) {
      const bool by_relay = entry.refusal.code == Code::kNotFound;
      refused += std::to_string(entry.refusal.number) + (by_relay ? " relay, " : " device, ");
    }
    CHECK(refused == "1 relay, 3 device, 4 device, 5 device, 2 relay, ");
    CHECK(ben.replica->Undoable("plan", UndoStack::kUndo)->empty());
    CHECK(ben.replica->Undoable("plan", UndoStack::kRedo)->empty());
    // The numbers of what was not sent are not missed.
    CHECK(ben.Patch(one, R"({"note":"abc"})") == "");
    Settle(office.relay, office.everyone);
    CHECK(office.cleo.All("schedules")[0].find(R"("note":"abc")") != std::string::npos);
    const auto rest = ben.replica->device().database().Prepare("SELECT * FROM _needs").Step();
    REQUIRE(rest);
    CHECK_FALSE(*rest);
  }
}

}  // namespace
}  // namespace syncline
