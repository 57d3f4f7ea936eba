// What a change set brings with it on the relay: how much is written, and how much at most.
#include "shared/sync/completion.hpp"

#include <doctest/doctest.h>

#include "shared/sync/rule_indexes.hpp"
#include "shared/value/id.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr TenantNo kTenant{1};

constexpr char kApplication[] = R"json({
  "schema": {"schemaValidation": true, "tables": [
    {"tableName":"orgs","indexes":[],"documentType":{"type":"object","value":{}}},
    {"tableName":"users","indexes":[],"documentType":{"type":"object","value":{
      "org":{"fieldType":{"type":"id","tableName":"orgs"},"optional":false},
      "email":{"fieldType":{"type":"string"},"optional":false},
      "role":{"fieldType":{"type":"string"},"optional":false}}}},
    {"tableName":"tags","indexes":[],"documentType":{"type":"object","value":{
      "org":{"fieldType":{"type":"id","tableName":"orgs"},"optional":false}}}},
    {"tableName":"posts","indexes":[],"documentType":{"type":"object","value":{
      "org":{"fieldType":{"type":"id","tableName":"orgs"},"optional":false},
      "first":{"fieldType":{"type":"id","tableName":"tags"},"optional":true},
      "tags":{"fieldType":{"type":"array","value":{"type":"id","tableName":"tags"}},"optional":false}}}}]},
  "rules": {
    "tenancy": {"root":"orgs","fields":{"users":"org","tags":"org","posts":"org"}},
    "membership": {"table":"users","field":"email","claim":"email","role":"role"},
    "tables": {"posts": {"references":[{"field":"first","onDelete":"setUndefined"},
      {"field":"tags","onDelete":"setUndefined"}]}}}
})json";

struct Completed {
  Application application = *ParseApplication(kApplication);
  std::unique_ptr<Database> database =
      *Database::Open({":memory:", "", Durability::kNone, 1024, false});
  TableStore store = *TableStore::Open(*database, application.schema, ExtraIndexesOf(application));
  const Actor actor{{}, "member"};
  const Stamp stamp{HybridTime::FromUnixMs(5000), {9}};
  std::uint64_t last_id = 0;

  RowKey Put(const char* table, Object document) {
    const RowKey key{NumberOfTable(table), MakeRowId(1000, 1, ++last_id)};
    document.Set("org", "an organization");
    Row row;
    row.id = key.id;
    row.creation_time = 1000;
    row.clock.length = 1;
    row.clock.whole = {HybridTime::FromUnixMs(1000), {8}};
    row.document = std::move(document);
    std::vector<TouchedKey> nobody_watches;
    const bool mine = !database->in_transaction();
    if (mine) REQUIRE(database->Begin());
    REQUIRE(store.Write(kTenant, key.table, nullptr, &row, nobody_watches));
    if (mine) REQUIRE(database->Commit());
    return key;
  }
  std::vector<RowKey> PutTags(std::size_t count) {
    std::vector<RowKey> tags;
    for (std::size_t i = 0; i < count; ++i) tags.push_back(Put("tags", {}));
    return tags;
  }
  RowKey PutPost(const std::vector<RowKey>& tags) {
    Array ids;
    for (const RowKey& tag : tags) ids.push_back(IdToText(tag));
    Object document;
    document.Set("first", ids.front());
    document.Set("tags", std::move(ids));
    return Put("posts", std::move(document));
  }
  // The writes of a change set that deletes the rows, completed; none if that is too much.
  std::optional<std::vector<PreparedWrite>> Delete(const std::vector<RowKey>& keys) {
    StateAfter state(store, kTenant);
    Ruling ruling(application, actor, state, Ruling::Copy::kWhole);
    std::vector<PreparedWrite> writes;
    for (const RowKey& key : keys) {
      PreparedWrite write;
      write.key = key;
      write.before = *store.Get(kTenant, key);
      write.change.key = key;
      write.change.length = 2;
      write.stamp = stamp;
      write.after = ToState(*application.schema.FindTable(key.table), *write.before);
      REQUIRE(Apply(write.after, write.change, stamp));
      state.Put(key, std::nullopt);
      writes.push_back(std::move(write));
    }
    const Result<bool> fits = Completion(application, state, ruling, stamp, writes).Run();
    REQUIRE(fits);
    return *fits ? std::optional(std::move(writes)) : std::nullopt;
  }
};

TEST_CASE("a row that referred to many deleted rows is written once") {
  Completed completed;
  std::vector<RowKey> tags = completed.PutTags(1000);
  const RowKey one = completed.PutPost(tags), other = completed.PutPost(tags);
  const RowKey kept = tags.back();
  tags.pop_back();
  const auto writes = completed.Delete(tags);
  REQUIRE(writes);
  REQUIRE(writes->size() == tags.size() + 2);
  for (std::size_t i = tags.size(); i < writes->size(); ++i) {
    const PreparedWrite& write = (*writes)[i];
    CHECK(write.key == (i == tags.size() ? one : other));
    CHECK(write.brought);
    REQUIRE(write.row);
    CHECK(*write.row->document.Find("tags") == Value(Array{IdToText(kept)}));
    CHECK_FALSE(write.row->document.Find("first"));
    CHECK(write.change.writes.size() == 2);
  }
}

TEST_CASE("a row counts once among those that a deletion changes, and there is a most of them") {
  Completed completed;
  REQUIRE(completed.database->Begin());
  const std::vector<RowKey> tags = completed.PutTags(10);
  for (std::size_t i = 0; i + tags.size() < kRowsPerChangeSetMax; ++i) completed.PutPost(tags);
  const auto writes = completed.Delete(tags);
  REQUIRE(writes);
  CHECK(writes->size() == kRowsPerChangeSetMax);
  completed.PutPost(tags);
  CHECK_FALSE(completed.Delete(tags));
}

TEST_CASE("there is a most of the references that a deletion takes back") {
  Completed completed;
  REQUIRE(completed.database->Begin());
  const std::vector<RowKey> tags = completed.PutTags(7999);
  for (int i = 0; i < 32; ++i) completed.PutPost(tags);
  // Each has all of them, and the first once more.
  static_assert(32 * (7999 + 1) == kReferencesLetGoMax);
  const auto writes = completed.Delete(tags);
  REQUIRE(writes);
  CHECK(writes->size() == tags.size() + 32);
  completed.PutPost({tags.front()});
  CHECK_FALSE(completed.Delete(tags));
}

}  // namespace
}  // namespace syncline
