#include "shared/rules/pattern.hpp"

#include <algorithm>

namespace syncline {
namespace {

constexpr std::size_t kWorkMax = 10'000'000;
constexpr std::uint32_t kNoCharacter = 0xFFFFFFFF;

// Takes the first character off. REQUIRES: UTF-8, not empty.
std::uint32_t TakeCharacter(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(0);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t character = size == 1 ? first : first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) character = character << 6 | (byte(i) & 0x3F);
  text.remove_prefix(size);
  return character;
}

}  // namespace

// The steps that threads stand before, each once.
class Pattern::Threads {
 public:
  explicit Threads(const Pattern& pattern)
      : pattern_(&pattern), stands_(pattern.steps_.size(), false) {}

  const std::vector<std::uint16_t>& characters() const { return characters_; }
  bool matched() const { return matched_; }
  void Clear() {
    std::fill(stands_.begin(), stands_.end(), false);
    characters_.clear();
  }
  // Lets a thread go from `step` as far as it comes without a character.
  void Add(std::uint16_t step, bool at_begin, bool at_end) {
    todo_.push_back(step);
    while (!todo_.empty()) {
      const std::uint16_t at = todo_.back();
      todo_.pop_back();
      if (stands_[at]) continue;
      stands_[at] = true;
      const Step& here = pattern_->steps_[at];
      const auto next = static_cast<std::uint16_t>(at + 1);
      switch (here.kind) {
        case Step::Kind::kCharacter: characters_.push_back(at); break;
        case Step::Kind::kFork: todo_.push_back(here.b); [[fallthrough]];
        case Step::Kind::kJump: todo_.push_back(here.a); break;
        case Step::Kind::kBegin:
          if (at_begin) todo_.push_back(next);
          break;
        case Step::Kind::kEnd:
          if (at_end) todo_.push_back(next);
          break;
        case Step::Kind::kMatch: matched_ = true; break;
      }
    }
  }

 private:
  const Pattern* pattern_;
  std::vector<bool> stands_;
  std::vector<std::uint16_t> characters_, todo_;
  bool matched_ = false;
};

std::optional<bool> Pattern::Matches(std::string_view text) const {
  if (text.size() > kWorkMax / steps_.size()) return std::nullopt;
  Threads now(*this), next(*this);
  bool begin = true;
  for (;;) {
    // A match may begin anywhere.
    now.Add(0, begin, text.empty());
    if (now.matched()) return true;
    if (text.empty()) return false;
    const std::uint32_t character = TakeCharacter(text);
    next.Clear();
    for (const std::uint16_t at : now.characters()) {
      const Ranges& ranges = ranges_[steps_[at].a];
      const auto range = std::lower_bound(
          ranges.begin(), ranges.end(), character,
          [](const Range& one, std::uint32_t sought) { return one.last < sought; });
      if (range == ranges.end() || character < range->first) continue;
      next.Add(static_cast<std::uint16_t>(at + 1), false, text.empty());
    }
    if (next.matched()) return true;
    std::swap(now, next);
    begin = false;
  }
}

// Reads a pattern by recursive descent and writes its steps as it goes; what repeats is read again for
// each time.
class PatternParser {
 public:
  explicit PatternParser(std::string_view pattern) : pattern_(pattern) {}

  Result<Pattern> Parse() {
    if (pattern_.size() > kBytesMax) return Complain("is longer than 1,000 bytes");
    if (Status read = Alternatives(0); !read) return Fail(read.error());
    if (at_ != pattern_.size()) return Complain("has a ) without its (");
    if (Status put = Put({Step::Kind::kMatch}); !put) return Fail(put.error());
    return std::move(made_);
  }

 private:
  using Step = Pattern::Step;
  using Range = Pattern::Range;
  using Ranges = Pattern::Ranges;
  static constexpr std::size_t kBytesMax = 1000;
  static constexpr std::size_t kStepsMax = 1000;
  static constexpr std::size_t kRepeatMax = 1000;
  // Counted as often as they are read: groups that repeat nothing write no steps.
  static constexpr std::size_t kAtomsMax = 20'000;
  static constexpr int kDepthMax = 32;
  static constexpr std::uint32_t kLastCharacter = 0x10FFFF;

