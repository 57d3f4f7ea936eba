// The wire archives: cereal's serialize() functions over our own bytes. The only file that names
// cereal's internals. Stock archives throw, need iostreams, and resize to whatever count they read.
//
// Integers are LEB128, signed ones zigzag first; bool and enums are one byte; strings and lists have a
// count in front. Names of fields and replicas are written once and by ordinal after.
//
// An archive is stored or brief. Stored ones are for files: rows and stamps in full. Brief ones are for
// frames: rows, stamps and times lean on what came before in the frame, or in the stream of frames whose
// memory the archive is given (memory.hpp). A stored one remembers all its names and replicas: it is one
// record, and so did version 1.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <cereal/cereal.hpp>

#include "shared/base/ids.hpp"
#include "shared/base/varint.hpp"
#include "shared/clock/clock.hpp"
#include "shared/value/key.hpp"
#include "shared/value/memory.hpp"
#include "shared/value/value.hpp"
#include "shared/wire/memory.hpp"

namespace syncline::wire {

enum class Form { kStored, kBrief };

inline std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// A float64 that is a whole number, as most are: this tag, which begins no key, and the zigzag LEB128.
inline constexpr char kWholeNumberTag = 0x16;
inline constexpr std::int64_t kWholeNumberMax = std::int64_t{1} << 53;

// Reads one frame. Never throws and never allocates on a claim: the first short read or unbelievable
// count sets failed(), and from then on every read yields zero. Check failed() and at_end() once.
//
// A name is one byte where it repeats, and an element of a list may be one too, so a frame can grow a
// thousandfold in memory. LimitMemory bounds that where the sender is not trusted: lists are charged for
// their room as they grow (Append), values and names for what they hold.
class Reader : public cereal::InputArchive<Reader, cereal::AllowEmptyClassElision> {
 public:
  // `stream`, if any, is the memory of the frames before, for those that lean on it.
  Reader(ByteView bytes, Form form, Memory* stream = nullptr)
      : InputArchive(this), rest_(bytes), form_(form), stream_(stream) {
    if (!brief()) own_.RememberAll();
  }
  bool brief() const { return form_ == Form::kBrief; }
  Memory& memory() { return *memory_; }
  // What a frame's head says of its memory: it begins with an empty one, which is kept for the frames after
  // it, or not; or it goes on with the one that was kept.
  void Follow(bool fresh, bool kept) {
    if (fresh && !kept) return;
    if (fresh) {
      if (!stream_) return;
      *stream_ = Memory();
      stream_->begun = true;
    }
    if (!stream_ || !stream_->begun) return Refuse();
    memory_ = stream_;
  }
  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t rest_bytes() const { return rest_.size(); }
  void Refuse() { failed_ = true; }
  void SkipRest() { rest_ = {}; }
  // What is read from here on may take about this many bytes of memory, and no value more than
  // kUntrustedValueBytesMax on the wire (a document's own limit).
  void LimitMemory(std::size_t bytes) {
    limited_ = true;
    memory_left_ = bytes;
  }
  // What was read takes this much more than its bytes here.
  void Charge(std::size_t bytes) {
    if (!limited_) return;
    if (bytes > memory_left_) failed_ = true;
    memory_left_ -= std::min(bytes, memory_left_);
  }

