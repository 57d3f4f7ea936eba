// The service worker: keeps the built page on this device, so that it opens without a network. precache.ts
// fills in the version and the files.
const version = "%VERSION%";
const files = ["%FILES%"].flat();
const cacheName = `page-${version}`;

self.addEventListener("install", (event) => {
  const fill = async () => (await caches.open(cacheName)).addAll(files);
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOldCaches().then(() => self.clients.claim()));
});

// A page of the version before may still be open, so one older cache stays.
async function removeOldCaches() {
  const names = (await caches.keys()).filter((name) => name.startsWith("page-"));
  const surplus = names.filter((name) => name !== cacheName).slice(0, -1);
  await Promise.all(surplus.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(answerPage(event.request));
  else if (files.includes(url.pathname)) event.respondWith(answerFile(event.request));
});

// The page comes from the network when there is one, so that a new version is seen at once.
async function answerPage(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(3000) });
    if (answer.ok) return answer;
  } catch {
    // No network.
  }
  return (await caches.match("/", { ignoreVary: true })) ?? Response.error();
}

// Built files carry a hash of their content in their names and never change, whoever asks for them.
async function answerFile(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
