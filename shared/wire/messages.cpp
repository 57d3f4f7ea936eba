#include "shared/wire/messages.hpp"

#include <algorithm>

#include "shared/wire/archive.hpp"
#include "shared/wire/edits.hpp"

namespace syncline {

// cereal finds these by the types' namespace. One serialize() serves both ways.

template <class Archive>
void serialize(Archive& archive, TenantId& id) {
  archive(id.text);
}
template <class Archive>
void serialize(Archive& archive, TableNumber& table) {
  archive(table.value);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, HybridTime& time) {
  if (reader.brief()) return reader.ReadTime(time);
  time.value = reader.Integer();
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const HybridTime& time) {
  if (writer.brief()) return writer.WriteTime(time);
  writer.Integer(time.value);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, ReplicaId& replica) {
  reader.ReadReplica(replica);
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const ReplicaId& replica) {
  writer.WriteReplica(replica);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, RowId& id) {
  const ByteView bytes = reader.Take(16);
  if (!bytes.empty()) id = RowId::From(bytes);
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const RowId& id) { writer.Put(id.view()); }
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, RowKey& key) {
  if (reader.brief()) return reader.ReadRow(key);
  reader(key.table, key.id);
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const RowKey& key) {
  if (writer.brief()) return writer.WriteRow(key);
  writer(key.table, key.id);
}
template <class Archive>
void serialize(Archive& archive, Stamp& stamp) {
  archive(stamp.time, stamp.replica);
  if (archive.brief()) archive.memory().stamp = stamp;
}
template <class Archive>
void serialize(Archive& archive, FieldWrite& write) {
  archive(wire::Name{write.path}, write.value);
}

// What a row change carries beside its writes, as bits of one byte; a bit that is not named is refused.
constexpr std::uint8_t kWholeBit = 1;
constexpr std::uint8_t kEditsBit = 2;
constexpr std::uint8_t kStoredBits = kWholeBit | kEditsBit;
// Brief ones alone: exactly one write, without a count; a causal length other than 1.
constexpr std::uint8_t kOneWriteBit = 4;
constexpr std::uint8_t kLengthBit = 8;
constexpr std::uint8_t kBriefBits = kStoredBits | kOneWriteBit | kLengthBit;
// Rows of deltas alone: the stamp is that of the row before; a state; a row to forget.
constexpr std::uint8_t kSameStampBit = 16;
constexpr std::uint8_t kStateBit = 32;
constexpr std::uint8_t kForgetBit = 64;

std::uint8_t BitsOf(const RowChange& change, wire::Form form) {
  unsigned bits = change.whole ? kWholeBit : 0u;
  if (!change.edits.empty()) bits |= kEditsBit;
  if (form == wire::Form::kBrief) {
    if (!change.deletes() && change.writes.size() == 1) bits |= kOneWriteBit;
    if (change.length != 1) bits |= kLengthBit;
  }
  return static_cast<std::uint8_t>(bits);
}

// What follows the bits; in the brief form with the length, if it is not 1. A whole row carries its
// creation time; a delete carries nothing more.
void ReadChange(wire::Reader& reader, RowChange& change, std::uint8_t bits) {
  change.whole = (bits & kWholeBit) != 0;
  if ((bits & kLengthBit) != 0) {
    reader(change.length);
  } else if (reader.brief()) {
    change.length = 1;
  }
  if (change.whole) reader(change.creation_time);
  if ((bits & kOneWriteBit) != 0) {
    wire::Append(reader, change.writes);
  } else if (!change.deletes()) {
    reader(change.writes);
  }
  if ((bits & kEditsBit) != 0) reader(change.edits);
}
void WriteChange(wire::Writer& writer, const RowChange& change, std::uint8_t bits) {
  if ((bits & kLengthBit) != 0) writer(change.length);
  if (change.whole) writer(change.creation_time);
  if ((bits & kOneWriteBit) != 0) {
    writer(change.writes.front());
  } else if (!change.deletes()) {
    writer(change.writes);
  }
  if ((bits & kEditsBit) != 0) writer(change.edits);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, RowChange& change) {
  std::uint8_t bits = 0;
  reader(change.key);
  if (!reader.brief()) reader(change.length);
  reader(wire::Byte{bits});
  if ((bits & ~(reader.brief() ? kBriefBits : kStoredBits)) != 0) return reader.Refuse();
  ReadChange(reader, change, bits);
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const RowChange& change) {
  writer(change.key);
  if (!writer.brief()) writer(change.length);
  std::uint8_t bits = BitsOf(change, writer.brief() ? wire::Form::kBrief : wire::Form::kStored);
  writer(wire::Byte{bits});
  WriteChange(writer, change, bits);
}

