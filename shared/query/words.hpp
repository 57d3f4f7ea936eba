// Words: text as search sees it. A word is a run of letters and digits; everything else parts words; upper
// and lower case are the same. Scripts that do not part words with spaces give whole runs.
//
// It knows the cases of Latin, Greek, Cyrillic, Armenian and full-width letters, not the whole of Unicode.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace syncline {

// Longer words, in bytes of UTF-8, are left out: they are no words but data.
inline constexpr std::size_t kWordBytesMax = 32;

// The words in their order, in lower case, as Convex finds them (Tantivy's simple tokenizer). REQUIRES:
// UTF-8. Clears `words` first.
void SplitWords(std::string_view text, std::vector<std::string>& words);

}  // namespace syncline
