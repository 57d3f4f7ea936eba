// Laws and vectors of values as JSON.
#include "shared/value/json.hpp"

#include <doctest/doctest.h>

#include "shared/value/arbitrary.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

std::string MessageOf(std::string_view json) {
  const Result<Value> value = ParseJson(json);
  return value ? "accepted" : value.error().message;
}

bool Mentions(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

TEST_CASE("an undefined literal of a filter stays in its envelope") {
  const auto filter = ParseJsonEnvelope(R"({"$literal":{"$undefined":null}})");
  REQUIRE(filter);
  REQUIRE(filter->As<Object>()->size() == 1);
  CHECK(filter->As<Object>()->members().front().value.is_undefined());
}

TEST_CASE("values are written as npm convex and JSON.stringify write them") {
  Object object;
  object.Set("b", Array{1.0, Null{}, true});
  object.Set("a", "text");
  const std::pair<Value, const char*> vectors[] = {
      {Undefined{}, R"({"$undefined":null})"},
      {Null{}, "null"},
      {false, "false"},
      {std::int64_t{1}, R"({"$integer":"AQAAAAAAAAA="})"},
      {std::int64_t{-1}, R"({"$integer":"//////////8="})"},
      {-0.0, R"({"$float":"AAAAAAAAAIA="})"},
      {std::numeric_limits<double>::infinity(), R"({"$float":"AAAAAAAA8H8="})"},
      {BytesValue{"\x01\x02"}, R"({"$bytes":"AQI="})"},
      {object, R"({"a":"text","b":[1,null,true]})"},
      {Array{}, "[]"},
      {Object(), "{}"},
      {std::string("\"\\/\b\f\n\r\t\0\x1F\x7F\xC3\xA9", 13),
       "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7F\xC3\xA9\""},
  };
  for (const auto& [value, json] : vectors) CHECK(ToJson(value) == json);
}

TEST_CASE("numbers are written as JavaScript prints them") {
  const std::pair<double, const char*> vectors[] = {
      {0, "0"},
      {-5, "-5"},
      {1.5, "1.5"},
      {-0.1, "-0.1"},
      {123.456, "123.456"},
      {9007199254740991, "9007199254740991"},
      {9007199254740992, "9007199254740992"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {0.000001, "0.000001"},
      {0.00000123, "0.00000123"},
      {1e-7, "1e-7"},
      {-1.25e-7, "-1.25e-7"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {1700000000000.25, "1700000000000.25"},
      {0.30000000000000004, "0.30000000000000004"},
  };
  for (const auto& [value, json] : vectors) CHECK(ToJson(value) == json);
}

TEST_CASE("JSON is read as values") {
  const std::pair<const char*, Value> vectors[] = {
      {"5", 5.0},
      {" -5e0 ", -5.0},
      {"-0", -0.0},
      {"0.1", 0.1},
      {"1e-400", 0.0},
      {"9007199254740993", 9007199254740992.0},
      {"18446744073709551616", 18446744073709551616.0},
      // Halfway cases that a quick conversion gets wrong in the last place.
      {"2.2250738585072011e-308", 2.2250738585072011e-308},
      {"6.631236846766476e-316", 6.631236846766476e-316},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {R"({"$integer":"AQAAAAAAAAA="})", std::int64_t{1}},
      {R"({"$float":"AAAAAAAAAIA="})", -0.0},
      {R"({"$bytes":""})", BytesValue{}},
      {R"("\u00e9\ud83d\ude00")", "\xC3\xA9\xF0\x9F\x98\x80"},
      {"\"\xC3\xA9\"", "\xC3\xA9"},
  };
  for (const auto& [json, wanted] : vectors) {
    const std::string text = json;
    const Result<Value> value = ParseJson(text);
    REQUIRE_MESSAGE(value.has_value(), text);
    CHECK_MESSAGE(*value == wanted, text);
  }
}

TEST_CASE("law: values come back from JSON as they were") {
  Arbitrary arbitrary(1);
  for (int i = 0; i < 50'000; ++i) {
    const Value value = arbitrary.AnyValue(4);
    const std::string json = ToJson(value);
    const Result<Value> read = ParseJson(json);
    const bool holds = read && *read == value && ToJson(*read) == json;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", json);
  }
}

TEST_CASE("law: JSON that was cut or changed is refused or is read as some value") {
  Arbitrary arbitrary(2);
  for (int i = 0; i < 50'000; ++i) {
    std::string json = ToJson(arbitrary.AnyValue(3));
    if (arbitrary.Below(2) == 0) json.resize(arbitrary.Below(json.size()));
    static constexpr std::string_view kLetters = "{}[]\",:$0-e.\\u\xC3 ";
    if (!json.empty())
      json[arbitrary.Below(json.size())] = kLetters[arbitrary.Below(kLetters.size())];
    const Result<Value> read = ParseJson(json);
    const bool holds = !read || *ParseJson(ToJson(*read)) == *read;
    REQUIRE_MESSAGE(holds, "case ", i, ": ", json);
  }
}

TEST_CASE("what is wrong is told with its place") {
  CHECK(MessageOf("") == "at the top, byte 0: the JSON text ends too early");
  CHECK(Mentions(MessageOf("{} {}"), "more text after the value"));
  CHECK(Mentions(MessageOf(R"({"items":[1,{"name":tru}]})"), "at .items[1].name, byte "));
  CHECK(Mentions(MessageOf(R"({"a":[{"$float":"AAAAAAAA8D8="}]})"), "at .a[0], byte "));
  CHECK(Mentions(MessageOf(R"({"$integer":5})"), "$integer must be 8 bytes in base64"));
  CHECK(Mentions(MessageOf(R"({"$integer":"AQ=="})"), "$integer must be 8 bytes in base64"));
  CHECK(Mentions(MessageOf(R"({"$bytes":"AQI"})"), "$bytes must be base64"));
  CHECK(Mentions(MessageOf("1e999"), "too large"));
  CHECK(Mentions(MessageOf(R"({"a":1,"a":2})"), "the field a occurs twice"));
  CHECK(MessageOf(R"({"a":{"$b":1}})") ==
        "at .a: field name \"$b\" starts with a '$', which is reserved");
  CHECK(Mentions(MessageOf(R"([{"a\n":1}])"), "at [0]: field name \"a\\n\""));
  CHECK(Mentions(MessageOf("{\"\xC3\xA9\":1}"), "non-control ASCII"));
  CHECK(Mentions(MessageOf("{\"\x7F\":1}"), "non-control ASCII"));
  CHECK(Mentions(MessageOf("{\"" + std::string(1025, 'a') + "\":1}"), "longer than 1024"));
}

TEST_CASE("a lone surrogate and bytes that are not UTF-8 are refused with a clear word") {
  for (const char* json : {R"("\ud800")", R"("\udc00")", R"("a\ud800b")", R"("\ud800\ud800")",
                           R"(["\uDFFF"])", R"({"a":"\ud83d\u0041"})"}) {
    CHECK_MESSAGE(Mentions(MessageOf(json), "lone surrogate"), MessageOf(json));
  }
  CHECK(Mentions(MessageOf(R"("\ud83d\ude00\x")"), "malformed JSON"));
  CHECK(Mentions(MessageOf(R"("\\ud800" 1)"), "more text after the value"));
  for (const char* json : {"\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\x80\"", "\"\xC3\""}) {
    CHECK_MESSAGE(Mentions(MessageOf(json), "not UTF-8"), MessageOf(json));
  }
}

TEST_CASE("bounds hold") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(MessageOf(nested(64)) == "accepted");
  CHECK(Mentions(MessageOf(nested(65)), "nested deeper than 64"));
  CHECK(Mentions(MessageOf(nested(1'000'000)), "nested deeper than 256"));
  const auto elements = [](std::size_t count) {
    std::string json = "[0";
    for (std::size_t i = 1; i < count; ++i) json += ",0";
    return json + "]";
  };
  CHECK(MessageOf(elements(8192)) == "accepted");
  CHECK(Mentions(MessageOf(elements(8193)), "at most 8192"));
  const auto members = [](std::size_t count) {
    std::string json = "{";
    for (std::size_t i = 0; i < count; ++i) {
      json += std::string(i > 0 ? "," : "") + "\"f" + std::to_string(i) + "\":0";
    }
    return json + "}";
  };
  CHECK(MessageOf(members(1024)) == "accepted");
  CHECK(Mentions(MessageOf(members(1025)), "at most 1024"));
  CHECK(Mentions(MessageOf(std::string((std::size_t{16} << 20) + 1, ' ')), "16 MiB"));
}

TEST_CASE("undefined is read where it is allowed, in objects too") {
  CHECK(Mentions(MessageOf(R"({"$undefined":null})"), "undefined is no valid value"));
  CHECK(Mentions(MessageOf(R"({"a":{"$undefined":null}})"), "at .a: undefined"));
  const Result<Value> value =
      ParseJson(R"({"a":{"$undefined":null},"b":1})", UndefinedInJson::kAllowed);
  REQUIRE(value.has_value());
  const Object& patch = *value->As<Object>();
  REQUIRE(patch.size() == 2);
  CHECK(patch.Find("a")->is_undefined());
  CHECK(ToJson(*value) == R"({"a":{"$undefined":null},"b":1})");
}

TEST_CASE("an envelope may have members of any name, and its values decoded") {
  const Result<Value> value =
      ParseJsonEnvelope(R"({"$eq":[{"$field":"a.b"},{"$literal":{"$integer":"AQAAAAAAAAA="}}]})");
  REQUIRE(value.has_value());
  const Array& operands = *value->As<Object>()->Find("$eq")->As<Array>();
  CHECK(*operands[0].As<Object>()->Find("$field") == Value("a.b"));
  CHECK(*operands[1].As<Object>()->Find("$literal") == Value(std::int64_t{1}));
  CHECK_FALSE(CheckValueLimits(*value).has_value());
}

}  // namespace
}  // namespace syncline
