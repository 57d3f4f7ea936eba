// Ranges, walks, filters and limits, over sorted lists.
#include "tests/oracle/query.hpp"

#include <algorithm>
#include <cmath>

#include "tests/oracle/filter.hpp"

namespace syncline::oracle {

Value ToJsonValue(const Query& query) {
  Value source = Value::Object({});
  if (query.index.empty()) {
    source.members["type"] = Value::String("FullTableScan");
    source.members["tableName"] = Value::String(query.table);
  } else {
    source.members["type"] = Value::String("IndexRange");
    source.members["indexName"] = Value::String(query.table + "." + query.index);
    Value& range = source.members["range"] = Value::Array({});
    for (const Bound& bound : query.bounds) {
      range.elements.push_back(Value::Object({{"type", Value::String(bound.op)},
                                              {"fieldPath", Value::String(bound.path)},
                                              {"value", bound.value}}));
    }
  }
  source.members["order"] = query.order.empty() ? Value::Null() : Value::String(query.order);
  Value operators = Value::Array({});
  for (const Operator& step : query.operators) {
    operators.elements.push_back(step.is_filter ? Value::Object({{"filter", step.filter}})
                                                : Value::Object({{"limit", step.limit}}));
  }
  return Value::Object({{"source", std::move(source)}, {"operators", std::move(operators)}});
}

int CompareKeys(const Key& a, const Key& b) { return Compare(Value::Array(a), Value::Array(b)); }

namespace {

// With the implicit ones at the end; empty if there is no such index.
std::vector<std::string> FieldsOf(const Table& table, const std::string& index) {
  if (index == "by_id") return {"_id"};
  std::vector<std::string> fields;
  bool found = index.empty() || index == "by_creation_time";
  for (const Index& declared : table.indexes) {
    if (declared.name != index) continue;
    fields = declared.fields;
    found = true;
  }
  if (!found) return {};
  fields.push_back("_creationTime");
  fields.push_back("_id");
  return fields;
}

// The equalities must hold the first fields of the index, each once and in any order; the bounds must be
// at most one lower and one upper, both of the field behind those.
Code CheckRange(const std::vector<std::string>& fields, const std::vector<Bound>& bounds) {
  std::vector<std::string> held;
  std::vector<std::string> bounded;
  std::size_t lower = 0;
  std::size_t upper = 0;
  for (const Bound& bound : bounds) {
    if (bound.op == "Eq") {
      held.push_back(bound.path);
    } else {
      bounded.push_back(bound.path);
      ++(bound.op[0] == 'G' ? lower : upper);
    }
  }
  if (lower > 1 || upper > 1 || held.size() > fields.size()) return kInvalid;
  std::vector<std::string> prefix(fields.begin(),
                                  fields.begin() + static_cast<std::ptrdiff_t>(held.size()));
  if (!std::is_permutation(held.begin(), held.end(), prefix.begin(), prefix.end())) return kInvalid;
  for (const std::string& path : bounded) {
    if (held.size() == fields.size() || path != fields[held.size()]) return kInvalid;
  }
  return "";
}

Code CheckOperators(const std::vector<Operator>& operators) {
  if (operators.size() > 256) return kInvalid;
  for (const Operator& step : operators) {
    const double limit = step.limit.number;
    const bool right = step.is_filter ? IsFilter(step.filter)
                                      : step.limit.is(Kind::kFloat64) && limit >= 0 &&
                                            limit == std::floor(limit) && std::isfinite(limit);
    if (!right) return kInvalid;
  }
  return "";
}

bool Holds(const Bound& bound, const Value& value) {
  const int order = Compare(value, bound.value);
  if (bound.op == "Eq") return order == 0;
  if (bound.op == "Gt") return order > 0;
  if (bound.op == "Gte") return order >= 0;
  if (bound.op == "Lt") return order < 0;
  return order <= 0;
}

}  // namespace

Code CheckQuery(const Schema& schema, const Query& query) {
  const Table* table = schema.Find(query.table);
  if (!table) return kNotFound;
  const std::vector<std::string> fields = FieldsOf(*table, query.index);
  if (fields.empty()) return kNotFound;
  if (!query.index.empty()) {
    if (const Code wrong = CheckRange(fields, query.bounds); !wrong.empty()) return wrong;
  }
  return CheckOperators(query.operators);
}

Key KeyOf(const Schema& schema, const Query& query, const Value& document) {
  Key key;
  for (const std::string& field : FieldsOf(*schema.Find(query.table), query.index)) {
    key.push_back(document.AtPath(field));
  }
  return key;
}

bool InRange(const Schema& schema, const Query& query, const Value& document) {
  static_cast<void>(schema);
  return query.index.empty() ||
         std::all_of(query.bounds.begin(), query.bounds.end(),
                     [&](const Bound& bound) { return Holds(bound, document.AtPath(bound.path)); });
}

std::vector<Entry> Walk(const Schema& schema, const State& state, const Query& query) {
  std::vector<Entry> entries;
  const auto rows = state.find(query.table);
  if (rows == state.end()) return entries;
  for (const auto& [id, document] : rows->second) {
    if (!InRange(schema, query, document)) continue;
    entries.push_back({KeyOf(schema, query, document), document});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return CompareKeys(a.key, b.key) < 0; });
  if (query.order == "desc") std::reverse(entries.begin(), entries.end());
  return entries;
}

