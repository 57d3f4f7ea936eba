// One connection, with all that its frames remember of those before: whatever comes, it decodes or fails, and
// what decodes is told again by another stream, which its reader understands the same. The first byte says
// who sends: the device (even) or the relay.
#include "shared/wire/messages.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace syncline {
namespace {

void FromDevice(ByteView input) {
  wire::Memory heard, told, retold;
  while (!input.empty()) {
    const Result<Message> message = TakeDeviceFrame(input, &heard);
    if (!message) return;
    const Bytes again = EncodeFrame(*message, &told);
    ByteView rest = again;
    const Result<Message> same = TakeDeviceFrame(rest, &retold);
    CHECK(same && rest.empty() && EncodeFrame(*same) == EncodeFrame(*message));
  }
}

void FromRelay(ByteView input) {
  RelayFrames heard, retold;
  wire::Memory told;
  while (!input.empty()) {
    const Result<Message> message = heard.Take(input);
    if (!message) return;
    const auto* delta = std::get_if<Delta>(&*message);
    if (!delta) continue;
    const Bytes again = EncodeFrame(*message, &told);
    ByteView rest = again;
    const Result<Message> same = retold.Take(rest);
    CHECK(same && rest.empty());
    // A delta that leans on others names no tenant; all else is the same.
    Delta there = std::get<Delta>(*same), here = *delta;
    there.tenant = here.tenant = {};
    CHECK(EncodeFrame(std::move(there)) == EncodeFrame(std::move(here)));
  }
}

}  // namespace
}  // namespace syncline

void syncline::Fuzz(ByteView input) {
  if (input.empty()) return;
  const bool from_device = input[0] % 2 == 0;
  input.remove_prefix(1);
  from_device ? FromDevice(input) : FromRelay(input);
}
