// Stream: a query being walked. Rows come in the index's order, merged over the tenants that are visible,
// through the query's filters and limits, a page at a time; the walked range is noted for the read set.
//
// Nothing stays open in SQLite between pages: each page seeks anew from the last row that was given out,
// so a mutation's own writes are seen, and a page that was not used up is read again.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "shared/query/query.hpp"
#include "shared/query/read_set.hpp"
#include "shared/store/table_store.hpp"

namespace syncline {

class Stream {
 public:
  // `tenants`: the generations to walk, each once.
  Stream(TableStore& store, Query query, std::vector<TenantNo> tenants);

  struct Page {
    std::vector<Object> documents;  // with system fields
    bool done = false;
  };
  // At most `count` documents after the ones given before. `consumed`: how many of the last page count
  // as given; the others come again.
  Result<Page> Next(std::size_t count, std::size_t consumed);
  // Ends the walk: notes what was read, with `consumed` as in Next.
  void Close(std::size_t consumed);
  // What was walked so far, as a read set would hold it.
  void AddReads(ReadSet& read_set) const;

 private:
  struct Walk {
    TenantNo tenant;
    KeyRange rest;  // not yet walked
    std::deque<Entry> buffer;
    bool at_end = false;
  };
  // Where the walk stands, to come back to after a page that was not used up.
  struct Mark {
    std::vector<std::size_t> counts;  // of each limit operator
    std::vector<KeyRange> rests;
    std::vector<bool> at_ends;
    bool done = false;
  };

  Mark MarkNow() const;
  void ReturnTo(const Mark& mark);
  void TakeBack(std::size_t consumed);
  Result<std::optional<Entry>> NextEntry(std::size_t page);
  // Whether the entry passes the operators; may set done_.
  Result<bool> Passes(const Object& document);

  TableStore& store_;
  const Query query_;
  std::vector<Walk> walks_;
  std::vector<std::size_t> counts_;
  bool done_ = false;
  std::vector<Mark> marks_;  // before each document of the last page, and after the last
};

}  // namespace syncline
