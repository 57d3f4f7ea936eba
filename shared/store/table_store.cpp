#include "shared/store/table_store.hpp"

#include <algorithm>
#include <limits>

#include "shared/base/planted.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr char kFloatTag = 0x0D;

std::int64_t LimitOf(std::size_t limit) {
  return static_cast<std::int64_t>(
      std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
}

// A bound of the creation-time index as the two columns that it is made of.
struct CreationBound {
  double creation_time;
  Bytes id;
};

const Bytes& AboveAllIds() {
  static const Bytes kAbove(17, '\xFF');
  return kAbove;
}

const Bytes& AboveAllKeys() {
  static const Bytes kAbove(1, '\xFF');
  return kAbove;
}

CreationBound BoundOf(ByteView key, bool high) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (key.empty())
    return high ? CreationBound{infinity, AboveAllIds()} : CreationBound{-infinity, {}};
  if (key[0] < kFloatTag) return {-infinity, {}};
  if (key[0] > kFloatTag) return {infinity, AboveAllIds()};
  Bytes padded(key.substr(1));
  const Bytes id = padded.size() > 8 ? padded.substr(8) : Bytes();
  padded.resize(8, '\0');
  double creation_time = 0;
  RowId unused;
  SplitKeyTail(Bytes(1, kFloatTag) + padded + Bytes(16, '\0'), creation_time, unused);
  return {creation_time, id};
}

// Hands the rows of a statement whose columns start at `first` to `visit`; `set_key` makes each one's key.
template <class SetKey>
Status VisitRows(Statement& statement, int first, const RowVisitor& visit, SetKey set_key) {
  Bytes key;
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return Done{};
    key.clear();
    set_key(key);
    const Result<bool> goes_on = visit({key, statement, first});
    if (!goes_on) return Fail(goes_on.error());
    if (!*goes_on) return Done{};
  }
}

// Finds the rows that an index points to, in the order in which it does. Rows that were made one after
// another lie side by side, and indexes often point to them in their order: then the row behind the last
// one is the one that is looked for, and going on is much cheaper than seeking. Where it was not, that is
// tried again after a while, ever more rarely.
class RowFinder {
 public:
  RowFinder(Database& database, const TableLayout& layout, TenantNo tenant, bool descending)
      : tenant_(tenant),
        descending_(descending),
        walk_(database.Prepare(descending ? layout.sql_descending : layout.sql_ascending)),
        seek_(database.Prepare(layout.sql_by_key)) {}

  // The statement that stands at the row, until the next call; null if the row is not there.
  Result<const Statement*> Find(double creation_time, const RowId& id) {
    id_ = id;
    if (walking_) {
      const Result<bool> more = walk_.Step();
      if (!more) return Fail(more.error());
      if (*more && IsAt(creation_time)) {
        patience_ = 1;
        return &walk_;
      }
      walking_ = false;
      walk_.Reset();
      seeks_left_ = patience_;
      patience_ = std::min(2 * patience_, kPatienceMax);
    }
    if (seeks_left_ > 0) {
      --seeks_left_;
      seek_.Reset();
      seek_.Bind(1, tenant_.value).Bind(2, creation_time).BindBlob(3, id_.view());
      const Result<bool> there = seek_.Step();
      if (!there) return Fail(there.error());
      return *there ? &seek_ : nullptr;
    }
    BeginWalk(creation_time);
    const Result<bool> more = walk_.Step();
    if (!more) return Fail(more.error());
    walking_ = *more && IsAt(creation_time);
    return walking_ ? &walk_ : nullptr;
  }

 private:
  static constexpr int kPatienceMax = 64;

  void BeginWalk(double creation_time) {
    const double infinity = std::numeric_limits<double>::infinity();
    walk_.Reset();
    walk_.Bind(1, tenant_.value);
    if (descending_) {
      begin_ = Bytes(id_.view()) + '\0';
      walk_.Bind(2, -infinity).BindBlob(3, {}).Bind(4, creation_time).BindBlob(5, begin_);
    } else {
      begin_ = id_.view();
      walk_.Bind(2, creation_time).BindBlob(3, begin_);
      walk_.Bind(4, infinity).BindBlob(5, AboveAllIds());
    }
    walk_.Bind(6, std::int64_t{std::numeric_limits<std::int32_t>::max()});
  }
  bool IsAt(double creation_time) const {
    return walk_.real(0) == creation_time && walk_.bytes(1) == id_.view();
  }

