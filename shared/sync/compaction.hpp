// Compaction: what deleted parts of texts and lists left behind, forgotten in rounds that lie a horizon
// apart. A round walks the tables that have such fields a few rows at a time, and knows after a restart how
// far it came: nothing is looked at twice in one round, which is what CompactText asks for.
//
// A row that got smaller goes to the devices as its state; its values and clocks are as they were.
#pragma once
#include <cstdint>

#include "shared/base/result.hpp"
#include "shared/sync/authority.hpp"
#include "shared/sync/fan_out.hpp"
#include "shared/sync/tenant_log.hpp"

namespace syncline {

class Compaction {
 public:
  Compaction(const Application& application, TenantNo no, TableStore& store, Database& database)
      : application_(application), no_(no), store_(store), database_(database) {}

  // How many rows a step looks at, and about how many bytes of them.
  static constexpr std::size_t kRowsMax = 64;
  static constexpr std::size_t kBytesMax = 4 << 20;

  // Whether a table has anything to compact.
  bool any() const { return TableFrom(1) != nullptr; }
  struct Step {
    bool more = false;  // the round is not over
    // Rows that got smaller, as they were and as they are.
    std::vector<std::pair<RowKey, RowEffect>> rows;
  };
  // Takes the next step of a round, or begins one if the last began `horizon_ms` ago. REQUIRES: a
  // transaction.
  Result<Step> Next(std::uint64_t now_ms, std::uint64_t horizon_ms);

 private:
  struct Round {
    std::uint64_t began_ms = 0;
    // Where it goes on: the table, and the key of by_creation_time; 0: it is over.
    std::uint32_t table = 0;
    Bytes after;
  };
  Result<Round> Load();
  Status Store(const Round& round);
  // The first table with contents from that number on; null: there is none.
  const TableSchema* TableFrom(std::uint32_t number) const;
  static bool Compact(const TableSchema& table, RowState& row, HybridTime horizon);

  const Application& application_;
  const TenantNo no_;
  TableStore& store_;
  Database& database_;
};

}  // namespace syncline
