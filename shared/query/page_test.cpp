// Pages and their cursors, against a plain list: whatever is written between pages, what was there all
// along comes once.
#include "shared/query/page.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "shared/base/random.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[{"tableName":"t","indexes":[
  {"indexDescriptor":"by_a","fields":["a"]}],"documentType":{"type":"any"}}],
  "schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  TableNumber table = schema.tables[0].number;
  std::vector<TenantNo> tenants{{1}, {2}, {3}};
  std::map<int, std::pair<TenantNo, Row>> rows;
  ReadSet reads;
  ReadUse use;
  std::vector<TouchedKey> touched;

  void Add(int tag, double a) {
    Row row;
    row.id.bytes.fill(static_cast<unsigned char>(tag));
    row.id.bytes[0] = static_cast<unsigned char>(tag >> 8);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    row.document.Set("a", a);
    row.document.Set("tag", static_cast<double>(tag));
    const TenantNo tenant = tenants[static_cast<std::size_t>(tag) % tenants.size()];
    REQUIRE(database->Begin());
    REQUIRE(store.Write(tenant, table, nullptr, &row, touched));
    REQUIRE(database->Commit());
    rows[tag] = {tenant, row};
  }
  void Remove(int tag) {
    const auto& [tenant, row] = rows.at(tag);
    REQUIRE(database->Begin());
    REQUIRE(store.Write(tenant, table, &row, nullptr, touched));
    REQUIRE(database->Commit());
    rows.erase(tag);
  }
  Value Json(const std::string& order = "asc", const std::string& operators = "",
             const std::string& range = "") {
    return *ParseJsonEnvelope(R"({"source":{"type":"IndexRange","indexName":"t.by_a","range":[)" +
                              range + R"(],"order":")" + order + R"("},"operators":[)" + operators +
                              "]}");
  }
  Result<QueryPage> Page(const Value& json, const PageRequest& request,
                         const ReadUse& left = Remaining({})) {
    Result<Query> query = ParseQuery(store, json);
    REQUIRE(query);
    const std::uint64_t fingerprint = FingerprintOf(*query, json);
    reads.clear();
    use = {};
    return ReadPage(store, std::move(*query), fingerprint, tenants, request, left, reads, use);
  }
  QueryPage Good(const Value& json, const PageRequest& request) {
    Result<QueryPage> page = Page(json, request);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    return std::move(*page);
  }
  // Whether a write of the row would make the last page's query run again.
  bool Reads(int tag) {
    const auto& [tenant, row] = rows.at(tag);
    const Bytes key = TenantKey(tenant, IndexKey(store.Layout(table).indexes[0], row));
    return std::any_of(reads.begin(), reads.end(), [&](const ReadRange& range) {
      return range.keys.low <= key && (range.keys.high.empty() || key < range.keys.high);
    });
  }
};

std::vector<int> Tags(const QueryPage& page) {
  std::vector<int> tags;
  for (const Object& document : page.documents) {
    tags.push_back(static_cast<int>(*document.Find("tag")->As<double>()));
  }
  return tags;
}

PageRequest Ask(std::size_t size, std::optional<std::string> cursor = {},
                std::optional<std::string> end = {}) {
  return {std::move(cursor), std::move(end), size, {}, {}};
}

TEST_CASE("pages follow each other, and the last says so once nothing is left") {
  Fixture fixture;
  for (int tag = 1; tag <= 5; ++tag) fixture.Add(tag, tag);
  for (const char* order : {"asc", "desc"}) {
    const Value query = fixture.Json(order);
    const bool up = order == std::string("asc");
    const QueryPage first = fixture.Good(query, Ask(2));
    CHECK(Tags(first) == (up ? std::vector<int>{1, 2} : std::vector<int>{5, 4}));
    CHECK_FALSE(first.done);
    const QueryPage second = fixture.Good(query, Ask(3, first.continue_cursor));
    CHECK(Tags(second) == (up ? std::vector<int>{3, 4, 5} : std::vector<int>{3, 2, 1}));
    // As in Convex: a full page does not look behind itself.
    CHECK_FALSE(second.done);
    const QueryPage third = fixture.Good(query, Ask(3, second.continue_cursor));
    CHECK(third.documents.empty());
    CHECK(third.done);
    // The end stays the end, also as a cursor to start from.
    const QueryPage behind = fixture.Good(query, Ask(3, third.continue_cursor));
    CHECK(behind.documents.empty());
    CHECK(behind.done);
    CHECK(behind.continue_cursor == third.continue_cursor);
  }
}