  Failure Complain(const std::string& what) const {
    return Fail(Code::kInvalid, "the pattern " + what + ", at byte " + std::to_string(at_));
  }
  bool AtEnd() const { return at_ == pattern_.size(); }
  bool Next(char c) const { return !AtEnd() && pattern_[at_] == c; }
  bool Take(std::string_view text) {
    if (pattern_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }
  std::uint16_t Here() const { return static_cast<std::uint16_t>(made_.steps_.size()); }
  Status Put(Step step) {
    if (made_.steps_.size() >= kStepsMax) {
      return Complain("takes more than 1,000 steps once its repeats are written out");
    }
    made_.steps_.push_back(step);
    return Done{};
  }
  // Makes room for a step in front of those from `first` on.
  Status PutBefore(std::uint16_t first, Step step) {
    if (Status put = Put(step); !put) return put;
    std::rotate(made_.steps_.begin() + first, made_.steps_.end() - 1, made_.steps_.end());
    for (std::size_t i = first + 1u; i < made_.steps_.size(); ++i) {
      Step& moved = made_.steps_[i];
      if (moved.kind != Step::Kind::kFork && moved.kind != Step::Kind::kJump) continue;
      if (moved.a >= first) ++moved.a;
      if (moved.b >= first) ++moved.b;
    }
    return Done{};
  }

  // one|other: fork to both, and a jump over the other behind the one.
  Status Alternatives(int depth) {
    const std::uint16_t first = Here();
    if (Status read = Sequence(depth); !read) return read;
    while (Take("|")) {
      if (Status put = PutBefore(first, {Step::Kind::kFork}); !put) return put;
      const std::uint16_t jump = Here();
      if (Status put = Put({Step::Kind::kJump}); !put) return put;
      const std::uint16_t other = Here();
      if (Status read = Sequence(depth); !read) return read;
      made_.steps_[first].a = static_cast<std::uint16_t>(first + 1);
      made_.steps_[first].b = other;
      made_.steps_[jump].a = Here();
    }
    return Done{};
  }

  Status Sequence(int depth) {
    while (!AtEnd() && !Next('|') && !Next(')')) {
      if (Status read = Term(depth); !read) return read;
    }
    return Done{};
  }

  Status Term(int depth) {
    if (Take("^")) return Put({Step::Kind::kBegin});
    if (Take("$")) return Put({Step::Kind::kEnd});
    const std::size_t atom = at_;
    const std::uint16_t first = Here();
    if (Status read = Atom(depth); !read) return read;
    const std::size_t atom_end = at_;
    std::size_t least = 1, most = 1;
    const Result<bool> repeats = Quantifier(least, most);
    if (!repeats) return Fail(repeats.error());
    if (!*repeats) return Done{};
    const std::size_t behind = at_;
    made_.steps_.resize(first);
    const auto again = [&]() -> Status {
      at_ = atom;
      return Atom(depth);
    };
    for (std::size_t i = 0; i < least; ++i) {
      if (Status read = again(); !read) return read;
    }
    if (most == kEndless) {
      const std::uint16_t fork = Here();
      if (Status put = Put({Step::Kind::kFork}); !put) return put;
      if (Status read = again(); !read) return read;
      if (Status put = Put({Step::Kind::kJump, fork}); !put) return put;
      made_.steps_[fork].a = static_cast<std::uint16_t>(fork + 1);
      made_.steps_[fork].b = Here();
    } else {
      std::vector<std::uint16_t> forks;
      for (std::size_t i = least; i < most; ++i) {
        forks.push_back(Here());
        if (Status put = Put({Step::Kind::kFork}); !put) return put;
        if (Status read = again(); !read) return read;
      }
      for (const std::uint16_t fork : forks) {
        made_.steps_[fork].a = static_cast<std::uint16_t>(fork + 1);
        made_.steps_[fork].b = Here();
      }
    }
    CHECK(at_ == atom_end || most == 0);
    at_ = behind;
    return Done{};
  }

  static constexpr std::size_t kEndless = static_cast<std::size_t>(-1);
  // False if there is none.
  Result<bool> Quantifier(std::size_t& least, std::size_t& most) {
    if (Take("*")) {
      least = 0, most = kEndless;
    } else if (Take("+")) {
      most = kEndless;
    } else if (Take("?")) {
      least = 0;
    } else if (Take("{")) {
      if (!Number(least)) return Complain("has a { that no number follows; write \\{ for itself");
      most = least;
      if (Take(",") && !Number(most)) most = kEndless;
      if (!Take("}")) return Complain("has a repeat that is not {n}, {n,} or {n,m}");
      if (least > kRepeatMax || (most != kEndless && most > kRepeatMax)) {
        return Complain("repeats more than 1,000 times");
      }
      if (most < least) return Complain("repeats from more to fewer times");
    } else {
      return false;
    }
    static_cast<void>(Take("?"));  // which match comes first is not asked
    return true;
  }
  bool Number(std::size_t& number) {
    const std::size_t first = at_;
    number = 0;
    while (!AtEnd() && pattern_[at_] >= '0' && pattern_[at_] <= '9') {
      number = std::min<std::size_t>(number * 10 + static_cast<std::size_t>(pattern_[at_++] - '0'),
                                     kRepeatMax + 1);
    }
    return at_ > first;
  }

  Status Atom(int depth) {
    if (++atoms_ > kAtomsMax) return Complain("repeats repeats too often");
    if (Take("(")) {
      if (depth == kDepthMax) return Complain("has groups more than 32 deep");
      if (!Take("?:") && Next('?')) {
        return Complain("looks ahead or behind, or names a group, which rules cannot");
      }
      if (Status read = Alternatives(depth + 1); !read) return read;
      if (!Take(")")) return Complain("has a ( without its )");
      return Done{};
    }
    Ranges ranges;
    if (Take("[")) {
      if (Status read = Class(ranges); !read) return read;
    } else if (Take(".")) {
      ranges = Others({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}});
    } else if (Take("\\")) {
      if (Result<std::uint32_t> one = Escape(false, ranges); !one) return Fail(one.error());
    } else if (std::string_view("*+?{}])").find(pattern_[at_]) != std::string_view::npos) {
      return Complain(std::string("has a ") + pattern_[at_] +
                      " where none can stand; write a \\ before it for itself");
    } else {
      const std::uint32_t character = Character();
      ranges = {{character, character}};
    }
    return PutCharacter(std::move(ranges));
  }

