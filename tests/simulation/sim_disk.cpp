#include "tests/simulation/sim_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "shared/base/check.hpp"

namespace syncline::simulation {

// --- files ---

void SimDisk::File::Write(std::size_t at, std::string_view bytes) {
  Change change;
  change.at = at;
  change.old_size = bytes_.size();
  if (at < bytes_.size()) change.old_bytes = bytes_.substr(at, bytes.size());
  change.new_bytes = bytes;
  if (bytes_.size() < at + bytes.size()) bytes_.resize(at + bytes.size(), '\0');
  std::memcpy(bytes_.data() + at, bytes.data(), bytes.size());
  unsynced_.push_back(std::move(change));
}

void SimDisk::File::Truncate(std::size_t size) {
  if (size >= bytes_.size()) return;
  Change change;
  change.at = size;
  change.old_size = bytes_.size();
  change.old_bytes = bytes_.substr(size);
  change.truncated = size;
  bytes_.resize(size);
  unsynced_.push_back(std::move(change));
}

template <class Survives>
void SimDisk::File::GoDown(Survives survives) {
  std::vector<Change> changes;
  changes.swap(unsynced_);
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    bytes_.resize(change->old_size, '\0');
    std::memcpy(bytes_.data() + change->at, change->old_bytes.data(), change->old_bytes.size());
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    const std::size_t kept = survives(i, changes.size(), change.new_bytes.size());
    if (change.truncated) {
      if (kept > 0) Truncate(*change.truncated);
    } else if (kept > 0) {
      Write(change.at, std::string_view(change.new_bytes).substr(0, kept));
    }
  }
  unsynced_.clear();
}

// --- the face that SQLite calls ---

namespace {

struct Handle {
  sqlite3_file base;
  SimDisk* disk;
  SimDisk::File* file;
};

Handle& HandleOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
SimDisk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<SimDisk*>(vfs->pAppData); }

int Close(sqlite3_file*) { return SQLITE_OK; }

