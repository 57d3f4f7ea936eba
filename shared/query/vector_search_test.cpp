// Vector searches: the nearest, among those that the filter admits, and what is refused.
#include "shared/query/vector_search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "shared/base/random.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[{"tableName":"t","indexes":[],
  "vectorIndexes":[{"indexDescriptor":"by_v","vectorField":"v","dimensions":3,
                    "filterFields":["kind","owner"]}],
  "stagedVectorIndexes":[{"indexDescriptor":"later","vectorField":"v","dimensions":3,
                          "filterFields":[]}],
  "documentType":{"type":"any"}}],"schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  std::vector<TenantNo> tenants{{1}, {2}};
  int last_tag = 0;

  // Rows get the tags 1, 2, ... as the last byte of their ids, and alternate between the tenants.
  void Add(const std::string& json) {
    Row row;
    const int tag = ++last_tag;
    row.id.bytes[15] = static_cast<unsigned char>(tag);
    row.id.bytes[14] = static_cast<unsigned char>(tag >> 8);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    row.document = *(*ParseJson(json)).As<Object>();
    std::vector<TouchedKey> touched;
    REQUIRE(database->Begin());
    REQUIRE(store.Write(tenants[static_cast<std::size_t>(tag) % 2], schema.tables[0].number,
                        nullptr, &row, touched));
    REQUIRE(database->Commit());
  }
  Result<std::vector<VectorHit>> Search(const std::string& members,
                                        const std::string& index = "t.by_v") {
    const Result<VectorQuery> query = ParseVectorQuery(
        store, *ParseJsonEnvelope(R"({"indexName":")" + index + "\"" + members + "}"));
    if (!query) return Fail(query.error());
    return RunVectorSearch(store, *query, tenants);
  }
  std::vector<int> Tags(const std::string& members) {
    const auto hits = Search(members);
    REQUIRE_MESSAGE(hits, (hits ? "" : hits.error().message));
    std::vector<int> tags;
    for (const VectorHit& hit : *hits) tags.push_back(hit.id.bytes[14] << 8 | hit.id.bytes[15]);
    return tags;
  }
  std::string Refused(const std::string& members) {
    const auto hits = Search(members);
    REQUIRE_FALSE(hits);
    CHECK(hits.error().code == Code::kInvalid);
    return hits.error().message;
  }
};

using Tags = std::vector<int>;

TEST_CASE("the nearest come first, by cosine; among equals the newest") {
  Fixture fixture;
  fixture.Add(R"({"v":[1,0,0]})");
  fixture.Add(R"({"v":[0,1,0]})");
  fixture.Add(R"({"v":[5,5,0]})");
  fixture.Add(R"({"v":[-1,0,0]})");
  fixture.Add(R"({"v":[2,0,0]})");
  fixture.Add(R"({"v":[0,0,0]})");
  const auto hits = fixture.Search(R"(,"vector":[3,0,0])");
  REQUIRE(hits);
  CHECK(fixture.Tags(R"(,"vector":[3,0,0])") == Tags{5, 1, 3, 6, 2, 4});
  CHECK((*hits)[0].score == doctest::Approx(1));
  CHECK((*hits)[2].score == doctest::Approx(std::sqrt(0.5)));
  CHECK((*hits)[3].score == 0);
  CHECK((*hits)[5].score == doctest::Approx(-1));
  CHECK(fixture.Tags(R"(,"vector":[3,0,0],"limit":2)") == Tags{5, 1});
}

TEST_CASE("what is no vector of the index is not found") {
  Fixture fixture;
  fixture.Add(R"({"v":[1,0]})");
  fixture.Add(R"({"v":"text"})");
  fixture.Add(R"({})");
  fixture.Add(R"({"v":[1,0,{"$integer":"AQAAAAAAAAA="}]})");
  fixture.Add(R"({"v":[1,0,1]})");
  fixture.Add(R"({"v":[1,0,1,0]})");
  CHECK(fixture.Tags(R"(,"vector":[1,1,1])") == Tags{5});
}

