// A random history of one field: several authors who write it, and hear of one another late and in
// different orders, but of nothing before what its author had seen. For tests and fuzzers, which choose what
// happens by a seed or by bytes.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/random.hpp"
#include "shared/merge/kinds.hpp"
#include "shared/merge/text.hpp"
#include "shared/value/order.hpp"

namespace syncline {

// Where a history's choices come from: a seed, or bytes (and when they are used up, always the first).
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed, 77) {}
  explicit Chance(ByteView bytes) : random_(0), bytes_(bytes), by_bytes_(true) {}
  std::uint64_t Below(std::uint64_t count) {
    if (!by_bytes_) return random_.Below(count);
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte % count;
  }
  bool OneIn(std::uint64_t count) { return Below(count) == 0; }
  bool used_up() const { return by_bytes_ && bytes_.empty(); }

 private:
  Random random_;
  ByteView bytes_;
  bool by_bytes_ = false;
};

// An edit that no sound device need have made, with ids that may happen to be there.
inline Edit AnyEdit(MergeKind kind, Chance& chance) {
  static const char* const kPaths[] = {"", "a", "o\x1fx", "o", "\x1f", "a\x1f\x1f"};
  const auto value = [&chance]() -> Value {
    switch (chance.Below(6)) {
      case 0: return {};
      case 1: return Value(std::int64_t{1} << (chance.Below(64)));
      case 2: return Value("\xF0\x9F\x98\x80");
      case 3: return Value(Object());
      default: return Value(static_cast<double>(chance.Below(5)));
    }
  };
  const auto counter = [&chance]() -> std::uint64_t {
    return chance.OneIn(16) ? ~std::uint64_t{0} >> chance.Below(4) : chance.Below(24);
  };
  const auto id = [&]() -> ElementId {
    if (chance.OneIn(5)) return kNoElement;
    return {counter(), {chance.OneIn(2) ? 1 : 94 + chance.Below(7)}};
  };
  const auto some = [&chance] { return chance.Below(3); };
  if (kind == MergeKind::kCounter) return CounterEdit{value()};
  if (kind == MergeKind::kSet) {
    SetEdit edit;
    edit.counter = counter();
    for (std::uint64_t i = some(); i > 0; --i) edit.added.push_back(value());
    for (std::uint64_t i = some(); i > 0; --i) edit.removed.push_back({value(), {id(), id()}});
    return edit;
  }
  if (kind == MergeKind::kText) {
    TextEdit edit;
    static const char* const kTexts[] = {"", "ab", "\xC3\xA4", "\xFF", "a\xC3", "\xED\xA0\x80"};
    for (std::uint64_t i = some(); i > 0; --i) {
      TextEdit::Insertion insertion{id(), id(), counter(), kTexts[chance.Below(6)]};
      edit.inserted.push_back(std::move(insertion));
    }
    for (std::uint64_t i = some(); i > 0; --i) edit.deleted.push_back({id(), counter()});
    return edit;
  }
  ListEdit edit;
  for (std::uint64_t i = some(); i > 0; --i) {
    ListEdit::Insertion insertion{id(), id(), counter(), {}};
    for (std::uint64_t j = some(); j > 0; --j) insertion.elements.push_back(value());
    edit.inserted.push_back(std::move(insertion));
  }
  for (std::uint64_t i = some(); i > 0; --i) edit.moved.push_back({id(), id(), id(), counter()});
  for (std::uint64_t i = some(); i > 0; --i) {
    edit.written.push_back({id(), kPaths[chance.Below(6)], value()});
  }
  for (std::uint64_t i = some(); i > 0; --i) edit.removed.push_back(id());
  return edit;
}

struct Author {
  ReplicaId replica;
  KindState state;
  std::vector<std::size_t> seen;  // how many edits of each author
  std::uint64_t time = 1;         // of its clock
  std::vector<Edit> undo{}, redo{};
};

class History {
 public:
  // Between two ticks of an author's clock; contents remember some times in minutes.
  static constexpr std::uint64_t kMsPerTick = 40'000;

  struct Made {
    Edit edit;
    Stamp stamp;
    std::vector<std::size_t> seen;
  };

  History(MergeKind kind, Chance chance) : kind_(kind), chance_(chance) {
    const std::size_t count = 3 + chance_.Below(3);
    const Value literal = chance_.OneIn(6) ? Value() : Literal();
    for (std::size_t i = 0; i < count; ++i) {
      Author author{{100 - i}, {literal, {}, {1}}, {}, 1};
      author.seen.resize(count);
      authors_.push_back(std::move(author));
    }
    authors_[0].replica = {1};  // who wrote the literal
    made_.resize(count);
  }

  std::vector<Author>& authors() { return authors_; }
  Chance& chance() { return chance_; }
  // What was first seen that must not be, or empty.
  const std::string& fault() const { return fault_; }
  const std::vector<std::vector<Made>>& made() const { return made_; }

