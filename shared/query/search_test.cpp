// Searches as functions make them: what they find, in which order, and what they refuse.
#include "shared/query/search.hpp"

#include <doctest/doctest.h>

#include "shared/query/page.hpp"
#include "shared/query/stream.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[{"tableName":"t","indexes":[],
  "searchIndexes":[{"indexDescriptor":"by_body","searchField":"body",
                    "filterFields":["channel","meta.kind"]}],
  "stagedSearchIndexes":[{"indexDescriptor":"later","searchField":"body","filterFields":[]}],
  "documentType":{"type":"any"}}],"schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  std::vector<TenantNo> tenants{{1}, {2}};
  int last_tag = 0;

  // Documents get the tags 1, 2, ... and alternate between the tenants.
  Row Add(const std::string& json) {
    Row row;
    const int tag = ++last_tag;
    row.id.bytes.fill(static_cast<unsigned char>(tag));
    row.id.bytes[0] = static_cast<unsigned char>(tag >> 8);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    row.document = *(*ParseJson(json)).As<Object>();
    row.document.Set("tag", static_cast<double>(tag));
    std::vector<TouchedKey> touched;
    REQUIRE(database->Begin());
    REQUIRE(store.Write(tenants[static_cast<std::size_t>(tag) % 2], schema.tables[0].number,
                        nullptr, &row, touched));
    REQUIRE(database->Commit());
    return row;
  }
  void AddTexts(std::initializer_list<const char*> texts) {
    for (const char* text : texts) Add(std::string(R"({"body":")") + text + "\"}");
  }
  Value Json(const std::string& filters, const std::string& operators = "") {
    return *ParseJsonEnvelope(R"({"source":{"type":"Search","indexName":"t.by_body","filters":[)" +
                              filters + R"(]},"operators":[)" + operators + "]}");
  }
  static std::string Text(const std::string& text) {
    return R"({"type":"Search","fieldPath":"body","value":")" + text + "\"}";
  }
  std::vector<int> Tags(const std::vector<Object>& documents) {
    std::vector<int> tags;
    for (const Object& document : documents) {
      tags.push_back(static_cast<int>(*document.Find("tag")->As<double>()));
    }
    return tags;
  }
  // The tags of what is found, in order, fetched in pages of three.
  std::vector<int> Found(const std::string& filters, const std::string& operators = "") {
    Result<Query> query = ParseQuery(store, Json(filters, operators));
    REQUIRE_MESSAGE(query, (query ? "" : query.error().message));
    Stream stream(store, std::move(*query), tenants);
    std::vector<Object> documents;
    for (bool done = false; !done;) {
      Result<Stream::Page> page = stream.Next(3, 3);
      REQUIRE(page);
      done = page->done;
      for (Object& document : page->documents) documents.push_back(std::move(document));
    }
    return Tags(documents);
  }
  Error Refused(const std::string& source) {
    const Result<Query> query =
        ParseQuery(store, *ParseJsonEnvelope(R"({"source":)" + source + R"(,"operators":[]})"));
    REQUIRE_FALSE(query);
    return query.error();
  }
};

using Tags = std::vector<int>;

TEST_CASE("a search finds the texts with any of the words, in any case") {
  Fixture fixture;
  fixture.AddTexts({"The quick brown fox", "a lazy DOG", "no animals", "dog and Fox"});
  fixture.Add(R"({"body":7})");
  fixture.Add(R"({})");
  CHECK(fixture.Found(Fixture::Text("lazy")) == Tags{2});
  CHECK(fixture.Found(Fixture::Text("FOX, dog!")) == Tags{4, 2, 1});
  CHECK(fixture.Found(Fixture::Text("cat")) == Tags{});
  CHECK(fixture.Found(Fixture::Text("")) == Tags{});
  CHECK(fixture.Found(Fixture::Text("?!")) == Tags{});
}

TEST_CASE("the last word is enough as a beginning, the others are not") {
  Fixture fixture;
  fixture.AddTexts({"sync engine", "synchronous code", "engine code"});
  CHECK(fixture.Found(Fixture::Text("syn")) == Tags{2, 1});
  CHECK(fixture.Found(Fixture::Text("syn code")) == Tags{3, 2});
  // The whole word comes before those that begin with it.
  CHECK(fixture.Found(Fixture::Text("sync")) == Tags{1, 2});
  CHECK(fixture.Found(Fixture::Text("code syn code")) == Tags{3, 2});
}

TEST_CASE(
    "the most relevant comes first: more words, rarer words, shorter texts; then the newest") {
  Fixture fixture;
  fixture.AddTexts({"apple", "apple banana", "cherry apple pear plum", "apple apple fig", "apple"});
  CHECK(fixture.Found(Fixture::Text("banana apple ")) == Tags{2, 5, 1, 4, 3});
  CHECK(fixture.Found(Fixture::Text("cherry apple"))[0] == 3);
  CHECK(fixture.Found(Fixture::Text("apple")) == Tags{5, 1, 4, 2, 3});
}

