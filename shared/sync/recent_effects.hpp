// RecentEffects: what a tenant's last change sets did to its rows, in memory, to hold the reads of strict
// mutations against (shared/decisions/0010). Pure but for its memory; one thread, the tenant's.
//
// It remembers only while strict mutations come: the first one finds nothing remembered, and one that
// relies on an older seq than it reaches has to run again. Invariant: every effect above floor() is here,
// by ascending seq; kEffectsMax and kBytesMax bound them (recent_effects_test.cpp).
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "shared/store/row.hpp"
#include "shared/wire/messages.hpp"

namespace syncline {

// What is remembered of one row of one change set. Shared with what is delivered: nothing is copied.
struct RecentEffect {
  std::uint64_t seq = 0;
  RowKey key;
  std::shared_ptr<const Row> before, after;  // null: the row was not, or is not there
};

class RecentEffects {
 public:
  static constexpr std::size_t kEffectsMax = 8192;
  static constexpr std::size_t kBytesMax = 8 << 20;
  // After so long without a strict mutation, nothing more is remembered.
  static constexpr std::uint64_t kIdleMs = 10 * 60 * 1000;
  // How many bytes of keys the strict mutations of one group commit may have worked out and compared, and of
  // rows looked at by the rules. One key or row may go beyond it.
  static constexpr std::size_t kWorkBytesMax = 32 << 20;

  // A group commit begins.
  void BeginGroup(std::uint64_t now_ms);
  // A strict mutation has come, with the tenant at `head_seq`: from now on effects are remembered.
  void Want(std::uint64_t head_seq, std::uint64_t now_ms);
  // No effect while nobody wants it. Seqs ascend.
  void Add(RecentEffect effect);
  // The effects above `seq` did not last: their transaction failed.
  void DropAfter(std::uint64_t seq);

  bool wanted() const { return wanted_; }
  // Effects above it are all here. REQUIRES: wanted().
  std::uint64_t floor() const { return floor_; }
  std::size_t size() const { return effects_.size(); }

  // Whether the group's work is used up: then the rest must come again.
  bool exhausted() const { return work_bytes_ >= kWorkBytesMax; }
  // Whether an actor may see a row of the table.
  using MayRead = std::function<bool(TableNumber, const Row&)>;
  // The first row that entered, left or changed within the reads since their cursor, and that may be read
  // as it was or as it is. If none is found and exhausted(), there may be one. REQUIRES: reads.cursor.seq >=
  // floor(), and CheckReads has passed them.
  std::optional<RowKey> FirstWithin(const StrictReads& reads, const MayRead& may_read);

 private:
  struct Kept {
    RecentEffect effect;
    std::size_t bytes;
  };

  std::deque<Kept> effects_;
  std::size_t bytes_ = 0;
  bool wanted_ = false;
  std::uint64_t wanted_ms_ = 0;
  std::uint64_t floor_ = 0;
  std::size_t work_bytes_ = 0;
};

// kInvalid if no sound device sends such reads: above the limits of messages.hpp, an index named twice, or
// stretches that are empty, overlap or do not ascend.
Status CheckReads(const StrictReads& reads);

}  // namespace syncline
