// FileStore: the bytes of files, in the device's own database, so that a file and the row that tells of
// it come and go in one transaction. In parts, as SQLite reads a long blob from its start each time.
#pragma once
#include <optional>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/store/database.hpp"

namespace syncline {

inline constexpr std::size_t kFileBytesMax = std::size_t{64} << 20;

class FileStore {
 public:
  explicit FileStore(Database& database) : database_(database) {}
  Status CreateTable();
  // Replaces what was there. kInvalid above kFileBytesMax. REQUIRES: a transaction is open.
  Status Put(const RowId& id, ByteView bytes);
  // Also if there is none. REQUIRES: a transaction is open.
  Status Drop(const RowId& id);
  // None if there is none.
  Result<std::optional<Bytes>> Get(const RowId& id);

 private:
  Database& database_;
};

}  // namespace syncline
