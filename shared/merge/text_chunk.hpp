// Chunks: the pieces that a text's sequence lies in, and where each id's piece is. For text_sequence.cpp and
// text_lookup.cpp alone.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "shared/base/utf8.hpp"
#include "shared/merge/text_sequence.hpp"

namespace syncline {

// Beyond either a chunk is divided.
inline constexpr std::size_t kChunkSpansMax = 64;
inline constexpr std::size_t kChunkPointsMax = 4096;

struct TextSequence::Chunk {
  std::vector<TextSpan> spans;
  std::string text;        // what is visible of them
  std::size_t points = 0;  // its code points
  std::size_t order = 0;   // its index among the chunks

  bool too_large() const { return spans.size() > kChunkSpansMax || points > kChunkPointsMax; }
  std::size_t PointsBefore(std::size_t span) const {
    std::size_t before = 0;
    for (std::size_t i = 0; i < span; ++i) before += spans[i].shown();
    return before;
  }
  std::size_t BytesBefore(std::size_t code_points) const {
    return text.size() == points ? code_points : BytesBeforeCodePoint(text, code_points);
  }
};

// Before the run `span` of the chunk, or behind its last.
struct TextSequence::Gap {
  Chunk* chunk;
  std::size_t span;
};

// Which chunk an id is in: for each author ascending, from which counter on which.
struct TextSequence::Index {
  struct Entry {
    std::uint64_t counter;
    Chunk* chunk;
  };
  std::vector<std::vector<Entry>> by_author;

  // The last entry that is not behind the counter, else the first.
  static std::vector<Entry>::const_iterator Covering(const std::vector<Entry>& entries,
                                                     std::uint64_t counter);
  Chunk* Find(const TextId& id) const;
  // The ids of the run are in `chunk` now. `next`: above all of the author's counters.
  void Assign(const TextSpan& run, Chunk* chunk, std::uint64_t next);
};

}  // namespace syncline
