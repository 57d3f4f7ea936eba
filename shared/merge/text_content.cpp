#include "shared/merge/text_content.hpp"

#include <algorithm>

#include "shared/base/varint.hpp"

namespace syncline {
namespace {

// content = 01 floor:varint count:varint { replica:8 next:varint } { run }
// run     = flags:1 [author:varint] [step:zigzag] size:varint [left:id] [right:id]
// id      = author:varint distance:zigzag, from the run's counter
// Authors are numbers in the list, which is in the order of first use. The size is twice the length, and
// one more for a left child. Flags:
//   bits 0-1  TextState
//   bit 2     the author is not that of the run before
//   bit 3     the counter is not where the author's last run ended: by how much
//   bits 4-5  the left neighbour, bits 6-7 the right one
// Example: "ab" typed by replica 3 into nothing, 01 00 01 0300000000000000 02 50 04, where the flags are
// 40 for the right neighbour and 10 for the left.
constexpr char kVersion = 1;
constexpr unsigned kOtherAuthor = 4, kStep = 8;
constexpr unsigned kLeftShift = 4, kRightShift = 6;
enum Left : unsigned { kPrevious, kStart, kOwnPrevious, kLeftId };
enum Right : unsigned { kSameAsBefore, kEnd, kNext, kRightId };
constexpr std::size_t kAuthorBytesMin = 9;

void PutZigzag(Bytes& out, std::uint64_t from, std::uint64_t to) {
  const auto by = static_cast<std::int64_t>(to - from);
  PutVarint(out, static_cast<std::uint64_t>(by) << 1 ^ static_cast<std::uint64_t>(by >> 63));
}

bool TakeZigzag(ByteView& in, std::uint64_t from, std::uint64_t& to) {
  std::uint64_t by = 0;
  if (!TakeVarint(in, by)) return false;
  to = from + (by >> 1 ^ (0 - (by & 1)));
  return true;
}

class Reader {
 public:
  Reader(ByteView in, TextContent& content) : in_(in), content_(content) {}

  bool Read() {
    if (in_.empty() || in_[0] != kVersion) return false;
    in_.remove_prefix(1);
    if (!TakeVarint(in_, content_.floor) || !ReadAuthors()) return false;
    ends_.resize(content_.authors.size());
    // A run takes two bytes at least, and about five.
    content_.spans.reserve(in_.size() / 5 + 1);
    while (!in_.empty()) {
      if (!ReadSpan()) return false;
    }
    return !next_is_right_;
  }

 private:
  bool ReadAuthors() {
    std::uint64_t count = 0;
    if (!TakeVarint(in_, count) || count > in_.size() / kAuthorBytesMin) return false;
    for (; count > 0; --count) {
      TextAuthor author;
      if (!TakeFixed64(in_, author.replica.value) || !TakeVarint(in_, author.next)) return false;
      if (author.next > kTextCounterEnd) return false;
      content_.authors.push_back(author);
    }
    return content_.floor <= kTextCounterEnd;
  }

  bool ReadAuthor(std::uint32_t& author) {
    std::uint64_t number = 0;
    if (!TakeVarint(in_, number) || number >= content_.authors.size()) return false;
    author = static_cast<std::uint32_t>(number);
    return true;
  }

  bool ReadId(const TextSpan& span, TextId& id) {
    return ReadAuthor(id.author) && TakeZigzag(in_, span.counter, id.counter) &&
           id.counter < kTextCounterEnd;
  }

  bool ReadSpan() {
    const auto flags = static_cast<unsigned char>(in_[0]);
    in_.remove_prefix(1);
    TextSpan span;
    span.state_bits = flags & 3;
    if (span.state_bits > static_cast<unsigned>(TextState::kSettled)) return false;
    const TextSpan* before = content_.spans.empty() ? nullptr : &content_.spans.back();
    span.author = before ? before->author : 0;
    if (flags & kOtherAuthor && !ReadAuthor(span.author)) return false;
    if (span.author >= ends_.size()) return false;
    span.counter = ends_[span.author];
    if (flags & kStep && !TakeZigzag(in_, span.counter, span.counter)) return false;
    std::uint64_t size = 0;
    if (!TakeVarint(in_, size)) return false;
    const std::uint64_t length = size >> 1;
    if (length == 0 || length > kTextRunMax) return false;
    span.left_child = size & 1;
    if (span.counter >= kTextCounterEnd ||
        span.counter + length > content_.authors[span.author].next) {
      return false;
    }
    span.length = static_cast<std::uint32_t>(length) & kTextRunMax;
    ends_[span.author] = span.counter + length;

    if (next_is_right_) {
      content_.spans.back().set_right(span.first());
      before_right_ = span.first();
    }
    TextId left, right;
    switch (flags >> kLeftShift & 3) {
      case kPrevious: left = before ? before->last() : TextId(); break;
      case kStart: break;
      case kOwnPrevious: left = {span.counter - 1, span.author}; break;
      default:
        if (!ReadId(span, left)) return false;
    }
    switch (flags >> kRightShift & 3) {
      case kSameAsBefore: right = before_right_; break;
      case kRightId:
        if (!ReadId(span, right)) return false;
    }
    span.set_left(left);
    span.set_right(right);
    next_is_right_ = (flags >> kRightShift & 3) == kNext;
    content_.spans.push_back(span);
    before_right_ = span.right();
    return true;
  }

