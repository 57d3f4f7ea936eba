// Programs at random: mutations that fill and change tables, and queries in between that look from all
// sides. Most steps make sense; some do not, and then both sides must say so.
#include <algorithm>
#include <limits>

#include "tests/oracle/generate.hpp"
#include "tests/oracle/program.hpp"

namespace syncline::oracle {
namespace {

using Do = Step::Do;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : g_(seed) {}

  Program Make() {
    program_.schema = g_.MakeSchema();
    own_tables_ = program_.schema.tables.size();
    if (g_.Chance(40)) MakeTenant();
    g_.AddIndexes(program_.schema);
    Mutation(3 + g_.Below(8));
    for (std::uint64_t episode = 1 + g_.Below(5); episode > 0; --episode) {
      if (g_.Chance(50)) {
        Mutation(0);
      } else {
        Queries();
      }
    }
    return std::move(program_);
  }

 private:
  struct Made {
    int name;
    std::size_t table;
  };
  struct MadePage {
    int name;
    Step step;
  };

  void MakeTenant() {
    Generator::Sync(program_.schema);
    Begin(Do::kBeginMutation, 0);
    Step& step = Add(Do::kInsert, 0);
    step.name = kTenantRow;
    step.table = kTenants;
    step.value = Value::Object({});
    Add(Do::kCommit, 0);
    program_.steps_kept = program_.steps.size();
  }

  Step& Add(Do what, int slot) {
    Step step;
    step.what = what;
    step.slot = slot;
    return program_.steps.emplace_back(std::move(step));
  }
  const Table& AnyTable() { return g_.Pick(program_.schema.tables); }
  // One that rows are made in at random.
  std::size_t OwnTableAt() { return g_.Below(own_tables_); }

  void Begin(Do what, int slot) {
    // Clocks stand still, run, and are set back.
    now_ms_ += g_.Below(3);
    if (g_.Chance(3)) now_ms_ -= 500;
    Add(what, slot).now_ms = now_ms_;
  }

  // --- values ---

  // A row's id as a value: of that table if there is one.
  Value IdIn(const std::string& table) {
    std::vector<int> names;
    for (const Made& row : rows_) {
      if (program_.schema.tables[row.table].name == table || g_.Chance(3))
        names.push_back(row.name);
    }
    if (names.empty()) return g_.AnyValue();
    Value id = Value::Of(Kind::kIdOf);
    id.whole = g_.Pick(names);
    if (g_.Chance(4)) id.text = "unused";
    if (g_.Chance(3)) id.text = "broken";
    return id;
  }
  Value Of(const Type& type) {
    return g_.ValueOf(type, [this](const std::string& table) { return IdIn(table); });
  }
  Value Document(const Table& table) {
    Value document = Of(table.document);
    // v.any() takes what is no object, a document does not.
    if (!document.is(Kind::kObject)) document = Value::Object({});
    if (table.document.form == Type::Form::kAny) {
      for (std::uint64_t i = g_.Below(5); i > 0; --i) {
        const std::string path = g_.PathIn(table.document);
        const std::size_t dot = path.find('.');
        Value value = g_.AnyValue();
        if (dot != std::string::npos) value = Value::Object({{path.substr(dot + 1), value}});
        document.members[path.substr(0, dot)] = std::move(value);
      }
    }
    if (g_.Chance(4)) document.members["extra"] = g_.AnyValue();
    if (g_.Chance(1)) document.members[g_.Chance(50) ? "_mine" : "$mine"] = g_.AnyValue();
    if (g_.Chance(1)) document.members["deep"] = Deep();
    NameTenant(document);
    return document;
  }
  void NameTenant(Value& document) {
    if (!program_.schema.synced) return;
    Value& tenant = document.members[kTenantField] = Value::Of(Kind::kIdOf);
    tenant.whole = kTenantRow;
  }
  // About as deep as values and documents may be.
  Value Deep() {
    const std::uint64_t depth = g_.Chance(80) ? 13 + g_.Below(5) : 61 + g_.Below(6);
    Value value = g_.AnyValue(0);
    for (std::uint64_t i = 0; i < depth; ++i) {
      value = g_.Chance(50) ? Value::Array({value}) : Value::Object({{"x", value}});
    }
    return value;
  }

