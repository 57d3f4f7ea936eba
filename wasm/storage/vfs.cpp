// SQLite's file system over the host's files: the two tables of functions that SQLite asks for.
#include "wasm/storage/vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "wasm/storage/host.hpp"
#include "wasm/storage/write_buffer.hpp"

namespace syncline {
namespace {

constexpr int kNameBytesMax = 255;
// 24 November 4714 BC to 1970, in milliseconds: SQLite counts Julian days.
constexpr std::int64_t kJulianEpochMs = 210866760000000;

// An open file. SQLite gives the memory, so it is built in place and destroyed by hand in Close.
struct File {
  sqlite3_file base;  // must be first: SQLite knows only this
  int host_file;
  bool remove_on_close;
  std::int64_t size;  // with what is still in the buffer
  WriteBuffer buffer;
  char name[kNameBytesMax + 1];
};

File& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

int WriteThrough(File& file, std::int64_t offset, ByteView bytes) {
  const int written = syncline_host_write(
      file.host_file, bytes.data(), static_cast<int>(bytes.size()), static_cast<double>(offset));
  if (written == static_cast<int>(bytes.size())) return SQLITE_OK;
  return written >= 0 || written == kHostFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

// Writes what was gathered. If the host cannot take it, it is dropped and the size asked for again.
int Drain(File& file) {
  if (file.buffer.empty()) return SQLITE_OK;
  const int result = WriteThrough(file, file.buffer.offset(), file.buffer.bytes());
  file.buffer.Clear();
  if (result != SQLITE_OK) {
    const double size = syncline_host_size(file.host_file);
    if (size >= 0) file.size = static_cast<std::int64_t>(size);
  }
  return result;
}

int Close(sqlite3_file* base) {
  File& file = Of(base);
  const int drained = Drain(file);
  const int closed = syncline_host_close(file.host_file);
  if (file.remove_on_close) syncline_host_remove(file.name);
  file.~File();
  if (drained != SQLITE_OK) return drained;
  return closed < 0 ? SQLITE_IOERR_CLOSE : SQLITE_OK;
}

int Read(sqlite3_file* base, void* target, int length, sqlite3_int64 offset) {
  File& file = Of(base);
  if (file.buffer.Covers(offset, offset + length)) {
    const ByteView bytes = file.buffer.Covered(offset, static_cast<std::size_t>(length));
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(target));
    return SQLITE_OK;
  }
  if (file.buffer.Overlaps(offset, offset + length)) {
    if (const int drained = Drain(file); drained != SQLITE_OK) return drained;
  }
  const int read = syncline_host_read(file.host_file, target, length, static_cast<double>(offset));
  if (read == length) return SQLITE_OK;
  if (read < 0 || read > length) return SQLITE_IOERR_READ;
  // SQLite wants the rest zeroed when a file ends early.
  std::memset(static_cast<char*>(target) + read, 0, static_cast<std::size_t>(length - read));
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* base, const void* source, int length, sqlite3_int64 offset) {
  File& file = Of(base);
  const ByteView bytes(static_cast<const char*>(source), static_cast<std::size_t>(length));
  if (!file.buffer.Add(offset, bytes)) {
    if (const int drained = Drain(file); drained != SQLITE_OK) return drained;
    if (!file.buffer.Add(offset, bytes)) {
      if (const int written = WriteThrough(file, offset, bytes); written != SQLITE_OK) {
        return written;
      }
    }
  }
  file.size = std::max(file.size, static_cast<std::int64_t>(offset + length));
  return SQLITE_OK;
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  File& file = Of(base);
  if (const int drained = Drain(file); drained != SQLITE_OK) return drained;
  if (syncline_host_truncate(file.host_file, static_cast<double>(size)) < 0) {
    return SQLITE_IOERR_TRUNCATE;
  }
  file.size = size;
  return SQLITE_OK;
}

int Sync(sqlite3_file* base, int) {
  File& file = Of(base);
  if (const int drained = Drain(file); drained != SQLITE_OK) return drained;
  const int flushed = syncline_host_flush(file.host_file);
  if (flushed == kHostFull) return SQLITE_FULL;
  return flushed < 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  *size = Of(base).size;
  return SQLITE_OK;
}

int Lock(sqlite3_file*, int) { return SQLITE_OK; }
int Unlock(sqlite3_file*, int) { return SQLITE_OK; }
int CheckReservedLock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 4096; }
int DeviceCharacteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

// Version 1: no shared memory, no memory mapping.
const sqlite3_io_methods* IoMethods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods m{};
    m.iVersion = 1;
    m.xClose = Close;
    m.xRead = Read;
    m.xWrite = Write;
    m.xTruncate = Truncate;
    m.xSync = Sync;
    m.xFileSize = FileSize;
    m.xLock = Lock;
    m.xUnlock = Unlock;
    m.xCheckReservedLock = CheckReservedLock;
    m.xFileControl = FileControl;
    m.xSectorSize = SectorSize;
    m.xDeviceCharacteristics = DeviceCharacteristics;
    return m;
  }();
  return &methods;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* flags_out) {
  base->pMethods = nullptr;
  // Temporary files have no name; SQLITE_TEMP_STORE keeps them in memory instead.
  if (name == nullptr || std::strlen(name) > kNameBytesMax) return SQLITE_CANTOPEN;
  const int host_file =
      syncline_host_open(name, (flags & SQLITE_OPEN_CREATE) != 0 ? kHostCreate : 0);
  if (host_file == kHostBusy) return SQLITE_BUSY;
  if (host_file == kHostFull) return SQLITE_FULL;
  if (host_file < 0) return SQLITE_CANTOPEN;
  const double size = syncline_host_size(host_file);
  if (size < 0) {
    syncline_host_close(host_file);
    return SQLITE_IOERR_FSTAT;
  }
  File* file = new (base) File{};
  file->base.pMethods = IoMethods();
  file->host_file = host_file;
  file->remove_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  file->size = static_cast<std::int64_t>(size);
  std::strcpy(file->name, name);
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char* name, int) {
  const int removed = syncline_host_remove(name);
  if (removed == kHostNotFound) return SQLITE_IOERR_DELETE_NOENT;
  return removed < 0 ? SQLITE_IOERR_DELETE : SQLITE_OK;
}

