#include "shared/query/search.hpp"

#include <algorithm>
#include <cmath>

#include "shared/query/words.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr std::size_t kWordsMax = 16;
constexpr std::size_t kFiltersMax = 8;
constexpr std::size_t kBatch = 512;
constexpr double kSaturation = 1.2;     // BM25's k1
constexpr double kLengthWeight = 0.75;  // and its b
constexpr double kPrefixWeight = 0.5;

Failure Wrong(const TableSchema& table, const std::string& index, const std::string& what) {
  return Fail(Code::kInvalid, "Search of \"" + table.name + "." + index + "\": " + what);
}

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "\"" : ", \"") + name + "\"";
  return list.empty() ? "none" : list;
}

// Each word once, the first kWordsMax.
std::vector<std::string> QueryWords(const std::string& text) {
  std::vector<std::string> all, words;
  SplitWords(text, all);
  for (std::string& word : all) {
    if (words.size() == kWordsMax) break;
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(std::move(word));
    }
  }
  // The last one of the text is the one that may be unfinished, also if it stood there before.
  if (!all.empty() && words.size() < kWordsMax) {
    const auto last = std::find(words.begin(), words.end(), all.back());
    if (last != words.end()) std::rotate(last, last + 1, words.end());
  }
  return words;
}

// How often each of the query's words is in a text, and at the end how often the last is a mere beginning.
using Counts = std::vector<std::uint32_t>;

struct Match {
  Entry entry;
  Counts counts;
  double length = 0;
  double score = 0;
};

// What is known of the rows that were searched.
struct Statistics {
  double texts = 0;
  double length = 0;  // of all together
  Counts texts_with;  // each word
};

bool Admits(const SearchQuery& query, const Object& document) {
  return std::all_of(query.equalities.begin(), query.equalities.end(), [&](const auto& equality) {
    const Value* value = FindPath(document, equality.first);
    return Compare(value ? *value : Value(), equality.second) == 0;
  });
}

bool StartsWith(const std::string& word, const std::string& prefix) {
  return word.compare(0, prefix.size(), prefix) == 0;
}

// False if the text has none of the words.
bool Count(const SearchQuery& query, const std::vector<std::string>& text, Counts& counts) {
  counts.assign(query.words.size() + 1, 0);
  bool any = false;
  for (const std::string& word : text) {
    std::size_t at = 0;
    while (at < query.words.size() && query.words[at] != word) ++at;
    if (at == query.words.size() && !StartsWith(word, query.words.back())) continue;
    ++counts[at];
    any = true;
  }
  return any;
}

double Relevance(const Match& match, const Statistics& statistics) {
  const double average = statistics.length / statistics.texts;
  const double norm = 1 - kLengthWeight + kLengthWeight * match.length / average;
  double score = 0;
  for (std::size_t i = 0; i < match.counts.size(); ++i) {
    const double count = match.counts[i];
    const double with = statistics.texts_with[i];
    const double rarity = std::log1p((statistics.texts - with + 0.5) / (with + 0.5));
    const double weight = i + 1 == match.counts.size() ? kPrefixWeight : 1;
    score += weight * rarity * count * (kSaturation + 1) / (count + kSaturation * norm);
  }
  return score;
}

Bytes RankKey(std::size_t rank) {
  Bytes key;
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(rank >> shift));
  return key;
}

// Gathers the matches among one tenant's rows.
Status SearchTenant(TableStore& store, const TableLayout& table, const SearchQuery& query,
                    TenantNo tenant, Statistics& statistics, std::vector<Match>& matches) {
  KeyRange rest;
  std::vector<std::string> text;
  for (;;) {
    Result<std::vector<Entry>> entries =
        store.Scan(tenant, table.schema->number, kByCreationTime, rest, false, kBatch);
    if (!entries) return Fail(entries.error());
    for (Entry& entry : *entries) {
      rest.low = entry.key + '\0';
      const Value* value = FindPath(entry.row.document, query.field);
      const std::string* field = value ? value->As<std::string>() : nullptr;
      if (!field) continue;
      SplitWords(*field, text);
      ++statistics.texts;
      statistics.length += static_cast<double>(text.size());
      Match match;
      if (!Count(query, text, match.counts)) continue;
      for (std::size_t i = 0; i < match.counts.size(); ++i) {
        statistics.texts_with[i] += match.counts[i] > 0;
      }
      if (!Admits(query, entry.row.document)) continue;
      match.length = static_cast<double>(text.size());
      match.entry = std::move(entry);
      matches.push_back(std::move(match));
    }
    if (entries->size() < kBatch) return Done{};
  }
}

}  // namespace

