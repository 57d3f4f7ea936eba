// A random history of one field: several authors who write it, and hear of one another late and in
// different orders, but of nothing before what its author had seen. For tests.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/random.hpp"
#include "shared/merge/kinds.hpp"
#include "shared/value/order.hpp"

namespace syncline {

struct Author {
  ReplicaId replica;
  KindState state;
  std::vector<std::size_t> seen;  // how many edits of each author
  std::uint64_t time = 1;         // of its clock
};

class History {
 public:
  struct Made {
    Edit edit;
    Stamp stamp;
    std::vector<std::size_t> seen;
  };

  History(MergeKind kind, std::uint64_t seed) : kind_(kind), random_(seed, 77) {
    const std::size_t count = 3 + random_.Below(3);
    const Value literal = random_.OneIn(6) ? Value() : Literal();
    for (std::size_t i = 0; i < count; ++i) {
      Author author{{100 - i}, {literal, {}, {1 + random_.Below(1)}}, {}, 1};
      author.seen.resize(count);
      authors_.push_back(std::move(author));
    }
    authors_[0].replica = {1};  // who wrote the literal
    made_.resize(count);
  }

  std::vector<Author>& authors() { return authors_; }
  std::size_t refusals() const { return refusals_; }
  Random& random() { return random_; }
  const std::vector<std::vector<Made>>& made() const { return made_; }

  // Somebody writes, or hears of something.
  void Step() {
    const std::size_t who = random_.Below(authors_.size());
    if (random_.OneIn(2)) {
      Write(who);
    } else {
      Hear(who);
    }
  }
  void Write(std::size_t who) {
    Author& author = authors_[who];
    const Value after = Changed(author.state.value);
    auto edit = EditBetween(kind_, author.state, after, author.replica);
    REQUIRE(edit);
    if (!*edit) return;
    CHECK(CheckEdit(author.state, **edit, author.replica));
    Make(who, **edit);
    CHECK(author.state.value == Shown(after));
  }
  // The author's own edit, seen by itself first.
  void Make(std::size_t who, const Edit& edit) {
    Author& author = authors_[who];
    const Stamp stamp{{author.time += 1 + random_.Below(3)}, author.replica};
    ApplyEdit(author.state, edit, stamp);
    made_[who].push_back({edit, stamp, author.seen});
    ++author.seen[who];
  }
  // One edit of another that may be heard; false if there is none.
  bool Hear(std::size_t who) {
    Author& author = authors_[who];
    const std::size_t first = random_.Below(authors_.size());
    for (std::size_t i = 0; i < authors_.size(); ++i) {
      const std::size_t from = (first + i) % authors_.size();
      if (author.seen[from] == made_[from].size()) continue;
      const Made& next = made_[from][author.seen[from]];
      if (!HasSeen(author, next)) continue;
      if (!CheckEdit(author.state, next.edit, authors_[from].replica)) ++refusals_;
      ApplyEdit(author.state, next.edit, next.stamp);
      author.time = std::max(author.time, next.stamp.time.value);
      ++author.seen[from];
      return true;
    }
    return false;
  }
  void DeliverAll() {
    for (std::size_t who = 0; who < authors_.size(); ++who) {
      while (Hear(who)) {
      }
    }
  }

  Value Literal() {
    switch (kind_) {
      case MergeKind::kCounter: return Value(std::int64_t{5});
      case MergeKind::kText: return Value("hello w\xC3\xB6rld");
      default: break;
    }
    Array array;
    for (std::uint64_t i = random_.Below(6); i > 0; --i) array.push_back(Element());
    return Shown(Value(std::move(array)));
  }
  // What a person may make of a value.
  Value Changed(const Value& before) {
    if (kind_ == MergeKind::kCounter) {
      const std::int64_t* held = before.As<std::int64_t>();
      return Value((held ? *held : 0) + static_cast<std::int64_t>(random_.Below(7)) - 3);
    }
    if (kind_ == MergeKind::kText) return ChangedText(before);
    Array array;
    if (const Array* held = before.As<Array>()) array = *held;
    for (std::uint64_t i = 1 + random_.Below(3); i > 0; --i) Change(array);
    return Value(std::move(array));
  }

 private:
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
    if (kind_ == MergeKind::kSet || random_.OneIn(2))
      return Value(static_cast<double>(random_.Below(6)));
    Object object;
    if (random_.OneIn(2)) object.Set("id", Value(static_cast<double>(random_.Below(9))));
    object.Set("a", Value(static_cast<double>(random_.Below(3))));
    if (random_.OneIn(2)) {
      Object inner;
      inner.Set("x", Value(static_cast<double>(random_.Below(3))));
      object.Set("o", Value(std::move(inner)));
    }
    return Value(std::move(object));
  }
  std::size_t Index(const Array& array) { return random_.Below(array.size()); }
  void Change(Array& array) {
    const auto at = [&array](std::size_t index) {
      return array.begin() + static_cast<std::ptrdiff_t>(index);
    };
    const std::uint64_t what = array.empty() ? 0 : random_.Below(7);
    if (what < 2) {
      const std::size_t index = random_.Below(array.size() + 1);
      for (std::uint64_t i = 1 + random_.Below(3); i > 0; --i) array.insert(at(index), Element());
    } else if (what == 2) {
      array.erase(at(Index(array)));
    } else if (what == 3) {
      Value moved = array[Index(array)];
      array.erase(std::find(array.begin(), array.end(), moved));
      array.insert(at(random_.Below(array.size() + 1)), std::move(moved));
    } else if (what == 4) {
      std::swap(array[Index(array)], array[Index(array)]);
    } else {
      ChangeInside(array[Index(array)]);
    }
  }
  void ChangeInside(Value& element) {
    Object* object = element.As<Object>();
    if (!object || random_.OneIn(6)) {
      element = Element();
      return;
    }
    const Value number(static_cast<double>(random_.Below(4)));
    if (Value* inner = object->Find("o"); inner && inner->Is<Object>() && random_.OneIn(2)) {
      inner->As<Object>()->Set(random_.OneIn(2) ? "x" : "y", random_.OneIn(4) ? Value() : number);
    } else if (random_.OneIn(4)) {
      object->Set("o", random_.OneIn(2) ? Value(Object()) : number);
    } else {
      object->Set(random_.OneIn(2) ? "a" : "b", random_.OneIn(4) ? Value() : number);
    }
  }
  Value ChangedText(const Value& before) {
    static const char* const kParts[] = {"a", "b", "ab", "\xC3\xA4", "\xF0\x9F\x98\x80", " "};
    std::string text = before.As<std::string>() ? *before.As<std::string>() : "";
    const auto boundary = [&] {
      std::size_t at = random_.Below(text.size() + 1);
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
      return at;
    };
    if (random_.OneIn(3)) {
      std::size_t from = boundary();
      std::size_t to = boundary();
      if (to < from) std::swap(from, to);
      text.erase(from, std::min<std::size_t>(to - from, text.size()));
      if (!text.empty()) return Value(std::move(text));
    }
    std::string typed;
    for (std::uint64_t i = 1 + random_.Below(4); i > 0; --i) typed += kParts[random_.Below(6)];
    text.insert(boundary(), typed);
    return Value(std::move(text));
  }

  MergeKind kind_;
  Random random_;
  std::vector<Author> authors_;
  std::vector<std::vector<Made>> made_;
  std::size_t refusals_ = 0;
};

}  // namespace syncline
