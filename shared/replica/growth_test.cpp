// What rows carry beside their values, however often they were written.
#include "shared/replica/replica.hpp"

#include <doctest/doctest.h>

#include "shared/base/random.hpp"
#include "shared/replica/testing_sync.hpp"

namespace syncline {
namespace {

using testing::Office;
using testing::Settle;

constexpr std::size_t kRowOverheadMax = 24;

struct Growing : Office {
  std::string id;
  Growing() : Office(256 << 10, testing::OfficeWithKinds()) {
    id = ada.Insert("schedules",
                    Schedule("one", R"(,"votes":0,"tags":["a"],"steps":["x","y"],"note":"text")"));
    Settle(relay, everyone);
  }
  // Days later, by when tokens have expired.
  void SweepAfter(std::uint64_t days) {
    for (testing::Person* person : everyone) person->Disconnect();
    relay.now += days * 24 * 3600 * 1000;
    for (testing::Person* person : everyone) person->Connect();
    Settle(relay, everyone);
    Authority& authority = *relay.tenants().begin()->second;
    for (bool more = true; more;) {
      const auto swept = authority.Sweep(relay.now);
      REQUIRE_MESSAGE(swept, (swept ? "" : swept.error().message));
      more = *swept;
      Settle(relay, everyone);
    }
  }
  Row Stored(testing::Person& person) {
    const auto found = person.replica->device().store().GetAnywhere(*IdFromText(id));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    return found->front().row;
  }
  // Beside its values.
  static std::size_t OverheadOf(const Row& row) {
    std::size_t bytes = EncodeRowClock(row.clock).size();
    for (const auto& [path, content] : row.contents) bytes += path.size() + content.size();
    return bytes;
  }
};

TEST_CASE("a row that was written once carries at most 24 bytes of merge metadata") {
  Growing office;
  for (testing::Person* person : office.everyone) {
    const Row row = office.Stored(*person);
    CHECK(row.contents.empty());
    CHECK(office.OverheadOf(row) <= kRowOverheadMax);
  }
}

TEST_CASE("a row that was edited a thousand times carries what one of few edits does") {
  Growing office;
  Random random(3);
  std::size_t largest_early = 0;
  for (int edit = 0; edit < 1000; ++edit) {
    testing::Person& author = random.OneIn(2) ? office.ada : office.ben;
    const std::string n = std::to_string(edit);
    const std::string tag = std::string(1, static_cast<char>('a' + random.Below(4)));
    const std::string patches[] = {
        R"({"title":")" + n + R"("})",     R"({"votes":)" + n + "}",
        R"({"tags":[")" + tag + R"("]})",  R"({"steps":[")" + n + R"(","y"]})",
        R"({"note":"text )" + n + R"("})", R"({"place":{"city":")" + n + R"("}})",
    };
    REQUIRE(author.Patch(office.id, patches[random.Below(std::size(patches))]) == "");
    if (edit % 5 == 4) Settle(office.relay, office.everyone);
    if (edit < 200) {
      largest_early = std::max(largest_early, office.OverheadOf(office.Stored(office.ada)));
    }
  }
  Settle(office.relay, office.everyone);
  office.SweepAfter(30);
  office.SweepAfter(30);
  for (testing::Person* person : office.everyone) {
    CHECK(office.OverheadOf(office.Stored(*person)) <= 2 * largest_early);
  }
  MESSAGE("bytes after 200 edits: " << largest_early << ", after 1000: "
                                    << office.OverheadOf(office.Stored(office.cleo)));
}

}  // namespace
}  // namespace syncline
