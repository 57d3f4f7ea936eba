// The model's transactions, reads and writes.
#include "tests/oracle/model.hpp"

#include <algorithm>

#include "tests/oracle/id.hpp"

namespace syncline::oracle {
namespace {

constexpr std::size_t kSubTransactionsMax = 8;

}  // namespace

void Model::Begin() {
  copies_.assign(1, committed_);
  versions_.clear();
}
void Model::Commit() {
  committed_ = copies_.front();
  copies_.clear();
}
void Model::Abort() { copies_.clear(); }

Code Model::SubBegin() {
  if (copies_.size() > kSubTransactionsMax) return kInvalid;
  copies_.push_back(copies_.back());
  return "";
}
void Model::SubCommit() {
  State inner = std::move(copies_.back());
  copies_.pop_back();
  copies_.back() = std::move(inner);
}
void Model::SubRollback() { copies_.pop_back(); }

// --- reading ---

std::string Model::TableOf(const std::string& id) const {
  const auto parsed = IdOf(id);
  if (!parsed) return "";
  for (const auto& [table, number] : numbers_) {
    if (number == parsed->table) return table;
  }
  return "";
}

Code Model::Locate(const std::string& id, const std::optional<std::string>& table,
                   std::string& found) const {
  found = TableOf(id);
  if (found.empty() || (table && *table != found)) return kInvalid;
  return "";
}

Answer Model::Get(const std::string& id, const std::optional<std::string>& table) const {
  std::string owner;
  if (const Code wrong = Locate(id, table, owner); !wrong.empty()) return {wrong, {}};
  const auto rows = state().find(owner);
  if (rows == state().end()) return {"", Value::Null()};
  const auto row = rows->second.find(id);
  return {"", row == rows->second.end() ? Value::Null() : row->second};
}

Value Model::Normalized(const std::string& table, const std::string& id) const {
  const bool fits = schema_.Find(table) && !TableOf(id).empty() && TableOf(id) == table;
  return fits ? Value::String(id) : Value::Null();
}

PageAnswer Model::Page(const PageCall& call) const {
  PageAnswer answer;
  answer.code = CheckQuery(schema_, call.query);
  if (!answer.code.empty()) return answer;
  const std::string text = ToJson(ToJsonValue(call.query));
  const auto foreign = [&](const auto& cursor) { return cursor && cursor->query != text; };
  if (call.size == 0 || call.rows_max == 0u || foreign(call.from) || foreign(call.to)) {
    answer.code = kInvalid;
    return answer;
  }
  if (call.from && call.from->end) {
    answer.done = true;
    answer.next = *call.from;
    return answer;
  }
  std::vector<Entry> walk = Walk(schema_, state(), call.query);
  std::size_t count = call.size;
  std::size_t rows_max = call.rows_max.value_or(walk.size() + 1);
  if (call.to) {
    // All of it up to there, however much that is.
    const auto beyond = [&](const Entry& entry) {
      const int order = CompareKeys(entry.key, call.to->place.after);
      return !call.to->end && (call.query.order == "desc" ? order < 0 : order > 0);
    };
    walk.erase(std::remove_if(walk.begin(), walk.end(), beyond), walk.end());
    count = rows_max = walk.size() + 1;
  }
  const Advance advance =
      AdvanceFrom(walk, call.query, call.from ? call.from->place : Place(), count, rows_max);
  if (advance.failed) {
    answer.code = kInvalid;
    return answer;
  }
  answer.documents = advance.documents;
  answer.stopped = advance.stopped;
  answer.done = call.to ? call.to->end : advance.ended;
  answer.next = call.to ? *call.to : PageCursor{text, advance.places.back(), advance.ended};
  return answer;
}

// --- writing ---

Code Model::CheckInsert(const std::string& table, const Value& document) const {
  const Table* found = schema_.Find(table);
  if (!found) return kNotFound;
  return Accepts(schema_, *found, document, numbers_) ? "" : kInvalid;
}

void Model::Inserted(const std::string& table, const std::string& id, double creation_time,
                     Value document) {
  numbers_.emplace(table, IdOf(id)->table);
  document.members["_id"] = Value::String(id);
  document.members["_creationTime"] = Value::Float(creation_time);
  Wrote(table, document);
  top()[table][id] = std::move(document);
}

// The system fields may be given back as they are.
Code Model::Store(const std::string& table, const std::string& id, const Value& before,
                  Value document) {
  for (const char* system : {"_id", "_creationTime"}) {
    const Value given = document.At(system);
    if (!given.is(Kind::kUndefined) && !Same(given, before.At(system))) return kInvalid;
    document.members.erase(system);
  }
  if (!Accepts(schema_, *schema_.Find(table), document, numbers_)) return kInvalid;
  Wrote(table, before);
  document.members["_id"] = before.At("_id");
  document.members["_creationTime"] = before.At("_creationTime");
  Wrote(table, document);
  top()[table][id] = std::move(document);
  return "";
}

Code Model::Patch(const std::string& id, const std::optional<std::string>& table,
                  const Value& patch) {
  if (!IsValue(patch, true)) return kInvalid;
  std::string owner;
  if (const Code wrong = Locate(id, table, owner); !wrong.empty()) return wrong;
  const Value before = Get(id, table).value;
  if (before.is(Kind::kNull)) return kNotFound;
  Value document = before;
  for (const auto& [name, value] : patch.members) {
    if (value.is(Kind::kUndefined)) {
      document.members.erase(name);
    } else {
      document.members[name] = value;
    }
  }
  return Store(owner, id, before, std::move(document));
}

Code Model::Replace(const std::string& id, const std::optional<std::string>& table,
                    Value document) {
  if (!IsValue(document, false)) return kInvalid;
  std::string owner;
  if (const Code wrong = Locate(id, table, owner); !wrong.empty()) return wrong;
  const Value before = Get(id, table).value;
  if (before.is(Kind::kNull)) return kNotFound;
  return Store(owner, id, before, std::move(document));
}

Code Model::Delete(const std::string& id, const std::optional<std::string>& table) {
  std::string owner;
  if (const Code wrong = Locate(id, table, owner); !wrong.empty()) return wrong;
  const Value before = Get(id, table).value;
  if (before.is(Kind::kNull)) return kNotFound;
  Wrote(owner, before);
  top()[owner].erase(id);
  return "";
}

// --- live queries ---

namespace {

bool SameLists(const std::vector<Value>& a, const std::vector<Value>& b) {
  return Same(Value::Array(a), Value::Array(b));
}

}  // namespace

bool Model::Differs(const Observation& seen) const {
  switch (seen.what) {
    case Observation::What::kGet: {
      const Answer now = Get(seen.id, seen.table);
      return now.code != seen.code ||
             (now.code.empty() && !Same(now.value, seen.documents.front()));
    }
    case Observation::What::kPage: {
      const PageAnswer now = Page(seen.page);
      return now.code != seen.code || !SameLists(now.documents, seen.documents) ||
             now.done != seen.ended;
    }
    case Observation::What::kStream: break;
  }
  const std::size_t more = seen.documents.size() + 1;
  const std::vector<Entry> walk = Walk(schema_, state(), seen.query);
  const Advance now = AdvanceFrom(walk, seen.query, {}, more, walk.size() + 1);
  std::vector<Value> first = now.documents;
  const bool longer = first.size() == more;
  if (longer) first.pop_back();
  if (!SameLists(first, seen.documents)) return true;
  // An end or an error that was met is still where it was.
  if (!seen.code.empty()) return !now.failed || longer;
  return seen.ended && (longer || now.failed);
}

bool Model::MayBeTouched(const Observation& seen) const {
  const Query& query = seen.what == Observation::What::kPage ? seen.page.query : seen.query;
  return std::any_of(versions_.begin(), versions_.end(), [&](const auto& version) {
    const auto& [table, document] = version;
    if (seen.what == Observation::What::kGet) return document.At("_id").text == seen.id;
    return table == query.table && InRange(schema_, query, document);
  });
}

}  // namespace syncline::oracle