namespace {

enum class Verdict { kPasses, kLeftOut, kFails };

Verdict Judge(const Query& query, const Value& document, Place& place) {
  for (std::size_t i = 0; i < query.operators.size(); ++i) {
    const Operator& step = query.operators[i];
    if (!step.is_filter) {
      ++place.counts[i];
      continue;
    }
    Value result;
    if (!Evaluate(step.filter, document, result) || !result.is(Kind::kBoolean)) {
      return Verdict::kFails;
    }
    if (!result.truth) return Verdict::kLeftOut;
  }
  return Verdict::kPasses;
}

// The first entry behind the place; null if there is none.
const Entry* NextBehind(const std::vector<Entry>& walk, const Query& query, const Place& place) {
  for (const Entry& entry : walk) {
    const int order = place.begun ? CompareKeys(entry.key, place.after) : 1;
    if (!place.begun || (query.order == "desc" ? order < 0 : order > 0)) return &entry;
  }
  return nullptr;
}

}  // namespace

bool AtLimit(const Query& query, const Place& place) {
  for (std::size_t i = 0; i < query.operators.size(); ++i) {
    const std::size_t count = i < place.counts.size() ? place.counts[i] : 0;
    const Operator& step = query.operators[i];
    if (!step.is_filter && static_cast<double>(count) >= step.limit.number) return true;
  }
  return false;
}

Advance AdvanceFrom(const std::vector<Entry>& walk, const Query& query, const Place& from,
                    std::size_t count, std::size_t rows_max) {
  Advance advance;
  Place place = from;
  place.counts.resize(query.operators.size(), 0);
  advance.places.push_back(place);
  for (std::size_t rows = 0; advance.documents.size() < count; ++rows) {
    const Entry* next = NextBehind(walk, query, place);
    advance.stopped = rows == rows_max;
    advance.ended = !advance.stopped && (AtLimit(query, place) || !next);
    if (advance.stopped || advance.ended) break;
    Place behind = place;
    behind.begun = true;
    behind.after = next->key;
    const Verdict verdict = Judge(query, next->document, behind);
    advance.failed = verdict == Verdict::kFails;
    if (advance.failed) return advance;
    place = behind;
    if (verdict == Verdict::kLeftOut) continue;
    advance.documents.push_back(next->document);
    advance.places.push_back(place);
  }
  advance.places.back() = place;
  return advance;
}

}  // namespace syncline::oracle
