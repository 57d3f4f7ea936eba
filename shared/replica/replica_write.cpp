// What a mutation writes: rows of synced tables, which become its change set, and of local ones.
#include <algorithm>
#include <map>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/replica/execution.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"
#include "shared/value/size.hpp"

namespace syncline {
namespace {

Failure TooManyWritten() {
  return Fail(Code::kInvalid, "Too many documents written in a single function execution (limit: " +
                                  std::to_string(kDocumentsWrittenMax) +
                                  "). Consider writing in batches: one mutation schedules the "
                                  "next with ctx.scheduler.runAfter(0, ...)");
}

// Within a transaction creation times increase by this much: a double of today's milliseconds can tell
// steps of 1/4096 apart.
constexpr double kCreationStepMs = 1.0 / 1024;
// What _id and _creationTime add to a document's size.
constexpr std::size_t kSystemFieldsBytes = 60;

}  // namespace

Result<TenantId> Replica::TenantOf(const TableSchema& table, const RowKey& key,
                                   const Object& document) {
  const auto field = application_->rules.TenantField(table.name);
  if (!field) {
    return Fail(Code::kInvalid, "Table \"" + table.name +
                                    "\" has no tenancy in rules.ts, so its rows cannot be written; "
                                    "name its field under tenancy.fields, or the table under "
                                    "tenancy.local if its rows stay on the device");
  }
  if (field->empty()) return TenantId{IdToText(key)};
  const Value* owner = document.Find(*field);
  const std::string* text = owner ? owner->As<std::string>() : nullptr;
  if (!text) {
    return Fail(Code::kInvalid, "Field \"" + std::string(*field) + "\" of table \"" + table.name +
                                    "\" must say which tenant the row belongs to");
  }
  return TenantId{*text};
}

Result<TenantNo> Replica::Enter(const TableSchema& table, const TenantId& tenant) {
  Mutation& mutation = *mutation_;
  if (mutation.tenant && *mutation.tenant != tenant) {
    return Fail(Code::kInvalid, "A mutation writes to one tenant; this one wrote to " +
                                    mutation.tenant->text + " before it came to " + tenant.text +
                                    " in table \"" + table.name + "\". Use two mutations");
  }
  if (mutation.tenant) return mutation.no;
  const std::optional<TenantNo> known = device_->Find(tenant);
  if (!known && table.name != application_->rules.root_table()) {
    return Fail(Code::kNotFound, "The tenant " + tenant.text + " that the row of table \"" +
                                     table.name + "\" names is not here");
  }
  if (executions_.at(mutation.execution)->begin.strict) {
    if (!known) {
      return Fail(Code::kInvalid,
                  "A strict mutation cannot found a tenant: there is nothing to rely "
                  "on yet. Insert the row of table \"" +
                      table.name + "\" in another mutation");
    }
    if (Status ready = CheckUpToDate(tenant); !ready) return Fail(ready.error());
  }
  const Result<TenantNo> no = device_->Ensure(tenant);
  if (!no) return no;
  mutation.tenant = tenant;
  mutation.no = *no;
  mutation.founding = !known;
  if (known) {
    const Object& claims = executions_.at(mutation.execution)->begin.claims;
    Result<std::optional<std::string>> role = device_->RoleIn(*no, claims);
    if (!role) return Fail(role.error());
    mutation.role = std::move(*role);
  }
  return *no;
}

Status Replica::WriteLocal(const Located& at, double creation_time, const Object* document) {
  if (!at.row && !document) return Done{};
  if (Status allowed = RefuseLocal("rows of table \"" + at.table->name + "\""); !allowed) {
    return allowed;
  }
  if (mutation_->undo && !IsSystemTable(at.table->name)) {
    mutation_->local_before.try_emplace(at.key, at.row);
  }
  std::optional<Row> after;
  if (document) {
    Result<Object> shown = AsShown(*at.table, *document);
    if (!shown) return Fail(shown.error());
    after = Row{at.key.id, creation_time, {}, std::move(*shown), {}};
    after->clock.length = 1;
  }
  return device_->store().Write(kLocalTenant, at.key.table, at.row ? &*at.row : nullptr,
                                after ? &*after : nullptr, mutation_->touched);
}

Status Replica::CountWrite(const Object* document) {
  // A deleted document counts with its id alone.
  constexpr std::size_t kDeletedBytes = 34;
  Use& use = executions_.at(mutation_->execution)->use;
  ++use.documents_written;
  use.bytes_written += document ? SizeOf(*document) + kSystemFieldsBytes : kDeletedBytes;
  if (use.documents_written > kDocumentsWrittenMax) return TooManyWritten();
  if (use.bytes_written > kBytesWrittenMax) {
    return Fail(Code::kInvalid, "Too many bytes written in a single function execution (limit: " +
                                    std::to_string(kBytesWrittenMax) +
                                    "). Consider smaller documents, or fewer in one mutation");
  }
  return Done{};
}

const FieldEdit* Replica::FindStrictlyEdited(const TenantId& tenant,
                                             const RowChange& change) const {
  for (const FieldEdit& edit : change.edits) {
    const bool names_elements = KindOf(edit.edit) != MergeKind::kCounter;
    if (names_elements && device_->StrictlyEdited(tenant, change.key, edit.path)) return &edit;
  }
  return nullptr;
}

Status Replica::WriteRow(const Located& at, double creation_time, const Object* document) {
  if (Status counted = CountWrite(document); !counted) return counted;
  if (at.table->local) return WriteLocal(at, creation_time, document);
  Mutation& mutation = *mutation_;
  const auto [slot, first] = mutation.rows.try_emplace(at.key);
  Mutation::Touched& touched = slot->second;
  if (!mutation.parts.empty()) {
    mutation.parts.back().rows.try_emplace(
        at.key, first ? std::nullopt : std::optional<Mutation::Touched>(touched));
  }
  if (first) {
    touched.no = at.tenant;
    if (at.row) touched.before = ToState(*at.table, *at.row);
    if (!at.row) touched.before.clock.length = at.length;
  }
  RowChange change;
  change.key = at.key;
  if (!document) {
    change.length = touched.before.clock.length + 1;
  } else {
    change.whole = !touched.before.alive();
    change.length = touched.before.clock.length + (change.whole ? 1 : 0);
    if (change.whole) change.creation_time = creation_time;
    Result<FieldChanges> changes =
        change.whole ? ChangesOfInsert(*at.table, *document)
                     : ChangesBetween(*at.table, touched.before, *document, device_->replica());
    if (!changes) return Fail(changes.error());
    change.writes = std::move(changes->writes);
    change.edits = std::move(changes->edits);
    if (const FieldEdit* edit = FindStrictlyEdited(*mutation.tenant, change)) {
      return Fail(Code::kConflict, "Field \"" + Dotted(edit->path) + "\" of table \"" +
                                       at.table->name +
                                       "\" is being edited by a strict mutation of this device "
                                       "that is on its way; run this one again after it");
    }
  }
  const bool nothing = !document && !touched.before.alive();
  const bool same = document && !change.whole && change.writes.empty() && change.edits.empty();
  touched.change.reset();
  touched.after.reset();
  // What a row has seen lies below what is written to it now, so the change always takes.
  if (!nothing) {
    RowState after = touched.before;
    if (!same) static_cast<void>(Apply(after, change, {mutation.time, device_->replica()}));
    if (after.alive()) touched.after = ToRow(at.key.id, after);
  }
  if (!nothing && !same) touched.change = std::move(change);
  if (!at.row && !touched.after) return Done{};
  return device_->store().Write(at.tenant, at.key.table, at.row ? &*at.row : nullptr,
                                touched.after ? &*touched.after : nullptr, mutation.touched);
}

Result<std::string> Replica::Insert(ExecutionId id, const std::string& table, Object value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  const TableSchema* schema = application_->schema.FindTable(table);
  if (!schema) return Fail(Code::kNotFound, "There is no table \"" + table + "\" in the schema");
  if (Status allowed = RefuseSystemTable(*schema); !allowed) return Fail(allowed.error());
  if (Status valid = ValidateDocument(application_->schema, *schema, value); !valid) {
    return Fail(valid.error());
  }
  const RowKey key = NewKey(*schema, (*execution)->begin.now_ms);
  if (Status done = InsertRow(*schema, key, last_creation_time_, value); !done) {
    return Fail(done.error());
  }
  return IdToText(key);
}

RowKey Replica::NewKey(const TableSchema& table, std::uint64_t begin_ms) {
  const std::uint64_t now_ms = device_->clock().Adjusted(begin_ms);
  last_creation_time_ =
      std::max(static_cast<double>(now_ms), last_creation_time_ + kCreationStepMs);
  return {table.number, MakeRowId(now_ms, random_.Next(), random_.Next())};
}

Status Replica::RefuseSystemTable(const TableSchema& table) {
  if (!IsSystemTable(table.name)) return Done{};
  return Fail(Code::kInvalid, "\"" + table.name +
                                  "\" is a system table, which functions only read; change it with "
                                  "ctx.scheduler or ctx.storage");
}

Status Replica::InsertRow(const TableSchema& table, const RowKey& key, double creation_time,
                          const Object& document) {
  if (table.local) {
    return WriteRow({&table, key, kLocalTenant, std::nullopt}, creation_time, &document);
  }
  const Result<TenantId> tenant = TenantOf(table, key, document);
  if (!tenant) return Fail(tenant.error());
  const Result<TenantNo> no = Enter(table, *tenant);
  if (!no) return Fail(no.error());
  // An imported row may have been deleted before.
  const std::uint32_t length = PendingDeletion(*tenant, key);
  return WriteRow({&table, key, *no, std::nullopt, length}, creation_time, &document);
}

std::uint32_t Replica::PendingDeletion(const TenantId& tenant, const RowKey& key) const {
  const std::uint32_t length = device_->PendingLength(tenant, key);
  return length % 2 == 0 ? length : 0;
}

namespace {

Failure Missing(const char* what, const std::string& id) {
  return Fail(Code::kNotFound, std::string(what) + " on nonexistent document ID \"" + id +
                                   "\": it was deleted, or this person may not see it; look with "
                                   "ctx.db.get first");
}

}  // namespace

Status Replica::Patch(ExecutionId id, const std::string& document,
                      const std::optional<std::string>& table, const Object& value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kYes);
  if (!located) return Fail(located.error());
  if (Status allowed = RefuseSystemTable(*located->table); !allowed) return allowed;
  if (!located->row) return Missing("Patch", document);
  Object patched = WithSystemFields(*located->table, *located->row);
  for (const Member& member : value.members()) {
    if (PLANTED("patch-removes-nothing") && member.value.is_undefined()) continue;
    patched.Set(member.name, member.value);
  }
  if (Status kept = DropSystemFields(*located, patched); !kept) return kept;
  return Replace(*located, std::move(patched));
}

