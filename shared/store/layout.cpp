#include "shared/store/layout.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <limits>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

// Changes when the physical layout does, so that an older file is noticed.
constexpr char kFormat[] = "1";

constexpr char kCreateContents[] =
    "CREATE TABLE IF NOT EXISTS _contents (tenant INTEGER, owner INTEGER, id BLOB, path BLOB, "
    "content BLOB, PRIMARY KEY (tenant, owner, id, path)) WITHOUT ROWID";

std::string Folded(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return folded;
}

// The table's columns in the file that hold fields, as SQLite has them.
Result<std::vector<std::string>> ColumnsInFile(Database& database, const std::string& table) {
  std::vector<std::string> columns;
  Statement statement = database.Prepare("SELECT name FROM pragma_table_info(?1)");
  statement.BindText(1, table);
  for (;;) {
    const Result<bool> row = statement.Step();
    if (!row) return Fail(row.error());
    if (!*row) return columns;
    const std::string name(statement.bytes(0));
    if (name[0] != '_') columns.push_back(name);
  }
}

std::string IndexTable(std::string_view table, std::string_view index) {
  return Quoted(std::string(table) + "." + std::string(index));
}

void CompleteSql(TableLayout& layout) {
  const std::string table = Quoted(layout.schema->name);
  std::string columns = "_creationTime, _id, _clock, _extra";
  std::string parameters = "?1, ?2, ?3, ?4, ?5";
  std::string updates = "_clock=?4, _extra=?5";
  int parameter = 5;
  for (const std::string& column : layout.columns) {
    const std::string place = "?" + std::to_string(++parameter);
    columns += ", " + Quoted(column);
    parameters += ", " + place;
    updates += ", " + Quoted(column) + "=" + place;
  }
  const std::string key = " WHERE _tenant=?1 AND _creationTime=?2 AND _id=?3";
  layout.sql_put = "INSERT INTO " + table + " (_tenant, " + columns + ") VALUES (" + parameters +
                   ") ON CONFLICT (_tenant, _creationTime, _id) DO UPDATE SET " + updates;
  layout.sql_delete = "DELETE FROM " + table + key;
  layout.sql_erase = "DELETE FROM " + table + " WHERE _tenant=?1";
  layout.sql_by_id = "SELECT _tenant, " + columns + " FROM " + table + " WHERE _id=?1";
  layout.sql_of_id = "SELECT " + columns + " FROM " + table + " WHERE _id=?1 AND _tenant=?2";
  layout.sql_by_key = "SELECT " + columns + " FROM " + table + key;
  const std::string scan = "SELECT " + columns + " FROM " + table +
                           " WHERE _tenant=?1 AND (_creationTime, _id) >= (?2, ?3) AND "
                           "(_creationTime, _id) < (?4, ?5) ORDER BY _creationTime ";
  layout.sql_ascending = scan + "ASC, _id ASC LIMIT ?6";
  layout.sql_descending = scan + "DESC, _id DESC LIMIT ?6";
  for (IndexLayout& index : layout.indexes) {
    const std::string entries = IndexTable(layout.schema->name, index.name);
    index.sql_insert = "INSERT INTO " + entries + " VALUES (?1, ?2)";
    index.sql_delete = "DELETE FROM " + entries + " WHERE tenant=?1 AND key=?2";
    index.sql_erase = "DELETE FROM " + entries + " WHERE tenant=?1";
    const std::string walk = "SELECT key FROM " + entries + " WHERE tenant=?1 AND key>=?2 AND ";
    index.sql_ascending = walk + "key<?3 ORDER BY key ASC LIMIT ?4";
    index.sql_descending = walk + "key<?3 ORDER BY key DESC LIMIT ?4";
  }
}

