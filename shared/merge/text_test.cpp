// The laws of texts, over random histories of a few authors who edit at the same time and close together;
// what people mean; and what is refused.
#include "shared/merge/text.hpp"

#include <doctest/doctest.h>

#include "shared/merge/merge.hpp"
#include "shared/merge/text_history.hpp"
#include "shared/value/order.hpp"

namespace syncline {
namespace {

constexpr ReplicaId kAnn{1}, kBob{2}, kCid{3};

KindState LiteralOf(std::string_view text) {
  KindState state;
  state.value = Value(text);
  state.literal_by = kAnn;
  return state;
}

KindState Edited(KindState state, std::size_t at, std::size_t deleted, std::string_view inserted,
                 ReplicaId author) {
  ApplyBy(state, EditAt(state, at, deleted, inserted), author);
  return state;
}

// Deletes and inserts as `edit` of `author` does, in a copy.
KindState With(KindState state, const TextEdit& edit, ReplicaId author) {
  ApplyBy(state, edit, author);
  return state;
}

Code CodeOf(const Status& status) { return status ? Code{} : status.error().code; }

TEST_CASE("the same edits in any causal order give the same text and the same bytes") {
  Random random(11);
  for (int round = 0; round < 2'000; ++round) {
    TextHistory history = TextHistory::Arbitrary(random, 2 + random.Below(12));
    INFO("round ", round);
    const KindState first = history.InSomeOrder(random);
    const KindState second = history.InSomeOrder(random);
    REQUIRE(TextOf(first) == TextOf(second));
    REQUIRE(first.content == second.content);
    for (std::size_t author = 0; author < history.authors(); ++author) {
      while (history.DeliverOneTo(author, random)) {
      }
      REQUIRE(TextOf(history.state(author)) == TextOf(first));
      REQUIRE(history.state(author).content == first.content);
    }
  }
}

TEST_CASE("what two people type at one place does not interleave, forward or backward") {
  for (const bool backward : {false, true}) {
    TextHistory history(LiteralOf("[]"), 2);
    for (std::size_t author = 0; author < 2; ++author) {
      for (std::size_t i = 0; i < 4; ++i) {
        const std::string_view word = author == 0 ? "abcd" : "wxyz";
        history.Make(author, EditAt(history.state(author), backward ? 1 : 1 + i, 0,
                                    word.substr(backward ? 3 - i : i, 1)));
      }
    }
    Random random(3);
    for (int i = 0; i < 20; ++i) {
      const std::string text = TextOf(history.InSomeOrder(random));
      CHECK((text == "[abcdwxyz]" || text == "[wxyzabcd]"));
    }
  }
}

// YATA and RGA put one author's word amid the other's here: the words are typed in two goes, the second
// time in front of the first (Weidner and Kleppmann, figures 1 and 3).
TEST_CASE("words that were put before and behind each other stay whole") {
  TextHistory history(LiteralOf(""), 3);
  history.Make(0, EditAt(history.state(0), 0, 0, "Eggs "));
  history.Make(0, EditAt(history.state(0), 0, 0, "Bread "));
  history.Make(0, EditAt(history.state(0), 11, 0, "Milk "));
  history.Make(1, EditAt(history.state(1), 0, 0, "Soap "));
  history.Make(1, EditAt(history.state(1), 0, 0, "Brush "));
  history.Make(2, EditAt(history.state(2), 0, 0, "Nails "));
  Random random(5);
  const std::string text = TextOf(history.InSomeOrder(random));
  CHECK(text.find("Bread Eggs Milk ") != std::string::npos);
  CHECK(text.find("Brush Soap ") != std::string::npos);
  CHECK(text.size() == std::string_view("Bread Eggs Milk Brush Soap Nails ").size());
}

TEST_CASE("a deletion takes only what its author saw") {
  const KindState state = LiteralOf("one two three");
  const TextEdit cut = EditAt(state, 3, 4, "");
  const TextEdit typed = EditAt(state, 5, 0, "XY");
  const KindState first = With(With(state, cut, kAnn), typed, kBob);
  const KindState second = With(With(state, typed, kBob), cut, kAnn);
  CHECK(TextOf(first) == "oneXY three");
  CHECK(TextOf(second) == "oneXY three");
  CHECK(first.content == second.content);
}

TEST_CASE("two who delete the same delete it once") {
  const KindState state = LiteralOf("abcdef");
  const TextEdit one = EditAt(state, 1, 3, ""), other = EditAt(state, 2, 3, "");
  const KindState both = With(With(state, one, kAnn), other, kBob);
  CHECK(TextOf(both) == "af");
  CHECK(both.content == With(With(state, other, kBob), one, kAnn).content);
}

TEST_CASE("an assignment becomes the least edit") {
  const KindState state = LiteralOf("the quick brown fox");
  const auto edit = TextDifference(state, Value("the quick red fox"), kBob);
  REQUIRE(edit);
  REQUIRE(*edit);
  CHECK(TextOf(With(state, **edit, kBob)) == "the quick red fox");
  const KindState other = Edited(state, 19, 0, "es", kCid);
  CHECK(TextOf(With(other, **edit, kBob)) == "the quick red foxes");
  const auto none = TextDifference(state, Value("the quick brown fox"), kBob);
  REQUIRE(none);
  CHECK_FALSE(*none);
}

TEST_CASE("a text that was removed or never written is an empty one") {
  KindState state;
  const auto edit = TextDifference(state, Value("new"), kBob);
  REQUIRE(edit);
  REQUIRE(*edit);
  CHECK(CheckText(state, **edit, kBob));
  CHECK(TextOf(With(state, **edit, kBob)) == "new");
}

TEST_CASE("a value that is no text is refused, and an edit leaves it alone") {
  CHECK(TextDifference(LiteralOf("a"), Value(1.0), kBob).error().code == Code::kInvalid);
  CHECK(TextDifference(LiteralOf("a"), Value("\xFF"), kBob).error().code == Code::kInvalid);
  const TextEdit edit = EditAt(KindState(), 0, 0, "a");
  KindState number;
  number.value = Value(1.0);
  CHECK(CodeOf(CheckText(number, edit, kBob)) == Code::kInvalid);
  ApplyBy(number, edit, kBob);
  CHECK(number.value == Value(1.0));
  CHECK(number.content.empty());
}

TEST_CASE("the relay refuses what no sound device makes") {
  const KindState state = Edited(LiteralOf("abc"), 1, 0, "xyz", kBob);
  const ElementId a{0, kAnn}, c{2, kAnn}, x{3, kBob};
  const auto code = [&](const TextEdit& edit, ReplicaId author = kBob) {
    // What is refused changes nothing.
    CHECK(TextOf(With(state, edit, author)) == TextOf(state));
    return CodeOf(CheckText(state, edit, author));
  };
  CHECK(CheckText(state, {{{a, x, 6, "ok"}}, {{c, 1}}}, kBob));
  CHECK(CheckText(state, {}, kBob));  // it is there
  CHECK(code({{{a, x, 6, ""}}, {}}) == Code::kInvalid);
  CHECK(code({{{a, x, 6, "\xED\xA0\x80"}}, {}}) == Code::kInvalid);  // a lone surrogate
  CHECK(code({{}, {{a, 0}}}) == Code::kInvalid);
  CHECK(code({{{x, a, 6, "?"}}, {}}) == Code::kInvalid);  // the wrong way round
  CHECK(code({{{x, x, 6, "?"}}, {}}) == Code::kInvalid);
  // Ids that were used before, by the literal or by an edit.
  CHECK(code({{{a, x, 5, "?"}}, {}}) == Code::kInvalid);
  CHECK(code({{{a, x, 2, "?"}}, {}}, kAnn) == Code::kInvalid);
  CHECK(code({{{a, x, ~std::uint64_t{0} - 1, "??"}}, {}}) == Code::kInvalid);
  // Of another author they are free.
  CHECK(CheckText(state, {{{a, x, 3, "?"}}, {}}, kCid));
  CHECK(code({{{{9, kBob}, x, 10, "?"}}, {}}) == Code::kConflict);
  CHECK(code({{{a, {0, kCid}, 10, "?"}}, {}}) == Code::kConflict);
  CHECK(code({{}, {{{9, kBob}, 3}}}) == Code::kConflict);
}

TEST_CASE("a counter far beyond all others is refused, so that nobody can use them up") {
  const KindState state = LiteralOf("abc");
  CHECK(CheckText(state, {{{kNoElement, kNoElement, kTextCounterStepMax, "?"}}, {}}, kBob));
  CHECK(CodeOf(CheckText(state, {{{kNoElement, kNoElement, kTextCounterStepMax + 4, "?"}}, {}},
                         kBob)) == Code::kInvalid);
}

TEST_CASE("an edit that names more than is there takes what is there") {
  const KindState state = Edited(LiteralOf("abc"), 1, 0, "xyz", kBob);
  const TextEdit edit{{}, {{{1, kAnn}, ~std::uint64_t{0}}, {{4, kBob}, 1}}};
  CHECK(CodeOf(CheckText(state, edit, kCid)) == Code::kConflict);
  CHECK(TextOf(With(state, edit, kCid)) == "axz");
}

TEST_CASE("undo right after an edit gives back what was, and redo what came of it") {
  Random random(21);
  for (int round = 0; round < 3'000; ++round) {
    TextHistory history = TextHistory::Arbitrary(random, 6);
    const KindState before = history.InSomeOrder(random);
    const std::size_t size = CodePoints(TextOf(before));
    const std::size_t at = random.Below(size + 1);
    const std::size_t deleted = random.Below(size - at + 1);
    const TextEdit edit =
        EditAt(before, at, deleted, deleted > 0 && random.OneIn(2) ? "" : "ne\xC3\xA9w");
    const KindState after = With(before, edit, kCid);
    const TextEdit inverse = InverseOf(before, edit);
    const auto undo = RenewText(after, inverse, kCid);
    INFO("round ", round);
    REQUIRE(undo);
    REQUIRE(CheckText(after, *undo, kCid));
    const KindState undone = With(after, *undo, kCid);
    REQUIRE(TextOf(undone) == TextOf(before));
    const auto redo = RenewText(undone, InverseOf(after, *undo), kCid);
    REQUIRE(redo);
    REQUIRE(CheckText(undone, *redo, kCid));
    REQUIRE(TextOf(With(undone, *redo, kCid)) == TextOf(after));
  }
}

TEST_CASE("undo takes back what one did and keeps what others did since") {
  const KindState before = LiteralOf("one two three");
  const TextEdit edit = EditAt(before, 4, 3, "TWO");
  const KindState after = With(before, edit, kBob);
  const TextEdit inverse = InverseOf(before, edit);
  // Inside what was typed, before it and behind it.
  KindState others = Edited(after, 5, 0, "-", kAnn);
  others = Edited(others, 0, 3, "1", kAnn);
  others = Edited(others, 12, 0, "!", kAnn);
  REQUIRE(TextOf(others) == "1 T-WO three!");
  const auto undo = RenewText(others, inverse, kBob);
  REQUIRE(undo);
  const std::string text = TextOf(With(others, *undo, kBob));
  CHECK((text == "1 two- three!" || text == "1 -two three!"));
  // What comes back does not rest on what goes, which may be forgotten.
  REQUIRE(undo->inserted.size() == 1);
  for (const ElementId& id : {undo->inserted[0].left, undo->inserted[0].right}) {
    for (const TextEdit::Deletion& gone : undo->deleted) {
      CHECK_FALSE(
          (id.replica == gone.first.replica && id.counter - gone.first.counter < gone.count));
    }
  }
}

TEST_CASE("what was deleted comes back between what was typed beside it at the same time") {
  const KindState before = LiteralOf("abcd");
  const TextEdit cut = EditAt(before, 1, 2, "");
  const TextEdit left = EditAt(before, 1, 0, "<"), right = EditAt(before, 3, 0, ">");
  const KindState now = With(With(With(before, cut, kBob), left, kAnn), right, kCid);
  REQUIRE(TextOf(now) == "a<>d");
  const auto undo = RenewText(now, InverseOf(before, cut), kBob);
  REQUIRE(undo);
  CHECK(TextOf(With(now, *undo, kBob)) == "a<bc>d");
}

TEST_CASE("undoing what others have deleted since is nothing") {
  const KindState before = LiteralOf("ab");
  const TextEdit edit = EditAt(before, 1, 0, "xyz");
  const KindState after = With(before, edit, kBob);
  const KindState cleared = Edited(after, 0, 5, "", kAnn);
  CHECK_FALSE(RenewText(cleared, InverseOf(before, edit), kBob));
}

TEST_CASE("older steps follow the characters that came back, through undo and redo of all") {
  Random random(33);
  for (int round = 0; round < 1'000; ++round) {
    std::vector<std::string> texts{"abcdef"};
    std::vector<TextEdit> undos, redos;
    KindState now = LiteralOf(texts[0]);
    for (int i = 0; i < 5; ++i) {
      const std::size_t size = CodePoints(TextOf(now));
      const std::size_t at = random.Below(size + 1);
      const std::size_t deleted = random.Below(std::min<std::size_t>(size - at, 4) + 1);
      const TextEdit edit = EditAt(now, at, deleted, deleted > 0 && random.OneIn(2) ? "" : "xy");
      undos.push_back(InverseOf(now, edit));
      ApplyBy(now, edit, kBob);
      texts.push_back(TextOf(now));
    }
    const auto step = [&](std::vector<TextEdit>& from, std::vector<TextEdit>& to) {
      const TextEdit inverse = from.back();
      from.pop_back();
      const auto renewed = RenewText(now, inverse, kBob);
      REQUIRE(renewed);
      to.push_back(InverseOf(now, *renewed));
      for (TextEdit& kept : undos) FollowText(kept, inverse, *renewed, kBob);
      for (TextEdit& kept : redos) FollowText(kept, inverse, *renewed, kBob);
      ApplyBy(now, *renewed, kBob);
    };
    INFO("round ", round);
    for (int times = 0; times < 2; ++times) {
      for (std::size_t i = 5; i-- > 0;) {
        step(undos, redos);
        REQUIRE(TextOf(now) == texts[i]);
      }
      for (std::size_t i = 1; i <= 5; ++i) {
        step(redos, undos);
        REQUIRE(TextOf(now) == texts[i]);
      }
    }
  }
}

TEST_CASE("many edits at once give what they give one by one") {
  Random random(41);
  for (int round = 0; round < 200; ++round) {
    TextHistory history = TextHistory::Arbitrary(random, 40);
    KindState one = history.origin(), all = history.origin();
    std::vector<AuthoredText> edits;
    for (const TextHistory::Made& made : history.made()) {
      edits.push_back({&made.edit, TextHistory::ReplicaOf(made.author)});
      ApplyBy(one, made.edit, TextHistory::ReplicaOf(made.author));
    }
    ApplyTexts(all, edits);
    REQUIRE(TextOf(all) == TextOf(one));
    REQUIRE(all.content == one.content);

    // As changes of a row, among them one of a life that is over.
    RowState row, rows;
    row.clock.length = 3;
    row.clock.whole = {{1}, history.origin().literal_by};
    if (!history.origin().value.is_undefined()) row.fields["t"] = history.origin().value;
    rows = row;
    std::vector<RowChange> made;
    std::vector<StampedChange> changes;
    for (const AuthoredText& each : edits) {
      const bool old = random.OneIn(8);
      made.push_back({{}, old ? 1u : 3u, false, 0, {}, {{"t", *each.edit}}});
    }
    for (std::size_t i = 0; i < made.size(); ++i) {
      REQUIRE(EditsOnlyTexts(made[i]));
      changes.push_back({&made[i], {{i + 2}, edits[i].author}});
      Apply(row, made[i], changes.back().stamp);
    }
    RowState joined = rows;
    ApplyTextEdits(rows, changes);
    REQUIRE(rows == row);

    // As fewer changes: what one author did in a row is one.
    for (std::size_t i = 0; i < made.size();) {
      RowChange whole = made[i];
      const ReplicaId author = edits[i].author;
      for (++i; i < made.size() && edits[i].author == author; ++i) {
        if (!JoinTextEdits(whole, made[i], author)) break;
      }
      Apply(joined, whole, {{1}, author});
    }
    REQUIRE(joined == row);
  }
}

TEST_CASE("what is typed, and erased, letter by letter becomes one insertion and one deletion") {
  const ReplicaId author{3};
  KindState state{"Hello, !", {}, {1}};
  RowChange all{{}, 1, false, 0, {}, {}};
  const auto then = [&](std::size_t at, std::size_t deleted, std::string_view inserted) {
    TextEdit edit = EditAt(state, at, deleted, inserted);
    ApplyBy(state, edit, author);
    REQUIRE(JoinTextEdits(all, {{}, 1, false, 0, {}, {{"t", std::move(edit)}}}, author));
  };
  for (std::size_t at = 7; const char letter : std::string("world")) {
    then(at++, 0, std::string(1, letter));
  }
  for (std::size_t at = 5; at > 2; --at) then(at - 1, 1, "");
  REQUIRE(TextOf(state) == "He, world!");
  const TextEdit& edit = std::get<TextEdit>(all.edits.at(0).edit);
  REQUIRE(edit.inserted.size() == 1);
  CHECK(edit.inserted[0].text == "world");
  REQUIRE(edit.deleted.size() == 1);
  CHECK(edit.deleted[0].count == 3);
}

}  // namespace
}  // namespace syncline
