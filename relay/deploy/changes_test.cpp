#include "relay/deploy/changes.hpp"

#include "relay/deploy/deployed.hpp"
#include "relay/testing/application.hpp"

#include <doctest/doctest.h>

namespace syncline::relay {
namespace {

using namespace testing;

// Two versions of the field "f" of a table of documents; "-" for no such field, "?" before a type for
// optional.
std::string MisfitOf(const std::string& before, const std::string& after) {
  const auto parse = [](const std::string& type) {
    const bool optional = type[0] == '?';
    const std::string field =
        type == "-" ? ""
                    : R"(, "f": {"optional": )" + std::string(optional ? "true" : "false") +
                          R"(, "fieldType": )" + type.substr(optional ? 1 : 0) + "}";
    auto parsed = ParseDeployed(
        Edited({{R"("text": {"fieldType": {"type": "string"}, "optional": false})",
                 R"("text": {"fieldType": {"type": "string"}, "optional": false})" + field}}));
    REQUIRE_MESSAGE(parsed.has_value(), type);
    return std::move(*parsed);
  };
  const Deployed from = parse(before);
  const Deployed to = parse(after);
  const Changes changes = CompareApplications(from.application, to.application);
  std::string all;
  for (const auto& misfit : changes.misfits) {
    CHECK_EQ(misfit.table, "notes");
    all += misfit.message;
  }
  return all;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kText = R"({"type":"string"})", kNumber = R"({"type":"number"})",
                  kAny = R"({"type":"any"})", kId = R"({"type":"id","tableName":"people"})",
                  kGroupId = R"({"type":"id","tableName":"groups"})";
std::string Union(const std::string& a, const std::string& b) {
  return R"({"type":"union","value":[)" + a + "," + b + "]}";
}
std::string Literal(const std::string& value) {
  return R"({"type":"literal","value":)" + value + "}";
}
std::string ListOf(const std::string& type) { return R"({"type":"array","value":)" + type + "}"; }
std::string ObjectOf(const std::string& fields) {
  return R"({"type":"object","value":{)" + fields + "}}";
}
std::string Field(const std::string& name, const std::string& type, bool optional) {
  return "\"" + name + R"(": {"optional": )" + (optional ? "true" : "false") +
         R"(, "fieldType": )" + type + "}";
}

}  // namespace

TEST_CASE("changes: what is added or widened fits") {
  CHECK_EQ(MisfitOf("-", "?" + kText), "");
  CHECK_EQ(MisfitOf(kText, "?" + kText), "");
  CHECK_EQ(MisfitOf(kText, Union(kNumber, kText)), "");
  CHECK_EQ(MisfitOf(Union(kNumber, kText), Union(Union(kText, kNumber), kId)), "");
  CHECK_EQ(MisfitOf(kText, kAny), "");
  CHECK_EQ(MisfitOf(Literal("\"a\""), kText), "");
  CHECK_EQ(MisfitOf(Literal("\"a\""), Union(Literal("\"a\""), Literal("\"b\""))), "");
  CHECK_EQ(MisfitOf(kId, kText), "");
  CHECK_EQ(MisfitOf(ListOf(kText), ListOf(Union(kText, kNumber))), "");
  CHECK_EQ(MisfitOf(ObjectOf(Field("a", kText, false)),
                    ObjectOf(Field("a", kText, true) + "," + Field("b", kNumber, true))),
           "");
  CHECK_EQ(MisfitOf(ListOf(ObjectOf(Field("a", kText, false))),
                    ListOf(ObjectOf(Field("a", kText, false) + "," + Field("b", kNumber, true)))),
           "");
}

TEST_CASE("changes: what is removed, required or narrowed does not fit, and is named") {
  CHECK(Contains(MisfitOf(kText, "-"), "field f was removed"));
  CHECK(Contains(MisfitOf(kText, "-"), "v.optional(v.string())"));
  CHECK(Contains(MisfitOf("-", kText), "the new field f is required"));
  CHECK(Contains(MisfitOf("?" + kText, kText), "field f became required"));
  CHECK(Contains(MisfitOf(kText, kNumber), "was v.string() and would be v.number()"));
  CHECK_NE(MisfitOf(Union(kText, kNumber), kText), "");
  CHECK_NE(MisfitOf(kAny, kText), "");
  CHECK_NE(MisfitOf(kText, Literal("\"a\"")), "");
  CHECK_NE(MisfitOf(Literal("\"a\""), kNumber), "");
  CHECK_NE(MisfitOf(Literal("\"a\""), Literal("\"b\"")), "");
  CHECK_NE(MisfitOf(kText, kId), "");
  CHECK_NE(MisfitOf(kId, kGroupId), "");
  CHECK_NE(MisfitOf(ListOf(kText), ListOf(kNumber)), "");
  CHECK_NE(MisfitOf(ListOf(kText), kText), "");
  CHECK(Contains(MisfitOf(ObjectOf(Field("a", kText, false)), ObjectOf("")),
                 "field f.a was removed"));
  CHECK_NE(MisfitOf(ListOf(ObjectOf("")), ListOf(ObjectOf(Field("b", kText, false)))), "");
  CHECK_NE(MisfitOf(ListOf(ObjectOf(Field("b", kText, false))), ListOf(ObjectOf(""))), "");
}

TEST_CASE("changes: an object stays an object, or devices of before could not write its leaves") {
  const std::string object = ObjectOf(Field("a", kText, false));
  CHECK(Contains(MisfitOf(object, Union(object, kText)), "must stay objects"));
  CHECK(Contains(MisfitOf(object, kAny), "must stay objects"));
  CHECK(Contains(MisfitOf(kAny, object), "must stay objects"));
}

TEST_CASE("changes: tables, tenancy, indexes and rules") {
  const auto compare = [](const Edits& before, const Edits& after) {
    const auto from = ParseDeployed(Edited(before));
    const auto to = ParseDeployed(Edited(after));
    REQUIRE(from.has_value());
    REQUIRE(to.has_value());
    return CompareApplications(from->application, to->application);
  };
  const std::string tasks = R"({"tableName": "tasks", "indexes": [], "documentType":
    {"type": "object", "value": {"group": {"fieldType": {"type": "id", "tableName": "groups"},
    "optional": false}}}},)";
  const Edits with_tasks{{R"({"tableName": "notes",)", tasks + R"({"tableName": "notes",)"},
                         {R"("notes": "group")", R"("notes": "group", "tasks": "group")"}};
  const Changes added = compare({}, with_tasks);
  CHECK(added.misfits.empty());
  CHECK_EQ(added.notes[0], "table tasks added");
  const Changes removed = compare(with_tasks, {});
  REQUIRE_EQ(removed.misfits.size(), 1);
  CHECK_EQ(removed.misfits[0].table, "tasks");

