// Search and vector indexes of a table, read from the JSON of npm convex's Schema.export():
//   "searchIndexes": [{"indexDescriptor", "searchField": "body", "filterFields": ["channel"]}],
//   "vectorIndexes": [{"indexDescriptor", "vectorField", "dimensions": 1536, "filterFields"}]
// and the same under "stagedSearchIndexes" and "stagedVectorIndexes". Private to the parser of schemas.
#pragma once
#include "shared/base/result.hpp"
#include "shared/schema/schema.hpp"

namespace syncline {

// Bounds: 4 search and 4 vector indexes a table, staged ones included; 16 filter fields an index; 2 to
// 4,096 dimensions. kInvalid names the index, not the table. REQUIRES: the table's document type and
// indexes have been read.
Status ParseSearchIndexes(const Object& table_json, TableSchema& table);

}  // namespace syncline
