// Blocks: the bytes of the header's example, and documents that come back as they went in, read by a
// plain reader of the format.
#include "shared/value/block.hpp"
#include "shared/value/json.hpp"

#include <doctest/doctest.h>

#include "shared/base/utf8.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/arbitrary.hpp"

namespace syncline {
namespace {

class Reader {
 public:
  explicit Reader(ByteView block) : block_(block), data_(block.substr(4)) {}

  std::vector<Object> Read(bool& done) {
    done = block_.at(1) == 1;
    const std::size_t rows = Fixed32(), columns = Fixed32(), names = Fixed32();
    text_ = block_.substr(Fixed32());
    std::vector<std::size_t> units;
    for (std::size_t i = 0; i < columns + names; ++i) units.push_back(Varint());
    std::vector<std::string> column_names;
    for (std::size_t i = 0; i < columns; ++i) column_names.push_back(Text(units[i]));
    for (std::size_t i = columns; i < units.size(); ++i) names_.push_back(Text(units[i]));
    std::vector<Object> documents(rows);
    for (const std::string& name : column_names) {
      const unsigned char kind = Byte();
      std::string kinds(rows, static_cast<char>(kind));
      if (kind == 0xFF) kinds = Take(rows);
      std::string above;
      for (std::size_t row = 0; row < rows; ++row) {
        const auto cell = static_cast<unsigned char>(kinds[row]);
        Value value = cell == 10 ? Value(above) : Cell(cell);
        if (const std::string* text = value.As<std::string>()) above = *text;
        documents[row].Set(name, std::move(value));
      }
    }
    CHECK(text_.empty());
    return documents;
  }

 private:
  std::string Take(std::size_t size) {
    REQUIRE(size <= data_.size());
    std::string taken(data_.substr(0, size));
    data_.remove_prefix(size);
    return taken;
  }
  unsigned char Byte() { return static_cast<unsigned char>(Take(1)[0]); }
  std::size_t Fixed32() {
    std::size_t value = 0;
    const std::string bytes = Take(4);
    for (std::size_t i = 4; i > 0; --i)
      value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return value;
  }
  std::uint64_t Fixed64() {
    std::uint64_t value = 0;
    REQUIRE(TakeFixed64(data_, value));
    return value;
  }
  std::size_t Varint() {
    std::uint64_t value = 0;
    REQUIRE(TakeVarint(data_, value));
    return static_cast<std::size_t>(value);
  }
  // The next so many UTF-16 units of the text.
  std::string Text(std::size_t units) {
    std::size_t size = 0;
    while (Utf16Length(text_.substr(0, size)) < units ||
           (size < text_.size() && (text_[size] & '\xC0') == '\x80')) {
      ++size;
    }
    std::string taken(text_.substr(0, size));
    text_.remove_prefix(size);
    return taken;
  }
  Value Cell(unsigned char kind) {
    switch (kind) {
      case 0: return Value();
      case 1: return Null{};
      case 2: return false;
      case 3: return true;
      case 4: return FloatFromBits(Fixed64());
      case 5: return static_cast<std::int64_t>(Fixed64());
      case 6: return Text(Varint());
      case 7: return BytesValue{Take(Varint())};
      case 8: {
        Array array(Varint());
        for (Value& element : array) element = Cell(Byte());
        return array;
      }
      case 9: {
        Object object;
        for (std::size_t left = Varint(); left > 0; --left) {
          const std::string& name = names_.at(Varint());
          object.Set(name, Cell(Byte()));
        }
        return object;
      }
      default: FAIL("a kind that does not exist: ", kind); return Value();
    }
  }

  ByteView block_, data_, text_;
  std::vector<std::string> names_;
};

std::vector<Object> ReadBlock(ByteView block, bool& done) { return Reader(block).Read(done); }

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
