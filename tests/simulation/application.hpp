// The application of the simulation: organizations, their users with roles, schedules with an object
// field, and notes of which some are private. And the people who use it.
#pragma once
#include <optional>
#include <string>

#include "shared/base/ids.hpp"
#include "shared/value/value.hpp"

namespace syncline::simulation {

// `by_person`: a private note is also read by its owner, so that scopes differ between persons of one
// role and the relay's frames cannot be shared.
std::string ApplicationJson(bool by_person);

// A person is their first name; this is what their token says of them.
Object ClaimsOf(const std::string& person);
std::string EmailOf(const std::string& person);

// The rules once more, in plain words, to hold the relay's judgement against. Documents carry `_id`.
enum class Deed { kRead, kInsert, kUpdate, kDelete };
struct Person {
  std::string name;
  std::string role;
};
bool Permitted(bool by_person, const std::string& table, Deed deed, const Person& person,
               const Object* before, const Object* after);

}  // namespace syncline::simulation
