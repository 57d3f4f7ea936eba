// The content of a text: which characters were typed where and by whom, as bytes. The visible characters
// themselves are the field's value; deleted ones are ids alone.
//
// Not in the order of arrival but in that of the text, and in one canonical form: replicas that have applied
// the same edits hold the same bytes (text_test.cpp).
#pragma once
#include <cstdint>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/base/ids.hpp"

namespace syncline {

inline constexpr std::uint32_t kNobody = ~std::uint32_t{0};
// Counters end here, far beyond what can be typed.
inline constexpr std::uint64_t kTextCounterEnd = std::uint64_t{1} << 53;
// A run is at most this long.
inline constexpr std::uint32_t kTextRunMax = (std::uint32_t{1} << 29) - 1;

// An ElementId with the replica's index among a text's authors.
struct TextId {
  std::uint64_t counter = 0;
  std::uint32_t author = kNobody;
  bool operator==(const TextId& other) const {
    return author == other.author && (counter == other.counter || author == kNobody);
  }
  bool operator!=(const TextId& other) const { return !(*this == other); }
};

enum class TextState : std::uint32_t {
  kVisible,
  kDeleted,
  kSettled,  // deleted, and found so by CompactText
};

// Characters in a row, with ids in a row: each but the first was typed behind the one before it, and all
// of them before `right`.
struct TextSpan {
  std::uint64_t counter = 0, left_counter = 0, right_counter = 0;
  std::uint32_t author = kNobody, left_author = kNobody, right_author = kNobody;
  std::uint32_t length : 29;
  std::uint32_t state_bits : 2;
  // Whether the first is a child of its right neighbour, and not of the left one (text_sequence.hpp).
  std::uint32_t left_child : 1;

  TextSpan() : length(0), state_bits(0), left_child(0) {}
  TextId first() const { return {counter, author}; }
  TextId last() const { return {counter + length - 1, author}; }
  TextId left() const { return {left_counter, left_author}; }
  TextId right() const { return {right_counter, right_author}; }
  void set_left(const TextId& id) { left_counter = id.counter, left_author = id.author; }
  void set_right(const TextId& id) { right_counter = id.counter, right_author = id.author; }
  TextId parent() const { return left_child ? right() : left(); }
  TextState state() const { return static_cast<TextState>(state_bits); }
  void set_state(TextState state) { state_bits = static_cast<std::uint32_t>(state) & 3; }
  bool visible() const { return state() == TextState::kVisible; }
  std::size_t shown() const { return visible() ? length : 0; }
  bool Has(const TextId& id) const { return id.author == author && id.counter - counter < length; }
  // Whether `next`, which stands right behind, is the same run.
  bool Continues(const TextSpan& next) const {
    return next.author == author && next.counter == counter + length && next.left() == last() &&
           next.right() == right() && next.state_bits == state_bits && !next.left_child &&
           next.length <= kTextRunMax - length;
  }
  // Becomes its first `count` characters; returns the others.
  TextSpan CutAt(std::uint32_t count);
};

struct TextAuthor {
  ReplicaId replica;
  std::uint64_t next = 0;  // above all counters that it has used here
};

struct TextContent {
  std::vector<TextAuthor> authors;
  // Authors who are forgotten, as they have no runs left, have used counters below this.
  std::uint64_t floor = 0;
  std::vector<TextSpan> spans;
};

// Takes runs in order and joins them.
class TextContentWriter {
 public:
  TextContentWriter(const std::vector<TextAuthor>& authors, std::uint64_t floor);
  void Add(const TextSpan& span);
  // An author with no runs left is forgotten; the floor covers it.
  Bytes Finish();

 private:
  void Write(const TextSpan& span, const TextSpan* next);
  std::uint32_t NumberOf(std::uint32_t author);

  const std::vector<TextAuthor>& authors_;
  std::uint64_t floor_;
  std::vector<std::uint32_t> number_by_author_, author_by_number_;
  std::vector<std::uint64_t> end_by_author_;  // where the author's last run ended
  TextSpan before_, pending_;
  Bytes body_;
};

// False if the bytes are no content. What it accepts is safe to apply edits to, whoever wrote it.
bool DecodeTextContent(ByteView bytes, TextContent& content);

}  // namespace syncline
