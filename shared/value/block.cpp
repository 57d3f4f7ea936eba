#include "shared/value/block.hpp"

#include <utility>

#include "shared/base/check.hpp"
#include "shared/base/utf8.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/float_bits.hpp"

namespace syncline {
namespace {

enum Kind : unsigned char {
  kAbsent = 0,
  kNull = 1,
  kFalse = 2,
  kTrue = 3,
  kFloat64 = 4,
  kInt64 = 5,
  kString = 6,
  kBytes = 7,
  kArray = 8,
  kObject = 9,
  kRepeated = 10,
  kMixed = 0xFF,
};
constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = 20;

char Byte(Kind kind) { return static_cast<char>(kind); }

void PutFixed32(Bytes& out, std::size_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

void PutTextLength(Bytes& out, std::string_view text) { PutVarint(out, Utf16Length(text)); }

Kind KindOf(const Value& value) {
  struct Visitor {
    Kind operator()(Undefined) const { return kAbsent; }
    Kind operator()(Null) const { return kNull; }
    Kind operator()(std::int64_t) const { return kInt64; }
    Kind operator()(double) const { return kFloat64; }
    Kind operator()(bool truth) const { return truth ? kTrue : kFalse; }
    Kind operator()(const std::string&) const { return kString; }
    Kind operator()(const BytesValue&) const { return kBytes; }
    Kind operator()(const Array&) const { return kArray; }
    Kind operator()(const Object&) const { return kObject; }
  };
  return std::visit(Visitor(), value.state());
}

}  // namespace

void BlockWriter::AddColumn(std::string_view name) {
  CHECK(rows_ == 0 && (columns_.empty() || columns_.back().name < name));
  columns_.push_back({std::string(name), {}, {}, {}});
}

// The column with every row above this one in it.
BlockWriter::Column& BlockWriter::Begin(std::size_t at) {
  Column& column = columns_[at];
  if (column.kinds.size() + 1 != rows_) {
    CHECK(column.kinds.size() < rows_);
    column.kinds.resize(rows_ - 1, Byte(kAbsent));
  }
  return column;
}

void BlockWriter::PutText(std::size_t at, std::string_view text) {
  Column& column = Begin(at);
  const bool follows = std::exchange(column.has_text, true);
  if (follows && std::string_view(column.text).substr(column.text_at, column.text_size) == text) {
    column.kinds.push_back(Byte(kRepeated));
    return;
  }
  column.kinds.push_back(Byte(kString));
  PutTextLength(column.payloads, text);
  column.text_at = column.text.size();
  column.text_size = text.size();
  column.text += text;
}

void BlockWriter::PutFloat(std::size_t at, double value) {
  Column& column = Begin(at);
  column.kinds.push_back(Byte(kFloat64));
  PutFixed64(column.payloads, FloatBits(value));
}

void BlockWriter::PutBool(std::size_t at, bool value) {
  Begin(at).kinds.push_back(Byte(value ? kTrue : kFalse));
}

void BlockWriter::Put(std::size_t at, const Value& value) {
  if (const std::string* text = value.As<std::string>()) return PutText(at, *text);
  Column& column = Begin(at);
  column.kinds.push_back(Byte(KindOf(value)));
  AppendPayload(column, value);
}

void BlockWriter::AppendPayload(Column& column, const Value& value) {
  const auto append_cell = [&](const Value& cell) {
    column.payloads.push_back(Byte(KindOf(cell)));
    AppendPayload(column, cell);
  };
  if (const double* number = value.As<double>()) {
    PutFixed64(column.payloads, FloatBits(*number));
  } else if (const std::int64_t* whole = value.As<std::int64_t>()) {
    PutFixed64(column.payloads, static_cast<std::uint64_t>(*whole));
  } else if (const std::string* text = value.As<std::string>()) {
    PutTextLength(column.payloads, *text);
    column.text += *text;
  } else if (const BytesValue* raw = value.As<BytesValue>()) {
    PutVarint(column.payloads, raw->bytes.size());
    column.payloads += raw->bytes;
  } else if (const Array* array = value.As<Array>()) {
    PutVarint(column.payloads, array->size());
    for (const Value& element : *array) append_cell(element);
  } else if (const Object* object = value.As<Object>()) {
    PutVarint(column.payloads, object->size());
    for (const Member& member : object->members()) {
      PutVarint(column.payloads, PositionOf(member.name));
      append_cell(member.value);
    }
  }
}

std::size_t BlockWriter::PositionOf(const std::string& name) {
  const auto [found, added] = name_positions_.try_emplace(name, names_.size());
  if (added) names_.push_back(&found->first);
  return found->second;
}

void BlockWriter::Add(const Object& document) {
  BeginRow();
  std::size_t at = 0;
  for (const Member& member : document.members()) {
    while (at < columns_.size() && columns_[at].name < member.name) ++at;
    if (at == columns_.size() || columns_[at].name != member.name) {
      columns_.insert(columns_.begin() + static_cast<std::ptrdiff_t>(at),
                      {member.name, {}, {}, {}});
    }
    Put(at++, member.value);
  }
}

std::size_t BlockWriter::bytes() const {
  std::size_t bytes = kHeaderBytes;
  for (const Column& column : columns_) {
    bytes += column.kinds.size() + column.payloads.size() + column.text.size();
  }
  return bytes;
}

Bytes BlockWriter::Finish(bool done) {
  Bytes lengths;
  Bytes text;
  for (const Column& column : columns_) {
    PutTextLength(lengths, column.name);
    text += column.name;
  }
  for (const std::string* name : names_) {
    PutTextLength(lengths, *name);
    text += *name;
  }
  Bytes out;
  out.reserve(bytes() + lengths.size() + text.size() + columns_.size());
  out = {kVersion, static_cast<char>(done), 0, 0};
  PutFixed32(out, rows_);
  PutFixed32(out, columns_.size());
  PutFixed32(out, names_.size());
  PutFixed32(out, 0);
  out += lengths;
  for (Column& column : columns_) {
    column.kinds.resize(rows_, Byte(kAbsent));
    const char first = rows_ > 0 ? column.kinds[0] : Byte(kAbsent);
    if (column.kinds.find_first_not_of(first) == Bytes::npos) {
      out.push_back(first);
    } else {
      out.push_back(Byte(kMixed));
      out += column.kinds;
    }
    out += column.payloads;
  }
  Bytes text_at;
  PutFixed32(text_at, out.size());
  out.replace(kHeaderBytes - 4, 4, text_at);
  out += text;
  for (const Column& column : columns_) out += column.text;
  return out;
}

}  // namespace syncline
