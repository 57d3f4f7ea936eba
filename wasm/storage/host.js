// The host's files as the module imports them (host.hpp): each call goes to `Module.storage`, one of
// js/syncline/src/storage. Nothing throws into C++: an exception becomes a status.
mergeInto(LibraryManager.library, {
  // The status of an exception: -2 full, -1 anything else. Names of browsers, codes of Node.
  $synclineStatus: (error) =>
    error && (error.name === "QuotaExceededError" || error.code === "ENOSPC" || error.code === "EDQUOT")
      ? -2
      : -1,
  $synclineGuard__deps: ["$synclineStatus"],
  $synclineGuard: (call) => {
    try {
      return call(Module["storage"]);
    } catch (error) {
      return synclineStatus(error);
    }
  },
  syncline_host_open__deps: ["$synclineGuard"],
  syncline_host_open: (name, flags) =>
    synclineGuard((storage) => storage["open"](UTF8ToString(name), flags)),
  syncline_host_close__deps: ["$synclineGuard"],
  syncline_host_close: (file) =>
    synclineGuard((storage) => {
      storage["close"](file);
      return 0;
    }),
  syncline_host_read__deps: ["$synclineGuard"],
  syncline_host_read: (file, target, length, offset) =>
    synclineGuard((storage) => storage["read"](file, HEAPU8.subarray(target, target + length), offset)),
  syncline_host_write__deps: ["$synclineGuard"],
  syncline_host_write: (file, source, length, offset) =>
    synclineGuard((storage) =>
      storage["write"](file, HEAPU8.subarray(source, source + length), offset),
    ),
  syncline_host_truncate__deps: ["$synclineGuard"],
  syncline_host_truncate: (file, size) =>
    synclineGuard((storage) => {
      storage["truncate"](file, size);
      return 0;
    }),
  syncline_host_size__deps: ["$synclineGuard"],
  syncline_host_size: (file) => synclineGuard((storage) => storage["size"](file)),
  syncline_host_flush__deps: ["$synclineGuard"],
  syncline_host_flush: (file) =>
    synclineGuard((storage) => {
      storage["flush"](file);
      return 0;
    }),
  syncline_host_remove__deps: ["$synclineGuard"],
  syncline_host_remove: (name) =>
    synclineGuard((storage) => (storage["remove"](UTF8ToString(name)) ? 0 : -3)),
  syncline_host_exists__deps: ["$synclineGuard"],
  syncline_host_exists: (name) =>
    synclineGuard((storage) => (storage["exists"](UTF8ToString(name)) ? 1 : 0)),
  syncline_host_now_ms: () => Date.now(),
  syncline_host_random__deps: ["$synclineGuard"],
  syncline_host_random: (target, length) =>
    synclineGuard(() => {
      // A call of getRandomValues gives at most 65,536 bytes.
      for (let done = 0; done < length; done += 65536) {
        const end = Math.min(length, done + 65536);
        crypto.getRandomValues(HEAPU8.subarray(target + done, target + end));
      }
      return 0;
    }),
});
