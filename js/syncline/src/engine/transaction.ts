// Transaction: one execution in the core, of a query or mutation function with all that it calls. It also
// keeps what the core does not: which jobs were scheduled, and how much of the host's limits is used.
import { SynclineError } from "../error.ts";
import { type CommitClock, withCommitTs } from "./commit-clock.ts";
import type { Claims } from "./identity.ts";
import type { JobChange } from "./jobs.ts";
import { type Committed, type Operation, operation } from "./operations.ts";
import type { CoreEngine } from "./wasm.ts";

// How a mutation is run.
export interface MutationMode {
  // false: rules are left to the relay. Default true.
  preview?: boolean;
  // It sees confirmed rows alone, and what it writes is not here until the relay has accepted it.
  strict?: boolean;
  // It can be undone, in this scope.
  undo?: string | null;
}

export interface TransactionStart {
  kind: "query" | "mutation";
  nowMs: number;
  clock: CommitClock;
  claims: Claims | null;
  // A mutation's, for reports.
  path: string;
  argsText: string;
  mode: MutationMode;
}

// What a transaction may use, and has used, of what the host limits.
export interface HostUsage {
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
  filesWritten: number;
  fileWriteBytes: number;
  filesRead: number;
  fileReadBytes: number;
}

// What a rolled-back sub-transaction returns to.
export interface Mark {
  jobs: number;
  usage: HostUsage;
}

export class Transaction {
  // What the core last refused: npm convex passes on its message only.
  failure: SynclineError | null = null;
  readonly kind: "query" | "mutation";
  readonly isStrict: boolean;
  readonly nowMs: number;
  readonly jobs: JobChange[] = [];
  usage: HostUsage = {
    functionsScheduled: 0,
    scheduledFunctionArgsBytes: 0,
    filesWritten: 0,
    fileWriteBytes: 0,
    filesRead: 0,
    fileReadBytes: 0,
  };
  hasWritten = false;
  // What it has seen, in nanoseconds.
  readonly snapshotTs: bigint;
  private commitTs: bigint | null = null; // once it is asked for
  private isOpen = true;
  private readonly clock: CommitClock;
  private readonly prefix: string;
  private readonly id: number;

  constructor(
    private readonly core: CoreEngine,
    { kind, nowMs, clock, claims, path, argsText, mode }: TransactionStart,
  ) {
    const { preview = true, strict = false, undo = null } = mode;
    this.kind = kind;
    this.isStrict = strict;
    this.nowMs = nowMs;
    this.clock = clock;
    this.snapshotTs = clock.snapshot(nowMs);
    const identity = JSON.stringify(claims);
    const origin =
      kind === "mutation"
        ? `,"path":${JSON.stringify(path)},"args":${argsText},"preview":${preview}` +
          (strict ? ',"strict":true' : "") +
          (undo === null ? "" : `,"undo":${JSON.stringify(undo)}`)
        : "";
    const begun = core.callText(
      operation.begin,
      `{"kind":"${kind}","now":${nowMs},"identity":${identity}${origin}}`,
    );
    this.id = (JSON.parse(begun) as { execution: number }).execution;
    this.prefix = `{"execution":${this.id}`;
  }

  get hasEnded(): boolean {
    return !this.isOpen;
  }

  commit(): Committed {
    this.isOpen = false;
    return this.noting(() => this.core.call<Committed>(operation.commit, { execution: this.id }));
  }

  abort(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.core.call(operation.abort, { execution: this.id });
  }

  // A query's end that keeps what it read; the core's number for it.
  keep(): number {
    this.isOpen = false;
    return this.core.call<{ query: number }>(operation.keep, { execution: this.id }).query;
  }

  // `members` is JSON text behind the execution's own: ',"table":"x"'.
  callText(name: Operation, members: string): string {
    this.requireOpen();
    return this.noting(() => this.core.callText(name, `${this.prefix}${this.resolve(members)}}`));
  }

  call<Output>(name: Operation, input: object): Output {
    const text = JSON.stringify(input);
    const members = text === "{}" ? "" : `,${text.slice(1, -1)}`;
    return JSON.parse(this.callText(name, members)) as Output;
  }

  // The output stays the core's until the next call.
  view<Output>(name: Operation, members: string, read: (bytes: Uint8Array) => Output): Output {
    this.requireOpen();
    return this.noting(() => this.core.view(name, `${this.prefix}${this.resolve(members)}}`, read));
  }

  writeText(name: Operation, members: string): string {
    const output = this.callText(name, members);
    this.hasWritten = true;
    return output;
  }

  // JSON text of values in which this transaction's timestamp stands for the placeholder.
  resolve(text: string): string {
    return withCommitTs(text, () => {
      this.commitTs ??= this.clock.next(this.snapshotTs);
      return this.commitTs;
    });
  }

  mark(): Mark {
    return { jobs: this.jobs.length, usage: { ...this.usage } };
  }

  beginSub(): void {
    this.callText(operation.subBegin, "");
  }

  commitSub(): void {
    this.callText(operation.subCommit, "");
  }

  // What was read stays counted; what was written is as if it had not been.
  rollbackSub({ jobs, usage }: Mark): void {
    if (!this.isOpen) return;
    this.jobs.length = jobs;
    const { filesRead, fileReadBytes } = this.usage;
    this.usage = { ...usage, filesRead, fileReadBytes };
    this.callText(operation.subRollback, "");
  }

  private requireOpen(): void {
    if (!this.isOpen) {
      throw new Error("this function has ended: await every call of ctx before it returns");
    }
  }

  private noting<Result>(run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      if (error instanceof SynclineError) this.failure = error;
      throw error;
    }
  }
}
