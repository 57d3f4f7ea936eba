// Values as JSON text.
#include <array>
#include <boost/json/serializer.hpp>
#include <charconv>
#include <cmath>

#include "shared/base/base64.hpp"
#include "shared/value/float_bits.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

constexpr double kSafeInteger = 9007199254740991.0;

void AppendInt(std::string& out, std::int64_t value) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

// The shortest digits that read back as `value`, as "1", "15"; the value is 0.15 * 10^point for "15".
// Boost.JSON finds them and writes "1.5E3".
struct Digits {
  std::string text;
  int point;
};
Digits ShortestDigits(double value) {
  const boost::json::value json(value);
  boost::json::serializer serializer;
  serializer.reset(&json);
  std::array<char, 64> buffer;
  const auto text = serializer.read(buffer.data(), buffer.size());
  const std::string_view all(text.data(), text.size());
  const std::size_t exponent_at = all.find('E');
  Digits digits{{}, 1};
  for (const char c : all.substr(0, exponent_at)) {
    if (c != '.') digits.text.push_back(c);
  }
  if (exponent_at != std::string_view::npos) {
    int exponent = 0;
    std::from_chars(all.data() + exponent_at + 1, all.data() + all.size(), exponent);
    digits.point += exponent;
  }
  return digits;
}

// As JavaScript's Number.prototype.toString does (ECMA-262, Number::toString).
void AppendFraction(std::string& out, double value) {
  if (value < 0) out.push_back('-');
  const Digits digits = ShortestDigits(std::fabs(value));
  const int count = static_cast<int>(digits.text.size());
  const auto zeros = [](int n) { return std::string(static_cast<std::size_t>(n), '0'); };
  if (digits.point > 21 || digits.point < -5) {
    out += digits.text.substr(0, 1);
    if (count > 1) out += '.' + digits.text.substr(1);
    out += digits.point > 0 ? "e+" : "e";
    AppendInt(out, digits.point - 1);
  } else if (digits.point >= count) {
    out += digits.text + zeros(digits.point - count);
  } else if (digits.point > 0) {
    const auto whole = static_cast<std::size_t>(digits.point);
    out += digits.text.substr(0, whole) + '.' + digits.text.substr(whole);
  } else {
    out += "0." + zeros(-digits.point) + digits.text;
  }
}

void AppendEightBytes(std::string& out, const char* name, std::uint64_t bits) {
  std::array<char, 8> bytes;
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(bits >> (8 * i));
  out += name;
  AppendBase64(out, {bytes.data(), bytes.size()});
  out += "\"}";
}

void AppendFloat(std::string& out, double value) {
  const bool minus_zero = value == 0 && std::signbit(value);
  if (!std::isfinite(value) || minus_zero) {
    AppendEightBytes(out, "{\"$float\":\"", FloatBits(value));
  } else if (std::fabs(value) <= kSafeInteger && value == std::floor(value)) {
    AppendInt(out, static_cast<std::int64_t>(value));
  } else {
    AppendFraction(out, value);
  }
}

struct Writer {
  std::string& out;
  void operator()(Undefined) const { out += "{\"$undefined\":null}"; }
  void operator()(Null) const { out += "null"; }
  void operator()(std::int64_t value) const {
    AppendEightBytes(out, "{\"$integer\":\"", static_cast<std::uint64_t>(value));
  }
  void operator()(double value) const { AppendFloat(out, value); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(const std::string& value) const { AppendJsonString(out, value); }
  void operator()(const BytesValue& value) const {
    out += "{\"$bytes\":\"";
    AppendBase64(out, value.bytes);
    out += "\"}";
  }
  void operator()(const Array& array) const {
    out.push_back('[');
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) out.push_back(',');
      AppendJson(out, array[i]);
    }
    out.push_back(']');
  }
  void operator()(const Object& object) const {
    out.push_back('{');
    for (std::size_t i = 0; i < object.size(); ++i) {
      if (i > 0) out.push_back(',');
      AppendJsonString(out, object.members()[i].name);
      out.push_back(':');
      AppendJson(out, object.members()[i].value);
    }
    out.push_back('}');
  }
};

void AppendEscape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
  }
}

}  // namespace

void AppendJson(std::string& out, const Value& value) { std::visit(Writer{out}, value.state()); }
void AppendJson(std::string& out, const Object& object) { Writer{out}(object); }

std::string ToJson(const Value& value) {
  std::string out;
  AppendJson(out, value);
  return out;
}

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, start, i - start);
    AppendEscape(out, c);
    start = i + 1;
  }
  out.append(text, start, text.size() - start);
  out.push_back('"');
}

}  // namespace syncline
