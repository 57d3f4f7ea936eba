// Keys: any bytes are a canonical key or an error; two keys compare as their values do.
#include "shared/value/key.hpp"

#include "shared/value/order.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  ByteView rest = input;
  const Result<Value> first = TakeKey(rest);
  if (!first) return;
  const Bytes key = EncodeKey(*first);
  CHECK(key == input.substr(0, input.size() - rest.size()));
  const ByteView behind = rest;
  const Result<Value> second = TakeKey(rest);
  if (!second) return;
  const int by_bytes = ByteView(key).compare(behind.substr(0, behind.size() - rest.size()));
  const int by_value = Compare(*first, *second);
  CHECK((by_bytes < 0) == (by_value < 0) && (by_bytes > 0) == (by_value > 0));
}