  // What a step names a row by.
  void NameRow(Step& step) {
    if (rows_.empty() || g_.Chance(3)) {
      step.id = g_.Chance(50) ? Value::String("") : Value::String("nonsense");
      step.table = AnyTable().name;
      return;
    }
    // Late rows are changed more often.
    const Made& row =
        g_.Chance(50) ? g_.Pick(rows_)
                      : rows_[rows_.size() - 1 - g_.Below(std::min<std::size_t>(rows_.size(), 3))];
    step.id = Value::Of(Kind::kIdOf);
    step.id.whole = row.name;
    const std::uint64_t roll = g_.Below(100);
    if (roll < 4) step.id.text = "unused";
    if (roll >= 4 && roll < 6) step.id.text = "broken";
    if (roll >= 6 && roll < 7) step.id.text = "cut";
    if (g_.Chance(50)) step.table = program_.schema.tables[row.table].name;
    if (g_.Chance(4)) step.table = g_.Chance(50) ? AnyTable().name : "nowhere";
  }

  // A value to compare a field with: mostly one that some row has there.
  Value Comparable(const std::string& table, const std::string& path) {
    if (g_.Chance(6)) return Value();
    if (path == "_id" || path == "_creationTime") {
      if (g_.Chance(12) || rows_.empty()) return g_.AnyValue();
      Value value = Value::Of(path == "_id" ? Kind::kIdOf : Kind::kTimeOf);
      value.whole = g_.Pick(rows_).name;
      if (g_.Chance(10)) value.text = g_.Chance(50) ? "cut" : "unused";
      return value;
    }
    std::vector<const Value*> documents;
    for (const auto& [owner, document] : documents_) {
      if (owner == table) documents.push_back(&document);
    }
    if (documents.empty() || g_.Chance(15)) return g_.AnyValue();
    return g_.Pick(documents)->AtPath(path);
  }

  // --- queries ---

  std::vector<std::string> FieldsOf(const Table& table, const std::string& index) {
    if (index == "by_id") return {"_id"};
    std::vector<std::string> fields;
    for (const Index& declared : table.indexes) {
      if (declared.name == index) fields = declared.fields;
    }
    fields.push_back("_creationTime");
    fields.push_back("_id");
    return fields;
  }

  void Bounds(Query& query, const Table& table) {
    const std::vector<std::string> fields = FieldsOf(table, query.index);
    std::size_t held = 0;
    while (held < fields.size() && g_.Chance(held == 0 ? 60 : 45)) ++held;
    for (std::size_t i = 0; i < held; ++i) {
      query.bounds.push_back({"Eq", fields[i], Comparable(table.name, fields[i])});
    }
    if (held < fields.size()) {
      const std::string& next = fields[held];
      const auto bound = [&](const char* strict, const char* loose) {
        query.bounds.push_back(
            {g_.Chance(50) ? strict : loose, next, Comparable(table.name, next)});
      };
      if (g_.Chance(40)) bound("Gt", "Gte");
      if (g_.Chance(40)) bound("Lt", "Lte");
    }
    if (g_.Chance(30)) Shuffle(query.bounds);
    if (g_.Chance(6)) Spoil(query, fields);
  }
  template <class T>
  void Shuffle(std::vector<T>& list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[g_.Below(i)]);
  }
  // Something that a range may not be.
  void Spoil(Query& query, const std::vector<std::string>& fields) {
    static const std::vector<std::string> kOps = {"Eq", "Gt", "Gte", "Lt", "Lte"};
    if (!query.bounds.empty() && g_.Chance(30)) {
      query.bounds.erase(query.bounds.begin() +
                         static_cast<std::ptrdiff_t>(g_.Below(query.bounds.size())));
      return;
    }
    const std::string path = g_.Chance(20) ? "nothing" : g_.Pick(fields);
    query.bounds.push_back({g_.Pick(kOps), path, Comparable(query.table, path)});
  }

