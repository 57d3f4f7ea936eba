// WriteBuffer: one file's pending writes, kept as a single run of bytes, so that a commit of many
// pages crosses into JavaScript once (each call costs 70 to 120 us in Firefox).
//
// It holds no file: it says what must be written, and its owner writes it. It is no cache either:
// what has been drained is forgotten. Checked against a plain file by write_buffer_test.cpp.
#pragma once
#include <cstdint>

#include "shared/base/bytes.hpp"

namespace syncline {

class WriteBuffer {
 public:
  static constexpr std::size_t kBytesMax = 256 * 1024;

  // True if the write was taken: it overlaps the run or continues it, and the run stays in bounds.
  // False: the owner drains the buffer and offers the write again, or writes it directly if it is
  // larger than the buffer.
  bool Add(std::int64_t offset, ByteView bytes);

  bool empty() const { return bytes_.empty(); }
  std::int64_t offset() const { return offset_; }
  std::int64_t end() const { return offset_ + static_cast<std::int64_t>(bytes_.size()); }
  ByteView bytes() const { return bytes_; }
  bool Overlaps(std::int64_t offset, std::int64_t end) const {
    return !empty() && offset < this->end() && end > offset_;
  }
  // The part of the run that begins at `offset`. REQUIRES: the run covers all of it.
  ByteView Covered(std::int64_t offset, std::size_t size) const {
    return bytes().substr(static_cast<std::size_t>(offset - offset_), size);
  }
  bool Covers(std::int64_t offset, std::int64_t end) const {
    return !empty() && offset >= offset_ && end <= this->end();
  }
  void Clear() { bytes_.clear(); }

 private:
  std::int64_t offset_ = 0;
  Bytes bytes_;
};

}  // namespace syncline
