// Queries: Convex's range rules and their errors, pages, filters and limits, and what a walk counts as
// read; and the interval tree against a plain list.
#include "shared/query/stream.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/base/random.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[{"tableName":"t","indexes":[
  {"indexDescriptor":"by_a_b","fields":["a","b"]}],
  "documentType":{"type":"any"}}],"schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  TableNumber table = schema.tables[0].number;
  std::vector<TouchedKey> touched;

  // Row `tag` with a and b; created at 1000 + tag.
  Row Add(unsigned char tag, Value a, Value b, TenantNo tenant = {1}) {
    Row row;
    row.id.bytes.fill(tag);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    row.document.Set("a", std::move(a));
    row.document.Set("b", std::move(b));
    row.document.Set("tag", static_cast<double>(tag));
    REQUIRE(database->Begin());
    REQUIRE(store.Write(tenant, table, nullptr, &row, touched));
    REQUIRE(database->Commit());
    return row;
  }
  Result<Query> Parse(const std::string& json) {
    const auto value = ParseJsonEnvelope(json);
    REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
    return ParseQuery(store, *value);
  }
  Result<Query> Index(const std::string& range, const std::string& order = "asc",
                      const std::string& operators = "") {
    return Parse(R"({"source":{"type":"IndexRange","indexName":"t.by_a_b","range":[)" + range +
                 R"(],"order":")" + order + R"("},"operators":[)" + operators + "]}");
  }
  std::string Complaint(const std::string& range) {
    const auto query = Index(range);
    REQUIRE_FALSE(query);
    return query.error().message;
  }
  std::vector<int> Tags(Result<Query> query, std::vector<TenantNo> tenants = {{1}}) {
    REQUIRE_MESSAGE(query, (query ? "" : query.error().message));
    Stream stream(store, std::move(*query), std::move(tenants));
    const auto page = stream.Next(1000, 0);
    REQUIRE_MESSAGE(page, (page ? "" : page.error().message));
    CHECK(page->done);
    return TagsOf(*page);
  }
  static std::vector<int> TagsOf(const Stream::Page& page) {
    std::vector<int> tags;
    for (const Object& document : page.documents) {
      tags.push_back(static_cast<int>(*document.Find("tag")->As<double>()));
    }
    return tags;
  }
};

std::string Step(const std::string& type, const std::string& path, const std::string& value) {
  return R"({"type":")" + type + R"(","fieldPath":")" + path + R"(","value":)" + value + "}";
}

TEST_CASE("index ranges hold equalities in any order and one bounded field") {
  Fixture fixture;
  for (unsigned char tag = 1; tag <= 6; ++tag) fixture.Add(tag, tag % 2 ? 1.0 : 2.0, double(tag));
  CHECK(fixture.Tags(fixture.Index("")) == std::vector<int>{1, 3, 5, 2, 4, 6});
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "a", "1"))) == std::vector<int>{1, 3, 5});
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "b", "4") + "," + Step("Eq", "a", "2"))) ==
        std::vector<int>{4});
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "a", "1") + "," + Step("Gt", "b", "1"))) ==
        std::vector<int>{3, 5});
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "a", "1") + "," + Step("Gte", "b", "3") + "," +
                                   Step("Lt", "b", "5"))) == std::vector<int>{3});
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "a", "1") + "," + Step("Lte", "b", "3"), "desc")) ==
        std::vector<int>{3, 1});
  CHECK(fixture
            .Tags(fixture.Index(Step("Eq", "a", "1") + "," + Step("Eq", "b", "3") + "," +
                                Step("Gt", "_creationTime", "1003")))
            .empty());
  CHECK(fixture.Tags(fixture.Index(Step("Lt", "a", "2"))) == std::vector<int>{1, 3, 5});
  CHECK(fixture.Tags(fixture.Index(Step("Gt", "a", "5") + "," + Step("Lt", "a", "2"))).empty());
}

TEST_CASE("a missing field is undefined, below null, and can be asked for") {
  Fixture fixture;
  fixture.Add(1, Value(), 1.0);
  fixture.Add(2, Null{}, 1.0);
  fixture.Add(3, 0.0, 1.0);
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "a", R"({"$undefined":null})"))) ==
        std::vector<int>{1});
  CHECK(fixture.Tags(fixture.Index(Step("Eq", "a", "null"))) == std::vector<int>{2});
  CHECK(fixture.Tags(fixture.Index(Step("Gt", "a", R"({"$undefined":null})"))) ==
        std::vector<int>{2, 3});
}

