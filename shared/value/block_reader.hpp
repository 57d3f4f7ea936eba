// BlockReader: a plain reader of blocks, for tests: what it reads is compared with what was written. It
// throws at what is no block.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "shared/base/utf8.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/float_bits.hpp"
#include "shared/value/value.hpp"

namespace syncline {

class BlockReader {
 public:
  explicit BlockReader(ByteView block) : block_(block), data_(block.substr(4)) {}

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
    Need(text_.empty());
    return documents;
  }

 private:
  static void Need(bool holds) {
    if (!holds) throw std::runtime_error("this is no block");
  }
  std::string Take(std::size_t size) {
    Need(size <= data_.size());
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
    Need(TakeFixed64(data_, value));
    return value;
  }
  std::size_t Varint() {
    std::uint64_t value = 0;
    Need(TakeVarint(data_, value));
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
      default: throw std::runtime_error("a kind that does not exist");
    }
  }

  ByteView block_, data_, text_;
  std::vector<std::string> names_;
};

inline std::vector<Object> ReadBlock(ByteView block, bool& done) {
  return BlockReader(block).Read(done);
}

}  // namespace syncline
