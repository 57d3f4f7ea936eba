// Rows: a plain change does to a row what the merge does to its state.
#include "shared/store/row.hpp"

#include <doctest/doctest.h>

#include "shared/base/random.hpp"

namespace syncline {
namespace {

Schema TheSchema() {
  Result<Schema> schema = ParseSchema(
      R"({"tables":[{"tableName":"things","indexes":[],"searchIndexes":[],"vectorIndexes":[],)"
      R"("documentType":{"type":"object","value":{)"
      R"("a":{"fieldType":{"type":"any"},"optional":true},)"
      R"("b":{"fieldType":{"type":"any"},"optional":true},)"
      R"("o":{"fieldType":{"type":"object","value":{)"
      R"("x":{"fieldType":{"type":"number"},"optional":true}}},"optional":true}}}}],)"
      R"("schemaValidation":true})");
  REQUIRE_MESSAGE(schema, (schema ? "" : schema.error().message));
  return std::move(*schema);
}

// Few values and stamps, so that ties happen.
Value SomeValue(Random& random) {
  switch (random.Below(4)) {
    case 0: return Undefined{};
    case 1: return static_cast<double>(random.Below(2));
    case 2: return "text";
    default: return Object();
  }
}
Stamp SomeStamp(Random& random) { return {{1 + random.Below(3)}, {1 + random.Below(2)}}; }

RowChange SomeChange(Random& random) {
  RowChange change;
  change.length = static_cast<std::uint32_t>(1 + random.Below(3));
  change.whole = random.Below(8) == 0 && !change.deletes();
  if (change.deletes()) return change;
  for (const char* path : {"a", "b", "o", "o\x1fx", "unknown"}) {
    if (random.Below(3) != 0) continue;
    Value value = SomeValue(random);
    if (path == std::string("o") && !value.is_undefined()) value = Object();
    change.writes.push_back({path, std::move(value)});
  }
  return change;
}

TEST_CASE("a plain change does to a row what the merge does to its state") {
  const Schema schema = TheSchema();
  const TableSchema& table = schema.tables.front();
  Random random(11);
  std::size_t plain = 0;
  for (int round = 0; round < 20'000; ++round) {
    RowState state;
    RowChange insert = SomeChange(random);
    insert.length = 1;
    insert.whole = true;
    Apply(state, insert, SomeStamp(random));
    RestoreParents(state);
    for (int step = 0; step < 6 && state.alive(); ++step) {
      const RowChange change = SomeChange(random);
      const Stamp stamp = SomeStamp(random);
      Row row = ToRow({}, state);
      const bool moved = Apply(state, change, stamp);
      RestoreParents(state);
      if (!IsPlain(table, row, change)) continue;
      ++plain;
      REQUIRE(ApplyPlain(row, change, stamp) == moved);
      REQUIRE(ToState(table, row) == state);
    }
  }
  CHECK(plain > 5'000);
}

}  // namespace
}  // namespace syncline
