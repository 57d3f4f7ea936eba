// The peer of the suite "local". Its worker holds nothing but SQLite; the page asks it by messages.
import type { LocalSizes, LocalSubject } from "./local.ts";
import { median, perSecond, timeAll, timeEach } from "./measure.ts";
import { WorkerRequests } from "./requests.ts";

export class LocalSqlite implements LocalSubject {
  private filled = false;

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
    return this.liveCallback(sizes, 1);
  }
  "live-callback-200"(sizes: LocalSizes): Promise<number> {
    return this.liveCallback(sizes, sizes.liveQueries);
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

  private async liveCallback(sizes: LocalSizes, queries: number): Promise<number> {
    await this.fill(sizes);
    const touched = queries >> 1;
    const id = await this.small.ask<string>("idOfGroup", { group: touched });
    const times = await timeEach(sizes.liveWrites, async (n) => {
      const title = `Called back ${queries} ${n}`;
      const input = { id, title, queries, touched };
      const rows = await this.small.ask<{ title: string }[]>("writeAndRead", input);
      if (rows[0]?.title !== title) throw new Error("the write is not in the result");
    });
    return median(times.slice(sizes.liveWrites >> 2));
  }

  private async fill({ liveQueries, liveRows }: LocalSizes): Promise<void> {
    if (this.filled) return;
    this.filled = true;
    const count = liveQueries * liveRows;
    await this.small.ask("fill", { first: 0, count, groupSize: liveRows });
  }
}
