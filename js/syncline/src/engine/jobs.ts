// Jobs: scheduled functions as rows of _scheduled_functions. They are written in the transaction that
// schedules them, so a job is there exactly if what else that transaction wrote is.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import { canonicalPath, type FunctionPath } from "./address.ts";
import type { FunctionInfo } from "./application.ts";
import { operation } from "./operations.ts";
import { asJson, Stream } from "./streams.ts";
import type { Transaction } from "./transaction.ts";

export type JobState =
  | { kind: "pending" }
  | { kind: "inProgress" }
  | { kind: "success" }
  | { kind: "failed"; error: string }
  | { kind: "canceled" };

// A row of _scheduled_functions, as Convex shows it.
export interface Job {
  _id: string;
  _creationTime: number;
  // "messages.js:send"; of a component "path|messages.js:send".
  name: string;
  args: [JSONValue];
  scheduledTime: number; // Unix milliseconds
  completedTime?: number;
  state: JobState;
}

// What a transaction did, for who runs the jobs.
export type JobChange =
  | { type: "scheduled"; id: string; dueMs: number }
  | { type: "canceled"; id: string };

// Of one transaction.
export const schedulingLimits = { functions: 1000, argsBytes: 16 << 20 } as const;
// Convex's: further away is a mistake in units.
const furthestMs = 5 * 365 * 24 * 3600 * 1000;

const table = "_scheduled_functions";

// pathOfJob must understand it.
export type JobName = (info: FunctionInfo) => string;

export function insertJob(
  transaction: Transaction,
  info: FunctionInfo,
  dueMs: number,
  args: JSONValue,
  jobName: JobName = nameOf,
): string {
  if (!Number.isFinite(dueMs) || Math.abs(dueMs - transaction.nowMs) > furthestMs) {
    throw new SynclineError(
      "invalid",
      `${info.path} cannot be scheduled for ${dueMs} ms: more than five years away`,
    );
  }
  const argsText = JSON.stringify(args);
  const { usage } = transaction;
  if (usage.functionsScheduled + 1 > schedulingLimits.functions) {
    throw new SynclineError(
      "invalid",
      `Too many functions scheduled by this mutation (limit: ${schedulingLimits.functions})`,
    );
  }
  if (usage.scheduledFunctionArgsBytes + argsText.length > schedulingLimits.argsBytes) {
    throw new SynclineError(
      "invalid",
      "Too large total size of the arguments of scheduled functions from this mutation (limit: 16 MiB)",
    );
  }
  const written = transaction.writeText(
    operation.systemWrite,
    `,"table":"${table}","value":{"name":${JSON.stringify(jobName(info))},"args":[${argsText}],` +
      `"scheduledTime":${dueMs},"state":{"kind":"pending"}}`,
  );
  const { _id: id } = JSON.parse(written) as { _id: string };
  ++usage.functionsScheduled;
  usage.scheduledFunctionArgsBytes += argsText.length;
  transaction.jobs.push({ type: "scheduled", id, dueMs });
  return id;
}

// Does nothing to a job that has ended. One that runs ends, but stays canceled.
export function cancelJob(transaction: Transaction, id: string): void {
  const job = readJob(transaction, id);
  if (!job) throw new SynclineError("not found", `there is no scheduled function ${id} to cancel`);
  if (job.state.kind !== "pending" && job.state.kind !== "inProgress") return;
  writeJob(transaction, job, { kind: "canceled" }, transaction.nowMs);
  transaction.jobs.push({ type: "canceled", id });
}

export function readJob(transaction: Transaction, id: string): Job | null {
  return transaction.call<{ document: Job | null }>(operation.get, { id, table, isSystem: true })
    .document;
}

export function writeJob(
  transaction: Transaction,
  { _id: id, _creationTime: _, ...job }: Job,
  state: JobState,
  completedMs?: number,
): void {
  const value = {
    ...job,
    state,
    ...(completedMs === undefined ? {} : { completedTime: completedMs }),
  };
  transaction.writeText(
    operation.systemWrite,
    `,"table":"${table}","id":"${id}","value":${JSON.stringify(value)}`,
  );
}

export function deleteJob(transaction: Transaction, id: string): void {
  transaction.writeText(
    operation.systemWrite,
    `,"table":"${table}","id":${JSON.stringify(id)},"value":null`,
  );
}

// Of one transaction, which may read no more than so much.
const readAtOnce = { jobs: 1000, argsChars: 1 << 20 } as const;

// Jobs in a state that are due after one time and until another, the first due first: some, and with the
// last all that are due at the same time. None when there are no more.
export function someJobs(
  transaction: Transaction,
  kind: JobState["kind"],
  { afterMs, untilMs }: { afterMs: number; untilMs: number },
): Job[] {
  const bounds = [
    { type: "Gt", fieldPath: "scheduledTime", value: afterMs },
    { type: "Lte", fieldPath: "scheduledTime", value: untilMs },
  ];
  const stream = new Stream(transaction, asJson, {
    source: {
      type: "IndexRange",
      indexName: `${table}.by_scheduled_time`,
      range: [{ type: "Eq", fieldPath: "state.kind", value: kind }, ...bounds],
      order: "asc",
    },
    operators: [],
  });
  const jobs: Job[] = [];
  let argsChars = 0;
  for (;;) {
    const job = stream.take() as unknown as Job | undefined;
    if (!job) break;
    const isFull = jobs.length >= readAtOnce.jobs || argsChars > readAtOnce.argsChars;
    if (isFull && jobs.at(-1)?.scheduledTime !== job.scheduledTime) break;
    jobs.push(job);
    argsChars += JSON.stringify(job.args).length;
  }
  stream.close();
  return jobs;
}

function nameOf({ component, path }: FunctionInfo): string {
  const name = path.replace(/:[^:]*$/, (exported) => `.js${exported}`);
  return component === "" ? name : `${component}|${name}`;
}

export function pathOfJob({ name }: Job): FunctionPath {
  const bar = name.indexOf("|");
  return {
    component: bar < 0 ? "" : name.slice(0, bar),
    path: canonicalPath(name.slice(bar + 1)),
  };
}
