// Where the characters of a text's sequence are: by id, by index, before one another.
#include "shared/base/check.hpp"
#include "shared/merge/text_chunk.hpp"

namespace syncline {
namespace {

// A few searches through all runs cost less than an index of them.
constexpr std::size_t kSearchesMax = 16;

}  // namespace

std::vector<TextSequence::Index::Entry>::const_iterator TextSequence::Index::Covering(
    const std::vector<Entry>& entries, std::uint64_t counter) {
  const auto behind = std::upper_bound(
      entries.begin(), entries.end(), counter,
      [](std::uint64_t wanted, const Entry& entry) { return wanted < entry.counter; });
  return behind == entries.begin() ? behind : behind - 1;
}

bool SortAndJoin(std::vector<TextEdit::Deletion>& deletions) {
  SortByHeap(deletions, [](const TextEdit::Deletion& a, const TextEdit::Deletion& b) {
    return std::tie(a.first.replica.value, a.first.counter) <
           std::tie(b.first.replica.value, b.first.counter);
  });
  bool apart = true;
  std::size_t kept = 0;
  for (const TextEdit::Deletion& next : deletions) {
    if (kept > 0 && deletions[kept - 1].first.replica == next.first.replica) {
      TextEdit::Deletion& last = deletions[kept - 1];
      const std::uint64_t by = next.first.counter - last.first.counter;
      apart = apart && by >= last.count;
      if (by == last.count) {
        last.count += next.count;
        continue;
      }
    }
    deletions[kept++] = next;
  }
  deletions.resize(kept);
  return apart;
}

TextSequence::Chunk* TextSequence::Index::Find(const TextId& id) const {
  if (id.author >= by_author.size()) return nullptr;
  const std::vector<Entry>& entries = by_author[id.author];
  const auto entry = Covering(entries, id.counter);
  return entry == entries.end() ? nullptr : entry->chunk;
}

void TextSequence::Index::Assign(const TextSpan& run, Chunk* chunk, std::uint64_t next) {
  if (run.author >= by_author.size()) by_author.resize(run.author + 1);
  std::vector<Entry>& entries = by_author[run.author];
  const std::uint64_t end = run.counter + run.length;
  auto from = std::lower_bound(
      entries.begin(), entries.end(), run.counter,
      [](const Entry& entry, std::uint64_t counter) { return entry.counter < counter; });
  Chunk* before = from == entries.begin() ? nullptr : (from - 1)->chunk;
  Chunk* tail = before;
  auto to = from;
  for (; to != entries.end() && to->counter < end; ++to) tail = to->chunk;
  Entry made[2];
  std::ptrdiff_t count = 0;
  if (before != chunk) made[count++] = {run.counter, chunk};
  const bool tail_is_named = to != entries.end() && to->counter == end;
  if (tail && tail != chunk && end < next && !tail_is_named) made[count++] = {end, tail};
  const std::ptrdiff_t kept = std::min(count, to - from);
  std::copy(made, made + kept, from);
  if (kept < count) {
    entries.insert(from + kept, made + kept, made + count);
  } else {
    entries.erase(from + kept, to);
  }
}

std::uint32_t TextSequence::AuthorOf(ReplicaId replica) const {
  if (last_author_ < authors_.size() && authors_[last_author_].replica == replica)
    return last_author_;
  for (std::uint32_t i = 0; i < authors_.size(); ++i) {
    if (authors_[i].replica == replica) return last_author_ = i;
  }
  return kNobody;
}

std::uint32_t TextSequence::AddAuthor(ReplicaId replica) {
  authors_.push_back({replica, 0});
  return static_cast<std::uint32_t>(authors_.size() - 1);
}

bool TextSequence::Inner(const ElementId& id, TextId& inner) const {
  inner = {id.counter, AuthorOf(id.replica)};
  return inner.author != kNobody;
}

ElementId TextSequence::Outer(const TextId& id) const {
  return id.author == kNobody ? kNoElement : ElementId{id.counter, authors_[id.author].replica};
}

bool TextSequence::Find(const ElementId& id, Spot& spot) const {
  TextId inner;
  return Inner(id, inner) && Find(inner, spot);
}

bool TextSequence::FindIn(Chunk* chunk, const TextId& id, Spot& spot) const {
  for (std::size_t i = 0; i < chunk->spans.size(); ++i) {
    if (!chunk->spans[i].Has(id)) continue;
    spot = {chunk, i, static_cast<std::size_t>(id.counter - chunk->spans[i].counter)};
    last_ = chunk;
    return true;
  }
  return false;
}

bool TextSequence::Find(const TextId& id, Spot& spot) const {
  if (FindIn(last_, id, spot)) return true;
  if (!index_ && ++searches_ > kSearchesMax) MakeIndex();
  if (index_) {
    Chunk* chunk = index_->Find(id);
    return chunk && FindIn(chunk, id, spot);
  }
  for (const auto& chunk : chunks_) {
    if (FindIn(chunk.get(), id, spot)) return true;
  }
  return false;
}

void TextSequence::MakeIndex() const {
  index_ = std::make_unique<Index>();
  index_->by_author.resize(authors_.size());
  for (const auto& chunk : chunks_) {
    for (const TextSpan& span : chunk->spans) {
      index_->by_author[span.author].push_back({span.counter, chunk.get()});
    }
  }
  using Entry = Index::Entry;
  for (std::vector<Entry>& entries : index_->by_author) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.counter < b.counter; });
    entries.erase(std::unique(entries.begin(), entries.end(),
                              [](const Entry& a, const Entry& b) { return a.chunk == b.chunk; }),
                  entries.end());
  }
}

