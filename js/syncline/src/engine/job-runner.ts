// JobRunner: runs scheduled functions when they are due, each once, while the database is open. What was
// due while it was closed runs when it opens.
import type { Clock } from "./clock.ts";
import type { JobChange } from "./jobs.ts";

export interface PendingJob {
  id: string;
  dueMs: number;
}

export type JobResult = "done" | "later" | "offline";

// What the engine does with a job.
export interface JobHost {
  // The jobs that this device is to run. Ends those that a crash interrupted.
  loadJobs(): Promise<PendingJob[]>;
  // Resolves when the job has ended or is not to run any more; with "later" if it could not be run now, and with
  // "offline" if it can be once there is a connection.
  runJob(id: string): Promise<JobResult>;
  // Forgets jobs that ended long ago.
  sweepJobs(): Promise<void>;
}

// At a time; the others wait.
const runningMax = 64;
// What could not be run is tried again after this.
const laterMs = 10_000;
const sweepEveryMs = 24 * 3600 * 1000;

export class JobRunner {
  private readonly due: PendingJob[] = []; // the first due first
  private readonly running = new Map<string, Promise<void>>();
  private readonly offline = new Set<string>(); // what waits for a connection
  private connections = 0; // so far
  private disarm: (() => void) | null = null;
  private isStarted = false;
  private isLoading = false;
  private sweptMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly host: JobHost,
    private readonly clock: Clock,
  ) {}

  // Not due yet, or waiting for others to end.
  get pendingCount(): number {
    return this.due.length;
  }

  get runningCount(): number {
    return this.running.size;
  }

  async start(): Promise<void> {
    if (this.isStarted) return;
    this.isStarted = true;
    // None may run yet: to loadJobs, it would be one that a crash interrupted.
    this.isLoading = true;
    try {
      const loaded = await this.host.loadJobs();
      // Some were made meanwhile.
      const known = new Set(this.due.map(({ id }) => id));
      for (const job of loaded) if (!known.has(job.id)) this.add(job);
    } finally {
      this.isLoading = false;
      this.arm();
    }
    await this.sweep();
  }

  // Running jobs go on, but nothing starts any more.
  stop(): void {
    this.isStarted = false;
    this.disarm?.();
    this.disarm = null;
    this.due.length = 0;
    this.offline.clear();
  }

  // There is a connection: what waited for one is due.
  connected(): void {
    ++this.connections;
    if (this.offline.size === 0) return;
    for (const id of this.offline) this.add({ id, dueMs: this.clock.now() });
    this.offline.clear();
    this.arm();
  }

  // After the commit that made them.
  apply(changes: readonly JobChange[]): void {
    for (const change of changes) {
      if (change.type === "scheduled") this.add(change);
      else this.remove(change.id);
    }
    if (changes.length > 0) this.arm();
  }

  // Waits until none runs that has been started, or is started meanwhile.
  async finishRunning(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private add({ id, dueMs }: PendingJob): void {
    let [low, high] = [0, this.due.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.due[middle] as PendingJob).dueMs <= dueMs) low = middle + 1;
      else high = middle;
    }
    this.due.splice(low, 0, { id, dueMs });
  }

  private remove(id: string): void {
    this.offline.delete(id);
    const at = this.due.findIndex((job) => job.id === id);
    if (at >= 0) this.due.splice(at, 1);
  }

  private arm(): void {
    this.disarm?.();
    this.disarm = null;
    const first = this.due[0];
    if (!this.isStarted || this.isLoading || !first || this.running.size >= runningMax) return;
    this.disarm = this.clock.after(first.dueMs - this.clock.now(), () => this.runDue());
  }

  private runDue(): void {
    const now = this.clock.now();
    while (this.running.size < runningMax) {
      const first = this.due[0];
      if (!first || first.dueMs > now) break;
      this.due.shift();
      this.run(first);
    }
    this.arm();
  }

  private run({ id }: PendingJob): void {
    const { connections } = this;
    const run = this.host
      .runJob(id)
      .catch((): "later" => "later")
      .then((result) => {
        this.running.delete(id);
        if (this.isStarted) this.putBack(id, result, connections);
        this.arm();
        return this.sweep();
      });
    this.running.set(id, run);
  }

  // `connections`: when it began.
  private putBack(id: string, result: JobResult, connections: number): void {
    const now = this.clock.now();
    if (result === "later") this.add({ id, dueMs: now + laterMs });
    else if (result === "offline" && connections < this.connections) this.add({ id, dueMs: now });
    else if (result === "offline") this.offline.add(id);
  }

  private async sweep(): Promise<void> {
    const now = this.clock.now();
    if (!this.isStarted || now - this.sweptMs < sweepEveryMs) return;
    this.sweptMs = now;
    await this.host.sweepJobs().catch(() => {});
  }
}
