// The messages between a device and the relay, as plain structs, and their codec.
//
// A WebSocket message (binary) is one or more frames; a frame is its size (LEB128) and that many
// bytes: a type (1 byte) and the body of one struct below, in its declared order. Integers are LEB128
// unless noted; strings are size and bytes; lists are count and elements; values are in key encoding
// (shared/value/key.hpp). Names of fields and replicas repeat often, so within a frame a name is its
// ordinal among the names seen, followed by its text when it is new.
//
// Decoding never throws, never allocates on a claimed size, and refuses what is left over.
// messages_test.cpp pins the bytes of every message beside kProtocolVersion.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/clock/clock.hpp"
#include "shared/merge/merge.hpp"

namespace syncline {

inline constexpr std::uint32_t kProtocolVersion = 2;

// Limits of the protocol, both ways. A receiver may be stricter.
inline constexpr std::size_t kTokenBytesMax = 16 << 10;
inline constexpr std::size_t kTenantsPerHelloMax = 1000;
inline constexpr std::size_t kChangeSetBytesMax = 16 << 20;
inline constexpr std::size_t kRowsPerChangeSetMax = 16'000;
inline constexpr std::size_t kPathBytesMax = 4096;
inline constexpr std::size_t kStrictIndexesMax = 256;
inline constexpr std::size_t kStrictIndexFieldsMax = 16;
inline constexpr std::size_t kStrictStretchesMax = 4096;
inline constexpr std::size_t kStrictBytesMax = 1 << 20;  // of all keys
inline constexpr std::size_t kMessageBytesMax = kChangeSetBytesMax + (1 << 20);
inline constexpr std::size_t kChangeSetsPerPushMax = 10'000;
// What a push may take in memory once it is decoded: well above the largest that a device makes.
inline constexpr std::size_t kPushMemoryBytesMax = 256 << 20;

// How far a replica has followed a tenant.
struct Cursor {
  // Changes when the relay's copy was restored or replaced; seqs of two epochs do not compare.
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;
  // The relay's word for what was visible at that point; given back as it came.
  std::string scope;
};

// A stretch of an index's keys, from `low` up to below `high`; an empty `high` is no bound.
struct KeyStretch {
  Bytes low, high;
};
// What a strict mutation read of one index. Indexes go by their fields and not by their names, so that
// device and relay mean the same keys also where their schemas differ.
struct IndexReads {
  TableNumber table;
  // Without the implicit two; {"_id"}: the keys are ids (by_id).
  std::vector<std::string> fields;
  std::vector<KeyStretch> stretches;  // ascending, none touching the next
};
// On what a strict mutation relies: it holds if nothing has entered, left or changed in these reads
// since the cursor.
struct StrictReads {
  Cursor cursor;
  std::vector<IndexReads> indexes;  // each (table, fields) once
};

// All that one mutation wrote, stamped once; applied whole or not at all.
struct ChangeSet {
  ReplicaId replica;
  // 1, 2, 3, ... per replica and tenant.
  std::uint64_t number = 0;
  HybridTime time;
  std::vector<RowChange> rows;
  // Of a strict mutation: it is refused (kConflict) if they do not hold.
  std::optional<StrictReads> strict = std::nullopt;
  Stamp stamp() const { return {time, replica}; }
};

struct TenantHello {
  TenantId tenant;
  Cursor cursor;
  // The highest number of ours whose verdict we have processed.
  std::uint64_t settled = 0;
};

// device -> relay, first. Nothing else is read before it.
struct Hello {
  std::uint32_t protocol = kProtocolVersion;
  std::uint64_t schema_hash = 0;
  std::uint64_t rules_hash = 0;
  ReplicaId replica;
  std::uint64_t device_ms = 0;
  std::string token;
  std::vector<TenantHello> tenants;
};
// device -> relay: change sets of the sender's replica, in ascending order of number.
struct Push {
  TenantId tenant;
  std::vector<ChangeSet> change_sets;
};
// device -> relay: a newer token of the same person.
struct Renew {
  std::string token;
};

// device -> relay: are you there? Who only listens cannot tell a silent relay from a dead connection.
struct Ping {};

// relay -> device: the answer to Hello. Tenants of the device that are not listed are to be dropped.
struct Welcome {
  std::uint64_t schema_hash = 0;
  // How far the relay's clock is ahead of the device's, as Hello told it.
  std::int64_t difference_ms = 0;
  std::vector<TenantId> tenants;
};

struct DeltaRow {
  enum class Kind : std::uint8_t {
    kState = 1,   // the whole row: enters the scope, or may have been missed
    kChange = 2,  // one change of a row that the device has
    kForget = 3,  // the row left the scope
  };
  Kind kind = Kind::kState;
  RowKey key;
  RowState state;    // kState
  RowChange change;  // kChange; its key is `key`
  Stamp stamp;       // kChange
};

// relay -> device: moves the replica from one cursor to the next, in one transaction.
struct Delta {
  TenantId tenant;
  std::uint64_t from = 0;
  Cursor to;
  // True if it ends a snapshot: the generation that the chunks built becomes the visible one.
  bool completes_snapshot = false;
  std::vector<DeltaRow> rows;
};
// relay -> device: a part of a snapshot; invisible until the Delta that completes it. Ordinal 0
// begins a new one, whatever was begun before.
struct Chunk {
  TenantId tenant;
  std::uint64_t ordinal = 0;
  std::vector<DeltaRow> rows;  // kState only
};

struct Refusal {
  std::uint64_t number = 0;
  Code code = Code::kDenied;
  std::string message;
  // Empty where they do not apply.
  std::string table;
  std::string row;  // document id text
  std::string rule;
};
struct Accepted {
  std::uint64_t number = 0;
  // The stamp's time as accepted: earlier than asked for if that was too far ahead.
  HybridTime time;
};
// relay -> device: how the relay decided on this replica's change sets up to `settled`. It takes
// effect with the delta that reaches `seq`.
struct Verdict {
  TenantId tenant;
  std::uint64_t settled = 0;
  std::uint64_t seq = 0;
  std::int64_t difference_ms = 0;
  std::vector<Accepted> accepted;
  std::vector<Refusal> refused;
};
// relay -> device: the person is no longer a member, or the tenant is gone. Drop its rows.
struct Left {
  TenantId tenant;
};
// relay -> device, last: why the connection ends.
struct Fault {
  Code code = Code::kInvalid;
  std::string message;
};
// relay -> device: the answer to Ping.
struct Pong {};

using Message =
    std::variant<Hello, Push, Renew, Ping, Welcome, Delta, Chunk, Verdict, Left, Fault, Pong>;

// One frame, its size in front.
Bytes EncodeFrame(const Message& message);
// Takes the next frame from the front of a WebSocket message. kCorrupt names the offset and what.
Result<Message> TakeFrame(ByteView& in);
// The same for what a device sent: kInvalid, undecoded, if it is the relay's to send.
Result<Message> TakeDeviceFrame(ByteView& in);

// A change set alone, as the outbox keeps it: the bytes that every retry sends.
Bytes EncodeChangeSet(const ChangeSet& change_set);
Result<ChangeSet> DecodeChangeSet(ByteView bytes);
// A row's state alone, as the device keeps confirmed rows beside pending ones.
Bytes EncodeRowState(const RowState& state);
Result<RowState> DecodeRowState(ByteView bytes);

}  // namespace syncline
