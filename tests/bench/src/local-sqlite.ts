// The peer of the suite "local". Its worker holds nothing but SQLite; the page asks it by messages.
import type { LocalSizes, LocalSubject } from "./local.ts";
import { median, perSecond, timeAll, timeEach } from "./measure.ts";
import { WorkerRequests } from "./requests.ts";

export class LocalSqlite implements LocalSubject {
  private readonly filled = new Set<number>();

  private constructor(
    private readonly workers: readonly Worker[],
    // As the other subject has them: one database for small writes, one for bulk and reads.
    private readonly small: WorkerRequests,
    private readonly large: WorkerRequests,
  ) {}

  static async open(name: string): Promise<LocalSqlite> {
    const workers: Worker[] = [];
    const open = async (database: string): Promise<WorkerRequests> => {
      const worker = new Worker(new URL("./sqlite.worker.ts", import.meta.url), { type: "module" });
      workers.push(worker);
      const requests = new WorkerRequests(worker);
      await requests.ask("open", { name: database });
      return requests;
    };
    const small = await open(`sqlite-small-${name}`);
    const large = await open(`sqlite-large-${name}`);
    return new LocalSqlite(workers, small, large);
  }

  "durable-mutation"(sizes: LocalSizes): Promise<number> {
    return this.small.ask("durableMutation", sizes);
  }

  async "durable-mutation elsewhere"(sizes: LocalSizes): Promise<number> {
    const { mutations, groupSize } = sizes;
    const time = await timeAll(mutations, (n) =>
      this.large.ask("insertOne", { n: 2e7 + n, groupSize }),
    );
    return perSecond(mutations, time);
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

  "query-20"(sizes: LocalSizes): Promise<number> {
    return this.large.ask("query", { ...sizes, rows: sizes.queryRows });
  }
  "collect-1000"(sizes: LocalSizes): Promise<number> {
    return this.large.ask("query", { ...sizes, rows: sizes.collectRows });
  }

  "bulk-insert-100k"(sizes: LocalSizes): Promise<number> {
    return this.large.ask("bulkInsert", sizes);
  }
  "read-by-id"(sizes: LocalSizes): Promise<number> {
    return this.large.ask("readById", sizes);
  }
  "index-range-100"(sizes: LocalSizes): Promise<number> {
    return this.large.ask("indexRange", sizes);
  }

  async close(): Promise<void> {
    for (const worker of this.workers) worker.terminate();
  }

  private async liveCallback(sizes: LocalSizes, queries: number, rows: number): Promise<number> {
    await this.fill(sizes, rows);
    const touched = queries >> 1;
    const space = spaceOf(rows);
    const id = await this.small.ask<string>("idOfGroup", { space, group: touched });
    const writes = Math.min(sizes.liveWrites, Math.ceil(20_000 / queries));
    const times = await timeEach(writes, async (n) => {
      const title = `Called back ${queries} ${n}`;
      const input = { id, title, space, queries, touched };
      const items = await this.small.ask<{ title: string }[]>("writeAndRead", input);
      if (items[0]?.title !== title) throw new Error("the write is not in the result");
    });
    return median(times.slice(writes >> 2));
  }

  private async fill(sizes: LocalSizes, rows: number): Promise<void> {
    if (this.filled.has(rows)) return;
    this.filled.add(rows);
    const count = rows === 1 ? sizes.manyLiveQueries : sizes.liveQueries * rows;
    await this.small.ask("fill", { space: spaceOf(rows), first: 0, count, groupSize: rows });
  }
}

function spaceOf(rows: number): string {
  return `live ${rows}`;
}
