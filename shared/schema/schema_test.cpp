// Unit tests of schemas. JSON stands here with single quotes.
#include "shared/schema/schema.hpp"

#include <algorithm>

#include "shared/value/id.hpp"
#include "shared/value/json.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

std::string Json(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

// What Schema.export() of npm convex 1.48.0 printed for five tables of every kind.
const char* const kExported =
    "{'tables':[{'tableName':'organizations','indexes':[],'stagedDbIndexes':[],'searchIndexes':[],"
    "'stagedSearchIndexes':[],'vectorIndexes':[],'stagedVectorIndexes':[],'documentType':{'type':"
    "'object','value':{'name':{'fieldType':{'type':'string'},'optional':false}}}},{'tableName':"
    "'users','indexes':[{'indexDescriptor':'by_email','fields':['email']}],'stagedDbIndexes':[],"
    "'searchIndexes':[],'stagedSearchIndexes':[],'vectorIndexes':[],'stagedVectorIndexes':[],"
    "'documentType':{'type':'object','value':{'organizationId':{'fieldType':{'type':'id',"
    "'tableName':'organizations'},'optional':false},'email':{'fieldType':{'type':'string'},"
    "'optional':false}}}},{'tableName':'schedules','indexes':[{'indexDescriptor':'by_city',"
    "'fields':['address.city','title']}],'stagedDbIndexes':[{'indexDescriptor':'st','fields':"
    "['title']}],'searchIndexes':[{'indexDescriptor':'s','searchField':'title','filterFields':"
    "['organizationId']}],'stagedSearchIndexes':[],'vectorIndexes':[{'indexDescriptor':'v',"
    "'vectorField':'title','dimensions':3,'filterFields':[]}],'stagedVectorIndexes':[],"
    "'documentType':{'type':'object','value':{'organizationId':{'fieldType':{'type':'id',"
    "'tableName':'organizations'},'optional':false},'title':{'fieldType':{'type':'string'},"
    "'optional':false},'address':{'fieldType':{'type':'object','value':{'city':{'fieldType':"
    "{'type':'string'},'optional':false}}},'optional':true}}}},{'tableName':'events','indexes':[],"
    "'stagedDbIndexes':[],'searchIndexes':[],'stagedSearchIndexes':[],'vectorIndexes':[],"
    "'stagedVectorIndexes':[],'documentType':{'type':'union','value':[{'type':'object','value':"
    "{'kind':{'fieldType':{'type':'literal','value':'a'},'optional':false},'at':{'fieldType':"
    "{'type':'number'},'optional':false}}},{'type':'object','value':{'kind':{'fieldType':{'type':"
    "'literal','value':{'$integer':'AQAAAAAAAAA='}},'optional':false}}}]}},{'tableName':'notes',"
    "'indexes':[],'stagedDbIndexes':[],'searchIndexes':[],'stagedSearchIndexes':[],"
    "'vectorIndexes':[],'stagedVectorIndexes':[],'documentType':{'type':'any'}}],"
    "'schemaValidation':true}";

Schema Parsed(const std::string& json) {
  Result<Schema> schema = ParseSchema(Json(json));
  REQUIRE_MESSAGE(schema.has_value(), schema.error().message);
  return *std::move(schema);
}

// The schema of one table t with a field a, and these indexes.
std::string OneTable(const std::string& indexes, const std::string& type =
                                                     "{'type':'object','value':{'a':{'fieldType':"
                                                     "{'type':'any'},'optional':true}}}") {
  return "{'tables':[{'tableName':'t','indexes':[" + indexes + "],'documentType':" + type + "}]}";
}

std::string Index(const std::string& name, const std::string& fields) {
  return "{'indexDescriptor':'" + name + "','fields':[" + fields + "]}";
}

std::string MessageOf(const std::string& json) {
  const Result<Schema> schema = ParseSchema(Json(json));
  return schema ? "accepted" : schema.error().message;
}

Object Document(const std::string& json) {
  Result<Value> value = ParseJson(Json(json));
  REQUIRE_MESSAGE(value.has_value(), value.error().message);
  return *value->As<Object>();
}

TEST_CASE("a component's table has its path in front, and a table may be local") {
  const auto table = [](const std::string& name, const std::string& more = "") {
    return "{'tables':[{'tableName':'" + name + "','indexes':[],'documentType':{'type':'any'}" +
           more + "}]}";
  };
  const Schema schema = Parsed(table("a/b_1/events", ",'local':true"));
  REQUIRE(schema.FindTable("a/b_1/events"));
  CHECK(schema.FindTable("a/b_1/events")->local);
  CHECK_FALSE(Parsed(table("events")).tables[0].local);
  for (const char* wrong : {"/a", "a/", "a//b", "_a", "a/_b", "a.b", "1", "a/b/c/d/e/f/g/h/i"}) {
    CHECK_MESSAGE(MessageOf(table(wrong)) != "accepted", std::string(wrong));
  }
  CHECK(MessageOf(table("a", ",'local':1")).find("must be a boolean") != std::string::npos);
}

TEST_CASE("the host's own tables are added once the application's are read") {
  Schema schema =
      Parsed(OneTable("",
                      "{'type':'object','value':{'file':{'fieldType':{'type':'id','tableName':"
                      "'_storage'},'optional':false}}}"));
  REQUIRE(AddSystemTables(schema));
  CHECK(schema.tables.size() == 3);
  for (const char* name : {"_scheduled_functions", "_storage"}) {
    REQUIRE(schema.FindTable(name));
    CHECK(schema.FindTable(name)->local);
  }
  const TableSchema& jobs = *schema.FindTable("_scheduled_functions");
  CHECK(ValidateDocument(schema, jobs,
                         Document("{'name':'a:b','args':[{}],'scheduledTime':1,"
                                  "'state':{'kind':'failed','error':'e'}}")));
  CHECK_FALSE(ValidateDocument(
      schema, jobs,
      Document("{'name':'a:b','args':[{}],'scheduledTime':1,'state':{'kind':'failed'}}")));
}

TEST_CASE("npm convex's export is read") {
  const Schema schema = Parsed(kExported);
  REQUIRE(schema.tables.size() == 5);
  CHECK(schema.validates_documents);
  std::string names;
  for (const TableSchema& table : schema.tables) names += table.name + " ";
  CHECK(names == "events notes organizations schedules users ");
  for (const TableSchema& table : schema.tables) {
    CHECK(table.number == NumberOfTable(table.name));
    CHECK(schema.FindTable(table.name) == &table);
    CHECK(schema.FindTable(table.number) == &table);
  }
  CHECK(schema.FindTable("nothing") == nullptr);
  CHECK(schema.FindTable(TableNumber{1}) == nullptr);
  const TableSchema& schedules = *schema.FindTable("schedules");
  REQUIRE(schedules.indexes.size() == 1);
  CHECK(schedules.FindIndex("by_city")->fields ==
        std::vector<std::string>{"address.city", "title"});
  CHECK(schedules.FindIndex("by_id") == nullptr);
}

TEST_CASE("the hash is of the meaning, not of the spaces") {
  const Schema schema = Parsed(kExported);
  CHECK(Parsed(" " + std::string(kExported) + "\n").hash == schema.hash);
  CHECK(Parsed(OneTable("")).hash != schema.hash);
  CHECK(Parsed("{'tables':[{'documentType':{'type':'any'},'tableName':'t','indexes':[]}]}").hash ==
        Parsed("{'tables':[{'tableName':'t','indexes':[],'documentType':{'type':'any'}}]}").hash);
}

TEST_CASE("the implicit fields at the end of an index are dropped") {
  for (const char* fields : {"'a'", "'a','_creationTime'", "'a','_creationTime','_id'"}) {
    const Schema schema = Parsed(OneTable(Index("i", fields)));
    CHECK(schema.tables[0].indexes[0].fields == std::vector<std::string>{"a"});
  }
}

TEST_CASE("what is wrong in a schema is told with the table") {
  CHECK(MessageOf("[]") == "Schema: \"tables\" is missing");
  CHECK(MessageOf("{'tables':[{}]}") == "Schema: a table has no \"tableName\"");
  CHECK(MessageOf("{'tables':[{'tableName':'_t','indexes':[],'documentType':{'type':'any'}}]}")
            .find("table _t: its name must be") != std::string::npos);
  CHECK(MessageOf(OneTable("", "{'type':'string'}")) ==
        "Schema, table t: a document must be v.object(...), a union of objects or v.any()");
  CHECK(MessageOf(OneTable("", "{'type':'object','value':{'a':{}}}")) ==
        "Schema, table t: Validator at .value.a: \"fieldType\" is missing");
  CHECK(MessageOf(OneTable("", "{'type':'object','value':{'_a':{'fieldType':{'type':'any'}}}}")) ==
        "Schema, table t: field _a starts with an underscore, reserved");
  CHECK(MessageOf(OneTable("",
                           "{'type':'object','value':{'a':{'fieldType':{'type':'array','value':"
                           "{'type':'id','tableName':'u'}}}}}")) ==
        "Schema, table t: v.id(\"u\") names no table");
  CHECK(MessageOf(OneTable("",
                           "{'type':'object','value':{'a':{'fieldType':{'type':'id',"
                           "'tableName':'_storage'}}}}")) == "accepted");
  const std::string table = "{'tableName':'t','indexes':[],'documentType':{'type':'any'}}";
  CHECK(MessageOf("{'tables':[" + table + "," + table + "]}") ==
        "Schema, table t: it occurs twice");
}

TEST_CASE("what is wrong in an index is told with its name") {
  CHECK(MessageOf(OneTable("{}")) == "Schema, table t: an index has no \"indexDescriptor\"");
  CHECK(MessageOf(OneTable(Index("by_id", "'a'"))).find("index by_id exists already") !=
        std::string::npos);
  CHECK(MessageOf(OneTable(Index("1st", "'a'"))).find("index 1st must be") != std::string::npos);
  CHECK(MessageOf(OneTable(Index("i", "'a'") + "," + Index("i", "'a'"))) ==
        "Schema, table t: index i occurs twice");
  CHECK(MessageOf(OneTable(Index("i", "'b'"))) ==
        "Schema, table t: index i names the field b, which no document can have");
  CHECK(MessageOf(OneTable(Index("i", ""))) == "Schema, table t: index i has no fields");
  CHECK(MessageOf(OneTable(Index("i", "'_creationTime'"))) ==
        "Schema, table t: index i has no fields");
  CHECK(MessageOf(OneTable(Index("i", "'_id','a'"))) ==
        "Schema, table t: index i names the system field _id");
  CHECK(MessageOf(OneTable(Index("i", "'a','a'"))) ==
        "Schema, table t: index i names the field a twice");
  CHECK(MessageOf(OneTable(Index("i", "5"))) ==
        "Schema, table t: index i has a field that is no path");
}

TEST_CASE("bounds of a schema hold") {
  const auto indexes = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      list += (i > 0 ? "," : "") + Index("i" + std::to_string(i), "'a'");
    }
    return OneTable(list);
  };
  CHECK(MessageOf(indexes(64)) == "accepted");
  CHECK(MessageOf(indexes(65)) == "Schema, table t: more than 64 indexes");
  const auto fields = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i > 0 ? ",'a.f" : "'a.f") + std::to_string(i) + "'";
    return OneTable(Index("i", list));
  };
  CHECK(MessageOf(fields(16)) == "accepted");
  CHECK(MessageOf(fields(17)) == "Schema, table t: index i has more than 16 fields");
}

