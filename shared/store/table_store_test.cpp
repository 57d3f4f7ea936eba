// The store: values come back as they went in, indexes stay in step with their rows, and a schema that
// grows keeps what is there.
#include "shared/store/table_store.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "shared/base/random.hpp"
#include "shared/value/key.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[{"tableName":"notes","indexes":[
  {"indexDescriptor":"by_rank","fields":["rank"]},
  {"indexDescriptor":"by_city_and_rank","fields":["place.city","rank"]}],
  "documentType":{"type":"object","value":{
    "rank":{"fieldType":{"type":"any"},"optional":true},
    "place":{"fieldType":{"type":"object","value":{
      "city":{"fieldType":{"type":"any"},"optional":true}}},"optional":true}}}}],"schemaValidation":true})json";

struct Fixture {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, {});
  TableNumber notes = schema.FindTable("notes")->number;
  std::vector<TouchedKey> touched;

  static RowId Id(unsigned char tag) {
    RowId id;
    id.bytes.fill(tag);
    return id;
  }
  Row Make(unsigned char tag, Value rank, Value city = {}) {
    Row row;
    row.id = Id(tag);
    row.creation_time = 1000.0 + tag;
    row.clock.length = 1;
    row.document.Set("rank", std::move(rank));
    if (!city.is_undefined()) {
      Object place;
      place.Set("city", std::move(city));
      row.document.Set("place", std::move(place));
    }
    return row;
  }
  void Write(TenantNo tenant, const Row* before, const Row* after) {
    const bool mine = !database->in_transaction();
    if (mine) REQUIRE(database->Begin());
    REQUIRE(store.Write(tenant, notes, before, after, touched));
    if (mine) REQUIRE(database->Commit());
  }
};

TEST_CASE("every kind of value comes back from its column as it went in") {
  Fixture fixture;
  Object nested;
  nested.Set("a", Array{1.0, "x", Null{}});
  const std::vector<Value> values = {Null{},
                                     std::int64_t{7},
                                     std::numeric_limits<std::int64_t>::min(),
                                     0.0,
                                     -0.0,
                                     1.5,
                                     1e300,
                                     std::nan(""),
                                     std::numeric_limits<double>::infinity(),
                                     true,
                                     false,
                                     "",
                                     "caf\xC3\xA9",
                                     std::string("a\0b", 3),
                                     BytesValue{std::string("\0\x01\xFF", 3)},
                                     BytesValue{""},
                                     Array{},
                                     nested};
  unsigned char tag = 1;
  for (const Value& value : values) {
    const Row row = fixture.Make(tag, value);
    fixture.Write({1}, nullptr, &row);
    const auto back = fixture.store.Get({1}, {fixture.notes, Fixture::Id(tag)});
    REQUIRE(back);
    REQUIRE(*back);
    const Value* rank = (*back)->document.Find("rank");
    REQUIRE(rank);
    CHECK_MESSAGE(Compare(*rank, value) == 0, "value ", int{tag});
    ++tag;
  }
}

TEST_CASE("an index gives rows in Convex's order, nested paths and missing fields included") {
  Fixture fixture;
  const std::vector<Value> ranks = {"b", -1.0, std::int64_t{3}, Null{}, Value(), true, 2.5, "a"};
  unsigned char tag = 1;
  for (const Value& rank : ranks) {
    const Row row = fixture.Make(tag++, rank, "Oslo");
    fixture.Write({1}, nullptr, &row);
  }
  const auto entries = fixture.store.Scan({1}, fixture.notes, kFirstDeclared, {}, false, 100);
  REQUIRE(entries);
  std::vector<int> order;
  for (const Entry& entry : *entries) order.push_back(entry.row.id.bytes[0]);
  CHECK(order == std::vector<int>{5, 4, 3, 2, 7, 6, 8, 1});
  const auto reversed = fixture.store.Scan({1}, fixture.notes, kFirstDeclared + 1, {}, true, 3);
  REQUIRE(reversed);
  order.clear();
  for (const Entry& entry : *reversed) order.push_back(entry.row.id.bytes[0]);
  CHECK(order == std::vector<int>{1, 8, 6});
}

