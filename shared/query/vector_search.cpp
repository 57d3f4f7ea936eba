#include "shared/query/vector_search.hpp"

#include <algorithm>
#include <cmath>

namespace syncline {
namespace {

constexpr std::size_t kLimitMax = 256;
constexpr std::size_t kTermsMax = 64;
constexpr std::size_t kBatch = 512;

Failure Wrong(const std::string& index, const std::string& what) {
  return Fail(Code::kInvalid, "Vector search of \"" + index + "\": " + what);
}

// Checks what a filter is made of, and counts its equalities.
Status CheckFilter(const Filter& filter, const VectorIndexSchema& index, const std::string& name,
                   std::size_t& terms) {
  if (filter.op == Filter::Op::kOr) {
    for (const Filter& operand : filter.operands) {
      if (Status checked = CheckFilter(operand, index, name, terms); !checked) return checked;
    }
    return Done{};
  }
  const bool is_equality = filter.op == Filter::Op::kEq &&
                           filter.operands[0].op == Filter::Op::kField &&
                           filter.operands[1].op == Filter::Op::kLiteral;
  if (!is_equality)
    return Wrong(name, "its filter takes q.eq of a filter field, and q.or of those");
  const std::vector<std::string>& known = index.filter_fields;
  const std::string& field = filter.operands[0].path;
  if (std::find(known.begin(), known.end(), field) == known.end()) {
    return Wrong(name,
                 "\"" + field + "\" is not among its filterFields; add it there in schema.ts");
  }
  if (++terms > kTermsMax) return Wrong(name, "its filter has more than 64 q.eq");
  return Done{};
}

// The numbers of a vector; none if the value is no vector of that many.
bool ReadVector(const Value* value, std::size_t dimensions, std::vector<double>& numbers) {
  const Array* array = value ? value->As<Array>() : nullptr;
  if (!array || array->size() != dimensions) return false;
  numbers.clear();
  for (const Value& element : *array) {
    const double* number = element.As<double>();
    if (!number || !std::isfinite(*number)) return false;
    numbers.push_back(*number);
  }
  return true;
}

double Cosine(const std::vector<double>& a, const std::vector<double>& b) {
  double product = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += a[i] * b[i];
    of_a += a[i] * a[i];
    of_b += b[i] * b[i];
  }
  const double lengths = std::sqrt(of_a) * std::sqrt(of_b);
  const double cosine = product / lengths;
  return lengths > 0 && std::isfinite(cosine) ? cosine : 0;
}

struct Candidate {
  VectorHit hit;
  Bytes key;  // of the creation-time index
};

bool GoesFirst(const Candidate& a, const Candidate& b) {
  return a.hit.score != b.hit.score ? a.hit.score > b.hit.score : a.key > b.key;
}

// Keeps the best `limit` in `best`, a heap with the worst in front.
void Offer(std::vector<Candidate>& best, Candidate candidate, std::size_t limit) {
  if (best.size() == limit) {
    if (!GoesFirst(candidate, best.front())) return;
    std::pop_heap(best.begin(), best.end(), GoesFirst);
    best.pop_back();
  }
  best.push_back(std::move(candidate));
  std::push_heap(best.begin(), best.end(), GoesFirst);
}

Status SearchTenant(TableStore& store, const VectorQuery& query, TenantNo tenant,
                    std::vector<Candidate>& best) {
  const TableSchema& table = *query.table->schema;
  KeyRange rest;
  std::vector<double> vector;
  for (;;) {
    Result<std::vector<Entry>> entries =
        store.Scan(tenant, table.number, kByCreationTime, rest, false, kBatch);
    if (!entries) return Fail(entries.error());
    for (Entry& entry : *entries) {
      rest.low = entry.key + '\0';
      const Object& document = entry.row.document;
      if (!ReadVector(FindPath(document, query.field), query.vector.size(), vector)) continue;
      if (query.filter) {
        const Result<bool> matches = Matches(*query.filter, document);
        if (!matches) return Fail(matches.error());
        if (!*matches) continue;
      }
      const double score = Cosine(query.vector, vector);
      Offer(best, {{entry.row.id, score}, std::move(entry.key)}, query.limit);
    }
    if (entries->size() < kBatch) return Done{};
  }
}

const std::string* Text(const Object& object, const char* name) {
  const Value* value = object.Find(name);
  return value ? value->As<std::string>() : nullptr;
}

}  // namespace