  const TenantNo tenant_;
  const bool descending_;
  RowId id_;
  Bytes begin_;
  Statement walk_, seek_;
  bool walking_ = false;
  int patience_ = 1;
  int seeks_left_ = 0;
};

// The columns' values, kept alive while the statement runs.
class RowBinder {
 public:
  RowBinder(Statement& statement, const TableLayout& layout)
      : statement_(statement), layout_(layout) {
    encoded_.reserve(layout.columns.size() + 2);
  }

  void Bind(TenantNo tenant, const Row& row) {
    statement_.Bind(1, tenant.value).Bind(2, row.creation_time).BindBlob(3, row.id.view());
    statement_.BindBlob(4, Keep(EncodeRowClock(row.clock)));
    Object extra;
    std::size_t column = 0;
    // Both ascend by name.
    for (const Member& member : row.document.members()) {
      while (column < layout_.columns.size() && layout_.columns[column] < member.name) ++column;
      if (column < layout_.columns.size() && layout_.columns[column] == member.name) {
        BindValue(static_cast<int>(column) + 6, member.value);
      } else {
        extra.Set(member.name, member.value);
      }
    }
    if (!extra.empty()) statement_.BindBlob(5, Keep(EncodeKey(Value(std::move(extra)))));
  }

 private:
  const Bytes& Keep(Bytes bytes) {
    encoded_.push_back(std::move(bytes));
    return encoded_.back();
  }
  void BindValue(int parameter, const Value& value) {
    if (const double* number = value.As<double>(); number && *number == *number) {
      statement_.Bind(parameter, *number);
    } else if (const std::string* text = value.As<std::string>()) {
      statement_.BindText(parameter, *text);
    } else if (const bool* truth = value.As<bool>()) {
      statement_.Bind(parameter, std::int64_t{*truth});
    } else {
      statement_.BindBlob(parameter, Keep(EncodeKey(value)));
    }
  }

  Statement& statement_;
  const TableLayout& layout_;
  std::vector<Bytes> encoded_;
};

}  // namespace

Bytes TenantKey(TenantNo tenant, ByteView key) {
  Bytes bytes;
  bytes.reserve(8 + key.size());
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(tenant.value) >> shift));
  }
  bytes += key;
  return bytes;
}

Result<TableStore> TableStore::Open(Database& database, const Schema& schema,
                                    const std::vector<ExtraIndex>& extra_indexes) {
  Result<std::vector<TableLayout>> layouts = PrepareLayout(database, schema, extra_indexes);
  if (!layouts) return Fail(layouts.error());
  return TableStore(database, schema, std::move(*layouts));
}

const TableLayout& TableStore::Layout(TableNumber table) const {
  const auto found = std::find_if(layouts_.begin(), layouts_.end(), [&](const TableLayout& layout) {
    return layout.schema->number == table;
  });
  CHECK(found != layouts_.end());
  return *found;
}

Result<std::vector<TableStore::Found>> TableStore::GetAnywhere(const RowKey& key, ReadClock clock) {
  const TableLayout& layout = Layout(key.table);
  Statement statement = database_->Prepare(layout.sql_by_id);
  statement.BindBlob(1, key.id.view());
  std::vector<Found> found;
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return found;
    Result<Row> row = ReadRow(layout, statement, 1, clock);
    if (!row) return Fail(row.error());
    found.push_back({{statement.integer(0)}, std::move(*row)});
    if (clock == ReadClock::kNo || !layout.schema->has_contents()) continue;
    if (Status read = ReadContents(found.back().tenant, key.table, found.back().row); !read) {
      return Fail(read.error());
    }
  }
}