  Query RandomQuery() {
    Query query;
    const Table& table = AnyTable();
    query.table = table.name;
    const std::uint64_t roll = g_.Below(100);
    if (roll < 8) {
      query.index = "by_id";
    } else if (roll < 18) {
      query.index = "by_creation_time";
    } else if (roll >= 30 && !table.indexes.empty()) {
      query.index = g_.Pick(table.indexes).name;
    }
    if (!query.index.empty()) Bounds(query, table);
    query.order = g_.Chance(40) ? "asc" : g_.Chance(66) ? "desc" : "";
    for (std::uint64_t i = g_.Chance(50) ? 1 + g_.Below(3) : 0; i > 0; --i) {
      query.operators.push_back(RandomOperator(table));
    }
    if (g_.Chance(2)) query.index = "by_nothing";
    if (g_.Chance(1)) query.table = "nowhere";
    return query;
  }

  Operator RandomOperator(const Table& table) {
    Operator step;
    step.is_filter = g_.Chance(65);
    if (step.is_filter) {
      step.filter = g_.Chance(1) ? Value::Object({{"$no", Value::Array({})}}) : Condition(table, 2);
    } else {
      step.limit = Value::Float(static_cast<double>(g_.Below(5)));
      if (g_.Chance(2)) step.limit = g_.Chance(50) ? Value::Float(1.5) : Value::Float(-1);
    }
    return step;
  }

  static Value Apply(const std::string& name, std::vector<Value> operands) {
    return Value::Object({{name, Value::Array(std::move(operands))}});
  }
  Value Condition(const Table& table, int depth) {
    static const std::vector<std::string> kComparisons = {"$eq",  "$eq", "$neq", "$lt",
                                                          "$lte", "$gt", "$gte"};
    if (depth > 0 && g_.Chance(35)) {
      if (g_.Chance(25)) return Value::Object({{"$not", Condition(table, depth - 1)}});
      std::vector<Value> operands;
      for (std::uint64_t i = g_.Below(4); i > 0; --i)
        operands.push_back(Condition(table, depth - 1));
      return Apply(g_.Chance(50) ? "$and" : "$or", std::move(operands));
    }
    // Rarely something that need not be a boolean.
    if (g_.Chance(3)) return Operand(table, PathOf(table), 1);
    const std::string path = PathOf(table);
    Value left = Operand(table, path, depth);
    Value right = g_.Chance(85) ? Literal(Comparable(table.name, path))
                                : Operand(table, PathOf(table), depth);
    if (g_.Chance(20)) std::swap(left, right);
    return Apply(g_.Pick(kComparisons), {std::move(left), std::move(right)});
  }
  static Value Literal(Value value) { return Value::Object({{"$literal", std::move(value)}}); }
  std::string PathOf(const Table& table) {
    if (g_.Chance(8)) return g_.Chance(50) ? "_id" : "_creationTime";
    const std::string path = g_.PathIn(table.document);
    return path.empty() || g_.Chance(3) ? "nothing.x" : path;
  }
  Value Operand(const Table& table, const std::string& path, int depth) {
    const Value field = Value::Object({{"$field", Value::String(path)}});
    if (depth == 0 || g_.Chance(65)) return field;
    if (g_.Chance(20)) return Value::Object({{"$neg", field}});
    static const std::vector<std::string> kArithmetic = {"$add", "$sub", "$mul", "$div", "$mod"};
    Value other = Comparable(table.name, path);
    // At the ends of the range, sums overflow.
    if (other.is(Kind::kInt64) && g_.Chance(50)) {
      using Limits = std::numeric_limits<std::int64_t>;
      other = Value::Int(g_.Chance(50) ? Limits::max() : Limits::min());
    }
    return Apply(g_.Pick(kArithmetic), {field, Literal(std::move(other))});
  }