template <class Archive>
void serialize(Archive& archive, Cursor& cursor) {
  archive(cursor.epoch, cursor.seq, cursor.scope);
}
template <class Archive>
void serialize(Archive& archive, KeyStretch& stretch) {
  archive(stretch.low, stretch.high);
}
template <class Archive>
void serialize(Archive& archive, IndexReads& reads) {
  archive(reads.table, reads.fields, reads.stretches);
}
template <class Archive>
void serialize(Archive& archive, StrictReads& strict) {
  archive(strict.cursor, strict.indexes);
}
template <class Archive>
void SerializeStrict(Archive& archive, std::optional<StrictReads>& strict, bool is_there) {
  if (!is_there) return;
  if (!strict) strict.emplace();
  archive(*strict);
}
// As it is stored; a push has a form of its own.
template <class Archive>
void serialize(Archive& archive, ChangeSet& change_set) {
  archive(change_set.replica, change_set.number, change_set.time, change_set.rows);
  bool strict = change_set.strict.has_value();
  if constexpr (std::is_same_v<Archive, wire::Reader>) {
    if (archive.at_end()) return;  // stored by version 1
  }
  archive(strict);
  SerializeStrict(archive, change_set.strict, strict);
}

void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, RowState& state) {
  reader(state.clock.length, state.clock.whole);
  for (std::size_t left = reader.Count(); left > 0 && !reader.failed(); --left) {
    std::string path;
    Stamp stamp;
    reader(wire::Name{path}, stamp);
    state.clock.exceptions.insert_or_assign(std::move(path), stamp);
  }
  if (!state.alive()) return;
  reader(state.creation_time);
  for (std::size_t left = reader.Count(); left > 0 && !reader.failed(); --left) {
    FieldWrite field;
    reader(field);
    if (field.value.is_undefined()) reader.Refuse();
    state.fields.insert_or_assign(std::move(field.path), std::move(field.value));
  }
  if (!reader.brief() && reader.at_end()) return;  // stored by version 1
  for (std::size_t left = reader.Count(); left > 0 && !reader.failed(); --left) {
    std::string path;
    Bytes content;
    reader(wire::Name{path}, content);
    if (content.empty()) reader.Refuse();
    state.contents.insert_or_assign(std::move(path), std::move(content));
  }
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const RowState& state) {
  writer(state.clock.length, state.clock.whole);
  writer.Integer(state.clock.exceptions.size());
  for (const auto& [path, stamp] : state.clock.exceptions) writer(wire::Name{path}, stamp);
  if (!state.alive()) return;
  writer(state.creation_time);
  writer.Integer(state.fields.size());
  for (const auto& [path, value] : state.fields) writer(wire::Name{path}, value);
  writer.Integer(state.contents.size());
  for (const auto& [path, content] : state.contents) writer(wire::Name{path}, content);
}

