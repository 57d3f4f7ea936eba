// JSON text as values: Boost.JSON's event parser building values directly, without a document tree
// in between.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "shared/base/base64.hpp"
#include "shared/base/planted.hpp"
#include "shared/base/utf8.hpp"
#include "shared/value/float_bits.hpp"
#include "shared/value/json.hpp"

namespace syncline {
namespace {

namespace json = boost::json;

constexpr std::size_t kEnvelopeDepthMax = 256;

// Boost.JSON 1.81's own conversion may be off by one unit in the last place.
double NearestDouble(const std::string& text) {
#if defined(__cpp_lib_to_chars)
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc()) return value;
#endif
  return std::strtod(text.c_str(), nullptr);
}

std::optional<std::uint64_t> EightBytes(const Value& value) {
  const std::string* text = value.As<std::string>();
  const std::optional<Bytes> bytes = text ? BytesFromBase64(*text) : std::nullopt;
  if (!bytes || bytes->size() != 8) return std::nullopt;
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 8; ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<unsigned char>((*bytes)[i])) << (8 * i);
  }
  return bits;
}

// Receives the parser's events. Finished values wait on a stack until their container ends.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return Open(true); }
  bool on_object_begin(json::error_code&) { return Open(false); }
  bool on_array_end(std::size_t, json::error_code&);
  bool on_object_end(std::size_t, json::error_code& ec);
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t size, json::error_code& ec) {
    return on_key_part(part, size, ec);
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    Push(std::move(text_));
    text_.clear();
    return true;
  }
  bool on_number_part(json::string_view part, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, json::string_view part, json::error_code&);
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code&) {
    return PushNumber(static_cast<double>(value));
  }
  bool on_double(double, json::string_view part, json::error_code& ec);
  bool on_bool(bool value, json::error_code&) { return Push(value); }
  bool on_null(json::error_code&) { return Push(Null{}); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  // REQUIRES: the document has ended.
  Value TakeResult() { return std::move(done_.front().value); }
  const std::string& complaint() const { return complaint_; }
  // The place of the value that is being read.
  std::string PlaceText() const;

 private:
  struct OpenContainer {
    std::string name;   // its own, in the object around it
    std::size_t first;  // its first value in done_
    bool is_array;
  };

  bool Open(bool is_array) {
    open_.push_back({std::move(name_), done_.size(), is_array});
    name_.clear();
    return true;
  }
  bool Push(Value value) {
    done_.push_back({std::move(name_), std::move(value)});
    name_.clear();
    return true;
  }
  bool PushNumber(double value) {
    text_.clear();
    return Push(value);
  }
  // Puts `value` where the container that ends now stood.
  bool Close(Value value) {
    done_.erase(done_.begin() + static_cast<std::ptrdiff_t>(open_.back().first), done_.end());
    name_ = std::move(open_.back().name);
    open_.pop_back();
    return Push(std::move(value));
  }
  bool Refuse(json::error_code& ec, std::string complaint) {
    complaint_ = std::move(complaint);
    ec = json::make_error_code(json::error::syntax);
    return false;
  }
  // The value that an object with the one member `special` stands for; itself if it is no such.
  bool CloseSpecial(const Member& special, json::error_code& ec);

  std::vector<Member> done_;
  std::vector<OpenContainer> open_;
  std::string name_;
  std::string text_;
  std::string complaint_;
};

bool Builder::on_array_end(std::size_t, json::error_code&) {
  Array array;
  array.reserve(done_.size() - open_.back().first);
  for (std::size_t i = open_.back().first; i < done_.size(); ++i) {
    array.push_back(std::move(done_[i].value));
  }
  return Close(std::move(array));
}

bool Builder::on_object_end(std::size_t, json::error_code& ec) {
  const auto first = done_.begin() + static_cast<std::ptrdiff_t>(open_.back().first);
  if (done_.end() - first == 1 && !first->name.empty() && first->name.front() == '$') {
    return CloseSpecial(*first, ec);
  }
  const auto by_name = [](const Member& a, const Member& b) { return a.name < b.name; };
  if (!std::is_sorted(first, done_.end(), by_name)) std::sort(first, done_.end(), by_name);
  const auto twin = std::adjacent_find(
      first, done_.end(), [](const Member& a, const Member& b) { return a.name == b.name; });
  if (twin != done_.end())
    return Refuse(ec, "the field " + Utf8Prefix(twin->name, 64) + " occurs twice");
  Object object;
  object.members().assign(std::make_move_iterator(first), std::make_move_iterator(done_.end()));
  return Close(std::move(object));
}

