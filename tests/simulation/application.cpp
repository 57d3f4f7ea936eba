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
      {'indexDescriptor': 'by_place', 'fields': ['details.place', 'status']}],
    'documentType': {'type': 'object', 'value': {
    'organizationId': {'fieldType': {'type': 'id', 'tableName': 'organizations'}, 'optional': false},
    'title': {'fieldType': {'type': 'string'}, 'optional': false},
    'status': {'fieldType': {'type': 'string'}, 'optional': false},
    'start': {'fieldType': {'type': 'number'}, 'optional': false},
    'remark': {'fieldType': {'type': 'string'}, 'optional': true},
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
    'text': {'fieldType': {'type': 'string'}, 'optional': false}}}}]})";

constexpr char kRules[] = R"({
  'tenancy': {'root': 'organizations', 'fields': {'users': 'organizationId',
              'schedules': 'organizationId', 'notes': 'organizationId'}},
  'membership': {'table': 'users', 'field': 'email', 'claim': 'email', 'role': 'role'},
  'tables': {
    'organizations': {'read': [ANY], 'insert': [ADMIN], 'update': [ADMIN]},
    'users': {'read': [ANY], 'insert': [ADMIN], 'delete': [ADMIN], 'update': [ADMIN,
      {'name': 'addresses stay', 'message': 'm', 'allow': ['not', ['changed', 'email']]}]},
    'schedules': {
      'read': [{'name': 'no guests', 'message': 'm', 'allow': ['ne', ['role'], ['literal', 'guest']]}],
      'insert': [PLANNER], 'delete': [PLANNER, {'name': 'only drafts', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], ['eq', ['row', 'status'], ['literal', 'draft']]]}],
      'update': [PLANNER, {'name': 'what is done stays', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], ['ne', ['old', 'status'], ['literal', 'done']]]}]},
    'notes': {
      'read': [{'name': 'private notes', 'message': 'm', 'allow':
        ['or', ['eq', ['role'], ['literal', 'admin']], OWNER
         ['eq', ['row', 'private'], ['literal', false]]]}],
      'insert': [PLANNER], 'update': [PLANNER], 'delete': [PLANNER]}}})";

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

std::string ApplicationJson(bool by_person) {
  std::string rules = kRules;
  ReplaceAll(rules, "ANY", "{'name': 'members', 'message': 'm', 'allow': ['true']}");
  ReplaceAll(rules, "ADMIN",
             "{'name': 'admins', 'message': 'm', 'allow': ['eq', ['role'], ['literal', 'admin']]}");
  ReplaceAll(
      rules, "PLANNER",
      "{'name': 'planners', 'message': 'm', 'allow': ['in', ['role'], ['admin', 'member']]}");
  ReplaceAll(rules, "OWNER", by_person ? "['eq', ['row', 'owner'], ['user', 'email']]," : "");
  std::string json = std::string("{'schema': ") + kSchema + ", 'rules': " + rules + "}";
  ReplaceAll(json, "'", "\"");
  return json;
}

std::string EmailOf(const std::string& person) { return person + "@example.com"; }

Object ClaimsOf(const std::string& person) {
  Object claims;
  claims.Set("iss", "simulation");
  claims.Set("sub", person);
  claims.Set("email", EmailOf(person));
  return claims;
}

bool Permitted(bool by_person, const std::string& table, Deed deed, const Person& person,
               const Object* before, const Object* after) {
  const bool admin = person.role == "admin";
  const bool planner = admin || person.role == "member";
  if (table == "organizations") return deed == Deed::kRead || (admin && deed != Deed::kDelete);
  if (table == "users") {
    if (deed == Deed::kRead) return true;
    if (deed == Deed::kUpdate && TextAt(*before, "email") != TextAt(*after, "email")) return false;
    return admin;
  }
  if (table == "schedules") {
    switch (deed) {
      case Deed::kRead: return person.role != "guest";
      case Deed::kInsert: return planner;
      case Deed::kUpdate: return planner && (admin || TextAt(*before, "status") != "done");
      case Deed::kDelete: return planner && (admin || TextAt(*before, "status") == "draft");
    }
  }
  CHECK(table == "notes");
  if (deed != Deed::kRead) return planner;
  const Object& note = *after;
  return admin || !IsPrivate(note) || (by_person && TextAt(note, "owner") == EmailOf(person.name));
}

}  // namespace syncline::simulation
