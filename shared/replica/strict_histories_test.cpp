// Whether all strict mutations that were accepted could have run one after another: random histories of several
// devices, held against a serial order.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <set>

#include "shared/base/random.hpp"
#include "shared/replica/testing_strict.hpp"

namespace syncline {
namespace {

using namespace testing;

// What one accepted mutation saw and did, to be held against the others.
struct History {
  struct Seen {
    std::string what;    // an id, "all of S", or "first of S"
    std::string answer;  // the rows, as text
  };
  struct Wrote {
    std::string id;
    std::optional<std::pair<std::string, std::string>> row;  // status, title; none: deleted
    double creation_time = 0;                                // of an insert
  };
  std::uint64_t number = 0;
  std::vector<Seen> seen;
  std::vector<Wrote> wrote;
};

// The rows as they would be, had the mutations run one after another.
class Model {
 public:
  std::string Answer(const std::string& what) const {
    if (const auto status = After(what, "all of ")) return Listed(*status, rows_.size());
    if (const auto status = After(what, "first of ")) return Listed(*status, 1);
    const auto row = rows_.find(what);
    return row == rows_.end() ? "none" : row->second.first + " " + row->second.second;
  }
  void Write(const History::Wrote& write) {
    if (!write.row) {
      rows_.erase(write.id);
      return;
    }
    if (!rows_.count(write.id)) order_.insert({write.creation_time, write.id});
    rows_[write.id] = *write.row;
  }

