// What is remembered of a tenant's last change sets, and which of them touch what was read.
#include "shared/sync/recent_effects.hpp"

#include <doctest/doctest.h>

#include "shared/base/random.hpp"
#include "shared/store/layout.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr TableNumber kSeats{7};

RowKey KeyOf(unsigned char tag) {
  RowKey key{kSeats, {}};
  key.id.bytes.fill(tag);
  return key;
}

std::shared_ptr<const Row> SeatOf(unsigned char tag, const std::string& status) {
  Row row;
  row.id = KeyOf(tag).id;
  row.creation_time = tag;
  row.document.Set("status", status);
  return std::make_shared<const Row>(std::move(row));
}

KeyStretch Prefix(const Value& value) {
  const Bytes low = EncodeKey(value);
  return {low, PrefixEnd(low)};
}

StrictReads ReadsOf(std::uint64_t seq, std::vector<std::string> fields,
                    std::vector<KeyStretch> stretches) {
  return {{1, seq, ""}, {{kSeats, std::move(fields), std::move(stretches)}}};
}

bool Anything(TableNumber, const Row&) { return true; }

// Remembers from seq 10 on.
RecentEffects Wanted() {
  RecentEffects recent;
  recent.Want(10, 0);
  return recent;
}

TEST_CASE("a row that entered, changed in or left a range is found, one beside it is not") {
  const StrictReads free = ReadsOf(10, {"status"}, {Prefix("free")});
  const auto found = [&](std::shared_ptr<const Row> before, std::shared_ptr<const Row> after) {
    RecentEffects recent = Wanted();
    recent.Add({11, KeyOf(3), std::move(before), std::move(after)});
    return recent.FirstWithin(free, Anything).has_value();
  };
  CHECK(found(nullptr, SeatOf(3, "free")));
  CHECK(found(SeatOf(3, "free"), SeatOf(3, "free")));
  CHECK(found(SeatOf(3, "free"), SeatOf(3, "taken")));
  CHECK(found(SeatOf(3, "taken"), SeatOf(3, "free")));
  CHECK(found(SeatOf(3, "free"), nullptr));
  CHECK_FALSE(found(nullptr, SeatOf(3, "taken")));
  CHECK_FALSE(found(SeatOf(3, "gone"), SeatOf(3, "taken")));
}

TEST_CASE("rows by id, and the whole table by creation") {
  RecentEffects recent = Wanted();
  recent.Add({11, KeyOf(3), SeatOf(3, "a"), SeatOf(3, "b")});
  const Bytes three(16, 3), four(16, 4);
  CHECK(recent.FirstWithin(ReadsOf(10, {"_id"}, {{three, three + '\0'}}), Anything) == KeyOf(3));
  CHECK_FALSE(recent.FirstWithin(ReadsOf(10, {"_id"}, {{four, four + '\0'}}), Anything));
  CHECK(recent.FirstWithin(ReadsOf(10, {}, {{"", ""}}), Anything));
  CHECK_FALSE(recent.FirstWithin(ReadsOf(10, {}, {{EncodeKey(3.5), ""}}), Anything));
}

TEST_CASE("only what came after the cursor counts, and only what the person may see") {
  RecentEffects recent = Wanted();
  recent.Add({11, KeyOf(1), nullptr, SeatOf(1, "free")});
  recent.Add({12, KeyOf(2), SeatOf(2, "secret"), SeatOf(2, "taken")});
  recent.Add({12, KeyOf(3), nullptr, SeatOf(3, "free")});
  const auto all = [](std::uint64_t seq) { return ReadsOf(seq, {}, {{"", ""}}); };
  CHECK(recent.FirstWithin(all(10), Anything) == KeyOf(1));
  CHECK(recent.FirstWithin(all(11), Anything) == KeyOf(2));
  CHECK_FALSE(recent.FirstWithin(all(12), Anything));
  const auto but = [](const char* hidden) {
    return [hidden](TableNumber, const Row& row) {
      return *row.document.Find("status") != Value(hidden);
    };
  };
  // Either picture of a row may be the one that shows it.
  CHECK(recent.FirstWithin(all(11), but("secret")) == KeyOf(2));
  CHECK(recent.FirstWithin(all(11), but("taken")) == KeyOf(2));
  const auto free_only = [](TableNumber, const Row& row) {
    return *row.document.Find("status") == Value("free");
  };
  CHECK(recent.FirstWithin(all(11), free_only) == KeyOf(3));
}

