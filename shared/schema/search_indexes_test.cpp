// Search and vector indexes as the schema declares them, and what is refused.
#include "shared/schema/schema.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace syncline {
namespace {

// A table "t" with body, channel and embedding, and these members; ' stands for ".
Result<Schema> Parse(const std::string& members) {
  std::string json =
      "{'tables':[{'tableName':'t','indexes':[{'indexDescriptor':'by_body','fields':['body']}],"
      "'documentType':{'type':'object','value':{"
      "'body':{'fieldType':{'type':'string'},'optional':false},"
      "'channel':{'fieldType':{'type':'string'},'optional':true},"
      "'embedding':{'fieldType':{'type':'array','value':{'type':'number'}},'optional':true}}}," +
      members + "}]}";
  std::replace(json.begin(), json.end(), '\'', '"');
  return ParseSchema(json);
}

std::string MessageOf(const std::string& members) {
  const Result<Schema> schema = Parse(members);
  return schema ? "accepted" : schema.error().message;
}

std::string Search(const std::string& name, const std::string& field, const std::string& filters) {
  return "{'indexDescriptor':'" + name + "','searchField':'" + field + "','filterFields':[" +
         filters + "]}";
}

std::string Vector(const std::string& dimensions) {
  return "{'indexDescriptor':'v','vectorField':'embedding','dimensions':" + dimensions +
         ",'filterFields':['channel']}";
}

TEST_CASE("search and vector indexes are read, staged ones too") {
  const Result<Schema> schema =
      Parse("'searchIndexes':[" + Search("s", "body", "'channel'") + "],'stagedSearchIndexes':[" +
            Search("later", "channel", "") + "],'vectorIndexes':[" + Vector("1536") + "]");
  REQUIRE(schema.has_value());
  const TableSchema& table = schema->tables[0];
  REQUIRE(table.search_indexes.size() == 2);
  CHECK(table.search_indexes[0].name == "s");
  CHECK(table.search_indexes[0].search_field == "body");
  CHECK(table.search_indexes[0].filter_fields == std::vector<std::string>{"channel"});
  CHECK_FALSE(table.search_indexes[0].staged);
  CHECK(table.search_indexes[1].staged);
  REQUIRE(table.vector_indexes.size() == 1);
  CHECK(table.vector_indexes[0].vector_field == "embedding");
  CHECK(table.vector_indexes[0].dimensions == 1536);
}

TEST_CASE("what is wrong in a search index is told with its name") {
  const auto search = [](const std::string& index) {
    return MessageOf("'searchIndexes':[" + index + "]");
  };
  CHECK(search("{}") == "Schema, table t: a search index has no \"indexDescriptor\"");
  CHECK(search(Search("by_body", "body", "")) == "Schema, table t: index by_body occurs twice");
  CHECK(search(Search("s", "title", "")) ==
        "Schema, table t: index s names the field title, which no document can have");
  CHECK(search(Search("s", "body", "'channel','channel'")) ==
        "Schema, table t: index s names the filter field channel twice");
  CHECK(search(Search("s", "body", "'_creationTime'")) ==
        "Schema, table t: index s names the system field _creationTime");
  CHECK(search("{'indexDescriptor':'s'}") ==
        "Schema, table t: index s has no field in \"searchField\"");
  CHECK(MessageOf("'searchIndexes':[" + Search("s", "body", "") + "],'vectorIndexes':[" +
                  Vector("3") + "],'stagedSearchIndexes':[" + Search("v", "body", "") + "]") ==
        "Schema, table t: index v occurs twice");
}

TEST_CASE("bounds of search and vector indexes hold") {
  const auto searches = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      list += (i > 0 ? "," : "") + Search("s" + std::to_string(i), "body", "");
    }
    return MessageOf("'searchIndexes':[" + list + "]");
  };
  CHECK(searches(4) == "accepted");
  CHECK(searches(5) == "Schema, table t: more than 4 search indexes");
  for (const char* dimensions : {"2", "4096"}) {
    CHECK(MessageOf("'vectorIndexes':[" + Vector(dimensions) + "]") == "accepted");
  }
  for (const char* dimensions : {"1", "4097", "2.5", "'3'"}) {
    CHECK(MessageOf("'vectorIndexes':[" + Vector(dimensions) + "]") ==
          "Schema, table t: index v needs 2 to 4,096 \"dimensions\"");
  }
}

}  // namespace
}  // namespace syncline
