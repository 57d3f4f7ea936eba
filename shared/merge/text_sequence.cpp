#include "shared/merge/text_sequence.hpp"

#include "shared/base/utf8.hpp"
#include "shared/merge/text_chunk.hpp"

namespace syncline {
namespace {

// Filled to this when a content is read, so that there is room for edits.
constexpr std::size_t kChunkSpansFilled = kChunkSpansMax * 3 / 4;
constexpr std::size_t kChunkPointsFilled = kChunkPointsMax * 3 / 4;

TextContent Literal(const KindState& state, std::size_t code_points) {
  TextContent content;
  const std::uint64_t first = state.first_counter;
  if (code_points > 0) content.authors.push_back({state.literal_by, first + code_points});
  TextSpan run;
  run.author = 0;
  run.counter = first;
  for (; code_points > 0; code_points -= run.length) {
    if (run.length > 0) run.set_left(run.last());
    run.counter += run.length;
    run.length =
        static_cast<std::uint32_t>(std::min<std::size_t>(code_points, kTextRunMax)) & kTextRunMax;
    content.spans.push_back(run);
  }
  return content;
}

std::size_t Shown(const TextContent& content) {
  std::size_t shown = 0;
  for (const TextSpan& span : content.spans) shown += span.shown();
  return shown;
}

}  // namespace

TextSequence::TextSequence(const KindState& state) {
  const std::string* value = state.value.As<std::string>();
  std::string_view text = value ? std::string_view(*value) : std::string_view();
  const std::size_t code_points = CodePoints(text);
  TextContent content;
  if (!DecodeTextContent(state.content, content) || Shown(content) != code_points) {
    content = Literal(state, code_points);
  }
  first_ = state.first_counter;
  authors_ = std::move(content.authors);
  floor_ = content.floor;

  const auto add = [this] {
    chunks_.push_back(std::make_unique<Chunk>());
    chunks_.back()->order = chunks_.size() - 1;
    chunks_.back()->spans.reserve(kChunkSpansMax);
    return chunks_.back().get();
  };
  Chunk* chunk = add();
  for (TextSpan span : content.spans) {
    while (true) {
      if (chunk->spans.size() >= kChunkSpansFilled || chunk->points >= kChunkPointsFilled)
        chunk = add();
      const std::size_t room = kChunkPointsFilled - chunk->points;
      const bool fits = span.shown() <= room;
      TextSpan rest;
      if (!fits) rest = span.CutAt(static_cast<std::uint32_t>(room));
      chunk->spans.push_back(span);
      chunk->points += span.shown();
      if (fits) break;
      span = rest;
    }
  }
  for (const auto& each : chunks_) {
    each->text = text.substr(0, BytesBeforeCodePoint(text, each->points));
    text.remove_prefix(each->text.size());
  }
  last_ = chunks_.front().get();
}

TextSequence::TextSequence(TextSequence&&) noexcept = default;
TextSequence::~TextSequence() = default;

TextProblem TextSequence::Apply(const TextEdit& edit, ReplicaId author) {
  return ApplyParts(edit, author, false);
}
TextProblem TextSequence::ApplyOrStop(const TextEdit& edit, ReplicaId author,
                                      std::uint64_t steps_max) {
  steps_max_ = steps_ + steps_max;
  const TextProblem problem = ApplyParts(edit, author, true);
  const bool costly = steps_ > steps_max_;
  steps_max_ = ~std::uint64_t{0};
  return costly ? TextProblem::kCostly : problem;
}

TextProblem TextSequence::ApplyParts(const TextEdit& edit, ReplicaId author, bool stop) {
  TextProblem first = TextProblem::kNone;
  for (const TextEdit::Insertion& insertion : edit.inserted) {
    const TextProblem problem = Insert(insertion, author);
    if (first == TextProblem::kNone) first = problem;
    if (stop && first != TextProblem::kNone) return first;
  }
  for (const TextEdit::Deletion& deletion : edit.deleted) {
    const TextProblem problem = Delete(deletion, stop);
    if (first == TextProblem::kNone) first = problem;
    if (stop && first != TextProblem::kNone) return first;
  }
  return first;
}

TextProblem TextSequence::Insert(const TextEdit::Insertion& insertion, ReplicaId replica) {
  if (insertion.text.empty() || !IsUtf8(insertion.text)) return TextProblem::kMalformed;
  const std::size_t length = CodePoints(insertion.text);
  if (length > kTextRunMax || insertion.counter >= kTextCounterEnd - length) {
    return TextProblem::kMalformed;
  }
  std::uint32_t author = AuthorOf(replica);
  if (insertion.counter < (author == kNobody ? floor_ : authors_[author].next)) {
    return TextProblem::kReused;
  }
  TextId left, right;
  Spot left_spot, right_spot;
  if (insertion.right != kNoElement) {
    if (!Inner(insertion.right, right) || !Find(right, right_spot)) return TextProblem::kMissing;
  }
  if (insertion.left != kNoElement) {
    if (!Inner(insertion.left, left) || !Find(left, left_spot)) return TextProblem::kMissing;
    if (right_spot.chunk && !IsBefore(left_spot, right_spot)) return TextProblem::kMalformed;
  }

  if (author == kNobody) author = AddAuthor(replica);
  TextSpan made;
  made.counter = insertion.counter;
  made.author = author;
  made.length = static_cast<std::uint32_t>(length) & kTextRunMax;
  made.set_left(left);
  made.set_right(right);
  // From right to left: a cut does not move what is before it.
  if (right_spot.chunk) SplitAt(*right_spot.chunk, right_spot.span, right_spot.offset);
  Gap gap{chunks_.front().get(), 0};
  if (left_spot.chunk) {
    gap = {left_spot.chunk, SplitAt(*left_spot.chunk, left_spot.span, left_spot.offset + 1)};
  }
  if (right_spot.chunk) {
    Find(right, right_spot);
    made.left_child = Descends(right_spot, left, left_spot);
  }
  authors_[author].next = made.counter + length;
  PutIn(Place(made, gap, left_spot, right_spot), made, insertion.text);
  return steps_ > steps_max_ ? TextProblem::kCostly : TextProblem::kNone;
}

// An ancestor of the right neighbour that is not the left one was deleted when the right one was typed, or
// that would have named it: so the way along the left neighbours misses nothing.
bool TextSequence::Descends(Spot right, const TextId& left, const Spot& left_spot) const {
  if (left.author == kNobody) return true;
  while (Step()) {
    const TextId up = right.chunk->spans[right.span].left();
    if (up == left) return true;
    Spot spot;
    if (up.author == kNobody || !Find(up, spot) || !IsBefore(spot, right)) return false;
    if (IsBefore(spot, left_spot)) return false;
    right = spot;
  }
  return false;
}

// What is between the two neighbours was typed there at the same time, or deleted. The descendants of one
// character stand together, so whole families are passed.
TextSequence::Gap TextSequence::Place(const TextSpan& made, Gap gap, const Spot& left,
                                      const Spot& right) const {
  TextId passed;
  while (Step()) {
    const TextSpan* span = SpanBehind(gap);
    if (!span || span->first() == made.right()) return gap;
    Spot last{gap.chunk, gap.span, 0};
    const TextSpan* child = nullptr;
    switch (Climb(made.parent(), left, right, last, child)) {
      case Kin::kNone:
        if (!made.left_child) return gap;
        ++gap.span;
        break;
      case Kin::kPassed: ++gap.span; break;
      case Kin::kChild:
        if (child->first() != passed && IsSiblingBefore(made, *child)) return gap;
        passed = child->first();
        gap = {last.chunk, last.span + 1};
    }
  }
  return gap;
}

// From the run at `last` up to the child of `parent` that it descends from; `last` becomes the furthest
// that is known to descend from that child.
TextSequence::Kin TextSequence::Climb(const TextId& parent, const Spot& left, const Spot& right,
                                      Spot& last, const TextSpan*& child) const {
  const Spot start = last;
  while (Step()) {
    child = &last.chunk->spans[last.span];
    const TextId up = child->parent();
    if (up == parent) return Kin::kChild;
    Spot spot;
    if (up.author == kNobody || !Find(up, spot)) return Kin::kNone;
    if (IsBefore(spot, start)) {
      return left.chunk && !IsBefore(left, spot) ? Kin::kNone : Kin::kPassed;
    }
    if (!IsBefore(last, spot) || (right.chunk && !IsBefore(spot, right))) return Kin::kNone;
    last = spot;
  }
  return Kin::kNone;
}

bool TextSequence::IsSiblingBefore(const TextSpan& made, const TextSpan& child) const {
  if (made.left_child || made.right() == child.right()) {
    return Outer(made.first()) < Outer(child.first());
  }
  return RightIsBefore(child.right(), made.right());
}

const TextSpan* TextSequence::SpanBehind(Gap& gap) const {
  if (gap.span == gap.chunk->spans.size()) {
    if (gap.chunk->order + 1 == chunks_.size()) return nullptr;
    gap = {chunks_[gap.chunk->order + 1].get(), 0};
  }
  return &gap.chunk->spans[gap.span];
}

// Where the run at `span` has its character `offset` first: cuts it in two if need be.
std::size_t TextSequence::SplitAt(Chunk& chunk, std::size_t span, std::size_t offset) {
  if (offset == 0) return span;
  if (offset == chunk.spans[span].length) return span + 1;
  const TextSpan tail = chunk.spans[span].CutAt(static_cast<std::uint32_t>(offset));
  chunk.spans.insert(chunk.spans.begin() + static_cast<std::ptrdiff_t>(span) + 1, tail);
  return span + 1;
}

void TextSequence::PutIn(Gap gap, const TextSpan& made, std::string_view text) {
  // Behind what was typed before, rather than in front of another chunk.
  if (gap.span == 0 && gap.chunk->order > 0) {
    gap.chunk = chunks_[gap.chunk->order - 1].get();
    gap.span = gap.chunk->spans.size();
  }
  changed_ = true;
  Chunk& chunk = *gap.chunk;
  chunk.text.insert(chunk.BytesBefore(chunk.PointsBefore(gap.span)), text);
  chunk.points += made.length;
  chunk.spans.insert(chunk.spans.begin() + static_cast<std::ptrdiff_t>(gap.span), made);
  if (index_) index_->Assign(made, &chunk, authors_[made.author].next);
  JoinAt(chunk, gap.span);
  last_ = &chunk;
  if (chunk.too_large()) Divide(chunk);
}

// Only what is there is visited, however many ids a forged deletion names.
TextProblem TextSequence::Delete(const TextEdit::Deletion& deletion, bool stop) {
  if (deletion.count == 0) return TextProblem::kMalformed;
  TextId id;
  if (!Inner(deletion.first, id)) return TextProblem::kMissing;
  TextProblem problem = TextProblem::kNone;
  for (std::uint64_t left = deletion.count; left > 0;) {
    Spot spot;
    if (!Find(id, spot)) {
      problem = TextProblem::kMissing;
      if (stop) break;
      const std::uint64_t from = id.counter;
      if (!NextIdFrom(id) || id.counter - from >= left) break;
      left -= id.counter - from;
      continue;
    }
    const TextSpan& span = spot.chunk->spans[spot.span];
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(left, span.length - spot.offset));
    if (span.visible()) Hide(spot, count);
    left -= count;
    id.counter += count;
  }
  return problem;
}

