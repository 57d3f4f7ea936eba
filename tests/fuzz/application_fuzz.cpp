// An application's tables and rules, as a device and the relay read them: any text is one or an error.
#include "shared/sync/authority.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  const Result<Application> device = ParseApplication(input);
  const Result<Application> relay = ParseRelayApplication(input);
  CHECK(!relay || device);
}
