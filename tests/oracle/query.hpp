// Queries over rows that lie in no order: every row's place in the index is worked out, the rows are
// sorted, and those outside the range are left out.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/oracle/schema.hpp"
#include "tests/oracle/value.hpp"

namespace syncline::oracle {

// "" is success; otherwise the name of a code, as shared/base/result.hpp writes it.
using Code = std::string;
inline const Code kInvalid = "invalid";
inline const Code kNotFound = "not found";
inline const Code kConflict = "conflict";

struct Bound {
  std::string op;  // Eq, Gt, Gte, Lt, Lte
  std::string path;
  Value value;
};

struct Operator {
  bool is_filter = false;
  Value filter;
  Value limit;  // a whole float64, if all is well
};

struct Query {
  std::string table;
  std::string index;  // empty: a full scan
  std::vector<Bound> bounds;
  std::string order;  // asc, desc or empty
  std::vector<Operator> operators;
};

Value ToJsonValue(const Query& query);

// By table and id; documents with their system fields.
using State = std::map<std::string, std::map<std::string, Value>>;

using Key = std::vector<Value>;
int CompareKeys(const Key& a, const Key& b);

struct Entry {
  Key key;
  Value document;
};

// What the host should say when it is given the query.
Code CheckQuery(const Schema& schema, const Query& query);

// REQUIRES: of the others, CheckQuery says "".
// The document's place in the query's index, and whether the range holds it.
Key KeyOf(const Schema& schema, const Query& query, const Value& document);
bool InRange(const Schema& schema, const Query& query, const Value& document);
// All of the range, in the query's order, before filters and limits.
std::vector<Entry> Walk(const Schema& schema, const State& state, const Query& query);

// Where a walk stands: behind which row, and how many rows each limit has let through.
struct Place {
  bool begun = false;
  Key after;
  std::vector<std::size_t> counts;
};

// Whether a limit has let through all that it may.
bool AtLimit(const Query& query, const Place& place);

struct Advance {
  std::vector<Value> documents;
  std::vector<Place>
      places;            // before the first document, and behind each; the last: where it stopped
  bool ended = false;    // the range or a limit was used up before there were enough documents
  bool stopped = false;  // as many rows as allowed were walked
  bool failed = false;   // the next row cannot be judged
};

// At most `count` documents from `from` on, for at most `rows_max` rows, those that filters leave out
// included. Rows that were left out behind the last document count as walked.
Advance AdvanceFrom(const std::vector<Entry>& walk, const Query& query, const Place& from,
                    std::size_t count, std::size_t rows_max);

}  // namespace syncline::oracle
