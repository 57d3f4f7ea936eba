// Memory: what both ends of a stream of frames remember of the frames so far, so that the next can be
// short: names, tables, replicas, tenants and rows by ordinal, times and numbers as differences.
//
// Both ends change it by the same steps, so it is the same in both as long as each frame arrives once and
// in order; a connection brings that, and a new one begins with an empty memory. All of it is bounded: a
// list that is full learns nothing more, nor a text above 256 bytes (both are told in full each time), and
// rows are a ring. Only what a record alone has told is not: it ends with the record.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/clock/clock.hpp"

namespace syncline {

// How far a replica has followed a tenant.
struct Cursor {
  // Changes when the relay's copy was restored or replaced; seqs of two epochs do not compare.
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;
  // The relay's word for what was visible at that point; given back as it came.
  std::string scope;
};

namespace wire {

// The first kMax different elements of a stream, each by the ordinal at which it came. Only its reader
// keeps a list, only its writer a map.
template <class T, std::size_t kMax>
class Told {
 public:
  std::size_t size() const { return std::max(list_.size(), ordinal_by_element_.size()); }
  bool full() const { return bounded_ && size() >= kMax; }
  // However many and long they are. REQUIRES: what tells them is bounded itself.
  void RememberAll() { bounded_ = false; }
  // The writer's: the element's ordinal, or size() for one that is new, which it is no more.
  std::size_t OrdinalOf(const T& element) {
    const auto found = ordinal_by_element_.find(element);
    if (found != ordinal_by_element_.end()) return found->second;
    const std::size_t ordinal = size();
    if (Learns(element)) ordinal_by_element_.emplace(element, ordinal);
    return ordinal;
  }
  // The reader's.
  const T& operator[](std::size_t ordinal) const { return list_[ordinal]; }
  void Add(const T& element) {
    if (Learns(element)) list_.push_back(element);
  }

 private:
  static bool IsShort(const std::string& text) { return text.size() <= 256; }
  template <class Other>
  static bool IsShort(const Other&) {
    return true;
  }
  bool Learns(const T& element) const { return !bounded_ || (!full() && IsShort(element)); }
  bool bounded_ = true;
  std::vector<T> list_;
  std::map<T, std::size_t> ordinal_by_element_;
};

// The last rows.
class Rows {
 public:
  // Where the row is, or none. The newest are looked at first.
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t Find(const RowKey& key) const {
    for (std::size_t i = ring_.size(); i-- > 0;) {
      if (ring_[i] == key) return i;
    }
    return kNone;
  }
  bool has(std::size_t place) const { return place < ring_.size(); }
  const RowKey& at(std::size_t place) const { return ring_[place]; }
  void Add(const RowKey& key) {
    last_ = oldest_;
    if (ring_.size() < kMax) {
      ring_.push_back(key);
    } else {
      ring_[oldest_] = key;
    }
    oldest_ = (oldest_ + 1) % kMax;
  }
  void Use(std::size_t place) { last_ = place; }
  // The row that was told or used last, and its place; a zero row at first.
  std::size_t last() const { return last_; }
  RowKey last_key() const { return has(last_) ? ring_[last_] : RowKey(); }

 private:
  static constexpr std::size_t kMax = 256;
  std::vector<RowKey> ring_;
  std::size_t oldest_ = 0;
  std::size_t last_ = 0;
};

struct Memory {
  // A frame that is to be remembered has come.
  bool begun = false;
  Told<std::string, 1024> names;
  Told<TableNumber, 256> tables;
  Told<ReplicaId, 1024> replicas;
  Rows rows;
  // The last one; of pushes the replica is the sender's.
  Stamp stamp;

  // Of pushes: the tenants, the number of each one's last change set, and which the last was for.
  Told<std::string, 256> tenants;
  std::vector<std::uint64_t> numbers;
  std::size_t tenant = 0;

  // Of deltas: where the last one led.
  Cursor cursor;

  void RememberAll() {
    names.RememberAll();
    replicas.RememberAll();
  }

  // Its writer begins anew: names and replicas do not come back otherwise.
  bool full() const { return names.full() || tables.full() || replicas.full() || tenants.full(); }
};

}  // namespace wire
}  // namespace syncline
