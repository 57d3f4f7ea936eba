#include "tests/simulation/application.hpp"

#include <algorithm>

#include "shared/base/check.hpp"
#include "shared/value/order.hpp"

namespace syncline::simulation {
namespace {

// Single quotes stand for double ones.
constexpr char kSchema[] = R"({'schemaValidation': true, 'tables': [
  {'tableName': 'organizations', 'indexes': [], 'documentType': {'type': 'object', 'value': {
    'name': {'fieldType': {'type': 'string'}, 'optional': false}}}},
  {'tableName': 'users', 'indexes': [
      {'indexDescriptor': 'by_organization', 'fields': ['organizationId', 'role']}],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'email': {'fieldType': {'type': 'string'}, 'optional': false},
    'role': {'fieldType': {'type': 'string'}, 'optional': false}}}},
  {'tableName': 'schedules', 'indexes': [
      {'indexDescriptor': 'by_status', 'fields': ['organizationId', 'status', 'start']},
      {'indexDescriptor': 'by_start', 'fields': ['start']},
      {'indexDescriptor': 'by_place', 'fields': ['details.place', 'status']} PRIORITY_INDEX],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'title': {'fieldType': {'type': 'string'}, 'optional': false},
    'status': {'fieldType': {'type': 'string'}, 'optional': false},
    'start': {'fieldType': {'type': 'number'}, 'optional': false},
    'remark': {'fieldType': {'type': 'string'}, 'optional': true} PRIORITY,
    'details': {'optional': true, 'fieldType': {'type': 'object', 'value': {
      'place': {'fieldType': {'type': 'string'}, 'optional': true},
      'seats': {'fieldType': {'type': 'bigint'}, 'optional': true},
      'room': {'optional': true, 'fieldType': {'type': 'object', 'value': {
        'floor': {'fieldType': {'type': 'number'}, 'optional': true}}}}}}}}}},
  {'tableName': 'notes', 'indexes': [
      {'indexDescriptor': 'by_private', 'fields': ['organizationId', 'private']}],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'owner': {'fieldType': {'type': 'string'}, 'optional': false},
    'private': {'fieldType': {'type': 'boolean'}, 'optional': false},
    'text': {'fieldType': {'type': 'string'}, 'optional': false}}}},
  {'tableName': 'tasks', 'indexes': [
      {'indexDescriptor': 'by_assignee', 'fields': ['organizationId', 'assigneeId', 'state']}],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'state': {'fieldType': {'type': 'string'}, 'optional': false},
    'code': {'fieldType': {'type': 'string'}, 'optional': true},
    'slot': {'fieldType': {'type': 'string'}, 'optional': true},
    'minutes': {'fieldType': {'type': 'number', 'merge': 'counter'}, 'optional': false},
    'parentId': {'fieldType': {'type': 'id', 'tableName': 'tasks'}, 'optional': true},
    'noteId': {'fieldType': {'type': 'id', 'tableName': 'notes'}, 'optional': true},
    'assigneeId': {'fieldType': {'type': 'id', 'tableName': 'users'}, 'optional': true}
    ESTIMATE}}} LABELS]})";

// What the second version adds.
constexpr char kPriorityIndex[] =
    ", {'indexDescriptor': 'by_priority', 'fields': ['priority', 'title']}";
constexpr char kPriority[] = ", 'priority': {'fieldType': {'type': 'number'}, 'optional': true}";
constexpr char kEstimate[] = ", 'estimate': {'fieldType': {'type': 'number'}, 'optional': true}";
constexpr char kLabels[] = R"(, {'tableName': 'labels', 'indexes': [
      {'indexDescriptor': 'by_name', 'fields': ['name']}],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'name': {'fieldType': {'type': 'string'}, 'optional': false}}}},
  {'tableName': 'boards', 'indexes': [{'indexDescriptor': 'by_votes', 'fields': ['votes', 'body']}],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'votes': {'fieldType': {'type': 'number', 'merge': 'counter'}, 'optional': false},
    'tags': {'fieldType': {'type': 'array', 'value': {'type': 'string'}, 'merge': 'set'}, 'optional': false},
    'items': {'fieldType': {'type': 'array', 'value': {'type': 'string'}, 'merge': 'list'}, 'optional': false},
    'body': {'fieldType': {'type': 'string', 'merge': 'text'}, 'optional': false}}}})";
