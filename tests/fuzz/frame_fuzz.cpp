// What arrives on a socket: any bytes are frames or an error, and a frame encodes to itself.
#include "shared/wire/messages.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  while (!input.empty()) {
    const ByteView before = input;
    const Result<Message> message = TakeFrame(input);
    if (!message) return;
    CHECK(input.size() < before.size());
    Bytes again = EncodeFrame(*message);
    ByteView rest = again;
    const Result<Message> same = TakeFrame(rest);
    CHECK(same && rest.empty() && EncodeFrame(*same) == again);
  }
}