  // Somebody writes, undoes, does again, or hears of something.
  void Step() {
    const std::size_t who = chance_.Below(authors_.size());
    const std::uint64_t what = chance_.Below(8);
    if (what < 4) {
      Hear(who);
    } else if (what < 6) {
      Write(who);
    } else if (what == 6) {
      Undo(who);
    } else {
      Redo(who);
    }
  }
  void Undo(std::size_t who) { Take(who, authors_[who].undo, authors_[who].redo); }
  void Redo(std::size_t who) { Take(who, authors_[who].redo, authors_[who].undo); }
  void Write(std::size_t who) {
    Author& author = authors_[who];
    const Value after = Changed(author.state.value);
    auto edit = EditBetween(kind_, author.state, after, author.replica);
    if (!edit) return Fault("an edit was not made: " + edit.error().message);
    if (!*edit) return;
    author.undo.push_back(InverseOf(author.state, **edit));
    author.redo.clear();
    Make(who, **edit);
    if (author.state.value != Shown(after)) Fault("an edit did not give what was assigned");
  }
  // The author's own edit, seen by itself first.
  void Make(std::size_t who, const Edit& edit) {
    Author& author = authors_[who];
    Check(author, edit, author);
    author.time += 1 + chance_.Below(3);
    const Stamp stamp{HybridTime::FromUnixMs(author.time * kMsPerTick), author.replica};
    ApplyEdit(author.state, edit, stamp);
    made_[who].push_back({edit, stamp, author.seen});
    ++author.seen[who];
  }
  // An edit that somebody made up: whoever applies it, sound or not, can go on from there.
  void Attack(std::size_t who) {
    KindState state = authors_[who].state;
    const Edit edit = AnyEdit(kind_, chance_);
    const Stamp stamp{{chance_.Below(50)}, {94 + chance_.Below(7)}};
    const bool sound = static_cast<bool>(CheckEdit(state, edit, stamp.replica));
    const Edit inverse = InverseOf(state, edit);
    ApplyEdit(state, edit, stamp);
    const auto next = EditBetween(kind_, state, Changed(state.value), authors_[who].replica);
    if (!next && sound) Fault("an accepted edit broke a field: " + next.error().message);
    const auto undo = RenewEdit(state, inverse, stamp.replica);
    if (undo) ApplyEdit(state, *undo, stamp);
    if (next && *next) ApplyEdit(state, **next, stamp);
  }
  // One edit of another that may be heard; false if there is none.
  bool Hear(std::size_t who) {
    Author& author = authors_[who];
    const std::size_t first = chance_.Below(authors_.size());
    for (std::size_t i = 0; i < authors_.size(); ++i) {
      const std::size_t from = (first + i) % authors_.size();
      if (author.seen[from] == made_[from].size()) continue;
      const Made& next = made_[from][author.seen[from]];
      if (!HasSeen(author, next)) continue;
      Check(author, next.edit, authors_[from]);
      ApplyEdit(author.state, next.edit, next.stamp);
      author.time = std::max(author.time, next.stamp.time.unix_ms() / kMsPerTick);
      ++author.seen[from];
      return true;
    }
    return false;
  }
  // Everybody hears everything, and must then have the same; after a sweep, the same value.
  void DeliverAll(bool swept = false) {
    for (std::size_t who = 0; who < authors_.size(); ++who) {
      while (Hear(who)) {
      }
      const KindState& state = authors_[who].state;
      if (state.value != authors_[0].state.value) Fault("values differ");
      if (!swept && state.content != authors_[0].state.content) Fault("contents differ");
    }
  }

  Value Literal() {
    switch (kind_) {
      case MergeKind::kCounter: return Value(std::int64_t{5});
      case MergeKind::kText: return Value("hello w\xC3\xB6rld");
      default: break;
    }
    Array array;
    for (std::uint64_t i = chance_.Below(6); i > 0; --i) array.push_back(Element());
    return Shown(Value(std::move(array)));
  }
  // What a person may make of a value.
  Value Changed(const Value& before) {
    if (kind_ == MergeKind::kCounter) {
      if (before.Is<double>()) return Value(static_cast<double>(chance_.Below(7)));
      const std::int64_t held = before.Is<std::int64_t>() ? *before.As<std::int64_t>() : 0;
      // Towards zero, so that it fits.
      const auto by = static_cast<std::int64_t>(chance_.Below(7));
      return Value(held > 0 ? held - by : held + by);
    }
    if (kind_ == MergeKind::kText) return ChangedText(before);
    Array array;
    if (const Array* held = before.As<Array>()) array = *held;
    for (std::uint64_t i = 1 + chance_.Below(3); i > 0; --i) Change(array);
    return Value(std::move(array));
  }

