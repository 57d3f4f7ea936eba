#include "shared/store/sql_reader.hpp"

#include <sqlite3.h>

#include <cmath>
#include <cstring>
#include <set>

#include "shared/value/id.hpp"
#include "shared/value/json.hpp"
#include "shared/value/key.hpp"

namespace syncline {
namespace {

constexpr std::size_t kSqlTextMax = std::size_t{64} << 10;
constexpr std::size_t kArgumentsMax = 100;
// SQLite's own steps: some seconds of work.
constexpr int kStepsBetweenChecks = 100'000;
constexpr int kChecksMax = 2'000;
constexpr double kExactIntegerMax = 9007199254740992.0;

Failure Wrong(const std::string& what) { return Fail(Code::kInvalid, "SQL: " + what); }

void IdOfRow(sqlite3_context* context, int, sqlite3_value** arguments) {
  RowKey key;
  key.table.value = static_cast<std::uint32_t>(sqlite3_value_int64(arguments[0]));
  if (sqlite3_value_bytes(arguments[1]) != static_cast<int>(key.id.bytes.size())) return;
  std::memcpy(key.id.bytes.data(), sqlite3_value_blob(arguments[1]), key.id.bytes.size());
  const std::string text = IdToText(key);
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

// A column's value in SQL: a blob is the key encoding of what has no type of SQLite's own.
void ValueOfColumn(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) != SQLITE_BLOB) {
    sqlite3_result_value(context, arguments[0]);
    return;
  }
  const auto* data = static_cast<const char*>(sqlite3_value_blob(arguments[0]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
  const Result<Value> value = DecodeKey(ByteView(data, size));
  if (!value) {
    sqlite3_result_error_code(context, SQLITE_CORRUPT);
  } else if (const auto* integer = value->As<std::int64_t>()) {
    sqlite3_result_int64(context, *integer);
  } else if (const auto* bytes = value->As<BytesValue>()) {
    sqlite3_result_blob(context, bytes->bytes.empty() ? "" : bytes->bytes.data(),
                        static_cast<int>(bytes->bytes.size()), SQLITE_TRANSIENT);
  } else if (value->Is<Array>() || value->Is<Object>()) {
    const std::string json = ToJson(*value);
    sqlite3_result_text(context, json.data(), static_cast<int>(json.size()), SQLITE_TRANSIENT);
  }
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

// Takes the next token of SQL: a word or quoted name, without its quotes and in lower case, or one other
// character. Empty at the end.
std::string TakeToken(std::string_view& sql) {
  for (;;) {
    if (sql.empty()) return {};
    if (IsSpace(sql[0])) {
      sql.remove_prefix(1);
    } else if (sql.substr(0, 2) == "--") {
      sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
    } else if (sql.substr(0, 2) == "/*") {
      const std::size_t end = sql.find("*/", 2);
      sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
    } else {
      break;
    }
  }
  std::size_t size = 0;
  while (size < sql.size() && IsWord(sql[size])) ++size;
  if (size == 0 && (sql[0] == '\'' || sql[0] == '"' || sql[0] == '`' || sql[0] == '[')) {
    const char close = sql[0] == '[' ? ']' : sql[0];
    std::string name;
    for (++size; size < sql.size(); ++size) {
      if (sql[size] == close) {
        if (close == ']' || size + 1 >= sql.size() || sql[size + 1] != close) break;
        ++size;
      }
      name += sql[size];
    }
    sql.remove_prefix(std::min(size + 1, sql.size()));
    return Lower(name);
  }
  size = std::max<std::size_t>(size, 1);
  const std::string token = Lower(sql.substr(0, size));
  sql.remove_prefix(size);
  return token;
}

// Whether the text names the file's own schema ("main."), behind which the tables themselves lie.
bool NamesTheFile(std::string_view sql) {
  for (std::string before, token; !(token = TakeToken(sql)).empty() || !sql.empty();
       before = std::move(token)) {
    if (token == "." && before == "main") return true;
  }
  return false;
}

// What the authorizer sees of one statement.
struct Examination {
  const Schema* schema;
  std::set<TableNumber> tables;
  std::string denied;
};

int Examine(void* context, int action, const char* first, const char*, const char* schema,
            const char* within) {
  auto& examination = *static_cast<Examination*>(context);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: return SQLITE_OK;
    case SQLITE_READ: {
      // Tables of the statement's own (WITH, a subquery) have no schema; what they read is told by itself.
      if (!schema) return SQLITE_OK;
      const TableSchema* table = examination.schema->FindTable(std::string_view(first));
      if (table && within) {
        examination.tables.insert(table->number);
        return SQLITE_OK;
      }
      examination.denied = std::string("the table \"") + first + "\" cannot be read";
      return SQLITE_DENY;
    }
    default: break;
  }
  examination.denied = "only SELECT is possible here; write with a mutation";
  if (action == SQLITE_PRAGMA)
    examination.denied = std::string("pragma ") + first + " is not possible here";
  return SQLITE_DENY;
}

struct Cost {
  int checks = 0;
};
int IsTooCostly(void* context) { return ++static_cast<Cost*>(context)->checks > kChecksMax; }

// Unsets what a statement's preparation or run has set on the connection.
struct Guarded {
  sqlite3* handle;
  sqlite3_stmt* statement = nullptr;
  ~Guarded() {
    sqlite3_finalize(statement);
    sqlite3_set_authorizer(handle, nullptr, nullptr);
    sqlite3_progress_handler(handle, 0, nullptr, nullptr);
  }
};

Status Bind(sqlite3_stmt* statement, const Array& arguments) {
  const int wanted = sqlite3_bind_parameter_count(statement);
  if (static_cast<std::size_t>(wanted) != arguments.size()) {
    return Wrong("the statement has " + std::to_string(wanted) + " parameters, but " +
                 std::to_string(arguments.size()) + " arguments were given");
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    const Value& value = arguments[i];
    int result = SQLITE_OK;
    if (const auto* text = value.As<std::string>()) {
      result = sqlite3_bind_text(statement, at, text->empty() ? "" : text->data(),
                                 static_cast<int>(text->size()), SQLITE_STATIC);
    } else if (const auto* number = value.As<double>()) {
      // As in JavaScript, a number has no type of its own: 3 is also the integer that LIMIT takes.
      const bool whole = *number == std::floor(*number) && std::fabs(*number) < kExactIntegerMax;
      result = whole ? sqlite3_bind_int64(statement, at, static_cast<std::int64_t>(*number))
                     : sqlite3_bind_double(statement, at, *number);
    } else if (const auto* integer = value.As<std::int64_t>()) {
      result = sqlite3_bind_int64(statement, at, *integer);
    } else if (const auto* truth = value.As<bool>()) {
      result = sqlite3_bind_int64(statement, at, *truth ? 1 : 0);
    } else if (const auto* bytes = value.As<BytesValue>()) {
      result = sqlite3_bind_blob(statement, at, bytes->bytes.empty() ? "" : bytes->bytes.data(),
                                 static_cast<int>(bytes->bytes.size()), SQLITE_STATIC);
    } else if (!value.Is<Null>()) {
      return Wrong("argument " + std::to_string(at) + " is of type " + TypeName(value) +
                   "; give null, a boolean, a number, a string or bytes");
    }
    CHECK(result == SQLITE_OK);
  }
  return Done{};
}

Value ColumnOf(sqlite3_stmt* statement, int column) {
  const auto bytes = [&] {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
    return Bytes(data ? data : "",
                 static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: {
      const std::int64_t integer = sqlite3_column_int64(statement, column);
      const auto number = static_cast<double>(integer);
      return std::fabs(number) <= kExactIntegerMax ? Value(number) : Value(integer);
    }
    case SQLITE_FLOAT: return Value(sqlite3_column_double(statement, column));
    case SQLITE_TEXT: return Value(std::string(bytes()));
    case SQLITE_BLOB: return Value(BytesValue{bytes()});
    default: return Value(Null{});
  }
}

std::string NumbersOf(const std::vector<TenantNo>& tenants) {
  std::string numbers;
  for (const TenantNo tenant : tenants) {
    if (!numbers.empty()) numbers += ',';
    numbers += std::to_string(tenant.value);
  }
  return numbers;
}

}  // namespace

SqlReader::SqlReader(TableStore& store) : store_(&store) {
  sqlite3* handle = store.database().handle();
  const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  CHECK(sqlite3_create_function_v2(handle, "_id_of_row", 2, flags, nullptr, IdOfRow, nullptr,
                                   nullptr, nullptr) == SQLITE_OK);
  CHECK(sqlite3_create_function_v2(handle, "_value_of_column", 1, flags, nullptr, ValueOfColumn,
                                   nullptr, nullptr, nullptr) == SQLITE_OK);
}

// The statement with the tables that it may name in front of it.
std::string SqlReader::WithTables(std::string_view sql,
                                  const std::vector<TenantNo>& visible) const {
  const std::string of_synced = NumbersOf(visible);
  const std::string of_local = NumbersOf({kLocalTenant});
  const std::string lower = Lower(sql);
  std::string tables;
  for (const TableSchema& table : store_->schema().tables) {
    if (lower.find(Lower(table.name)) == std::string::npos) continue;
    const std::string name = Quoted(table.name);
    if (!tables.empty()) tables += ", ";
    tables += name + " AS NOT MATERIALIZED (SELECT _id_of_row(" +
              std::to_string(table.number.value) + ", _id) AS _id, _creationTime";
    for (const std::string& column : store_->Layout(table.number).columns) {
      // Columns of a schema that is no more may still be in the file.
      if (!Knows(table, column)) continue;
      tables += ", _value_of_column(" + Quoted(column) + ") AS " + Quoted(column);
    }
    tables +=
        " FROM main." + name + " WHERE _tenant IN (" + (table.local ? of_local : of_synced) + "))";
  }
  if (tables.empty()) return std::string(sql);
  // The statement's own WITH goes on with ours.
  std::string_view rest = sql;
  if (TakeToken(rest) != "with") return "WITH " + tables + " " + std::string(sql);
  std::string_view behind = rest;
  const bool recursive = TakeToken(behind) == "recursive";
  return "WITH " + std::string(recursive ? "RECURSIVE " : "") + tables + ", " +
         std::string(recursive ? behind : rest);
}

Result<SqlRows> SqlReader::Read(const std::string& sql, const Array& arguments,
                                const std::vector<TenantNo>& visible) {
  if (sql.size() > kSqlTextMax) return Wrong("the statement is longer than 64 KiB");
  if (arguments.size() > kArgumentsMax) return Wrong("there are more than 100 arguments");
  if (NamesTheFile(sql)) return Wrong("name tables without \"main.\" in front");
  const std::string text = WithTables(sql, visible);
  sqlite3* handle = store_->database().handle();
  Guarded guarded{handle};
  Examination examination{&store_->schema(), {}, {}};
  sqlite3_set_authorizer(handle, Examine, &examination);
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(handle, text.data(), static_cast<int>(text.size()), &guarded.statement,
                         &tail) != SQLITE_OK) {
    return Wrong(examination.denied.empty() ? sqlite3_errmsg(handle) : examination.denied);
  }
  if (!guarded.statement) return Wrong("there is no statement");
  const std::string_view rest(tail, static_cast<std::size_t>(text.data() + text.size() - tail));
  if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return Wrong("give one statement at a time");
  }
  if (!sqlite3_stmt_readonly(guarded.statement) || sqlite3_column_count(guarded.statement) == 0) {
    return Wrong("only SELECT is possible here; write with a mutation");
  }
  if (Status bound = Bind(guarded.statement, arguments); !bound) return Fail(bound.error());
  Cost cost;
  sqlite3_progress_handler(handle, kStepsBetweenChecks, IsTooCostly, &cost);
  SqlRows result;
  const int columns = sqlite3_column_count(guarded.statement);
  for (int i = 0; i < columns; ++i) {
    result.columns.emplace_back(sqlite3_column_name(guarded.statement, i));
  }
  std::size_t bytes = 0;
  for (;;) {
    const int step = sqlite3_step(guarded.statement);
    if (step == SQLITE_DONE) break;
    if (step == SQLITE_INTERRUPT) {
      return Wrong("the statement takes too long; narrow it with WHERE or LIMIT");
    }
    if (step == SQLITE_CORRUPT) return Fail(Code::kCorrupt, sqlite3_errmsg(handle));
    if (step != SQLITE_ROW) return Wrong(sqlite3_errmsg(handle));
    Array row;
    for (int i = 0; i < columns; ++i) {
      row.push_back(ColumnOf(guarded.statement, i));
      bytes += 16 + static_cast<std::size_t>(sqlite3_column_bytes(guarded.statement, i));
    }
    result.rows.push_back(std::move(row));
    if (result.rows.size() > kSqlRowsMax || bytes > kSqlBytesMax) {
      return Wrong("the result has more than 100,000 rows or 16 MiB; narrow it with LIMIT");
    }
  }
  result.tables.assign(examination.tables.begin(), examination.tables.end());
  return result;
}

}  // namespace syncline