bool Builder::CloseSpecial(const Member& special, json::error_code& ec) {
  const std::string& name = special.name;
  if (name == "$integer") {
    const auto bits = EightBytes(special.value);
    if (!bits) return Refuse(ec, "$integer must be 8 bytes in base64");
    return Close(static_cast<std::int64_t>(*bits));
  }
  if (name == "$float") {
    const auto bits = EightBytes(special.value);
    if (!bits) return Refuse(ec, "$float must be 8 bytes in base64");
    const double value = FloatFromBits(*bits);
    const bool minus_zero = value == 0 && std::signbit(value);
    if (std::isfinite(value) && !minus_zero) {
      return Refuse(ec, "$float is for NaN, infinities and -0; others are plain numbers");
    }
    return Close(value);
  }
  if (name == "$bytes") {
    const std::string* text = special.value.As<std::string>();
    std::optional<Bytes> bytes = text ? BytesFromBase64(*text) : std::nullopt;
    if (!bytes) return Refuse(ec, "$bytes must be base64");
    return Close(BytesValue{std::move(*bytes)});
  }
  if (name == "$undefined") {
    if (!special.value.Is<Null>()) return Refuse(ec, "$undefined must be null");
    return Close(Undefined{});
  }
  // Not Set: {"$literal":{"$undefined":null}} has a member that is undefined.
  Object object;
  if (PLANTED("undefined-literals-dropped")) {
    object.Set(name, special.value);
  } else {
    object.members().push_back(special);
  }
  return Close(std::move(object));
}

bool Builder::on_int64(std::int64_t value, json::string_view part, json::error_code&) {
  const bool negative = text_.empty() ? part.starts_with('-') : text_.front() == '-';
  return PushNumber(value == 0 && negative ? -0.0 : static_cast<double>(value));
}

bool Builder::on_double(double, json::string_view part, json::error_code& ec) {
  text_.append(part.data(), part.size());
  const double value = NearestDouble(text_);
  if (!std::isfinite(value)) return Refuse(ec, "a number is too large for a float64");
  return PushNumber(value);
}

std::string Builder::PlaceText() const {
  std::string text;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const bool innermost = i + 1 == open_.size();
    const std::string& name = innermost ? name_ : open_[i + 1].name;
    if (open_[i].is_array) {
      const std::size_t end = innermost ? done_.size() : open_[i + 1].first;
      text += '[' + std::to_string(end - open_[i].first) + ']';
    } else if (!name.empty()) {
      text += '.' + name;
    }
  }
  return text.empty() ? "the top" : Utf8Prefix(text, 256);
}

// The code unit of the escape \uXXXX at the front of `text`; none if there is no such escape.
std::optional<unsigned> EscapedUnit(std::string_view text) {
  unsigned unit = 0;
  if (text.size() < 6 || text.substr(0, 2) != "\\u") return std::nullopt;
  const auto read = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (read.ptr != text.data() + 6) return std::nullopt;
  return unit;
}

// Whether an escape is a surrogate without its partner.
bool HasLoneSurrogate(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != text.npos; at = text.find('\\', at)) {
    const unsigned unit = EscapedUnit(text.substr(at)).value_or(0);
    const unsigned next = EscapedUnit(text.substr(std::min(at + 6, text.size()))).value_or(0);
    const bool pair = unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000;
    if (!pair && unit >= 0xD800 && unit < 0xE000) return true;
    at = std::min(at + (pair ? 12 : 2), text.size());
  }
  return false;
}

std::string Explain(const json::error_code& ec, std::string_view text) {
  if (ec == json::error::too_deep) return "nested deeper than 256";
  if (ec == json::error::incomplete) return "the JSON text ends too early";
  if (!IsUtf8(text)) return "the JSON text is not UTF-8";
  if (HasLoneSurrogate(text)) return "a string has a lone surrogate, which is no Unicode text";
  return "malformed JSON";
}

Result<Value> Parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return Fail(Code::kInvalid, "JSON text of " + std::to_string(text.size()) + " bytes; at most " +
                                    std::to_string(bytes_max >> 20) + " MiB are allowed");
  }
  json::parse_options options;
  options.max_depth = kEnvelopeDepthMax;
  json::basic_parser<Builder> parser(options);
  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  const Builder& builder = parser.handler();
  if (!ec && used == text.size()) return parser.handler().TakeResult();
  const std::string what = !ec                           ? "more text after the value"
                           : builder.complaint().empty() ? Explain(ec, text)
                                                         : builder.complaint();
  return Fail(Code::kInvalid, "at " + (ec ? builder.PlaceText() : "the end") + ", byte " +
                                  std::to_string(used) + ": " + what);
}

}  // namespace

Result<Value> ParseJson(std::string_view text, UndefinedInJson undefined) {
  Result<Value> value = Parse(text, kJsonBytesMax);
  if (!value) return value;
  if (Status checked = CheckValueLimits(*value, undefined); !checked) return Fail(checked.error());
  return value;
}

Result<Value> ParseJsonEnvelope(std::string_view text, std::size_t bytes_max) {
  return Parse(text, bytes_max);
}

}  // namespace syncline
