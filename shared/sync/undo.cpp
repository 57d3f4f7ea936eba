#include "shared/sync/undo.hpp"

#include <algorithm>
#include <set>

#include "shared/base/varint.hpp"
#include "shared/merge/list.hpp"
#include "shared/merge/text.hpp"
#include "shared/value/order.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {
namespace {

const Value& ValueAt(const RowState& row, const std::string& path) {
  static const Value kUndefined;
  const auto found = row.fields.find(path);
  return found == row.fields.end() ? kUndefined : found->second;
}

RowChange Whole(const RowKey& key, std::uint32_t length, const RowState& row) {
  RowChange change{key, length, true, row.creation_time, {}};
  for (const auto& [path, value] : row.fields) change.writes.push_back({path, value});
  return change;
}

// A literal's elements have the ids 0, 1, 2, ... of who restores it: if that is how those that are there are
// named, what is kept of their names goes on meaning them.
std::vector<FieldWrite> RenamedIn(const RowState& before, ReplicaId author) {
  std::set<std::string> paths;
  for (const auto& content : before.contents) paths.insert(content.first);
  // Written after the row's insert: a field may have begun anew (KindState::first_counter).
  for (const auto& exception : before.clock.exceptions) paths.insert(exception.first);
  std::vector<FieldWrite> renamed;
  for (const std::string& path : paths) {
    const KindState field = FieldAt(before, path);
    const bool is_text = field.value.Is<std::string>();
    if (!is_text && !field.value.Is<Array>()) continue;
    const bool same = field.first_counter == 0 && (is_text ? TextHasLiteralIds(field, author)
                                                           : ListHasLiteralIds(field, author));
    if (!same) renamed.push_back({path, {}});
  }
  return renamed;
}

Failure Broken() { return Fail(Code::kCorrupt, "What a mutation's undo needs does not decode"); }

void PutChangeSet(Bytes& out, const ChangeSet& change_set) {
  const Bytes bytes = EncodeChangeSet(change_set);
  PutVarint(out, bytes.size());
  out += bytes;
}

Result<ChangeSet> TakeChangeSet(ByteView& in) {
  std::uint64_t size = 0;
  if (!TakeVarint(in, size) || size > in.size()) return Broken();
  const ByteView bytes = in.substr(0, static_cast<std::size_t>(size));
  in.remove_prefix(bytes.size());
  return DecodeChangeSet(bytes);
}

}  // namespace

UndoStep StepBack(const RowState& before, const RowChange& done, ReplicaId author) {
  if (done.deletes()) return {Whole(done.key, done.length + 1, before), RenamedIn(before, author)};
  UndoStep step{{done.key, done.length, false, 0, {}}, {}};
  if (done.whole) {
    ++step.back.length;
    return step;
  }
  step.written = done.writes;
  for (const FieldWrite& write : done.writes) {
    step.back.writes.push_back({write.path, ValueAt(before, write.path)});
  }
  for (const FieldEdit& edit : done.edits) {
    step.back.edits.push_back({edit.path, InverseOf(FieldAt(before, edit.path), edit.edit)});
  }
  return step;
}

std::optional<RowChange> TakeBack(const RowState& now, const UndoStep& step, ReplicaId author) {
  // A row that is to come back is not there; one that is to change or go is.
  if (now.alive() == step.back.whole) return std::nullopt;
  RowChange change = step.back;
  if (change.whole) {
    change.length = std::max(change.length, now.clock.length + 1);
    return change;
  }
  if (change.deletes()) {
    change.length = now.clock.length + 1;
    return change;
  }
  change.length = now.clock.length;
  change.writes.clear();
  change.edits.clear();
  for (std::size_t i = 0; i < step.back.writes.size(); ++i) {
    const FieldWrite& write = step.back.writes[i];
    const Value& value = ValueAt(now, write.path);
    if (value != step.written[i].value || value == write.value) continue;
    change.writes.push_back(write);
  }
  for (const FieldEdit& edit : step.back.edits) {
    std::optional<Edit> renewed = RenewEdit(FieldAt(now, edit.path), edit.edit, author);
    if (renewed) change.edits.push_back({edit.path, std::move(*renewed)});
  }
  if (change.writes.empty() && change.edits.empty()) return std::nullopt;
  return change;
}

