// EngineJobs: what running a scheduled function means. A mutation and the end of its job are one
// transaction, so it is run once, however often the device dies. An action is begun at most once: what a
// crash interrupts is not begun again, because nobody knows how far it came; nor is a strict mutation, once it
// has begun: until there is a connection it is pending.
import type { FunctionInfo, StrictOptions } from "./application.ts";
import { scheduledCaller } from "./caller.ts";
import type { Clock } from "./clock.ts";
import type { Engine, StrictRunner } from "./engine.ts";
import type { FunctionCall } from "./host.ts";
import type { JobHost, JobResult, PendingJob } from "./job-runner.ts";
import {
  deleteJob,
  type Job,
  type JobState,
  pathOfJob,
  readJob,
  someJobs,
  writeJob,
} from "./jobs.ts";
import type { ModuleSource } from "./modules.ts";
import type { Failure, Outcome } from "./outcome.ts";

// Jobs that have ended are kept for this long.
const keptMs = 7 * 24 * 3600 * 1000;
// Of a failure, in the job's row.
const errorCharsMax = 10_000;

const interrupted =
  "the application was closed or crashed while this ran; it is not run again, because it may have done its " +
  "work";

export class EngineJobs implements JobHost {
  constructor(
    private readonly engine: Engine,
    private readonly modules: ModuleSource,
    private readonly clock: Clock,
  ) {}

  async loadJobs(): Promise<PendingJob[]> {
    for await (const jobs of this.jobsIn("inProgress")) {
      await this.engine.transact("mutation", (transaction) => {
        for (const job of jobs) {
          writeJob(transaction, job, { kind: "failed", error: interrupted }, this.clock.now());
        }
      });
    }
    const ours: PendingJob[] = [];
    for await (const jobs of this.jobsIn("pending")) {
      for (const job of jobs) {
        if ((await this.infoOf(job))?.runsOn === "peer") continue;
        ours.push({ id: job._id, dueMs: job.scheduledTime });
      }
    }
    return ours;
  }

  async runJob(id: string): Promise<JobResult> {
    const job = await this.engine.transact("query", (transaction) => readJob(transaction, id));
    if (job?.state.kind !== "pending") return "done";
    const info = await this.infoOf(job);
    // It stays pending until there is a service peer.
    if (info?.runsOn === "peer") return "done";
    const { strictRunner } = this.engine;
    if (info?.strict && strictRunner) return this.runStrict(job, info, info.strict, strictRunner);
    if (info?.kind === "mutation") return this.runMutation(job, info);
    if (info?.kind === "action") return this.runAction(job, info);
    const error = info
      ? `${job.name} is a ${info.kind}: only mutations and actions can be scheduled`
      : `Could not find function for '${pathOfJob(job).path}'`;
    await this.end(job, { kind: "failed", error });
    return "done";
  }

  async sweepJobs(): Promise<void> {
    const before = this.clock.now() - keptMs;
    for (const kind of ["success", "failed", "canceled"] as const) {
      // What was due later has ended later.
      for await (const jobs of this.jobsIn(kind, before)) {
        const old = jobs.filter((job) => (job.completedTime ?? job.scheduledTime) <= before);
        await this.engine.transact("mutation", (transaction) => {
          for (const { _id: id } of old) deleteJob(transaction, id);
        });
      }
    }
  }

  // Some at a time, each in a transaction of its own.
  private async *jobsIn(kind: JobState["kind"], untilMs = Number.MAX_VALUE): AsyncGenerator<Job[]> {
    let afterMs = -Number.MAX_VALUE;
    for (;;) {
      const jobs = await this.engine.transact("query", (transaction) =>
        someJobs(transaction, kind, { afterMs, untilMs }),
      );
      const last = jobs.at(-1);
      if (!last) return;
      yield jobs;
      afterMs = last.scheduledTime;
    }
  }

  private async infoOf(job: Job): Promise<FunctionInfo | undefined> {
    const { component, path } = pathOfJob(job);
    try {
      return await this.modules.find(component, path);
    } catch {
      return undefined;
    }
  }

  private async runMutation(job: Job, info: FunctionInfo): Promise<JobResult> {
    const run = await this.engine.runMutation(
      this.callOf(job, info),
      (transaction) => readJob(transaction, job._id)?.state.kind === "pending",
      (transaction) => {
        // It may have canceled itself, and stays canceled.
        if (readJob(transaction, job._id)?.state.kind !== "pending") return;
        writeJob(transaction, job, { kind: "success" }, transaction.nowMs);
      },
    );
    if (!run || run.outcome.ok) return "done";
    // The disk was full, or the core has stopped: it has not run.
    if (run.refusal?.code === "unavailable" || run.refusal?.code === "corrupt") return "later";
    this.report(job, run.outcome.failure);
    await this.end(job, failed(run.outcome.failure));
    return "done";
  }

  private async runAction(job: Job, info: FunctionInfo): Promise<JobResult> {
    if (!(await this.move(job, "pending", "inProgress"))) return "done";
    const { component, path, caller } = this.callOf(job, info);
    const options = { component, caller };
    await this.endAs(job, await this.engine.run("action", path, job.args[0], options));
    return "done";
  }

  // It may run more than once before the relay accepts it. Without a connection it stays pending.
  private async runStrict(
    job: Job,
    info: FunctionInfo,
    strict: StrictOptions,
    runner: StrictRunner,
  ): Promise<JobResult> {
    if (!runner.isReady()) return "offline";
    if (!(await this.move(job, "pending", "inProgress"))) return "done";
    const outcome = await runner.runJob(this.callOf(job, info), strict);
    if (!outcome.ok && outcome.failure.error.code === "offline") {
      return (await this.move(job, "inProgress", "pending")) ? "offline" : "done";
    }
    await this.endAs(job, outcome);
    return "done";
  }

  private async endAs(job: Job, outcome: Outcome): Promise<void> {
    if (!outcome.ok) this.report(job, outcome.failure);
    await this.end(job, outcome.ok ? { kind: "success" } : failed(outcome.failure));
  }

  // False if it was not in the first state any more.
  private move(
    { _id: id }: Job,
    from: "pending" | "inProgress",
    to: "pending" | "inProgress",
  ): Promise<boolean> {
    return this.engine.transact("mutation", (transaction) => {
      const job = readJob(transaction, id);
      if (job?.state.kind !== from) return false;
      writeJob(transaction, job, { kind: to });
      return true;
    });
  }

  // Unless it was canceled meanwhile, or ended otherwise.
  private end({ _id: id }: Job, state: JobState): Promise<void> {
    return this.engine.transact("mutation", (transaction) => {
      const job = readJob(transaction, id);
      if (job?.state.kind !== "pending" && job?.state.kind !== "inProgress") return;
      writeJob(transaction, job, state, this.clock.now());
    });
  }

  private callOf(job: Job, { component, path }: FunctionInfo): FunctionCall {
    const { claims } = this.engine.caller();
    const argsText = JSON.stringify(job.args[0]);
    return { component, path, argsText, caller: scheduledCaller(claims, job._id) };
  }

  // Nobody waits for a scheduled function, so its developer hears of it here.
  private report({ name }: Job, { message }: Failure): void {
    console.error(`The scheduled function ${name} failed: ${message}`);
  }
}

// Whatever was thrown must fit into a row: a job that cannot be ended would run again for ever.
function failed({ message }: Failure): JobState {
  const bytes = new TextEncoder().encode(message.slice(0, errorCharsMax));
  return { kind: "failed", error: new TextDecoder().decode(bytes) };
}