 private:
  static std::optional<std::string> After(const std::string& text, const std::string& prefix) {
    if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    return text.substr(prefix.size());
  }
  // As by_status gives them.
  std::string Listed(const std::string& status, std::size_t limit) const {
    std::string text;
    std::size_t count = 0;
    for (const auto& [creation_time, id] : order_) {
      const auto row = rows_.find(id);
      if (row == rows_.end() || row->second.first != status || count++ >= limit) continue;
      text += id + " " + row->second.second + ", ";
    }
    return text;
  }
  std::map<std::string, std::pair<std::string, std::string>> rows_;
  std::set<std::pair<double, std::string>> order_;  // also of rows that are gone
};

// Several devices behind slow and uneven connections, booking seats and moving them about.
class Hall {
 public:
  Hall(std::uint64_t seed, std::size_t devices) : random_(seed) {
    for (std::size_t i = 0; i < devices; ++i) {
      people_.push_back(std::make_unique<Person>(office_.relay, i % 2 ? "ben" : "ada", 10 + i));
      people_.back()->ahead_ms = random_.Below(4) == 0 ? random_.Below(200'000) : 0;
      people_.back()->Connect();
      all_.push_back(people_.back().get());
      unknown_.emplace_back();
      inbox_.emplace_back();
    }
    for (Person* person : office_.everyone) all_.push_back(person);
    Settle(office_.relay, all_);
    CHECK(office_.ada.Mutate([&](ExecutionId execution) {
      for (int i = 0; i < 4; ++i) {
        const std::string title = "t" + std::to_string(++title_);
        const std::string id =
            *office_.ada.replica->Insert(execution, "schedules", Row("a", title));
        model_.Write(
            {id, std::pair{std::string("a"), title}, CreatedAt(office_.ada, execution, id)});
      }
    }) == "");
    Settle(office_.relay, all_);
  }

  void Step() {
    office_.relay.now += random_.Below(50);
    const std::size_t who = random_.Below(people_.size());
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2: Mutate(who); break;
      case 3: Push(who); break;
      case 4: Commit(); break;
      default: Receive(who); break;
    }
  }
  // Carries everything to its end.
  void Quiet() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < people_.size(); ++i) {
        moved = Push(i) || moved;
        while (Receive(i)) moved = true;
      }
      Commit();
      for (const auto& inbox : inbox_) moved = moved || !inbox.empty();
    }
    Settle(office_.relay, all_);
    for (std::size_t i = 0; i < people_.size(); ++i) Hear(i);
    for (const auto& waiting : unknown_) REQUIRE(waiting.empty());
    Judge();
    // What all hold is what the last of them left.
    for (Person* person : all_) {
      for (const char* status : {"a", "b", "c"}) {
        const std::string what = std::string("all of ") + status;
        REQUIRE(ShownTo(*person, what) == model_.Answer(what));
      }
    }
  }
  std::size_t accepted() const { return accepted_; }
  std::size_t conflicts() const { return conflicts_; }
  // The first strict mutation that could not have run where it stands.
  std::string broken;

 private:
  Object Row(const std::string& status, const std::string& title) {
    return Json(R"({"organizationId":")" + office_.organization + R"(","title":")" + title +
                R"(","status":")" + status + R"("})");
  }
  static double CreatedAt(Person& person, ExecutionId execution, const std::string& id) {
    const auto row = person.replica->Get(execution, id, std::nullopt);
    REQUIRE(row);
    return *(*row)->Find("_creationTime")->As<double>();
  }
  static std::string Listed(const std::vector<Object>& rows) {
    std::string text;
    for (const Object& row : rows) text += TextOf(row, "_id") + " " + TextOf(row, "title") + ", ";
    return text;
  }
  std::string ShownTo(Person& person, const std::string& what) {
    const auto begun =
        person.replica->BeginExecution({false, office_.relay.now, person.claims(), "", ""});
    REQUIRE(begun);
    Strict strict(office_.relay, person);
    const std::string text = Listed(strict.Read(*begun, ByStatus(what.substr(7))));
    REQUIRE(person.replica->Abort(*begun));
    return text;
  }

  void Mutate(std::size_t who) {
    Person& person = *people_[who];
    const bool strictly = random_.Below(5) != 0;
    Replica::Begin begin;
    begin.mutation = true;
    begin.strict = strictly;
    begin.now_ms = office_.relay.now + person.ahead_ms;
    begin.claims = person.claims();
    const auto execution = person.replica->BeginExecution(std::move(begin));
    REQUIRE(execution);
    History history;
    Act(person, *execution, strictly, history);
    const auto made = person.replica->Commit(*execution);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    if (!*made) return;
    history.number = (*made)->number;
    // Others are only told apart by what they wrote.
    if (!strictly) history.seen.clear();
    unknown_[who].push_back(std::move(history));
  }

  void Act(Person& person, ExecutionId execution, bool strictly, History& history) {
    Strict strict(office_.relay, person);
    const std::string status(1, static_cast<char>('a' + random_.Below(3)));
    const std::string other(1, static_cast<char>('a' + random_.Below(3)));
    const std::string title = "t" + std::to_string(++title_);
    const auto insert = [&] {
      const auto id = person.replica->Insert(execution, "schedules", Row(status, title));
      REQUIRE(id);
      history.wrote.push_back({*id, std::pair{status, title}, CreatedAt(person, execution, *id)});
    };
    if (!strictly) return insert();
    const auto see_all = [&](const std::string& wanted) {
      std::vector<Object> rows = strict.Read(execution, ByStatus(wanted));
      history.seen.push_back({"all of " + wanted, Listed(rows)});
      return rows;
    };
    const auto put = [&](const Object& row, const std::string& to) {
      const std::string id = TextOf(row, "_id");
      strict.Patch(execution, id, R"({"title":")" + title + R"(","status":")" + to + R"("})");
      history.wrote.push_back({id, std::pair{to, title}, 0});
    };
    switch (random_.Below(5)) {
      case 0: {  // book, while there is room: the phantom
        if (see_all(status).size() < 4) insert();
        return;
      }
      case 1: {  // move one of a range, by how many are in another
        const std::vector<Object> rows = see_all(status);
        if (!rows.empty() && see_all(other).size() < 5)
          put(rows[random_.Below(rows.size())], other);
        return;
      }
      case 2: {  // delete one if there are many
        const std::vector<Object> rows = see_all(status);
        if (rows.size() < 3) return;
        const std::string id = TextOf(rows[random_.Below(rows.size())], "_id");
        REQUIRE(person.replica->Delete(execution, id, std::nullopt));
        history.wrote.push_back({id, std::nullopt, 0});
        return;
      }
      case 3: {  // read one row and write another by what it says: write skew
        const std::vector<Object> rows = See(person, execution);
        if (rows.size() < 2) return;
        const Object& read = rows[random_.Below(rows.size())];
        const Object& written = rows[random_.Below(rows.size())];
        for (const Object* row : {&read, &written}) {
          const std::string id = TextOf(*row, "_id");
          const auto now = strict.Get(execution, id);
          history.seen.push_back(
              {id, now ? TextOf(*now, "status") + " " + TextOf(*now, "title") : "none"});
          if (!now) return;
        }
        put(written, TextOf(read, "status"));
        return;
      }
      default: {  // the first of a range only: what lies behind it does not count
        const std::vector<Object> rows = strict.Read(execution, ByStatus(status), 1);
        history.seen.push_back({"first of " + status, Listed(rows)});
        if (rows.empty()) {
          insert();
        } else {
          put(rows[0], other);
        }
      }
    }
  }
  // Which rows there are, without reading them within the mutation.
  std::vector<Object> See(Person&, ExecutionId) {
    std::vector<Object> rows;
    for (const char* status : {"a", "b", "c"}) {
      const std::string listed = model_.Answer(std::string("all of ") + status);
      for (std::size_t at = 0; at < listed.size();) {
        const std::size_t end = listed.find(' ', at);
        Object row;
        row.Set("_id", listed.substr(at, end - at));
        row.Set("status", status);
        rows.push_back(std::move(row));
        at = listed.find(", ", end) + 2;
      }
    }
    return rows;
  }

  bool Push(std::size_t who) {
    const std::uint64_t sent = sent_[who];
    if (!people_[who]->Push()) return false;
    for (const History& history : unknown_[who]) {
      if (history.number <= sent) continue;
      order_.emplace_back(who, history.number);
      sent_[who] = history.number;
    }
    return true;
  }
  void Commit() {
    for (auto& [id, authority] : office_.relay.tenants()) {
      while (authority->has_submitted()) REQUIRE(authority->Commit(office_.relay.now));
      for (Delivery& due : authority->TakeDeliveries()) {
        REQUIRE_FALSE(due.continues);
        for (std::size_t i = 0; i < people_.size(); ++i) {
          if (people_[i]->Is(due.session)) inbox_[i].push_back({id, due.frame});
        }
        for (Person* person : office_.everyone) {
          if (person->Is(due.session)) person->Receive(id, *due.frame);
        }
      }
    }
  }
  bool Receive(std::size_t who) {
    if (inbox_[who].empty()) return false;
    const auto [tenant, frame] = inbox_[who].front();
    inbox_[who].pop_front();
    people_[who]->Receive(tenant, *frame);
    Hear(who);
    return true;
  }
  void Hear(std::size_t who) {
    const Replica::News news = people_[who]->replica->TakeNews();
    for (const RefusedEntry& entry : news.refused) {
      REQUIRE(entry.strict);
      REQUIRE(entry.refusal.code == Code::kConflict);
      decided_[{who, entry.refusal.number}] = std::nullopt;
      ++conflicts_;
      Drop(who, entry.refusal.number);
    }
    for (const ChangeSetRef& settled : news.settled) {
      std::deque<History>& waiting = unknown_[who];
      REQUIRE(!waiting.empty());
      REQUIRE(waiting.front().number == settled.number);
      decided_[{who, settled.number}] = std::move(waiting.front());
      waiting.pop_front();
      ++accepted_;
    }
  }
  void Drop(std::size_t who, std::uint64_t number) {
    std::deque<History>& waiting = unknown_[who];
    for (auto history = waiting.begin(); history != waiting.end(); ++history) {
      if (history->number != number) continue;
      waiting.erase(history);
      return;
    }
    FAIL("refused, but not pending");
  }
  // Holds each accepted mutation against those before it, in the order in which the relay took them.
  void Judge() {
    for (const auto& place : order_) {
      const auto decided = decided_.find(place);
      REQUIRE(decided != decided_.end());
      if (!decided->second) continue;
      for (const History::Seen& seen : decided->second->seen) {
        if (broken.empty() && model_.Answer(seen.what) != seen.answer) {
          broken = "device " + std::to_string(place.first) + ", change set " +
                   std::to_string(place.second) + " saw " + seen.what + " as [" + seen.answer +
                   "], but they were [" + model_.Answer(seen.what) + "]";
        }
      }
      for (const History::Wrote& write : decided->second->wrote) model_.Write(write);
    }
    order_.clear();
    decided_.clear();
  }

  using Place = std::pair<std::size_t, std::uint64_t>;  // device, number
  Random random_;
  Office office_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<Person*> all_;
  std::vector<std::deque<std::pair<TenantId, SharedFrame>>> inbox_;
  std::vector<std::deque<History>> unknown_;
  std::map<std::size_t, std::uint64_t> sent_;
  std::vector<Place> order_;  // as they were submitted, which is as they are judged
  std::map<Place, std::optional<History>> decided_;
  Model model_;
  std::uint64_t title_ = 0;
  std::size_t accepted_ = 0, conflicts_ = 0;
};

TEST_CASE("accepted strict mutations could have run one after another, in random histories") {
  std::size_t accepted = 0, conflicts = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Hall hall(seed, 2 + seed % 4);
    for (int round = 0; round < 4; ++round) {
      for (int step = 0; step < 150; ++step) hall.Step();
      hall.Quiet();
      CAPTURE(seed);
      REQUIRE(hall.broken == "");
    }
    accepted += hall.accepted();
    conflicts += hall.conflicts();
  }
  // Neither side of the judgement is idle.
  CHECK(accepted > 1000);
  CHECK(conflicts > 1000);
}

}  // namespace
}  // namespace syncline