TEST_CASE("only what the filter admits is found") {
  Fixture fixture;
  for (const char* kind : {"a", "b", "c", "a"}) {
    fixture.Add(std::string(R"({"v":[1,0,0],"owner":1,"kind":")") + kind + "\"}");
  }
  const std::string vector = R"(,"vector":[1,0,0],"expressions":)";
  const auto eq = [](const std::string& value) {
    return R"({"$eq":[{"$field":"kind"},{"$literal":")" + value + "\"}]}";
  };
  CHECK(fixture.Tags(vector + "null") == Tags{4, 3, 2, 1});
  CHECK(fixture.Tags(vector + eq("a")) == Tags{4, 1});
  CHECK(fixture.Tags(vector + R"({"$or":[)" + eq("b") + "," + eq("c") + "]}") == Tags{3, 2});
  CHECK(fixture.Tags(vector + R"({"$or":[]})") == Tags{});
}

TEST_CASE("the best of many are the same as by sorting all") {
  Fixture fixture;
  Random random(4);
  std::vector<std::pair<double, int>> all;  // ascending: the negated score, the negated tag
  for (int tag = 1; tag <= 600; ++tag) {
    double v[3];
    for (double& part : v) part = static_cast<double>(random.Next() % 9) - 4;
    fixture.Add("{\"v\":[" + std::to_string(v[0]) + "," + std::to_string(v[1]) + "," +
                std::to_string(v[2]) + "]}");
    const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    all.emplace_back(length > 0 ? -(v[0] + 2 * v[1]) / (std::sqrt(5.0) * length) : -0.0, -tag);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::abs(a.first - b.first) > 1e-9 ? a.first < b.first : a.second < b.second;
  });
  const auto hits = fixture.Search(R"(,"vector":[1,2,0],"limit":256)");
  REQUIRE(hits);
  REQUIRE(hits->size() == 256);
  for (std::size_t i = 0; i < 256; ++i) CHECK((*hits)[i].score == doctest::Approx(-all[i].first));
}

TEST_CASE("what is wrong in a vector search says what to do") {
  Fixture fixture;
  const std::string good = R"(,"vector":[1,0,0])";
  const auto unknown = fixture.Search(good, "t.by_w");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == Code::kNotFound);
  CHECK(unknown.error().message ==
        "Vector index \"by_w\" not found on table \"t\"; add "
        ".vectorIndex(\"by_w\", {...}) in schema.ts");
  const auto staged = fixture.Search(good, "t.later");
  REQUIRE_FALSE(staged);
  CHECK(staged.error().message.find("staged: true") != std::string::npos);
  const std::string of = "Vector search of \"t.by_v\": ";
  CHECK(fixture.Refused(R"(,"vector":[1,0])") ==
        of + "the vector has 2 elements; the index has 3 dimensions");
  CHECK(fixture.Refused(R"(,"vector":[1,0,"x"])") ==
        of + "the vector must be an array of finite float64");
  CHECK(fixture.Refused("") == of + "the vector must be an array of finite float64");
  for (const char* limit : {"0", "257", "1.5", "\"9\""}) {
    CHECK(fixture.Refused(good + ",\"limit\":" + limit) ==
          of + "limit must be a whole number from 1 to 256");
  }
  CHECK(fixture.Refused(good + R"(,"expressions":{"$gt":[{"$field":"kind"},{"$literal":1}]})") ==
        of + "its filter takes q.eq of a filter field, and q.or of those");
  CHECK(fixture.Refused(good + R"(,"expressions":{"$eq":[{"$field":"x"},{"$literal":1}]})") ==
        of + "\"x\" is not among its filterFields; add it there in schema.ts");
  std::string terms;
  for (int i = 0; i < 65; ++i) {
    terms += std::string(i > 0 ? "," : "") + R"({"$eq":[{"$field":"kind"},{"$literal":1}]})";
  }
  CHECK(fixture.Refused(good + R"(,"expressions":{"$or":[)" + terms + "]}") ==
        of + "its filter has more than 64 q.eq");
}

}  // namespace
}  // namespace syncline
