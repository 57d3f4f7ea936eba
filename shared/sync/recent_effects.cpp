#include "shared/sync/recent_effects.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "shared/base/planted.hpp"
#include "shared/store/layout.hpp"
#include "shared/value/memory.hpp"

namespace syncline {
namespace {

// The keys of one index, as its reads name them.
class IndexWalk {
 public:
  explicit IndexWalk(const IndexReads& reads) : reads_(reads), layout_{} {
    layout_.fields = reads.fields;
    by_id_ = reads.fields.size() == 1 && reads.fields[0] == "_id";
  }
  Bytes KeyOf(const Row& row) const {
    return by_id_ ? Bytes(row.id.view()) : IndexKey(layout_, row);
  }
  bool Reaches(const Bytes& key) const {
    const auto& stretches = reads_.stretches;
    auto above = std::upper_bound(
        stretches.begin(), stretches.end(), key,
        [](const Bytes& wanted, const KeyStretch& stretch) { return wanted < stretch.low; });
    if (above == stretches.begin()) return false;
    const KeyStretch& at = *--above;
    return at.high.empty() || key < at.high;
  }

 private:
  const IndexReads& reads_;
  IndexLayout layout_;
  bool by_id_;
};

// What a key costs beside its bytes.
constexpr std::size_t kKeyWorkBytes = 64;

std::size_t BytesOf(const RecentEffect& effect) {
  std::size_t bytes = sizeof(RecentEffect);
  for (const auto& row : {effect.before, effect.after}) {
    if (!row) continue;
    bytes += sizeof(Row);
    for (const Member& member : row->document.members()) {
      bytes += sizeof(Member) + member.name.size() + HeapBytes(member.value);
    }
    for (const auto& [path, content] : row->contents) bytes += path.size() + content.size();
  }
  return bytes;
}

}  // namespace

void RecentEffects::BeginGroup(std::uint64_t now_ms) {
  work_bytes_ = 0;
  if (!wanted_ || now_ms < wanted_ms_ + kIdleMs) return;
  wanted_ = false;
  effects_.clear();
  bytes_ = 0;
}

void RecentEffects::Want(std::uint64_t head_seq, std::uint64_t now_ms) {
  if (!wanted_) floor_ = head_seq;
  wanted_ = true;
  wanted_ms_ = now_ms;
}

void RecentEffects::Add(RecentEffect effect) {
  if (!wanted_) return;
  const std::size_t bytes = BytesOf(effect);
  bytes_ += bytes;
  effects_.push_back({std::move(effect), bytes});
  while (effects_.size() > kEffectsMax || bytes_ > kBytesMax) {
    bytes_ -= effects_.front().bytes;
    floor_ = std::max(floor_, effects_.front().effect.seq);
    effects_.pop_front();
  }
}

void RecentEffects::DropAfter(std::uint64_t seq) {
  while (!effects_.empty() && effects_.back().effect.seq > seq) {
    bytes_ -= effects_.back().bytes;
    effects_.pop_back();
  }
}

std::optional<RowKey> RecentEffects::FirstWithin(const StrictReads& reads,
                                                 const MayRead& may_read) {
  std::map<TableNumber, std::vector<IndexWalk>> walks_by_table;
  for (const IndexReads& index : reads.indexes) walks_by_table[index.table].emplace_back(index);
  const auto reaches = [&](const IndexWalk& walk, const Row& row) {
    if (exhausted()) return false;
    const Bytes key = walk.KeyOf(row);
    work_bytes_ += kKeyWorkBytes + key.size();
    return walk.Reaches(key);
  };
  const auto first = std::upper_bound(
      effects_.begin(), effects_.end(), reads.cursor.seq, [](std::uint64_t seq, const Kept& kept) {
        return seq + (PLANTED("strict-seq-off-by-one") ? 1 : 0) < kept.effect.seq;
      });
  for (auto kept = first; kept != effects_.end() && !exhausted(); ++kept) {
    const RecentEffect& effect = kept->effect;
    const auto walks = walks_by_table.find(effect.key.table);
    if (walks == walks_by_table.end()) continue;
    for (const Row* row : {effect.before.get(), effect.after.get()}) {
      if (!row || (PLANTED("strict-misses-inserts") && !effect.before)) continue;
      if (PLANTED("strict-misses-what-left") && row == effect.before.get()) continue;
      if (std::none_of(walks->second.begin(), walks->second.end(),
                       [&](const IndexWalk& walk) { return reaches(walk, *row); })) {
        continue;
      }
      work_bytes_ += kept->bytes;
      if (may_read(effect.key.table, *row)) return effect.key;
    }
  }
  return std::nullopt;
}

Status CheckReads(const StrictReads& reads) {
  const auto refuse = [](const std::string& why) {
    return Fail(Code::kInvalid, "The reads of the strict mutation " + why);
  };
  if (reads.indexes.size() > kStrictIndexesMax) {
    return refuse("are of more than " + std::to_string(kStrictIndexesMax) + " indexes");
  }
  std::set<std::pair<TableNumber, std::vector<std::string>>> seen;
  std::size_t stretches = 0, bytes = 0;
  for (const IndexReads& index : reads.indexes) {
    if (!seen.emplace(index.table, index.fields).second) return refuse("name an index twice");
    if (index.fields.size() > kStrictIndexFieldsMax) return refuse("name too many fields");
    for (const std::string& field : index.fields) bytes += field.size();
    stretches += index.stretches.size();
    const KeyStretch* before = nullptr;
    for (const KeyStretch& stretch : index.stretches) {
      bytes += stretch.low.size() + stretch.high.size();
      const bool empty = !stretch.high.empty() && stretch.high <= stretch.low;
      const bool ascends = !before || (!before->high.empty() && before->high < stretch.low);
      if (empty || !ascends) return refuse("do not ascend");
      before = &stretch;
    }
  }
  if (stretches > kStrictStretchesMax || bytes > kStrictBytesMax) {
    return refuse("are of more than " + std::to_string(kStrictStretchesMax) +
                  " ranges, or their keys have more than " + std::to_string(kStrictBytesMax >> 20) +
                  " MiB");
  }
  return Done{};
}

}  // namespace syncline