  // --- steps ---

  void Insert(int slot) {
    const std::size_t at = OwnTableAt();
    const Table& table = program_.schema.tables[at];
    Value document = Document(table);
    // Neighbours that differ in one field make ties in front of it.
    if (!documents_.empty() && g_.Chance(30)) {
      const auto& [owner, other] = g_.Pick(documents_);
      if (owner == table.name) {
        Value near = other;
        if (!document.members.empty() && g_.Chance(80)) {
          const auto field =
              std::next(document.members.begin(),
                        static_cast<std::ptrdiff_t>(g_.Below(document.members.size())));
          near.members[field->first] = field->second;
        }
        document = near;
      }
    }
    Step& step = Add(Do::kInsert, slot);
    step.name = ++names_;
    step.table = table.name;
    if (g_.Chance(1)) {
      step.table = "nowhere";
      document = Value::Object({});
    }
    step.value = document;
    documents_.push_back({table.name, std::move(document)});
    rows_.push_back({step.name, at});
  }

  void Change(int slot) {
    Step step;
    step.slot = slot;
    NameRow(step);
    const Table& table = TableOf(step);
    const std::uint64_t roll = g_.Below(100);
    step.what = roll < 50 ? Do::kPatch : roll < 72 ? Do::kReplace : Do::kDelete;
    if (step.what != Do::kDelete) {
      step.value = Document(table);
      if (step.what == Do::kPatch) {
        CutToPatch(step.value);
        if (step.value.members.count(kTenantField)) NameTenant(step.value);
      }
      documents_.push_back({table.name, step.value});
      if (g_.Chance(6)) step.value.members["_id"] = step.id;
      if (g_.Chance(4)) {
        Value& time = step.value.members["_creationTime"] = Value::Of(Kind::kTimeOf);
        time.whole = g_.Chance(80) ? step.id.whole : 1;
      }
    }
    program_.steps.push_back(std::move(step));
  }
  const Table& TableOf(const Step& step) {
    for (const Made& row : rows_) {
      if (step.id.is(Kind::kIdOf) && row.name == step.id.whole) {
        return program_.schema.tables[row.table];
      }
    }
    return program_.schema.tables[OwnTableAt()];
  }
  // A few fields of it, some to be removed.
  void CutToPatch(Value& document) {
    for (auto member = document.members.begin(); member != document.members.end();) {
      if (g_.Chance(55)) {
        member = document.members.erase(member);
      } else {
        if (g_.Chance(15)) member->second = Value();
        ++member;
      }
    }
    if (g_.Chance(1)) document.members["o"] = Value::Object({{"x", Value()}});
  }

  void Get(int slot) {
    Step& step = Add(g_.Chance(90) ? Do::kGet : Do::kNormalize, slot);
    NameRow(step);
    if (step.what == Do::kNormalize && !step.table) step.table = AnyTable().name;
  }

