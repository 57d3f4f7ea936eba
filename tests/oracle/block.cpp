// Reading blocks, with a check on every byte.
#include "tests/oracle/block.hpp"

#include <algorithm>

namespace syncline::oracle {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& block) : block_(block) {}

  bool Read(Value& page) {
    constexpr std::size_t kHeader = 20;
    if (block_.size() < kHeader || block_[0] != 1) return false;
    page = Value::Object({{"done", Value::Bool(block_[1] != 0)}, {"page", Value::Array({})}});
    at_ = 4;
    const std::size_t rows = Little(4);
    const std::size_t columns = Little(4);
    const std::size_t names = Little(4);
    text_at_ = data_end_ = Little(4);
    if (text_at_ > block_.size()) return false;
    std::vector<std::size_t> units;
    for (std::size_t i = 0; i < columns + names && good_; ++i) units.push_back(Varint());
    std::vector<std::string> column_names;
    for (std::size_t i = 0; i < units.size(); ++i) {
      (i < columns ? column_names : names_).push_back(Text(units[i]));
    }
    std::vector<Value> documents(rows, Value::Object({}));
    for (std::size_t i = 0; i < columns && good_; ++i) Column(column_names[i], documents);
    page.members["page"] = Value::Array(std::move(documents));
    return good_ && at_ == data_end_ && text_at_ == block_.size();
  }

 private:
  void Column(const std::string& name, std::vector<Value>& documents) {
    const std::size_t kind = Little(1);
    std::vector<std::size_t> kinds(documents.size(), kind);
    if (kind == 0xFF) {
      for (std::size_t& one : kinds) one = Little(1);
    }
    Value last;  // the last string above
    for (std::size_t row = 0; row < documents.size() && good_; ++row) {
      constexpr std::size_t kRepeated = 10;
      if (kinds[row] == 0) continue;
      Value value = kinds[row] == kRepeated ? last : Cell(kinds[row]);
      good_ = good_ && !value.is(Kind::kUndefined);
      if (value.is(Kind::kString)) last = value;
      documents[row].members[name] = std::move(value);
    }
  }

  Value Cell(std::size_t kind) {
    switch (kind) {
      case 1: return Value::Null();
      case 2: return Value::Bool(false);
      case 3: return Value::Bool(true);
      case 4: return Value::Float(FloatOf(Little(8)));
      case 5: return Value::Int(static_cast<std::int64_t>(Little(8)));
      case 6: return Value::String(Text(Varint()));
      case 7: return Value::Bytes(Take(Varint()));
      case 8: {
        Value array = Value::Array({});
        for (std::size_t left = Varint(); left > 0 && good_; --left) {
          array.elements.push_back(Cell(Little(1)));
        }
        return array;
      }
      case 9: {
        Value object = Value::Object({});
        for (std::size_t left = Varint(); left > 0 && good_; --left) {
          const std::size_t name = Varint();
          good_ = good_ && name < names_.size();
          Value member = Cell(Little(1));
          if (good_) object.members[names_[name]] = std::move(member);
        }
        return object;
      }
      default: good_ = false; return {};
    }
  }

  std::string Take(std::size_t size) {
    if (size > data_end_ - std::min(at_, data_end_)) {
      good_ = false;
      return "";
    }
    at_ += size;
    return block_.substr(at_ - size, size);
  }
  std::uint64_t Little(std::size_t size) {
    std::uint64_t value = 0;
    const std::string bytes = Take(size);
    for (std::size_t i = bytes.size(); i > 0; --i) {
      value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    }
    return value;
  }
  std::size_t Varint() {
    std::size_t value = 0;
    for (unsigned shift = 0; shift < 64 && good_; shift += 7) {
      const std::uint64_t byte = Little(1);
      value |= static_cast<std::size_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  // As many characters as make so many UTF-16 units: two for each of four bytes.
  std::string Text(std::size_t units) {
    std::string text;
    while (units > 0 && good_) {
      const auto lead =
          static_cast<unsigned char>(text_at_ < block_.size() ? block_[text_at_] : 0xFF);
      const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      const std::size_t taken = size == 4 ? 2 : 1;
      good_ = text_at_ + size <= block_.size() && taken <= units;
      if (!good_) break;
      text += block_.substr(text_at_, size);
      text_at_ += size;
      units -= taken;
    }
    return text;
  }

  const std::string& block_;
  std::size_t at_ = 0;
  std::size_t data_end_ = 20;
  std::size_t text_at_ = 0;
  std::vector<std::string> names_;
  bool good_ = true;
};

}  // namespace

bool FromBlock(const std::string& block, Value& page) { return Reader(block).Read(page); }

}  // namespace syncline::oracle
