// WriteBuffer's one rule: when two writes become one run.
#include "wasm/storage/write_buffer.hpp"

#include <algorithm>

namespace syncline {

bool WriteBuffer::Add(std::int64_t offset, ByteView bytes) {
  if (empty()) {
    if (bytes.size() > kBytesMax) return false;
    offset_ = offset;
    bytes_.assign(bytes);
    return true;
  }
  if (offset < offset_ || offset > end()) return false;
  const auto at = static_cast<std::size_t>(offset - offset_);
  if (at + bytes.size() > kBytesMax) return false;
  const std::size_t overlap = std::min(bytes.size(), bytes_.size() - at);
  std::copy_n(bytes.begin(), overlap, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  bytes_.append(bytes.substr(overlap));
  return true;
}

}  // namespace syncline
