// Strict mutations on the device: run on what the relay has confirmed, undone, and kept as a change set
// with what it relies on (shared/decisions/0010).
#include <algorithm>
#include <map>

#include "shared/replica/execution.hpp"
#include "shared/sync/recent_effects.hpp"

namespace syncline {
namespace {

// The number that TenantKey has put in front of a key.
TenantNo TenantOfKey(ByteView key) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(key[i]);
  return {static_cast<std::int64_t>(value)};
}

std::vector<std::string> FieldsOf(const TableLayout& layout, IndexOrdinal index) {
  if (index == kById) return {"_id"};
  if (index == kByCreationTime) return {};
  return layout.indexes[index - kFirstDeclared].fields;
}

// Stretches that touch become one, so that reading a hundred rows one by one in order costs as a walk.
std::vector<KeyStretch> Joined(std::vector<KeyStretch> stretches) {
  std::sort(stretches.begin(), stretches.end(),
            [](const KeyStretch& a, const KeyStretch& b) { return a.low < b.low; });
  std::vector<KeyStretch> joined;
  for (KeyStretch& stretch : stretches) {
    if (!stretch.high.empty() && stretch.high <= stretch.low) continue;
    if (joined.empty() || (!joined.back().high.empty() && joined.back().high < stretch.low)) {
      joined.push_back(std::move(stretch));
    } else if (stretch.high.empty() || joined.back().high.empty()) {
      joined.back().high.clear();
    } else {
      joined.back().high = std::max(joined.back().high, stretch.high);
    }
  }
  return joined;
}

}  // namespace

Status Replica::BeginStrict() {
  if (!session_->welcomed()) {
    return Fail(Code::kUnavailable,
                "A strict mutation needs the relay, and this device is not connected; run it again "
                "once it is");
  }
  return device_->ShowConfirmed();
}

Status Replica::CheckUpToDate(const TenantId& tenant) const {
  const Cursor* cursor = device_->CursorOf(tenant);
  if (cursor && cursor->epoch > kCursorOfNoLog.epoch && session_->up_to_date(tenant)) return Done{};
  return Fail(Code::kUnavailable, "The copy of tenant " + tenant.text +
                                      " is not up to date yet, so a strict mutation could not "
                                      "hold; run it again once it is synced");
}

Status Replica::RefuseLocal(const std::string& what) const {
  if (!executions_.at(mutation_->execution)->begin.strict) return Done{};
  return Fail(Code::kInvalid, "A strict mutation cannot write " + what +
                                  ": that stays on this device, also where the relay refuses the "
                                  "rest. Write it in another mutation, once this one is accepted");
}

Result<StrictReads> Replica::StrictReadsOf(const Execution& execution,
                                           const TenantId& tenant) const {
  const TenantNo no = *device_->Find(tenant);
  ReadSet reads = execution.reads;
  for (const auto& [id, stream] : execution.streams) stream.AddReads(reads);
  // A row that was not there: an id is of one row, so only this tenant could bring it.
  for (const RowKey& key : execution.missing) {
    Bytes low = TenantKey(no, key.id.view());
    Bytes high = low + '\0';
    reads.push_back({key.table, kById, {std::move(low), std::move(high)}});
  }
  // Two indexes of the same fields have the same keys.
  std::map<std::pair<TableNumber, std::vector<std::string>>, std::vector<KeyStretch>> by_fields;
  for (const ReadRange& read : reads) {
    const TenantNo owner = TenantOfKey(read.keys.low);
    if (owner == kLocalTenant) continue;  // nobody else writes them
    if (!(owner == no)) {
      const TableSchema& table = *application_->schema.FindTable(read.table);
      const TenantId* other = device_->TenantOf(owner);
      return Fail(Code::kInvalid,
                  "A strict mutation reads the one tenant that it writes, " + tenant.text +
                      "; this one also read table \"" + table.name + "\" of tenant " +
                      (other ? other->text : "unknown") +
                      ". Begin the range of the index with an equality on the field that names the "
                      "tenant");
    }
    const bool bounded = !read.keys.high.empty() && TenantOfKey(read.keys.high) == no;
    by_fields[{read.table, FieldsOf(device_->store().Layout(read.table), read.index)}].push_back(
        {read.keys.low.substr(8), bounded ? read.keys.high.substr(8) : Bytes()});
  }
  StrictReads strict{*device_->CursorOf(tenant), {}};
  for (auto& [index, stretches] : by_fields) {
    strict.indexes.push_back({index.first, index.second, Joined(std::move(stretches))});
  }
  if (const Status held = CheckReads(strict); !held) {
    return Fail(held.error().code, held.error().message +
                                       ". Read one range of an index instead of many rows one by "
                                       "one, or less in one mutation");
  }
  return strict;
}

Result<std::optional<ChangeSetRef>> Replica::CommitStrict(std::vector<LocalChange> changes,
                                                          std::vector<UndoStep> steps) {
  const Execution& execution = *executions_.at(mutation_->execution);
  std::optional<StrictReads> strict;
  if (!changes.empty()) {
    if (Status ready = CheckUpToDate(*mutation_->tenant); !ready) return Fail(ready.error());
    Result<StrictReads> reads = StrictReadsOf(execution, *mutation_->tenant);
    if (!reads) return Fail(reads.error());
    strict = std::move(*reads);
  }
  // The rows are as they were; nothing of it was to be seen.
  database_->Rollback();
  mutation_->touched.clear();
  if (!strict) return std::optional<ChangeSetRef>();
  if (Status begun = database_->Begin(); !begun) return Fail(begun.error());
  const Result<std::uint64_t> number = device_->Enqueue(
      *mutation_->tenant, std::move(changes), mutation_->time,
      {execution.begin.path, execution.begin.args, execution.begin.now_ms}, std::move(strict));
  if (!number) return Fail(number.error());
  const std::optional<ChangeSetRef> made = ChangeSetRef{*mutation_->tenant, *number};
  if (Status kept = KeepUndo(std::move(steps), made); !kept) return Fail(kept.error());
  if (Status committed = database_->Commit(); !committed) return Fail(committed.error());
  return made;
}

}  // namespace syncline