TEST_CASE(
    "a walk that came to its end goes on when a row is written behind it, and not beyond a limit") {
  Fixture fixture;
  fixture.Add(1, 1.0, 1.0);
  Stream stream(fixture.store, *fixture.Index(""), {{1}});
  const auto all = stream.Next(10, 0);
  REQUIRE(all);
  CHECK(all->done);
  fixture.Add(2, 2.0, 1.0);
  fixture.Add(3, 0.0, 1.0);  // before what was given
  const auto more = stream.Next(10, 1);
  REQUIRE(more);
  CHECK(Fixture::TagsOf(*more) == std::vector<int>{2});
  CHECK(more->done);

  Stream limited(fixture.store, *fixture.Index("", "asc", R"({"limit":1})"), {{1}});
  CHECK(limited.Next(10, 0)->done);
  const auto nothing = limited.Next(10, 1);
  CHECK(nothing->documents.empty());
  CHECK(nothing->done);
}

TEST_CASE("a query that stopped early has not read what lies behind, in no tenant") {
  Fixture fixture;
  fixture.Add(1, 1.0, 1.0, {1});
  fixture.Add(2, 2.0, 1.0, {2});
  fixture.Add(3, 3.0, 1.0, {2});
  Stream stream(fixture.store, *fixture.Index("", "asc", R"({"limit":2})"), {{1}, {2}});
  REQUIRE(stream.Next(10, 0));
  ReadSet reads;
  stream.AddReads(reads);
  LiveQueries live;
  live.Add({1}, std::move(reads));
  fixture.touched.clear();
  fixture.Add(4, 4.0, 1.0, {1});  // tenant 1 was read to its end, and the query still not beyond 2
  CHECK(live.Touched(fixture.touched).empty());
  fixture.Add(5, 1.5, 1.0, {1});
  CHECK(live.Touched(fixture.touched).size() == 1);
}

TEST_CASE("wrong ranges say what to do") {
  Fixture fixture;
  CHECK(fixture.Complaint(Step("Eq", "z", "1")).find("not in this index") != std::string::npos);
  CHECK(fixture.Complaint(Step("Eq", "b", "1")).find("add q.eq for it first") != std::string::npos);
  CHECK(fixture.Complaint(Step("Gt", "b", "1")).find("held with q.eq first") != std::string::npos);
  CHECK(fixture.Complaint(Step("Gt", "a", "1") + "," + Step("Gte", "a", "1"))
            .find("two lower bounds") != std::string::npos);
  CHECK(
      fixture.Complaint(Step("Gt", "a", "1") + "," + Step("Lt", "b", "1")).find("only one field") !=
      std::string::npos);
  CHECK(fixture.Complaint(Step("Eq", "a", "1") + "," + Step("Eq", "a", "2")).find("two values") !=
        std::string::npos);
  const auto missing = fixture.Parse(
      R"({"source":{"type":"IndexRange","indexName":"t.by_z","range":[],"order":null},"operators":[]})");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == Code::kNotFound);
}

TEST_CASE("ids in a range compare as their texts do, also when the text is no id") {
  Fixture fixture;
  const Row one = fixture.Add(1, 1.0, 1.0);
  fixture.Add(2, 1.0, 1.0);
  const std::string id = IdToText({fixture.table, one.id});
  const auto by_id = [&](const std::string& range) {
    return fixture.Tags(
        fixture.Parse(R"({"source":{"type":"IndexRange","indexName":"t.by_id","range":[)" + range +
                      R"(],"order":null},"operators":[]})"));
  };
  CHECK(by_id(Step("Eq", "_id", "\"" + id + "\"")) == std::vector<int>{1});
  CHECK(by_id(Step("Gt", "_id", "\"" + id + "\"")) == std::vector<int>{2});
  CHECK(by_id(Step("Lte", "_id", "\"" + id + "\"")) == std::vector<int>{1});
  CHECK(by_id(Step("Eq", "_id", "\"nonsense\"")).empty());
  CHECK(by_id(Step("Gt", "_id", "\"\"")) == std::vector<int>{1, 2});
  CHECK(by_id(Step("Lt", "_id", "\"zzzz\"")) == std::vector<int>{1, 2});
  CHECK(by_id(Step("Gt", "_id", "5")) == std::vector<int>{1, 2});
}

TEST_CASE("an _id that is held to what is no text holds no row, and nothing more can be bounded") {
  Fixture fixture;
  const Row row = fixture.Add(1, 1.0, 1.0);
  const auto by_id = [&](const std::string& range) {
    return fixture.Parse(R"({"source":{"type":"IndexRange","indexName":"t.by_id","range":[)" +
                         range + R"(],"order":null},"operators":[]})");
  };
  for (const char* value : {"false", "5", "null", R"({"$undefined":null})", "[]"}) {
    CHECK(fixture.Tags(by_id(Step("Eq", "_id", value))).empty());
  }
  const std::string id = "\"" + IdToText({fixture.table, row.id}) + "\"";
  CHECK_FALSE(by_id(Step("Eq", "_id", id) + "," + Step("Gt", "_id", "\"\"")));
}

