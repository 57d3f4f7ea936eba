// What rules ask of rows, read and judged row by row. JSON stands here with single quotes. What needs other
// rows is tested in shared/replica/invariants_test.cpp.
#include "shared/rules/rules.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/value/json.hpp"

namespace syncline {
namespace {

std::string Json(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

Schema TestSchema() {
  const std::string team =
      "'team':{'fieldType':{'type':'id','tableName':'teams'},'optional':false}";
  const auto table = [](const std::string& name, const std::string& fields,
                        const std::string& indexes = "") {
    return "{'tableName':'" + name + "','indexes':[" + indexes +
           "],'documentType':{'type':'object','value':{" + fields + "}}}";
  };
  const auto field = [](const std::string& name, const std::string& type, bool optional = true) {
    return ",'" + name + "':{'fieldType':" + type + ",'optional':" + (optional ? "true" : "false") +
           "}";
  };
  const std::string person = "{'type':'id','tableName':'people'}";
  const std::string statuses =
      "{'type':'union','value':[{'type':'literal','value':'draft'},{'type':'literal','value':"
      "'active'},{'type':'literal','value':'done'}]}";
  Result<Schema> schema = ParseSchema(
      Json("{'tables':[" + table("teams", "") + "," +
           table("people",
                 team + field("email", "{'type':'string'}") + field("role", "{'type':'string'}"),
                 "{'indexDescriptor':'by_email','fields':['email']}") +
           "," +
           table("tasks",
                 team + field("status", statuses) + field("n", "{'type':'number'}") +
                     field("s", "{'type':'string'}") + field("who", person) +
                     field("owner", person, false) +
                     field("all", "{'type':'array','value':" + person + "}", false) +
                     field("either", "{'type':'union','value':[" + person + ",{'type':'null'}]}") +
                     field("mixed", "{'type':'union','value':[" + person +
                                        ",{'type':'id','tableName':'teams'}]}") +
                     field("far", "{'type':'id','tableName':'drafts'}") +
                     field("in", "{'type':'object','value':{'who':{'fieldType':" + person +
                                     ",'optional':true}}}")) +
           "," + table("drafts", "'x':{'fieldType':{'type':'any'},'optional':true}") + "]}"));
  REQUIRE_MESSAGE(schema.has_value(), (schema ? "" : schema.error().message));
  return *std::move(schema);
}

Result<Rules> ParseFor(const std::string& tasks) {
  return Rules::Parse(
      Json("{'tenancy':{'root':'teams','fields':{'people':'team','tasks':'team'},'local':['drafts']"
           "},"
           "'membership':{'table':'people','field':'email','claim':'email','role':'role'},'tables':"
           "{'tasks':{'insert':[{'name':'a','message':'b','allow':['true']}],'update':[{'name':'a',"
           "'message':'b','allow':['true']}]," +
           tasks + "}}}"),
      TestSchema());
}
Rules Parsed(const std::string& tasks) {
  Result<Rules> rules = ParseFor(tasks);
  REQUIRE_MESSAGE(rules, (rules ? "" : rules.error().message));
  return *std::move(rules);
}
void Refuses(const std::string& tasks, const std::string& part) {
  const Result<Rules> rules = ParseFor(tasks);
  const std::string message = rules ? "accepted" : rules.error().message;
  CHECK_MESSAGE(message.find(part) != std::string::npos, tasks << ": " << message);
}

Object Of(const std::string& json) { return *ParseJson(Json(json))->As<Object>(); }

// The rule and message that refuse; empty if none does.
std::string Judged(const Rules& rules, const std::string& before, const std::string& after,
                   const std::optional<std::string>& role = "member",
                   const FindRow* find = nullptr) {
  const Actor actor{{}, role};
  const Object row = Of(after);
  std::optional<Denial> denial;
  if (before.empty()) {
    denial = rules.Judge("tasks", Action::kInsert, actor, nullptr, &row, find);
  } else {
    const Object old = Of(before);
    denial = rules.Judge("tasks", Action::kUpdate, actor, &old, &row, find);
  }
  return denial ? denial->rule + " | " + denial->message : std::string();
}

TEST_CASE("what is declared about rows is checked against the schema, with its place") {
  Refuses("'unique':{}", "at .tables.tasks.unique: expected an array of 1 to 16 unique");
  Refuses("'unique':[{'name':'n','message':'m'}]", "unique[0]: \"fields\" is missing");
  Refuses("'unique':[{'name':'n','message':'m','fields':['x']}]",
          "unique[0].fields[0]: documents of tasks have no field x");
  Refuses("'unique':[{'name':'n','message':'m','fields':['n'],'where':['role']}]",
          "unique[0].where: \"role\" is nothing that the row has by itself");
  Refuses("'unique':[{'name':'n','message':'m','fields':['n'],'where':['row','_id']}]",
          "have no field _id");
  const std::string unique = "{'name':'n','message':'m','fields':['n']}";
  Refuses("'unique':[" + unique + "," + unique + "]", "unique[1]: \"n\" occurs twice");

  Refuses("'transitions':[{'field':'status'}]", "transitions[0]: \"initial\" is missing");
  Refuses("'transitions':[{'field':'status','initial':['darft']}]",
          "transitions[0].initial[0]: the field is never \"darft\"");
  Refuses("'transitions':[{'field':'status','initial':['draft'],'moves':[{'from':['draft']}]}]",
          "moves[0]: \"to\" is missing");
  Refuses(
      "'transitions':[{'field':'status','initial':['draft'],'moves':[{'from':['draft'],'to':[3]}]}"
      "]",
      "moves[0].to[0]: the field is never 3");
  Refuses(
      "'transitions':[{'field':'status','initial':['draft'],'moves':[{'from':['draft'],'to':"
      "['done'],'roles':'admin'}]}]",
      "moves[0].roles: expected an array of 1 to 64 roles");

  Refuses("'references':[{'field':'n','onDelete':'cascade'}]",
          "references[0].field: expected a field that is a v.id of one table");
  Refuses("'references':[{'field':'mixed','onDelete':'cascade'}]", "v.id of one table");
  Refuses("'references':[{'field':'far','onDelete':'cascade'}]",
          "have no rows of the table drafts");
  Refuses("'references':[{'field':'owner','onDelete':'setUndefined'}]", "make it v.optional(...)");
  Refuses("'references':[{'field':'who','onDelete':'keep'}]", "references[0].onDelete: expected");
  for (const char* field : {"who", "owner", "all", "either", "in.who", "team"}) {
    const Rules rules =
        Parsed(std::string("'references':[{'field':'") + field + "','onDelete':'cascade'}]");
    CHECK(rules.ReferrersOf(std::string(field) == "team" ? "teams" : "people").size() == 1);
    CHECK(rules.LooksBeyondRow("tasks"));
  }
  CHECK(Parsed("'references':[{'field':'all','onDelete':'setUndefined'}]")
            .Find("tasks")
            ->references[0]
            .array);

  Refuses("'checks':[{'name':'n','message':'m','allow':['matches',['row','s'],'(']}]",
          "checks[0].allow: the pattern has a ( without its ), at byte 1");
  Refuses(
      "'read':[{'name':'n','message':'m','allow':['exists','people','by_email',['user','email']]}]",
      "read[0].allow: \"exists\" looks at other rows");
  Refuses("'checks':[{'name':'n','message':'m','allow':['exists','people','by_name',['row','s']]}]",
          "allow[2]: the table people declares no such index");
  Refuses("'checks':[{'name':'n','message':'m','allow':['missing','drafts','x',['row','s']]}]",
          "allow[1]: the tenants have no such table");
  Refuses(
      "'checks':[{'name':'n','message':'m','allow':['exists','people','by_email',['row','s'],"
      "['row','s']]}]",
      "has only 1 fields");

  Refuses("'history':{'days':0}", "history.days: expected a whole number from 1 to 36500");
  Refuses("'history':{'count':1.5}", "history.count: expected");
  Refuses("'history':3", "history: expected an object");
}

TEST_CASE("history has its bounds, or the usual ones") {
  CHECK_FALSE(Parsed("'history':false").Find("tasks")->history);
  CHECK(Parsed("'history':true").Find("tasks")->history->days == 90);
  CHECK(Parsed("'history':{'count':7}").Find("tasks")->history->count == 7);
  CHECK(Parsed("'history':{'count':7}").Find("tasks")->history->days == 90);
}

TEST_CASE("a field begins and moves as declared, and a refusal tells the ways") {
  const Rules rules = Parsed(
      "'transitions':[{'field':'status','initial':['draft'],'moves':[{'from':['draft'],'to':"
      "['active','done'],'roles':['admin','lead']},{'from':['active'],'to':['done'],'when':['gt',"
      "['row','n'],['literal',1]]},{'from':['done'],'to':[{'$undefined':null}]}]}]");
  CHECK(Judged(rules, "", "{'status':'draft'}") == "");
  CHECK(Judged(rules, "", "{'status':'done'}") ==
        "tasks.transitions: status | \"status\" of a new row cannot be \"done\"; it begins as "
        "\"draft\".");
  CHECK(Judged(rules, "", "{}").find("cannot be undefined") != std::string::npos);
  CHECK(Judged(rules, "{'status':'draft'}", "{'status':'draft','n':1}") == "");
  CHECK(Judged(rules, "{'status':'draft'}", "{'status':'active'}", "lead") == "");
  CHECK(Judged(rules, "{'status':'draft'}", "{'status':'active'}") ==
        "tasks.transitions: status | \"status\" cannot go from \"draft\" to \"active\"; from there "
        "it goes to \"active\" or \"done\" (as admin or lead).");
  CHECK(Judged(rules, "{'status':'active'}", "{'status':'done','n':2}") == "");
  CHECK(
      Judged(rules, "{'status':'active'}", "{'status':'done','n':1}").find("(under a condition)") !=
      std::string::npos);
  CHECK(Judged(rules, "{'status':'done'}", "{}") == "");
  CHECK(Judged(rules, "{}", "{'status':'done'}").find("goes nowhere") != std::string::npos);
}

TEST_CASE("checks see lengths and patterns of what there is") {
  const auto holds = [](const std::string& expr, const std::string& row) {
    return Judged(Parsed("'checks':[{'name':'n','message':'m','allow':" + expr + "}]"), "", row) ==
           "";
  };
  CHECK(holds("['eq',['length',['row','s']],['literal',3]]", "{'s':'a\xF0\x9D\x84\x9E'}"));
  CHECK(holds("['eq',['length',['row','all']],['literal',2]]", "{'all':['x','y']}"));
  CHECK(holds("['eq',['length',['row','n']],['literal',{'$undefined':null}]]", "{'n':3}"));
  CHECK(holds("['matches',['row','s'],'^[a-z]+$']", "{'s':'abc'}"));
  CHECK_FALSE(holds("['matches',['row','s'],'^[a-z]+$']", "{'s':'aBc'}"));
  CHECK_FALSE(holds("['matches',['row','n'],'.*']", "{'n':3}"));
  CHECK(holds("['not',['matches',['row','n'],'.*']]", "{'n':3}"));
}

TEST_CASE("a text that is too long for a pattern is denied, whatever is made of the answer") {
  const auto holds = [](const std::string& expr, std::size_t spaces) {
    const std::string row = "{'s':'buy casino" + std::string(spaces, ' ') + "'}";
    return Judged(Parsed("'checks':[{'name':'n','message':'m','allow':" + expr + "}]"), "", row) ==
           "";
  };
  const std::string casino = "['matches',['row','s'],'(casino|lottery|viagra)']";
  const std::string lotto = "['matches',['row','s'],'(lotto|lottery|viagra)']";
  CHECK(holds(casino, 0));
  CHECK_FALSE(holds("['not'," + casino + "]", 0));
  CHECK(holds("['not'," + lotto + "]", 0));
  for (const std::string& too_long :
       {casino, "['not'," + casino + "]", "['not'," + lotto + "]",
        "['eq'," + casino + ",['literal',false]]", "['or'," + casino + ",['true']]"}) {
    CHECK_FALSE(holds(too_long, 700'000));
  }
}

TEST_CASE("what nobody here can tell about other rows is left to who can") {
  const Rules rules = Parsed(
      "'checks':[{'name':'n','message':'m','allow':['or',['eq',['row','n'],['literal',1]],['not',"
      "['missing','people','by_email',['row','s']]]]}]");
  const auto judged = [&](const std::string& row, Found answer) {
    const FindRow find = [answer](const Expr&, const Array&) { return answer; };
    return Judged(rules, "", row, "member", &find) == "";
  };
  CHECK(judged("{'s':'x'}", Found::kYes));
  CHECK_FALSE(judged("{'s':'x'}", Found::kNo));
  CHECK(judged("{'s':'x'}", Found::kUnknown));
  CHECK(judged("{'s':'x','n':1}", Found::kNo));
  // What is undefined finds nothing, whatever rows there are.
  CHECK_FALSE(judged("{}", Found::kYes));
}

}  // namespace
}  // namespace syncline
