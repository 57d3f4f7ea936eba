// The service worker: keeps the built page on this device. precache.ts fills in the name, the version and
// the files.
const name = "%NAME%";
const version = "%VERSION%";
const files = ["%FILES%"].flat();
const cacheName = `${name}-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(files))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOldCaches().then(() => self.clients.claim()));
});

// A page of the version before may still be open, so one older cache stays.
async function removeOldCaches() {
  const kept = (await caches.keys()).filter((key) => key.startsWith(`${name}-`));
  const surplus = kept.filter((key) => key !== cacheName).slice(0, -1);
  await Promise.all(surplus.map((key) => caches.delete(key)));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(answerPage(event.request));
  else if (files.includes(url.pathname) || url.pathname.startsWith("/assets/")) {
    event.respondWith(answerFile(event.request));
  }
});

// The page comes from the network when there is one, so that a new version is seen at once.
async function answerPage(request) {
  const kept = caches.match("/", { ignoreSearch: true });
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(3000) });
    return response.ok ? response : ((await kept) ?? response);
  } catch (error) {
    const page = await kept;
    if (page) return page;
    throw error;
  }
}

// Built files carry a hash of their content in their names and never change.
async function answerFile(request) {
  return (await caches.match(request)) ?? fetch(request);
}
