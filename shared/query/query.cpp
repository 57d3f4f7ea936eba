#include "shared/query/query.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "shared/base/planted.hpp"
#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr std::size_t kOperatorsMax = 256;

Failure Wrong(const std::string& index, const std::string& what) {
  return Fail(Code::kInvalid, "Index range of \"" + index + "\": " + what);
}

// The least row id whose text is at or above (after: above) `text`; none if all lie below. Within a
// table the order of texts is the order of ids.
std::optional<RowId> LeastId(TableNumber table, const std::string& text, bool after) {
  const auto reaches = [&](const RowId& id) {
    const std::string candidate = IdToText({table, id});
    return after ? candidate > text : candidate >= text;
  };
  RowId id;
  id.bytes.fill(0xFF);
  if (!reaches(id)) return std::nullopt;
  // From the highest bit down, clear each that can be spared.
  for (std::size_t bit = 0; bit < 128; ++bit) {
    RowId lower = id;
    lower.bytes[bit / 8] = static_cast<unsigned char>(lower.bytes[bit / 8] & ~(0x80u >> (bit % 8)));
    if (reaches(lower)) id = lower;
  }
  return id;
}

// Where `value` stands among the ids of a table: the key bytes from which ids are at or above it.
Bytes IdBound(TableNumber table, const Value& value, bool after) {
  static const Bytes kAboveAll(17, '\xFF');
  const std::string* text = value.As<std::string>();
  if (!text) {
    Bytes key;
    AppendKey(key, value);
    return key < EncodeKey(Value(std::string())) ? Bytes() : kAboveAll;
  }
  const std::optional<RowId> id = LeastId(table, *text, after);
  return id ? Bytes(id->view()) : kAboveAll;
}

// The bytes of one field's value at its place in a key: [at, after) holds exactly its equals.
struct Slot {
  Bytes at, after;
};

Slot SlotOf(const TableLayout& table, const std::string& field, const Value& value) {
  if (field == "_id") {
    return {IdBound(table.schema->number, value, false),
            IdBound(table.schema->number, value, true)};
  }
  Slot slot;
  AppendKey(slot.at, value);
  slot.after = PrefixEnd(slot.at);
  return slot;
}

std::vector<std::string> FieldsOf(const TableLayout& table, IndexOrdinal index) {
  if (index == kById) return {"_id"};
  std::vector<std::string> fields;
  if (index >= kFirstDeclared) fields = table.indexes[index - kFirstDeclared].fields;
  fields.push_back("_creationTime");
  fields.push_back("_id");
  return fields;
}

bool IsLower(Bound::Kind kind) { return kind == Bound::Kind::kGt || kind == Bound::Kind::kGte; }

}  // namespace

Result<KeyRange> CompileRange(const TableLayout& table, IndexOrdinal index,
                              const std::string& index_name, const std::vector<Bound>& bounds) {
  const std::vector<std::string> fields = FieldsOf(table, index);
  const Bound* lower = nullptr;
  const Bound* upper = nullptr;
  std::vector<const Bound*> equal(fields.size(), nullptr);
  for (const Bound& bound : bounds) {
    const auto field = std::find(fields.begin(), fields.end(), bound.path);
    if (field == fields.end()) {
      return Wrong(index_name, "the field \"" + bound.path + "\" is not in this index");
    }
    if (bound.kind == Bound::Kind::kEq) {
      if (PLANTED("equalities-only-in-order") &&
          bound.path != fields[static_cast<std::size_t>(&bound - bounds.data())])
        return Wrong(index_name, "equalities out of order");
      const Bound*& held = equal[static_cast<std::size_t>(field - fields.begin())];
      if (held)
        return Wrong(index_name, "\"" + bound.path + "\" is held to two values; use one q.eq");
      held = &bound;
      continue;
    }
    const Bound*& side = IsLower(bound.kind) ? lower : upper;
    if (side) {
      return Wrong(index_name, std::string("there are two ") +
                                   (IsLower(bound.kind) ? "lower" : "upper") +
                                   " bounds; an index range takes one of each");
    }
    side = &bound;
  }
  if (lower && upper && lower->path != upper->path) {
    return Wrong(index_name,
                 "\"" + lower->path + "\" and \"" + upper->path +
                     "\" are both bounded; only one field may be, use filter for the other");
  }
  Bytes prefix;
  std::optional<Slot> id;  // if all is held, _id at the end of it
  std::size_t position = 0;
  for (; position < fields.size() && equal[position]; ++position) {
    Slot slot = SlotOf(table, fields[position], equal[position]->value);
    if (fields[position] == "_id") {
      id = std::move(slot);
    } else {
      prefix += slot.at;
    }
  }
  for (std::size_t i = position; i < fields.size(); ++i) {
    if (!equal[i]) continue;
    return Wrong(index_name, "\"" + fields[i] + "\" is held to a value, but \"" + fields[position] +
                                 "\" before it in the index is not; add q.eq for it first");
  }
  const Bound* bounded = lower ? lower : upper;
  if (bounded && (position == fields.size() || bounded->path != fields[position])) {
    return Wrong(index_name, "\"" + bounded->path +
                                 "\" is bounded, but the fields before it in the "
                                 "index must be held with q.eq first");
  }
  // An empty high would mean "no bound": nothing lies below the very first key.
  const KeyRange nothing{Bytes(1, '\0'), Bytes(1, '\0')};
  if (id) {
    const KeyRange range{prefix + id->at, prefix + id->after};
    return range.high.empty() && !PLANTED("id-of-another-type-finds-all") ? nothing : range;
  }
  KeyRange range{prefix, PrefixEnd(prefix)};
  if (lower) {
    const Slot slot = SlotOf(table, fields[position], lower->value);
    const bool at = lower->kind == Bound::Kind::kGte || PLANTED("gt-as-gte");
    range.low = prefix + (at ? slot.at : slot.after);
  }
  if (upper) {
    const Slot slot = SlotOf(table, fields[position], upper->value);
    const bool at = upper->kind == Bound::Kind::kLt || PLANTED("lte-as-lt");
    range.high = prefix + (at ? slot.at : slot.after);
    if (range.high.empty()) range = nothing;
  }
  return range;
}