constexpr char kLabelsRules[] =
    ", 'labels': {'read': [ANY], 'insert': [PLANNER], 'update': [PLANNER], 'delete': [PLANNER]}, "
    "'boards': {'read': [ANY], 'insert': [PLANNER], 'update': [PLANNER], 'delete': [PLANNER]}";

constexpr char kRules[] = R"({
  'tenancy': {'root': 'organizations', 'fields': {'users': 'organizationId',
              'schedules': 'organizationId', 'notes': 'organizationId',
              'tasks': 'organizationId' LABELS_TENANCY}},
  'membership': {'table': 'users', 'field': 'email', 'claim': 'email', 'role': 'role'},
  'tables': {
    'organizations': {'read': [ANY], 'insert': [ADMIN], 'update': [ADMIN]},
    'users': {'read': [ANY], 'insert': [ADMIN], 'delete': [ADMIN], 'update': [ADMIN,
      {'name': 'addresses stay', 'message': 'm', 'allow': ['not', ['changed', 'email']]}]},
    'schedules': {
      'read': [{'name': 'no guests', 'message': 'm', 'allow': ['or', OPEN ['ne', ['role'], ['literal', 'guest']]]}],
      'insert': [PLANNER], 'delete': [PLANNER, {'name': 'only drafts', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], ['eq', ['row', 'status'], ['literal', 'draft']]]}],
      'update': [PLANNER, {'name': 'what is done stays', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], ['ne', ['old', 'status'], ['literal', 'done']]]}]},
    'notes': {
      'read': [{'name': 'private notes', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], OWNER
         ['eq', ['row', 'private'], ['literal', false]]]}],
      'insert': [WRITER], 'update': [WRITER], 'delete': [WRITER]},
    'tasks': {
      'read': [{'name': 'guests see open ones', 'message': 'm', 'allow':
        ['or', ['ne', ['role'], ['literal', 'guest']], ['eq', ['row', 'state'], ['literal', 'open']]]}],
      'insert': [PLANNER],
      'update': [{'name': 'workers', 'message': 'm', 'allow': ['ne', ['role'], ['literal', 'guest']]},
        {'name': 'one at a time', 'message': 'm', 'allow':
          ['or', ['ne', ['row', 'state'], ['literal', 'taken']],
           ['missing', 'tasks', 'by_assignee', ['row', 'organizationId'], ['row', 'assigneeId'],
            ['literal', 'taken']]]}],
      'delete': [PLANNER, {'name': 'only open ones', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], ['eq', ['row', 'state'], ['literal', 'open']]]}],
      'checks': [{'name': 'minutes', 'message': 'm', 'allow': ['and',
        ['gte', ['row', 'minutes'], ['literal', 0]], ['lte', ['row', 'minutes'], ['literal', 8]]]}],
      'unique': [{'name': 'codes', 'message': 'm', 'fields': ['code']},
        {'name': 'slots', 'message': 'm', 'fields': ['slot'],
         'where': ['ne', ['row', 'state'], ['literal', 'done']]}],
      'transitions': [{'field': 'state', 'initial': ['open'], 'moves': [
        {'from': ['open'], 'to': ['taken'], 'roles': ['admin', 'member']},
        {'from': ['taken'], 'to': ['done', 'open']},
        {'from': ['done'], 'to': ['open'], 'roles': ['admin']}]}],
      'references': [{'field': 'parentId', 'onDelete': 'cascade'},
        {'field': 'noteId', 'onDelete': 'restrict'},
        {'field': 'assigneeId', 'onDelete': 'setUndefined'}],
      'history': {'count': KEPT}} LABELS_RULES}})";

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

std::string TextAt(const Object& row, const char* field) {
  const Value* value = row.Find(field);
  const std::string* text = value ? value->As<std::string>() : nullptr;
  CHECK(text);
  return *text;
}

bool IsPrivate(const Object& note) { return *note.Find("private") == Value(true); }

}  // namespace