TEST_CASE("an error comes behind the documents before it, and is read like them") {
  Fixture fixture;
  fixture.Add(1, 1.0, 1.0);
  fixture.Add(2, 1.0, "text");
  Stream stream(
      fixture.store,
      *fixture.Index(
          "", "asc",
          R"({"filter":{"$gt":[{"$add":[{"$field":"b"},{"$literal":1}]},{"$literal":0}]}})"),
      {{1}});
  CHECK(Fixture::TagsOf(*stream.Next(10, 0)) == std::vector<int>{1});
  CHECK_FALSE(stream.Next(10, 1));
  ReadSet reads;
  stream.AddReads(reads);
  LiveQueries live;
  live.Add({1}, reads);
  fixture.touched.clear();
  fixture.Add(3, 1.0, "zzz");
  CHECK(live.Touched(fixture.touched).empty());
  fixture.touched.clear();
  fixture.Add(4, 1.0, 2.0);
  CHECK(live.Touched(fixture.touched).size() == 1);
}

TEST_CASE("filters and limits apply in the order of the chain") {
  Fixture fixture;
  for (unsigned char tag = 1; tag <= 6; ++tag) fixture.Add(tag, 1.0, double(tag));
  const std::string odd =
      R"({"filter":{"$eq":[{"$mod":[{"$field":"b"},{"$literal":2}]},{"$literal":1}]}})";
  CHECK(fixture.Tags(fixture.Index("", "asc", odd)) == std::vector<int>{1, 3, 5});
  CHECK(fixture.Tags(fixture.Index("", "asc", odd + R"(,{"limit":2})")) == std::vector<int>{1, 3});
  CHECK(fixture.Tags(fixture.Index("", "asc", R"({"limit":3},)" + odd)) == std::vector<int>{1, 3});
  CHECK(fixture.Tags(fixture.Index("", "asc", R"({"limit":0})")).empty());
}

TEST_CASE("pages come back where they were not consumed, and see writes made between") {
  Fixture fixture;
  for (unsigned char tag = 1; tag <= 5; ++tag) fixture.Add(tag, 1.0, double(tag));
  Stream stream(fixture.store, *fixture.Index(""), {{1}});
  CHECK(Fixture::TagsOf(*stream.Next(3, 0)) == std::vector<int>{1, 2, 3});
  fixture.Add(9, 1.0, 1.5);
  // One of three was used: the walk goes on from there, and meets the new row.
  CHECK(Fixture::TagsOf(*stream.Next(3, 1)) == std::vector<int>{9, 2, 3});
  const auto rest = stream.Next(10, 3);
  CHECK(Fixture::TagsOf(*rest) == std::vector<int>{4, 5});
  CHECK(rest->done);
  CHECK(stream.Next(10, 2)->documents.empty());
}

TEST_CASE("tenants are merged in the index's order") {
  Fixture fixture;
  fixture.Add(1, 1.0, 3.0, {1});
  fixture.Add(2, 1.0, 2.0, {2});
  fixture.Add(3, 1.0, 1.0, {1});
  CHECK(fixture.Tags(fixture.Index(""), {{1}, {2}}) == std::vector<int>{3, 2, 1});
  CHECK(fixture.Tags(fixture.Index("", "desc"), {{1}, {2}}) == std::vector<int>{1, 2, 3});
  CHECK(fixture.Tags(fixture.Index(""), {{2}}) == std::vector<int>{2});
}

