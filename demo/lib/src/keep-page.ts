// keepPage: has the service worker keep the built page on this device, so that it opens without a network.
export function keepPage(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/service-worker.js").catch((error: unknown) => {
    console.warn("The page will not open offline:", error);
  });
}
