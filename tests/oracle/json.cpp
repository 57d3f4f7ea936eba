// The oracle's reading and writing of Convex's JSON, byte by byte.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "tests/oracle/value.hpp"

namespace syncline::oracle {
namespace {

constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string EightBytes(std::uint64_t bits) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(bits >> (8 * i)));
  return ToBase64(bytes);
}

void WriteText(std::string& out, const std::string& text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape;
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escape.data();
    } else {
      out += c;
    }
  }
  out += '"';
}

void WriteNumber(std::string& out, double number) {
  if (!std::isfinite(number) || (number == 0 && std::signbit(number))) {
    out += "{\"$float\":\"" + EightBytes(BitsOf(number)) + "\"}";
    return;
  }
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

void Write(std::string& out, const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined: out += "{\"$undefined\":null}"; return;
    case Kind::kNull: out += "null"; return;
    case Kind::kInt64:
      out += "{\"$integer\":\"" + EightBytes(static_cast<std::uint64_t>(value.whole)) + "\"}";
      return;
    case Kind::kFloat64: WriteNumber(out, value.number); return;
    case Kind::kBoolean: out += value.truth ? "true" : "false"; return;
    case Kind::kString: WriteText(out, value.text); return;
    case Kind::kBytes: out += "{\"$bytes\":\"" + ToBase64(value.text) + "\"}"; return;
    case Kind::kArray: {
      out += '[';
      for (std::size_t i = 0; i < value.elements.size(); ++i) {
        if (i > 0) out += ',';
        Write(out, value.elements[i]);
      }
      out += ']';
      return;
    }
    case Kind::kObject: {
      out += '{';
      bool first = true;
      for (const auto& [name, member] : value.members) {
        if (!first) out += ',';
        first = false;
        WriteText(out, name);
        out += ':';
        Write(out, member);
      }
      out += '}';
      return;
    }
    // Only programs that are shown to people have these.
    case Kind::kIdOf:
      out += (value.text.empty() ? "id" : value.text + "Id") + "Of(" + std::to_string(value.whole) +
             ")";
      return;
    case Kind::kTimeOf: out += "timeOf(" + std::to_string(value.whole) + ")"; return;
  }
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}

  bool ReadAll(Value& value) { return Read(value) && (Skip(), at_ == text_.size()); }

 private:
  void Skip() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_])) ++at_;
  }
  bool Take(const char* word) {
    Skip();
    const std::size_t size = std::strlen(word);
    if (text_.compare(at_, size, word) != 0) return false;
    at_ += size;
    return true;
  }

  bool Read(Value& value) {
    Skip();
    if (at_ >= text_.size()) return false;
    if (Take("null")) return value = Value::Null(), true;
    if (Take("true")) return value = Value::Bool(true), true;
    if (Take("false")) return value = Value::Bool(false), true;
    if (text_[at_] == '"') {
      value = Value::String("");
      return ReadText(value.text);
    }
    if (text_[at_] == '[') return ReadArray(value);
    if (text_[at_] == '{') return ReadObject(value);
    char* end = nullptr;
    value = Value::Float(std::strtod(text_.c_str() + at_, &end));
    const auto after = static_cast<std::size_t>(end - text_.c_str());
    if (after == at_) return false;
    at_ = after;
    return true;
  }

  bool ReadArray(Value& value) {
    value = Value::Array({});
    Take("[");
    if (Take("]")) return true;
    do {
      if (!Read(value.elements.emplace_back())) return false;
    } while (Take(","));
    return Take("]");
  }

  bool ReadObject(Value& value) {
    value = Value::Object({});
    Take("{");
    if (Take("}")) return true;
    do {
      std::string name;
      Skip();
      if (!ReadText(name) || !Take(":") || value.members.count(name)) return false;
      Value member;
      if (!Read(member)) return false;
      value.members.emplace(std::move(name), std::move(member));
    } while (Take(","));
    if (!Take("}")) return false;
    const auto& [name, inner] = *value.members.begin();
    return value.members.size() != 1 || name[0] != '$' || ReadSpecial(name, Value(inner), value);
  }

  static bool ReadSpecial(const std::string& name, const Value& inner, Value& value) {
    std::string bytes;
    if (name == "$undefined") return value = Value(), inner.is(Kind::kNull);
    const bool special = name == "$integer" || name == "$float" || name == "$bytes";
    if (!special) return true;
    if (!inner.is(Kind::kString) || !FromBase64(inner.text, bytes)) return false;
    if (name == "$bytes") return value = Value::Bytes(bytes), true;
    if (bytes.size() != 8) return false;
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 8; ++i) {
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    value = name == "$integer" ? Value::Int(static_cast<std::int64_t>(bits))
                               : Value::Float(FloatOf(bits));
    return true;
  }

  bool ReadText(std::string& text) {
    if (at_ >= text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (c != '\\') {
        text += c;
      } else if (!ReadEscape(text)) {
        return false;
      }
    }
    return false;
  }

  bool ReadEscape(std::string& text) {
    static constexpr char kFrom[] = "\"\\/bfnrt";
    static constexpr char kTo[] = "\"\\/\b\f\n\r\t";
    const char c = ++at_ < text_.size() ? text_[at_] : '\0';
    if (const char* found = c ? std::strchr(kFrom, c) : nullptr)
      return text += kTo[found - kFrom], true;
    unsigned long unit = 0;
    if (c != 'u' || !ReadUnit(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00) {
      unsigned long low = 0;
      if (text_.compare(at_ + 1, 2, "\\u") != 0) return false;
      at_ += 2;
      if (!ReadUnit(low) || low < 0xDC00 || low > 0xDFFF) return false;
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendUtf8(text, unit);
    return true;
  }

  // The four digits after the 'u' where at_ stands.
  bool ReadUnit(unsigned long& unit) {
    if (at_ + 4 >= text_.size()) return false;
    unit = std::strtoul(text_.substr(at_ + 1, 4).c_str(), nullptr, 16);
    at_ += 4;
    return true;
  }

  static void AppendUtf8(std::string& text, unsigned long point) {
    const auto put = [&](unsigned long byte) { text.push_back(static_cast<char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) return put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
    if (point < 0x10000) {
      put(0xE0 | point >> 12);
    } else {
      put(0xF0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3F));
    }
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string ToBase64(const std::string& bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      three = three << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const bool padding = i + j > bytes.size();
      text += padding ? '=' : kDigits[three >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

bool FromBase64(const std::string& text, std::string& bytes) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    if (c == '=') continue;
    const char* digit = c ? std::strchr(kDigits, c) : nullptr;
    if (!digit) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit - kDigits);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count));
  }
  return ToBase64(bytes) == text;
}

std::string ToJson(const Value& value) {
  std::string out;
  Write(out, value);
  return out;
}

bool FromJson(const std::string& text, Value& value) { return Reader(text).ReadAll(value); }

}  // namespace syncline::oracle