// The law: a write that changes what a query answers touches its read set.
TEST_CASE(
    "a query is touched by every write that changes its answer, and a far one leaves it alone") {
  Random random(11);
  for (int round = 0; round < 300; ++round) {
    Fixture fixture;
    const std::vector<TenantNo> tenants = {{1}, {2}};
    std::map<unsigned char, std::pair<TenantNo, Row>> rows;
    for (unsigned char tag = 1; tag <= 6; ++tag) {
      const TenantNo tenant{1 + static_cast<std::int64_t>(random.Below(2))};
      rows[tag] = {tenant, fixture.Add(tag, static_cast<double>(random.Below(2)),
                                       static_cast<double>(random.Below(4)), tenant)};
    }
    std::string range;
    if (random.OneIn(2)) range = Step("Eq", "a", random.OneIn(2) ? "0" : "1");
    if (!range.empty() && random.OneIn(2)) range += "," + Step("Gte", "b", "2");
    const std::string order = random.OneIn(2) ? "asc" : "desc";
    const std::string operators =
        random.OneIn(2) ? R"({"limit":)" + std::to_string(1 + random.Below(3)) + "}" : "";
    const auto run = [&](ReadSet* reads) {
      Stream stream(fixture.store, *fixture.Index(range, order, operators), tenants);
      const auto page = stream.Next(100, 0);
      REQUIRE(page);
      stream.Close(page->documents.size());
      if (reads) stream.AddReads(*reads);
      return ToJson(Value([&] {
        Array all;
        for (const Object& document : page->documents) all.push_back(Value(document));
        return all;
      }()));
    };
    ReadSet reads;
    const std::string before = run(&reads);
    LiveQueries live;
    live.Add({1}, reads);

    fixture.touched.clear();
    const auto tag = static_cast<unsigned char>(1 + random.Below(8));
    REQUIRE(fixture.database->Begin());
    const auto found = rows.find(tag);
    Row changed;
    changed.id.bytes.fill(tag);
    changed.creation_time = 1000.0 + tag;
    changed.clock.length = 1;
    changed.document.Set("a", static_cast<double>(random.Below(2)));
    changed.document.Set("b", static_cast<double>(random.Below(4)));
    changed.document.Set("tag", static_cast<double>(tag));
    const TenantNo tenant = found == rows.end() ? TenantNo{1} : found->second.first;
    const bool gone = found != rows.end() && random.OneIn(3);
    REQUIRE(fixture.store.Write(tenant, fixture.table,
                                found == rows.end() ? nullptr : &found->second.second,
                                gone ? nullptr : &changed, fixture.touched));
    REQUIRE(fixture.database->Commit());
    INFO("round ", round);
    if (run(nullptr) != before) CHECK(live.Touched(fixture.touched).size() == 1);
  }
  Fixture fixture;
  for (unsigned char tag = 1; tag <= 6; ++tag) fixture.Add(tag, 1.0, double(tag));
  Stream stream(fixture.store, *fixture.Index("", "asc", R"({"limit":2})"), {{1}});
  REQUIRE(stream.Next(10, 0));
  stream.Close(2);
  ReadSet reads;
  stream.AddReads(reads);
  LiveQueries live;
  live.Add({7}, reads);
  fixture.touched.clear();
  fixture.Add(8, 1.0, 9.0);
  CHECK(live.Touched(fixture.touched).empty());
  fixture.Add(9, 1.0, 1.5);
  CHECK(live.Touched(fixture.touched) == std::set<QueryId>{{7}});
}

TEST_CASE("the interval tree finds what a plain list finds, while it grows and shrinks") {
  struct Interval {
    Bytes low, high;
    std::uint64_t owner;
  };
  Random random(3);
  IntervalTree tree;
  std::vector<Interval> list;
  const auto key = [&] {
    return Bytes(1 + random.Below(2), static_cast<char>('a' + random.Below(6)));
  };
  for (int step = 0; step < 20'000; ++step) {
    if (list.empty() || random.Below(3) != 0) {
      Interval made{key(), random.OneIn(8) ? Bytes() : key(), random.Below(50)};
      tree.Add(made.low, made.high, made.owner);
      list.push_back(std::move(made));
    } else {
      const std::size_t at = random.Below(list.size());
      tree.Remove(list[at].low, list[at].high, list[at].owner);
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (list.size() > 60) {
      tree.Remove(list.back().low, list.back().high, list.back().owner);
      list.pop_back();
    }
    const Bytes probe = key();
    std::vector<std::uint64_t> expected, found;
    for (const Interval& one : list) {
      if (probe >= one.low && (one.high.empty() || probe < one.high)) expected.push_back(one.owner);
    }
    tree.Find(probe, found);
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    REQUIRE(found == expected);
  }
}

TEST_CASE("arithmetic in filters is of one type and never overflows in silence") {
  const Object document;
  const auto evaluate = [&](const std::string& json) {
    const auto parsed = ParseJsonEnvelope(json);
    REQUIRE(parsed);
    const auto filter = ParseFilter(*parsed);
    REQUIRE_MESSAGE(filter, (filter ? "" : filter.error().message));
    return Evaluate(*filter, document);
  };
  CHECK(*evaluate(R"({"$add":[{"$literal":1},{"$literal":2}]})")->As<double>() == 3.0);
  CHECK_FALSE(evaluate(R"({"$add":[{"$literal":1},{"$literal":{"$integer":"AQAAAAAAAAA="}}]})"));
  CHECK_FALSE(evaluate(
      R"({"$add":[{"$literal":{"$integer":"/////////38="}},{"$literal":{"$integer":"AQAAAAAAAAA="}}]})"));
  CHECK_FALSE(evaluate(R"({"$and":[{"$literal":1}]})"));
  CHECK(*evaluate(R"({"$lt":[{"$field":"missing"},{"$literal":null}]})")->As<bool>());
}

}  // namespace
}  // namespace syncline
