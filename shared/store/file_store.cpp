#include "shared/store/file_store.hpp"

#include <algorithm>

namespace syncline {
namespace {

constexpr std::size_t kPartBytes = std::size_t{256} << 10;

}  // namespace

// An empty file has one empty part.
Status FileStore::CreateTable() {
  return database_.Run(
      "CREATE TABLE IF NOT EXISTS _files (id BLOB NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT "
      "NULL, PRIMARY KEY (id, part))");
}

Status FileStore::Put(const RowId& id, ByteView bytes) {
  CHECK(database_.in_transaction());
  if (bytes.size() > kFileBytesMax) {
    return Fail(Code::kInvalid, "The file has " + std::to_string(bytes.size()) +
                                    " bytes; on a device a file may have at most 64 MiB");
  }
  if (Status dropped = Drop(id); !dropped) return dropped;
  for (std::int64_t part = 0; part == 0 || !bytes.empty(); ++part) {
    const ByteView piece = bytes.substr(0, kPartBytes);
    Statement put = database_.Prepare("INSERT INTO _files VALUES (?1, ?2, ?3)");
    if (Status done = put.BindBlob(1, id.view()).Bind(2, part).BindBlob(3, piece).Run(); !done) {
      return done;
    }
    bytes.remove_prefix(piece.size());
  }
  return Done{};
}

Status FileStore::Drop(const RowId& id) {
  CHECK(database_.in_transaction());
  return database_.Prepare("DELETE FROM _files WHERE id=?1").BindBlob(1, id.view()).Run();
}

Result<std::optional<Bytes>> FileStore::Get(const RowId& id) {
  Statement parts = database_.Prepare("SELECT bytes FROM _files WHERE id=?1 ORDER BY part");
  parts.BindBlob(1, id.view());
  std::optional<Bytes> file;
  for (;;) {
    const Result<bool> more = parts.Step();
    if (!more) return Fail(more.error());
    if (!*more) return file;
    if (!file) file.emplace();
    file->append(parts.bytes(0));
  }
}

}  // namespace syncline
