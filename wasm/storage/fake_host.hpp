// FakeHost: the host's files in memory, for the storage layer's tests. It counts calls, can be full,
// and forgets what was not flushed when it crashes.
#pragma once
#include <cstddef>
#include <map>
#include <string>

namespace syncline {

struct FakeHost {
  struct File {
    std::string bytes;
    std::string durable;  // as of the last flush
  };
  std::map<std::string, File> files;
  std::map<int, std::string> open;  // file descriptor -> name
  std::size_t bytes_max = static_cast<std::size_t>(-1);
  bool broken = false;  // every call that reads or changes a file fails
  int writes = 0;
  int flushes = 0;

  // Power is lost: only what was flushed is left, and who had files open is broken.
  void Crash();
};

// The one that syncline_host_* use; a test starts with `TheFakeHost() = FakeHost{}`.
FakeHost& TheFakeHost();

}  // namespace syncline
