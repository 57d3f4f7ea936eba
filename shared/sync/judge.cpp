#include "shared/sync/judge.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/base/utf8.hpp"
#include "shared/sync/completion.hpp"
#include "shared/sync/may_read.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/sync/ruling.hpp"
#include "shared/sync/state_after.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

// One wording for "not there" and "not yours to see": a refusal must not tell them apart.
constexpr char kNotFound[] = "There is no such row, or no access to it";

// What a JavaScript Date can hold.
constexpr double kCreationMsMax = 8.64e15;
// A document has at most 1,024 fields at a time; each that it ever had keeps a clock.
constexpr std::size_t kRowClocksMax = 4096;

Refusal Refuse(Code code, std::string message, std::string table = {}, std::string row = {},
               std::string rule = {}) {
  return {0, code, std::move(message), std::move(table), std::move(row), std::move(rule)};
}

// Never -0, which SQLite does not tell from 0 where an index key does.
bool IsCreationTime(double ms) { return ms >= 0 && ms <= kCreationMsMax && !std::signbit(ms); }

template <class Writes>
const std::string* FindUnwritable(const Writes& writes) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const std::string& path = writes[i].path;
    const bool ascends = i == 0 || writes[i - 1].path < path;
    if (path.empty() || path[0] == '_' || path.size() > kPathBytesMax || !ascends) return &path;
  }
  return nullptr;
}

// A path that is written and edited at once. Where an object is written and a leaf of it edited, as an undo
// may, both hold: an object's own path only says whether it is there.
const std::string* FindTwofold(const RowChange& change) {
  auto write = change.writes.begin();
  for (const FieldEdit& edit : change.edits) {
    while (write != change.writes.end() && write->path < edit.path) ++write;
    if (write != change.writes.end() && write->path == edit.path) return &edit.path;
  }
  return nullptr;
}

std::string Shown(std::string_view path) {
  std::string text;
  AppendJsonString(text, IsUtf8(path) ? Dotted(Utf8Prefix(path, 64)) : "(no text)");
  return text;
}

// What no change set of a sound device contains.
std::optional<Refusal> CheckShape(const ChangeSet& change_set) {
  if (change_set.rows.empty()) return Refuse(Code::kInvalid, "The change set has no rows");
  if (change_set.rows.size() > kRowsPerChangeSetMax) {
    return Refuse(Code::kInvalid, "The change set has more than " +
                                      std::to_string(kRowsPerChangeSetMax) +
                                      " rows; write fewer in one mutation");
  }
  std::set<RowKey> seen;
  for (const RowChange& change : change_set.rows) {
    if (!seen.insert(change.key).second) {
      return Refuse(Code::kInvalid, "The change set names one row twice");
    }
    const bool time_fits = !change.whole || IsCreationTime(change.creation_time);
    const bool edits = !change.edits.empty() && (change.whole || change.deletes());
    if (change.length == 0 || (change.whole && change.deletes()) || !time_fits || edits) {
      return Refuse(Code::kInvalid, "The change set has a row change that means nothing");
    }
    const std::string* unwritable = FindUnwritable(change.writes);
    if (!unwritable) unwritable = FindUnwritable(change.edits);
    if (unwritable) {
      return Refuse(Code::kInvalid,
                    "The change set writes a field that may not be written: " + Shown(*unwritable));
    }
    if (const std::string* twofold = FindTwofold(change)) {
      return Refuse(Code::kInvalid,
                    "The change set writes and edits one field at once: " + Shown(*twofold));
    }
  }
  return std::nullopt;
}

// The causal length that the change is to have for the row as it is. A row is imported with the id that it
// had, by who does not know that it was deleted since: it returns; and so does what its importer did to it
// before they heard of that.
std::uint32_t LengthOf(const RowChange& change, const RowState& now, ReplicaId author) {
  if (change.whole) {
    const bool imported = change.length == 1 && !now.alive();
    return imported ? now.clock.length + 1 : change.length;
  }
  const bool knows = change.length >= now.clock.length || now.clock.whole.replica != author;
  if (knows || !now.alive()) return change.length;
  return now.clock.length + (change.deletes() ? 1 : 0);
}

}  // namespace

Refusal RefusalOfStranger(std::uint64_t number) {
  return {number, Code::kDenied, "There is no such organization, or no access to it", {}, {}, {}};
}

std::string ScopeOf(const Rules& rules, const std::string& role) {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) {
    text += "0123456789abcdef"[(rules.hash() >> shift) & 15];
  }
  return text + ":" + role;
}