  Status PutCharacter(Ranges ranges) {
    const auto same = [&](const Ranges& known) {
      return std::equal(known.begin(), known.end(), ranges.begin(), ranges.end(),
                        [](Range a, Range b) { return a.first == b.first && a.last == b.last; });
    };
    const auto known = std::find_if(made_.ranges_.begin(), made_.ranges_.end(), same);
    const auto which = static_cast<std::uint16_t>(known - made_.ranges_.begin());
    if (known == made_.ranges_.end()) made_.ranges_.push_back(std::move(ranges));
    return Put({Step::Kind::kCharacter, which});
  }

  std::uint32_t Character() {
    std::string_view rest = pattern_.substr(at_);
    const std::uint32_t character = TakeCharacter(rest);
    at_ = pattern_.size() - rest.size();
    return character;
  }

  // The inside of [ ].
  Status Class(Ranges& ranges) {
    const bool others = Take("^");
    while (!Take("]")) {
      Result<std::uint32_t> first = ClassItem(ranges);
      if (!first) return Fail(first.error());
      std::uint32_t last = *first;
      if (Next('-') && pattern_.substr(at_, 2) != "-]") {
        ++at_;
        const Result<std::uint32_t> end = ClassItem(ranges);
        if (!end) return Fail(end.error());
        if (*first == kNoCharacter || *end == kNoCharacter) {
          return Complain("has a range from or to a class; write \\- for itself");
        }
        if (*end < *first) return Complain("has a range from a later to an earlier character");
        last = *end;
      }
      if (*first != kNoCharacter) ranges.push_back({*first, last});
    }
    ranges = others ? Others(std::move(ranges)) : Apart(std::move(ranges));
    return Done{};
  }
  // A character, or kNoCharacter if it was an escape for several, which `ranges` then has.
  Result<std::uint32_t> ClassItem(Ranges& ranges) {
    if (AtEnd()) return Complain("has a [ without its ]");
    if (Take("\\")) return Escape(true, ranges);
    return Character();
  }

