// cachedPage: waits until the service worker has put the page on the device, after which it opens without a
// network.
import { until } from "./until.mjs";

export async function cachedPage(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await until("the page is cached", () =>
    page.evaluate(async () => (await caches.match("/")) !== undefined),
  );
}
