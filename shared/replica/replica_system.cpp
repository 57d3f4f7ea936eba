// What the host writes past the functions: its own tables, files, and rows that come with their ids.
#include <algorithm>
#include <cmath>

#include "shared/base/utf8.hpp"
#include "shared/replica/execution.hpp"
#include "shared/value/id.hpp"

namespace syncline {
namespace {

// What a JavaScript Date can hold.
constexpr double kCreationMsMax = 8.64e15;

bool IsCreationTime(const Value* value) {
  const double* ms = value ? value->As<double>() : nullptr;
  return ms && *ms >= 0 && *ms <= kCreationMsMax && !std::signbit(*ms);
}

}  // namespace

Result<RowKey> Replica::KeyIn(const TableSchema& table, const std::string& id) const {
  const std::optional<RowKey> key = IdFromText(id);
  if (key && key->table == table.number) return *key;
  return Fail(Code::kInvalid,
              "\"" + Utf8Prefix(id, 64) + "\" is not an id of table \"" + table.name + "\"");
}

Result<std::string> Replica::SystemWrite(ExecutionId id, const std::string& name,
                                         const std::optional<std::string>& row,
                                         std::optional<Object> value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  const TableSchema* table = IsSystemTable(name) ? application_->schema.FindTable(name) : nullptr;
  if (table && !table->local) {
    return Fail(Code::kInvalid, "Nobody writes \"" + name + "\" but the relay");
  }
  if (!table) return Fail(Code::kNotFound, "There is no system table \"" + name + "\"");
  if (value) {
    // Also if the application's own documents are not validated.
    if (Status valid = Validate(table->document, *value); !valid) return Fail(valid.error());
    if (Status valid = ValidateDocument(application_->schema, *table, *value); !valid) {
      return Fail(valid.error());
    }
  }
  if (!row) {
    if (!value) return Fail(Code::kInvalid, "A system write needs an id to delete, or a value");
    const RowKey key = NewKey(*table, (*execution)->begin.now_ms);
    if (Status done =
            WriteLocal({table, key, kLocalTenant, std::nullopt}, last_creation_time_, &*value);
        !done) {
      return Fail(done.error());
    }
    return IdToText(key);
  }
  const Result<RowKey> key = KeyIn(*table, *row);
  if (!key) return Fail(key.error());
  Result<std::optional<Row>> stored = device_->store().Get(kLocalTenant, *key);
  if (!stored) return Fail(stored.error());
  if (!*stored) {
    return Fail(Code::kNotFound, "Table \"" + name + "\" has no row with the id " + *row);
  }
  const double creation_time = (*stored)->creation_time;
  Status done = WriteLocal({table, *key, kLocalTenant, std::move(*stored)}, creation_time,
                           value ? &*value : nullptr);
  // A file without its row could never be found again.
  if (done && !value && name == "_storage") done = files_->Drop(key->id);
  if (!done) return Fail(done.error());
  return *row;
}

Status Replica::Import(ExecutionId id, const std::string& name, std::vector<Object> documents) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  const TableSchema* table = application_->schema.FindTable(name);
  if (!table) return Fail(Code::kNotFound, "There is no table \"" + name + "\" in the schema");
  for (std::size_t i = 0; i < documents.size(); ++i) {
    Object& document = documents[i];
    const std::string where = "Import into \"" + name + "\", document " + std::to_string(i) + ": ";
    const Value* own_id = document.Find("_id");
    const std::string* text = own_id ? own_id->As<std::string>() : nullptr;
    if (!text) return Fail(Code::kInvalid, where + "it has no \"_id\"");
    const Result<RowKey> key = KeyIn(*table, *text);
    if (!key) return Fail(key.error().code, where + key.error().message);
    const Value* created = document.Find("_creationTime");
    if (!IsCreationTime(created)) {
      return Fail(Code::kInvalid, where + "\"_creationTime\" must be milliseconds since 1970");
    }
    const double creation_time = *created->As<double>();
    Result<std::vector<TableStore::Found>> found =
        device_->store().GetAnywhere(*key, ReadClock::kNo);
    if (!found) return Fail(found.error());
    const std::vector<TenantNo> visible = TenantsOf(*table);
    for (const TableStore::Found& other : *found) {
      if (std::find(visible.begin(), visible.end(), other.tenant) == visible.end()) continue;
      return Fail(Code::kConflict, where + "there is a row with the id " + *text +
                                       " already; delete it first, or import elsewhere");
    }
    document.Remove("_id");
    document.Remove("_creationTime");
    Status done = ValidateDocument(application_->schema, *table, document);
    if (done) done = InsertRow(*table, *key, creation_time, document);
    if (!done) return Fail(done.error().code, where + done.error().message);
  }
  return Done{};
}

Status Replica::PutFile(ExecutionId id, const std::string& file, const Bytes* bytes) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  const Result<RowKey> key = KeyIn(*application_->schema.FindTable("_storage"), file);
  if (!key) return Fail(key.error());
  if (Status allowed = RefuseLocal("files"); !allowed) return allowed;
  if (!bytes) return files_->Drop(key->id);
  const Result<std::optional<Row>> row = device_->store().Get(kLocalTenant, *key, ReadClock::kNo);
  if (!row) return Fail(row.error());
  if (!*row) return Fail(Code::kNotFound, "There is no file with the id " + file);
  return files_->Put(key->id, *bytes);
}

Result<Bytes> Replica::GetFile(const std::string& file) {
  const Result<RowKey> key = KeyIn(*application_->schema.FindTable("_storage"), file);
  if (!key) return Fail(key.error());
  Result<std::optional<Bytes>> bytes = files_->Get(key->id);
  if (!bytes) return Fail(bytes.error());
  if (!*bytes) return Fail(Code::kNotFound, "There is no file with the id " + file);
  return std::move(**bytes);
}

}  // namespace syncline