  ByteView in_;
  TextContent& content_;
  std::vector<std::uint64_t> ends_;
  TextId before_right_;
  bool next_is_right_ = false;
};

}  // namespace

TextSpan TextSpan::CutAt(std::uint32_t count) {
  TextSpan tail = *this;
  tail.counter = counter + count;
  tail.length = (length - count) & kTextRunMax;
  tail.set_left({tail.counter - 1, author});
  tail.left_child = 0;
  length = count & kTextRunMax;
  return tail;
}

TextContentWriter::TextContentWriter(const std::vector<TextAuthor>& authors, std::uint64_t floor)
    : authors_(authors),
      floor_(floor),
      number_by_author_(authors.size(), kNobody),
      end_by_author_(authors.size()) {}

std::uint32_t TextContentWriter::NumberOf(std::uint32_t author) {
  std::uint32_t& number = number_by_author_[author];
  if (number == kNobody) {
    number = static_cast<std::uint32_t>(author_by_number_.size());
    author_by_number_.push_back(author);
  }
  return number;
}

void TextContentWriter::Add(const TextSpan& span) {
  if (pending_.length > 0 && pending_.Continues(span)) {
    pending_.length = (pending_.length + span.length) & kTextRunMax;
    return;
  }
  if (pending_.length > 0) Write(pending_, &span);
  pending_ = span;
}

void TextContentWriter::Write(const TextSpan& span, const TextSpan* next) {
  const std::uint32_t author = NumberOf(span.author);
  const bool first = before_.length == 0;
  std::uint64_t& end = end_by_author_[span.author];
  const TextId left = span.left(), right = span.right();
  const unsigned left_flag = left.author == kNobody                          ? kStart
                             : !first && left == before_.last()              ? kPrevious
                             : left == TextId{span.counter - 1, span.author} ? kOwnPrevious
                                                                             : kLeftId;
  const unsigned right_flag = right.author == kNobody              ? kEnd
                              : next && right == next->first()     ? kNext
                              : !first && right == before_.right() ? kSameAsBefore
                                                                   : kRightId;
  const bool other_author = first ? author != 0 : span.author != before_.author;
  unsigned flags = span.state_bits | left_flag << kLeftShift | right_flag << kRightShift;
  if (other_author) flags |= kOtherAuthor;
  if (span.counter != end) flags |= kStep;
  body_.push_back(static_cast<char>(flags));
  if (other_author) PutVarint(body_, author);
  if (span.counter != end) PutZigzag(body_, end, span.counter);
  end = span.counter + span.length;
  PutVarint(body_, std::uint64_t{span.length} << 1 | span.left_child);
  if (left_flag == kLeftId) {
    PutVarint(body_, NumberOf(left.author));
    PutZigzag(body_, span.counter, left.counter);
  }
  if (right_flag == kRightId) {
    PutVarint(body_, NumberOf(right.author));
    PutZigzag(body_, span.counter, right.counter);
  }
  before_ = span;
}

Bytes TextContentWriter::Finish() {
  if (pending_.length > 0) Write(pending_, nullptr);
  for (std::size_t author = 0; author < authors_.size(); ++author) {
    if (number_by_author_[author] == kNobody) floor_ = std::max(floor_, authors_[author].next);
  }
  Bytes out(1, kVersion);
  PutVarint(out, floor_);
  PutVarint(out, author_by_number_.size());
  for (const std::uint32_t author : author_by_number_) {
    PutFixed64(out, authors_[author].replica.value);
    PutVarint(out, authors_[author].next);
  }
  return out + body_;
}

bool DecodeTextContent(ByteView bytes, TextContent& content) {
  if (Reader(bytes, content).Read()) return true;
  content = TextContent();
  return false;
}

}  // namespace syncline
