// Model: what the engine should answer, by the simplest means: rows in maps, a transaction as a copy of
// everything, a query as a sorted list, and a live query as one that is asked again after every commit.
//
// Ids and creation times come from the engine; the model only checks that they are ones it could make.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/query.hpp"
#include "tests/oracle/schema.hpp"

namespace syncline::oracle {

struct Answer {
  Code code;
  Value value;
};

// Where a page ended: in the rows of one query, behind a row or at the end.
struct PageCursor {
  std::string query;  // its JSON
  Place place;
  bool end = false;
};

struct PageCall {
  Query query;
  std::optional<PageCursor> from, to;
  std::size_t size = 0;
  std::optional<std::size_t> rows_max;
};

struct PageAnswer {
  Code code;
  std::vector<Value> documents;
  bool done = false;
  bool stopped = false;  // by rows_max
  PageCursor next;
};

// What a query has been told, and so what it depends on.
struct Observation {
  enum class What { kGet, kStream, kPage };
  What what = What::kGet;
  std::string id;
  std::optional<std::string> table;
  Query query;
  PageCall page;
  // What was seen: a get's answer; a stream's documents, as far as they were consumed.
  Code code;
  std::vector<Value> documents;
  bool ended = false;
};

class Model {
 public:
  explicit Model(const Schema& schema) : schema_(schema) {}

  // --- one mutation at a time; its reads and writes go to the copy on top ---
  void Begin();
  void Commit();
  void Abort();
  Code SubBegin();
  void SubCommit();
  void SubRollback();
  bool in_mutation() const { return !copies_.empty(); }
  std::size_t depth() const { return copies_.size(); }

  // --- reading, of the mutation's copy if there is one ---
  Answer Get(const std::string& id, const std::optional<std::string>& table) const;
  PageAnswer Page(const PageCall& call) const;
  // The id if it is one of that table, else null.
  Value Normalized(const std::string& table, const std::string& id) const;
  const State& state() const { return copies_.empty() ? committed_ : copies_.back(); }

  // --- writing; the code that the engine should answer, and the change if it is success ---
  Code CheckInsert(const std::string& table, const Value& document) const;
  void Inserted(const std::string& table, const std::string& id, double creation_time,
                Value document);
  Code Patch(const std::string& id, const std::optional<std::string>& table, const Value& patch);
  Code Replace(const std::string& id, const std::optional<std::string>& table, Value document);
  Code Delete(const std::string& id, const std::optional<std::string>& table);

  // --- live queries ---
  // Whether the query would be told something else now.
  bool Differs(const Observation& seen) const;
  // Whether a version of a row that the last mutation wrote lies in what the query asked for.
  bool MayBeTouched(const Observation& seen) const;

  const Schema& schema() const { return schema_; }
  const TableNumbers& numbers() const { return numbers_; }

 private:
  State& top() { return copies_.back(); }
  // The table that the id belongs to; empty if it is no id of this application.
  std::string TableOf(const std::string& id) const;
  Code Locate(const std::string& id, const std::optional<std::string>& table,
              std::string& found) const;
  Code Store(const std::string& table, const std::string& id, const Value& before, Value document);
  void Wrote(const std::string& table, const Value& version) {
    versions_.push_back({table, version});
  }

  const Schema& schema_;
  State committed_;
  std::vector<State> copies_;
  TableNumbers numbers_;
  // Of the current or last mutation: every version of a row that it replaced or made.
  std::vector<std::pair<std::string, Value>> versions_;
};

}  // namespace syncline::oracle