  std::uint64_t Integer() {
    std::uint64_t value = 0;
    if (failed_ || !TakeVarint(rest_, value)) failed_ = true;
    return failed_ ? 0 : value;
  }
  std::uint64_t Fixed64() {
    std::uint64_t value = 0;
    if (failed_ || !TakeFixed64(rest_, value)) failed_ = true;
    return failed_ ? 0 : value;
  }
  // Believes a count only up to the bytes left: an element takes at least one.
  std::size_t Count() {
    const std::uint64_t claimed = Integer();
    if (claimed > rest_.size()) failed_ = true;
    return failed_ ? 0 : static_cast<std::size_t>(claimed);
  }
  ByteView Take(std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const ByteView taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void Read(Value& value) {
    if (failed_) return;
    if (!rest_.empty() && rest_[0] == kWholeNumberTag) {
      rest_.remove_prefix(1);
      const std::int64_t whole = UnZigZag(Integer());
      if (whole > kWholeNumberMax || whole < -kWholeNumberMax) failed_ = true;
      value = static_cast<double>(whole);
      return;
    }
    if (limited_) {
      ByteView after = rest_;
      if (!SkipKey(after) || rest_.size() - after.size() > kUntrustedValueBytesMax) failed_ = true;
      if (failed_) return;
    }
    Result<Value> taken = TakeKey(rest_);
    if (taken) {
      value = std::move(*taken);
      if (limited_) Charge(HeapBytes(value));
    } else {
      failed_ = true;
    }
  }
  void ReadName(std::string& name) {
    const std::uint64_t ordinal = Integer();
    auto& names = memory_->names;
    if (ordinal < names.size()) {
      name = names[static_cast<std::size_t>(ordinal)];
    } else if (ordinal == names.size()) {
      name = Take(Count());
      names.Add(name);
    } else {
      failed_ = true;
    }
    Charge(name.size());
  }
  void ReadReplica(ReplicaId& replica) {
    const std::uint64_t ordinal = Integer();
    auto& replicas = memory_->replicas;
    if (ordinal < replicas.size()) {
      replica = replicas[static_cast<std::size_t>(ordinal)];
    } else if (ordinal == replicas.size()) {
      replica = {Fixed64()};
      replicas.Add(replica);
    } else {
      failed_ = true;
    }
  }
  // Brief: odd is a row that was told, as the difference of its place to the last one's; even is a new one:
  // bit 1 says that it begins as the last one (then LEB128, how many bytes), and above are its table's
  // ordinal (the table itself, if it is new) and then the id's other bytes.
  void ReadRow(RowKey& key) {
    const std::uint64_t head = Integer();
    Rows& rows = memory_->rows;
    if (head & 1) {
      const auto place =
          static_cast<std::size_t>(static_cast<std::uint64_t>(UnZigZag(head >> 1)) + rows.last());
      if (!rows.has(place)) return Refuse();
      rows.Use(place);
      key = rows.at(place);
      return;
    }
    auto& tables = memory_->tables;
    const std::uint64_t ordinal = head >> 2;
    if (ordinal < tables.size()) {
      key.table = tables[static_cast<std::size_t>(ordinal)];
    } else if (ordinal == tables.size()) {
      const std::uint64_t number = Integer();
      if (number > 0xFFFFFFFFu) return Refuse();
      key.table = {static_cast<std::uint32_t>(number)};
      tables.Add(key.table);
    } else {
      return Refuse();
    }
    const std::uint64_t shared = head & 2 ? Integer() : 0;
    if (shared > sizeof key.id.bytes) return Refuse();
    const auto same = static_cast<std::size_t>(shared);
    const ByteView other = Take(sizeof key.id.bytes - same);
    if (failed_) return;
    const RowId last = rows.last_key().id;
    std::copy_n(last.bytes.begin(), same, key.id.bytes.begin());
    std::copy(other.begin(), other.end(), key.id.bytes.begin() + static_cast<std::ptrdiff_t>(same));
    rows.Add(key);
  }
  // Brief: the milliseconds since the last time, zigzag, and in the lowest bit whether the counter follows.
  void ReadTime(HybridTime& time) {
    const std::uint64_t head = Integer();
    HybridTime& last = memory_->stamp.time;
    const std::uint64_t ms = last.unix_ms() + static_cast<std::uint64_t>(UnZigZag(head >> 1));
    const std::uint64_t counter = head & 1 ? Integer() : 0;
    if (ms >> 48 || counter > 0xFFFF) return Refuse();
    time = last = {ms << 16 | counter};
  }

 private:
  static constexpr std::size_t kUntrustedValueBytesMax = 1 << 20;

  ByteView rest_;
  bool failed_ = false;
  bool limited_ = false;
  std::size_t memory_left_ = 0;
  const Form form_;
  Memory own_;
  Memory* memory_ = &own_;
  Memory* const stream_;
};

class Writer : public cereal::OutputArchive<Writer, cereal::AllowEmptyClassElision> {
 public:
  Writer(Bytes& out, Form form, Memory* stream = nullptr)
      : OutputArchive(this), out_(out), form_(form), stream_(stream) {
    if (!brief()) own_.RememberAll();
  }
  bool brief() const { return form_ == Form::kBrief; }
  Memory& memory() { return *memory_; }
  // Null if there is none.
  const Memory* stream() const { return stream_; }
  // Whether the frame begins with an empty memory, which is kept if there is a stream. `goes_on`: it may lean
  // on the frames before.
  bool Follow(bool goes_on) {
    if (!stream_) return true;
    memory_ = stream_;
    const bool fresh = !goes_on || !stream_->begun || stream_->full();
    if (fresh) *stream_ = Memory();
    stream_->begun = true;
    return fresh;
  }
  void Integer(std::uint64_t value) { PutVarint(out_, value); }
  void Fixed64(std::uint64_t value) { PutFixed64(out_, value); }
  void Put(ByteView bytes) { out_ += bytes; }
  void Write(const Value& value) {
    const double* number = value.As<double>();
    if (number && std::fabs(*number) <= static_cast<double>(kWholeNumberMax) &&
        std::trunc(*number) == *number && !(*number == 0 && std::signbit(*number))) {
      out_ += kWholeNumberTag;
      return Integer(ZigZag(static_cast<std::int64_t>(*number)));
    }
    AppendKey(out_, value);
  }
  void WriteName(const std::string& name) {
    const std::size_t known = memory_->names.size();
    const std::size_t ordinal = memory_->names.OrdinalOf(name);
    Integer(ordinal);
    if (ordinal < known) return;
    Integer(name.size());
    Put(name);
  }
  void WriteReplica(ReplicaId replica) {
    const std::size_t known = memory_->replicas.size();
    const std::size_t ordinal = memory_->replicas.OrdinalOf(replica);
    Integer(ordinal);
    if (ordinal == known) Fixed64(replica.value);
  }
  void WriteRow(const RowKey& key) {
    Rows& rows = memory_->rows;
    const std::size_t place = rows.Find(key);
    if (place != Rows::kNone) {
      Integer(ZigZag(static_cast<std::int64_t>(place) - static_cast<std::int64_t>(rows.last()))
                  << 1 |
              1);
      return rows.Use(place);
    }
    const std::size_t known = memory_->tables.size();
    const std::size_t ordinal = memory_->tables.OrdinalOf(key.table);
    const RowId last = rows.last_key().id;
    const auto differs =
        std::mismatch(key.id.bytes.begin(), key.id.bytes.end(), last.bytes.begin());
    const auto same = static_cast<std::size_t>(differs.first - key.id.bytes.begin());
    const bool shares = same > 1;
    Integer(ordinal << 2 | (shares ? 2 : 0));
    if (ordinal == known) Integer(key.table.value);
    if (shares) Integer(same);
    Put(key.id.view().substr(shares ? same : 0));
    rows.Add(key);
  }
  void WriteTime(HybridTime time) {
    HybridTime& last = memory_->stamp.time;
    const std::uint64_t counter = time.value & 0xFFFF;
    const std::uint64_t ms = ZigZag(static_cast<std::int64_t>(time.unix_ms() - last.unix_ms()));
    Integer(ms << 1 | (counter ? 1 : 0));
    if (counter) Integer(counter);
    last = time;
  }

