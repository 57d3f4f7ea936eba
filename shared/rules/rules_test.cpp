// Unit tests of rules. JSON stands here with single quotes.
#include "shared/rules/rules.hpp"

#include <algorithm>

#include "shared/value/json.hpp"
#include "shared/value/key.hpp"

#include <doctest/doctest.h>

namespace syncline {
namespace {

std::string Json(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

std::string Field(const std::string& name, const std::string& type, bool optional = false) {
  return "'" + name + "':{'fieldType':" + type + ",'optional':" + (optional ? "true" : "false") +
         "}";
}

std::string Table(const std::string& name, const std::string& fields) {
  return "{'tableName':'" + name + "','indexes':[],'documentType':{'type':'object','value':{" +
         fields + "}}}";
}

const std::string kText = "{'type':'string'}";
const std::string kTenant = "{'type':'id','tableName':'organizations'}";

Schema TestSchema() {
  Result<Schema> schema =
      ParseSchema(Json("{'tables':[" + Table("organizations", Field("name", kText)) + "," +
                       Table("users", Field("email", kText) + "," + Field("role", kText) + "," +
                                          Field("organizationId", kTenant)) +
                       "," +
                       Table("schedules", Field("title", kText) + "," + Field("status", kText) +
                                              "," + Field("owner", kText, true) + "," +
                                              Field("open", "{'type':'any'}", true) + "," +
                                              Field("organizationId", kTenant)) +
                       "," + Table("notes", Field("organizationId", kTenant, true)) + "]}"));
  REQUIRE_MESSAGE(schema.has_value(), schema.error().message);
  return *std::move(schema);
}

std::string WithTables(const std::string& tables) {
  return "{'tenancy':{'root':'organizations','fields':{'users':'organizationId','schedules':"
         "'organizationId'}},'membership':{'table':'users','field':'email','claim':'email','role':"
         "'role'},'tables':{" +
         tables + "}}";
}

// Rules with one clause for an action on schedules.
std::string OneClause(const std::string& action, const std::string& expr) {
  return WithTables("'schedules':{'" + action +
                    "':[{'name':'the clause','message':'No.','allow':" + expr + "}]}");
}

Rules Parsed(const std::string& json) {
  Result<Rules> rules = Rules::Parse(Json(json), TestSchema());
  REQUIRE_MESSAGE(rules.has_value(), rules.error().message);
  return *std::move(rules);
}

std::string MessageOf(const std::string& json) {
  const Result<Rules> rules = Rules::Parse(Json(json), TestSchema());
  return rules ? "accepted" : rules.error().message;
}

Object Of(const std::string& json) {
  Result<Value> value = ParseJson(Json(json));
  REQUIRE_MESSAGE(value.has_value(), value.error().message);
  return *value->As<Object>();
}

// Whether the expression allows an update of this row by this person.
bool AllowsUpdate(const std::string& expr, const std::string& before, const std::string& after,
                  const std::optional<std::string>& role = "member") {
  const Actor actor{Of("{'email':'ida@example.com','https://x.test/plan':'pro','org':{'id':'o1'}}"),
                    role};
  const Object old = Of(before);
  const Object row = Of(after);
  return !Parsed(OneClause("update", expr)).Judge("schedules", Action::kUpdate, actor, &old, &row);
}

TEST_CASE("tables that stay on the device are named, and have neither tenant nor rules") {
  const auto local = [](const std::string& list, const std::string& tables = "") {
    std::string json = WithTables(tables);
    return json.replace(json.find("'fields'"), 0, "'local':" + list + ",");
  };
  CHECK(Parsed(local("['notes']")).local_tables() == std::vector<std::string>{"notes"});
  CHECK(MessageOf(local("['drafts']")) ==
        "Rules at .tenancy.local[0]: the schema has no such table");
  CHECK(MessageOf(local("{}")).find("expected an array") != std::string::npos);
  CHECK(MessageOf(local("['users']")).find("the table is local, so it has no tenant") !=
        std::string::npos);
  CHECK(MessageOf(local("['organizations']")).find("cannot be local") != std::string::npos);
  CHECK(MessageOf(local("['notes']", "'notes':{}")).find("remove its rules") != std::string::npos);
}

bool Holds(const std::string& expr) {
  return AllowsUpdate(expr, "{'status':'draft','title':'a','_id':'x'}",
                      "{'status':'active','title':'a','_id':'x','open':{'from':5}}");
}

TEST_CASE("operators give what they say") {
  for (const char* expr : {
           "['true']",
           "['not',['false']]",
           "['eq',['role'],['literal','member']]",
           "['ne',['role'],['literal','admin']]",
           "['eq',['row','status'],['literal','active']]",
           "['eq',['old','status'],['literal','draft']]",
           "['eq',['row','_id'],['literal','x']]",
           "['eq',['row','open.from'],['literal',5]]",
           "['eq',['user','email'],['literal','ida@example.com']]",
           "['eq',['user','https://x.test/plan'],['literal','pro']]",
           "['eq',['user','org.id'],['literal','o1']]",
           "['changed','status']",
           "['not',['changed','title']]",
           "['changed','open']",
           "['in',['row','status'],['active','done']]",
           "['lt',['literal',1],['literal',2]]",
           "['lte',['literal',2],['literal',2]]",
           "['gt',['literal','b'],['literal','a']]",
           "['gte',['literal',2],['literal',2]]",
           "['and',['true'],['true']]",
           "['or',['false'],['true']]",
           "['eq',['row','owner'],['literal',{'$undefined':null}]]",
           "['eq',['user','nothing'],['row','owner']]",
       }) {
    CHECK_MESSAGE(Holds(expr), std::string(expr));
  }
  for (const char* expr : {
           "['false']",
           "['not',['true']]",
           "['lt',['literal',2],['literal',2]]",
           "['gt',['literal',2],['literal',2]]",
           "['lte',['literal',3],['literal',2]]",
           "['gte',['literal',1],['literal',2]]",
           "['in',['row','status'],[]]",
           "['and',['true'],['false']]",
           "['or',['false'],['false']]",
           "['eq',['literal',1],['literal',{'$integer':'AQAAAAAAAAA='}]]",
       }) {
    CHECK_MESSAGE(!Holds(expr), std::string(expr));
  }
}

TEST_CASE("comparisons use the total order across types") {
  CHECK(Holds("['lt',['row','owner'],['literal',null]]"));
  CHECK(Holds("['lt',['literal',1e300],['literal','']]"));
}

TEST_CASE("what is no boolean denies, also under not") {
  for (const char* expr :
       {"['literal','yes']", "['literal',1]", "['row','owner']", "['role']",
        "['not',['literal','yes']]", "['not',['row','owner']]", "['and',['true'],['literal',1]]",
        "['or',['false'],['literal',1]]", "['not',['and',['true'],['literal',1]]]",
        "['or',['not',['row','owner']],['true']]",
        "['eq',['not',['literal',1]],['not',['literal',1]]]"}) {
    CHECK_MESSAGE(!Holds(expr), std::string(expr));
  }
  // Decided before the operand that is none.
  CHECK(Holds("['or',['true'],['literal',1]]"));
}

TEST_CASE("who is no member has no role") {
  CHECK_FALSE(AllowsUpdate("['in',['role'],['admin','member']]", "{}", "{}", std::nullopt));
  CHECK(AllowsUpdate("['eq',['role'],['literal',{'$undefined':null}]]", "{}", "{}", std::nullopt));
}

TEST_CASE("the row and the old row are those of the action") {
  const Actor actor{{}, "member"};
  const Object draft = Of("{'status':'draft'}");
  const std::string is_draft = "['eq',['row','status'],['literal','draft']]";
  const std::string was_draft = "['eq',['old','status'],['literal','draft']]";
  const auto allowed = [&](const std::string& action, Action kind, const std::string& expr,
                           const Object* before, const Object* after) {
    return !Parsed(OneClause(action, expr)).Judge("schedules", kind, actor, before, after);
  };
  CHECK(allowed("insert", Action::kInsert, is_draft, nullptr, &draft));
  CHECK_FALSE(allowed("insert", Action::kInsert, was_draft, nullptr, &draft));
  CHECK(allowed("insert", Action::kInsert, "['changed','status']", nullptr, &draft));
  CHECK(allowed("read", Action::kRead, is_draft, nullptr, &draft));
  CHECK(allowed("delete", Action::kDelete, is_draft, &draft, nullptr));
  CHECK(allowed("delete", Action::kDelete, was_draft, &draft, nullptr));
  CHECK(Parsed(OneClause("read", is_draft)).MayRead("schedules", actor, draft));
}

TEST_CASE("all clauses must allow, and the first that does not is named") {
  const Rules rules =
      Parsed(WithTables("'schedules':{'update':[{'name':'one','message':'First.','allow':['true']},"
                        "{'name':'two','message':'Second.','allow':['false']},"
                        "{'name':'three','message':'Third.','allow':['false']}]}"));
  const Actor actor{{}, "admin"};
  const Object row;
  const auto denial = rules.Judge("schedules", Action::kUpdate, actor, &row, &row);
  REQUIRE(denial.has_value());
  CHECK(denial->rule == "schedules.update: two");
  CHECK(denial->message == "Second.");
}

TEST_CASE("a missing rule denies") {
  const Rules rules = Parsed(WithTables("'schedules':{}"));
  const Actor actor{{}, "admin"};
  const Object row;
  for (const Action action : {Action::kRead, Action::kInsert, Action::kUpdate, Action::kDelete}) {
    for (const char* table : {"schedules", "users", "nowhere"}) {
      const auto denial = rules.Judge(table, action, actor, &row, &row);
      REQUIRE(denial.has_value());
      CHECK(denial->rule == std::string(table) + "." + ActionName(action) + ": no rule");
    }
  }
}

TEST_CASE("a row's tenant is in the field that tenancy names") {
  const Rules rules = Parsed(WithTables(""));
  CHECK(rules.root_table() == "organizations");
  CHECK(rules.TenantField("organizations") == std::string_view());
  CHECK(rules.TenantField("schedules") == std::string_view("organizationId"));
  CHECK_FALSE(rules.TenantField("notes").has_value());
  CHECK_FALSE(rules.TenantField("nowhere").has_value());
}

TEST_CASE("a person and their membership row have the same key") {
  const Rules rules = Parsed(WithTables(""));
  const auto key = rules.MemberKey(Of("{'email':'ida@example.com'}"));
  REQUIRE(key.has_value());
  CHECK(key == rules.MemberKeyOfRow(Of("{'email':'ida@example.com','role':'admin'}")));
  CHECK(key == EncodeKey("ida@example.com"));
  CHECK(rules.MemberKey(Of("{'email':'ida@example.com','email_verified':true}")) == key);
  CHECK(rules.MemberKey(Of("{'email':'ida@example.com','email_verified':'true'}")) == key);
  for (const char* claims :
       {"{}", "{'email':null}", "{'email':'ida@example.com','email_verified':false}",
        "{'email':'ida@example.com','email_verified':'false'}",
        "{'email':'ida@example.com','email_verified':null}"}) {
    CHECK_MESSAGE(!rules.MemberKey(Of(claims)), std::string(claims));
  }
  CHECK_FALSE(rules.MemberKeyOfRow(Of("{'role':'admin'}")).has_value());
  CHECK_FALSE(rules.MemberKeyOfRow(Of("{'email':null}")).has_value());
}

TEST_CASE("what read rules depend on is known") {
  const std::string of_user = "['or',['false'],['not',['eq',['user','email'],['literal','a']]]]";
  const std::string of_row = "['and',['true'],['eq',['row','title'],['literal','a']]]";
  CHECK(Parsed(OneClause("read", of_user)).read_depends_on_user());
  CHECK_FALSE(Parsed(OneClause("update", of_user)).read_depends_on_user());
  CHECK_FALSE(Parsed(OneClause("read", of_row)).read_depends_on_user());
  CHECK(Parsed(OneClause("read", of_row)).ReadDependsOnRow("schedules"));
  CHECK_FALSE(Parsed(OneClause("update", of_row)).ReadDependsOnRow("schedules"));
  CHECK_FALSE(Parsed(OneClause("read", of_user)).ReadDependsOnRow("schedules"));
  CHECK_FALSE(Parsed(OneClause("read", of_row)).ReadDependsOnRow("nowhere"));
  CHECK(Parsed(OneClause("read", of_row)).ReadLooksAt("schedules", "title"));
  CHECK(Parsed(OneClause("read", of_row)).ReadLooksAt("schedules", "title\x1fmain"));
  CHECK_FALSE(Parsed(OneClause("read", of_row)).ReadLooksAt("schedules", "titles"));
  CHECK_FALSE(Parsed(OneClause("read", of_user)).ReadLooksAt("schedules", "email"));
}

TEST_CASE("an expression that is wrong is refused with its place") {
  const std::string at = "Rules at .tables.schedules.update[0].allow";
  const auto message = [](const std::string& expr) { return MessageOf(OneClause("update", expr)); };
  CHECK(message("[]") == at + ": expected an array that starts with an operator");
  CHECK(message("['equals']") == at + ": unknown operator \"equals\"");
  CHECK(message("['not',['eq',['role']]]") ==
        at + "[1]: \"eq\" has 1 operands, which is not its number");
  CHECK(message("['and',['true'],['row','titel']]") ==
        at + "[2]: documents of schedules have no field titel");
  CHECK(message("['in',['role'],'admin']") == at + ": \"in\" expects an array of values");
  for (const char* expr : {"['and']",
                           "['or']",
                           "['not']",
                           "['not',['true'],['true']]",
                           "['eq',['role'],['role'],['role']]",
                           "['role','x']",
                           "['true',1]",
                           "['row']",
                           "['row','']",
                           "['row',5]",
                           "['row','a','b']",
                           "['user','']",
                           "['literal']",
                           "['literal',1,2]",
                           "['in',['role']]",
                           "'true'",
                           "true",
                           "null",
                           "['literal',{'$x':1}]",
                           "['eq','a','b']"}) {
    CHECK_MESSAGE(message(expr) != "accepted", std::string(expr));
  }
}

TEST_CASE("nesting of expressions is bounded") {
  const auto nested = [](int depth) {
    std::string expr = "['true']";
    for (int i = 1; i < depth; ++i) expr = "['not'," + expr + "]";
    return OneClause("read", expr);
  };
  CHECK(MessageOf(nested(64)) == "accepted");
  CHECK(MessageOf(nested(65)).find("nested deeper than 64") != std::string::npos);
}

TEST_CASE("rules that do not fit the schema are refused") {
  const auto mentions = [](const std::string& json, const std::string& part) {
    const std::string message = MessageOf(json);
    CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  };
  const auto replaced = [](const std::string& from, const std::string& to) {
    std::string json = WithTables("");
    return json.replace(json.find(from), from.size(), to);
  };
  mentions("5", "Rules at the top: expected an object");
  mentions("{'tenancy':", "Rules at ");
  mentions("{'tenancy':{},'membership':{},'tables':{},'extra':1}", "unknown member \"extra\"");
  mentions(replaced("'root':'organizations'", "'root':'orgs'"), "no table orgs");
  mentions(replaced("'schedules':'organizationId'", "'meetings':'organizationId'"),
           "at .tenancy.fields.meetings: the schema has no such table");
  mentions(
      replaced("'schedules':'organizationId'", "'schedules':'title'"),
      "at .tenancy.fields.schedules: expected a required field that is v.id(\"organizations\")");
  mentions(replaced("'schedules':'organizationId'", "'notes':'organizationId'"), "required field");
  mentions(replaced("'schedules':'organizationId'", "'organizations':'name'"), "its own id");
  mentions(replaced("'table':'users'", "'table':'people'"), "no table people");
  mentions(replaced("'table':'users'", "'table':'notes'"), "notes has no field under tenancy");
  mentions(replaced("'role':'role'", "'role':'rank'"), "documents of users have no field rank");
  mentions(replaced("'claim':'email'", "'claim':''"), "at .membership.claim: expected a text");
  mentions(WithTables("'meetings':{}"), "at .tables.meetings: the schema has no such table");
  mentions(WithTables("'schedules':{'write':[]}"), "unknown member \"write\"");
  mentions(WithTables("'schedules':{'read':[]}"), "[\"true\"] allows everyone");
  const std::string clause = "{'name':'n','message':'m','allow':['true']}";
  mentions(WithTables("'schedules':{'read':[" + clause + "," + clause + "]}"),
           "the clause \"n\" occurs twice");
  mentions(WithTables("'schedules':{'read':[{'name':'n','allow':['true']}]}"), "[0].message");
  mentions(WithTables("'schedules':{'read':[{'name':'n','message':'m'}]}"), "\"allow\" is missing");
}

TEST_CASE("the hash is of the text") {
  CHECK(Parsed(WithTables("")).hash() == Parsed(WithTables("")).hash());
  CHECK(Parsed(WithTables("")).hash() != Parsed(WithTables("'schedules':{}")).hash());
}

}  // namespace
}  // namespace syncline