std::optional<std::string> Judge::RoleIn(const Row& row) const {
  const Value* role = FindPath(row.document, application_.rules.membership().role);
  const std::string* text = role ? role->As<std::string>() : nullptr;
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

Result<std::vector<Row>> Judge::RowsOfMember(const Bytes& member, std::size_t limit) {
  const TableSchema* table = application_.schema.FindTable(application_.rules.membership().table);
  IndexOrdinal ordinal = 0;
  CHECK(store_.Layout(table->number).FindIndex(kMembershipIndex, ordinal));
  Result<std::vector<Entry>> found =
      store_.Scan(no_, table->number, ordinal, {member, PrefixEnd(member)}, false, limit);
  if (!found) return Fail(found.error());
  std::vector<Row> rows;
  for (Entry& entry : *found) rows.push_back(std::move(entry.row));
  return rows;
}

Result<std::optional<std::string>> Judge::RoleOfMember(const Bytes& member) {
  const Result<std::vector<Row>> rows = RowsOfMember(member, 1);
  if (!rows) return Fail(rows.error());
  return rows->empty() ? std::optional<std::string>() : RoleIn(rows->front());
}

Result<std::optional<std::string>> Judge::RoleOf(const Object& claims) {
  const std::optional<Bytes> member = application_.rules.MemberKey(claims);
  if (!member) return std::optional<std::string>();
  return RoleOfMember(*member);
}

Result<bool> Judge::IsMember(const Bytes& member) {
  const Result<std::optional<std::string>> role = RoleOfMember(member);
  if (!role) return Fail(role.error());
  return role->has_value();
}

std::optional<std::string> Judge::RoleByFounding(const ChangeSet& change_set,
                                                 const Object& claims) {
  const Membership& membership = application_.rules.membership();
  const TableSchema* table = application_.schema.FindTable(membership.table);
  const std::optional<Bytes> member = application_.rules.MemberKey(claims);
  if (!member) return std::nullopt;
  for (const RowChange& change : change_set.rows) {
    if (change.key.table != table->number || !change.whole) continue;
    RowState state;
    static_cast<void>(Apply(state, change, change_set.stamp()));
    const Object document = Assemble(state.fields);
    if (application_.rules.MemberKeyOfRow(document) != member) continue;
    const Value* role = FindPath(document, membership.role);
    if (const std::string* text = role ? role->As<std::string>() : nullptr) return *text;
  }
  return std::nullopt;
}

Result<Decision> Judge::Decide(const ChangeSet& change_set, const Stamp& stamp,
                               const Object& claims, bool founding) {
  Decision decision;
  decision.refusal = CheckShape(change_set);
  if (decision.refusal) return decision;
  Actor actor{claims, std::nullopt};
  if (founding) {
    if (Authority::CanFound(application_, tenant_, {change_set})) {
      actor.role = RoleByFounding(change_set, claims);
    }
  } else {
    Result<std::optional<std::string>> role = RoleOf(claims);
    if (!role) return Fail(role.error());
    actor.role = std::move(*role);
  }
  if (!actor.role) {
    decision.refusal = RefusalOfStranger(change_set.number);
    return decision;
  }
  // First: what the rules would say of rows that were read too early, nobody needs to hear.
  if (change_set.strict) decision.refusal = CheckStrict(*change_set.strict, actor);
  if (decision.refusal) return decision;
  for (const RowChange& change : change_set.rows) {
    Result<std::optional<Refusal>> refusal = DecideRow(change, stamp, actor, decision.writes);
    if (!refusal) return Fail(refusal.error());
    if (*refusal) {
      decision.refusal = std::move(*refusal);
      decision.writes.clear();
      return decision;
    }
  }
  Result<std::optional<Refusal>> refusal = Rule(stamp, actor, decision.writes);
  if (!refusal) return Fail(refusal.error());
  decision.refusal = std::move(*refusal);
  if (decision.refusal) decision.writes.clear();
  return decision;
}

std::optional<Refusal> Judge::CheckStrict(const StrictReads& reads, const Actor& actor) {
  if (const Status sound = CheckReads(reads); !sound) {
    return Refuse(sound.error().code, sound.error().message);
  }
  const LogHead& head = log_.head();
  const Cursor& since = reads.cursor;
  const bool known = since.epoch == head.epoch && since.seq <= head.seq &&
                     since.seq >= recent_.floor() &&
                     since.scope == ScopeOf(application_.rules, *actor.role);
  const auto untold = [] {
    return Refuse(Code::kConflict,
                  "What the strict mutation read cannot be told to be so still; run it again");
  };
  const bool tells = known && !recent_.exhausted() && !PLANTED("strict-always-refused");
  if (!tells) return untold();
  const auto may_read = [&](TableNumber number, const Row& row) {
    return MayRead(application_.rules, *application_.schema.FindTable(number), actor, row);
  };
  const std::optional<RowKey> changed = recent_.FirstWithin(reads, may_read);
  if (!changed && recent_.exhausted()) return untold();
  if (!changed) return std::nullopt;
  const std::string& table = application_.schema.FindTable(changed->table)->name;
  return Refuse(Code::kConflict,
                "Table " + table + " has changed where the strict mutation read it; run it again",
                table, IdToText(*changed));
}

Result<HybridTime> Judge::LatestWrite(const std::vector<RowChange>& rows) {
  HybridTime latest;
  const std::size_t count = std::min(rows.size(), kRowsPerChangeSetMax);
  for (std::size_t i = 0; i < count; ++i) {
    if (!application_.schema.FindTable(rows[i].key.table)) continue;
    const Result<std::optional<Row>> row = store_.Get(no_, rows[i].key);
    if (!row) return Fail(row.error());
    if (!*row) continue;
    latest = std::max(latest, (*row)->clock.whole.time);
    for (const auto& [path, stamp] : (*row)->clock.exceptions) {
      latest = std::max(latest, stamp.time);
    }
  }
  return latest;
}

Result<std::optional<Refusal>> Judge::DecideRow(const RowChange& sent, const Stamp& stamp,
                                                const Actor& actor,
                                                std::vector<PreparedWrite>& writes) {
  using Outcome = std::optional<Refusal>;
  const TableSchema* table = application_.schema.FindTable(sent.key.table);
  if (table && table->name == kHistoryTable) {
    return Outcome(Refuse(Code::kDenied,
                          "Nobody writes the history but the relay, from what changes", table->name,
                          IdToText(sent.key)));
  }
  if (!table || !application_.rules.TenantField(table->name)) {
    return Outcome(Refuse(Code::kInvalid, "The change set writes to a table that does not exist"));
  }
  const std::string row_text = IdToText(sent.key);
  const auto refuse = [&](Code code, std::string message) {
    return Outcome(Refuse(code, std::move(message), table->name, row_text));
  };
  for (const FieldWrite& field : sent.writes) {
    if (IsFlat(*table, field)) continue;
    return refuse(Code::kInvalid, "Table " + table->name + " has no field " + Shown(field.path) +
                                      ", or it is written in parts");
  }
  Result<std::optional<Row>> stored = store_.Get(no_, sent.key);
  if (!stored) return Fail(stored.error());
  PreparedWrite write{sent.key, sent, std::move(*stored), {}, std::nullopt, stamp};
  if (write.before) {
    write.after = ToState(*table, *write.before);
    if (!application_.rules.MayRead(table->name, actor, WithSystemFields(*table, *write.before))) {
      return refuse(Code::kNotFound, kNotFound);
    }
  } else {
    Result<std::optional<RowClock>> tombstone = log_.Tombstone(sent.key);
    if (!tombstone) return Fail(tombstone.error());
    if (*tombstone) write.after.clock = std::move(**tombstone);
  }
  const std::uint32_t length = write.after.clock.length;
  write.change.length = LengthOf(sent, write.after, stamp.replica);
  const RowChange& change = write.change;
  // Two people may bring a deleted row back at once; nobody inserts a row that is there.
  if (change.whole && sent.length == 1 && write.before) {
    return refuse(Code::kInvalid, "The row is already there; its id was used before");
  }
  if (change.whole ? change.length != length + 1 && length == 0 : length == 0) {
    return refuse(Code::kNotFound, kNotFound);
  }
  // Delete wins over what was done to the row meanwhile, and an old return over nothing newer.
  if (change.length < length || (change.deletes() && change.length == length)) return Outcome();
  if (change.length > length + (change.whole || change.deletes() ? 1u : 0u)) {
    return refuse(Code::kInvalid, "The change is of a version of the row that never was");
  }
  if (Outcome refusal = CheckKinds(*table, write.after, change, stamp.replica)) return refusal;
  if (!Apply(write.after, change, stamp)) return Outcome();
  if (write.after.clock.exceptions.size() > kRowClocksMax) {
    return refuse(Code::kInvalid, "The row has had too many different fields; insert a new one");
  }
  Outcome refusal = CheckDocument(*table, write);
  if (!refusal) writes.push_back(std::move(write));
  return refusal;
}

std::optional<Refusal> Judge::CheckKinds(const TableSchema& table, const RowState& now,
                                         const RowChange& change, ReplicaId author) const {
  if (table.merge_fields.empty() && change.edits.empty()) return std::nullopt;
  const auto refuse = [&](Code code, std::string_view path, const std::string& why) {
    return Refuse(code, "Field " + Shown(path) + " of table " + table.name + ": " + why, table.name,
                  IdToText(change.key));
  };
  for (const FieldWrite& write : change.writes) {
    if (write.value.is_undefined()) continue;
    const Result<Value> literal = LiteralOf(table.KindAt(write.path), write.value);
    if (!literal) return refuse(literal.error().code, write.path, literal.error().message);
    if (*literal != write.value) {
      return refuse(Code::kInvalid, write.path, "a set's elements must be in order, each once");
    }
  }
  for (const FieldEdit& edit : change.edits) {
    if (PLANTED("edit-always-refused")) return refuse(Code::kConflict, edit.path, "planted");
    if (KindOf(edit.edit) != table.KindAt(edit.path)) {
      return refuse(Code::kInvalid, edit.path,
                    "it is no field of the merge kind that the change is for; the schemas of the "
                    "device and the relay differ");
    }
    const Status fits = CheckEdit(FieldAt(now, edit.path), edit.edit, author);
    if (!fits) return refuse(fits.error().code, edit.path, fits.error().message);
  }
  return std::nullopt;
}

bool Judge::BelongsHere(const TableSchema& table, const RowKey& key, const Object& document) const {
  const std::string_view field = *application_.rules.TenantField(table.name);
  if (field.empty()) return IdToText(key) == tenant_.text;
  const Value* owner = document.Find(field);
  return owner && owner->Is<std::string>() && *owner->As<std::string>() == tenant_.text;
}

std::optional<Refusal> Judge::CheckDocument(const TableSchema& table, PreparedWrite& write) const {
  if (!write.after.alive()) return std::nullopt;
  const std::string row_text = IdToText(write.key);
  write.row = ToRow(write.key.id, write.after);
  const Row& row = *write.row;
  // No write names a field that the schema of an object does not have, but an earlier schema may have.
  const auto unknown = table.document.kind == Validator::Kind::kObject ? UnknownFields::kAllowed
                                                                       : UnknownFields::kRefused;
  if (Status valid = ValidateDocument(application_.schema, table, row.document, unknown); !valid) {
    return Refuse(Code::kInvalid, valid.error().message, table.name, row_text);
  }
  if (BelongsHere(table, write.key, row.document) || PLANTED("tenant-unasked")) return std::nullopt;
  return Refuse(Code::kDenied,
                "A row cannot belong to another organization than the rest of its "
                "change set, nor move to one",
                table.name, row_text, table.name + ": tenancy");
}

Result<std::optional<Refusal>> Judge::Rule(const Stamp& stamp, const Actor& actor,
                                           std::vector<PreparedWrite>& writes) {
  using Outcome = std::optional<Refusal>;
  const Rules& rules = application_.rules;
  const auto table_of = [&](const RowKey& key) { return application_.schema.FindTable(key.table); };
  StateAfter state(store_, no_);
  Ruling ruling(application_, actor, state, Ruling::Copy::kWhole);
  const bool alone = std::none_of(writes.begin(), writes.end(), [&](const PreparedWrite& write) {
    return rules.LooksBeyondRow(table_of(write.key)->name);
  });
  if (!alone) {
    for (const PreparedWrite& write : writes) state.Put(write.key, write.row);
    const Result<bool> fits = Completion(application_, state, ruling, stamp, writes).Run();
    if (!fits) return Fail(fits.error());
    if (!*fits) {
      return Outcome(
          Refuse(Code::kInvalid,
                 "The deletion would change more than " + std::to_string(kRowsPerChangeSetMax) +
                     " rows, or take back more than " + std::to_string(kReferencesLetGoMax) +
                     " references; delete what refers to it first, in parts"));
    }
  }
  std::map<RowKey, RuledRow> ruled;
  for (const PreparedWrite& write : writes) {
    const Row* after = write.row ? &*write.row : nullptr;
    const auto [row, first] = ruled.try_emplace(write.key);
    if (first) {
      row->second = {write.key,
                     table_of(write.key),
                     write.before ? &*write.before : nullptr,
                     write.brought ? nullptr : after,
                     nullptr,
                     write.brought};
    }
    row->second.after = after;
  }
  std::vector<RuledRow> all;
  for (const auto& [key, row] : ruled) all.push_back(row);
  Result<std::optional<RuledOut>> out = ruling.Judge(all);
  if (!out) return Fail(out.error());
  if (!*out) return Outcome();
  const Denial& denial = (*out)->denial;
  const TableSchema& table = *table_of((*out)->key);
  const RuledRow& row = ruled.at((*out)->key);
  // A row that the person may not see is not named.
  const bool named =
      !row.brought || rules.MayRead(table.name, actor, WithSystemFields(table, *row.before));
  return Outcome(Refuse(denial.code, denial.message, table.name,
                        named ? IdToText(row.key) : std::string(), denial.rule));
}

}  // namespace syncline