Status CreateTable(Database& database, const TableSchema& schema, TableLayout& layout,
                   const std::vector<std::string>& existing) {
  const std::string table = Quoted(schema.name);
  std::set<std::string> taken;
  for (const std::string& column : existing) taken.insert(Folded(column));
  layout.columns = existing;
  std::vector<std::string> added;
  if (schema.document.kind == Validator::Kind::kObject) {
    for (const ValidatorField& field : schema.document.fields) {
      // SQLite's names do not tell cases apart: the second of two such fields stays in _extra.
      if (taken.insert(Folded(field.name)).second) added.push_back(field.name);
    }
  }
  if (existing.empty()) {
    std::string sql = "CREATE TABLE IF NOT EXISTS " + table +
                      " (_tenant INTEGER NOT NULL, _creationTime REAL NOT NULL, _id BLOB NOT "
                      "NULL, _clock BLOB NOT NULL, _extra BLOB";
    for (const std::string& column : added) sql += ", " + Quoted(column);
    sql +=
        ", PRIMARY KEY (_tenant, _creationTime, _id)) WITHOUT ROWID; CREATE UNIQUE INDEX IF NOT "
        "EXISTS " +
        IndexTable(schema.name, "by_id") + " ON " + table + " (_id, _tenant)";
    if (Status created = database.Run(sql); !created) return created;
    added.clear();
    layout.columns = {};
  }
  for (const std::string& column : added) {
    if (Status done = database.Run("ALTER TABLE " + table + " ADD COLUMN " + Quoted(column));
        !done) {
      return done;
    }
  }
  Result<std::vector<std::string>> columns = ColumnsInFile(database, schema.name);
  if (!columns) return Fail(columns.error());
  layout.columns = std::move(*columns);
  std::sort(layout.columns.begin(), layout.columns.end());
  return Done{};
}

std::string Definition(const IndexLayout& index) {
  std::string definition = kFormat;
  for (const std::string& field : index.fields) definition += "\n" + field;
  if (!index.extra) return definition;
  if (index.extra->takes == ExtraIndex::Takes::kDefined) definition += "\n: defined";
  if (index.extra->takes == ExtraIndex::Takes::kIds) definition += "\n: ids";
  if (index.extra->where) definition += "\n: where " + index.extra->condition;
  return definition;
}

Status BuildIndex(Database& database, const TableLayout& layout, const IndexLayout& index) {
  const std::string entries = IndexTable(layout.schema->name, index.name);
  if (Status created =
          database.Run("DROP TABLE IF EXISTS " + entries + "; CREATE TABLE " + entries +
                       " (tenant INTEGER, key BLOB, PRIMARY KEY (tenant, key)) "
                       "WITHOUT ROWID");
      !created) {
    return created;
  }
  std::string columns = "_tenant, _creationTime, _id, _clock, _extra";
  for (const std::string& column : layout.columns) columns += ", " + Quoted(column);
  Statement rows = database.Prepare("SELECT " + columns + " FROM " + Quoted(layout.schema->name));
  Statement insert = database.Prepare(index.sql_insert);
  for (;;) {
    const Result<bool> more = rows.Step();
    if (!more) return Fail(more.error());
    if (!*more) return Done{};
    const Result<Row> row = ReadRow(layout, rows, 1, ReadClock::kNo);
    if (!row) return Fail(row.error());
    for (const Bytes& key : IndexKeys(index, *row)) {
      if (Status put = insert.Bind(1, rows.integer(0)).BindBlob(2, key).Run(); !put) return put;
      insert.Reset();
    }
  }
}

// Builds the index unless the file has it as defined; forgets indexes that the schema dropped.
Status PrepareIndexes(Database& database, const TableLayout& layout) {
  std::set<std::string> wanted;
  for (const IndexLayout& index : layout.indexes) {
    wanted.insert(index.name);
    const std::string definition = Definition(index);
    {
      // Done before the index is built: no table can be dropped while a statement reads.
      Statement known =
          database.Prepare("SELECT definition FROM _indexes WHERE owner=?1 AND name=?2");
      known.BindText(1, layout.schema->name).BindText(2, index.name);
      const Result<bool> found = known.Step();
      if (!found) return Fail(found.error());
      if (*found && known.bytes(0) == definition) continue;
    }
    if (Status built = BuildIndex(database, layout, index); !built) return built;
    Statement put = database.Prepare("INSERT OR REPLACE INTO _indexes VALUES (?1, ?2, ?3)");
    put.BindText(1, layout.schema->name).BindText(2, index.name).BindText(3, definition);
    if (Status done = put.Run(); !done) return done;
  }
  std::vector<std::string> dropped;
  {
    Statement all = database.Prepare("SELECT name FROM _indexes WHERE owner=?1");
    all.BindText(1, layout.schema->name);
    for (;;) {
      const Result<bool> row = all.Step();
      if (!row) return Fail(row.error());
      if (!*row) break;
      if (!wanted.count(std::string(all.bytes(0)))) dropped.emplace_back(all.bytes(0));
    }
  }
  for (const std::string& name : dropped) {
    if (Status done = database.Run("DROP TABLE IF EXISTS " + IndexTable(layout.schema->name, name));
        !done) {
      return done;
    }
    Statement forget = database.Prepare("DELETE FROM _indexes WHERE owner=?1 AND name=?2");
    if (Status done = forget.BindText(1, layout.schema->name).BindText(2, name).Run(); !done) {
      return done;
    }
  }
  return Done{};
}

