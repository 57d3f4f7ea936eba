# SQLite from the amalgamation that tools/deps fetched: one source and one set of options for the
# relay, the browser and the simulator. Its own warnings are not ours.
add_library(sqlite STATIC ${SYNCLINE_DEPS}/sqlite/sqlite3.c)
target_include_directories(sqlite SYSTEM PUBLIC ${SYNCLINE_DEPS}/sqlite)
target_compile_options(sqlite PRIVATE -w)
target_compile_definitions(sqlite PRIVATE
  SQLITE_DEFAULT_MEMSTATUS=0
  SQLITE_DQS=0
  SQLITE_LIKE_DOESNT_MATCH_BLOBS
  SQLITE_MAX_EXPR_DEPTH=200
  SQLITE_OMIT_DECLTYPE
  SQLITE_OMIT_DEPRECATED
  SQLITE_OMIT_LOAD_EXTENSION
  SQLITE_OMIT_SHARED_CACHE
  SQLITE_TEMP_STORE=3
  SQLITE_USE_ALLOCA)
if(EMSCRIPTEN)
  # No threads and no operating system: wasm/storage registers the only file system.
  target_compile_definitions(sqlite PRIVATE
    SQLITE_THREADSAFE=0 SQLITE_OS_OTHER=1 SQLITE_MAX_MMAP_SIZE=0)
else()
  # One connection belongs to one thread at a time (threads: multi-thread mode, no mutex a call).
  find_package(Threads REQUIRED)
  target_compile_definitions(sqlite PRIVATE
    SQLITE_THREADSAFE=2 HAVE_FDATASYNC=1 HAVE_GMTIME_R=1 HAVE_LOCALTIME_R=1 HAVE_USLEEP=1)
  target_link_libraries(sqlite PUBLIC Threads::Threads m)
endif()
# Its hashing and pointer tricks are known to UBSan and safe; AddressSanitizer still watches it.
if(CMAKE_C_FLAGS MATCHES "sanitize=.*undefined")
  target_compile_options(sqlite PRIVATE -fno-sanitize=undefined)
endif()