void TextSequence::Hide(const Spot& spot, std::size_t count) {
  changed_ = true;
  Chunk& chunk = *spot.chunk;
  const std::size_t at = SplitAt(chunk, spot.span, spot.offset);
  SplitAt(chunk, at, count);
  const std::size_t before = chunk.PointsBefore(at);
  const std::size_t from = chunk.BytesBefore(before);
  chunk.text.erase(from, chunk.BytesBefore(before + count) - from);
  chunk.points -= count;
  chunk.spans[at].set_state(TextState::kDeleted);
  JoinAt(chunk, at);
  if (chunk.too_large()) Divide(chunk);
}

// Makes one run of the one at `span` and its neighbours, where they are one.
void TextSequence::JoinAt(Chunk& chunk, std::size_t span) {
  std::vector<TextSpan>& spans = chunk.spans;
  for (std::size_t i = span + 1; i + 1 > span && i > 0; --i) {
    if (i >= spans.size() || !spans[i - 1].Continues(spans[i])) continue;
    spans[i - 1].length = (spans[i - 1].length + spans[i].length) & kTextRunMax;
    spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// Moves the second half into a chunk of its own.
void TextSequence::Divide(Chunk& chunk) {
  constexpr std::size_t kSpanWeight = kChunkPointsMax / kChunkSpansMax;
  const std::size_t half = (chunk.spans.size() * kSpanWeight + chunk.points) / 2;
  std::size_t at = 0, weight = 0;
  while (weight + kSpanWeight + chunk.spans[at].shown() <= half) {
    weight += kSpanWeight + chunk.spans[at++].shown();
  }
  if (chunk.spans[at].shown() > 2 * kSpanWeight) {
    const std::size_t most = chunk.spans[at].length - 1;
    at = SplitAt(chunk, at, std::clamp(half - weight, std::size_t{1}, most));
  } else if (at == 0) {
    at = 1;
  }

  const auto from = chunk.spans.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t points = chunk.PointsBefore(at);
  const std::size_t bytes = chunk.BytesBefore(points);
  auto made = std::make_unique<Chunk>();
  made->spans.reserve(kChunkSpansMax + 2);
  made->spans.assign(from, chunk.spans.end());
  made->text = chunk.text.substr(bytes);
  made->points = chunk.points - points;
  chunk.spans.erase(from, chunk.spans.end());
  chunk.text.resize(bytes);
  chunk.points = points;

  Chunk& second = *made;
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(chunk.order) + 1, std::move(made));
  for (std::size_t i = chunk.order + 1; i < chunks_.size(); ++i) chunks_[i]->order = i;
  if (index_) {
    for (const TextSpan& span : second.spans)
      index_->Assign(span, &second, authors_[span.author].next);
  }
  if (chunk.too_large()) Divide(chunk);
  if (second.too_large()) Divide(second);
}

}  // namespace syncline