TEST_CASE("equalities, filters and limits hold") {
  Fixture fixture;
  fixture.Add(R"({"body":"red ball","channel":"a","meta":{"kind":1}})");
  fixture.Add(R"({"body":"red cube","channel":"b"})");
  fixture.Add(R"({"body":"red cone","channel":"a"})");
  fixture.Add(R"({"body":"red line"})");
  const auto eq = [](const std::string& field, const std::string& value) {
    return R"(,{"type":"Eq","fieldPath":")" + field + R"(","value":)" + value + "}";
  };
  const std::string red = Fixture::Text("red");
  CHECK(fixture.Found(red + eq("channel", "\"a\"")) == Tags{3, 1});
  CHECK(fixture.Found(red + eq("channel", "\"a\"") + eq("meta.kind", "1")) == Tags{1});
  CHECK(fixture.Found(red + eq("channel", R"({"$undefined":null})")) == Tags{4});
  CHECK(
      fixture.Found(red, R"({"filter":{"$neq":[{"$field":"tag"},{"$literal":3}]}},{"limit":2})") ==
      Tags{4, 2});
}

TEST_CASE("at most 1,024 are found, and 16 words count") {
  Fixture fixture;
  REQUIRE(fixture.database->Run("PRAGMA synchronous=OFF"));
  for (int i = 0; i < 1030; ++i) fixture.Add(R"({"body":"same"})");
  CHECK(fixture.Found(Fixture::Text("same")).size() == 1024);
  std::string words;
  for (int i = 0; i < 16; ++i) words += "w" + std::to_string(i) + " ";
  CHECK(fixture.Found(Fixture::Text(words + "same")).empty());
}

TEST_CASE("pages of a search follow each other and keep their borders") {
  Fixture fixture;
  fixture.AddTexts({"x", "x y", "x y z", "x y z a", "x y z a b"});
  const Value json = fixture.Json(Fixture::Text("x"));
  const auto page = [&](std::optional<std::string> cursor, std::optional<std::string> end) {
    Result<Query> query = ParseQuery(fixture.store, json);
    REQUIRE(query);
    const std::uint64_t fingerprint = FingerprintOf(*query, json);
    ReadSet reads;
    ReadUse use;
    Result<QueryPage> read =
        ReadPage(fixture.store, std::move(*query), fingerprint, fixture.tenants,
                 {cursor, end, 2, {}, {}}, Remaining({}), reads, use);
    REQUIRE(read);
    CHECK(reads.size() == 2);
    return std::move(*read);
  };
  const QueryPage first = page({}, {});
  CHECK(fixture.Tags(first.documents) == Tags{1, 2});
  const QueryPage second = page(first.continue_cursor, {});
  CHECK(fixture.Tags(second.documents) == Tags{3, 4});
  const QueryPage third = page(second.continue_cursor, {});
  CHECK(fixture.Tags(third.documents) == Tags{5});
  CHECK(third.done);
  CHECK(fixture.Tags(page(first.continue_cursor, second.continue_cursor).documents) == Tags{3, 4});
}

TEST_CASE("a search has read the whole table of the tenants that it looked in") {
  Fixture fixture;
  fixture.AddTexts({"one", "two"});
  Result<Query> query = ParseQuery(fixture.store, fixture.Json(Fixture::Text("one")));
  REQUIRE(query);
  Stream stream(fixture.store, std::move(*query), fixture.tenants);
  ReadSet reads;
  stream.AddReads(reads);
  CHECK(reads.empty());
  REQUIRE(stream.Next(1, 0));
  stream.Close(1);
  stream.AddReads(reads);
  REQUIRE(reads.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(reads[i].index == kByCreationTime);
    CHECK(reads[i].keys.low == TenantKey(fixture.tenants[i], {}));
    CHECK(reads[i].keys.high == TenantKey({fixture.tenants[i].value + 1}, {}));
  }
}

TEST_CASE("what is wrong in a search says what to do") {
  Fixture fixture;
  const auto source = [](const std::string& index, const std::string& filters,
                         const std::string& more = "") {
    return R"({"type":"Search","indexName":"t.)" + index + R"(","filters":[)" + filters + "]" +
           more + "}";
  };
  const auto message = [&](const std::string& filters, const std::string& more = "") {
    const Error error = fixture.Refused(source("by_body", filters, more));
    CHECK(error.code == Code::kInvalid);
    return error.message;
  };
  const std::string text = Fixture::Text("x");
  const Error unknown = fixture.Refused(source("by_title", text));
  CHECK(unknown.code == Code::kNotFound);
  CHECK(unknown.message ==
        "Search index \"by_title\" not found on table \"t\"; add .searchIndex(\"by_title\", {...}) "
        "in schema.ts");
  const Error staged = fixture.Refused(source("later", text));
  CHECK(staged.code == Code::kNotFound);
  CHECK(staged.message.find("staged: true") != std::string::npos);
  CHECK(message("") == "Search of \"t.by_body\": it needs q.search(field, text)");
  CHECK(message(text + "," + text) == "Search of \"t.by_body\": there are two q.search; use one");
  CHECK(message(R"({"type":"Search","fieldPath":"title","value":"x"})") ==
        "Search of \"t.by_body\": q.search must be on its searchField \"body\", not \"title\"");
  CHECK(message(R"({"type":"Search","fieldPath":"body","value":5})") ==
        "Search of \"t.by_body\": q.search takes a text to search for");
  CHECK(message(text + R"(,{"type":"Eq","fieldPath":"tag","value":1})") ==
        "Search of \"t.by_body\": \"tag\" is not among its filterFields (\"channel\", "
        "\"meta.kind\"); add it there, or use .filter()");
  CHECK(message(text, R"(,"order":"desc")") ==
        "Search of \"t.by_body\": results come by relevance; leave out .order()");
  std::string many = text;
  for (int i = 0; i < 9; ++i) many += R"(,{"type":"Eq","fieldPath":"channel","value":1})";
  CHECK(message(many) == "Search of \"t.by_body\": there are more than 8 q.eq");
}

}  // namespace
}  // namespace syncline
