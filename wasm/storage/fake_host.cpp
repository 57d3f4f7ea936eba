// The host's calls answered by FakeHost.
#include "wasm/storage/fake_host.hpp"

#include <algorithm>
#include <cstring>

#include "wasm/storage/host.hpp"

namespace syncline {

FakeHost& TheFakeHost() {
  static FakeHost host;
  return host;
}

void FakeHost::Crash() {
  broken = true;
  for (auto& [name, file] : files) file.bytes = file.durable;
}

namespace {
FakeHost::File& FileOf(int file) { return TheFakeHost().files.at(TheFakeHost().open.at(file)); }

std::size_t UsedBytes() {
  std::size_t used = 0;
  for (const auto& [name, file] : TheFakeHost().files) used += file.bytes.size();
  return used;
}
}  // namespace
}  // namespace syncline

using namespace syncline;

extern "C" {
int syncline_host_open(const char* name, int flags) {
  FakeHost& host = TheFakeHost();
  if (host.files.count(name) == 0 && (flags & kHostCreate) == 0) return kHostNotFound;
  for (const auto& [file, open] : host.open) {
    if (open == name) return kHostBusy;
  }
  host.files[name];
  const int file = host.open.empty() ? 0 : host.open.rbegin()->first + 1;
  host.open[file] = name;
  return file;
}

int syncline_host_close(int file) {
  TheFakeHost().open.erase(file);
  return kHostOk;
}

int syncline_host_read(int file, void* target, int length, double offset) {
  if (TheFakeHost().broken) return kHostIoError;
  const std::string& bytes = FileOf(file).bytes;
  const auto start = std::min(bytes.size(), static_cast<std::size_t>(offset));
  const auto size = std::min(bytes.size() - start, static_cast<std::size_t>(length));
  std::memcpy(target, bytes.data() + start, size);
  return static_cast<int>(size);
}

int syncline_host_write(int file, const void* source, int length, double offset) {
  FakeHost& host = TheFakeHost();
  ++host.writes;
  if (host.broken) return kHostIoError;
  std::string& bytes = FileOf(file).bytes;
  const auto start = static_cast<std::size_t>(offset);
  auto size = static_cast<std::size_t>(length);
  const std::size_t others = UsedBytes() - bytes.size();
  if (others + start + size > host.bytes_max && start + size > bytes.size()) {
    const std::size_t room = host.bytes_max - std::min(host.bytes_max, others + start);
    size = std::min(size, room);
  }
  if (bytes.size() < start + size) bytes.resize(start + size);
  std::memcpy(bytes.data() + start, source, size);
  return static_cast<int>(size);
}

int syncline_host_truncate(int file, double size) {
  if (TheFakeHost().broken) return kHostIoError;
  FileOf(file).bytes.resize(static_cast<std::size_t>(size));
  return kHostOk;
}

double syncline_host_size(int file) { return static_cast<double>(FileOf(file).bytes.size()); }

int syncline_host_flush(int file) {
  if (TheFakeHost().broken) return kHostIoError;
  ++TheFakeHost().flushes;
  FileOf(file).durable = FileOf(file).bytes;
  return kHostOk;
}

int syncline_host_remove(const char* name) {
  if (TheFakeHost().broken) return kHostIoError;
  return TheFakeHost().files.erase(name) > 0 ? kHostOk : kHostNotFound;
}

int syncline_host_exists(const char* name) { return TheFakeHost().files.count(name) > 0 ? 1 : 0; }

double syncline_host_now_ms() { return 1700000000000.0; }

int syncline_host_random(void* target, int length) {
  static unsigned char next = 0;
  for (int i = 0; i < length; ++i) static_cast<unsigned char*>(target)[i] = next++;
  return kHostOk;
}
}
