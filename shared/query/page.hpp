// Pages of a query's result, with cursors that stay good while rows come and go around them.
//
// A cursor is a place: right after a key of the query's index, or the end. It is text that only this file
// reads, and it belongs to one query: base64 of
//   version 01, a hash of what follows and the query's fingerprint (8 bytes little-endian), 00 end | 01
//   after a key, for each limit of the query a varint of how many rows it let through, the key's bytes.
// A page reaches from its cursor to its continue_cursor, or to the end_cursor if one is given: then
// however many rows that is, so that a page that was shown stays one page. What it reads is what it
// walks, so only what falls into a page invalidates it (page_test.cpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/query/stream.hpp"

namespace syncline {

inline constexpr std::size_t kPageDocumentsMax = 32'000;

struct PageRequest {
  std::optional<std::string> cursor;      // none: from the start
  std::optional<std::string> end_cursor;  // none: at most `size` documents
  std::size_t size = 0;                   // 1 to kPageDocumentsMax
  // Where a page without end_cursor stops early, once it has walked at least one row.
  std::optional<std::size_t> rows_read_max, bytes_read_max;
};

struct QueryPage {
  enum class Status {
    kFits,
    kSplitRecommended,  // it has grown large
    kSplitRequired,     // it is not whole: it came to a limit
  };
  std::vector<Object> documents;  // with system fields
  bool done = false;              // continue_cursor is the end
  std::string continue_cursor;
  std::optional<std::string> split_cursor;  // amidst the rows that were walked
  Status status = Status::kFits;
};

// Tells one query from another: its JSON, and the fields of its index.
std::uint64_t FingerprintOf(const Query& query, const Value& json);

// kInvalid: a cursor of another query ("InvalidCursor: ..."), a size out of bounds, or a first row that
// `left` does not allow to read. Adds to `reads` and `use` what it walked.
Result<QueryPage> ReadPage(TableStore& store, Query query, std::uint64_t fingerprint,
                           std::vector<TenantNo> tenants, const PageRequest& request,
                           const ReadUse& left, ReadSet& reads, ReadUse& use);

}  // namespace syncline
