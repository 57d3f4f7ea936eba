// The application of the simulation: organizations, their users with roles, schedules with an object
// field, notes of which some are private, and tasks, which have rules of every kind that looks beyond one
// row (task_rules.hpp); in its second version, labels and boards, which have a field of each merge kind. And
// the people who use it.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "shared/base/ids.hpp"
#include "shared/value/value.hpp"

namespace syncline::simulation {

// Which of its rules it has: bits. By person: a private note is also read by its owner, so that scopes differ
// between persons of one role and the relay's frames cannot be shared. Open: guests read schedules,
// viewers write notes, and less of the history is kept.
inline constexpr unsigned kRulesByPerson = 1, kRulesOpen = 2, kRuleSets = 4;

// `newest`: with what the second version of the schema added: a field, an index and a table.
std::string ApplicationJson(unsigned rules, bool newest);

// How many entries of a task's history the rules keep.
std::size_t HistoryKept(unsigned rules);

// A person is their first name; this is what their token says of them.
Object ClaimsOf(const std::string& person);
std::string EmailOf(const std::string& person);

// The rules once more, in plain words, to hold the relay's judgement against. Documents carry `_id`.
enum class Deed { kRead, kInsert, kUpdate, kDelete };
struct Person {
  std::string name;
  std::string role;
};
// What stands against a change set: rules by their names, as refusals name them; "" for what no rule is about.
using Objections = std::set<std::string>;
// Of the clauses on who may do it, but for those that ask for other rows. `after` is what is read.
Objections Against(unsigned rules, const std::string& table, Deed deed, const Person& person,
                   const Object* before, const Object* after);

}  // namespace syncline::simulation