// Files of a short time did not say which table's row a content is of: each goes to the rows of that id.
Status AddOwners(Database& database, const Schema& schema) {
  const Result<std::vector<std::string>> columns = ColumnsInFile(database, "_contents");
  if (!columns) return Fail(columns.error());
  if (std::count(columns->begin(), columns->end(), "owner") != 0) return Done{};
  std::string sql = std::string("ALTER TABLE _contents RENAME TO _ownerless; ") + kCreateContents;
  for (const TableSchema& table : schema.tables) {
    if (!table.has_contents()) continue;
    sql += "; INSERT INTO _contents SELECT tenant, " + std::to_string(table.number.value) +
           ", id, path, content FROM _ownerless WHERE EXISTS (SELECT 1 FROM " + Quoted(table.name) +
           " AS rows WHERE rows._id=_ownerless.id AND rows._tenant=_ownerless.tenant)";
  }
  return database.Run(sql + "; DROP TABLE _ownerless");
}

Result<std::vector<TableLayout>> PrepareTables(Database& database, const Schema& schema,
                                               const std::vector<ExtraIndex>& extra_indexes) {
  if (Status done = database.Run("CREATE TABLE IF NOT EXISTS _indexes (owner TEXT, name TEXT, "
                                 "definition TEXT, PRIMARY KEY (owner, name)) WITHOUT ROWID");
      !done) {
    return Fail(done.error());
  }
  if (Status done = database.Run(kCreateContents); !done) return Fail(done.error());
  std::vector<TableLayout> layouts;
  std::set<std::string> taken;
  for (const TableSchema& table : schema.tables) {
    if (!taken.insert(Folded(table.name)).second) {
      return Fail(Code::kInvalid, "Table \"" + table.name +
                                      "\" differs from another table only in upper and lower case; "
                                      "rename one of them");
    }
    TableLayout layout;
    layout.schema = &table;
    Result<std::vector<std::string>> existing = ColumnsInFile(database, table.name);
    if (!existing) return Fail(existing.error());
    if (Status done = CreateTable(database, table, layout, *existing); !done) {
      return Fail(done.error());
    }
    for (const IndexSchema& index : table.indexes) {
      layout.indexes.push_back({index.name, index.fields, {}, {}, {}, {}, {}, {}});
    }
    for (const ExtraIndex& extra : extra_indexes) {
      if (extra.table != table.name) continue;
      layout.indexes.push_back({extra.name, extra.fields, {}, {}, {}, {}, {}, extra});
    }
    CompleteSql(layout);
    if (Status done = PrepareIndexes(database, layout); !done) return Fail(done.error());
    layouts.push_back(std::move(layout));
  }
  if (Status done = AddOwners(database, schema); !done) return Fail(done.error());
  return layouts;
}

// Finite doubles and infinities, from 8 bytes of the float key encoding (short ones padded).
double FloatFromKey(ByteView bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    bits = bits << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
  }
  bits = bits >> 63 ? bits & ~(1ull << 63) : ~bits;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  if (value != value) {
    const double infinity = std::numeric_limits<double>::infinity();
    return bits >> 63 ? -infinity : infinity;
  }
  return value;
}

}  // namespace

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

const IndexLayout* TableLayout::FindIndex(std::string_view name, IndexOrdinal& ordinal) const {
  static const IndexLayout kIdLayout{"by_id", {}, {}, {}, {}, {}, {}, {}};
  static const IndexLayout kCreationLayout{"by_creation_time", {}, {}, {}, {}, {}, {}, {}};
  if (name == "by_id") {
    ordinal = kById;
    return &kIdLayout;
  }
  if (name == "by_creation_time") {
    ordinal = kByCreationTime;
    return &kCreationLayout;
  }
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i].name != name) continue;
    ordinal = kFirstDeclared + static_cast<IndexOrdinal>(i);
    return &indexes[i];
  }
  return nullptr;
}