TEST_CASE("with an end cursor a page keeps its borders, whatever comes and goes") {
  Fixture fixture;
  for (int tag : {10, 20, 30, 40}) fixture.Add(tag, tag);
  const Value query = fixture.Json();
  const QueryPage first = fixture.Good(query, Ask(2));
  fixture.Add(15, 15);
  fixture.Add(5, 5);
  fixture.Add(25, 25);
  const QueryPage again = fixture.Good(query, Ask(2, {}, first.continue_cursor));
  CHECK(Tags(again) == std::vector<int>{5, 10, 15, 20});
  CHECK(again.continue_cursor == first.continue_cursor);
  CHECK(again.status == QueryPage::Status::kFits);
  fixture.Add(16, 16);
  const QueryPage grown = fixture.Good(query, Ask(2, {}, first.continue_cursor));
  CHECK(grown.status == QueryPage::Status::kSplitRecommended);
  REQUIRE(grown.split_cursor);
  const QueryPage left = fixture.Good(query, Ask(2, {}, grown.split_cursor));
  const QueryPage right = fixture.Good(query, Ask(2, grown.split_cursor, first.continue_cursor));
  CHECK(Tags(left) == std::vector<int>{5, 10});
  CHECK(Tags(right) == std::vector<int>{15, 16, 20});
  // The row at the cursor may go; the place stays.
  fixture.Remove(20);
  CHECK(Tags(fixture.Good(query, Ask(9, first.continue_cursor))) == std::vector<int>{25, 30, 40});
  // To the end: what is appended belongs to the last page.
  const QueryPage last = fixture.Good(query, Ask(9, first.continue_cursor));
  REQUIRE(last.done);
  fixture.Add(50, 50);
  CHECK(Tags(fixture.Good(query, Ask(9, first.continue_cursor, last.continue_cursor))) ==
        std::vector<int>{25, 30, 40, 50});
}

TEST_CASE(
    "a page reads what it walks: from its cursor to its last row, and to the end if it came "
    "there") {
  Fixture fixture;
  for (int tag : {10, 20, 30, 40}) fixture.Add(tag, tag);
  const Value query = fixture.Json();
  const QueryPage first = fixture.Good(query, Ask(2));
  for (int tag : {10, 20, 30, 40}) CHECK(fixture.Reads(tag) == (tag <= 20));
  const QueryPage second = fixture.Good(query, Ask(1, first.continue_cursor));
  for (int tag : {10, 20, 30, 40}) CHECK(fixture.Reads(tag) == (tag == 30));
  fixture.Good(query, Ask(5, first.continue_cursor, second.continue_cursor));
  for (int tag : {10, 20, 30, 40}) CHECK(fixture.Reads(tag) == (tag == 30));
  fixture.Good(query, Ask(5, second.continue_cursor));
  fixture.Add(50, 50);
  for (int tag : {10, 20, 30, 40, 50}) CHECK(fixture.Reads(tag) == (tag >= 40));
  const Value down = fixture.Json("desc");
  fixture.Good(down, Ask(2));
  for (int tag : {10, 20, 30, 40, 50}) CHECK(fixture.Reads(tag) == (tag >= 40));
}

TEST_CASE("filtered rows count as read, and limits of reading end a page early") {
  Fixture fixture;
  for (int tag = 1; tag <= 40; ++tag) fixture.Add(tag, tag);
  const Value query = fixture.Json(
      "asc", R"({"filter":{"$eq":[{"$mod":[{"$field":"tag"},{"$literal":10}]},{"$literal":0}]}})");
  PageRequest request = Ask(3);
  request.rows_read_max = 15;
  const QueryPage page = fixture.Good(query, request);
  CHECK(Tags(page) == std::vector<int>{10});
  CHECK(page.status == QueryPage::Status::kSplitRequired);
  CHECK_FALSE(page.done);
  CHECK(fixture.use.documents == 15);
  REQUIRE(page.split_cursor);
  CHECK(fixture.Good(query, Ask(3, {}, page.split_cursor)).documents.empty());
  CHECK(Tags(fixture.Good(query, Ask(3, page.continue_cursor))) == std::vector<int>{20, 30, 40});
  // With an end the page must be whole, so the limit does not count.
  PageRequest whole = Ask(3, {}, fixture.Good(query, Ask(3)).continue_cursor);
  whole.rows_read_max = 15;
  CHECK(Tags(fixture.Good(query, whole)) == std::vector<int>{10, 20, 30});
  PageRequest bytes = Ask(100);
  bytes.bytes_read_max = 1;
  CHECK(fixture.Good(fixture.Json(), bytes).documents.size() == 1);
  PageRequest near = Ask(15);
  near.rows_read_max = 16;
  CHECK(fixture.Good(fixture.Json(), near).status == QueryPage::Status::kSplitRecommended);
  // What the whole execution may read cuts a page, and refuses an empty one.
  const auto cut = fixture.Page(fixture.Json(), Ask(100), {4, 1 << 20, 0});
  REQUIRE(cut);
  CHECK(cut->documents.size() == 4);
  CHECK(cut->status == QueryPage::Status::kSplitRequired);
  const auto none = fixture.Page(fixture.Json(), Ask(100), {0, 1 << 20, 0});
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("Too many documents read") == 0);
}

