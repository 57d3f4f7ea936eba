// SimDisk: the disk of one played machine, as a file system for SQLite. Files are in memory, and know
// which of their bytes were synced.
//
// A machine that is killed loses what it had not synced, or by chance a part of it: writes survive
// whole, in part, in order or out of order, the last one torn, as on real disks. Creating, renaming
// and deleting files is durable at once.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/context.hpp"

struct sqlite3_vfs;

namespace syncline::simulation {

class SimDisk {
 public:
  // `name` is unique among the disks that exist.
  SimDisk(Context& context, std::string name);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  const std::string& vfs() const { return name_; }

  // From now on every call fails. The programs on it must be gone before Restart.
  void Kill() { dead_ = true; }
  // The same, in the middle of the work: after so many writes, syncs or truncations.
  void KillAfter(std::uint64_t operations) { operations_left_ = operations; }
  bool dead() const { return dead_; }
  void Restart();

  // After so many writes, one writes its first half only and fails.
  void ShortenAfter(std::uint64_t writes) { short_in_ = writes; }
  // A write was cut short in what is happening now.
  bool faltered() const { return faltered_at_ == context_.step(); }

  // All files as they are, and back to them. REQUIRES: nothing is in the middle of a transaction; for
  // Restore, that the machine is off.
  using Image = std::map<std::string, std::string>;
  Image Copy() const;
  void Replace(const Image& image);

  // No more bytes fit; what is there can be overwritten.
  void set_full(bool full) { full_ = full; }
  // No more failures are to come.
  void Mend() {
    full_ = false;
    operations_left_.reset();
    short_in_.reset();
  }

  bool Exists(const std::string& path) const { return files_.count(path) != 0; }
  // With its write-ahead log.
  void RenameDatabase(const std::string& from, const std::string& to);
  void RemoveDatabase(const std::string& path);

  // One write or truncation since the last sync.
  struct Change {
    std::size_t at = 0;
    std::string old_bytes, new_bytes;
    std::size_t old_size = 0;
    std::optional<std::size_t> truncated;
  };
  class File {
   public:
    const std::string& bytes() const { return bytes_; }
    void Write(std::size_t at, std::string_view bytes);
    void Truncate(std::size_t size);
    void Sync() { unsynced_.clear(); }
    // The machine went down: each unsynced change survives if `survives` says so, given its ordinal
    // and how many there are: none of its bytes, or as many as it returns.
    template <class Survives>
    void GoDown(Survives survives);

   private:
    std::string bytes_;
    std::vector<Change> unsynced_;
  };

  // --- for the calls of SQLite ---
  // One more operation that changes the disk. False if the machine is (now) off.
  bool Operate();
  bool full() const { return full_; }
  // Whether this write is one to be cut short.
  bool Shorten();
  File* Open(const std::string& path, bool create);
  void Remove(const std::string& path) { files_.erase(path); }

 private:
  Context& context_;
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::map<std::string, std::unique_ptr<File>> files_;
  bool dead_ = false;
  bool full_ = false;
  std::optional<std::uint64_t> operations_left_;
  std::optional<std::uint64_t> short_in_;
  std::uint64_t faltered_at_ = ~std::uint64_t{0};
};

}  // namespace syncline::simulation
