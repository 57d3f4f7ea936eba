#include "shared/query/page.hpp"

#include <algorithm>

#include "shared/base/base64.hpp"
#include "shared/base/hash.hpp"
#include "shared/base/planted.hpp"
#include "shared/base/utf8.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr char kVersion = 1;
constexpr char kEnd = 0;
constexpr char kAfter = 1;

struct PageCursor {
  bool end = false;
  std::vector<std::size_t> counts;  // for each operator, 0 where it is a filter
  Bytes key;
};

// Of a cursor's bytes within one query, so that a cut or foreign one is noticed.
std::uint64_t Seal(ByteView place, std::uint64_t fingerprint) {
  Bytes sealed(place);
  PutFixed64(sealed, fingerprint);
  return Fnv1a64(sealed);
}

std::string Encode(const PageCursor& cursor, const Query& query, std::uint64_t fingerprint) {
  Bytes place(1, cursor.end ? kEnd : kAfter);
  if (!cursor.end) {
    for (std::size_t i = 0; i < query.operators.size(); ++i) {
      if (std::holds_alternative<std::size_t>(query.operators[i])) {
        PutVarint(place, cursor.counts[i]);
      }
    }
    place += cursor.key;
  }
  Bytes bytes(1, kVersion);
  PutFixed64(bytes, Seal(place, fingerprint));
  bytes += place;
  std::string text;
  AppendBase64(text, bytes);
  return text;
}

std::optional<PageCursor> Decode(const std::string& text, const Query& query,
                                 std::uint64_t fingerprint) {
  const std::optional<Bytes> bytes = BytesFromBase64(text);
  if (!bytes || bytes->empty() || bytes->front() != kVersion) return std::nullopt;
  ByteView rest = ByteView(*bytes).substr(1);
  std::uint64_t told = 0;
  if (!TakeFixed64(rest, told) || rest.empty()) return std::nullopt;
  if (told != Seal(rest, fingerprint) && !PLANTED("cursor-of-another-query")) return std::nullopt;
  PageCursor cursor;
  cursor.counts.assign(query.operators.size(), 0);
  cursor.end = rest.front() == kEnd;
  if (!cursor.end && rest.front() != kAfter) return std::nullopt;
  rest.remove_prefix(1);
  if (cursor.end) return rest.empty() ? std::optional<PageCursor>(cursor) : std::nullopt;
  for (std::size_t i = 0; i < query.operators.size(); ++i) {
    if (!std::holds_alternative<std::size_t>(query.operators[i])) continue;
    std::uint64_t count = 0;
    if (!TakeVarint(rest, count)) return std::nullopt;
    cursor.counts[i] = static_cast<std::size_t>(std::min<std::uint64_t>(count, SIZE_MAX));
  }
  cursor.key = rest;
  return cursor.key.empty() ? std::nullopt : std::optional<PageCursor>(std::move(cursor));
}

Result<std::optional<PageCursor>> Read(const std::optional<std::string>& text, const Query& query,
                                       std::uint64_t fingerprint) {
  if (!text) return std::optional<PageCursor>();
  std::optional<PageCursor> cursor = Decode(*text, query, fingerprint);
  if (!cursor) {
    return Fail(Code::kInvalid,
                "InvalidCursor: the cursor \"" + Utf8Prefix(*text, 80) +
                    "\" is not one of this query (or the query, its arguments or its index have "
                    "changed since). Start again with the cursor null");
  }
  return cursor;
}

// What lies behind the cursor, in the order of the walk.
void StartAfter(const Bytes& key, Query& query) {
  KeyRange& range = query.range;
  if (query.descending) {
    if (range.high.empty() || key < range.high) range.high = key;
  } else if (key >= range.low) {
    range.low = PLANTED("page-repeats-a-row") ? key : key + '\0';
  }
}

// What lies up to the cursor, the row at it included.
void EndAt(const Bytes& key, Query& query) {
  KeyRange& range = query.range;
  if (query.descending) {
    range.low = std::max(range.low, key);
  } else if (const Bytes end = PLANTED("end-cursor-cuts-its-row") ? key : key + '\0';
             range.high.empty() || end < range.high) {
    range.high = end;
  }
}

