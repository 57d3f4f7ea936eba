// What executions read: documents by id, and queries as streams.
#include "shared/base/planted.hpp"
#include "shared/base/utf8.hpp"
#include "shared/replica/execution.hpp"
#include "shared/value/id.hpp"
#include "shared/value/size.hpp"

namespace syncline {
namespace {

// The documents that a stream's consumer has been given since `before`.
void Count(const ReadUse& before, const ReadUse& now, ReadUse& use) {
  use.documents += now.documents - before.documents;
  use.bytes += now.bytes - before.bytes;
}

}  // namespace

Result<std::optional<std::string>> Replica::NormalizeId(const std::string& table,
                                                        const std::string& id) {
  const TableSchema* schema = application_->schema.FindTable(table);
  const std::optional<RowKey> key = IdFromText(id);
  if (!schema || !key || key->table != schema->number) return std::optional<std::string>();
  return std::optional<std::string>(id);
}

Result<Replica::Located> Replica::Locate(Execution& execution, const std::string& id,
                                         const std::optional<std::string>& table, ReadClock clock) {
  const std::optional<RowKey> key = IdFromText(id);
  const TableSchema* schema = key ? application_->schema.FindTable(key->table) : nullptr;
  if (!schema) {
    return Fail(Code::kInvalid,
                "Invalid argument `id`: \"" + Utf8Prefix(id, 64) +
                    "\" is not an ID of this application's tables. IDs come from db.insert or a "
                    "document's _id; text from outside goes through db.normalizeId first");
  }
  if (table && *table != schema->name && !PLANTED("id-of-another-table")) {
    return Fail(Code::kInvalid, "Invalid argument `id`: expected an ID of table \"" + *table +
                                    "\", but \"" + id + "\" is of table \"" + schema->name + "\"");
  }
  ReadUse& use = execution.use.read;
  ++use.ranges;
  if (Status fits = CheckReadUse(use); !fits) return Fail(fits.error());
  Located located{schema, *key, {}, std::nullopt};
  Result<std::vector<TableStore::Found>> found = device_->store().GetAnywhere(*key, clock);
  if (!found) return Fail(found.error());
  const std::size_t reads_before = execution.reads.size();
  for (const TenantNo visible : TenantsOf(*schema)) {
    Bytes low = TenantKey(visible, key->id.view());
    Bytes high = low + '\0';
    execution.reads.push_back({schema->number, kById, {std::move(low), std::move(high)}});
    for (TableStore::Found& candidate : *found) {
      if (candidate.tenant != visible) continue;
      // A strict mutation relies on one tenant, and an id is of one row: the others cannot have it.
      if (execution.begin.strict) {
        execution.reads.erase(execution.reads.begin() + reads_before, execution.reads.end() - 1);
      }
      located.tenant = visible;
      located.row = std::move(candidate.row);
      ++use.documents;
      use.bytes += SizeOf(WithSystemFields(*schema, *located.row));
      if (Status fits = CheckReadUse(use); !fits) return Fail(fits.error());
      return located;
    }
  }
  if (execution.begin.strict && !schema->local) {
    execution.reads.resize(reads_before);
    execution.missing.push_back(*key);
  }
  return located;
}

Result<std::optional<Object>> Replica::Get(ExecutionId id, const std::string& document,
                                           const std::optional<std::string>& table) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kNo);
  if (!located) return Fail(located.error());
  if (!located->row) return std::optional<Object>();
  return std::optional<Object>(ForFunctions(*located->table, *located->row));
}

std::vector<TenantNo> Replica::TenantsOf(const TableSchema& table) const {
  return table.local ? std::vector<TenantNo>{kLocalTenant} : device_->VisibleTenants();
}

std::vector<TenantNo> Replica::TenantsFor(const Query& query) const {
  const TableSchema& table = *query.table->schema;
  if (table.local) return TenantsOf(table);
  const auto field = application_->rules.TenantField(table.name);
  if (field) {
    const std::string_view wanted = field->empty() ? std::string_view("_id") : *field;
    for (const auto& [path, value] : query.equalities) {
      if (path != wanted) continue;
      const std::string* text = value.As<std::string>();
      const std::optional<TenantNo> no = text ? device_->Find({*text}) : std::nullopt;
      return no ? std::vector<TenantNo>{*no} : std::vector<TenantNo>();
    }
  }
  return TenantsOf(table);
}

Result<StreamId> Replica::OpenStream(ExecutionId id, const Value& json) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  Result<Query> query = ParseQuery(device_->store(), json);
  if (!query) return Fail(query.error());
  ++(*execution)->use.read.ranges;
  if (Status fits = CheckReadUse((*execution)->use.read); !fits) return Fail(fits.error());
  std::vector<TenantNo> tenants = TenantsFor(*query);
  const StreamId stream{++last_id_};
  (*execution)
      ->streams.emplace(stream, Stream(device_->store(), std::move(*query), std::move(tenants)));
  return stream;
}

Result<Stream::Page> Replica::NextPage(ExecutionId id, StreamId stream, std::size_t count,
                                       std::size_t consumed) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  const auto found = (*execution)->streams.find(stream);
  if (found == (*execution)->streams.end()) return Fail(Code::kInvalid, "The query is closed");
  Stream& walk = found->second;
  ReadUse& use = (*execution)->use.read;
  const ReadUse before = walk.use();
  Result<Stream::Page> page = walk.Next(count, consumed, Remaining(use));
  Count(before, walk.use(), use);
  return page;
}

Result<bool> Replica::NextBlock(ExecutionId id, StreamId stream, std::size_t count,
                                std::size_t consumed, BlockWriter& block) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  const auto found = (*execution)->streams.find(stream);
  if (found == (*execution)->streams.end()) return Fail(Code::kInvalid, "The query is closed");
  Stream& walk = found->second;
  ReadUse& use = (*execution)->use.read;
  const ReadUse before = walk.use();
  const Result<bool> done = walk.NextBlock(count, consumed, Remaining(use), block);
  Count(before, walk.use(), use);
  return done;
}

Result<QueryPage> Replica::ReadPage(ExecutionId id, const Value& json, const PageRequest& request) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  Result<Query> query = ParseQuery(device_->store(), json);
  if (!query) return Fail(query.error());
  ReadUse& use = (*execution)->use.read;
  ++use.ranges;
  if (Status fits = CheckReadUse(use); !fits) return Fail(fits.error());
  std::vector<TenantNo> tenants = TenantsFor(*query);
  const std::uint64_t fingerprint = FingerprintOf(*query, json);
  return syncline::ReadPage(device_->store(), std::move(*query), fingerprint, std::move(tenants),
                            request, Remaining(use), (*execution)->reads, use);
}

Status Replica::CloseStream(ExecutionId id, StreamId stream, std::size_t consumed) {
  Result<Execution*> execution = Find(id, false);
  if (!execution) return Fail(execution.error());
  const auto found = (*execution)->streams.find(stream);
  if (found == (*execution)->streams.end()) return Done{};
  const ReadUse before = found->second.use();
  found->second.Close(consumed);
  Count(before, found->second.use(), (*execution)->use.read);
  found->second.AddReads((*execution)->reads);
  (*execution)->streams.erase(found);
  return Done{};
}

}  // namespace syncline
