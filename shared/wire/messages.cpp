#include "shared/wire/messages.hpp"

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
template <class Archive>
void serialize(Archive& archive, HybridTime& time) {
  archive(time.value);
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
template <class Archive>
void serialize(Archive& archive, RowKey& key) {
  archive(key.table, key.id);
}
template <class Archive>
void serialize(Archive& archive, Stamp& stamp) {
  archive(stamp.time, stamp.replica);
}
template <class Archive>
void serialize(Archive& archive, FieldWrite& write) {
  archive(wire::Name{write.path}, write.value);
}

// What a row change carries beside its writes, as bits of one byte; a bit that is not named is refused.
constexpr std::uint8_t kWholeBit = 1;
constexpr std::uint8_t kEditsBit = 2;
constexpr std::uint8_t kChangeBits = kWholeBit | kEditsBit;

// All of a change but its row. A whole row carries its creation time; a delete carries nothing more.
template <class Archive>
void SerializeChange(Archive& archive, RowChange& change) {
  std::uint8_t flags = change.whole ? kWholeBit : 0;
  if (!change.edits.empty()) flags |= kEditsBit;
  archive(change.length, wire::Byte{flags});
  if constexpr (std::is_same_v<Archive, wire::Reader>) {
    if ((flags & ~kChangeBits) != 0) archive.Refuse();
    change.whole = (flags & kWholeBit) != 0;
  }
  if (change.whole) archive(change.creation_time);
  if (!change.deletes()) archive(change.writes);
  if ((flags & kEditsBit) != 0) archive(change.edits);
}
template <class Archive>
void serialize(Archive& archive, RowChange& change) {
  archive(change.key);
  SerializeChange(archive, change);
}

template <class Archive>
void serialize(Archive& archive, Cursor& cursor) {
  archive(cursor.epoch, cursor.seq, cursor.scope);
}
template <class Archive>
void serialize(Archive& archive, KeyStretch& stretch) {
  archive(stretch.low, stretch.high);
  // Two bytes may say that there is one.
  if constexpr (std::is_same_v<Archive, wire::Reader>) archive.Charge(sizeof(KeyStretch));
}
template <class Archive>
void serialize(Archive& archive, IndexReads& reads) {
  archive(reads.table, reads.fields, reads.stretches);
  if constexpr (std::is_same_v<Archive, wire::Reader>) {
    archive.Charge(sizeof(IndexReads) + reads.fields.size() * sizeof(std::string));
  }
}
template <class Archive>
void serialize(Archive& archive, StrictReads& strict) {
  archive(strict.cursor, strict.indexes);
}
template <class Archive>
void serialize(Archive& archive, ChangeSet& change_set) {
  archive(change_set.replica, change_set.number, change_set.time, change_set.rows);
  bool strict = change_set.strict.has_value();
  archive(strict);
  if (!strict) return;
  if (!change_set.strict) change_set.strict.emplace();
  archive(*change_set.strict);
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
  archive(hello.tenant, hello.cursor, hello.settled);
}
template <class Archive>
void serialize(Archive& archive, Hello& hello) {
  archive(hello.protocol, hello.schema_hash, hello.rules_hash, hello.replica, hello.device_ms,
          hello.token, hello.tenants);
}
void CEREAL_LOAD_FUNCTION_NAME(wire::Reader& reader, Push& push) {
  reader.LimitMemory(kPushMemoryBytesMax);
  reader(push.tenant);
  const std::size_t count = reader.Count();
  if (count > kChangeSetsPerPushMax) return reader.Refuse();
  for (std::size_t left = count; left > 0 && !reader.failed(); --left) {
    reader(push.change_sets.emplace_back());
  }
}
void CEREAL_SAVE_FUNCTION_NAME(wire::Writer& writer, const Push& push) {
  writer(push.tenant, push.change_sets);
}
template <class Archive>
void serialize(Archive& archive, Renew& renew) {
  archive(renew.token);
}
template <class Archive>
void serialize(Archive& archive, Welcome& welcome) {
  archive(welcome.schema_hash, welcome.difference_ms, welcome.tenants);
}
template <class Archive>
void serialize(Archive& archive, DeltaRow& row) {
  archive(wire::Byte{row.kind}, row.key);
  switch (row.kind) {
    case DeltaRow::Kind::kState: archive(row.state); return;
    case DeltaRow::Kind::kChange:
      archive(row.stamp);
      SerializeChange(archive, row.change);
      row.change.key = row.key;
      return;
    case DeltaRow::Kind::kForget: return;
  }
  if constexpr (std::is_same_v<Archive, wire::Reader>) archive.Refuse();
}
template <class Archive>
void serialize(Archive& archive, Delta& delta) {
  archive(delta.tenant, delta.from, delta.to, delta.completes_snapshot, delta.rows);
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
void serialize(Archive& archive, Left& left) {
  archive(left.tenant);
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
Bytes Encode(const T& value) {
  Bytes bytes;
  wire::Writer writer(bytes);
  writer(value);
  return bytes;
}

template <class T>
Result<T> Decode(ByteView bytes, const char* what) {
  T value{};
  wire::Reader reader(bytes);
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
Result<Message> DecodeAs(std::size_t type, ByteView body, std::index_sequence<kIndex...>) {
  Result<Message> message =
      Fail(Code::kInvalid, "Unknown message type " + std::to_string(type) +
                               "; the other side speaks another version of the protocol");
  const auto attempt = [&](auto index) {
    using Type = std::variant_alternative_t<decltype(index)::value, Message>;
    if (type != decltype(index)::value + 1) return;
    Result<Type> decoded = Decode<Type>(body, "A message");
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

Bytes EncodeFrame(const Message& message) {
  Bytes body(1, static_cast<char>(message.index() + 1));
  body += std::visit([](const auto& typed) { return Encode(typed); }, message);
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

Result<Message> DecodeFrame(ByteView frame) {
  return DecodeAs(static_cast<unsigned char>(frame[0]), frame.substr(1),
                  std::make_index_sequence<std::variant_size_v<Message>>());
}

// The device's messages come first in the variant.
constexpr std::size_t kDeviceTypeLast = 4;
static_assert(std::is_same_v<std::variant_alternative_t<kDeviceTypeLast - 1, Message>, Ping>);

}  // namespace

Result<Message> TakeFrame(ByteView& in) {
  const Result<ByteView> frame = TakeBody(in);
  if (!frame) return Fail(frame.error());
  return DecodeFrame(*frame);
}

Result<Message> TakeDeviceFrame(ByteView& in) {
  const Result<ByteView> frame = TakeBody(in);
  if (!frame) return Fail(frame.error());
  const std::size_t type = static_cast<unsigned char>((*frame)[0]);
  if (type > kDeviceTypeLast && type <= std::variant_size_v<Message>) {
    return Fail(Code::kInvalid, "That message is the relay's to send");
  }
  return DecodeFrame(*frame);
}

Bytes EncodeChangeSet(const ChangeSet& change_set) { return Encode(change_set); }
Result<ChangeSet> DecodeChangeSet(ByteView bytes) {
  return Decode<ChangeSet>(bytes, "A change set");
}
Bytes EncodeRowState(const RowState& state) { return Encode(state); }
Result<RowState> DecodeRowState(ByteView bytes) { return Decode<RowState>(bytes, "A row"); }

}  // namespace syncline