template <class Archive>
void serialize(Archive& archive, TenantHello& hello) {
  archive(hello.tenant, hello.cursor, hello.settled, hello.settled_epoch, hello.kept_above);
}
// Of another version only that is read: what follows may have another form.
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, Hello& hello) {
  reader(hello.protocol);
  if (hello.protocol != kProtocolVersion) return reader.SkipRest();
  reader.LimitMemory(kDeviceMemoryBytesMax);
  reader(hello.schema_hash, hello.rules_hash, hello.replica, hello.device_ms, hello.token,
         hello.tenants);
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const Hello& hello) {
  writer(hello.protocol, hello.schema_hash, hello.rules_hash, hello.replica, hello.device_ms,
         hello.token, hello.tenants);
}
// The heads of pushes and deltas: a count above these bits.
constexpr std::uint64_t kFreshBit = 1;
constexpr std::uint64_t kKeptBit = 2;    // only if fresh
constexpr std::uint64_t kTenantBit = 4;  // pushes alone; always if fresh
// The heads of change sets: how many rows above these bits.
constexpr std::uint64_t kJumpBit = 1;
constexpr std::uint64_t kStrictBit = 2;
constexpr std::size_t kTenantBytesMax = 64;

void ReadTenant(wire::Reader& reader) {
  wire::Memory& memory = reader.memory();
  const std::uint64_t ordinal = reader.Integer();
  if (ordinal == memory.tenants.size()) {
    const std::string text(reader.Take(reader.Count()));
    if (text.size() > kTenantBytesMax) return reader.Refuse();
    memory.tenants.Add(text);
  }
  if (ordinal >= memory.tenants.size()) return reader.Refuse();
  memory.tenant = static_cast<std::size_t>(ordinal);
  memory.numbers.resize(memory.tenants.size());
}
void ReadChangeSet(wire::Reader& reader, std::uint64_t& number, ChangeSet& change_set) {
  const std::uint64_t head = reader.Integer();
  number = head & kJumpBit ? reader.Integer() : number + 1;
  change_set.number = number;
  reader(change_set.time);
  for (std::uint64_t left = head >> 2; left > 0 && wire::Append(reader, change_set.rows); --left) {
  }
  SerializeStrict(reader, change_set.strict, (head & kStrictBit) != 0);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, Push& push) {
  reader.LimitMemory(kDeviceMemoryBytesMax);
  const std::uint64_t head = reader.Integer();
  const bool fresh = (head & kFreshBit) != 0;
  if (head >> 3 > kChangeSetsPerPushMax || (fresh && (head & kTenantBit) == 0)) {
    return reader.Refuse();
  }
  reader.Follow(fresh, (head & kKeptBit) != 0);
  wire::Memory& memory = reader.memory();
  if (fresh) reader(memory.stamp.replica);
  if ((head & kTenantBit) != 0) ReadTenant(reader);
  if (reader.failed()) return;
  push.tenant.text = memory.tenants[memory.tenant];
  for (std::uint64_t left = head >> 3; left > 0 && !reader.failed(); --left) {
    ChangeSet& change_set = push.change_sets.emplace_back();
    change_set.replica = memory.stamp.replica;
    ReadChangeSet(reader, memory.numbers[memory.tenant], change_set);
  }
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const Push& push) {
  const bool fresh = writer.Follow(true);
  wire::Memory& memory = writer.memory();
  const std::size_t known = memory.tenants.size();
  const std::size_t ordinal = memory.tenants.OrdinalOf(push.tenant.text);
  const bool names_tenant = fresh || ordinal != memory.tenant;
  writer.Integer(push.change_sets.size() << 3 | (names_tenant ? kTenantBit : 0) |
                 (fresh ? kFreshBit | (writer.stream() ? kKeptBit : 0) : 0));
  if (fresh) {
    if (!push.change_sets.empty()) memory.stamp.replica = push.change_sets.front().replica;
    writer(memory.stamp.replica);
  }
  if (names_tenant) {
    writer.Integer(ordinal);
    if (ordinal == known) writer(push.tenant.text);
    memory.tenant = ordinal;
    memory.numbers.resize(std::max(memory.numbers.size(), ordinal + 1));
  }
  std::uint64_t& number = memory.numbers[ordinal];
  for (const ChangeSet& change_set : push.change_sets) {
    const bool jumps = change_set.number != number + 1;
    writer.Integer(change_set.rows.size() << 2 | (change_set.strict ? kStrictBit : 0) |
                   (jumps ? kJumpBit : 0));
    number = change_set.number;
    if (jumps) writer.Integer(number);
    writer(change_set.time);
    for (const RowChange& row : change_set.rows) writer(row);
    if (change_set.strict) writer(*change_set.strict);
  }
}
template <class Archive>
void serialize(Archive& archive, Renew& renew) {
  archive(renew.token);
}
template <class Archive>
void serialize(Archive& archive, Welcome& welcome) {
  archive(welcome.schema_hash, welcome.difference_ms, welcome.tenants);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, DeltaRow& row) {
  std::uint8_t bits = 0;
  reader(row.key, wire::Byte{bits});
  if (bits == kForgetBit) {
    row.kind = DeltaRow::Kind::kForget;
  } else if (bits == kStateBit) {
    row.kind = DeltaRow::Kind::kState;
    reader(row.state);
  } else if ((bits & ~(kBriefBits | kSameStampBit)) == 0) {
    row.kind = DeltaRow::Kind::kChange;
    row.change.key = row.key;
    if ((bits & kSameStampBit) == 0) reader(row.stamp);
    row.stamp = reader.memory().stamp;
    ReadChange(reader, row.change, bits);
  } else {
    reader.Refuse();
  }
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const DeltaRow& row) {
  writer(row.key);
  const auto begin = [&](std::uint8_t bits) { writer(wire::Byte{bits}); };
  switch (row.kind) {
    case DeltaRow::Kind::kForget: return begin(kForgetBit);
    case DeltaRow::Kind::kState: begin(kStateBit); return writer(row.state), void();
    case DeltaRow::Kind::kChange: break;
  }
  const bool same_stamp = row.stamp == writer.memory().stamp;
  const std::uint8_t bits = BitsOf(row.change, wire::Form::kBrief);
  begin(static_cast<std::uint8_t>(bits | (same_stamp ? kSameStampBit : 0)));
  if (!same_stamp) writer(row.stamp);
  WriteChange(writer, row.change, bits);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, Delta& delta) {
  const std::uint64_t head = reader.Integer();
  const bool fresh = (head & kFreshBit) != 0;
  reader.Follow(fresh, (head & kKeptBit) != 0);
  if (reader.failed()) return;
  wire::Memory& memory = reader.memory();
  if (fresh) {
    reader(delta.tenant, memory.cursor, delta.completes_snapshot);
  } else {
    memory.cursor.seq += reader.Integer();
  }
  delta.to = memory.cursor;
  for (std::uint64_t left = head >> 2; left > 0 && wire::Append(reader, delta.rows); --left) {
  }
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const Delta& delta) {
  const wire::Memory* before = writer.stream();
  const bool fresh =
      writer.Follow(before && !delta.completes_snapshot && before->cursor.epoch == delta.to.epoch &&
                    before->cursor.scope == delta.to.scope && before->cursor.seq <= delta.to.seq);
  wire::Memory& memory = writer.memory();
  writer.Integer(delta.rows.size() << 2 |
                 (fresh ? kFreshBit | (writer.stream() ? kKeptBit : 0) : 0));
  if (fresh) {
    writer(delta.tenant, delta.to, delta.completes_snapshot);
  } else {
    writer.Integer(delta.to.seq - memory.cursor.seq);
  }
  memory.cursor = delta.to;
  for (const DeltaRow& row : delta.rows) writer(row);
}
template <class Archive>
void serialize(Archive& archive, Chunk& chunk) {
  archive(chunk.tenant, chunk.ordinal, chunk.rows);
}
// Codes are append only, but one that we do not know cannot be acted on.
template <class Archive>
void SerializeCode(Archive& archive, Code& code) {
  archive(wire::Byte{code});
  if constexpr (std::is_same_v<Archive, wire::Reader>) {
    if (code < Code::kInvalid || code > Code::kCorrupt) archive.Refuse();
  }
}