Status Replica::Replace(ExecutionId id, const std::string& document,
                        const std::optional<std::string>& table, Object value) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kYes);
  if (!located) return Fail(located.error());
  if (Status allowed = RefuseSystemTable(*located->table); !allowed) return allowed;
  if (!located->row) return Missing("Replace", document);
  if (Status kept = DropSystemFields(*located, value); !kept) return kept;
  KeepUnknownFields(*located, value);
  return Replace(*located, std::move(value));
}

void Replica::KeepUnknownFields(const Located& located, Object& document) {
  for (const Member& member : located.row->document.members()) {
    if (!Knows(*located.table, member.name)) document.Set(member.name, member.value);
  }
}

// A document may be given back whole, as Convex allows; its system fields may not have changed.
Status Replica::DropSystemFields(const Located& located, Object& document) {
  const Object before = WithSystemFields(*located.table, *located.row);
  for (const char* system : {"_id", "_creationTime"}) {
    const Value* given = document.Find(system);
    if (given && *given != *before.Find(system)) {
      return Fail(Code::kInvalid, std::string("The system field \"") + system +
                                      "\" cannot be changed; leave it out of the value");
    }
    document.Remove(system);
  }
  return Done{};
}

Status Replica::Replace(const Located& located, Object document) {
  // What a newer schema wrote is not judged by this one.
  Object judged = document;
  for (const Member& member : located.row->document.members()) {
    if (!Knows(*located.table, member.name) || PLANTED("changes-unjudged"))
      judged.Remove(member.name);
  }
  if (Status valid = ValidateDocument(application_->schema, *located.table, judged); !valid) {
    return valid;
  }
  if (located.table->local) return WriteRow(located, located.row->creation_time, &document);
  const Result<TenantId> tenant = TenantOf(*located.table, located.key, document);
  if (!tenant) return Fail(tenant.error());
  const TenantId* owner = device_->TenantOf(located.tenant);
  if (!owner || *owner != *tenant) {
    return Fail(Code::kInvalid,
                "A row of table \"" + located.table->name +
                    "\" cannot move to another tenant; delete it and insert it there");
  }
  const Result<TenantNo> no = Enter(*located.table, *tenant);
  if (!no) return Fail(no.error());
  return WriteRow(located, located.row->creation_time, &document);
}