  // What is behind a \: a character, which outside of [ ] `ranges` gets too, or several.
  Result<std::uint32_t> Escape(bool in_class, Ranges& ranges) {
    if (AtEnd()) return Complain("ends with a \\");
    const char c = pattern_[at_++];
    std::uint32_t character = kNoCharacter;
    switch (c) {
      case 't': character = '\t'; break;
      case 'n': character = '\n'; break;
      case 'r': character = '\r'; break;
      case 'f': character = '\f'; break;
      case 'v': character = '\v'; break;
      case 'x': character = Hex(2); break;
      case 'u': character = CodePoint(); break;
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 's':
      case 'S': {
        const Ranges several = Several(c);
        ranges.insert(ranges.end(), several.begin(), several.end());
        return kNoCharacter;
      }
      default:
        if (std::string_view("^$\\.*+?()[]{}|/").find(c) != std::string_view::npos ||
            (in_class && c == '-')) {
          character = static_cast<unsigned char>(c);
        }
    }
    if (character == kNoCharacter) {
      --at_;
      return Complain("has an escape that rules do not know");
    }
    if (!in_class) ranges.push_back({character, character});
    return character;
  }
  std::uint32_t Hex(std::size_t digits) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      const char c = AtEnd() ? ' ' : pattern_[at_];
      const std::size_t digit = std::string_view("0123456789abcdef")
                                    .find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit == std::string_view::npos) return kNoCharacter;
      number = number << 4 | static_cast<std::uint32_t>(digit);
    }
    return number;
  }
  // Surrogates are no characters of ours.
  std::uint32_t CodePoint() {
    std::uint32_t number = 0;
    if (Take("{")) {
      const std::size_t end = pattern_.find('}', at_);
      if (end == std::string_view::npos || end == at_ || end - at_ > 6) return kNoCharacter;
      number = Hex(end - at_);
      if (number == kNoCharacter) return kNoCharacter;
      at_ = end + 1;
    } else {
      number = Hex(4);
    }
    const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
    return surrogate || number > kLastCharacter ? kNoCharacter : number;
  }

  // \d, \w and \s as JavaScript has them, and their opposites in capitals.
  static Ranges Several(char c) {
    switch (c) {
      case 'd': return {{'0', '9'}};
      case 'w': return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
      case 's':
        return {{'\t', '\r'},     {' ', ' '},       {0xA0, 0xA0},     {0x1680, 0x1680},
                {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
      default: return Others(Several(static_cast<char>(c + 32)));
    }
  }
  // The same characters, ascending and apart.
  static Ranges Apart(Ranges ranges) {
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.first < b.first; });
    Ranges apart;
    for (const Range& range : ranges) {
      if (!apart.empty() && range.first <= apart.back().last) {
        apart.back().last = std::max(apart.back().last, range.last);
      } else {
        apart.push_back(range);
      }
    }
    return apart;
  }
  static Ranges Others(Ranges ranges) {
    Ranges others;
    std::uint32_t next = 0;
    for (const Range& range : Apart(std::move(ranges))) {
      if (range.first > next) others.push_back({next, range.first - 1});
      next = range.last + 1;
    }
    if (next <= kLastCharacter) others.push_back({next, kLastCharacter});
    return others;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::size_t atoms_ = 0;
  Pattern made_;
};

Result<Pattern> Pattern::Parse(std::string_view pattern) { return PatternParser(pattern).Parse(); }

}  // namespace syncline