template <class Archive>
void serialize(Archive& archive, Refusal& refusal) {
  archive(refusal.number);
  SerializeCode(archive, refusal.code);
  archive(refusal.message, refusal.table, refusal.row, refusal.rule);
}
template <class Archive>
void serialize(Archive& archive, Accepted& accepted) {
  archive(accepted.number, accepted.time);
}
template <class Archive>
void serialize(Archive& archive, Verdict& verdict) {
  archive(verdict.tenant, verdict.settled, verdict.seq, verdict.difference_ms, verdict.accepted,
          verdict.refused);
}
template <class Archive>
void serialize(Archive& archive, Again& again) {
  archive(again.tenant, again.known);
}
template <class Archive>
void serialize(Archive& archive, Left& left) {
  archive(left.tenant);
}
template <class Archive>
void serialize(Archive& archive, About& about) {
  archive(about.known);
  if (about.known == 0) archive(about.tenant);
}
template <class Archive>
void serialize(Archive&, Ping&) {}
template <class Archive>
void serialize(Archive&, Pong&) {}
template <class Archive>
void serialize(Archive& archive, Fault& fault) {
  SerializeCode(archive, fault.code);
  archive(fault.message);
}

namespace {

template <class T>
Bytes Encode(const T& value, wire::Form form, wire::Memory* stream = nullptr) {
  Bytes bytes;
  wire::Writer writer(bytes, form, stream);
  writer(value);
  return bytes;
}

template <class T>
Result<T> Decode(ByteView bytes, const char* what, wire::Form form,
                 wire::Memory* stream = nullptr) {
  T value{};
  wire::Reader reader(bytes, form, stream);
  reader(value);
  if (reader.failed() || !reader.at_end()) {
    return Fail(Code::kCorrupt, std::string(what) + " does not decode at byte " +
                                    std::to_string(bytes.size() - reader.rest_bytes()) + " of " +
                                    std::to_string(bytes.size()));
  }
  return value;
}

// The type byte of each message: its place in the variant, plus one.
template <std::size_t... kIndex>
Result<Message> DecodeAs(std::size_t type, ByteView body, wire::Memory* stream,
                         std::index_sequence<kIndex...>) {
  Result<Message> message =
      Fail(Code::kInvalid, "Unknown message type " + std::to_string(type) +
                               "; the other side speaks another version of the protocol");
  const auto attempt = [&](auto index) {
    using Type = std::variant_alternative_t<decltype(index)::value, Message>;
    if (type != decltype(index)::value + 1) return;
    Result<Type> decoded = Decode<Type>(body, "A message", wire::Form::kBrief, stream);
    if (decoded) {
      message = Message(std::move(*decoded));
    } else {
      message = Fail(decoded.error());
    }
  };
  (attempt(std::integral_constant<std::size_t, kIndex>()), ...);
  return message;
}

}  // namespace

