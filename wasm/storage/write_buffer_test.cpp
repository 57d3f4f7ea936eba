// Laws of the write buffer: a file written through it equals a file written directly.
#include "wasm/storage/write_buffer.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace syncline {
namespace {

void Put(std::string& file, std::int64_t offset, ByteView bytes) {
  const auto at = static_cast<std::size_t>(offset);
  if (file.size() < at + bytes.size()) file.resize(at + bytes.size());
  file.replace(at, bytes.size(), bytes);
}

TEST_CASE("a file written through the buffer equals a file written directly") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string direct, drained;
    WriteBuffer buffer;
    auto drain = [&] {
      Put(drained, buffer.offset(), buffer.bytes());
      buffer.Clear();
    };
    for (int step = 0; step < 30; ++step) {
      const auto offset = static_cast<std::int64_t>(random() % 40);
      const std::string bytes(1 + random() % 12, static_cast<char>('a' + random() % 26));
      Put(direct, offset, bytes);
      if (!buffer.Add(offset, bytes)) {
        drain();
        REQUIRE(buffer.Add(offset, bytes));
      }
      REQUIRE(buffer.Covers(offset, offset + static_cast<std::int64_t>(bytes.size())));
      REQUIRE(buffer.Covered(offset, bytes.size()) == bytes);
    }
    drain();
    REQUIRE(drained == direct);
  }
}

TEST_CASE("the buffer takes what touches its run and refuses what leaves a gap or is too much") {
  WriteBuffer buffer;
  CHECK(buffer.Add(100, "abc"));
  CHECK(buffer.Add(103, "def"));
  CHECK(buffer.Add(102, "XY"));
  CHECK(buffer.bytes() == "abXYef");
  CHECK_FALSE(buffer.Add(107, "gap"));
  CHECK_FALSE(buffer.Add(99, "before"));
  CHECK_FALSE(buffer.Add(106, std::string(WriteBuffer::kBytesMax, 'x')));
  CHECK(buffer.Overlaps(105, 200));
  CHECK_FALSE(buffer.Overlaps(106, 200));
}

}  // namespace
}  // namespace syncline