TEST_CASE("what nobody wants is not remembered, and what nobody wanted for long is forgotten") {
  RecentEffects recent;
  recent.BeginGroup(0);
  recent.Add({1, KeyOf(1), nullptr, SeatOf(1, "free")});
  CHECK(recent.size() == 0);
  recent.Want(1, 1000);
  CHECK(recent.floor() == 1);
  recent.Add({2, KeyOf(2), nullptr, SeatOf(2, "free")});
  recent.Want(2, 2000);
  CHECK(recent.floor() == 1);
  recent.BeginGroup(2000 + RecentEffects::kIdleMs - 1);
  CHECK(recent.size() == 1);
  recent.BeginGroup(2000 + RecentEffects::kIdleMs);
  CHECK(recent.size() == 0);
  CHECK_FALSE(recent.wanted());
  recent.Want(9, 0);
  CHECK(recent.floor() == 9);
}

TEST_CASE("by count and by size it stays bounded, and the floor tells what is gone") {
  RecentEffects recent = Wanted();
  for (std::uint64_t seq = 11; seq < 11 + 2 * RecentEffects::kEffectsMax; ++seq) {
    recent.Add({seq, KeyOf(1), nullptr, SeatOf(1, "free")});
  }
  CHECK(recent.size() == RecentEffects::kEffectsMax);
  CHECK(recent.floor() == 10 + RecentEffects::kEffectsMax);
  RecentEffects large = Wanted();
  for (std::uint64_t seq = 11; seq < 31; ++seq) {
    large.Add({seq, KeyOf(1), nullptr, SeatOf(1, std::string(1 << 20, 'x'))});
  }
  CHECK(large.size() == 7);
  CHECK(large.floor() == 23);
  // More than fits in one change set: nothing at or below it can be told.
  RecentEffects one = Wanted();
  for (int i = 0; i < 20; ++i)
    one.Add({11, KeyOf(1), nullptr, SeatOf(1, std::string(1 << 20, 'x'))});
  CHECK(one.floor() == 11);
}

TEST_CASE("what a failed transaction did is not remembered") {
  RecentEffects recent = Wanted();
  recent.Add({11, KeyOf(1), nullptr, SeatOf(1, "free")});
  recent.Add({12, KeyOf(2), nullptr, SeatOf(2, "free")});
  recent.DropAfter(11);
  CHECK(recent.size() == 1);
  CHECK_FALSE(recent.FirstWithin(ReadsOf(11, {}, {{"", ""}}), Anything));
}

TEST_CASE("the work for one group commit is bounded") {
  RecentEffects recent = Wanted();
  for (int i = 0; i < 1000; ++i) recent.Add({11, KeyOf(1), SeatOf(1, "a"), SeatOf(1, "a")});
  const StrictReads other = ReadsOf(10, {"status"}, {Prefix("b")});
  int checks = 0;
  for (; !recent.exhausted(); ++checks) CHECK_FALSE(recent.FirstWithin(other, Anything));
  CHECK(checks <= 200);
  recent.BeginGroup(0);
  CHECK_FALSE(recent.exhausted());
}

