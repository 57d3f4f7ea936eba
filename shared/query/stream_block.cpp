// Stream's pages as blocks. A walk along one tenant's index without filters needs no document to be looked
// at, so its rows go straight into the block; of each only the key and the size are kept, to come back to.
#include <algorithm>

#include "shared/query/stream.hpp"
#include "shared/store/row_block.hpp"

namespace syncline {
namespace {

// More than any row has. Nearer to the limit rows are weighed one by one.
constexpr std::size_t kRowBytesMax = std::size_t{2} << 20;

std::size_t Less(std::size_t a, std::size_t b) { return a - std::min(a, b); }

}  // namespace

bool Stream::GoesStraight(const ReadUse& left) const {
  return !query_.search && walks_.size() == 1 && left.documents > 0 && left.bytes > kRowBytesMax &&
         std::none_of(query_.operators.begin(), query_.operators.end(),
                      [](const auto& step) { return std::holds_alternative<Filter>(step); });
}

Stream::Mark Stream::MarkWithin(std::size_t count) const {
  Mark mark = marks_.front();
  if (count == 0) return mark;
  const std::size_t begin = count > 1 ? given_.key_ends[count - 2] : 0;
  const Bytes key = given_.keys.substr(begin, given_.key_ends[count - 1] - begin);
  if (query_.descending) {
    mark.rests.front().high = key;
  } else {
    mark.rests.front().low = key + '\0';
  }
  for (std::size_t& of_limit : mark.counts) of_limit += count;
  mark.use.documents += count;
  mark.use.bytes = given_.bytes[count - 1];
  return mark;
}

Result<bool> Stream::NextBlock(std::size_t count, std::size_t consumed, const ReadUse& left,
                               BlockWriter& block) {
  const ReadUse before = use();
  TakeBack(consumed);
  const ReadUse rest{Less(before.documents + left.documents, use_.documents),
                     Less(before.bytes + left.bytes, use_.bytes), 0};
  if (!GoesStraight(rest)) {
    const Result<Page> page = Next(count, 0, rest);
    if (!page) return Fail(page.error());
    for (const Object& document : page->documents) block.Add(document);
    return page->done;
  }
  std::size_t wanted = std::min(count, rest.documents);
  for (std::size_t i = 0; i < query_.operators.size(); ++i) {
    wanted = std::min(wanted, Less(std::get<std::size_t>(query_.operators[i]), counts_[i]));
  }
  const std::size_t bytes_end = use_.bytes + rest.bytes - kRowBytesMax;
  std::size_t bytes = use_.bytes;
  RowBlock rows(*query_.table, block);
  const auto visit = [&](const StoredRow& row) -> Result<bool> {
    const Result<std::size_t> size = rows.Add(row);
    if (!size) return Fail(size.error());
    bytes += *size;
    given_.keys += row.key;
    given_.key_ends.push_back(given_.keys.size());
    given_.bytes.push_back(bytes);
    return bytes < bytes_end;
  };
  const Walk& walk = walks_.front();
  if (wanted > 0 && !IsEmpty(walk.rest)) {
    const Status walked = store_.Visit(walk.tenant, query_.table->schema->number, query_.index,
                                       walk.rest, query_.descending, wanted, visit);
    if (!walked) {
      given_ = {};
      return Fail(walked.error());
    }
  }
  const std::size_t given = given_.key_ends.size();
  const bool at_end = given < wanted && bytes < bytes_end;
  Mark after = MarkWithin(given);
  after.ended = after.ended || at_end;
  ReturnTo(after);
  if (given == 0) marks_.clear();
  marks_.push_back(std::move(after));
  return at_end || AtLimit();
}

}  // namespace syncline