TEST_CASE("one tenant's walk never meets another's rows") {
  Fixture fixture;
  const Row mine = fixture.Make(1, 1.0);
  const Row theirs = fixture.Make(2, 1.0);
  fixture.Write({1}, nullptr, &mine);
  fixture.Write({2}, nullptr, &theirs);
  for (const IndexOrdinal index : {kById, kByCreationTime, kFirstDeclared, kFirstDeclared + 1}) {
    const auto entries = fixture.store.Scan({1}, fixture.notes, index, {}, false, 100);
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    CHECK(entries->front().row.id == mine.id);
  }
  REQUIRE(fixture.database->Begin());
  REQUIRE(fixture.store.EraseTenant({1}));
  REQUIRE(fixture.database->Commit());
  CHECK(fixture.store.Scan({1}, fixture.notes, kFirstDeclared, {}, false, 9)->empty());
  CHECK(fixture.store.Scan({2}, fixture.notes, kFirstDeclared, {}, false, 9)->size() == 1);
}

// The law: after any writes, each index holds exactly one entry a row, at its fields' key, in order.
TEST_CASE("indexes equal fresh ones after random writes") {
  Fixture fixture;
  Random random(5);
  std::map<unsigned char, Row> model;
  REQUIRE(fixture.database->Begin());
  for (int step = 0; step < 4000; ++step) {
    const auto tag = static_cast<unsigned char>(1 + random.Below(20));
    const auto found = model.find(tag);
    const Row* before = found == model.end() ? nullptr : &found->second;
    if (before && random.OneIn(4)) {
      fixture.Write({1}, before, nullptr);
      model.erase(found);
    } else {
      const Value rank =
          random.OneIn(4) ? Value() : Value(static_cast<double>(random.Below(3)) - 1);
      const Row after =
          fixture.Make(tag, rank, random.OneIn(3) ? Value() : Value(random.OneIn(2) ? "a" : "b"));
      fixture.Write({1}, before, &after);
      model.insert_or_assign(tag, after);
    }
    if (step % 50 != 0) continue;
    const TableLayout& layout = fixture.store.Layout(fixture.notes);
    for (std::size_t i = 0; i < layout.indexes.size(); ++i) {
      std::map<Bytes, unsigned char> fresh;
      for (const auto& [one, row] : model) fresh[IndexKey(layout.indexes[i], row)] = one;
      const auto entries = fixture.store.Scan(
          {1}, fixture.notes, kFirstDeclared + static_cast<IndexOrdinal>(i), {}, false, 100);
      REQUIRE(entries);
      REQUIRE(entries->size() == fresh.size());
      auto expected = fresh.begin();
      for (const Entry& entry : *entries) {
        REQUIRE(entry.key == expected->first);
        REQUIRE(entry.row.id.bytes[0] == expected->second);
        ++expected;
      }
    }
  }
  REQUIRE(fixture.database->Commit());
}

TEST_CASE("ranges of creation time and id are exact at their ends") {
  Fixture fixture;
  for (unsigned char tag = 1; tag <= 5; ++tag) {
    const Row row = fixture.Make(tag, 0.0);
    fixture.Write({1}, nullptr, &row);
  }
  const auto count = [&](IndexOrdinal index, Bytes low, Bytes high) {
    const auto entries = fixture.store.Scan({1}, fixture.notes, index, {low, high}, false, 100);
    REQUIRE(entries);
    return entries->size();
  };
  const Bytes third = CreationKey(1003, Fixture::Id(3));
  CHECK(count(kByCreationTime, third, {}) == 3);
  CHECK(count(kByCreationTime, third + '\0', {}) == 2);
  CHECK(count(kByCreationTime, {}, third) == 2);
  CHECK(count(kByCreationTime, EncodeKey(1002.0), PrefixEnd(EncodeKey(1003.0))) == 2);
  CHECK(count(kByCreationTime, EncodeKey(Value("text")), {}) == 0);
  CHECK(count(kByCreationTime, EncodeKey(Value(Null{})), EncodeKey(Value(true))) == 5);
  CHECK(count(kById, Bytes(Fixture::Id(2).view()), Bytes(Fixture::Id(4).view())) == 2);
}

TEST_CASE("a schema that grows keeps the rows and builds the new index") {
  Fixture fixture;
  const Row row = fixture.Make(1, 4.0, "Oslo");
  Row newer = fixture.Make(2, 5.0);
  newer.document.Set("color", "red");  // a field that this schema does not know
  fixture.Write({1}, nullptr, &row);
  fixture.Write({1}, nullptr, &newer);
  const Schema grown = *ParseSchema(R"json({"tables":[{"tableName":"notes","indexes":[
    {"indexDescriptor":"by_color","fields":["color"]}],
    "documentType":{"type":"object","value":{
      "rank":{"fieldType":{"type":"any"},"optional":true},
      "color":{"fieldType":{"type":"string"},"optional":true}}}}],"schemaValidation":true})json");
  auto store = TableStore::Open(*fixture.database, grown, {});
  REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
  const auto entries = store->Scan({1}, fixture.notes, kFirstDeclared, {}, false, 10);
  REQUIRE(entries);
  REQUIRE(entries->size() == 2);
  CHECK(*entries->at(1).row.document.Find("color") == Value("red"));
  CHECK(*entries->at(0).row.document.Find("rank") == Value(4.0));
  CHECK(entries->at(0).row.document.Find("place") != nullptr);
}

