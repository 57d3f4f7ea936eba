// The key encoding: one order-preserving binary form of values, for index entries, columns that
// hold mixed types, and the wire. memcmp on two encodings is Compare on the two values, and no
// encoding is a prefix of another, so that encodings can be concatenated.
//
//   undefined 01 | null 03
//   int64     04..07 negative, 08 zero, 09..0C positive: the low 8/4/2/1, then 1/2/4/8 bytes of the
//             two's complement, big-endian, as few as bring it back (one byte holds -256..255)
//   float64   0D, 8 bytes big-endian: sign bit flipped if positive, all bits flipped if negative
//   false 0E | true 0F
//   string    10, UTF-8 with 00 written as 01 01 and 01 as 01 02, then 00
//   bytes     11, same, any bytes
//   array     12, elements, then 00
//   object    15, (name as a string encoding, value)..., then 00
//
// Example: ["a", 1.0] is 12 10 61 00 0D BF F0 00 00 00 00 00 00 00.
#pragma once
#include "shared/base/bytes.hpp"
#include "shared/base/result.hpp"
#include "shared/value/value.hpp"

namespace syncline {

void AppendKey(Bytes& out, const Value& value);
void AppendKey(Bytes& out, const Object& object);
Bytes EncodeKey(const Value& value);

// Takes one value from the front of `in`. kCorrupt if the bytes are no canonical encoding, nest
// deeper than 64, or end early; `in` is then unspecified. Allocates in proportion to the bytes that
// are really there, never to a claimed size.
Result<Value> TakeKey(ByteView& in);
// Takes one value without building it. False if its tags and lengths do not fit the bytes; whether
// it is canonical, only TakeKey tells.
bool SkipKey(ByteView& in);
// The whole of `in` is one value.
Result<Value> DecodeKey(ByteView in);

// The least key above every key that starts with `prefix`; empty means "no bound".
Bytes PrefixEnd(ByteView prefix);

}  // namespace syncline