// The author's next character from the id on, which is not there. Up to the next entry all are in the chunk of
// one: so whoever goes on from id to id looks into each chunk about as often as it has runs.
bool TextSequence::NextIdFrom(TextId& id) const {
  if (!index_) MakeIndex();
  if (id.author >= index_->by_author.size()) return false;
  const std::vector<Index::Entry>& entries = index_->by_author[id.author];
  for (auto entry = Index::Covering(entries, id.counter); entry != entries.end(); ++entry) {
    std::uint64_t next = entry + 1 == entries.end() ? kTextCounterEnd : (entry + 1)->counter;
    const std::uint64_t end = next;
    ++steps_;
    for (const TextSpan& span : entry->chunk->spans) {
      if (span.author != id.author || span.counter < id.counter) continue;
      next = std::min(next, span.counter);
    }
    if (next == end) continue;
    id.counter = next;
    return true;
  }
  return false;
}

bool TextSequence::IsBefore(const Spot& a, const Spot& b) const {
  if (a.chunk != b.chunk) return a.chunk->order < b.chunk->order;
  return a.span != b.span ? a.span < b.span : a.offset < b.offset;
}

bool TextSequence::RightIsBefore(const TextId& a, const TextId& b) const {
  Spot spot_a, spot_b;
  if (a.author == kNobody || !Find(a, spot_a)) return false;
  return b.author == kNobody || !Find(b, spot_b) || IsBefore(spot_a, spot_b);
}

bool TextSequence::IsVisible(const Spot& spot) const {
  return spot.chunk->spans[spot.span].visible();
}

std::size_t TextSequence::VisibleBefore(const Spot& spot) const {
  std::size_t before = spot.chunk->PointsBefore(spot.span) + (IsVisible(spot) ? spot.offset : 0);
  for (std::size_t i = 0; i < spot.chunk->order; ++i) before += chunks_[i]->points;
  return before;
}

std::size_t TextSequence::visible() const {
  std::size_t points = 0;
  for (const auto& chunk : chunks_) points += chunk->points;
  return points;
}

