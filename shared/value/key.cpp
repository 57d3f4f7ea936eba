#include "shared/value/key.hpp"

#include <cstring>

#include "shared/base/planted.hpp"
#include "shared/base/utf8.hpp"
#include "shared/value/float_bits.hpp"

namespace syncline {
namespace {

enum Tag : unsigned char {
  kEnd = 0x00,
  kUndefined = 0x01,
  kNull = 0x03,
  kNegative8 = 0x04,
  kNegative1 = 0x07,
  kZero = 0x08,
  kPositive1 = 0x09,
  kPositive8 = 0x0C,
  kFloat = 0x0D,
  kFalse = 0x0E,
  kTrue = 0x0F,
  kString = 0x10,
  kBytes = 0x11,
  kArray = 0x12,
  kObject = 0x15,
};
constexpr char kEscape = 0x01;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;  // of a float
constexpr int kDepthMax = 64;

void Put(Bytes& out, Tag tag) { out.push_back(static_cast<char>(tag)); }

void PutBigEndian(Bytes& out, std::uint64_t value, unsigned size) {
  char bytes[8];
  for (unsigned i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  out.append(bytes, size);
}

// 0, 1, 2 or 3 for what fits into 1, 2, 4 or 8 bytes.
unsigned WidthClass(std::uint64_t magnitude) {
  return magnitude <= 0xFF ? 0 : magnitude <= 0xFFFF ? 1 : magnitude <= 0xFFFFFFFF ? 2 : 3;
}

void PutInt(Bytes& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value == 0) return Put(out, kZero);
  const unsigned width = WidthClass(value < 0 ? ~bits : bits);
  const bool shrinks = value < 0 && !PLANTED("great-negative-ints-last");
  Put(out, static_cast<Tag>(shrinks     ? kNegative1 - width
                            : value < 0 ? kNegative8 + width
                                        : kPositive1 + width));
  PutBigEndian(out, bits, 1u << width);
}

bool NeedsEscape(char c) { return (c == kEnd && !PLANTED("nul-ends-a-string")) || c == kEscape; }

// 00 as 01 01 and 01 as 01 02, then 00: text pays one byte, and the first 00 is the end.
void PutEscaped(Bytes& out, ByteView bytes) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!NeedsEscape(bytes[i])) continue;
    out.append(bytes, start, i - start);
    out.push_back(kEscape);
    out.push_back(static_cast<char>(bytes[i] + 1));
    start = i + 1;
  }
  out.append(bytes, start, bytes.size() - start);
  Put(out, kEnd);
}

struct Appender {
  Bytes& out;
  void operator()(Undefined) const { Put(out, PLANTED("undefined-as-null") ? kNull : kUndefined); }
  void operator()(Null) const { Put(out, kNull); }
  void operator()(std::int64_t value) const { PutInt(out, value); }
  void operator()(double value) const {
    if (PLANTED("minus-zero-as-zero") && value == 0) value = 0;
    Put(out, kFloat);
    PutBigEndian(
        out,
        PLANTED("negative-floats-unflipped") ? FloatBits(value) ^ kSign : OrderedFloatBits(value),
        8);
  }
  void operator()(bool value) const { Put(out, value ? kTrue : kFalse); }
  void operator()(const std::string& value) const {
    Put(out, kString);
    PutEscaped(out, value);
  }
  void operator()(const BytesValue& value) const {
    Put(out, kBytes);
    PutEscaped(out, value.bytes);
  }
  void operator()(const Array& array) const {
    Put(out, kArray);
    for (const Value& element : array) AppendKey(out, element);
    Put(out, kEnd);
  }
  void operator()(const Object& object) const {
    Put(out, kObject);
    for (const Member& member : object.members()) {
      (*this)(member.name);
      AppendKey(out, member.value);
    }
    Put(out, kEnd);
  }
};

bool TakeByte(ByteView& in, unsigned char& byte) {
  if (in.empty()) return false;
  byte = static_cast<unsigned char>(in.front());
  in.remove_prefix(1);
  return true;
}

