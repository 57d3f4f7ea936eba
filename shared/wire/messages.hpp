// The messages between a device and the relay, as plain structs, and their codec.
//
// A WebSocket message (binary) is one or more frames; a frame is its size (LEB128) and that many
// bytes: a type (1 byte, the struct's place in Message) and the body of one struct below, in its declared
// order. Integers are LEB128 unless noted, signed ones zigzag; strings are size and bytes; lists are count
// and elements; a value is its key encoding (shared/value/key.hpp) or, for a float64 that is whole, 16 and
// the zigzag LEB128. What has a form of its own:
//
//   name, replica  its ordinal among those told before; a new one follows in full
//   time           milliseconds since the time before, zigzag, times 2, plus 1 if the counter follows
//   stamp          time, replica
//   row            a row that was told: zigzag of its place minus the last one's, times 2, plus 1. A new
//                  one: its table's ordinal times 4 (a new table follows), plus 2 if the size of the prefix
//                  that it shares with the row before follows, and the rest of its 16 bytes
//   change         bits (1 byte): 1 whole, 2 edits, 4 one write, 8 length; length unless 1, creation time
//                  if whole, writes (no count if one), edits
//   Push           head: change sets * 8 + 1 fresh + 2 kept + 4 tenant; if fresh the replica; the tenant's
//                  ordinal (a new one follows); each change set: rows * 4 + 1 jump + 2 strict; the number
//                  unless it is the next one; time; (row, change) each; what it read, if strict
//   Delta          head: rows * 4 + 1 fresh + 2 kept; if fresh tenant, cursor and completes_snapshot, else
//                  the seq minus that of the delta before; each row: row, bits as above and 16 (stamp as
//                  before) or 32 (a state) or 64 (to forget); stamp and change, or state
//
// "Told", "last" and "before" are within a frame and, of pushes and deltas, within their stream
// (memory.hpp): a fresh frame leans on none, and is kept if later ones lean on it. Example, a push of one
// cell of the last row, its second field set to 43, 1.5 s after the one before:
// 0A 02 08 04 F0 2E 01 04 01 16 56.
//
// Decoding never throws, never allocates on a claimed size, and refuses what is left over.
// messages_test.cpp pins the bytes of every message beside kProtocolVersion.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/clock/clock.hpp"
#include "shared/merge/merge.hpp"
#include "shared/wire/memory.hpp"

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
// What a device's message may take in memory once it is decoded: well above the largest that one makes.
inline constexpr std::size_t kDeviceMemoryBytesMax = 256 << 20;

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
  // The epoch in which that was, 0 if we do not know; and above which number, up to `settled`, ours can be
  // offered again to a copy that has forgotten them.
  std::uint64_t settled_epoch = 0;
  std::uint64_t kept_above = 0;
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

// relay -> device: moves the replica to a cursor, in one transaction.
struct Delta {
  TenantId tenant;
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
// relay -> device, before a snapshot: this copy of the tenant was restored from before what it once told, and
// knows the device's change sets only up to `known`. Offer those above again, once the snapshot is whole.
struct Again {
  TenantId tenant;
  std::uint64_t known = 0;
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
// relay -> device: which tenant the messages after it are about that name none.
struct About {
  // Which of the tenants that earlier ones named, from 1; 0: `tenant`.
  std::uint64_t known = 0;
  TenantId tenant;
};

using Message = std::variant<Hello, Push, Renew, Ping, Welcome, Delta, Chunk, Verdict, Left, Fault,
                             Pong, About, Again>;

// One frame, its size in front. Pushes and deltas lean on the frames before them in `stream`, if there is
// one: the pushes of a connection, or the deltas of one tenant to the same receivers.
Bytes EncodeFrame(const Message& message, wire::Memory* stream = nullptr);
// Takes the next frame from the front of a WebSocket message; one that leans on others is refused.
// kCorrupt names the offset and what.
Result<Message> TakeFrame(ByteView& in);
// The same for what a device sent, `stream` being what its connection's pushes have told: kInvalid,
// undecoded, if it is the relay's to send. After an error the connection is of no use.
Result<Message> TakeDeviceFrame(ByteView& in, wire::Memory* stream);

// Tenants that About names by ordinal on one connection; others it names anew each time.
inline constexpr std::size_t kTenantsToldMax = 256;

// Reads what the relay sends on one connection, with all that it leans on.
class RelayFrames {
 public:
  // As TakeFrame; a tenant that was left out is put in. After an error the connection is of no use.
  Result<Message> Take(ByteView& in);
  // The tenant that a message of the relay is about; null if it is about none.
  static TenantId* TenantOf(Message& message);

 private:
  std::vector<TenantId> told_;
  TenantId about_;
  std::map<TenantId, wire::Memory> streams_;
};

// The relay's side of About on one connection.
class RelayTenants {
 public:
  // The frame to send before one that names no tenant and is about this one; empty if none is needed.
  Bytes About(const TenantId& tenant);

 private:
  std::vector<TenantId> told_;
  TenantId about_;
};

// A change set alone, as the outbox keeps it: the bytes that every retry sends.
Bytes EncodeChangeSet(const ChangeSet& change_set);
Result<ChangeSet> DecodeChangeSet(ByteView bytes);
// A row's state alone, as the device keeps confirmed rows beside pending ones.
Bytes EncodeRowState(const RowState& state);
Result<RowState> DecodeRowState(ByteView bytes);

}  // namespace syncline