TEST_CASE(
    "work is counted in bytes, within a check too: large rows and many indexes take few checks") {
  RecentEffects recent = Wanted();
  recent.Add({11, KeyOf(1), nullptr, SeatOf(1, std::string(4 << 20, 'x'))});
  StrictReads reads = ReadsOf(10, {"status"}, {Prefix("y")});
  for (std::size_t i = 1; i < kStrictIndexesMax; ++i) {
    reads.indexes.push_back({kSeats, {"status", "f" + std::to_string(i)}, {Prefix("y")}});
  }
  REQUIRE(CheckReads(reads));
  // The last index would find it; the work ends before.
  reads.indexes.back().stretches = {{"", ""}};
  CHECK_FALSE(recent.FirstWithin(reads, Anything));
  CHECK(recent.exhausted());
  recent.BeginGroup(0);
  std::swap(reads.indexes.front(), reads.indexes.back());
  CHECK(recent.FirstWithin(reads, Anything) == KeyOf(1));
  CHECK_FALSE(recent.exhausted());
  // What is reached and may not be seen is looked at no more often.
  recent.BeginGroup(0);
  int looks = 0;
  const StrictReads by_id = ReadsOf(10, {"_id"}, {{"", ""}});
  while (!recent.exhausted()) {
    CHECK_FALSE(recent.FirstWithin(by_id, [&](TableNumber, const Row&) { return ++looks == 0; }));
  }
  CHECK(looks <= 8);
}

TEST_CASE("reads that no sound device sends are refused") {
  const auto sound = [](const StrictReads& reads) { return CheckReads(reads).has_value(); };
  CHECK(sound(ReadsOf(1, {"status"}, {{"a", "b"}, {"c", ""}})));
  CHECK(sound(ReadsOf(1, {}, {})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{"b", "b"}})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{"b", "a"}})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{"c", "d"}, {"a", "b"}})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{"a", "c"}, {"b", "d"}})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{"a", "b"}, {"b", "c"}})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{"a", ""}, {"b", ""}})));
  CHECK_FALSE(sound(ReadsOf(1, std::vector<std::string>(17, "f"), {})));
  CHECK_FALSE(sound(ReadsOf(1, {}, {{Bytes(2 << 20, 'a'), ""}})));
  CHECK_FALSE(sound(ReadsOf(1, {std::string(2 << 20, 'f')}, {})));
  StrictReads twice = ReadsOf(1, {"status"}, {});
  twice.indexes.push_back(twice.indexes.front());
  CHECK_FALSE(sound(twice));
  StrictReads many = ReadsOf(1, {}, {});
  for (std::uint32_t i = 0; i < 300; ++i) many.indexes.push_back({{100 + i}, {}, {}});
  CHECK_FALSE(sound(many));
  std::vector<KeyStretch> points;
  for (int i = 0; i < 5000; ++i) {
    const Bytes low = EncodeKey(static_cast<double>(i));
    points.push_back({low, low + '\0'});
  }
  CHECK_FALSE(sound(ReadsOf(1, {}, points)));
}

TEST_CASE("searched by halves, stretches answer as if each were asked") {
  Random random(5);
  for (int round = 0; round < 2000; ++round) {
    std::vector<KeyStretch> stretches;
    double at = 0;
    for (std::uint64_t i = random.Below(5); i > 0; --i) {
      const double low = at + 1 + static_cast<double>(random.Below(3));
      at = low + 1 + static_cast<double>(random.Below(3));
      stretches.push_back({EncodeKey(low), EncodeKey(at)});
    }
    if (!stretches.empty() && random.Below(3) == 0) stretches.back().high.clear();
    RecentEffects recent = Wanted();
    const auto tag = static_cast<unsigned char>(random.Below(25));
    recent.Add({11, KeyOf(tag), nullptr, SeatOf(tag, "x")});
    const Bytes key = CreationKey(tag, KeyOf(tag).id);
    bool within = false;
    for (const KeyStretch& stretch : stretches) {
      within = within || (key >= stretch.low && (stretch.high.empty() || key < stretch.high));
    }
    REQUIRE(recent.FirstWithin(ReadsOf(10, {}, stretches), Anything).has_value() == within);
  }
}

}  // namespace
}  // namespace syncline
