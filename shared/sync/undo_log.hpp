// UndoLog: what can be undone and redone on this device, by scopes of the application's choice. SQL only.
//
// Each scope has two stacks. Bounded by entries a scope, by scopes and by bytes: the oldest goes first. An
// entry belongs to the change set that made it and goes with it when that is refused.
// Not kept: more of a row than the device was shown. A tenant that the person leaves takes its entries along.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/store/database.hpp"
#include "shared/sync/undo.hpp"

namespace syncline {

inline constexpr std::size_t kUndoScopeBytesMax = 256;
inline constexpr std::int64_t kUndoEntriesMax = 200;  // a scope, both stacks together
inline constexpr std::int64_t kUndoScopesMax = 1000;
inline constexpr std::int64_t kUndoBytesMax = 32 << 20;

enum class UndoStack { kUndo, kRedo };

struct UndoEntry {
  std::int64_t ordinal = 0;  // given by the log
  // Whose rows; none: only local rows.
  std::optional<TenantId> tenant;
  // Of the change set that made it; 0 where there is none.
  std::uint64_t number = 0;
  // The mutation, as the application is told of it.
  std::string path;
  std::string args;  // JSON
  std::uint64_t at_ms = 0;
  std::vector<UndoStep> steps;
};

class UndoLog {
 public:
  // A log of other bounds is for tests.
  struct Limits {
    std::int64_t entries = kUndoEntriesMax, scopes = kUndoScopesMax, bytes = kUndoBytesMax;
  };
  explicit UndoLog(Database& database) : UndoLog(database, Limits()) {}
  UndoLog(Database& database, Limits limits) : database_(database), limits_(limits) {}
  Status CreateTables();

  // Within a transaction: puts the entry on top. One that is larger than half of all may be is not kept, and
  // empties its scope: what lies below it must not be undone before it.
  Status Push(const std::string& scope, UndoStack stack, const UndoEntry& entry);
  // The newest of a stack; what does not decode is dropped.
  Result<std::optional<UndoEntry>> Top(const std::string& scope, UndoStack stack);
  // Newest first, without steps.
  Result<std::vector<UndoEntry>> List(const std::string& scope, UndoStack stack);

  // Hands the steps of every entry of the tenant, of all scopes, to `revise`, and keeps those that it says it
  // changed.
  Status Revise(const TenantId& tenant, const std::function<bool(std::vector<UndoStep>&)>& revise);

  Status Drop(std::int64_t ordinal);
  Status DropStack(const std::string& scope, UndoStack stack);
  // What the change set made.
  Status DropMadeBy(const TenantId& tenant, std::uint64_t number);
  Status DropTenant(const TenantId& tenant);

 private:
  Status MakeRoom(const std::string& scope, std::int64_t size);
  Result<std::int64_t> Number(const char* sql, const std::string* scope = nullptr);

  Database& database_;
  Limits limits_;
};

}  // namespace syncline
