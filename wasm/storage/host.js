// The host's files as the module imports them (host.hpp): each call goes to `Module.storage`, one of
// js/syncline/src/storage. Nothing throws into C++: an exception becomes a status. Emscripten wants
// plain functions here.
mergeInto(LibraryManager.library, {
  // -2: full, -1: anything else. Browsers name the error, Node gives it a code.
  $synclineStatus: function (error) {
    const full = ["QuotaExceededError", "ENOSPC", "EDQUOT"];
    return error && (full.includes(error.name) || full.includes(error.code)) ? -2 : -1;
  },
  $synclineGuard__deps: ["$synclineStatus"],
  $synclineGuard: function (call) {
    try {
      return call(Module["storage"]);
    } catch (error) {
      return synclineStatus(error);
    }
  },
  syncline_host_open__deps: ["$synclineGuard"],
  syncline_host_open: function (name, flags) {
    return synclineGuard((storage) => storage["open"](UTF8ToString(name), flags));
  },
  syncline_host_close__deps: ["$synclineGuard"],
  syncline_host_close: function (file) {
    return synclineGuard((storage) => {
      storage["close"](file);
      return 0;
    });
  },
  syncline_host_read__deps: ["$synclineGuard"],
  syncline_host_read: function (file, target, length, offset) {
    return synclineGuard((storage) =>
      storage["read"](file, HEAPU8.subarray(target, target + length), offset),
    );
  },
  syncline_host_write__deps: ["$synclineGuard"],
  syncline_host_write: function (file, source, length, offset) {
    return synclineGuard((storage) =>
      storage["write"](file, HEAPU8.subarray(source, source + length), offset),
    );
  },
  syncline_host_truncate__deps: ["$synclineGuard"],
  syncline_host_truncate: function (file, size) {
    return synclineGuard((storage) => {
      storage["truncate"](file, size);
      return 0;
    });
  },
  syncline_host_size__deps: ["$synclineGuard"],
  syncline_host_size: function (file) {
    return synclineGuard((storage) => storage["size"](file));
  },
  syncline_host_flush__deps: ["$synclineGuard"],
  syncline_host_flush: function (file) {
    return synclineGuard((storage) => {
      storage["flush"](file);
      return 0;
    });
  },
  syncline_host_remove__deps: ["$synclineGuard"],
  syncline_host_remove: function (name) {
    return synclineGuard((storage) => (storage["remove"](UTF8ToString(name)) ? 0 : -3));
  },
  syncline_host_exists__deps: ["$synclineGuard"],
  syncline_host_exists: function (name) {
    return synclineGuard((storage) => (storage["exists"](UTF8ToString(name)) ? 1 : 0));
  },
  syncline_host_now_ms: function () {
    return Date.now();
  },
  syncline_host_random__deps: ["$synclineGuard"],
  syncline_host_random: function (target, length) {
    return synclineGuard(() => {
      // A call of getRandomValues gives at most 65,536 bytes.
      for (let done = 0; done < length; done += 65536) {
        const end = Math.min(length, done + 65536);
        crypto.getRandomValues(HEAPU8.subarray(target + done, target + end));
      }
      return 0;
    });
  },
});