std::vector<Renewal> RenewalsIn(const UndoStep& step, const RowChange& change) {
  std::vector<Renewal> renewals;
  if (change.whole) {
    for (const FieldWrite& renamed : step.written) {
      renewals.push_back({change.key, renamed.path, {}, {}});
    }
    return renewals;
  }
  auto inverse = step.back.edits.begin();
  for (const FieldEdit& edit : change.edits) {
    // Both ascend by path, and every edit has its inverse.
    while (inverse->path != edit.path) ++inverse;
    const TextEdit* renewed = std::get_if<TextEdit>(&edit.edit);
    if (!renewed || renewed->inserted.empty()) continue;
    renewals.push_back({change.key, edit.path, std::get<TextEdit>(inverse->edit), *renewed});
  }
  return renewals;
}

bool Follow(std::vector<UndoStep>& steps, const Renewal& renewal, ReplicaId author) {
  bool changed = false;
  for (UndoStep& step : steps) {
    if (!(step.back.key == renewal.key)) continue;
    if (renewal.renewed.inserted.empty()) {
      std::vector<FieldEdit>& edits = step.back.edits;
      const std::size_t kept = edits.size();
      edits.erase(std::remove_if(edits.begin(), edits.end(),
                                 [&](const FieldEdit& edit) { return edit.path == renewal.path; }),
                  edits.end());
      changed = changed || edits.size() < kept;
      continue;
    }
    for (FieldEdit& edit : step.back.edits) {
      TextEdit* kept = edit.path == renewal.path ? std::get_if<TextEdit>(&edit.edit) : nullptr;
      if (!kept) continue;
      changed = FollowText(*kept, renewal.inverse, renewal.renewed, author) || changed;
    }
  }
  return changed;
}

RowChange PlainChange(const RowKey& key, const RowState& before, const RowState& after) {
  if (!after.alive()) return {key, before.clock.length + 1, false, 0, {}};
  if (!before.alive()) return Whole(key, before.clock.length + 1, after);
  RowChange change{key, before.clock.length, false, 0, {}};
  for (const auto& [path, value] : after.fields) {
    if (ValueAt(before, path) != value) change.writes.push_back({path, value});
  }
  for (const auto& [path, value] : before.fields) {
    if (!after.fields.count(path)) change.writes.push_back({path, Undefined{}});
  }
  std::sort(change.writes.begin(), change.writes.end(),
            [](const FieldWrite& a, const FieldWrite& b) { return a.path < b.path; });
  return change;
}

Bytes EncodeSteps(const std::vector<UndoStep>& steps) {
  ChangeSet back, written;
  for (const UndoStep& step : steps) {
    back.rows.push_back(step.back);
    if (!step.written.empty()) written.rows.push_back({step.back.key, 1, false, 0, step.written});
  }
  Bytes bytes;
  PutChangeSet(bytes, back);
  PutChangeSet(bytes, written);
  return bytes;
}

Result<std::vector<UndoStep>> DecodeSteps(ByteView bytes) {
  Result<ChangeSet> back = TakeChangeSet(bytes);
  if (!back) return Fail(back.error());
  Result<ChangeSet> written = TakeChangeSet(bytes);
  if (!written) return Fail(written.error());
  std::vector<UndoStep> steps;
  auto next = written->rows.begin();
  for (RowChange& change : back->rows) {
    UndoStep step{std::move(change), {}};
    if (next != written->rows.end() && next->key == step.back.key) {
      step.written = std::move(next->writes);
      ++next;
    }
    if (!step.back.whole && step.written.size() != step.back.writes.size()) return Broken();
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace syncline
