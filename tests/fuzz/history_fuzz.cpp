// Merge kinds: bytes tell who writes, undoes and hears what, and when; whatever they tell, every edit is
// accepted everywhere and all end with the same bytes. Edits that somebody makes up break nothing.
#include "shared/merge/history.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  Chance chance(input);
  const auto kind = static_cast<MergeKind>(1 + chance.Below(4));
  History history(kind, chance);
  for (int step = 0; step < 200 && !history.chance().used_up(); ++step) {
    if (history.chance().OneIn(8)) {
      history.Attack(history.chance().Below(3));
    } else {
      history.Step();
    }
  }
  history.DeliverAll();
  CHECK(history.fault().empty());
}
