// Plain SQL: it sees each row's fields as SQL values, only of visible tenants, and can do nothing else.
#include "shared/store/sql_reader.hpp"

#include <doctest/doctest.h>

#include "shared/value/id.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[
  {"tableName":"notes","indexes":[],"documentType":{"type":"object","value":{
    "title":{"fieldType":{"type":"string"},"optional":false},
    "rank":{"fieldType":{"type":"any"},"optional":true}}}},
  {"tableName":"drafts","local":true,"indexes":[],"documentType":{"type":"object","value":{
    "text":{"fieldType":{"type":"string"},"optional":false}}}}],"schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  SqlReader reader{store};

  RowKey Put(TenantNo tenant, const char* table, unsigned char tag, Object document) {
    const TableNumber number = schema.FindTable(table)->number;
    Row row;
    row.id.bytes.fill(tag);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    row.document = std::move(document);
    std::vector<TouchedKey> touched;
    REQUIRE(database->Begin());
    const Status written = store.Write(tenant, number, nullptr, &row, touched);
    REQUIRE_MESSAGE(written.has_value(), (written ? "" : written.error().message));
    REQUIRE(database->Commit());
    return {number, row.id};
  }
  RowKey Note(TenantNo tenant, unsigned char tag, const char* title, Value rank) {
    Object document;
    document.Set("title", Value(title));
    document.Set("rank", std::move(rank));
    return Put(tenant, "notes", tag, std::move(document));
  }
  Result<SqlRows> Read(const std::string& sql, const Array& arguments = {}) {
    return reader.Read(sql, arguments, {TenantNo{1}, TenantNo{2}});
  }
  // The only value of the only row.
  Value One(const std::string& sql, const Array& arguments = {}) {
    const Result<SqlRows> read = Read(sql, arguments);
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
    REQUIRE(read->rows.size() == 1);
    REQUIRE(read->rows[0].size() == 1);
    return read->rows[0][0];
  }
  std::string Refused(const std::string& sql, const Array& arguments = {}) {
    const Result<SqlRows> read = Read(sql, arguments);
    REQUIRE_MESSAGE(!read.has_value(), sql);
    CHECK(read.error().code == Code::kInvalid);
    return read.error().message;
  }
};

TEST_CASE("rows have their ids and fields as SQL's own values") {
  Fixture fixture;
  const RowKey key = fixture.Note({1}, 1, "one", Value(1.5));
  CHECK(fixture.One("SELECT _id FROM notes") == Value(IdToText(key)));
  CHECK(fixture.One("SELECT _creationTime FROM notes") == Value(1001.0));
  CHECK(fixture.One("SELECT title FROM notes WHERE rank > 1") == Value("one"));
  const std::pair<Value, Value> values[] = {
      {Value(), Value(Null{})},
      {Value(Null{}), Value(Null{})},
      {Value(true), Value(1.0)},
      {Value(std::int64_t{7}), Value(7.0)},
      {Value(std::int64_t{1} << 60), Value(std::int64_t{1} << 60)},
      {Value(BytesValue{Bytes("\0a", 2)}), Value(BytesValue{Bytes("\0a", 2)})},
      {Value(Array{Value(1.0), Value("b")}), Value("[1,\"b\"]")},
  };
  unsigned char tag = 1;
  for (const auto& [stored, seen] : values) {
    fixture.Note({1}, ++tag, "value", stored);
    CHECK(fixture.One("SELECT rank FROM notes WHERE _creationTime = ?", {Value(1000.0 + tag)}) ==
          seen);
  }
}

