#include "shared/merge/text_anchor.hpp"

#include <charconv>

#include "shared/base/utf8.hpp"
#include "shared/merge/text_sequence.hpp"

namespace syncline {
namespace {

std::string_view TextIn(const KindState& state) {
  const std::string* text = state.value.As<std::string>();
  return text ? std::string_view(*text) : std::string_view();
}

void PutHex(std::string& out, std::uint64_t number) {
  char digits[16];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

bool TakeHex(std::string_view& in, std::uint64_t& number) {
  const auto end = std::from_chars(in.data(), in.data() + in.size(), number, 16);
  if (end.ec != std::errc()) return false;
  in.remove_prefix(static_cast<std::size_t>(end.ptr - in.data()));
  return true;
}

}  // namespace

TextAnchor AnchorAt(const KindState& state, std::size_t offset, TextBias bias) {
  const std::string_view text = TextIn(state);
  const std::size_t bytes = BytesBeforeUtf16(text, offset);
  const bool behind = bias == TextBias::kBefore;
  if (behind ? bytes == 0 : bytes == text.size()) return {kNoElement, behind};
  const std::size_t at = CodePoints(text.substr(0, bytes));
  return {TextSequence(state).IdAt(behind ? at - 1 : at), behind};
}

std::optional<std::size_t> OffsetOf(const KindState& state, const TextAnchor& anchor) {
  const std::string_view text = TextIn(state);
  if (anchor.character == kNoElement) return anchor.behind ? 0 : Utf16Length(text);
  const TextSequence sequence(state);
  TextSequence::Spot spot;
  if (!sequence.Find(anchor.character, spot)) return std::nullopt;
  const std::size_t before =
      sequence.VisibleBefore(spot) + (anchor.behind && sequence.IsVisible(spot) ? 1 : 0);
  return Utf16Length(text.substr(0, BytesBeforeCodePoint(text, before)));
}

std::string AnchorToText(const TextAnchor& anchor) {
  std::string text(1, anchor.behind ? '<' : '>');
  if (anchor.character == kNoElement) return text;
  PutHex(text, anchor.character.counter);
  text += '.';
  PutHex(text, anchor.character.replica.value);
  return text;
}

Result<TextAnchor> TextToAnchor(std::string_view text) {
  TextAnchor anchor;
  const Failure malformed = Fail(Code::kInvalid, "Not an anchor in a text, as in \"<2a.1f\"");
  if (text.empty() || (text[0] != '<' && text[0] != '>')) return malformed;
  anchor.behind = text[0] == '<';
  text.remove_prefix(1);
  if (text.empty()) return anchor;
  if (!TakeHex(text, anchor.character.counter) || text.empty() || text[0] != '.') return malformed;
  text.remove_prefix(1);
  if (!TakeHex(text, anchor.character.replica.value) || !text.empty()) return malformed;
  return anchor;
}

}  // namespace syncline