namespace {

// A device chooses its rows' ids, so rows of two tables may have the same.
Statement& BindRow(Statement& statement, TenantNo tenant, TableNumber table, const RowId& id) {
  return statement.Bind(1, tenant.value).Bind(2, std::int64_t{table.value}).BindBlob(3, id.view());
}

}  // namespace

Status TableStore::ReadContents(TenantNo tenant, TableNumber table, Row& row) {
  Statement statement = database_->Prepare(
      "SELECT path, content FROM _contents WHERE tenant=?1 AND owner=?2 AND id=?3");
  BindRow(statement, tenant, table, row.id);
  for (;;) {
    const Result<bool> more = statement.Step();
    if (!more) return Fail(more.error());
    if (!*more) return Done{};
    row.contents.insert_or_assign(std::string(statement.bytes(0)), Bytes(statement.bytes(1)));
  }
}

Status TableStore::WriteContents(TenantNo tenant, TableNumber table, const Row* before,
                                 const Row* after) {
  static const decltype(Row::contents) kNone;
  const auto& old = before ? before->contents : kNone;
  const auto& now = after ? after->contents : kNone;
  const RowId& id = after ? after->id : before->id;
  for (const auto& [path, content] : old) {
    if (now.count(path)) continue;
    Statement statement = database_->Prepare(
        "DELETE FROM _contents WHERE tenant=?1 AND owner=?2 AND id=?3 AND path=?4");
    Status done = BindRow(statement, tenant, table, id).BindBlob(4, path).Run();
    if (!done) return done;
  }
  for (const auto& [path, content] : now) {
    const auto known = old.find(path);
    if (known != old.end() && known->second == content) continue;
    Statement statement =
        database_->Prepare("INSERT OR REPLACE INTO _contents VALUES (?1, ?2, ?3, ?4, ?5)");
    BindRow(statement, tenant, table, id).BindBlob(4, path).BindBlob(5, content);
    if (Status done = statement.Run(); !done) return done;
  }
  return Done{};
}

Result<std::optional<Row>> TableStore::Get(TenantNo tenant, const RowKey& key, ReadClock clock) {
  const TableLayout& layout = Layout(key.table);
  Statement statement = database_->Prepare(layout.sql_of_id);
  const Result<bool> there = statement.BindBlob(1, key.id.view()).Bind(2, tenant.value).Step();
  if (!there) return Fail(there.error());
  if (!*there) return std::optional<Row>();
  Result<Row> row = ReadRow(layout, statement, 0, clock);
  if (!row) return Fail(row.error());
  if (clock == ReadClock::kYes && layout.schema->has_contents()) {
    if (Status read = ReadContents(tenant, key.table, *row); !read) return Fail(read.error());
  }
  return std::optional<Row>(std::move(*row));
}

Status TableStore::PutRow(TenantNo tenant, const TableLayout& layout, const Row& row) {
  Statement statement = database_->Prepare(layout.sql_put);
  RowBinder binder(statement, layout);
  binder.Bind(tenant, row);
  return statement.Run();
}

Status TableStore::WriteExtra(TenantNo tenant, const IndexLayout& index, const Row* before,
                              const Row* after) {
  const std::vector<Bytes> old_keys = before ? IndexKeys(index, *before) : std::vector<Bytes>();
  const std::vector<Bytes> new_keys = after ? IndexKeys(index, *after) : std::vector<Bytes>();
  for (const Bytes& key : old_keys) {
    if (std::binary_search(new_keys.begin(), new_keys.end(), key)) continue;
    Statement statement = database_->Prepare(index.sql_delete);
    if (Status done = statement.Bind(1, tenant.value).BindBlob(2, key).Run(); !done) return done;
    CHECK(database_->changes() == 1);
  }
  for (const Bytes& key : new_keys) {
    if (std::binary_search(old_keys.begin(), old_keys.end(), key)) continue;
    Statement statement = database_->Prepare(index.sql_insert);
    if (Status done = statement.Bind(1, tenant.value).BindBlob(2, key).Run(); !done) return done;
  }
  return Done{};
}

