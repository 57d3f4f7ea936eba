// Pages as blocks against the same pages as documents: two streams walk side by side, whatever the query,
// the sizes of pages and what is written in between, and must give, use and have read the same.
#include "shared/query/stream.hpp"

#include <doctest/doctest.h>

#include <map>

#include "shared/value/arbitrary.hpp"
#include "shared/value/block_reader.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[
  {"tableName":"typed","indexes":[{"indexDescriptor":"by_a","fields":["a"]}],
   "documentType":{"type":"object","value":{
     "A":{"fieldType":{"type":"any"},"optional":true},
     "a":{"fieldType":{"type":"any"},"optional":true},
     "aa":{"fieldType":{"type":"any"},"optional":true},
     "b":{"fieldType":{"type":"any"},"optional":true}}}},
  {"tableName":"untyped","indexes":[{"indexDescriptor":"by_a","fields":["a"]}],
   "documentType":{"type":"any"}}],"schemaValidation":true})json";

// An earlier schema of the same application: "z" has a column still.
constexpr char kEarlierSchema[] = R"json({"tables":[{"tableName":"typed","indexes":[],
  "documentType":{"type":"object","value":{
    "z":{"fieldType":{"type":"any"},"optional":true}}}}],"schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema earlier = *ParseSchema(kEarlierSchema);
  TableStore earlier_store = *TableStore::Open(*database, earlier, {});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  Arbitrary arbitrary;
  std::map<int, Row> rows;  // of the first tenant
  int last_tag = 0;

  explicit Fixture(std::uint64_t seed) : arbitrary(seed) {}

  // "A" has its place in _extra, as SQLite does not tell it from "a"; "c" is of a newer schema.
  Row AnyRow() {
    Row row;
    const int tag = ++last_tag;
    row.id.bytes.fill(static_cast<unsigned char>(tag));
    row.id.bytes[0] = static_cast<unsigned char>(tag >> 8);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    for (const char* name : {"A", "a", "aa", "b", "c", "z"}) {
      if (arbitrary.Below(name == std::string("A") ? 8 : 3) > 0) continue;
      row.document.Set(name, arbitrary.AnyValue(2));
    }
    if (arbitrary.Below(2) == 0) row.document.Set("a", arbitrary.Text());
    return row;
  }
  void Write(const TableSchema& table, TenantNo tenant, const Row* before, const Row* after) {
    std::vector<TouchedKey> touched;
    REQUIRE(database->Begin());
    REQUIRE(store.Write(tenant, table.number, before, after, touched));
    REQUIRE(database->Commit());
  }
  void AddOrRemove(const TableSchema& table) {
    if (arbitrary.Below(3) == 0 && !rows.empty()) {
      const auto at = std::next(rows.begin(), static_cast<int>(arbitrary.Below(rows.size())));
      Write(table, {1}, &at->second, nullptr);
      rows.erase(at);
    } else {
      const Row row = AnyRow();
      Write(table, {1}, nullptr, &row);
      rows.emplace(last_tag, row);
    }
  }
  Query AnyQuery(const TableSchema& table) {
    std::string source = R"({"source":{"type":"IndexRange","indexName":")" + table.name + "." +
                         (arbitrary.Below(2) == 0 ? "by_a" : "by_creation_time") +
                         R"(","range":[],"order":")" + (arbitrary.Below(2) == 0 ? "asc" : "desc") +
                         R"("},"operators":[)";
    switch (arbitrary.Below(4)) {
      case 0: source += R"({"limit":)" + std::to_string(arbitrary.Below(30)) + "}"; break;
      case 1: source += R"({"filter":{"$gte":[{"$field":"a"},{"$literal":""}]}})"; break;
      default: break;
    }
    Result<Query> query = ParseQuery(store, *ParseJsonEnvelope(source + "]}"));
    REQUIRE(query);
    return std::move(*query);
  }
};

std::string Shown(const std::vector<Object>& documents) {
  std::string text;
  for (const Object& document : documents) text += ToJson(Value(document)) + "\n";
  return text;
}