  const Edits homeless{{R"(, "notes": "group")", ""}};
  const Changes moved = compare({}, homeless);
  REQUIRE_EQ(moved.misfits.size(), 1);
  CHECK(Contains(moved.misfits[0].message, "of the tenant in group and would be of no tenant"));
  CHECK(compare(homeless, {}).misfits.empty());  // no rows could be written before

  const Edits index{
      {R"({"tableName": "notes", "indexes": [])",
       R"({"tableName": "notes", "indexes": [{"indexDescriptor": "by_text", "fields": ["text"]}])"}};
  CHECK(compare({}, index).misfits.empty());
  CHECK(Contains(compare({}, index).notes[0], "index by_text added"));
  CHECK(Contains(compare(index, {}).notes[0], "index by_text removed"));

  const Changes ruled = compare({}, NotesForAdmins());
  CHECK(ruled.misfits.empty());
  CHECK(Contains(ruled.notes[0], "the rules changed"));
  const Changes same = compare({}, {});
  CHECK(same.misfits.empty());
  CHECK(same.notes.empty());
}

TEST_CASE("changes: only tables with rows are in the way") {
  const Changes changes{{{"notes", "notes: a"}, {"people", "people: b"}}, {}};
  CHECK_EQ(TablesOf(changes).size(), 2);
  CHECK(RefuseMisfits(changes, {"groups"}).has_value());
  const Status refused = RefuseMisfits(changes, {"people"});
  REQUIRE_FALSE(refused.has_value());
  CHECK_EQ(refused.error().code, Code::kConflict);
  CHECK(Contains(refused.error().message, "people: b"));
  CHECK_FALSE(Contains(refused.error().message, "notes: a"));
}

}  // namespace syncline::relay