TEST_CASE("tables whose numbers collide are refused") {
  // 28 bits: among 200,000 names some share theirs.
  std::string first;
  std::string second;
  std::vector<std::pair<std::uint32_t, std::string>> seen;
  for (int i = 0; i < 200'000; ++i) {
    seen.emplace_back(NumberOfTable("t" + std::to_string(i)).value, "t" + std::to_string(i));
  }
  std::sort(seen.begin(), seen.end());
  for (std::size_t i = 1; i < seen.size() && second.empty(); ++i) {
    if (seen[i - 1].first != seen[i].first) continue;
    first = seen[i - 1].second;
    second = seen[i].second;
  }
  REQUIRE_FALSE(second.empty());
  const auto table = [](const std::string& name) {
    return "{'tableName':'" + name + "','indexes':[],'documentType':{'type':'any'}}";
  };
  const std::string message = MessageOf("{'tables':[" + table(first) + "," + table(second) + "]}");
  CHECK(message.find("collides with that of") != std::string::npos);
  CHECK(message.find("rename one of them") != std::string::npos);
}

TEST_CASE("a document is checked against its table") {
  const Schema schema = Parsed(kExported);
  const TableSchema& users = *schema.FindTable("users");
  const auto verdict = [&](const std::string& json,
                           UnknownFields unknown = UnknownFields::kRefused) {
    const Status status = ValidateDocument(schema, users, Document(json), unknown);
    return status ? "done" : status.error().message;
  };
  const std::string good = IdToText({NumberOfTable("organizations"), MakeRowId(1, 2, 3)});
  const std::string bad = IdToText({NumberOfTable("users"), MakeRowId(1, 2, 3)});
  CHECK(verdict("{'email':'a@b','organizationId':'" + good + "'}") == "done");
  CHECK(verdict("{'email':'a@b','organizationId':'" + bad + "'}") ==
        "A document of table \"users\" does not match the schema: Found an ID from table `users`, "
        "which does not match the table name in validator `v.id(\"organizations\")`.\nPath: "
        ".organizationId\nValue: \"" +
            bad + "\"\nValidator: v.id(\"organizations\")");
  const std::string later = "{'email':'a@b','later':1,'organizationId':'" + good + "'}";
  CHECK(verdict(later) != "done");
  CHECK(verdict(later, UnknownFields::kAllowed) == "done");
  CHECK(verdict("{'_id':'x','email':'a@b','organizationId':'" + good + "'}") ==
        "A document of table \"users\" cannot be stored: field `_id` starts with an underscore, "
        "which is reserved");
}

