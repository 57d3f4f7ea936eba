#include "shared/sync/ruling.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/sync/rule_indexes.hpp"
#include "shared/value/id.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

Bytes PrefixOf(const RowKey& target) { return EncodeKey(IdToText(target)); }

std::optional<Object> DocumentOf(const RuledRow& row, const Row* state) {
  if (!state) return std::nullopt;
  return WithSystemFields(*row.table, *state);
}

// What of a row must be unique, as the beginning of its key; none if it is not judged.
std::optional<Bytes> UniquePart(const IndexLayout& index, const Row* row) {
  if (!row) return std::nullopt;
  std::vector<Bytes> keys = IndexKeys(index, *row);
  if (keys.empty()) return std::nullopt;
  keys.front().resize(keys.front().size() - kKeyTailBytes);
  return std::move(keys.front());
}

std::optional<RowKey> IdIn(const Value& value) {
  const std::string* text = value.As<std::string>();
  return text ? IdFromText(*text) : std::nullopt;
}

void SetAtPath(Object& object, std::string_view path, const Value& value) {
  const std::size_t dot = path.find('.');
  Value* member = object.Find(path.substr(0, dot));
  if (dot == path.npos) return object.Set(path, value);
  Object* inner = member ? member->As<Object>() : nullptr;
  if (inner) SetAtPath(*inner, path.substr(dot + 1), value);
}

}  // namespace

std::set<RowKey> IdsIn(const Row* row, const Reference& reference) {
  std::set<RowKey> ids;
  const Value* value = row ? FindPath(row->document, reference.field) : nullptr;
  if (!value) return ids;
  const auto add = [&](const Value& one) {
    if (const std::optional<RowKey> key = IdIn(one)) ids.insert(*key);
  };
  if (const Array* array = value->As<Array>()) {
    for (const Value& element : *array) add(element);
  } else {
    add(*value);
  }
  return ids;
}

Object WithoutReferences(Object document, const Reference& reference,
                         const std::function<bool(const RowKey&)>& is_gone) {
  const Value* value = FindPath(document, reference.field);
  if (!value) return document;
  const auto goes = [&](const Value& one) {
    const std::optional<RowKey> key = IdIn(one);
    return key && is_gone(*key);
  };
  Value left;
  if (const Array* array = value->As<Array>()) {
    Array others;
    std::copy_if(array->begin(), array->end(), std::back_inserter(others),
                 [&](const Value& element) { return !goes(element); });
    left = std::move(others);
  } else if (!goes(*value)) {
    return document;
  }
  SetAtPath(document, reference.field, left);
  return document;
}

Result<std::optional<RuledOut>> Ruling::Judge(const std::vector<RuledRow>& rows) {
  using Result = Result<std::optional<RuledOut>>;
  std::vector<Suspect> suspects;
  for (const RuledRow& row : rows) {
    Outcome denial = JudgeRow(row);
    if (!denial) return Fail(denial.error());
    if (!*denial) continue;
    // Only what refers to others can follow from their deletion.
    const TableRules* table = rules_.Find(row.table->name);
    if (!row.before || !table || table->references.empty()) {
      return Result(RuledOut{row.key, std::move(**denial)});
    }
    suspects.push_back({&row, std::move(**denial)});
  }
  if (!suspects.empty()) {
    const Suspect* guilty = Unexplained(rows, suspects);
    if (guilty) return Result(RuledOut{guilty->row->key, guilty->denial});
  }
  for (const RuledRow& row : rows) {
    if (!rules_.LooksBeyondRow(row.table->name)) continue;
    for (const auto judge :
         {&Ruling::JudgeUnique, &Ruling::JudgeReferences, &Ruling::JudgeReferrers}) {
      Outcome denial = (this->*judge)(row);
      if (!denial) return Fail(denial.error());
      if (*denial) return Result(RuledOut{row.key, std::move(**denial)});
    }
  }
  return Result(std::nullopt);
}

Ruling::Outcome Ruling::JudgeRow(const RuledRow& row) {
  const TableRules* table = rules_.Find(row.table->name);
  FindRow find;
  if (table && table->asks_exists) {
    find = [this, key = row.key](const Expr& expr, const Array& values) {
      return Find(expr, values, key);
    };
  }
  const std::optional<Object> before = DocumentOf(row, row.before);
  const std::optional<Object> written = DocumentOf(row, row.written);
  const Object* old = before ? &*before : nullptr;
  std::optional<Denial> denial;
  if (!row.brought) {
    const Action action = !written ? Action::kDelete : before ? Action::kUpdate : Action::kInsert;
    denial = rules_.Judge(row.table->name, action, actor_, old, written ? &*written : nullptr,
                          find ? &find : nullptr);
  }
  if (!denial && row.after && row.after != row.written) {
    denial = rules_.JudgeChecks(row.table->name, actor_, old,
                                WithSystemFields(*row.table, *row.after), find ? &find : nullptr);
  }
  if (!failed_) return Fail(failed_.error());
  return denial;
}