TEST_CASE("an index of other fields is built anew under its name") {
  Fixture fixture;
  const Row row = fixture.Make(1, 4.0, "Oslo");
  fixture.Write({1}, nullptr, &row);
  for (const std::string field : {"rank", "place", "rank"}) {
    const Schema schema = *ParseSchema(R"json({"tables":[{"tableName":"notes","indexes":[
      {"indexDescriptor":"by_it","fields":[")json" +
                                       field + R"json("]}],
      "documentType":{"type":"object","value":{
        "rank":{"fieldType":{"type":"any"},"optional":true},
        "place":{"fieldType":{"type":"any"},"optional":true}}}}],"schemaValidation":true})json");
    auto store = TableStore::Open(*fixture.database, schema, {});
    REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
    const auto entries = store->Scan({1}, fixture.notes, kFirstDeclared, {}, false, 10);
    REQUIRE(entries);
    REQUIRE(entries->size() == 1);
    Bytes key;
    AppendKey(key, *row.document.Find(field));
    CHECK(entries->front().key.substr(0, key.size()) == key);
  }
}

TEST_CASE("fields whose names differ only in case are both kept") {
  auto database = *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  const Schema schema = *ParseSchema(R"json({"tables":[{"tableName":"t","indexes":[],
    "documentType":{"type":"object","value":{
      "Name":{"fieldType":{"type":"string"},"optional":false},
      "name":{"fieldType":{"type":"string"},"optional":false}}}}],"schemaValidation":true})json");
  auto store = TableStore::Open(*database, schema, {});
  REQUIRE(store);
  Row row;
  row.document.Set("Name", "A");
  row.document.Set("name", "b");
  std::vector<TouchedKey> touched;
  REQUIRE(database->Begin());
  REQUIRE(store->Write({1}, schema.tables[0].number, nullptr, &row, touched));
  REQUIRE(database->Commit());
  const auto back = store->Get({1}, {schema.tables[0].number, row.id});
  REQUIRE(back);
  CHECK((*back)->document == row.document);
}

TEST_CASE("rows that an index points to are found, beside each other or far apart") {
  Fixture fixture;
  for (int order = 0; order < 3; ++order) {
    const TenantNo tenant{order + 1};
    for (unsigned char tag = 1; tag <= 60; ++tag) {
      const int rank = order == 0 ? tag : order == 1 ? -tag : tag * 37 % 61;
      const Row row = fixture.Make(tag, static_cast<double>(rank));
      fixture.Write(tenant, nullptr, &row);
    }
    for (const bool descending : {false, true}) {
      const auto entries =
          fixture.store.Scan(tenant, fixture.notes, kFirstDeclared, {}, descending, 100);
      REQUIRE(entries);
      REQUIRE(entries->size() == 60);
      for (const Entry& entry : *entries) {
        CHECK(entry.key == IndexKey(fixture.store.Layout(fixture.notes).indexes[0], entry.row));
      }
    }
  }
}

TEST_CASE("an index that points to no row is damage") {
  Fixture fixture;
  for (unsigned char tag = 1; tag <= 3; ++tag) {
    const Row row = fixture.Make(tag, static_cast<double>(tag));
    fixture.Write({1}, nullptr, &row);
  }
  REQUIRE(fixture.database->Run("DELETE FROM notes WHERE _creationTime = 1001"));
  for (const bool descending : {false, true}) {
    const auto entries =
        fixture.store.Scan({1}, fixture.notes, kFirstDeclared, {}, descending, 100);
    REQUIRE_FALSE(entries);
    CHECK(entries.error().code == Code::kCorrupt);
  }
}

// Two tables whose rows have contents.
constexpr char kTexts[] = R"json({"tables":[
  {"tableName":"letters","indexes":[],"documentType":{"type":"object","value":{
    "body":{"fieldType":{"type":"string","merge":"text"},"optional":false}}}},
  {"tableName":"secrets","indexes":[],"documentType":{"type":"object","value":{
    "body":{"fieldType":{"type":"string","merge":"text"},"optional":false}}}}],
  "schemaValidation":true})json";

