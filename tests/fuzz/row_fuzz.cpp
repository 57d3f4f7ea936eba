// What the device's and the relay's files hold of rows: any bytes decode or fail, and what decodes
// encodes to something that decodes to the same.
#include "shared/merge/merge.hpp"
#include "shared/wire/messages.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  if (const auto state = DecodeRowState(input)) {
    const Bytes again = EncodeRowState(*state);
    const auto same = DecodeRowState(again);
    CHECK(same && EncodeRowState(*same) == again);
  }
  if (const auto change_set = DecodeChangeSet(input)) {
    const Bytes again = EncodeChangeSet(*change_set);
    const auto same = DecodeChangeSet(again);
    CHECK(same && EncodeChangeSet(*same) == again);
  }
  if (const auto clock = DecodeRowClock(input)) {
    const Bytes again = EncodeRowClock(*clock);
    const auto same = DecodeRowClock(again);
    CHECK(same && EncodeRowClock(*same) == again);
  }
}