Result<VectorQuery> ParseVectorQuery(const TableStore& store, const Value& json) {
  const Object* object = json.As<Object>();
  const std::string* name = object ? Text(*object, "indexName") : nullptr;
  const std::size_t dot = name ? name->find('.') : std::string::npos;
  if (dot == std::string::npos) {
    return Fail(Code::kInvalid, "A vector search needs \"indexName\", a table and its index");
  }
  const TableSchema* table = store.schema().FindTable(name->substr(0, dot));
  if (!table) {
    return Fail(Code::kNotFound,
                "There is no table \"" + name->substr(0, dot) + "\" in the schema");
  }
  const std::string index_name = name->substr(dot + 1);
  const auto index = std::find_if(table->vector_indexes.begin(), table->vector_indexes.end(),
                                  [&](const auto& each) { return each.name == index_name; });
  if (index == table->vector_indexes.end() || index->staged) {
    const bool staged = index != table->vector_indexes.end();
    return Fail(Code::kNotFound,
                "Vector index \"" + index_name + "\" not found on table \"" + table->name + "\"; " +
                    (staged ? "it is staged: remove staged: true in schema.ts to use it"
                            : "add .vectorIndex(\"" + index_name + "\", {...}) in schema.ts"));
  }
  VectorQuery query;
  query.table = &store.Layout(table->number);
  query.field = index->vector_field;
  const Value* vector = object->Find("vector");
  const Array* elements = vector ? vector->As<Array>() : nullptr;
  if (elements && elements->size() != index->dimensions) {
    return Wrong(*name, "the vector has " + std::to_string(elements->size()) +
                            " elements; the index has " + std::to_string(index->dimensions) +
                            " dimensions");
  }
  if (!ReadVector(vector, index->dimensions, query.vector)) {
    return Wrong(*name, "the vector must be an array of finite float64");
  }
  if (const Value* limit = object->Find("limit"); limit && !limit->Is<Null>()) {
    const double* count = limit->As<double>();
    if (!count || !(*count >= 1 && *count <= kLimitMax) || *count != std::floor(*count)) {
      return Wrong(*name, "limit must be a whole number from 1 to 256");
    }
    query.limit = static_cast<std::size_t>(*count);
  }
  const Value* expressions = object->Find("expressions");
  if (!expressions || expressions->Is<Null>()) return query;
  Result<Filter> filter = ParseFilter(*expressions);
  if (!filter) return Fail(filter.error());
  std::size_t terms = 0;
  if (Status checked = CheckFilter(*filter, *index, *name, terms); !checked) {
    return Fail(checked.error());
  }
  if (filter->op == Filter::Op::kEq) {
    query.equalities.emplace_back(filter->operands[0].path, filter->operands[1].literal);
  }
  query.filter = std::move(*filter);
  return query;
}

Result<std::vector<VectorHit>> RunVectorSearch(TableStore& store, const VectorQuery& query,
                                               const std::vector<TenantNo>& tenants) {
  std::vector<Candidate> best;
  for (const TenantNo tenant : tenants) {
    if (Status done = SearchTenant(store, query, tenant, best); !done) return Fail(done.error());
  }
  std::sort(best.begin(), best.end(), GoesFirst);
  std::vector<VectorHit> hits;
  for (const Candidate& candidate : best) hits.push_back(candidate.hit);
  return hits;
}

}  // namespace syncline
