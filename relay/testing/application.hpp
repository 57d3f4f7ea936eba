// A small application for tests: groups are tenants, people make a person their member, notes are
// written by anyone but readers. And the change sets that its devices would make.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "shared/sync/authority.hpp"
#include "shared/wire/messages.hpp"

namespace syncline::relay::testing {

extern const char* const kApplicationJson;
Application MakeApplication();

// The application's text with each first text replaced by the second, which must be in it once.
using Edits = std::vector<std::pair<std::string, std::string>>;
std::string Edited(const Edits& edits);
// Edits: notes have a further field; only admins read notes.
Edits WithDue(bool optional);
Edits NotesForAdmins();

// A row of the table that no other call gives.
RowKey NewRow(const std::string& table);
TenantId TenantOf(const RowKey& group);

RowChange InsertGroup(const RowKey& group, const std::string& name);
RowChange InsertPerson(const RowKey& group, const std::string& email, const std::string& role);
RowChange InsertNote(const RowKey& group, const std::string& text);
RowChange DeleteRow(const RowKey& row);

ChangeSet MakeChangeSet(std::uint64_t number, std::vector<RowChange> rows);
// The change set that founds a group with one admin.
ChangeSet Found(const RowKey& group, const std::string& email);

}  // namespace syncline::relay::testing