std::string ApplicationJson(unsigned rule_set, bool newest) {
  std::string json = std::string("{'schema': ") + kSchema + ", 'rules': " + kRules + "}";
  const bool open = (rule_set & kRulesOpen) != 0;
  const bool by_person = (rule_set & kRulesByPerson) != 0;
  // Longer names come first: some begin with others.
  const std::pair<std::string, std::string> parts[] = {
      {"PRIORITY_INDEX", newest ? kPriorityIndex : ""},
      {"PRIORITY", newest ? kPriority : ""},
      {"ESTIMATE", newest ? kEstimate : ""},
      {"LABELS_TENANCY", newest ? ", 'labels': 'organizationId', 'boards': 'organizationId'" : ""},
      {"LABELS_RULES", newest ? kLabelsRules : ""},
      {"LABELS", newest ? kLabels : ""},
      {"ANY", "{'name': 'members', 'message': 'm', 'allow': ['true']}"},
      {"ADMIN",
       "{'name': 'admins', 'message': 'm', 'allow': ['eq', ['role'], ['literal', 'admin']]}"},
      {"WRITER", open ? "{'name': 'writers', 'message': 'm', 'allow': ['ne', ['role'], ['literal', "
                        "'guest']]}"
                      : "PLANNER"},
      {"PLANNER",
       "{'name': 'planners', 'message': 'm', 'allow': ['in', ['role'], ['admin', 'member']]}"},
      {"KEPT", std::to_string(HistoryKept(rule_set))},
      {"OPEN", open ? "['true']," : ""},
      {"OWNER", by_person ? "['eq', ['row', 'owner'], ['user', 'email']]," : ""},
      {"'", "\""}};
  for (const auto& [name, text] : parts) ReplaceAll(json, name, text);
  return json;
}

std::size_t HistoryKept(unsigned rules) { return (rules & kRulesOpen) != 0 ? 3 : 5; }

std::string EmailOf(const std::string& person) { return person + "@example.com"; }

Object ClaimsOf(const std::string& person) {
  Object claims;
  claims.Set("iss", "simulation");
  claims.Set("sub", person);
  claims.Set("email", EmailOf(person));
  return claims;
}

Objections Against(unsigned rules, const std::string& table, Deed deed, const Person& person,
                   const Object* before, const Object* after) {
  const bool open = (rules & kRulesOpen) != 0;
  const bool by_person = (rules & kRulesByPerson) != 0;
  const bool admin = person.role == "admin";
  const bool planner = admin || person.role == "member";
  const bool guest = person.role == "guest";
  Objections against;
  const auto want = [&](bool allowed, const char* clause) {
    static constexpr const char* kNames[] = {"read", "insert", "update", "delete"};
    if (!allowed) against.insert(table + "." + kNames[static_cast<int>(deed)] + ": " + clause);
  };
  if (table == "organizations") {
    if (deed == Deed::kDelete) want(false, "no rule");
    if (deed == Deed::kInsert || deed == Deed::kUpdate) want(admin, "admins");
  } else if (table == "users") {
    if (deed != Deed::kRead) want(admin, "admins");
    if (deed == Deed::kUpdate) {
      want(TextAt(*before, "email") == TextAt(*after, "email"), "addresses stay");
    }
  } else if (table == "schedules") {
    if (deed == Deed::kRead) want(open || !guest, "no guests");
    if (deed != Deed::kRead) want(planner, "planners");
    if (deed == Deed::kUpdate) {
      want(admin || TextAt(*before, "status") != "done", "what is done stays");
    }
    if (deed == Deed::kDelete) want(admin || TextAt(*before, "status") == "draft", "only drafts");
  } else if (table == "labels" || table == "boards") {
    if (deed != Deed::kRead) want(planner, "planners");
  } else if (table == "tasks") {
    if (deed == Deed::kRead)
      want(!guest || TextAt(*after, "state") == "open", "guests see open ones");
    if (deed == Deed::kUpdate) want(!guest, "workers");
    if (deed == Deed::kInsert || deed == Deed::kDelete) want(planner, "planners");
    if (deed == Deed::kDelete) want(admin || TextAt(*before, "state") == "open", "only open ones");
  } else {
    CHECK(table == "notes");
    if (deed == Deed::kRead) {
      const bool own = by_person && TextAt(*after, "owner") == EmailOf(person.name);
      want(admin || own || !IsPrivate(*after), "private notes");
    } else if (open) {
      want(!guest, "writers");
    } else {
      want(planner, "planners");
    }
  }
  return against;
}

}  // namespace syncline::simulation
