// Indexes of our own: after any writes each has what a fresh one has, and a changed definition builds it anew.
#include "shared/store/table_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "shared/base/random.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr char kSchema[] = R"json({"tables":[{"tableName":"notes","indexes":[
  {"indexDescriptor":"by_a","fields":["a"]}],"documentType":{"type":"object","value":{
    "a":{"fieldType":{"type":"any"},"optional":true},
    "b":{"fieldType":{"type":"any"},"optional":true}}}}],"schemaValidation":true})json";

using Takes = ExtraIndex::Takes;

bool HasB(const Object& document) { return document.Find("b") != nullptr; }

std::vector<ExtraIndex> Indexes() {
  return {{"notes", "_every", {"a"}, Takes::kEvery, {}, {}},
          {"notes", "_defined", {"a", "b"}, Takes::kDefined, {}, {}},
          {"notes", "_where", {"a"}, Takes::kDefined, HasB, "b is there"},
          {"notes", "_ids", {"a"}, Takes::kIds, {}, {}}};
}

std::vector<Bytes> Entries(Database& database, const std::string& index) {
  Statement all = database.Prepare("SELECT key FROM " + Quoted("notes." + index) + " ORDER BY key");
  std::vector<Bytes> entries;
  while (*all.Step()) entries.emplace_back(all.bytes(0));
  return entries;
}

TEST_CASE("after any writes an extra index is as one that is made anew") {
  auto database = *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  const Schema schema = *ParseSchema(kSchema);
  TableStore store = *TableStore::Open(*database, schema, Indexes());
  const TableNumber notes = schema.tables[0].number;
  Random random(7);
  std::map<RowId, Row> rows;
  std::vector<TouchedKey> touched;
  const std::vector<Value> values = {Value(),         Null{}, 1.0, "x", "y", Array{"x", "y", "x"},
                                     Array{"y", 2.0}, Array{}};
  for (int step = 0; step < 400; ++step) {
    Row row;
    row.id.bytes.fill(static_cast<unsigned char>(random.Next() % 12));
    row.creation_time = 1 + static_cast<double>(row.id.bytes[0]);
    row.clock.length = 1;
    row.document.Set("a", values[random.Next() % values.size()]);
    row.document.Set("b", values[random.Next() % values.size()]);
    const auto known = rows.find(row.id);
    const Row* before = known == rows.end() ? nullptr : &known->second;
    const bool deletes = before && random.Next() % 3 == 0;
    REQUIRE(database->Begin());
    REQUIRE(store.Write({1}, notes, before, deletes ? nullptr : &row, touched));
    REQUIRE(database->Commit());
    if (deletes) {
      rows.erase(known);
    } else {
      rows.insert_or_assign(row.id, row);
    }
  }
  const TableLayout& layout = store.Layout(notes);
  for (const ExtraIndex& extra : Indexes()) {
    IndexOrdinal ordinal = 0;
    const IndexLayout* index = layout.FindIndex(extra.name, ordinal);
    REQUIRE(index);
    std::vector<Bytes> expected;
    for (const auto& [id, row] : rows) {
      for (Bytes& key : IndexKeys(*index, row)) expected.push_back(std::move(key));
    }
    std::sort(expected.begin(), expected.end());
    CHECK(Entries(*database, extra.name) == expected);
    REQUIRE(database->Run("DELETE FROM _indexes WHERE name='" + extra.name + "'"));
  }
  const std::vector<Bytes> ids = Entries(*database, "_ids");
  CHECK_FALSE(ids.empty());
  CHECK(Entries(*database, "_where").size() < Entries(*database, "_every").size());
  REQUIRE(TableStore::Open(*database, schema, Indexes()));
  CHECK(Entries(*database, "_ids") == ids);
  for (const TouchedKey& key : touched) CHECK(key.index <= kFirstDeclared);
}

TEST_CASE("another condition under the same name builds the index anew, and none drops it") {
  auto database = *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  const Schema schema = *ParseSchema(kSchema);
  std::vector<ExtraIndex> indexes = {Indexes()[2]};
  TableStore store = *TableStore::Open(*database, schema, indexes);
  Row row;
  row.document.Set("a", "x");
  std::vector<TouchedKey> touched;
  REQUIRE(database->Begin());
  REQUIRE(store.Write({1}, schema.tables[0].number, nullptr, &row, touched));
  REQUIRE(database->Commit());
  CHECK(Entries(*database, "_where").empty());
  indexes[0].where = [](const Object& document) { return !HasB(document); };
  indexes[0].condition = "b is not there";
  REQUIRE(TableStore::Open(*database, schema, indexes));
  CHECK(Entries(*database, "_where").size() == 1);
  REQUIRE(TableStore::Open(*database, schema, {}));
  Statement left = database->Prepare("SELECT COUNT(*) FROM _indexes WHERE name='_where'");
  REQUIRE(*left.Step());
  CHECK(left.integer(0) == 0);
}

}  // namespace
}  // namespace syncline
