#include "shared/query/stream.hpp"

#include <algorithm>

namespace syncline {
namespace {

constexpr std::size_t kFetchMin = 16;
constexpr std::size_t kFetchMax = 1024;

bool Empty(const KeyRange& range) { return !range.high.empty() && range.low >= range.high; }

}  // namespace

Stream::Stream(TableStore& store, Query query, std::vector<TenantNo> tenants)
    : store_(store), query_(std::move(query)), counts_(query_.operators.size(), 0) {
  for (const TenantNo tenant : tenants) {
    walks_.push_back({tenant, query_.range, {}, Empty(query_.range)});
  }
  marks_.push_back(MarkNow());
}

Stream::Mark Stream::MarkNow() const {
  Mark mark{counts_, {}, {}, done_};
  for (const Walk& walk : walks_) {
    // What is buffered has been fetched, not walked.
    mark.rests.push_back(walk.rest);
    mark.at_ends.push_back(walk.at_end && walk.buffer.empty());
  }
  return mark;
}

void Stream::ReturnTo(const Mark& mark) {
  counts_ = mark.counts;
  done_ = mark.done;
  for (std::size_t i = 0; i < walks_.size(); ++i) {
    walks_[i].rest = mark.rests[i];
    walks_[i].at_end = mark.at_ends[i];
    walks_[i].buffer.clear();
  }
}

// The last page's unused documents are read again; so is what was fetched beyond it, as a mutation may
// have written meanwhile.
void Stream::TakeBack(std::size_t consumed) {
  const Mark mark = marks_[std::min(consumed, marks_.size() - 1)];
  ReturnTo(mark);
  marks_.assign(1, mark);
}

Result<std::optional<Entry>> Stream::NextEntry(std::size_t page) {
  Walk* next = nullptr;
  for (Walk& walk : walks_) {
    if (walk.buffer.empty() && !walk.at_end) {
      const std::size_t limit = std::clamp(page, kFetchMin, kFetchMax);
      Result<std::vector<Entry>> entries =
          store_.Scan(walk.tenant, query_.table->schema->number, query_.index, walk.rest,
                      query_.descending, limit);
      if (!entries) return Fail(entries.error());
      walk.at_end = entries->size() < limit;
      walk.buffer.assign(std::make_move_iterator(entries->begin()),
                         std::make_move_iterator(entries->end()));
    }
    if (walk.buffer.empty()) continue;
    const bool first =
        !next || (query_.descending ? walk.buffer.front().key > next->buffer.front().key
                                    : walk.buffer.front().key < next->buffer.front().key);
    if (first) next = &walk;
  }
  if (!next) {
    // Everything was walked, to the end of every range.
    for (Walk& walk : walks_) walk.rest = {Bytes(1, '\0'), Bytes(1, '\0')};
    return std::optional<Entry>();
  }
  Entry entry = std::move(next->buffer.front());
  next->buffer.pop_front();
  if (query_.descending) {
    next->rest.high = entry.key;
  } else {
    next->rest.low = entry.key + '\0';
  }
  return std::optional<Entry>(std::move(entry));
}

Result<bool> Stream::Passes(const Object& document) {
  for (std::size_t i = 0; i < query_.operators.size(); ++i) {
    if (const auto* filter = std::get_if<Filter>(&query_.operators[i])) {
      Result<bool> matches = Matches(*filter, document);
      if (!matches || !*matches) return matches;
    } else {
      const std::size_t limit = std::get<std::size_t>(query_.operators[i]);
      if (counts_[i] >= limit) {
        done_ = true;
        return false;
      }
      // The last one that it lets through ends the walk, so nothing more is read.
      if (++counts_[i] == limit) done_ = true;
    }
  }
  return true;
}

Result<Stream::Page> Stream::Next(std::size_t count, std::size_t consumed) {
  TakeBack(consumed);
  Page page;
  for (std::size_t i = 0; i < query_.operators.size(); ++i) {
    const auto* limit = std::get_if<std::size_t>(&query_.operators[i]);
    if (limit && counts_[i] >= *limit) done_ = true;
  }
  while (!done_ && page.documents.size() < count) {
    Result<std::optional<Entry>> entry = NextEntry(count - page.documents.size());
    if (!entry) return Fail(entry.error());
    if (!*entry) {
      done_ = true;
      break;
    }
    Object document = ForFunctions(*query_.table->schema, (*entry)->row);
    const Result<bool> passes = Passes(document);
    if (!passes) return Fail(passes.error());
    if (!*passes) continue;
    page.documents.push_back(std::move(document));
    marks_.push_back(MarkNow());
  }
  // Rows that were walked and filtered away after the last document belong to its mark.
  marks_.back() = MarkNow();
  page.done = done_;
  return page;
}

void Stream::Close(std::size_t consumed) { TakeBack(consumed); }

void Stream::AddReads(ReadSet& read_set) const {
  const Mark& mark = marks_.back();
  // Tenants are walked side by side: each was read as far as the farthest got.
  const KeyRange* farthest = nullptr;
  for (const KeyRange& rest : mark.rests) {
    const bool begun =
        query_.descending ? rest.high != query_.range.high : rest.low != query_.range.low;
    if (!begun || Empty(rest)) continue;
    const bool farther =
        !farthest || (query_.descending ? rest.high < farthest->high : rest.low > farthest->low);
    if (farther) farthest = &rest;
  }
  for (std::size_t i = 0; i < walks_.size(); ++i) {
    KeyRange walked = query_.range;
    const bool whole = mark.at_ends[i] || Empty(mark.rests[i]);
    if (!whole && !farthest) continue;
    if (!whole && query_.descending) {
      walked.low = farthest->high;
    } else if (!whole) {
      walked.high = farthest->low;
    }
    if (Empty(walked)) continue;
    const TenantNo tenant = walks_[i].tenant;
    const Bytes high =
        walked.high.empty() ? TenantKey({tenant.value + 1}, {}) : TenantKey(tenant, walked.high);
    read_set.push_back(
        {query_.table->schema->number, query_.index, {TenantKey(tenant, walked.low), high}});
  }
}

}  // namespace syncline