Status Replica::Delete(ExecutionId id, const std::string& document,
                       const std::optional<std::string>& table) {
  Result<Execution*> execution = Find(id, true);
  if (!execution) return Fail(execution.error());
  Result<Located> located = Locate(**execution, document, table, ReadClock::kYes);
  if (!located) return Fail(located.error());
  if (Status allowed = RefuseSystemTable(*located->table); !allowed) return allowed;
  if (!located->row) return Missing("Delete", document);
  if (located->table->local) return WriteRow(*located, located->row->creation_time, nullptr);
  const TenantId* owner = device_->TenantOf(located->tenant);
  CHECK(owner);
  const Result<TenantNo> no = Enter(*located->table, TenantId(*owner));
  if (!no) return Fail(no.error());
  return DeleteRow(*located);
}

Status Replica::DeleteRow(const Located& at) {
  std::vector<Located> todo = {at};
  std::set<RowKey> deleted = {at.key};  // or in `todo`
  // Rows that only refer to deleted ones: each is written once, at the end.
  std::map<RowKey, std::pair<Located, std::set<const Reference*>>> loose;
  while (!todo.empty()) {
    Located going = std::move(todo.back());
    todo.pop_back();
    Result<std::optional<Row>> now = device_->store().Get(going.tenant, going.key);
    if (!now) return Fail(now.error());
    if (!*now) continue;
    going.row = std::move(*now);
    if (Status done = WriteRow(going, going.row->creation_time, nullptr); !done) return done;
    for (const Referrer& referrer : application_->rules.ReferrersOf(going.table->name)) {
      const Reference& reference = referrer.reference;
      if (reference.on_delete == OnDelete::kRestrict) continue;
      Result<std::vector<Located>> followers = Followers(referrer, going);
      if (!followers) return Fail(followers.error());
      for (Located& follower : *followers) {
        if (reference.on_delete == OnDelete::kCascade) {
          if (deleted.insert(follower.key).second) todo.push_back(std::move(follower));
        } else {
          auto& [at_end, references] = loose[follower.key];
          at_end = std::move(follower);
          references.insert(&reference);
        }
      }
      if (deleted.size() > kDocumentsWrittenMax || loose.size() > kDocumentsWrittenMax) {
        return TooManyWritten();
      }
    }
  }
  for (auto& [key, row] : loose) {
    auto& [at_end, references] = row;
    Result<std::optional<Row>> now = device_->store().Get(at_end.tenant, key);
    if (!now) return Fail(now.error());
    if (!*now) continue;
    at_end.row = std::move(*now);
    Object document = at_end.row->document;
    for (const Reference* reference : references) {
      document = WithoutReferences(std::move(document), *reference, [&](const RowKey& target) {
        return deleted.count(target) != 0;
      });
    }
    Status done = WriteRow(at_end, at_end.row->creation_time, &document);
    if (!done) return done;
  }
  return Done{};
}

Result<std::vector<Replica::Located>> Replica::Followers(const Referrer& referrer,
                                                         const Located& deleted) {
  const TableSchema& table = *application_->schema.FindTable(referrer.table);
  std::vector<Located> followers;
  Status visited =
      StateAfter(device_->store(), deleted.tenant)
          .Visit(table.number, IndexOf(referrer.reference), EncodeKey(IdToText(deleted.key)),
                 [&](const RowId& id) {
                   followers.push_back({&table, {table.number, id}, deleted.tenant, std::nullopt});
                   return followers.size() <= kDocumentsWrittenMax;
                 });
  if (!visited) return Fail(visited.error());
  return followers;
}

}  // namespace syncline