Result<std::vector<TableLayout>> PrepareLayout(Database& database, const Schema& schema,
                                               const std::vector<ExtraIndex>& extra_indexes) {
  if (Status begun = database.Begin(); !begun) return Fail(begun.error());
  Result<std::vector<TableLayout>> layouts = PrepareTables(database, schema, extra_indexes);
  if (!layouts) {
    database.Rollback();
    return layouts;
  }
  if (Status committed = database.Commit(); !committed) return Fail(committed.error());
  return layouts;
}

Bytes CreationKey(double creation_time, const RowId& id) {
  Bytes key;
  AppendKey(key, creation_time);
  key += id.view();
  return key;
}

Bytes IndexKey(const IndexLayout& index, const Row& row) {
  Bytes key;
  for (const std::string& field : index.fields) {
    if (field == "_creationTime") {
      AppendKey(key, row.creation_time);
      continue;
    }
    const Value* value = FindPath(
        row.document, PLANTED("nested-paths-cut") ? field.substr(0, field.find('.')) : field);
    AppendKey(key, value ? *value : Value());
  }
  return key + CreationKey(row.creation_time, row.id);
}

std::vector<Bytes> IndexKeys(const IndexLayout& index, const Row& row) {
  if (!index.extra) return {IndexKey(index, row)};
  const ExtraIndex& extra = *index.extra;
  if (extra.where && !extra.where(row.document)) return {};
  if (extra.takes != ExtraIndex::Takes::kIds) {
    const bool defined =
        std::all_of(index.fields.begin(), index.fields.end(),
                    [&](const std::string& field) { return FindPath(row.document, field); });
    if (!defined && extra.takes == ExtraIndex::Takes::kDefined) return {};
    return {IndexKey(index, row)};
  }
  const Value* value = FindPath(row.document, index.fields.front());
  const Array one = value && !value->Is<Array>() ? Array{*value} : Array();
  const Array* ids = value && value->Is<Array>() ? value->As<Array>() : &one;
  std::vector<Bytes> keys;
  for (const Value& id : *ids) {
    if (!id.Is<std::string>()) continue;
    Bytes key;
    AppendKey(key, id);
    keys.push_back(key + CreationKey(row.creation_time, row.id));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

void SplitKeyTail(ByteView key, double& creation_time, RowId& id) {
  CHECK(key.size() >= kKeyTailBytes);
  key.remove_prefix(key.size() - kKeyTailBytes);
  creation_time = FloatFromKey(key.substr(1, 8));
  id = RowId::From(key.substr(9));
}

namespace {

Result<Value> ReadColumn(const Statement& statement, int column) {
  switch (statement.type(column)) {
    case Statement::Type::kNull: return Value();
    case Statement::Type::kInteger: return Value(statement.integer(column) != 0);
    case Statement::Type::kReal: return Value(statement.real(column));
    case Statement::Type::kText: return Value(statement.bytes(column));
    case Statement::Type::kBlob: return DecodeKey(statement.bytes(column));
  }
  return Value();
}

}  // namespace

Result<Row> ReadRow(const TableLayout& table, const Statement& statement, int first,
                    ReadClock clock) {
  Row row;
  row.creation_time = statement.real(first);
  const ByteView id = statement.bytes(first + 1);
  if (id.size() != 16)
    return Fail(Code::kCorrupt, "Table " + table.schema->name + " has a broken _id");
  row.id = RowId::From(id);
  if (clock == ReadClock::kYes) {
    Result<RowClock> decoded = DecodeRowClock(statement.bytes(first + 2));
    if (!decoded) return Fail(decoded.error());
    row.clock = std::move(*decoded);
  }
  std::vector<Member>& members = row.document.members();
  members.reserve(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    Result<Value> value = ReadColumn(statement, first + 4 + static_cast<int>(i));
    if (!value) return Fail(value.error());
    if (!value->is_undefined()) members.push_back({table.columns[i], std::move(*value)});
  }
  if (statement.type(first + 3) == Statement::Type::kBlob) {
    Result<Value> extra = DecodeKey(statement.bytes(first + 3));
    if (!extra) return Fail(extra.error());
    const Object* fields = extra->As<Object>();
    if (!fields)
      return Fail(Code::kCorrupt, "Table " + table.schema->name + " has a broken _extra");
    for (const Member& member : fields->members()) row.document.Set(member.name, member.value);
  }
  return row;
}

}  // namespace syncline
