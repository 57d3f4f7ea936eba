// Syncline in the suite "local", without a relay. Mutations and live queries go from the page through
// the worker and back, as an application's do; bulk and reads are driven inside the worker.
import type { FunctionArgs } from "convex/server";
import { api } from "../convex/_generated/api.js";
import { itemFields } from "../convex/item.js";
import type { LocalSizes, LocalSubject } from "./local.ts";
import { median, perSecond, timeAll, timeEach } from "./measure.ts";
import { WorkerRequests } from "./requests.ts";
import { SynclinePage } from "./syncline-page.ts";

type SpaceId = FunctionArgs<typeof api.items.add>["space"];

export class LocalSyncline implements LocalSubject {
  // By the rows that a live query gives: a space with as many items for each.
  private readonly filled = new Map<number, SpaceId>();

  private constructor(
    private readonly page: SynclinePage,
    private readonly space: SpaceId,
    private readonly worker: Worker,
    private readonly engine: WorkerRequests,
  ) {}

  static async open(name: string, token: string): Promise<LocalSyncline> {
    const page = await SynclinePage.open({ name: `page-${name}`, token, url: null });
    const space = await page.client.mutation(api.items.found, { name: "Bench" }).applied;
    const worker = new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module" });
    const engine = new WorkerRequests(worker);
    await engine.ask("open", { name: `engine-${name}`, token });
    return new LocalSyncline(page, space, worker, engine);
  }

  async "durable-mutation"({ warmUps, mutations, groupSize }: LocalSizes): Promise<number> {
    const { client } = this.page;
    const add = (n: number) =>
      client.mutation(api.items.add, { space: this.space, ...itemFields(n, groupSize) }).durable;
    await timeAll(warmUps, (n) => add(1e7 + n));
    return perSecond(mutations, await timeAll(mutations, (n) => add(2e7 + n)));
  }

  "durable-mutation elsewhere"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("durableMutation", sizes);
  }

  "live-callback-1"(sizes: LocalSizes): Promise<number> {
    return this.liveCallback(sizes, 1, sizes.liveRows);
  }
  "live-callback-200"(sizes: LocalSizes): Promise<number> {
    return this.liveCallback(sizes, sizes.liveQueries, sizes.liveRows);
  }
  "live-callback-10k"(sizes: LocalSizes): Promise<number> {
    return this.liveCallback(sizes, sizes.manyLiveQueries, 1);
  }
  "live-callback-10k elsewhere"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("liveCallback", sizes);
  }

  "query-20"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("query", { ...sizes, rows: sizes.queryRows, layer: "syncline" });
  }
  "query-20 by convex"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("query", { ...sizes, rows: sizes.queryRows, layer: "convex" });
  }
  "collect-1000"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("query", { ...sizes, rows: sizes.collectRows, layer: "syncline" });
  }
  "collect-1000 by convex"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("query", { ...sizes, rows: sizes.collectRows, layer: "convex" });
  }

  "bulk-insert-100k"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("bulkInsert", sizes);
  }
  "read-by-id"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("readById", sizes);
  }
  "index-range-100"(sizes: LocalSizes): Promise<number> {
    return this.engine.ask("indexRange", sizes);
  }

  async close(): Promise<void> {
    await this.page.close();
    this.worker.terminate();
  }

  // Writes one row of the middle query, and waits for that query's callback.
  private async liveCallback(sizes: LocalSizes, queries: number, rows: number): Promise<number> {
    const { convex } = this.page;
    const space = await this.fill(sizes, rows);
    const touched = queries >> 1;
    const titles: string[] = []; // of the first row of each query
    let ids: FunctionArgs<typeof api.items.retitle>["id"][] = [];
    let onTitle: (title: string) => void = () => {};
    const stops = await Promise.all(
      Array.from({ length: queries }, (_, group) => {
        return new Promise<() => void>((resolve, reject) => {
          const stop = convex.onUpdate(
            api.items.group,
            { space, group },
            (items) => {
              const first = items[0];
              if (!first) return reject(new Error(`group ${group} is empty`));
              titles[group] = first.title;
              if (group === touched) {
                ids = [first._id];
                onTitle(first.title);
              }
              resolve(stop);
            },
            reject,
          );
        });
      }),
    );
    const [id] = ids;
    if (id === undefined) throw new Error("the live queries gave nothing");
    const times = await timeEach(sizes.liveWrites, async (n) => {
      const title = `Called back ${queries} ${n}`;
      const seen = new Promise<void>((resolve) => {
        onTitle = (now) => (now === title ? resolve() : undefined);
      });
      void convex.mutation(api.items.retitle, { id, title });
      await seen;
    });
    for (const stop of stops) stop();
    return median(times.slice(sizes.liveWrites >> 2));
  }

  private async fill(sizes: LocalSizes, rows: number): Promise<SpaceId> {
    const known = this.filled.get(rows);
    if (known) return known;
    const { client } = this.page;
    const space = await client.mutation(api.items.found, { name: `Of ${rows}` }).applied;
    const count = rows === 1 ? sizes.manyLiveQueries : sizes.liveQueries * rows;
    await client.mutation(api.items.fill, { space, first: 0, count, groupSize: rows }).durable;
    this.filled.set(rows, space);
    return space;
  }
}
