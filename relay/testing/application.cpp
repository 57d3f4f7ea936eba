#include "relay/testing/application.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "shared/value/id.hpp"

namespace syncline::relay::testing {

const char* const kApplicationJson = R"({
  "schema": {"schemaValidation": true, "tables": [
    {"tableName": "groups", "indexes": [], "documentType": {"type": "object", "value": {
      "name": {"fieldType": {"type": "string"}, "optional": false}}}},
    {"tableName": "people", "indexes": [], "documentType": {"type": "object", "value": {
      "group": {"fieldType": {"type": "id", "tableName": "groups"}, "optional": false},
      "email": {"fieldType": {"type": "string"}, "optional": false},
      "role": {"fieldType": {"type": "string"}, "optional": false}}}},
    {"tableName": "notes", "indexes": [], "documentType": {"type": "object", "value": {
      "group": {"fieldType": {"type": "id", "tableName": "groups"}, "optional": false},
      "text": {"fieldType": {"type": "string"}, "optional": false}}}}]},
  "rules": {
    "tenancy": {"root": "groups", "fields": {"people": "group", "notes": "group"}},
    "membership": {"table": "people", "field": "email", "claim": "email", "role": "role"},
    "tables": {
      "groups": {"read": [{"name": "all", "message": "m", "allow": ["true"]}],
                 "insert": [{"name": "admins", "message": "m", "allow": ["eq", ["role"], ["literal", "admin"]]}]},
      "people": {"read": [{"name": "all", "message": "m", "allow": ["true"]}],
                 "insert": [{"name": "admins", "message": "m", "allow": ["eq", ["role"], ["literal", "admin"]]}],
                 "delete": [{"name": "admins", "message": "m", "allow": ["eq", ["role"], ["literal", "admin"]]}]},
      "notes": {"read": [{"name": "all", "message": "m", "allow": ["true"]}],
                "insert": [{"name": "writers", "message": "Readers only read.",
                            "allow": ["ne", ["role"], ["literal", "reader"]]}]}}}
})";

Application MakeApplication() {
  auto application = ParseApplication(kApplicationJson);
  CHECK(application.has_value());
  return std::move(*application);
}

std::string Edited(const Edits& edits) {
  std::string text = kApplicationJson;
  for (const auto& [before, after] : edits) {
    const auto at = text.find(before);
    CHECK(at != std::string::npos && text.find(before, at + 1) == std::string::npos);
    text.replace(at, before.size(), after);
  }
  return text;
}

Edits WithDue(bool optional) {
  return {{R"("text": {"fieldType": {"type": "string"}, "optional": false})",
           R"("text": {"fieldType": {"type": "string"}, "optional": false},
              "due": {"fieldType": {"type": "number"}, "optional": )" +
               std::string(optional ? "true}" : "false}")}};
}

Edits NotesForAdmins() {
  return {{R"("notes": {"read": [{"name": "all", "message": "m", "allow": ["true"]}])",
           R"("notes": {"read": [{"name": "admins", "message": "m",
                                   "allow": ["eq", ["role"], ["literal", "admin"]]}])"}};
}

namespace {

std::uint64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

RowChange Insert(const RowKey& row, std::vector<FieldWrite> writes) {
  std::sort(writes.begin(), writes.end(),
            [](const FieldWrite& a, const FieldWrite& b) { return a.path < b.path; });
  RowChange change;
  change.key = row;
  change.length = 1;
  change.whole = true;
  change.creation_time = static_cast<double>(NowMs());
  change.writes = std::move(writes);
  return change;
}

}  // namespace

RowKey NewRow(const std::string& table) {
  static std::uint64_t made = 0;
  return {NumberOfTable(table), MakeRowId(NowMs(), 7, ++made)};
}

TenantId TenantOf(const RowKey& group) { return {IdToText(group)}; }

RowChange InsertGroup(const RowKey& group, const std::string& name) {
  return Insert(group, {{"name", name}});
}
RowChange InsertPerson(const RowKey& group, const std::string& email, const std::string& role) {
  return Insert(NewRow("people"), {{"group", IdToText(group)}, {"email", email}, {"role", role}});
}
RowChange InsertNote(const RowKey& group, const std::string& text) {
  return Insert(NewRow("notes"), {{"group", IdToText(group)}, {"text", text}});
}
RowChange DeleteRow(const RowKey& row) {
  RowChange change;
  change.key = row;
  change.length = 2;
  return change;
}

ChangeSet MakeChangeSet(std::uint64_t number, std::vector<RowChange> rows) {
  ChangeSet change_set;
  change_set.number = number;
  change_set.time = HybridTime::FromUnixMs(NowMs());
  change_set.rows = std::move(rows);
  return change_set;
}

ChangeSet Found(const RowKey& group, const std::string& email) {
  return MakeChangeSet(1, {InsertGroup(group, "group"), InsertPerson(group, email, "admin")});
}

}  // namespace syncline::relay::testing