const Ruling::Suspect* Ruling::Unexplained(const std::vector<RuledRow>& rows,
                                           const std::vector<Suspect>& suspects) const {
  std::set<RowKey> refused, gone;
  std::map<RowKey, std::vector<const RuledRow*>> deletes_by_target;
  for (const Suspect& suspect : suspects) {
    const RuledRow& row = *suspect.row;
    if (row.written) continue;
    refused.insert(row.key);
    for (const Reference& reference : rules_.Find(row.table->name)->references) {
      if (reference.on_delete != OnDelete::kCascade) continue;
      for (const RowKey& target : IdsIn(row.before, reference)) {
        deletes_by_target[target].push_back(&row);
      }
    }
  }
  std::vector<RowKey> todo;
  for (const RuledRow& row : rows) {
    if (row.before && !row.after && !refused.count(row.key)) todo.push_back(row.key);
  }
  while (!todo.empty()) {
    const RowKey key = todo.back();
    todo.pop_back();
    if (!gone.insert(key).second) continue;
    const auto followers = deletes_by_target.find(key);
    if (followers == deletes_by_target.end()) continue;
    for (const RuledRow* row : followers->second) todo.push_back(row->key);
  }
  const auto explained = [&](const RuledRow& row) {
    if (!row.written) return gone.count(row.key) != 0;
    Object expected = row.before->document;
    for (const Reference& reference : rules_.Find(row.table->name)->references) {
      if (reference.on_delete != OnDelete::kSetUndefined) continue;
      expected = WithoutReferences(std::move(expected), reference,
                                   [&](const RowKey& target) { return gone.count(target) != 0; });
    }
    return expected == row.written->document;
  };
  const Suspect* guilty = nullptr;
  for (const Suspect& suspect : suspects) {
    if (explained(*suspect.row)) continue;
    // What began it is told, rather than what would have followed.
    if (!Follows(*suspect.row, refused)) return &suspect;
    if (!guilty) guilty = &suspect;
  }
  return guilty;
}

bool Ruling::Follows(const RuledRow& row, const std::set<RowKey>& deleted) const {
  if (row.written) return false;
  for (const Reference& reference : rules_.Find(row.table->name)->references) {
    if (reference.on_delete != OnDelete::kCascade) continue;
    for (const RowKey& target : IdsIn(row.before, reference)) {
      if (!(target == row.key) && deleted.count(target)) return true;
    }
  }
  return false;
}

Found Ruling::Find(const Expr& expr, const Array& values, const RowKey& judged) {
  const TableSchema& table = *schema_.FindTable(expr.table);
  Bytes prefix;
  for (const Value& value : values) AppendKey(prefix, value);
  bool found = false;
  Status visited = state_.Visit(table.number, expr.path, prefix, [&](const RowId& id) {
    found = !(RowKey{table.number, id} == judged);
    return !found;
  });
  if (!visited) {
    failed_ = visited;
    return Found::kUnknown;
  }
  if (found) return Found::kYes;
  const bool sees_all = copy_ == Copy::kWhole || (!rules_.ReadDependsOnRow(table.name) &&
                                                  rules_.MayRead(table.name, actor_, {}));
  return sees_all ? Found::kNo : Found::kUnknown;
}

Ruling::Outcome Ruling::JudgeUnique(const RuledRow& row) {
  const TableRules* table = rules_.Find(row.table->name);
  if (!table || !row.after || PLANTED("unique-unasked")) return Outcome(std::nullopt);
  for (const Unique& unique : table->unique) {
    const IndexLayout& index = state_.Index(row.key.table, IndexOf(unique));
    const std::optional<Bytes> part = UniquePart(index, row.after);
    if (!part || part == UniquePart(index, row.before)) continue;
    bool taken = false;
    Status visited = state_.Visit(row.key.table, index.name, *part, [&](const RowId& id) {
      taken = !(id == row.key.id);
      return !taken;
    });
    if (!visited) return Fail(visited.error());
    if (taken) {
      return Outcome(
          Denial{row.table->name + ".unique: " + unique.name, unique.message, Code::kConflict});
    }
  }
  return Outcome(std::nullopt);
}

Result<bool> Ruling::MayReferTo(const RowKey& target) {
  const TableSchema* table = schema_.FindTable(target.table);
  if (!table) return false;
  const Result<std::optional<Row>> row = state_.Get(target, ReadClock::kNo);
  if (!row) return Fail(row.error());
  if (!*row) return false;
  // A row that the person may not see is as one that is not there.
  return state_.IsPut(target) || copy_ == Copy::kDevice ||
         rules_.MayRead(table->name, actor_, WithSystemFields(*table, **row));
}

Ruling::Outcome Ruling::JudgeReferences(const RuledRow& row) {
  const TableRules* table = rules_.Find(row.table->name);
  if (!table || !row.after) return Outcome(std::nullopt);
  for (const Reference& reference : table->references) {
    const std::set<RowKey> before = IdsIn(row.before, reference);
    for (const RowKey& target : IdsIn(row.after, reference)) {
      if (before.count(target)) continue;
      const Result<bool> there = MayReferTo(target);
      if (!there) return Fail(there.error());
      if (*there) continue;
      return Outcome(Denial{row.table->name + ".references: " + reference.field,
                            reference.message.empty()
                                ? "\"" + reference.field + "\" refers to a row of " +
                                      reference.table +
                                      " that is not there (any more), or that you cannot see"
                                : reference.message,
                            Code::kNotFound});
    }
  }
  return Outcome(std::nullopt);
}

Ruling::Outcome Ruling::JudgeReferrers(const RuledRow& row) {
  if (row.after || !row.before) return Outcome(std::nullopt);
  for (const Referrer& referrer : rules_.ReferrersOf(row.table->name)) {
    const Reference& reference = referrer.reference;
    if (reference.on_delete != OnDelete::kRestrict) continue;
    bool referred_to = false;
    Status visited =
        state_.Visit(schema_.FindTable(referrer.table)->number, IndexOf(reference),
                     PrefixOf(row.key), [&](const RowId&) { return !(referred_to = true); });
    if (!visited) return Fail(visited.error());
    if (!referred_to || PLANTED("restrict-unasked")) continue;
    return Outcome(Denial{referrer.table + ".references: " + reference.field,
                          reference.message.empty()
                              ? "This cannot be deleted while rows of " + referrer.table +
                                    " refer to it by \"" + reference.field + "\""
                              : reference.message,
                          Code::kConflict});
  }
  return Outcome(std::nullopt);
}

}  // namespace syncline