namespace {

Result<Bound> ParseBound(const Value& json) {
  static constexpr std::pair<const char*, Bound::Kind> kKinds[] = {{"Eq", Bound::Kind::kEq},
                                                                   {"Gt", Bound::Kind::kGt},
                                                                   {"Gte", Bound::Kind::kGte},
                                                                   {"Lt", Bound::Kind::kLt},
                                                                   {"Lte", Bound::Kind::kLte}};
  const Object* object = json.As<Object>();
  const Value* type = object ? object->Find("type") : nullptr;
  const Value* path = object ? object->Find("fieldPath") : nullptr;
  const Value* value = object ? object->Find("value") : nullptr;
  if (type && type->Is<std::string>() && path && path->Is<std::string>()) {
    for (const auto& [name, kind] : kKinds) {
      if (*type->As<std::string>() != name) continue;
      return Bound{kind, *path->As<std::string>(), value ? *value : Value()};
    }
  }
  return Fail(Code::kInvalid, "An index range must be made with q.eq, q.gt, q.gte, q.lt, q.lte");
}

const std::string* Text(const Object& object, const char* name) {
  const Value* value = object.Find(name);
  return value ? value->As<std::string>() : nullptr;
}

Status ParseSource(const TableStore& store, const Object& source, Query& query) {
  const std::string* type = Text(source, "type");
  const bool search = type && *type == "Search";
  const bool full = type && *type == "FullTableScan";
  const std::string* name = Text(source, full ? "tableName" : "indexName");
  if (!name || (!full && !search && (!type || *type != "IndexRange"))) {
    return Fail(Code::kInvalid, "A query needs a source: a table or an index");
  }
  const std::size_t dot = full ? std::string::npos : name->find('.');
  const std::string table_name = name->substr(0, dot);
  const TableSchema* table = store.schema().FindTable(table_name);
  if (!table) {
    return Fail(Code::kNotFound, "There is no table \"" + table_name + "\" in the schema");
  }
  query.table = &store.Layout(table->number);
  if (const std::string* order = Text(source, "order"))
    query.descending = (*order == "desc") != PLANTED("order-reversed");
  if (full) return Done{};
  const std::string index_name = dot == std::string::npos ? "" : name->substr(dot + 1);
  if (search) {
    Result<SearchQuery> parsed = ParseSearch(*table, index_name, source);
    if (!parsed) return Fail(parsed.error());
    query.equalities = parsed->equalities;
    query.search = std::move(*parsed);
    return Done{};
  }
  const IndexLayout* index = query.table->FindIndex(index_name, query.index);
  if (!index || index->extra) {
    return Fail(Code::kNotFound, "Index \"" + index_name + "\" not found on table \"" + table_name +
                                     "\"; add .index(\"" + index_name + "\", [...]) in schema.ts");
  }
  std::vector<Bound> bounds;
  if (const Value* range = source.Find("range"); range && range->Is<Array>()) {
    for (const Value& step : *range->As<Array>()) {
      Result<Bound> bound = ParseBound(step);
      if (!bound) return Fail(bound.error());
      if (bound->kind == Bound::Kind::kEq) query.equalities.emplace_back(bound->path, bound->value);
      bounds.push_back(std::move(*bound));
    }
  }
  Result<KeyRange> range = CompileRange(*query.table, query.index, *name, bounds);
  if (!range) return Fail(range.error());
  query.range = std::move(*range);
  return Done{};
}

}  // namespace

Result<Query> ParseQuery(const TableStore& store, const Value& json) {
  const Object* object = json.As<Object>();
  const Value* source = object ? object->Find("source") : nullptr;
  const Value* operators = object ? object->Find("operators") : nullptr;
  if (!source || !source->Is<Object>() || !operators || !operators->Is<Array>()) {
    return Fail(Code::kInvalid, "A query needs a source and operators");
  }
  Query query;
  if (Status parsed = ParseSource(store, *source->As<Object>(), query); !parsed) {
    return Fail(parsed.error());
  }
  const Array& list = *operators->As<Array>();
  if (list.size() > kOperatorsMax) {
    return Fail(Code::kInvalid,
                "A query takes at most " + std::to_string(kOperatorsMax) + " operators");
  }
  for (const Value& step : list) {
    const Object* operation = step.As<Object>();
    const Value* filter = operation ? operation->Find("filter") : nullptr;
    const Value* limit = operation ? operation->Find("limit") : nullptr;
    if (filter) {
      Result<Filter> parsed = ParseFilter(*filter);
      if (!parsed) return Fail(parsed.error());
      query.operators.emplace_back(std::move(*parsed));
    } else if (const double* count = limit ? limit->As<double>() : nullptr;
               count && *count >= 0 && *count == std::floor(*count) && *count < 1e15) {
      query.operators.emplace_back(static_cast<std::size_t>(*count));
    } else {
      return Fail(Code::kInvalid, "A query's operators are filter and limit (a whole number)");
    }
  }
  return query;
}

}  // namespace syncline