Bytes EncodeFrame(const Message& message, wire::Memory* stream) {
  Bytes body(1, static_cast<char>(message.index() + 1));
  body += std::visit([&](const auto& typed) { return Encode(typed, wire::Form::kBrief, stream); },
                     message);
  Bytes frame;
  frame.reserve(body.size() + 5);
  PutVarint(frame, body.size());
  frame += body;
  return frame;
}

namespace {

// The type byte and the body of the next frame.
Result<ByteView> TakeBody(ByteView& in) {
  std::uint64_t size = 0;
  if (!TakeVarint(in, size) || size == 0 || size > in.size()) {
    return Fail(Code::kCorrupt, "A frame's size does not fit its message");
  }
  const ByteView frame = in.substr(0, static_cast<std::size_t>(size));
  in.remove_prefix(frame.size());
  return frame;
}

constexpr std::size_t TypeOf(ByteView frame) { return static_cast<unsigned char>(frame[0]); }

Result<Message> DecodeFrame(ByteView frame, wire::Memory* stream) {
  return DecodeAs(TypeOf(frame), frame.substr(1), stream,
                  std::make_index_sequence<std::variant_size_v<Message>>());
}

// The device's messages come first in the variant.
constexpr std::size_t kDeviceTypeLast = 4;
static_assert(std::is_same_v<std::variant_alternative_t<kDeviceTypeLast - 1, Message>, Ping>);

// The relay's message that deltas are.
constexpr std::size_t kDeltaType = 6;
static_assert(std::is_same_v<std::variant_alternative_t<kDeltaType - 1, Message>, Delta>);

}  // namespace

