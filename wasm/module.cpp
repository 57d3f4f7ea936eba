// What the WebAssembly module adds to the core: the storage layer as SQLite's only file system.
// SQLite built for no operating system (SQLITE_OS_OTHER) calls these two.
#include <sqlite3.h>

#include "wasm/storage/vfs.hpp"

extern "C" int sqlite3_os_init() { return syncline::RegisterStorageVfs(true); }
extern "C" int sqlite3_os_end() { return SQLITE_OK; }
