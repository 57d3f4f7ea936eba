// CompactText: which deleted characters the order of the others rests on, and farewell to the rest.
#include <algorithm>
#include <vector>

#include "shared/base/utf8.hpp"
#include "shared/merge/text.hpp"
#include "shared/merge/text_content.hpp"

namespace syncline {
namespace {

// Nobody refers to a settled character any more but those that have been there for long. One without
// such is a leaf of the tree; without it all others stand as they stood.
class Needs {
 public:
  explicit Needs(const TextContent& content) : spans_(content.spans) {
    by_id_.resize(spans_.size());
    needed_.resize(spans_.size());
    for (std::size_t i = 0; i < spans_.size(); ++i) by_id_[i] = i;
    std::sort(by_id_.begin(), by_id_.end(), [this](std::size_t a, std::size_t b) {
      return spans_[a].author != spans_[b].author ? spans_[a].author < spans_[b].author
                                                  : spans_[a].counter < spans_[b].counter;
    });
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      if (spans_[i].state() != TextState::kSettled) Need(i, spans_[i].length);
    }
    while (!open_.empty()) {
      const TextSpan& span = spans_[open_.back()];
      open_.pop_back();
      Need(span.left());
      Need(span.right());
    }
  }

  // How many characters of a run are to stay, from its first on.
  std::uint32_t Of(std::size_t span) const { return needed_[span]; }

 private:
  void Need(std::size_t span, std::uint32_t length) {
    if (needed_[span] == 0) open_.push_back(span);
    needed_[span] = std::max(needed_[span], length);
  }

  void Need(const TextId& id) {
    const auto behind = std::upper_bound(
        by_id_.begin(), by_id_.end(), id, [this](const TextId& sought, std::size_t span) {
          return sought.author != spans_[span].author ? sought.author < spans_[span].author
                                                      : sought.counter < spans_[span].counter;
        });
    if (behind == by_id_.begin()) return;
    const std::size_t span = *(behind - 1);
    if (!spans_[span].Has(id)) return;
    Need(span, static_cast<std::uint32_t>(id.counter - spans_[span].counter) + 1);
  }

  const std::vector<TextSpan>& spans_;
  std::vector<std::size_t> by_id_, open_;
  std::vector<std::uint32_t> needed_;
};

}  // namespace

bool CompactText(KindState& now) {
  TextContent content;
  const std::string* text = now.value.As<std::string>();
  if (!text || !DecodeTextContent(now.content, content)) return false;
  const Needs needs(content);
  TextContentWriter writer(content.authors, content.floor);
  std::size_t shown = 0;
  for (std::size_t i = 0; i < content.spans.size(); ++i) {
    TextSpan span = content.spans[i];
    shown += span.shown();
    if (needs.Of(i) == 0) continue;
    span.length = needs.Of(i) & kTextRunMax;
    if (!span.visible()) span.set_state(TextState::kSettled);
    writer.Add(span);
  }
  Bytes compact = writer.Finish();
  if (shown != CodePoints(*text) || compact == now.content) return false;
  now.content = std::move(compact);
  return true;
}

}  // namespace syncline