std::string Shown(const Stream& stream) {
  std::string text =
      std::to_string(stream.use().documents) + " " + std::to_string(stream.use().bytes) + "\n";
  ReadSet reads;
  stream.AddReads(reads);
  for (const ReadRange& range : reads) {
    text += std::to_string(range.index) + " " + ToJson(BytesValue{range.keys.low}) + " " +
            ToJson(BytesValue{range.keys.high}) + "\n";
  }
  return text;
}

TEST_CASE("a stream gives, uses and reads the same as blocks and as documents") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Fixture fixture(seed);
    const TableSchema& table = fixture.schema.tables[seed % 2];
    for (std::size_t i = fixture.arbitrary.Below(40); i > 0; --i) fixture.AddOrRemove(table);
    std::vector<TenantNo> tenants{{1}};
    if (fixture.arbitrary.Below(4) == 0) {
      tenants.push_back({2});
      const Row row = fixture.AnyRow();
      fixture.Write(table, {2}, nullptr, &row);
    }
    const Query query = fixture.AnyQuery(table);
    Stream plain(fixture.store, query, tenants), blocks(fixture.store, query, tenants);
    std::size_t given = 0;
    for (int page = 0; page < 6; ++page) {
      const std::size_t count = fixture.arbitrary.Below(20);
      const std::size_t consumed = fixture.arbitrary.Below(given + 1);
      const ReadUse left{1000, std::size_t{4} << 20, 0};
      const Result<Stream::Page> expected = plain.Next(count, consumed, left);
      BlockWriter block;
      const Result<bool> done = blocks.NextBlock(count, consumed, left, block);
      REQUIRE(done.has_value() == expected.has_value());
      if (!expected) {
        REQUIRE(done.error().message == expected.error().message);
        given = 0;
        continue;
      }
      bool told = false;
      REQUIRE(Shown(ReadBlock(block.Finish(*done), told)) == Shown(expected->documents));
      REQUIRE(*done == expected->done);
      REQUIRE(Shown(blocks) == Shown(plain));
      given = expected->documents.size();
      while (fixture.arbitrary.Below(2) == 0) fixture.AddOrRemove(table);
    }
    const std::size_t consumed = fixture.arbitrary.Below(given + 1);
    plain.Close(consumed);
    blocks.Close(consumed);
    REQUIRE(Shown(blocks) == Shown(plain));
  }
}

TEST_CASE("what may not be read any more ends a page, and then fails") {
  Fixture fixture(1);
  const TableSchema& table = fixture.schema.tables[0];
  for (int i = 0; i < 5; ++i) {
    Row row = fixture.AnyRow();
    row.document = Object();
    row.document.Set("b", std::string(1'000'000, 'b'));
    fixture.Write(table, {1}, nullptr, &row);
  }
  const auto read = [&](std::size_t documents, std::size_t bytes) {
    Result<Query> query =
        ParseQuery(fixture.store, *ParseJsonEnvelope(R"({"source":{"type":"FullTableScan",)"
                                                     R"("tableName":"typed","order":"asc"},)"
                                                     R"("operators":[]})"));
    REQUIRE(query);
    Stream stream(fixture.store, std::move(*query), {{1}});
    std::size_t given = 0, rows = 0;
    for (;;) {
      BlockWriter block;
      const ReadUse used = stream.use();
      const Result<bool> done =
          stream.NextBlock(100, given, {documents - used.documents, bytes - used.bytes, 0}, block);
      if (!done) return std::to_string(rows) + ": " + done.error().message.substr(0, 18);
      given = block.rows();
      rows += given;
      if (*done) return std::to_string(rows) + ": done";
    }
  };
  CHECK(read(1000, 16'000'000) == "5: done");
  CHECK(read(5, 16'000'000) == "5: done");
  CHECK(read(3, 16'000'000) == "3: Too many documents");
  CHECK(read(1000, 3'500'000) == "3: Too many bytes rea");
}

}  // namespace
}  // namespace syncline
