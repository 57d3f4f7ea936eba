// Search: the documents of a table whose text has words of a query, the most relevant first.
//
// Relevance is BM25 (k1 = 1.2, b = 0.75) over the rows that are searched: every word of the query counts,
// rare ones more, and more in short texts; the last one also counts, by half, where a word only begins
// with it. Equal relevance: the newest first. There is no inverted index: a search reads the whole table.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/schema/schema.hpp"
#include "shared/store/table_store.hpp"

namespace syncline {

struct SearchQuery {
  std::string field;               // dotted path
  std::vector<std::string> words;  // each once; none: nothing is found
  std::vector<std::pair<std::string, Value>> equalities;
};

inline constexpr std::size_t kSearchResultsMax = 1024;

// From {"type":"Search","indexName":"table.index","filters":[{"type":"Search","fieldPath","value"},
// {"type":"Eq","fieldPath","value"}...]}. Of the query's words the first 16 count. kNotFound: no such
// index, or a staged one. kInvalid: what else is wrong.
Result<SearchQuery> ParseSearch(const TableSchema& table, const std::string& index_name,
                                const Object& source);

// At most kSearchResultsMax, with ranks for keys: 4 bytes big-endian, the most relevant first.
Result<std::vector<Entry>> RunSearch(TableStore& store, const TableLayout& table,
                                     const SearchQuery& query,
                                     const std::vector<TenantNo>& tenants);

// Up to `limit` of what RunSearch found, within a range of ranks.
std::vector<Entry> EntriesWithin(const std::vector<Entry>& found, const KeyRange& ranks,
                                 std::size_t limit);

}  // namespace syncline