Status TableStore::Write(TenantNo tenant, TableNumber table, const Row* before, const Row* after,
                         std::vector<TouchedKey>& touched) {
  CHECK(before || after);
  CHECK(database_->in_transaction());
  const TableLayout& layout = Layout(table);
  const Row& any = after ? *after : *before;
  // A row that returns from deletion may come with another creation time: then it moves.
  const bool moves = before && after && before->creation_time != after->creation_time;
  if (before && (!after || moves)) {
    Statement statement = database_->Prepare(layout.sql_delete);
    statement.Bind(1, tenant.value).Bind(2, before->creation_time).BindBlob(3, before->id.view());
    if (Status done = statement.Run(); !done) return done;
    CHECK(database_->changes() == 1);
  }
  if (after) {
    if (Status done = PutRow(tenant, layout, *after); !done) return done;
  }
  if (layout.schema->has_contents()) {
    if (Status done = WriteContents(tenant, table, before, after); !done) return done;
  }
  touched.push_back({table, kById, TenantKey(tenant, any.id.view())});
  if (before) {
    touched.push_back({table, kByCreationTime,
                       TenantKey(tenant, CreationKey(before->creation_time, before->id))});
  }
  if (after && (!before || moves)) {
    touched.push_back(
        {table, kByCreationTime, TenantKey(tenant, CreationKey(after->creation_time, after->id))});
  }
  IndexOrdinal ordinal = kFirstDeclared;
  for (const IndexLayout& index : layout.indexes) {
    if (index.extra) {
      if (Status done = WriteExtra(tenant, index, before, after); !done) return done;
      continue;  // behind the declared ones
    }
    const Bytes old_key = before ? IndexKey(index, *before) : Bytes();
    const Bytes new_key = after ? IndexKey(index, *after) : Bytes();
    if (old_key != new_key) {
      if (before && !PLANTED("stale-index-entries")) {
        Statement statement = database_->Prepare(index.sql_delete);
        if (Status done = statement.Bind(1, tenant.value).BindBlob(2, old_key).Run(); !done) {
          return done;
        }
        CHECK(database_->changes() == 1);
      }
      if (after) {
        Statement statement = database_->Prepare(index.sql_insert);
        if (Status done = statement.Bind(1, tenant.value).BindBlob(2, new_key).Run(); !done) {
          return done;
        }
      }
    }
    if (before && !(after && PLANTED("moved-row-not-missed")))
      touched.push_back({table, ordinal, TenantKey(tenant, old_key)});
    if (after && old_key != new_key)
      touched.push_back({table, ordinal, TenantKey(tenant, new_key)});
    ++ordinal;
  }
  return Done{};
}

Status TableStore::EraseTenant(TenantNo tenant) {
  for (const TableLayout& layout : layouts_) {
    std::vector<const std::string*> all = {&layout.sql_erase};
    for (const IndexLayout& index : layout.indexes) all.push_back(&index.sql_erase);
    for (const std::string* sql : all) {
      if (Status done = database_->Prepare(*sql).Bind(1, tenant.value).Run(); !done) return done;
    }
  }
  return database_->Prepare("DELETE FROM _contents WHERE tenant=?1").Bind(1, tenant.value).Run();
}

Status TableStore::VisitById(TenantNo tenant, const TableLayout& layout, const KeyRange& range,
                             bool descending, std::size_t limit, const RowVisitor& visit) {
  // sql_by_id walks one id; a range of ids is rare enough for a statement of its own.
  std::string sql = layout.sql_by_id;
  sql.resize(sql.rfind(" WHERE"));
  sql += " WHERE _tenant=?1 AND _id>=?2";
  if (!range.high.empty()) sql += " AND _id<?3";
  sql += descending ? " ORDER BY _id DESC LIMIT ?4" : " ORDER BY _id ASC LIMIT ?4";
  Statement statement = database_->Prepare(sql);
  statement.Bind(1, tenant.value).BindBlob(2, range.low);
  if (!range.high.empty()) statement.BindBlob(3, range.high);
  statement.Bind(4, LimitOf(limit));
  return VisitRows(statement, 1, visit, [&](Bytes& key) { key = statement.bytes(2); });
}

