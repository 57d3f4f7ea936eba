// HistoryModel: which rows of _history the relay must hold: an entry for each accepted change that can be seen of
// a task, and of each task no more than the rules keep. Plain, and without shared/sync.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "shared/merge/merge.hpp"

namespace syncline::simulation {

class HistoryModel {
 public:
  explicit HistoryModel(TenantId tenant) : tenant_(std::move(tenant)) {}
  struct Author {
    std::string by;  // the membership row's id
    std::string role;
  };
  // What one change set did to a task; `before` and `after` are none where it was not, or is not there.
  struct Told {
    std::optional<RowState> before, after;
    std::uint32_t length = 0;
  };
  struct Place {
    std::uint64_t seq = 0;
    Stamp stamp;
    std::uint64_t now_ms = 0;
  };
  struct Entry {
    RowKey key;
    RowState state;
  };
  // The entry of a change; none if nothing of it can be seen. Those of one change set have ordinals.
  std::optional<Entry> Note(const RowKey& task, std::uint32_t ordinal, const Told& told,
                            const Author& author, const Place& place);
  // The oldest of the task's entries if it has more than `count`.
  std::optional<RowKey> TakeSurplus(const RowKey& task, std::size_t count);
  // The relay only knows what is in its file.
  void Reopened();

 private:
  struct Kept {
    RowKey key;
    double creation_time, version;
  };
  TenantId tenant_;
  std::map<RowKey, std::deque<Kept>> kept_;  // by task, oldest first
  double last_creation_time_ = 0;
};

}  // namespace syncline::simulation