Result<SearchQuery> ParseSearch(const TableSchema& table, const std::string& index_name,
                                const Object& source) {
  const auto index = std::find_if(table.search_indexes.begin(), table.search_indexes.end(),
                                  [&](const auto& each) { return each.name == index_name; });
  if (index == table.search_indexes.end() || index->staged) {
    const bool staged = index != table.search_indexes.end();
    return Fail(Code::kNotFound,
                "Search index \"" + index_name + "\" not found on table \"" + table.name + "\"; " +
                    (staged ? "it is staged: remove staged: true in schema.ts to use it"
                            : "add .searchIndex(\"" + index_name + "\", {...}) in schema.ts"));
  }
  if (source.Find("order")) {
    return Wrong(table, index_name, "results come by relevance; leave out .order()");
  }
  const Value* filters = source.Find("filters");
  const Array* list = filters ? filters->As<Array>() : nullptr;
  SearchQuery query;
  bool has_search = false;
  for (const Value& each : list ? *list : Array()) {
    const Object* filter = each.As<Object>();
    const Value* type = filter ? filter->Find("type") : nullptr;
    const Value* path = filter ? filter->Find("fieldPath") : nullptr;
    const Value* value = filter ? filter->Find("value") : nullptr;
    const std::string* kind = type ? type->As<std::string>() : nullptr;
    const std::string* field = path ? path->As<std::string>() : nullptr;
    if (!kind || !field || (*kind != "Search" && *kind != "Eq")) {
      return Wrong(table, index_name, "make it with q.search(...).eq(...)");
    }
    if (*kind == "Search") {
      const std::string* text = value ? value->As<std::string>() : nullptr;
      if (!text) return Wrong(table, index_name, "q.search takes a text to search for");
      if (has_search) return Wrong(table, index_name, "there are two q.search; use one");
      if (*field != index->search_field) {
        return Wrong(table, index_name,
                     "q.search must be on its searchField \"" + index->search_field + "\", not \"" +
                         *field + "\"");
      }
      has_search = true;
      query.field = *field;
      query.words = QueryWords(*text);
      continue;
    }
    const std::vector<std::string>& known = index->filter_fields;
    if (std::find(known.begin(), known.end(), *field) == known.end()) {
      return Wrong(table, index_name,
                   "\"" + *field + "\" is not among its filterFields (" + Listed(known) +
                       "); add it there, or use .filter()");
    }
    query.equalities.emplace_back(*field, value ? *value : Value());
  }
  if (!has_search) return Wrong(table, index_name, "it needs q.search(field, text)");
  if (query.equalities.size() > kFiltersMax) {
    return Wrong(table, index_name, "there are more than 8 q.eq");
  }
  return query;
}

Result<std::vector<Entry>> RunSearch(TableStore& store, const TableLayout& table,
                                     const SearchQuery& query,
                                     const std::vector<TenantNo>& tenants) {
  std::vector<Entry> found;
  if (query.words.empty()) return found;
  Statistics statistics;
  statistics.texts_with.assign(query.words.size() + 1, 0);
  std::vector<Match> matches;
  for (const TenantNo tenant : tenants) {
    if (Status done = SearchTenant(store, table, query, tenant, statistics, matches); !done) {
      return Fail(done.error());
    }
  }
  for (Match& match : matches) match.score = Relevance(match, statistics);
  const auto goes_first = [](const Match& a, const Match& b) {
    return a.score != b.score ? a.score > b.score : a.entry.key > b.entry.key;
  };
  const std::size_t count = std::min(matches.size(), kSearchResultsMax);
  std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(count),
                    matches.end(), goes_first);
  for (std::size_t i = 0; i < count; ++i) {
    found.push_back({RankKey(i), std::move(matches[i].entry.row)});
  }
  return found;
}

std::vector<Entry> EntriesWithin(const std::vector<Entry>& found, const KeyRange& ranks,
                                 std::size_t limit) {
  const auto below = [](const Entry& entry, const Bytes& key) { return entry.key < key; };
  auto at = std::lower_bound(found.begin(), found.end(), ranks.low, below);
  std::vector<Entry> within;
  while (at != found.end() && within.size() < limit &&
         (ranks.high.empty() || at->key < ranks.high)) {
    within.push_back(*at++);
  }
  return within;
}

}  // namespace syncline