TEST_CASE("a document's limits hold, also where validation is off") {
  const Schema schema = Parsed("{'schemaValidation':false," + OneTable("").substr(1));
  const auto verdict = [&](const Object& document) {
    const Status status = ValidateDocument(schema, schema.tables[0], document);
    return status ? "done" : status.error().message;
  };
  CHECK(verdict(Document("{'unknown':1}")) == "done");
  const auto nested = [](int depth) {
    return Document("{'a':" + std::string(depth, '[') + std::string(depth, ']') + "}");
  };
  CHECK(verdict(nested(15)) == "done");
  CHECK(verdict(nested(16)) ==
        "A document of table \"t\" cannot be stored: the document is nested 17 levels deep; at "
        "most 16 are allowed");
  Object large;
  large.Set("a", std::string((std::size_t{1} << 20) - 7, 'x'));
  CHECK(verdict(large) == "done");
  large.Set("a", std::string((std::size_t{1} << 20) - 6, 'x'));
  CHECK(verdict(large) ==
        "A document of table \"t\" cannot be stored: the document has 1048577 bytes; at most 1 MiB "
        "is allowed");
  Object reserved;
  reserved.Set("$a", 1.0);
  CHECK(verdict(reserved).find("starts with a '$'") != std::string::npos);
}

}  // namespace
}  // namespace syncline
