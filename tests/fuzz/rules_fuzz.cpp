// The rules of one table: any JSON is rules or an error that names the place, and rules say of any row, by
// anybody, yes or no. The input stands where the table's rules stand.
#include "shared/rules/rules.hpp"

#include <string>

#include "shared/base/check.hpp"
#include "shared/schema/schema.hpp"
#include "shared/value/json.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[
  {"tableName":"teams","indexes":[],"documentType":{"type":"object","value":{}}},
  {"tableName":"people","indexes":[{"indexDescriptor":"by_email","fields":["email","role"]}],
   "documentType":{"type":"object","value":{
    "team":{"fieldType":{"type":"id","tableName":"teams"},"optional":false},
    "email":{"fieldType":{"type":"string"},"optional":true},
    "role":{"fieldType":{"type":"string"},"optional":true}}}},
  {"tableName":"tasks","indexes":[{"indexDescriptor":"by_who","fields":["who"]}],
   "documentType":{"type":"object","value":{
    "team":{"fieldType":{"type":"id","tableName":"teams"},"optional":false},
    "who":{"fieldType":{"type":"id","tableName":"people"},"optional":true},
    "all":{"fieldType":{"type":"array","value":{"type":"id","tableName":"people"}},"optional":true},
    "n":{"fieldType":{"type":"number"},"optional":true},
    "s":{"fieldType":{"type":"any"},"optional":true},
    "o":{"fieldType":{"type":"object","value":{
      "s":{"fieldType":{"type":"string"},"optional":true}}},"optional":true}}}}]})json";

Object Parsed(const char* json) {
  Result<Value> value = ParseJson(json);
  CHECK(value);
  return *value->As<Object>();
}

}  // namespace

void Fuzz(ByteView input) {
  static const Schema& schema = *new Schema(*ParseSchema(kSchema));
  static const Object& before = *new Object(Parsed(R"({"n":1,"s":"draft","o":{"s":"b"}})"));
  static const Object& after = *new Object(Parsed(R"({"n":2,"s":"active","all":["x"]})"));
  const std::string json =
      R"({"tenancy":{"root":"teams","fields":{"people":"team","tasks":"team"}},"membership":{)"
      R"("table":"people","field":"email","claim":"email","role":"role"},"tables":{"tasks":)" +
      std::string(input) + "}}";
  const Result<Rules> rules = Rules::Parse(json, schema);
  if (!rules) {
    CHECK(rules.error().message.rfind("Rules ", 0) == 0);
    return;
  }
  const Actor member{Parsed(R"({"email":"a@x.org"})"), "member"}, stranger{{}, std::nullopt};
  const FindRow find = [](const Expr&, const Array& values) {
    return values.size() == 1 ? Found::kYes : Found::kNo;
  };
  for (const Actor& actor : {member, stranger}) {
    (void)rules->MayRead("tasks", actor, after);
    (void)rules->Judge("tasks", Action::kInsert, actor, nullptr, &after, &find);
    (void)rules->Judge("tasks", Action::kUpdate, actor, &before, &after);
    (void)rules->Judge("tasks", Action::kDelete, actor, &before, nullptr, &find);
  }
  for (const Reference& reference : rules->Find("tasks")->references) {
    CHECK(!rules->ReferrersOf(reference.table).empty());
  }
}

}  // namespace syncline