TEST_CASE("a limit is of the query, not of each page") {
  Fixture fixture;
  for (int tag = 1; tag <= 9; ++tag) fixture.Add(tag, tag);
  const Value query = fixture.Json("asc", R"({"limit":3})");
  const QueryPage first = fixture.Good(query, Ask(2));
  const QueryPage second = fixture.Good(query, Ask(2, first.continue_cursor));
  CHECK(Tags(first) == std::vector<int>{1, 2});
  CHECK(Tags(second) == std::vector<int>{3});
  CHECK(second.done);
}

TEST_CASE("cursors belong to their query; sizes have bounds") {
  Fixture fixture;
  for (int tag = 1; tag <= 3; ++tag) fixture.Add(tag, tag);
  const std::string cursor = fixture.Good(fixture.Json(), Ask(1)).continue_cursor;
  const Value narrower = fixture.Json("asc", "", R"({"type":"Gt","fieldPath":"a","value":1})");
  for (const Value& other : {fixture.Json("desc"), narrower}) {
    const auto page = fixture.Page(other, Ask(1, cursor));
    REQUIRE_FALSE(page);
    CHECK(page.error().message.find("InvalidCursor") == 0);
  }
  for (const std::string& wrong :
       {std::string(), std::string("x"), cursor.substr(4), cursor.substr(0, 16)}) {
    CHECK_FALSE(fixture.Page(fixture.Json(), Ask(1, wrong)));
    CHECK_FALSE(fixture.Page(fixture.Json(), Ask(1, {}, wrong)));
  }
  CHECK_FALSE(fixture.Page(fixture.Json(), Ask(0)));
  CHECK_FALSE(fixture.Page(fixture.Json(), Ask(32'001)));
  CHECK(fixture.Page(fixture.Json(), Ask(32'000)));
  PageRequest no_rows = Ask(1);
  no_rows.rows_read_max = 0;
  CHECK_FALSE(fixture.Page(fixture.Json(), no_rows));
}

TEST_CASE("law: pages of a changing table show each row that stays exactly once, in order") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    Fixture fixture;
    int tag = 0;
    for (std::uint64_t i = random.Below(30); i-- > 0;) {
      fixture.Add(++tag, static_cast<double>(random.Below(5)));
    }
    const bool up = random.OneIn(2);
    const Value query = fixture.Json(up ? "asc" : "desc");
    std::map<int, std::pair<TenantNo, Row>> stayed = fixture.rows;
    std::vector<int> seen;
    std::vector<std::pair<std::optional<std::string>, std::string>> borders;
    std::optional<std::string> cursor;
    for (bool done = false; !done;) {
      const QueryPage page = fixture.Good(query, Ask(1 + random.Below(4), cursor));
      for (const int shown : Tags(page)) seen.push_back(shown);
      borders.emplace_back(cursor, page.continue_cursor);
      cursor = page.continue_cursor;
      done = page.done;
      if (random.OneIn(3)) fixture.Add(++tag, static_cast<double>(random.Below(5)));
      if (random.OneIn(3) && !fixture.rows.empty()) {
        auto victim = fixture.rows.begin();
        std::advance(victim, static_cast<long>(random.Below(fixture.rows.size())));
        stayed.erase(victim->first);
        fixture.Remove(victim->first);
      }
    }
    std::vector<int> unique = seen;
    std::sort(unique.begin(), unique.end());
    CHECK(std::adjacent_find(unique.begin(), unique.end()) == unique.end());
    for (const auto& [one, row] : stayed) {
      CHECK_MESSAGE(std::binary_search(unique.begin(), unique.end(), one), seed);
    }
    // Read again with their ends, the pages are the table as it is now, in order, without a gap.
    std::vector<int> again;
    for (const auto& [from, to] : borders) {
      for (const int shown : Tags(fixture.Good(query, Ask(1, from, to)))) again.push_back(shown);
    }
    std::vector<std::pair<Bytes, int>> expected;
    for (const auto& [one, at] : fixture.rows) {
      expected.emplace_back(IndexKey(fixture.store.Layout(fixture.table).indexes[0], at.second),
                            one);
    }
    std::sort(expected.begin(), expected.end());
    if (!up) std::reverse(expected.begin(), expected.end());
    std::vector<int> order;
    for (const auto& [key, one] : expected) order.push_back(one);
    CHECK_MESSAGE(again == order, seed);
  }
}

}  // namespace
}  // namespace syncline