 private:
  void Take(std::size_t who, std::vector<Edit>& from, std::vector<Edit>& to) {
    if (from.empty()) return;
    Author& author = authors_[who];
    const Edit inverse = from.back();
    const std::optional<Edit> edit = RenewEdit(author.state, inverse, author.replica);
    from.pop_back();
    if (!edit) return;
    to.push_back(InverseOf(author.state, *edit));
    Make(who, *edit);
    // Texts come back with new ids, of which what is kept must be told.
    if (kind_ != MergeKind::kText) return;
    for (std::vector<Edit>* kept : {&from, &to}) {
      for (Edit& other : *kept) {
        static_cast<void>(FollowText(std::get<TextEdit>(other), std::get<TextEdit>(inverse),
                                     std::get<TextEdit>(*edit), author.replica));
      }
    }
  }
  Value Shown(Value value) const {
    Array* array = value.As<Array>();
    if (kind_ == MergeKind::kSet && array) SortSet(*array);
    return value;
  }
  bool HasSeen(const Author& author, const Made& next) const {
    for (std::size_t i = 0; i < next.seen.size(); ++i) {
      if (author.seen[i] < next.seen[i]) return false;
    }
    return true;
  }
  Value Element() {
    if (kind_ == MergeKind::kSet || chance_.OneIn(2))
      return Value(static_cast<double>(chance_.Below(6)));
    Object object;
    if (chance_.OneIn(2)) object.Set("id", Value(static_cast<double>(chance_.Below(9))));
    object.Set("a", Value(static_cast<double>(chance_.Below(3))));
    if (chance_.OneIn(2)) {
      Object inner;
      inner.Set("x", Value(static_cast<double>(chance_.Below(3))));
      object.Set("o", Value(std::move(inner)));
    }
    return Value(std::move(object));
  }
  std::size_t Index(const Array& array) { return chance_.Below(array.size()); }
  void Change(Array& array) {
    const auto at = [&array](std::size_t index) {
      return array.begin() + static_cast<std::ptrdiff_t>(index);
    };
    const std::uint64_t what = array.empty() ? 0 : chance_.Below(7);
    if (what < 2) {
      const std::size_t index = chance_.Below(array.size() + 1);
      for (std::uint64_t i = 1 + chance_.Below(3); i > 0; --i) array.insert(at(index), Element());
    } else if (what == 2) {
      array.erase(at(Index(array)));
    } else if (what == 3) {
      Value moved = array[Index(array)];
      array.erase(std::find(array.begin(), array.end(), moved));
      array.insert(at(chance_.Below(array.size() + 1)), std::move(moved));
    } else if (what == 4) {
      std::swap(array[Index(array)], array[Index(array)]);
    } else {
      ChangeInside(array[Index(array)]);
    }
  }
  void ChangeInside(Value& element) {
    Object* object = element.As<Object>();
    if (!object || chance_.OneIn(6)) {
      element = Element();
      return;
    }
    const Value number(static_cast<double>(chance_.Below(4)));
    if (Value* inner = object->Find("o"); inner && inner->Is<Object>() && chance_.OneIn(2)) {
      inner->As<Object>()->Set(chance_.OneIn(2) ? "x" : "y", chance_.OneIn(4) ? Value() : number);
    } else if (chance_.OneIn(4)) {
      object->Set("o", chance_.OneIn(2) ? Value(Object()) : number);
    } else {
      object->Set(chance_.OneIn(2) ? "a" : "b", chance_.OneIn(4) ? Value() : number);
    }
  }
  Value ChangedText(const Value& before) {
    static const char* const kParts[] = {"a", "b", "ab", "\xC3\xA4", "\xF0\x9F\x98\x80", " "};
    std::string text = before.As<std::string>() ? *before.As<std::string>() : "";
    const auto boundary = [&] {
      std::size_t at = chance_.Below(text.size() + 1);
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
      return at;
    };
    if (chance_.OneIn(3)) {
      std::size_t from = boundary();
      std::size_t to = boundary();
      if (to < from) std::swap(from, to);
      text.erase(from, std::min<std::size_t>(to - from, text.size()));
      if (!text.empty()) return Value(std::move(text));
    }
    std::string typed;
    for (std::uint64_t i = 1 + chance_.Below(4); i > 0; --i) typed += kParts[chance_.Below(6)];
    text.insert(boundary(), typed);
    return Value(std::move(text));
  }

  void Check(const Author& judge, const Edit& edit, const Author& author) {
    if (Status sound = CheckEdit(judge.state, edit, author.replica); !sound) {
      Fault("an edit was refused: " + sound.error().message);
    }
  }
  void Fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  MergeKind kind_;
  Chance chance_;
  std::vector<Author> authors_;
  std::vector<std::vector<Made>> made_;
  std::string fault_;
};

}  // namespace syncline
