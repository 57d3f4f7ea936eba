#include "shared/query/stream.hpp"

#include <algorithm>

#include "shared/base/planted.hpp"
#include "shared/value/size.hpp"

namespace syncline {
namespace {

constexpr std::size_t kFetchMin = 16;
constexpr std::size_t kFetchMax = 1024;

}  // namespace

Stream::Stream(TableStore& store, Query query, std::vector<TenantNo> tenants)
    : store_(store), query_(std::move(query)), counts_(query_.operators.size(), 0) {
  if (query_.search) {
    searched_ = std::move(tenants);
    tenants = {TenantNo{}};  // one walk, over ranks
  }
  for (const TenantNo tenant : tenants) walks_.push_back({tenant, query_.range, {}, false});
  Settle();
}

Stream::Mark Stream::MarkNow() const {
  Mark mark{counts_, {}, use_, ended_};
  // What is buffered has been fetched, not walked.
  for (const Walk& walk : walks_) mark.rests.push_back(walk.rest);
  return mark;
}

void Stream::ReturnTo(const Mark& mark) {
  counts_ = mark.counts;
  use_ = mark.use;
  ended_ = mark.ended;
  for (std::size_t i = 0; i < walks_.size(); ++i) {
    walks_[i].rest = mark.rests[i];
    walks_[i].at_end = false;
    walks_[i].buffer.clear();
  }
}

// The last page's unused documents are read again; so is what was fetched beyond it, as a mutation may
// have written meanwhile.
void Stream::TakeBack(std::size_t consumed) {
  const bool within = consumed < given_.key_ends.size();
  const Mark mark = within ? MarkWithin(consumed) : marks_[std::min(consumed, marks_.size() - 1)];
  given_ = {};
  ReturnTo(mark);
  marks_.assign(1, mark);
}

bool Stream::AtLimit() const {
  for (std::size_t i = 0; i < query_.operators.size(); ++i) {
    const auto* limit = std::get_if<std::size_t>(&query_.operators[i]);
    if (limit && counts_[i] >= *limit) return true;
  }
  return false;
}

Result<std::vector<Entry>> Stream::Fetch(const Walk& walk, std::size_t limit) {
  if (IsEmpty(walk.rest)) return std::vector<Entry>();
  if (!query_.search) {
    return store_.Scan(walk.tenant, query_.table->schema->number, query_.index, walk.rest,
                       query_.descending, limit);
  }
  if (!found_) {
    Result<std::vector<Entry>> found = RunSearch(store_, *query_.table, *query_.search, searched_);
    if (!found) return found;
    found_ = std::move(*found);
  }
  return EntriesWithin(*found_, walk.rest, limit);
}

Result<Stream::Walk*> Stream::Front(std::size_t ahead) {
  Walk* next = nullptr;
  for (Walk& walk : walks_) {
    if (walk.buffer.empty() && !walk.at_end) {
      const std::size_t limit = std::clamp(ahead, kFetchMin, kFetchMax);
      Result<std::vector<Entry>> entries = Fetch(walk, limit);
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
  return next;
}

// The last row that a limit lets through ends the walk, so nothing more is read.
Result<bool> Stream::Passes(const Object& document) {
  if (PLANTED("limit-before-filter")) {
    for (std::size_t& count : counts_) ++count;
  }
  for (std::size_t i = 0; i < query_.operators.size(); ++i) {
    if (const auto* filter = std::get_if<Filter>(&query_.operators[i])) {
      Result<bool> matches = Matches(*filter, document);
      if (!matches || !*matches) return matches;
    } else {
      if (!PLANTED("limit-before-filter")) ++counts_[i];
    }
  }
  return true;
}

Result<Stream::Step> Stream::Advance(std::size_t ahead, const ReadUse& left, Object& document) {
  if (AtLimit()) return Step::kEnd;
  const Result<Walk*> front = Front(ahead);
  if (!front) return Fail(front.error());
  if (!*front) {
    ended_ = true;
    return Step::kEnd;
  }
  Walk& walk = **front;
  document = ForFunctions(*query_.table->schema, walk.buffer.front().row);
  const std::size_t size = SizeOf(document);
  if (left.documents == 0 || size > left.bytes) return Step::kSpent;
  ++use_.documents;
  use_.bytes += size;
  position_ = std::move(walk.buffer.front().key);
  walk.buffer.pop_front();
  if (query_.descending) {
    walk.rest.high = position_;
  } else {
    walk.rest.low = position_ + '\0';
  }
  const Result<bool> passes = Passes(document);
  if (!passes) return Fail(passes.error());
  return *passes ? Step::kPassed : Step::kFiltered;
}

Result<Stream::Page> Stream::Next(std::size_t count, std::size_t consumed, const ReadUse& left) {
  const ReadUse before = use();
  TakeBack(PLANTED("unconsumed-rows-are-lost") ? marks_.size() - 1 : consumed);
  // Relative to what the caller knows to be used, as if nothing of the last page had been given.
  const ReadUse end{before.documents + left.documents, before.bytes + left.bytes, 0};
  Page page;
  page.done = AtLimit();
  while (!page.done && page.documents.size() < count) {
    const ReadUse rest{end.documents - std::min(end.documents, use_.documents),
                       end.bytes - std::min(end.bytes, use_.bytes), 0};
    Object document;
    const Result<Step> step = Advance(count - page.documents.size(), rest, document);
    // A function that wants no more than it has is not refused.
    if ((!step || *step == Step::kSpent) && !page.documents.empty()) return page;
    if (!step) {
      failed_ = MarkNow();
      return Fail(step.error());
    }
    if (*step == Step::kSpent) {
      const Status refused =
          CheckReadUse({rest.documents == 0 ? kDocumentsReadMax + 1 : 0, kBytesReadMax + 1, 0});
      return Fail(refused.error());
    }
    if (*step == Step::kPassed) {
      page.documents.push_back(std::move(document));
      marks_.push_back(MarkNow());
    }
    page.done = *step == Step::kEnd || AtLimit();
  }
  // Rows that were walked and filtered away after the last document belong to its mark.
  marks_.back() = MarkNow();
  return page;
}

void Stream::Close(std::size_t consumed) { TakeBack(consumed); }

void Stream::AddReads(ReadSet& read_set) const {
  AddReads(marks_.back(), read_set);
  if (failed_ && !PLANTED("errors-are-not-watched")) AddReads(*failed_, read_set);
}

void Stream::AddReads(const Mark& mark, ReadSet& read_set) const {
  if (query_.search) {
    if (!found_) return;
    for (const TenantNo tenant : searched_) {
      const KeyRange whole{TenantKey(tenant, {}), TenantKey({tenant.value + 1}, {})};
      read_set.push_back({query_.table->schema->number, kByCreationTime, whole});
    }
    return;
  }
  // Tenants are walked side by side: each was read as far as the farthest got.
  const KeyRange* farthest = nullptr;
  for (const KeyRange& rest : mark.rests) {
    const bool begun =
        query_.descending ? rest.high != query_.range.high : rest.low != query_.range.low;
    if (!begun) continue;
    const bool farther =
        !farthest || (query_.descending ? rest.high < farthest->high : rest.low > farthest->low);
    if (farther) farthest = &rest;
  }
  if ((!mark.ended || PLANTED("empty-walk-reads-nothing")) && !farthest) return;
  KeyRange walked = query_.range;
  if (!mark.ended && query_.descending) {
    walked.low = farthest->high;
  } else if (!mark.ended) {
    walked.high = farthest->low;
  }
  if (IsEmpty(walked)) return;
  for (const Walk& walk : walks_) {
    const Bytes high = walked.high.empty() ? TenantKey({walk.tenant.value + 1}, {})
                                           : TenantKey(walk.tenant, walked.high);
    read_set.push_back(
        {query_.table->schema->number, query_.index, {TenantKey(walk.tenant, walked.low), high}});
  }
}

}  // namespace syncline
