// The suite "sync" on the page of one client.
import type { FunctionArgs } from "convex/server";
import { api } from "../convex/_generated/api.js";
import { type OpenSyncline, SynclinePage } from "./syncline-page.ts";
import { type OpenYjs, YjsPage } from "./yjs-page.ts";

// Comparable between two browsers of one machine, unlike performance.now() alone; ms.
const now = (): number => performance.timeOrigin + performance.now();

// A write's title carries its number; a reader that missed one has seen it with the next.
const titleOf = (n: number): string => `Write ${n}`;
const numberOf = (title: string): number => Number(/^Write (\d+)$/.exec(title)?.[1] ?? -1);

interface Writes {
  count: number;
  intervalMs: number;
}

let syncline: SynclinePage | undefined;
let yjs: YjsPage | undefined;
let arrivals: number[] = [];

function noteArrival(title: string): void {
  const arrived = now();
  for (let n = numberOf(title); n >= 0 && arrivals[n] === undefined; --n) arrivals[n] = arrived;
}

// When each write began.
async function write({ count, intervalMs }: Writes, one: (title: string) => void) {
  const begun: number[] = [];
  for (let n = 0; n < count; ++n) {
    const next = performance.now() + intervalMs;
    begun.push(now());
    one(titleOf(n));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return begun;
}

export const syncCommands = {
  clock: async () => now(),

  // From nothing to everything, durable: the worker, the core, the connection and the rows. ms.
  async firstSyncSyncline({ rows, ...options }: OpenSyncline & { rows: number }) {
    const begin = performance.now();
    syncline = new SynclinePage(options);
    await syncline.until(({ sync }) => sync === "synced");
    const time = performance.now() - begin;
    const found = await countItems(syncline);
    if (found !== rows) throw new Error(`${found} of ${rows} rows have arrived`);
    return time;
  },

  // From nothing to everything, in memory. ms.
  async firstSyncYjs({ rows, ...options }: OpenYjs & { rows: number }) {
    const begin = performance.now();
    yjs = new YjsPage(options);
    await yjs.synced;
    const time = performance.now() - begin;
    const found = yjs.items.size;
    if (found !== rows) throw new Error(`${found} of ${rows} rows have arrived`);
    return time;
  },

  async watchSyncline({ space, id }: FunctionArgs<typeof api.items.group> & { id: string }) {
    arrivals = [];
    const page = syncline;
    if (!page) throw new Error("syncline is not open");
    await new Promise<void>((resolve, reject) => {
      page.convex.onUpdate(
        api.items.group,
        { space, group: 0 },
        (items) => {
          const item = items.find(({ _id }) => _id === id);
          if (item) noteArrival(item.title);
          resolve();
        },
        reject,
      );
    });
  },

  async watchYjs({ id }: { id: string }) {
    arrivals = [];
    yjs?.items.observeDeep(() => noteArrival(String(yjs?.items.get(id)?.get("title"))));
  },

  async writeSyncline({ id, ...writes }: Writes & FunctionArgs<typeof api.items.retitle>) {
    const page = syncline;
    if (!page) throw new Error("syncline is not open");
    return await write(
      writes,
      (title) => void page.convex.mutation(api.items.retitle, { id, title }),
    );
  },

  async writeYjs({ id, ...writes }: Writes & { id: string }) {
    const item = yjs?.items.get(id);
    if (!item) throw new Error(`yjs has no item ${id}`);
    return await write(writes, (title) => void item.set("title", title));
  },

  arrivals: async () => arrivals,

  async closeSync() {
    await syncline?.close();
    yjs?.close();
    syncline = yjs = undefined;
  },
};

// In parts, because a function may take only so long.
async function countItems(page: SynclinePage): Promise<number> {
  const step = 100;
  let found = 0;
  for (let begin = 0; ; begin += step) {
    const some = await page.convex.query(api.items.count, { begin, end: begin + step });
    found += some;
    if (some === 0) return found;
  }
}