Row Edited(const Bytes& content) {
  Row row;
  row.id = Fixture::Id(5);
  row.creation_time = 1000;
  row.clock.length = 1;
  row.document.Set("body", "text");
  if (!content.empty()) row.contents.emplace("body", content);
  return row;
}

TEST_CASE("rows of two tables with one id have each their own contents") {
  auto database = *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  const Schema schema = *ParseSchema(kTexts);
  TableStore store = *TableStore::Open(*database, schema, {});
  const TableNumber secrets = schema.FindTable("secrets")->number;
  const TableNumber letters = schema.FindTable("letters")->number;
  std::vector<TouchedKey> touched;
  const auto write = [&](TableNumber table, const Row* before, const Row* after) {
    REQUIRE(database->Begin());
    REQUIRE(store.Write({1}, table, before, after, touched));
    REQUIRE(database->Commit());
  };
  const Row secret = Edited("hidden");
  const Row plain = Edited({});
  write(secrets, nullptr, &secret);
  write(letters, nullptr, &plain);
  CHECK((*store.Get({1}, {letters, plain.id}))->contents.empty());
  CHECK(store.GetAnywhere({letters, plain.id})->front().row.contents.empty());
  CHECK(store.Scan({1}, letters, kByCreationTime, {}, false, 1, ReadClock::kYes)
            ->front()
            .row.contents.empty());
  const Row letter = Edited("open");
  write(letters, &plain, &letter);
  CHECK((*store.Get({1}, {secrets, secret.id}))->contents == secret.contents);
  write(letters, &letter, nullptr);
  CHECK((*store.Get({1}, {secrets, secret.id}))->contents == secret.contents);
}

TEST_CASE("contents of a file that did not say whose they are go to the rows of their id") {
  auto database = *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  const Schema schema = *ParseSchema(kTexts);
  const TableNumber secrets = schema.FindTable("secrets")->number;
  const Row secret = Edited("hidden");
  std::vector<TouchedKey> touched;
  {
    TableStore store = *TableStore::Open(*database, schema, {});
    REQUIRE(database->Begin());
    REQUIRE(store.Write({1}, secrets, nullptr, &secret, touched));
    REQUIRE(database->Commit());
  }
  REQUIRE(database->Run(
      "CREATE TABLE old (tenant INTEGER, id BLOB, path BLOB, content BLOB, PRIMARY KEY (tenant, "
      "id, path)) WITHOUT ROWID; INSERT INTO old SELECT tenant, id, path, content FROM _contents; "
      "DROP TABLE _contents; ALTER TABLE old RENAME TO _contents"));
  for (int opening = 0; opening < 2; ++opening) {
    auto store = TableStore::Open(*database, schema, {});
    REQUIRE_MESSAGE(store, (store ? "" : store.error().message));
    CHECK((*store->Get({1}, {secrets, secret.id}))->contents == secret.contents);
  }
  Statement rows = database->Prepare("SELECT COUNT(*) FROM _contents");
  REQUIRE(rows.Step());
  CHECK(rows.integer(0) == 1);
}

TEST_CASE("the keys of an index, walked alone, are those of its rows") {
  Fixture fixture;
  constexpr TenantNo kTenant{1};
  for (unsigned char tag = 1; tag <= 20; ++tag) {
    const Row row = fixture.Make(tag, static_cast<double>(tag % 7));
    fixture.Write(kTenant, nullptr, &row);
  }
  IndexOrdinal by_rank = 0;
  const IndexLayout& index = *fixture.store.Layout(fixture.notes).FindIndex("by_rank", by_rank);
  for (const bool descending : {false, true}) {
    for (const std::size_t limit : {std::size_t{3}, std::size_t{100}}) {
      const KeyRange range{EncodeKey(2.0), EncodeKey(6.0)};
      const auto entries =
          fixture.store.Scan(kTenant, fixture.notes, by_rank, range, descending, limit);
      REQUIRE(entries);
      REQUIRE(!entries->empty());
      std::size_t at = 0;
      REQUIRE(fixture.store.VisitKeys(kTenant, index, range, descending, limit,
                                      [&](ByteView key) -> Result<bool> {
                                        return at < entries->size() && key == (*entries)[at++].key;
                                      }));
      CHECK(at == entries->size());
    }
  }
}

}  // namespace
}  // namespace syncline
