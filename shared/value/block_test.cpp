// Blocks: the bytes of the header's example, and documents that come back as they went in, read by a
// plain reader of the format.
#include "shared/value/block.hpp"
#include "shared/value/json.hpp"

#include <doctest/doctest.h>

#include "shared/value/arbitrary.hpp"
#include "shared/value/block_reader.hpp"

namespace syncline {
namespace {

TEST_CASE("a block has the bytes that its header shows") {
  Object document;
  document.Set("a", 1.0);
  BlockWriter writer;
  writer.Add(document);
  const Bytes expected(
      "\x01\x01\0\0"
      "\x01\0\0\0"
      "\x01\0\0\0"
      "\0\0\0\0"
      "\x1E\0\0\0"
      "\x01\x04\0\0\0\0\0\0\xF0\x3F"
      "a",
      31);
  CHECK(writer.Finish(true) == expected);
}

TEST_CASE("documents come out of a block as they went in") {
  Arbitrary arbitrary(25);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<Object> documents;
    BlockWriter writer;
    for (std::size_t i = arbitrary.Below(6); i > 0; --i) {
      documents.push_back(arbitrary.AnyObject(3));
      writer.Add(documents.back());
    }
    bool done = false;
    const std::vector<Object> read = ReadBlock(writer.Finish(round % 2 == 0), done);
    CHECK(done == (round % 2 == 0));
    REQUIRE(read.size() == documents.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      REQUIRE(ToJson(Value(read[i])) == ToJson(Value(documents[i])));
    }
  }
}

TEST_CASE("fields go into columns by position; what is left out is absent") {
  BlockWriter writer;
  for (const char* name : {"n", "t", "u"}) writer.AddColumn(name);
  writer.BeginRow();
  writer.PutText(1, "same");
  writer.BeginRow();
  writer.PutFloat(0, 2);
  writer.PutText(1, "same");
  writer.BeginRow();
  writer.BeginRow();
  writer.PutText(1, "same");
  writer.PutBool(2, true);
  bool done = true;
  const std::vector<Object> read = ReadBlock(writer.Finish(false), done);
  CHECK_FALSE(done);
  REQUIRE(read.size() == 4);
  CHECK(ToJson(Value(read[0])) == R"({"t":"same"})");
  CHECK(ToJson(Value(read[1])) == R"({"n":2,"t":"same"})");
  CHECK(ToJson(Value(read[2])) == "{}");
  CHECK(ToJson(Value(read[3])) == R"({"t":"same","u":true})");
}

}  // namespace
}  // namespace syncline