  void Open(int slot, std::vector<int>& streams) {
    Step& step = Add(Do::kOpen, slot);
    step.name = ++names_;
    step.query = RandomQuery();
    streams.push_back(step.name);
    Next(slot, streams, false);
  }
  void Next(int slot, std::vector<int>& streams, bool any) {
    if (streams.empty()) return;
    const int name = any ? g_.Pick(streams) : streams.back();
    Step& step = Add(Do::kNext, slot);
    step.name = name;
    step.count = g_.Chance(40) ? 100 : 1 + g_.Below(4);
    step.block = g_.Chance(50);
    step.consumed = Consumed();
  }
  void Close(int slot, std::vector<int>& streams) {
    if (streams.empty()) return;
    const std::size_t at = g_.Below(streams.size());
    Step& step = Add(Do::kClose, slot);
    step.name = streams[at];
    step.consumed = Consumed();
    streams.erase(streams.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::size_t Consumed() { return g_.Chance(60) ? 100 : g_.Below(4); }

  void Page(int slot) {
    Step step;
    if (!pages_.empty() && g_.Chance(65)) {
      // On from an earlier page, or the same once more up to its end, or with the cursor of another.
      const MadePage& earlier = g_.Pick(pages_);
      step = earlier.step;
      if (g_.Chance(60)) {
        step.from = earlier.name;
        step.to = 0;
      } else {
        step.to = earlier.name;
      }
      if (g_.Chance(4)) step.query = RandomQuery();
      if (g_.Chance(2)) (g_.Chance(50) ? step.from : step.to) = kGarbage;
    } else {
      step.query = RandomQuery();
    }
    step.what = Do::kPage;
    step.slot = slot;
    step.name = ++names_;
    step.count = g_.Chance(1) ? 0 : 1 + g_.Below(4);
    step.rows_max.reset();
    if (g_.Chance(20)) step.rows_max = g_.Chance(3) ? 0 : 1 + g_.Below(5);
    pages_.push_back({step.name, step});
    program_.steps.push_back(std::move(step));
  }

  void ReadSomething(int slot, std::vector<int>& streams) {
    const std::uint64_t roll = g_.Below(100);
    if (roll < 25) return Get(slot);
    if (roll < 55) return Open(slot, streams);
    if (roll < 72) return Next(slot, streams, true);
    if (roll < 80) return Close(slot, streams);
    Page(slot);
  }

  void Mutation(std::uint64_t inserts) {
    std::vector<int> streams;
    std::size_t subs = 0;
    Begin(Do::kBeginMutation, 0);
    for (; inserts > 0; --inserts) Insert(0);
    for (std::uint64_t i = g_.Below(9); i > 0; --i) {
      const std::uint64_t roll = g_.Below(100);
      if (roll < 28) {
        Insert(0);
      } else if (roll < 55) {
        Change(0);
      } else if (roll < 82) {
        ReadSomething(0, streams);
      } else if (roll < 91) {
        Add(Do::kSubBegin, 0);
        ++subs;
        if (g_.Chance(3)) {
          for (int deep = 0; deep < 9; ++deep) Add(Do::kSubBegin, 0);
        }
      } else if (subs > 0 || g_.Chance(5)) {
        Add(g_.Chance(50) ? Do::kSubCommit : Do::kSubRollback, 0);
        if (subs > 0) --subs;
      }
    }
    for (; subs > 0; --subs) Add(g_.Chance(50) ? Do::kSubCommit : Do::kSubRollback, 0);
    if (g_.Chance(1)) Add(Do::kKeep, 0);
    if (g_.Chance(1)) Begin(Do::kBeginQuery, 1);
    Add(g_.Chance(85) ? Do::kCommit : Do::kAbort, 0);
  }

  void Queries() {
    const int open = g_.Chance(30) ? 2 : 1;
    std::vector<int> streams[3];
    for (int slot = 1; slot <= open; ++slot) Begin(Do::kBeginQuery, slot);
    for (std::uint64_t i = 1 + g_.Below(6); i > 0; --i) {
      const int slot = 1 + static_cast<int>(g_.Below(static_cast<std::uint64_t>(open)));
      ReadSomething(slot, streams[slot]);
      if (g_.Chance(1)) Insert(slot);
      if (g_.Chance(1)) Begin(Do::kBeginMutation, 0);
    }
    for (int slot = 1; slot <= open; ++slot)
      Add(g_.Chance(75) ? Do::kKeep : g_.Chance(95) ? Do::kAbort : Do::kCommit, slot);
  }

  Generator g_;
  Program program_;
  std::uint64_t now_ms_ = 1'760'000'000'000;
  std::size_t own_tables_ = 0;
  int names_ = kTenantRow;
  std::vector<Made> rows_;
  std::vector<MadePage> pages_;
  std::vector<std::pair<std::string, Value>> documents_;
};

}  // namespace

Program MakeProgram(std::uint64_t seed) { return Maker(seed).Make(); }

}  // namespace syncline::oracle