TEST_CASE("joins, groups, windows and JSON functions work; columns are named") {
  Fixture fixture;
  fixture.Note({1}, 1, "a", Value(1.0));
  fixture.Note({2}, 2, "a", Value(2.0));
  fixture.Note({1}, 3, "b", Value(Array{Value(4.0)}));
  const Result<SqlRows> groups = fixture.Read(
      "SELECT title, count(*) AS n, row_number() OVER (ORDER BY title) FROM notes GROUP BY title");
  REQUIRE(groups);
  CHECK(groups->columns[1] == "n");
  CHECK(groups->rows[0][1] == Value(2.0));
  CHECK(groups->tables == std::vector<TableNumber>{fixture.schema.FindTable("notes")->number});
  CHECK(fixture.One("SELECT json_extract(rank, '$[0]') FROM notes WHERE title = ?", {Value("b")}) ==
        Value(4.0));
  CHECK(fixture.One("WITH x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 5) "
                    "SELECT sum(n) FROM x") == Value(15.0));
}

TEST_CASE("rows of a tenant that is not visible are not there; local rows are") {
  Fixture fixture;
  fixture.Note({3}, 1, "hidden", Value());
  Object draft;
  draft.Set("text", Value("mine"));
  fixture.Put(kLocalTenant, "drafts", 2, draft);
  CHECK(fixture.One("SELECT count(*) FROM notes") == Value(0.0));
  CHECK(fixture.One("SELECT text FROM drafts") == Value("mine"));
  const Result<SqlRows> other = fixture.reader.Read("SELECT title FROM notes", {}, {TenantNo{3}});
  REQUIRE(other);
  CHECK(other->rows.size() == 1);
}

TEST_CASE("nothing can be reached but the views") {
  Fixture fixture;
  fixture.Note({3}, 1, "hidden", Value());
  for (const char* sql : {
           "SELECT * FROM main.notes",
           "SELECT * FROM \"main\".notes",
           "SELECT * FROM [MAIN] . notes",
           "SELECT * FROM main /* . */ . notes",
           "WITH notes AS (SELECT * FROM main.notes) SELECT * FROM notes",
           "WITH x AS (SELECT * FROM main.notes) SELECT * FROM x",
           "SELECT * FROM (SELECT * FROM `main`.notes) AS x",
           "SELECT * FROM sqlite_schema",
           "SELECT * FROM temp.sqlite_schema",
           "SELECT * FROM \"notes.by_id\"",
           "SELECT * FROM pragma_table_info('notes')",
           "PRAGMA table_info(notes)",
           "DELETE FROM notes",
           "INSERT INTO notes DEFAULT VALUES",
           "CREATE TABLE t(a)",
           "ATTACH ':memory:' AS other",
           "BEGIN",
           "VACUUM",
       }) {
    CAPTURE(sql);
    fixture.Refused(sql);
  }
  CHECK(fixture.One("SELECT 'main.notes'") == Value("main.notes"));
  CHECK(!fixture.database->in_transaction());
}

TEST_CASE("what is wrong with a statement is told") {
  Fixture fixture;
  CHECK(fixture.Refused("SELEC 1").find("syntax error") != std::string::npos);
  CHECK(fixture.Refused("SELECT nothing FROM notes").find("nothing") != std::string::npos);
  CHECK(fixture.Refused("SELECT 1; SELECT 2").find("one statement") != std::string::npos);
  CHECK(fixture.Refused("").find("no statement") != std::string::npos);
  CHECK(fixture.Refused("SELECT ?").find("1 parameters") != std::string::npos);
  CHECK(fixture.Refused("SELECT ?", {Value(Array{})}).find("array") != std::string::npos);
}

TEST_CASE("a statement without end is stopped") {
  Fixture fixture;
  CHECK(
      fixture.Refused("WITH x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x")
          .find("too long") != std::string::npos);
  const std::string numbers = "WITH x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < ?) ";
  CHECK(fixture.Read(numbers + "SELECT n FROM x", {Value(100'000.0)}));
  CHECK(fixture.Refused(numbers + "SELECT n FROM x", {Value(100'001.0)}).find("100,000 rows") !=
        std::string::npos);
  CHECK(
      fixture.Refused(numbers + "SELECT zeroblob(1048576) FROM x", {Value(17.0)}).find("16 MiB") !=
      std::string::npos);
}

}  // namespace
}  // namespace syncline
