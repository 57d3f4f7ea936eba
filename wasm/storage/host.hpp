// The host's files, clock and randomness, as the storage layer calls them: in the browser and in
// Node these are JavaScript (host.js), in the unit tests they are fake_host.cpp.
//
// No call throws. A negative result is one of HostStatus; offsets and sizes are whole bytes, as
// doubles because that is what JavaScript has.
#pragma once
#include <cstdint>

namespace syncline {
enum HostStatus : int {
  kHostOk = 0,
  kHostIoError = -1,
  kHostFull = -2,
  kHostNotFound = -3,
  kHostBusy = -4,
};

// Flags of syncline_host_open.
inline constexpr int kHostCreate = 1;
}  // namespace syncline

extern "C" {
// A file descriptor >= 0. `name` ends in a zero byte.
int syncline_host_open(const char* name, int flags);
int syncline_host_close(int file);
// Bytes read: fewer than asked for only at the end of the file.
int syncline_host_read(int file, void* target, int length, double offset);
// Bytes written: fewer than asked for means that the disk is full.
int syncline_host_write(int file, const void* source, int length, double offset);
int syncline_host_truncate(int file, double size);
double syncline_host_size(int file);
// Returns when everything written is durable.
int syncline_host_flush(int file);
// Removes the file; kHostNotFound if there is none.
int syncline_host_remove(const char* name);
// 1 or 0.
int syncline_host_exists(const char* name);
// Unix time.
double syncline_host_now_ms();
// Fills `target` from the host's cryptographic generator.
int syncline_host_random(void* target, int length);
}