 private:
  Bytes& out_;
  const Form form_;
  Memory own_;
  Memory* memory_ = &own_;
  Memory* const stream_;
};

// A name, by its ordinal where it repeats.
template <class String>
struct Name {
  String& text;
};
template <class String>
Name(String&) -> Name<String>;

// An enum as one byte. (cereal's own form for enums would be as wide as the type.)
template <class Enum>
struct Byte {
  Enum& value;
};
template <class Enum>
Byte(Enum&) -> Byte<Enum>;

template <class T>
inline constexpr bool kIsInteger = std::is_unsigned_v<T> && !std::is_same_v<T, bool>;

template <class T, std::enable_if_t<kIsInteger<T>, int> = 0>
void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, T& value) {
  const std::uint64_t read = reader.Integer();
  value = static_cast<T>(read);
  if (value != read) reader.Refuse();
}
template <class T, std::enable_if_t<kIsInteger<T>, int> = 0>
void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const T& value) {
  writer.Integer(value);
}
inline void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, std::int64_t& value) {
  value = UnZigZag(reader.Integer());
}
inline void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const std::int64_t& value) {
  writer.Integer(ZigZag(value));
}
template <class Enum>
void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, Byte<Enum>& byte) {
  const ByteView taken = reader.Take(1);
  byte.value = static_cast<Enum>(taken.empty() ? 0u : static_cast<unsigned char>(taken[0]));
}
template <class Enum>
void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const Byte<Enum>& byte) {
  const char put = static_cast<char>(byte.value);
  writer.Put({&put, 1});
}
inline void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, bool& value) {
  const ByteView taken = reader.Take(1);
  if (!taken.empty() && static_cast<unsigned char>(taken[0]) > 1) reader.Refuse();
  value = !taken.empty() && taken[0] == 1;
}
inline void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const bool& value) {
  const char put = value ? 1 : 0;
  writer.Put({&put, 1});
}
inline void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, std::string& text) {
  text = std::string(reader.Take(reader.Count()));
}
inline void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const std::string& text) {
  writer.Integer(text.size());
  writer.Put(text);
}
inline void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, double& value) {
  if (reader.brief()) {
    Value number;
    reader.Read(number);
    if (!number.Is<double>()) return reader.Refuse();
    value = *number.As<double>();
    return;
  }
  const std::uint64_t bits = reader.Fixed64();
  std::memcpy(&value, &bits, sizeof value);
}
inline void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const double& value) {
  if (writer.brief()) return writer.Write(value);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  writer.Fixed64(bits);
}
inline void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, Value& value) { reader.Read(value); }
inline void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const Value& value) { writer.Write(value); }
template <class String>
void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, Name<String>& name) {
  reader.ReadName(name.text);
}
template <class String>
void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const Name<String>& name) {
  writer.WriteName(name.text);
}
// Reads one more element. False, and nothing was added, if there is no memory for it.
template <class T>
bool Append(Reader& reader, std::vector<T>& list) {
  // A full list takes twice its room.
  if (list.size() == list.capacity()) {
    reader.Charge(std::max<std::size_t>(list.capacity(), 1) * sizeof(T));
  }
  if (reader.failed()) return false;
  reader(list.emplace_back());
  return true;
}
// Grows element by element: a hostile count costs no more than the bytes that follow it.
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, std::vector<T>& list) {
  list.clear();
  for (std::size_t left = reader.Count(); left > 0 && Append(reader, list); --left) {
  }
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const std::vector<T>& list) {
  writer.Integer(list.size());
  for (const T& element : list) writer(element);
}

}  // namespace syncline::wire

CEREAL_REGISTER_ARCHIVE(syncline::wire::Reader)
CEREAL_REGISTER_ARCHIVE(syncline::wire::Writer)
CEREAL_SETUP_ARCHIVE_TRAITS(syncline::wire::Reader, syncline::wire::Writer)
