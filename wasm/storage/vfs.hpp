// SQLite's file system "syncline" over the host's files (host.hpp).
//
// For one connection a file at a time: PRAGMA locking_mode=EXCLUSIVE comes before
// journal_mode=WAL, so there is no shared memory and no file locking here; the host makes sure that
// the data has one owner. Writes are gathered (write_buffer.hpp) and reach the host before xSync
// returns: a commit with synchronous=FULL is as durable as the host's flush.
//
// When the host is full, what was gathered is dropped and SQLite is told SQLITE_FULL, upon which it
// rolls the transaction back; the data before it stay readable (vfs_test.cpp).
#pragma once

namespace syncline {
inline constexpr char kStorageVfsName[] = "syncline";

// Registers the file system once; as SQLite's default if asked for. Returns an SQLite result code.
int RegisterStorageVfs(bool as_default);
}  // namespace syncline
