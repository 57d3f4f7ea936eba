#include "tests/simulation/told.hpp"

#include <algorithm>

#include "shared/schema/schema.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"

namespace syncline::simulation {
namespace {

std::string KindOf(TableNumber table) {
  for (const char* name : {"organization", "user", "schedule", "note", "label", "board", "task"}) {
    if (table == NumberOfTable(std::string(name) + "s")) return name;
  }
  return table == NumberOfTable("_history") ? "entry" : "row";
}

std::string Told(const FieldWrite& write) {
  std::string path = write.path;
  std::replace(path.begin(), path.end(), kPathStep, '.');
  return path + (write.value.is_undefined() ? " gone" : "=" + ToJson(write.value));
}

std::string Told(const FieldEdit& edit) {
  std::string text = edit.path;
  if (const auto* counter = std::get_if<CounterEdit>(&edit.edit)) {
    return text + " by " + ToJson(counter->by);
  }
  if (const auto* set = std::get_if<SetEdit>(&edit.edit)) {
    for (const Value& added : set->added) text += " +" + ToJson(added);
    for (const SetEdit::Removal& removal : set->removed) text += " -" + ToJson(removal.element);
  } else if (const auto* list = std::get_if<ListEdit>(&edit.edit)) {
    for (const ListEdit::Insertion& insertion : list->inserted) {
      text += " +" + ToJson(Value(insertion.elements));
    }
    for (const ListEdit::Write& write : list->written) text += " =" + ToJson(write.value);
    if (!list->moved.empty()) text += " moves " + std::to_string(list->moved.size());
    if (!list->removed.empty()) text += " -" + std::to_string(list->removed.size());
  } else {
    const auto& typed = std::get<TextEdit>(edit.edit);
    for (const TextEdit::Insertion& insertion : typed.inserted)
      text += " +\"" + insertion.text + "\"";
    for (const TextEdit::Deletion& deletion : typed.deleted)
      text += " -" + std::to_string(deletion.count);
  }
  return text;
}

std::string Told(Context& context, const RowChange& change) {
  std::string text = change.whole ? "inserts " : change.deletes() ? "deletes " : "patches ";
  text += Told(context, change.key);
  for (const FieldWrite& write : change.writes) {
    if (write.path != "organizationId") text += " " + Told(write);
  }
  for (const FieldEdit& edit : change.edits) text += " " + Told(edit);
  return text;
}

std::string Told(Context& context, const DeltaRow& row) {
  if (row.kind == DeltaRow::Kind::kForget) return "forget " + Told(context, row.key);
  if (row.kind == DeltaRow::Kind::kChange) return Told(context, row.change);
  return Told(context, row.key);
}

std::string Told(Context& context, const std::vector<DeltaRow>& rows) {
  std::string text;
  for (const DeltaRow& row : rows) text += (text.empty() ? "" : ", ") + Told(context, row);
  return text;
}

std::string Told(Context& context, const Message& message) {
  if (const auto* delta = std::get_if<Delta>(&message)) {
    return std::string(delta->completes_snapshot ? "end of a snapshot of " : "delta of ") +
           Told(context, delta->tenant) + " to seq " + std::to_string(delta->to.seq) + " (" +
           Told(context, delta->rows) + ")";
  }
  if (const auto* chunk = std::get_if<Chunk>(&message)) {
    return "part " + std::to_string(chunk->ordinal) + " of a snapshot of " +
           Told(context, chunk->tenant) + " (" + Told(context, chunk->rows) + ")";
  }
  if (const auto* verdict = std::get_if<Verdict>(&message)) {
    std::string text = "verdict of " + Told(context, verdict->tenant) + ": settled up to " +
                       std::to_string(verdict->settled) + " with seq " +
                       std::to_string(verdict->seq);
    for (const Refusal& refusal : verdict->refused) {
      text += ", " + std::to_string(refusal.number) + " refused (" + refusal.message + ")";
    }
    return text;
  }
  if (const auto* again = std::get_if<Again>(&message)) {
    return "it is to offer again what came after " + std::to_string(again->known) + " in " +
           Told(context, again->tenant);
  }
  if (const auto* left = std::get_if<Left>(&message)) {
    return "it has left " + Told(context, left->tenant);
  }
  if (const auto* welcome = std::get_if<Welcome>(&message)) {
    std::string text = "welcome to";
    for (const TenantId& tenant : welcome->tenants) text += " " + Told(context, tenant);
    return text;
  }
  if (const auto* fault = std::get_if<Fault>(&message)) return "fault: " + fault->message;
  return "something";
}

}  // namespace

std::string Told(Context& context, const TenantId& tenant) {
  return context.Call("organization", tenant.text);
}

std::string Told(Context& context, const RowKey& key) {
  return context.Call(KindOf(key.table), IdToText(key));
}

std::string Told(Context& context, const TenantId& tenant, const ChangeSet& change_set) {
  std::string text =
      "change set " + std::to_string(change_set.number) + " in " + Told(context, tenant) + ":";
  for (const RowChange& change : change_set.rows) text += " " + Told(context, change) + ";";
  return text;
}

std::string Told(Context& context, RelayFrames& frames, ByteView message) {
  std::string text;
  while (!message.empty()) {
    const Result<Message> frame = frames.Take(message);
    if (!frame) return text + " what cannot be read";
    if (std::holds_alternative<About>(*frame)) continue;
    text += (text.empty() ? " " : "; ") + Told(context, *frame);
  }
  return text;
}

}  // namespace syncline::simulation
