// Unit tests of validators. JSON stands here with single quotes.
#include "shared/schema/validator.hpp"

#include <algorithm>

#include "shared/value/arbitrary.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/order.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

std::string Json(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

Validator Parsed(const std::string& json) {
  Result<Validator> validator = ParseValidator(Json(json));
  REQUIRE_MESSAGE(validator.has_value(), validator.error().message);
  return *std::move(validator);
}

Value Of(const std::string& json) {
  Result<Value> value = ParseJson(Json(json));
  REQUIRE_MESSAGE(value.has_value(), value.error().message);
  return *std::move(value);
}

std::string Verdict(const Validator& validator, const Value& value,
                    UnknownFields unknown = UnknownFields::kRefused) {
  const Status status = Validate(validator, value, unknown);
  return status ? "done" : status.error().message;
}

bool Accepts(const std::string& validator, const std::string& value) {
  return Validate(Parsed(validator), Of(value)).has_value();
}

const char* const kDocument =
    "{'type':'object','value':{"
    "'title':{'fieldType':{'type':'string'},'optional':false},"
    "'count':{'fieldType':{'type':'bigint'},'optional':true},"
    "'status':{'fieldType':{'type':'union','value':[{'type':'literal','value':'draft'},"
    "{'type':'literal','value':'active'}]},'optional':false},"
    "'tags':{'fieldType':{'type':'array','value':{'type':'object','value':{"
    "'name':{'fieldType':{'type':'string'},'optional':false}}}},'optional':true}}}";

TEST_CASE("each type accepts its values and no others") {
  const std::string values[] = {"null", "1.5",    "{'$integer':'AQAAAAAAAAA='}",
                                "true", "'text'", "{'$bytes':'AQ=='}",
                                "[]",   "{}"};
  const std::string types[] = {"null", "number", "bigint", "boolean", "string", "bytes"};
  for (std::size_t t = 0; t < std::size(types); ++t) {
    for (std::size_t v = 0; v < std::size(values); ++v) {
      CHECK_MESSAGE(Accepts("{'type':'" + types[t] + "'}", values[v]) == (t == v), types[t],
                    values[v]);
    }
  }
  for (const std::string& value : values) {
    CHECK(Accepts("{'type':'any'}", value));
    CHECK(Accepts("{'type':'array','value':{'type':'any'}}", value) == (value == "[]"));
    CHECK(Accepts("{'type':'object','value':{}}", value) == (value == "{}"));
    CHECK_FALSE(Accepts("{'type':'union','value':[]}", value));
  }
  CHECK_FALSE(Validate(Parsed("{'type':'any'}"), Undefined{}).has_value());
  // The timestamp of a commit is an int64.
  CHECK(Accepts("{'type':'commitTs'}", values[2]));
  CHECK_FALSE(Accepts("{'type':'commitTs'}", values[1]));
}

TEST_CASE("literals are equal by type and value") {
  CHECK(Accepts("{'type':'literal','value':'a'}", "'a'"));
  CHECK_FALSE(Accepts("{'type':'literal','value':'a'}", "'b'"));
  CHECK(Accepts("{'type':'literal','value':1}", "1"));
  CHECK(Accepts("{'type':'literal','value':{'$integer':'AQAAAAAAAAA='}}",
                "{'$integer':'AQAAAAAAAAA='}"));
  CHECK_FALSE(Accepts("{'type':'literal','value':{'$integer':'AQAAAAAAAAA='}}", "1"));
}

TEST_CASE("an id is of its table") {
  const Validator validator = Parsed("{'type':'id','tableName':'users'}");
  const std::string id = IdToText({NumberOfTable("users"), MakeRowId(1, 2, 3)});
  const std::string other = IdToText({NumberOfTable("schedules"), MakeRowId(1, 2, 3)});
  CHECK(Verdict(validator, id) == "done");
  CHECK(Verdict(validator, other) ==
        "Found an ID of another table, which does not match the table name in "
        "validator `v.id(\"users\")`.\nValue: \"" +
            other + "\"\nValidator: v.id(\"users\")");
  CHECK(Verdict(validator, id.substr(1)) != "done");
  CHECK(Verdict(validator, 1.0) != "done");
}

TEST_CASE("records check keys and values") {
  const std::string record =
      "{'type':'record','keys':{'type':'union','value':[{'type':'literal','value':'a'},"
      "{'type':'literal','value':'b'}]},'values':{'fieldType':{'type':'number'},'optional':false}}";
  CHECK(Accepts(record, "{}"));
  CHECK(Accepts(record, "{'a':1,'b':2}"));
  CHECK_FALSE(Accepts(record, "{'c':1}"));
  CHECK_FALSE(Accepts(record, "{'a':'1'}"));
  CHECK(Verdict(Parsed(record), Of("{'a':'1'}")) ==
        "Value does not match validator.\nPath: .a\nValue: \"1\"\nValidator: v.number()");
}

TEST_CASE("a mismatch says where, what was found and what was expected") {
  const Validator document = Parsed(kDocument);
  CHECK(Verdict(document, Of("{'title':'x','status':'draft','tags':[{'name':'y'}]}")) == "done");
  CHECK(Verdict(document, Of("{'title':'x','status':'done'}")) ==
        "Value does not match validator.\nPath: .status\nValue: \"done\"\nValidator: "
        "v.union(v.literal(\"draft\"), v.literal(\"active\"))");
  CHECK(Verdict(document, Of("{'title':'x','status':'draft','tags':[{'name':'y'},{'name':1}]}")) ==
        "Value does not match validator.\nPath: .tags[1].name\nValue: 1\nValidator: v.string()");
  CHECK(Verdict(document, Of("{'title':'x','status':'draft','tags':[{}]}")) ==
        "Object is missing the required field `name`. Consider wrapping the field validator in "
        "`v.optional(...)` if this is expected.\nPath: .tags[0]\nValue: {}\nValidator: "
        "v.object({name: v.string()})");
  CHECK(Verdict(document, Of("{'title':'x','status':'draft','tags':[{'name':'y','z':1}]}")) ==
        "Object contains extra field `z` that is not in the validator.\nPath: .tags[0]\nValue: "
        "{name: \"y\", z: 1}\nValidator: v.object({name: v.string()})");
  CHECK(Verdict(document, 5.0).find("validator.\nValue: 5\nValidator: v.object({") !=
        std::string::npos);
}

TEST_CASE("of a union of objects, the one that was meant is told") {
  const auto shape = [](const std::string& kind, const std::string& field) {
    return "{'type':'object','value':{'kind':{'fieldType':{'type':'literal','value':'" + kind +
           "'},'optional':false},'" + field +
           "':{'fieldType':{'type':'number'},'optional':false}}}";
  };
  const Validator either = Parsed("{'type':'union','value':[{'type':'null'}," +
                                  shape("circle", "radius") + "," + shape("square", "side") + "]}");
  CHECK(Verdict(either, Of("{'kind':'circle','radius':'2'}")) ==
        "Value does not match validator.\nPath: .radius\nValue: \"2\"\nValidator: v.number()");
  CHECK(Verdict(either, Of("{'kind':'line'}"))
            .find("Validator: v.union(v.null(), v.object({kind: v.literal(\"circle\")") !=
        std::string::npos);
}

TEST_CASE("values are shown as a developer writes them") {
  CHECK(Describe(Of("{'a-b':[{'$integer':'AQAAAAAAAAA='},{'$float':'AAAAAAAA8H8='},null,true,"
                    "{'$bytes':'AQ=='}],'c':{'d':-1.5}}")) ==
        "{\"a-b\": [1n, Infinity, null, true, ArrayBuffer(1)], c: {d: -1.5}}");
  CHECK(Describe(Value(Array(8000, Value("abcdefgh")))).size() < 2000);
}

TEST_CASE("a long value is cut in the message, between characters") {
  std::string text = "x";
  for (int i = 0; i < 200; ++i) text += "\xE2\x82\xAC";
  const std::string message = Verdict(Parsed("{'type':'null'}"), text);
  CHECK(message.size() < 300);
  CHECK(message.find("...\nValidator: v.null()") != std::string::npos);
  std::string json;
  AppendJsonString(json, message);
  CHECK(ParseJson(json).has_value());
}

TEST_CASE("unknown fields are allowed in the outermost object only, through unions too") {
  const auto allowed = [](const std::string& validator, const std::string& value) {
    return Validate(Parsed(validator), Of(value), UnknownFields::kAllowed).has_value();
  };
  CHECK(allowed(kDocument, "{'title':'x','status':'draft','later':1}"));
  CHECK_FALSE(allowed(kDocument, "{'title':1,'status':'draft','later':1}"));
  CHECK_FALSE(allowed(kDocument, "{'title':'x','status':'draft','tags':[{'name':'y','z':1}]}"));
  const std::string either =
      "{'type':'union','value':[{'type':'null'}," + std::string(kDocument) + "]}";
  CHECK(allowed(either, "{'title':'x','status':'draft','later':1}"));
  CHECK_FALSE(Accepts(either, "{'title':'x','status':'draft','later':1}"));
}

TEST_CASE("a validator is described as a developer writes it") {
  CHECK(Describe(Parsed(kDocument)) ==
        "v.object({count: v.optional(v.int64()), status: v.union(v.literal(\"draft\"), "
        "v.literal(\"active\")), tags: v.optional(v.array(v.object({name: v.string()}))), title: "
        "v.string()})");
  CHECK(Describe(
            Parsed("{'type':'record','keys':{'type':'string'},'values':{'fieldType':"
                   "{'type':'literal','value':{'$integer':'AQAAAAAAAAA='}},'optional':false}}")) ==
        "v.record(v.string(), v.literal(1n))");
  CHECK(Describe(Parsed("{'type':'object','value':{'a-b':{'fieldType':{'type':'any'},'optional':"
                        "false}}}")) == "v.object({\"a-b\": v.any()})");
}

TEST_CASE("a path is one that documents may have") {
  const Validator document = Parsed(kDocument);
  CHECK(MayHavePath(document, "title"));
  for (const char* path : {"", "titles", "title.x", "tags.name", "status.x"}) {
    CHECK_MESSAGE(!MayHavePath(document, path), std::string(path));
  }
  CHECK(MayHavePath(Parsed("{'type':'any'}"), "a.b"));
}

TEST_CASE("a validator that is wrong is refused with its place") {
  const auto message = [](const std::string& json) {
    const Result<Validator> validator = ParseValidator(Json(json));
    return validator ? "accepted" : validator.error().message;
  };
  CHECK(message("5") == "Validator at the top: expected an object with a \"type\"");
  CHECK(message("{'type':'strin'}") == "Validator at the top: unknown type \"strin\"");
  CHECK(message("{'type':'array','value':{'type':'id'}}") ==
        "Validator at .value: \"tableName\" must name a table");
  CHECK(message("{'type':'object','value':{'a':{'fieldType':{'type':'x'}}}}") ==
        "Validator at .value.a.fieldType: unknown type \"x\"");
  CHECK(message("{'type':'union','value':[{'type':'any'},{'type':'literal','value':null}]}") ==
        "Validator at .value[1]: \"value\" must be a string, number, bigint or boolean");
  CHECK(message("{'type':'object','value':{'a':{'fieldType':{'type':'any'},'optional':1}}}") ==
        "Validator at .value.a: \"optional\" must be a boolean");
  CHECK(message("{'type':'any'").rfind("Validator at ", 0) == 0);
  for (const char* json : {"{'type':'array'}", "{'type':'object'}", "{'type':'union','value':{}}",
                           "{'type':'record','keys':{'type':'string'}}", "{'type':'commit'}",
                           "{'type':'object','value':{'a':{'optional':true}}}"}) {
    CHECK_MESSAGE(message(json) != "accepted", std::string(json));
  }
}

TEST_CASE("nesting of validators is bounded") {
  const auto nested = [](int depth) {
    std::string json = "{'type':'any'}";
    for (int i = 1; i < depth; ++i) {
      json = "{'type':'object','value':{'a':{'fieldType':" + json + ",'optional':false}}}";
    }
    return Json(json);
  };
  CHECK(ParseValidator(nested(64)).has_value());
  const Result<Validator> deeper = ParseValidator(nested(65));
  REQUIRE_FALSE(deeper.has_value());
  CHECK(deeper.error().message.find("nested deeper than 64") != std::string::npos);
}

TEST_CASE("law: v.any() accepts every value, and a literal its own only") {
  Arbitrary arbitrary(1);
  Validator any;
  Validator literal;
  literal.kind = Validator::Kind::kLiteral;
  for (int i = 0; i < 20'000; ++i) {
    const Value a = arbitrary.AnyValue(1);
    literal.literal = arbitrary.AnyValue(0);
    const bool holds =
        Validate(any, a).has_value() && Validate(literal, a).has_value() == (a == literal.literal);
    REQUIRE_MESSAGE(holds, ToJson(a), " ", ToJson(literal.literal));
  }
}

}  // namespace
}  // namespace syncline
