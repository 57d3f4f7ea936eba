// Replica table: the replicas that a content names, each written once. In the content stands its place
// in the table, ascending by id, so that the same content has the same bytes wherever it was made.
//
//   table = count:varint  replica:8*count, ascending
#pragma once
#include <utility>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/base/ids.hpp"
#include "shared/base/varint.hpp"
#include "shared/merge/edit.hpp"

namespace syncline {

// A counter that an author gives out lies below this, so that sums of counters never overflow.
inline constexpr std::uint64_t kCounterEnd = std::uint64_t{1} << 62;
// And at most this far above what the field has seen: more than any outbox holds.
inline constexpr std::uint64_t kCounterLeapMax = std::uint64_t{1} << 32;

// vector::insert in a tenth of its code, for small things that mostly come behind the last. `made` is none
// of them.
template <class T>
void InsertAt(std::vector<T>& list, std::size_t place, const T& made) {
  list.push_back(made);
  for (std::size_t i = list.size() - 1; i > place; --i) list[i] = std::move(list[i - 1]);
  list[place] = made;
}
// Where an ascending list has `wanted`, or would.
template <class T>
std::size_t PlaceIn(const std::vector<T>& list, const T& wanted) {
  std::size_t low = 0;
  for (std::size_t high = list.size(); low < high;) {
    const std::size_t middle = (low + high) / 2;
    if (list[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

class ReplicaTable {
 public:
  void Add(ReplicaId replica) {
    const std::size_t place = PlaceIn(replicas_, replica);
    if (place == replicas_.size() || replicas_[place] != replica) {
      InsertAt(replicas_, place, replica);
    }
  }
  // REQUIRES: everything that will be put was added.
  void PutTable(Bytes& out) const {
    PutVarint(out, replicas_.size());
    for (const ReplicaId& replica : replicas_) PutFixed64(out, replica.value);
  }
  bool TakeTable(ByteView& in) {
    std::uint64_t count = 0;
    if (!TakeVarint(in, count) || count > in.size() / 8) return false;
    replicas_.resize(static_cast<std::size_t>(count));
    for (ReplicaId& replica : replicas_) {
      if (!TakeFixed64(in, replica.value)) return false;
      if (&replica != replicas_.data() && !((&replica)[-1] < replica)) return false;
    }
    return true;
  }

  void Put(Bytes& out, ReplicaId replica) const { PutVarint(out, PlaceOf(replica)); }
  void Put(Bytes& out, const ElementId& id) const {
    Put(out, id.replica);
    PutVarint(out, id.counter);
  }
  bool At(std::uint64_t place, ReplicaId& replica) const {
    if (place >= replicas_.size()) return false;
    replica = replicas_[static_cast<std::size_t>(place)];
    return true;
  }
  bool Take(ByteView& in, ReplicaId& replica) const {
    std::uint64_t place = 0;
    return TakeVarint(in, place) && At(place, replica);
  }
  bool Take(ByteView& in, ElementId& id) const {
    return Take(in, id.replica) && TakeVarint(in, id.counter) && id.counter < kCounterEnd;
  }
  std::uint64_t PlaceOf(ReplicaId replica) const { return PlaceIn(replicas_, replica); }

 private:
  std::vector<ReplicaId> replicas_;
};

}  // namespace syncline
