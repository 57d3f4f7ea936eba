// Stream: a query being walked. Rows come in the index's order, merged over the tenants that are visible,
// through the query's filters and limits, a page at a time; the walked range is noted for the read set.
//
// Nothing stays open in SQLite between pages: each page seeks anew from the last row that was given out,
// so a mutation's own writes are seen, and a page that was not used up is read again. A walk that came to
// its end goes on if a row has been written behind it since.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "shared/query/query.hpp"
#include "shared/query/read_set.hpp"
#include "shared/query/read_use.hpp"
#include "shared/store/table_store.hpp"
#include "shared/value/block.hpp"

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
  // as given; the others come again. `left`: what may still be walked, beyond what use() tells; a page
  // ends early where it is used up, and fails (kInvalid) if it would be empty.
  Result<Page> Next(std::size_t count, std::size_t consumed, const ReadUse& left = Remaining({}));
  // As Next, into an empty block; true if it is done. A page may be given either way.
  Result<bool> NextBlock(std::size_t count, std::size_t consumed, const ReadUse& left,
                         BlockWriter& block);
  // Ends the walk: notes what was read, with `consumed` as in Next.
  void Close(std::size_t consumed);
  // What was walked for the documents that count as given.
  const ReadUse& use() const { return marks_.front().use; }
  // What was walked so far, as a read set would hold it.
  void AddReads(ReadSet& read_set) const;

  // --- row by row, for pages with cursors; not to be mixed with Next ---
  enum class Step {
    kPassed,    // the row is in `document`
    kFiltered,  // the row was walked, and is not in the result
    kEnd,       // the range or a limit is used up
    kSpent,     // there is a row, but no more of it may be read
  };
  // `ahead`: how many rows are likely to be asked for.
  Result<Step> Advance(std::size_t ahead, const ReadUse& left, Object& document);
  // Ends the steps, for AddReads and use().
  void Settle() { marks_.assign(1, MarkNow()); }
  const ReadUse& walked() const { return use_; }
  // The key of the last row that was walked, without the tenant.
  const Bytes& position() const { return position_; }
  // How many rows each limit of the query has let through.
  const std::vector<std::size_t>& counts() const { return counts_; }
  void set_counts(std::vector<std::size_t> counts) { counts_ = std::move(counts); }

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
    ReadUse use;
    // The end of the range was seen.
    bool ended = false;
  };

  // The rows of a page that went straight into a block: what it takes to come back to each.
  struct Given {
    Bytes keys;                         // one after the other
    std::vector<std::size_t> key_ends;  // in `keys`
    std::vector<std::size_t> bytes;     // that were read up to the row's end
  };

  Mark MarkNow() const;
  // Whether the next page may go straight into a block.
  bool GoesStraight(const ReadUse& left) const;
  // Where the walk stood when `count` of given_ had been walked. REQUIRES: given_ is not empty.
  Mark MarkWithin(std::size_t count) const;
  void AddReads(const Mark& mark, ReadSet& read_set) const;
  void ReturnTo(const Mark& mark);
  void TakeBack(std::size_t consumed);
  bool AtLimit() const;
  Result<std::vector<Entry>> Fetch(const Walk& walk, std::size_t limit);
  // The walk whose row comes next; null at the end.
  Result<Walk*> Front(std::size_t ahead);
  Result<bool> Passes(const Object& document);

  TableStore& store_;
  const Query query_;
  std::vector<Walk> walks_;
  // A search: where, and what it found when the first row was asked for.
  std::vector<TenantNo> searched_;
  std::optional<std::vector<Entry>> found_;
  std::vector<std::size_t> counts_;
  ReadUse use_;
  Bytes position_;
  bool ended_ = false;
  std::vector<Mark> marks_;  // before each document of the last page, and after the last
  Given
      given_;  // of the last page; if there are any, marks_ are before the first and after the last
  // Behind a row that a filter could not judge: the error is a result too, and depends on that row.
  std::optional<Mark> failed_;
};

}  // namespace syncline