// Three quarters of a limit: there a page should be split before it must be.
std::size_t Soft(std::optional<std::size_t> given, std::size_t max) {
  return std::min(given.value_or(max), max) / 4 * 3;
}

}  // namespace

std::uint64_t FingerprintOf(const Query& query, const Value& json) {
  std::string text = ToJson(json);
  if (query.index >= kFirstDeclared) {
    for (const std::string& field : query.table->indexes[query.index - kFirstDeclared].fields) {
      text += "\n" + field;
    }
  }
  return Fnv1a64(text);
}

Result<QueryPage> ReadPage(TableStore& store, Query query, std::uint64_t fingerprint,
                           std::vector<TenantNo> tenants, const PageRequest& request,
                           const ReadUse& left, ReadSet& reads, ReadUse& use) {
  if (request.size == 0 || request.size > kPageDocumentsMax) {
    return Fail(Code::kInvalid, "paginate: numItems is " + std::to_string(request.size) +
                                    "; a page has 1 to " + std::to_string(kPageDocumentsMax) +
                                    " documents");
  }
  if (request.rows_read_max == 0u || request.bytes_read_max == 0u) {
    return Fail(Code::kInvalid,
                "paginate: maximumRowsRead and maximumBytesRead must be at least 1, or left out");
  }
  Result<std::optional<PageCursor>> start = Read(request.cursor, query, fingerprint);
  if (!start) return Fail(start.error());
  Result<std::optional<PageCursor>> end = Read(request.end_cursor, query, fingerprint);
  if (!end) return Fail(end.error());
  const auto encode = [&](const PageCursor& cursor) { return Encode(cursor, query, fingerprint); };
  QueryPage page;
  if (*start && (*start)->end) {
    page.done = true;
    page.continue_cursor = *request.cursor;
    return page;
  }
  Query part = query;
  if (*start) StartAfter((*start)->key, part);
  if (*end && !(*end)->end) EndAt((*end)->key, part);
  Stream stream(store, std::move(part), std::move(tenants));
  if (*start) stream.set_counts((*start)->counts);

  std::vector<PageCursor> walked;
  bool at_end = false;
  while (*end || page.documents.size() < request.size) {
    const bool stops =
        !*end && (walked.size() >= request.rows_read_max.value_or(SIZE_MAX) ||
                  stream.walked().bytes >= request.bytes_read_max.value_or(SIZE_MAX));
    if (stops) {
      page.status = QueryPage::Status::kSplitRequired;
      break;
    }
    const ReadUse rest{left.documents - std::min(left.documents, walked.size()),
                       left.bytes - std::min(left.bytes, stream.walked().bytes), 0};
    Object document;
    const Result<Stream::Step> step = stream.Advance(
        request.size - std::min(request.size - 1, page.documents.size()), rest, document);
    if (!step) {
      stream.Settle();
      stream.AddReads(reads);
      return Fail(step.error());
    }
    if (*step == Stream::Step::kEnd) {
      at_end = true;
      break;
    }
    if (*step == Stream::Step::kSpent) {
      if (walked.empty()) {
        return Fail(
            CheckReadUse({rest.documents == 0 ? kDocumentsReadMax + 1 : 0, kBytesReadMax + 1, 0})
                .error());
      }
      page.status = QueryPage::Status::kSplitRequired;
      break;
    }
    walked.push_back({false, stream.counts(), stream.position()});
    if (*step == Stream::Step::kPassed) page.documents.push_back(std::move(document));
  }
  stream.Settle();
  stream.AddReads(reads);
  use.documents += stream.walked().documents;
  use.bytes += stream.walked().bytes;

  if (*end) {
    page.continue_cursor = *request.end_cursor;
    page.done = (*end)->end;
  } else {
    page.done = at_end;
    page.continue_cursor = encode(at_end ? PageCursor{true, {}, {}} : walked.back());
  }
  if (walked.size() < 2) return page;
  page.split_cursor = encode(walked[walked.size() / 2 - 1]);
  const bool large = walked.size() > Soft(request.rows_read_max, kDocumentsReadMax) ||
                     stream.walked().bytes > Soft(request.bytes_read_max, kBytesReadMax) ||
                     (*end && page.documents.size() > 2 * request.size);
  if (large && page.status == QueryPage::Status::kFits) {
    page.status = QueryPage::Status::kSplitRecommended;
  }
  return page;
}

}  // namespace syncline