Status TableStore::VisitByCreation(TenantNo tenant, const TableLayout& layout,
                                   const KeyRange& range, bool descending, std::size_t limit,
                                   const RowVisitor& visit) {
  const CreationBound low = BoundOf(range.low, false);
  const CreationBound high = BoundOf(range.high, true);
  Statement statement =
      database_->Prepare(descending ? layout.sql_descending : layout.sql_ascending);
  statement.Bind(1, tenant.value).Bind(2, low.creation_time).BindBlob(3, low.id);
  statement.Bind(4, high.creation_time).BindBlob(5, high.id).Bind(6, LimitOf(limit));
  return VisitRows(statement, 0, visit, [&](Bytes& key) {
    AppendKey(key, Value(statement.real(0)));
    key += statement.bytes(1);
  });
}

Status TableStore::VisitKeys(TenantNo tenant, const IndexLayout& index, const KeyRange& range,
                             bool descending, std::size_t limit, const KeyVisitor& visit) {
  Statement walk = database_->Prepare(descending ? index.sql_descending : index.sql_ascending);
  walk.Bind(1, tenant.value).BindBlob(2, range.low);
  walk.BindBlob(3, range.high.empty() ? AboveAllKeys() : range.high).Bind(4, LimitOf(limit));
  for (;;) {
    const Result<bool> more = walk.Step();
    if (!more) return Fail(more.error());
    if (!*more) return Done{};
    const ByteView key = walk.bytes(0);
    if (key.size() < kKeyTailBytes)
      return Fail(Code::kCorrupt, "Index " + index.name + " is damaged");
    const Result<bool> goes_on = visit(key);
    if (!goes_on) return Fail(goes_on.error());
    if (!*goes_on) return Done{};
  }
}

Status TableStore::VisitDeclared(TenantNo tenant, const TableLayout& layout,
                                 const IndexLayout& index, const KeyRange& range, bool descending,
                                 std::size_t limit, const RowVisitor& visit) {
  RowFinder rows(*database_, layout, tenant, descending);
  return VisitKeys(tenant, index, range, descending, limit, [&](ByteView key) -> Result<bool> {
    double creation_time = 0;
    RowId id;
    SplitKeyTail(key, creation_time, id);
    const Result<const Statement*> row = rows.Find(creation_time, id);
    if (!row) return Fail(row.error());
    if (!*row) {
      return Fail(Code::kCorrupt, "Index " + index.name + " of table " + layout.schema->name +
                                      " points to a row that is not there");
    }
    return visit({key, **row, 0});
  });
}

Status TableStore::Visit(TenantNo tenant, TableNumber table, IndexOrdinal index,
                         const KeyRange& range, bool descending, std::size_t limit,
                         const RowVisitor& visit) {
  const TableLayout& layout = Layout(table);
  if (index == kById) return VisitById(tenant, layout, range, descending, limit, visit);
  if (index == kByCreationTime) {
    return VisitByCreation(tenant, layout, range, descending, limit, visit);
  }
  CHECK(index - kFirstDeclared < layout.indexes.size());
  return VisitDeclared(tenant, layout, layout.indexes[index - kFirstDeclared], range, descending,
                       limit, visit);
}

Result<std::vector<Entry>> TableStore::Scan(TenantNo tenant, TableNumber table, IndexOrdinal index,
                                            const KeyRange& range, bool descending,
                                            std::size_t limit, ReadClock clock) {
  const TableLayout& layout = Layout(table);
  std::vector<Entry> entries;
  const Status visited = Visit(
      tenant, table, index, range, descending, limit, [&](const StoredRow& stored) -> Result<bool> {
        Result<Row> row = ReadRow(layout, stored.columns, stored.first, clock);
        if (!row) return Fail(row.error());
        entries.push_back({Bytes(stored.key), std::move(*row)});
        return true;
      });
  if (!visited) return Fail(visited.error());
  if (clock == ReadClock::kYes && layout.schema->has_contents()) {
    for (Entry& entry : entries) {
      if (Status read = ReadContents(tenant, table, entry.row); !read) return Fail(read.error());
    }
  }
  return entries;
}

}  // namespace syncline