TextSequence::Spot TextSequence::SpotAt(std::size_t at) const {
  for (const auto& chunk : chunks_) {
    if (at >= chunk->points) {
      at -= chunk->points;
      continue;
    }
    for (std::size_t i = 0; i < chunk->spans.size(); ++i) {
      if (at < chunk->spans[i].shown()) return {chunk.get(), i, at};
      at -= chunk->spans[i].shown();
    }
  }
  CHECK(false && "an index within the visible text");
  return {};
}

ElementId TextSequence::IdOf(const Spot& spot) const {
  const TextSpan& span = spot.chunk->spans[spot.span];
  return Outer({span.counter + spot.offset, span.author});
}

ElementId TextSequence::IdAt(std::size_t at) const { return IdOf(SpotAt(at)); }

std::vector<TextEdit::Deletion> TextSequence::IdsAt(std::size_t at, std::size_t count) const {
  std::vector<TextEdit::Deletion> ids;
  if (count == 0) return ids;
  Spot spot = SpotAt(at);
  Gap gap{spot.chunk, spot.span};
  while (count > 0) {
    const TextSpan* span = SpanBehind(gap);
    CHECK(span != nullptr);
    ++gap.span;
    if (!span->visible()) continue;
    const std::size_t taken = std::min(count, span->length - spot.offset);
    const ElementId first = Outer({span->counter + spot.offset, span->author});
    if (!ids.empty() && ids.back().first.replica == first.replica &&
        ids.back().first.counter + ids.back().count == first.counter) {
      ids.back().count += taken;
    } else {
      ids.push_back({first, taken});
    }
    count -= taken;
    spot.offset = 0;
  }
  return ids;
}

std::vector<TextEdit::Deletion> TextSequence::StillVisible(
    const TextEdit::Deletion& deletion) const {
  std::vector<TextEdit::Deletion> visible;
  TextId id;
  if (!Inner(deletion.first, id)) return visible;
  for (std::uint64_t left = deletion.count; left > 0;) {
    Spot spot;
    const std::uint64_t from = id.counter;
    if (!Find(id, spot)) {
      if (!NextIdFrom(id) || id.counter - from >= left) break;
      left -= id.counter - from;
      continue;
    }
    const TextSpan& span = spot.chunk->spans[spot.span];
    const std::uint64_t count = std::min<std::uint64_t>(left, span.length - spot.offset);
    if (span.visible()) visible.push_back({Outer(id), count});
    left -= count;
    id.counter += count;
  }
  return visible;
}

std::uint64_t TextSequence::NextCounter() const {
  std::uint64_t next = floor_;
  for (const TextAuthor& author : authors_) next = std::max(next, author.next);
  return next > 0 ? next : first_;
}

TextEdit TextSequence::EditOf(const std::vector<Replacement>& replacements) const {
  TextEdit edit;
  const std::size_t end = visible();
  std::uint64_t counter = NextCounter();
  for (const Replacement& each : replacements) {
    if (!each.inserted.empty()) {
      const std::size_t behind = each.at + each.deleted;
      edit.inserted.push_back({each.at > 0 ? IdAt(each.at - 1) : kNoElement,
                               behind < end ? IdAt(behind) : kNoElement, counter,
                               std::string(each.inserted)});
      counter += CodePoints(each.inserted);
    }
    for (const TextEdit::Deletion& ids : IdsAt(each.at, each.deleted)) edit.deleted.push_back(ids);
  }
  static_cast<void>(SortAndJoin(edit.deleted));
  return edit;
}

std::string TextSequence::Text() const {
  std::size_t bytes = 0;
  for (const auto& chunk : chunks_) bytes += chunk->text.size();
  std::string text;
  text.reserve(bytes);
  for (const auto& chunk : chunks_) text += chunk->text;
  return text;
}

Bytes TextSequence::Content() const {
  TextContentWriter writer(authors_, floor_);
  for (const auto& chunk : chunks_) {
    for (const TextSpan& span : chunk->spans) writer.Add(span);
  }
  return writer.Finish();
}

}  // namespace syncline
