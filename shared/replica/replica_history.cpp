// Rows put back as an entry of the history has them.
#include "shared/replica/execution.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

// What an entry says, as far as it is asked here.
struct Told {
  std::string table;
  std::string row;
  Object document;
};

Told ReadEntry(const Object& entry) {
  const auto text = [&](const char* name) {
    const Value* value = entry.Find(name);
    const std::string* found = value ? value->As<std::string>() : nullptr;
    return found ? *found : std::string();
  };
  const Value* value = entry.Find("document");
  const Object* document = value ? value->As<Object>() : nullptr;
  return {text("table"), text("row"), document ? *document : Object()};
}

}  // namespace

Result<std::uint32_t> Replica::DeletedLength(TenantNo no, const RowKey& key) {
  const TenantId* tenant = device_->TenantOf(no);
  CHECK(tenant);
  if (const std::uint32_t pending = PendingDeletion(*tenant, key); pending != 0) return pending;
  const TableSchema& history = *application_->schema.FindTable(kHistoryTable);
  IndexOrdinal by_row = 0;
  CHECK(device_->store().Layout(history.number).FindIndex("by_row", by_row));
  const Bytes row = EncodeKey(Value(IdToText(key)));
  const Result<std::vector<Entry>> last =
      device_->store().Scan(no, history.number, by_row, {row, PrefixEnd(row)}, true, 1);
  if (!last) return Fail(last.error());
  const Value* length = last->empty() ? nullptr : last->front().row.document.Find("length");
  const double* number = length ? length->As<double>() : nullptr;
  return number ? static_cast<std::uint32_t>(*number) : 0;
}

Result<std::string> Replica::Restore(ExecutionId id, const std::string& entry) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  if (!application_->schema.FindTable(kHistoryTable)) {
    return Fail(Code::kInvalid,
                "No table keeps a history; write \"history: true\" for it in rules.ts");
  }
  const Result<Located> found = Locate(**execution, entry, kHistoryTable, ReadClock::kNo);
  if (!found) return Fail(found.error());
  if (!found->row) {
    return Fail(Code::kNotFound, "There is no entry of the history with the id \"" + entry +
                                     "\": it is no longer kept, or this person may not see it");
  }
  Told told = ReadEntry(found->row->document);
  const TableSchema* table = application_->schema.FindTable(told.table);
  if (!table || table->local) {
    return Fail(Code::kNotFound, "The entry is of table \"" + told.table +
                                     "\", which the application does not have any more");
  }
  Result<Located> row = Locate(**execution, told.row, table->name, ReadClock::kYes);
  if (!row) return Fail(row.error());
  const Value* created = told.document.Find("_creationTime");
  const double* creation_time = created ? created->As<double>() : nullptr;
  if (!creation_time) {
    return Fail(Code::kCorrupt, "The entry \"" + entry + "\" of the history shows no row");
  }
  const double created_ms = *creation_time;
  told.document.Remove("_id");
  told.document.Remove("_creationTime");
  if (row->row) {
    KeepUnknownFields(*row, told.document);
    if (Status done = Replace(*row, std::move(told.document)); !done) return Fail(done.error());
    return told.row;
  }
  const Result<std::uint32_t> length = DeletedLength(found->tenant, row->key);
  if (!length) return Fail(length.error());
  if (*length == 0 || *length % 2 == 1) {
    return Fail(Code::kNotFound,
                "The row of the entry is not here, and its history does not say "
                "that it was deleted: this person may not see it any more");
  }
  if (Status valid = ValidateDocument(application_->schema, *table, told.document); !valid) {
    return Fail(valid.error());
  }
  const Result<TenantId> tenant = TenantOf(*table, row->key, told.document);
  if (!tenant) return Fail(tenant.error());
  const Result<TenantNo> no = Enter(*table, *tenant);
  if (!no) return Fail(no.error());
  const Located deleted{table, row->key, *no, std::nullopt, *length};
  if (Status done = WriteRow(deleted, created_ms, &told.document); !done) {
    return Fail(done.error());
  }
  return told.row;
}

}  // namespace syncline