int Access(sqlite3_vfs*, const char* name, int, int* result) {
  *result = syncline_host_exists(name) > 0 ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
  const std::size_t length = std::strlen(name);
  if (length >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, length + 1);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs*, int size, char* out) {
  return syncline_host_random(out, size) < 0 ? 0 : size;
}

// Nothing here can wait: there is nobody else to wait for.
int Sleep(sqlite3_vfs*, int) { return 0; }

int CurrentTimeMs(sqlite3_vfs*, sqlite3_int64* now) {
  *now = static_cast<sqlite3_int64>(syncline_host_now_ms()) + kJulianEpochMs;
  return SQLITE_OK;
}

int CurrentTimeDays(sqlite3_vfs* vfs, double* now) {
  sqlite3_int64 now_ms = 0;
  CurrentTimeMs(vfs, &now_ms);
  *now = static_cast<double>(now_ms) / 86400000.0;
  return SQLITE_OK;
}

int LastError(sqlite3_vfs*, int, char*) { return 0; }

sqlite3_vfs MakeVfs() {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(File);
  vfs.mxPathname = kNameBytesMax;
  vfs.zName = kStorageVfsName;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTimeDays;
  vfs.xCurrentTimeInt64 = CurrentTimeMs;
  vfs.xGetLastError = LastError;
  return vfs;
}

}  // namespace

int RegisterStorageVfs(bool as_default) {
  // SQLite links registered file systems into a list, so this one lives as long as the program.
  static sqlite3_vfs vfs = MakeVfs();
  return sqlite3_vfs_register(&vfs, as_default ? 1 : 0);
}

}  // namespace syncline