int Read(sqlite3_file* base, void* out, int size, sqlite3_int64 at) {
  const Handle& handle = HandleOf(base);
  if (handle.disk->dead()) return SQLITE_IOERR_READ;
  const std::string& bytes = handle.file->bytes();
  const auto start = std::min(static_cast<std::size_t>(at), bytes.size());
  const std::size_t there = std::min(static_cast<std::size_t>(size), bytes.size() - start);
  std::memcpy(out, bytes.data() + start, there);
  if (there == static_cast<std::size_t>(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, static_cast<std::size_t>(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* base, const void* data, int size, sqlite3_int64 at) {
  const Handle& handle = HandleOf(base);
  if (!handle.disk->Operate()) return SQLITE_IOERR_WRITE;
  const auto end = static_cast<std::size_t>(at) + static_cast<std::size_t>(size);
  if (handle.disk->full() && end > handle.file->bytes().size()) return SQLITE_FULL;
  const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
  const bool shortened = handle.disk->Shorten();
  handle.file->Write(static_cast<std::size_t>(at),
                     shortened ? bytes.substr(0, bytes.size() / 2) : bytes);
  return shortened ? SQLITE_FULL : SQLITE_OK;
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  const Handle& handle = HandleOf(base);
  if (!handle.disk->Operate()) return SQLITE_IOERR_TRUNCATE;
  handle.file->Truncate(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int Sync(sqlite3_file* base, int) {
  const Handle& handle = HandleOf(base);
  if (!handle.disk->Operate()) return SQLITE_IOERR_FSYNC;
  handle.file->Sync();
  return SQLITE_OK;
}

int Size(sqlite3_file* base, sqlite3_int64* size) {
  const Handle& handle = HandleOf(base);
  if (handle.disk->dead()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(handle.file->bytes().size());
  return SQLITE_OK;
}

int Lock(sqlite3_file*, int) { return SQLITE_OK; }
int Reserved(sqlite3_file*, int* taken) {
  *taken = 0;
  return SQLITE_OK;
}
int Control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 512; }
int Characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

// Version 1: no shared memory, so write-ahead logs need the exclusive lock, as in the browser.
const sqlite3_io_methods kMethods = {
    1,       Close,    Read,    Write,      Truncate,        Sync,    Size,    Lock,
    Lock,    Reserved, Control, SectorSize, Characteristics, nullptr, nullptr, nullptr,
    nullptr, nullptr,  nullptr};

int OpenFile(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  SimDisk& disk = DiskOf(vfs);
  base->pMethods = nullptr;
  // Temporary files stay in SQLite's memory (SQLITE_TEMP_STORE=3).
  if (disk.dead() || !path) return SQLITE_CANTOPEN;
  SimDisk::File* file = disk.Open(path, (flags & SQLITE_OPEN_CREATE) != 0);
  if (!file) return SQLITE_CANTOPEN;
  Handle& handle = HandleOf(base);
  handle.disk = &disk;
  handle.file = file;
  base->pMethods = &kMethods;
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* path, int) {
  if (!DiskOf(vfs).Operate()) return SQLITE_IOERR_DELETE;
  DiskOf(vfs).Remove(path);
  return SQLITE_OK;
}

int Access(sqlite3_vfs* vfs, const char* path, int, int* there) {
  if (DiskOf(vfs).dead()) return SQLITE_IOERR_ACCESS;
  *there = DiskOf(vfs).Exists(path) ? 1 : 0;
  return SQLITE_OK;
}

int FullPath(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs*, int size, char* out) {
  std::memset(out, 7, static_cast<std::size_t>(size));
  return size;
}
int Sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
int CurrentTime(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2460000.5;
  return SQLITE_OK;
}
int LastError(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

// --- the disk ---

SimDisk::SimDisk(Context& context, std::string name)
    : context_(context), name_(std::move(name)), vfs_(std::make_unique<sqlite3_vfs>()) {
  std::memset(vfs_.get(), 0, sizeof(sqlite3_vfs));
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(Handle);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = OpenFile;
  vfs_->xDelete = Delete;
  vfs_->xAccess = Access;
  vfs_->xFullPathname = FullPath;
  vfs_->xRandomness = Randomness;
  vfs_->xSleep = Sleep;
  vfs_->xCurrentTime = CurrentTime;
  vfs_->xGetLastError = LastError;
  CHECK(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK);
}

SimDisk::~SimDisk() { sqlite3_vfs_unregister(vfs_.get()); }

bool SimDisk::Operate() {
  if (operations_left_ && (*operations_left_)-- == 0) {
    operations_left_.reset();
    dead_ = true;
  }
  return !dead_;
}

bool SimDisk::Shorten() {
  if (!short_in_ || (*short_in_)-- != 0) return false;
  short_in_.reset();
  faltered_at_ = context_.step();
  return true;
}

SimDisk::Image SimDisk::Copy() const {
  Image image;
  for (const auto& [path, file] : files_) image[path] = file->bytes();
  return image;
}

void SimDisk::Replace(const Image& image) {
  files_.clear();
  for (const auto& [path, bytes] : image) {
    File& file = *(files_[path] = std::make_unique<File>());
    file.Write(0, bytes);
    file.Sync();
  }
}

SimDisk::File* SimDisk::Open(const std::string& path, bool create) {
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second.get();
  if (!create) return nullptr;
  return (files_[path] = std::make_unique<File>()).get();
}

void SimDisk::Restart() {
  enum class Fate { kAll, kNone, kPrefix, kSome };
  const Fate fate = static_cast<Fate>(context_.random.Below(4));
  for (auto& [path, file] : files_) {
    std::optional<std::size_t> end;
    file->GoDown([&](std::size_t ordinal, std::size_t count, std::size_t size) -> std::size_t {
      if (!end) end = static_cast<std::size_t>(context_.random.Below(count + 1));
      switch (fate) {
        case Fate::kAll: return std::max<std::size_t>(size, 1);
        case Fate::kNone: return 0;
        case Fate::kPrefix:
          if (ordinal < *end) return std::max<std::size_t>(size, 1);
          return ordinal == *end ? size / 2 : 0;
        case Fate::kSome: return context_.OneIn(2) ? std::max<std::size_t>(size, 1) : 0;
      }
      return 0;
    });
  }
  dead_ = false;
  operations_left_.reset();
  short_in_.reset();
}

void SimDisk::RenameDatabase(const std::string& from, const std::string& to) {
  RemoveDatabase(to);
  for (const char* suffix : {"", "-wal"}) {
    auto file = files_.extract(from + suffix);
    if (file.empty()) continue;
    file.key() = to + suffix;
    files_.insert(std::move(file));
  }
}

void SimDisk::RemoveDatabase(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-journal"}) files_.erase(path + suffix);
}

}  // namespace syncline::simulation
