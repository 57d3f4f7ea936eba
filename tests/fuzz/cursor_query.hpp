// The query whose page cursors are fuzzed, over a table of a few rows.
#pragma once
#include "shared/query/page.hpp"
#include "shared/value/json.hpp"

namespace syncline {

struct CursorQuery {
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  Schema schema = *ParseSchema(R"({"tables":[{"tableName":"t","indexes":[)"
                               R"({"indexDescriptor":"by_a","fields":["a"]}],)"
                               R"("documentType":{"type":"any"}}],"schemaValidation":true})");
  TableStore store = *TableStore::Open(*database, schema, {});
  Value json = *ParseJsonEnvelope(
      R"({"source":{"type":"IndexRange","indexName":"t.by_a","range":[],"order":"asc"},)"
      R"("operators":[]})");

  CursorQuery() {
    std::vector<TouchedKey> touched;
    CHECK(database->Begin());
    for (unsigned char tag = 1; tag < 9; ++tag) {
      Row row;
      row.id.bytes.fill(tag);
      row.creation_time = tag;
      row.clock.length = 1;
      row.document.Set("a", "value " + std::string(tag, 'x'));
      CHECK(store.Write({1}, schema.tables[0].number, nullptr, &row, touched));
    }
    CHECK(database->Commit());
  }
  Result<QueryPage> Page(const PageRequest& request) {
    const Result<Query> query = ParseQuery(store, json);
    CHECK(query);
    ReadSet reads;
    ReadUse use;
    return ReadPage(store, *query, FingerprintOf(*query, json), {{1}}, request, Remaining({}),
                    reads, use);
  }
};

}  // namespace syncline