Result<Message> TakeFrame(ByteView& in) {
  const Result<ByteView> frame = TakeBody(in);
  if (!frame) return Fail(frame.error());
  return DecodeFrame(*frame, nullptr);
}

Result<Message> TakeDeviceFrame(ByteView& in, wire::Memory* stream) {
  const Result<ByteView> frame = TakeBody(in);
  if (!frame) return Fail(frame.error());
  const std::size_t type = TypeOf(*frame);
  if (type > kDeviceTypeLast && type <= std::variant_size_v<Message>) {
    return Fail(Code::kInvalid, "That message is the relay's to send");
  }
  return DecodeFrame(*frame, stream);
}

TenantId* RelayFrames::TenantOf(Message& message) {
  if (auto* delta = std::get_if<Delta>(&message)) return &delta->tenant;
  if (auto* chunk = std::get_if<Chunk>(&message)) return &chunk->tenant;
  if (auto* verdict = std::get_if<Verdict>(&message)) return &verdict->tenant;
  if (auto* left = std::get_if<Left>(&message)) return &left->tenant;
  if (auto* again = std::get_if<Again>(&message)) return &again->tenant;
  return nullptr;
}

Result<Message> RelayFrames::Take(ByteView& in) {
  const Result<ByteView> frame = TakeBody(in);
  if (!frame) return Fail(frame.error());
  Result<Message> message =
      DecodeFrame(*frame, TypeOf(*frame) == kDeltaType ? &streams_[about_] : nullptr);
  if (!message) return message;
  if (const auto* about = std::get_if<About>(&*message)) {
    if (about->known > told_.size()) {
      return Fail(Code::kCorrupt, "The relay speaks about a tenant that it has not named");
    }
    about_ = about->known == 0 ? about->tenant : told_[static_cast<std::size_t>(about->known - 1)];
    if (about->known == 0 && told_.size() < kTenantsToldMax) told_.push_back(about_);
  } else if (TenantId* tenant = TenantOf(*message); tenant && tenant->text.empty()) {
    *tenant = about_;
  }
  return message;
}

Bytes RelayTenants::About(const TenantId& tenant) {
  if (tenant == about_) return {};
  about_ = tenant;
  syncline::About about{0, tenant};
  const auto found = std::find(told_.begin(), told_.end(), tenant);
  if (found != told_.end()) {
    about.known = static_cast<std::uint64_t>(found - told_.begin()) + 1;
  } else if (told_.size() < kTenantsToldMax) {
    told_.push_back(tenant);
  }
  return EncodeFrame(std::move(about));
}

Bytes EncodeChangeSet(const ChangeSet& change_set) {
  return Encode(change_set, wire::Form::kStored);
}
Result<ChangeSet> DecodeChangeSet(ByteView bytes) {
  return Decode<ChangeSet>(bytes, "A change set", wire::Form::kStored);
}
Bytes EncodeRowState(const RowState& state) { return Encode(state, wire::Form::kStored); }
Result<RowState> DecodeRowState(ByteView bytes) {
  return Decode<RowState>(bytes, "A row", wire::Form::kStored);
}

}  // namespace syncline