bool TakeBigEndian(ByteView& in, unsigned size, std::uint64_t& value) {
  if (in.size() < size) return false;
  value = 0;
  for (unsigned i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(in[i]);
  in.remove_prefix(size);
  return true;
}

bool TakeNegative(ByteView& in, unsigned width, std::int64_t& value) {
  std::uint64_t bits = 0;
  if (!TakeBigEndian(in, 1u << width, bits)) return false;
  if (width < 3) bits |= ~std::uint64_t{0} << (8u << width);
  value = static_cast<std::int64_t>(bits);
  return value < 0 && WidthClass(~bits) == width;
}

bool TakePositive(ByteView& in, unsigned width, std::int64_t& value) {
  std::uint64_t bits = 0;
  if (!TakeBigEndian(in, 1u << width, bits)) return false;
  value = static_cast<std::int64_t>(bits);
  return value > 0 && WidthClass(bits) == width;
}

// Up to the terminating 00, which is dropped; still escaped.
bool TakeUntilEnd(ByteView& in, ByteView& escaped) {
  const std::size_t end = in.find(static_cast<char>(kEnd));
  if (end == ByteView::npos) return false;
  escaped = in.substr(0, end);
  in.remove_prefix(end + 1);
  return true;
}

bool TakeEscaped(ByteView& in, Bytes& bytes) {
  ByteView escaped;
  if (!TakeUntilEnd(in, escaped)) return false;
  std::size_t at = escaped.find(kEscape);
  if (at == ByteView::npos) {
    bytes.assign(escaped);
    return true;
  }
  bytes.clear();
  for (; at != ByteView::npos; at = escaped.find(kEscape)) {
    if (at + 1 >= escaped.size() || (escaped[at + 1] != 1 && escaped[at + 1] != 2)) return false;
    bytes.append(escaped, 0, at);
    bytes.push_back(static_cast<char>(escaped[at + 1] - 1));
    escaped.remove_prefix(at + 2);
  }
  bytes.append(escaped);
  return true;
}

bool TakeString(ByteView& in, std::string& text) { return TakeEscaped(in, text) && IsUtf8(text); }

bool AtEnd(ByteView& in) {
  if (in.empty() || in.front() != static_cast<char>(kEnd)) return false;
  in.remove_prefix(1);
  return true;
}

bool Take(ByteView& in, Value& value, int depth);

bool TakeArray(ByteView& in, Array& array, int depth) {
  while (!AtEnd(in)) {
    if (!Take(in, array.emplace_back(), depth)) return false;
  }
  return true;
}

bool TakeObject(ByteView& in, Object& object, int depth) {
  std::vector<Member>& members = object.members();
  while (!AtEnd(in)) {
    unsigned char tag = 0;
    Member member;
    if (!TakeByte(in, tag) || tag != kString || !TakeString(in, member.name)) return false;
    if (!members.empty() && !(members.back().name < member.name)) return false;
    if (!Take(in, member.value, depth)) return false;
    members.push_back(std::move(member));
  }
  return true;
}

bool TakeFloat(ByteView& in, Value& value) {
  std::uint64_t bits = 0;
  if (!TakeBigEndian(in, 8, bits)) return false;
  value = PLANTED("negative-floats-unflipped") ? FloatFromBits(bits ^ kSign)
                                               : FloatFromOrderedBits(bits);
  return true;
}

// Fills `value`, which is Undefined, with what `take` takes as a T.
template <class T, class TakeT>
bool TakeAs(Value& value, TakeT take) {
  value = T{};
  return take(*value.As<T>());
}

bool Take(ByteView& in, Value& value, int depth) {
  unsigned char tag = 0;
  if (!TakeByte(in, tag)) return false;
  const auto is_container = [tag] { return tag == kArray || tag == kObject; };
  if (is_container() && depth == kDepthMax) return false;
  if (tag >= kNegative8 && tag <= kNegative1) {
    return TakeAs<std::int64_t>(value, [&](auto& v) {
      return TakeNegative(
          in, PLANTED("great-negative-ints-last") ? tag - kNegative8 : kNegative1 - tag, v);
    });
  }
  if (tag >= kPositive1 && tag <= kPositive8) {
    return TakeAs<std::int64_t>(value,
                                [&](auto& v) { return TakePositive(in, tag - kPositive1, v); });
  }
  switch (tag) {
    case kUndefined: return true;
    case kNull: value = Null{}; return true;
    case kZero: value = std::int64_t{0}; return true;
    case kFloat: return TakeFloat(in, value);
    case kFalse: value = false; return true;
    case kTrue: value = true; return true;
    case kString: return TakeAs<std::string>(value, [&](auto& v) { return TakeString(in, v); });
    case kBytes:
      return TakeAs<BytesValue>(value, [&](auto& v) { return TakeEscaped(in, v.bytes); });
    case kArray: return TakeAs<Array>(value, [&](auto& v) { return TakeArray(in, v, depth + 1); });
    case kObject:
      return TakeAs<Object>(value, [&](auto& v) { return TakeObject(in, v, depth + 1); });
    default: return false;
  }
}

// How many bytes follow a tag of fixed width; -1 for the others and for no tag at all.
int FixedWidth(unsigned char tag) {
  if (tag >= kNegative8 && tag <= kNegative1) return 1 << (kNegative1 - tag);
  if (tag >= kPositive1 && tag <= kPositive8) return 1 << (tag - kPositive1);
  switch (tag) {
    case kUndefined:
    case kNull:
    case kZero:
    case kFalse:
    case kTrue: return 0;
    case kFloat: return 8;
    default: return -1;
  }
}

}  // namespace

void AppendKey(Bytes& out, const Value& value) { std::visit(Appender{out}, value.state()); }
void AppendKey(Bytes& out, const Object& object) { Appender{out}(object); }

Bytes EncodeKey(const Value& value) {
  Bytes out;
  AppendKey(out, value);
  return out;
}

Result<Value> TakeKey(ByteView& in) {
  const std::size_t size = in.size();
  Value value;
  if (Take(in, value, 0)) return value;
  return Fail(Code::kCorrupt, "Malformed key encoding near byte " +
                                  std::to_string(size - in.size()) + " of " + std::to_string(size));
}

bool SkipKey(ByteView& in) {
  // Objects are skipped like arrays: their names are string encodings too.
  int open = 0;
  do {
    unsigned char tag = 0;
    ByteView skipped;
    if (!TakeByte(in, tag)) return false;
    if (tag == kEnd) {
      if (open-- == 0) return false;
    } else if (tag == kArray || tag == kObject) {
      if (++open > kDepthMax) return false;
    } else if (tag == kString || tag == kBytes) {
      if (!TakeUntilEnd(in, skipped)) return false;
    } else {
      const int width = FixedWidth(tag);
      if (width < 0 || in.size() < static_cast<std::size_t>(width)) return false;
      in.remove_prefix(static_cast<std::size_t>(width));
    }
  } while (open > 0);
  return true;
}

Result<Value> DecodeKey(ByteView in) {
  Result<Value> value = TakeKey(in);
  if (value && !in.empty()) {
    return Fail(Code::kCorrupt,
                "Key encoding has " + std::to_string(in.size()) + " bytes after its value");
  }
  return value;
}

Bytes PrefixEnd(ByteView prefix) {
  Bytes end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace syncline
