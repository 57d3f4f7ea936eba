// The wire archives: cereal's serialize() functions over our own bytes. The only file that names
// cereal's internals. Stock archives throw, need iostreams, and resize to whatever count they read.
//
// Integers are LEB128, signed ones zigzag first; bool and enums are one byte; strings and lists have a
// count in front. Names (fields, tables) and replicas are written once a frame and by ordinal after.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include <cereal/cereal.hpp>

#include "shared/base/ids.hpp"
#include "shared/base/varint.hpp"
#include "shared/value/key.hpp"
#include "shared/value/memory.hpp"
#include "shared/value/value.hpp"

namespace syncline::wire {

// Reads one frame. Never throws and never allocates on a claim: the first short read or unbelievable
// count sets failed(), and from then on every read yields zero. Check failed() and at_end() once.
//
// A name is one byte where it repeats, and an element of a list may be one too, so a frame can grow a
// thousandfold in memory. LimitMemory bounds that where the sender is not trusted.
class Reader : public cereal::InputArchive<Reader, cereal::AllowEmptyClassElision> {
 public:
  explicit Reader(ByteView bytes) : InputArchive(this), rest_(bytes) {}
  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t rest_bytes() const { return rest_.size(); }
  void Refuse() { failed_ = true; }
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
    if (ordinal == names_.size()) names_.emplace_back(Take(Count()));
    if (ordinal >= names_.size()) failed_ = true;
    if (limited_ && !failed_)
      Charge(kFieldBytes + names_[static_cast<std::size_t>(ordinal)].size());
    if (!failed_) name = names_[static_cast<std::size_t>(ordinal)];
  }
  void ReadReplica(ReplicaId& replica) {
    const std::uint64_t ordinal = Integer();
    if (ordinal == replicas_.size()) replicas_.push_back({Fixed64()});
    if (ordinal >= replicas_.size()) failed_ = true;
    if (!failed_) replica = replicas_[static_cast<std::size_t>(ordinal)];
  }

 private:
  static constexpr std::size_t kUntrustedValueBytesMax = 1 << 20;
  static constexpr std::size_t kFieldBytes = 128;  // a field's node, without its name and value

  ByteView rest_;
  bool failed_ = false;
  bool limited_ = false;
  std::size_t memory_left_ = 0;
  std::vector<std::string> names_;
  std::vector<ReplicaId> replicas_;
};

class Writer : public cereal::OutputArchive<Writer, cereal::AllowEmptyClassElision> {
 public:
  explicit Writer(Bytes& out) : OutputArchive(this), out_(out) {}
  void Integer(std::uint64_t value) { PutVarint(out_, value); }
  void Fixed64(std::uint64_t value) { PutFixed64(out_, value); }
  void Put(ByteView bytes) { out_ += bytes; }
  void Write(const Value& value) { AppendKey(out_, value); }
  void WriteName(const std::string& name) {
    const auto [slot, added] = names_.try_emplace(name, names_.size());
    Integer(slot->second);
    if (!added) return;
    Integer(name.size());
    Put(name);
  }
  void WriteReplica(ReplicaId replica) {
    const auto [slot, added] = replicas_.try_emplace(replica, replicas_.size());
    Integer(slot->second);
    if (added) Fixed64(replica.value);
  }

 private:
  Bytes& out_;
  std::map<std::string, std::size_t> names_;
  std::map<ReplicaId, std::size_t> replicas_;
};

// A name in the frame's dictionary.
template <class String>
struct Name {
  String& text;
};
template <class String>
Name(String&) -> Name<String>;

inline std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

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
  const std::uint64_t bits = reader.Fixed64();
  std::memcpy(&value, &bits, sizeof value);
}
inline void CEREAL_SAVE_FUNCTION_NAME(Writer& writer, const double& value) {
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
// Grows element by element: a hostile count costs no more than the bytes that follow it.
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Reader& reader, std::vector<T>& list) {
  list.clear();
  for (std::size_t left = reader.Count(); left > 0 && !reader.failed(); --left) {
    list.emplace_back();
    reader(list.back());
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
