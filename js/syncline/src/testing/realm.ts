// The test's own realm: functions and the test share their globals, and what a function sees of them
// follows the flow of its control.
//
// A query or mutation has no network and no timers. What a function assigns to one of these globals is
// seen by it alone. Date, Math and crypto are those of the test, mocked or not: a device freezes and seeds
// them.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ConvexHost } from "../engine/application.ts";
import type { Surroundings } from "../engine/globals.ts";

interface Run {
  // Whose functions these are.
  owner: object;
  surroundings: Surroundings;
  // What this run sees instead of a global.
  own: Map<string, unknown>;
}

const current = new AsyncLocalStorage<Run | undefined>();

// What transactions must not use; to others they are what the test has.
const outlets = ["fetch", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;
const assignable = [
  ...outlets,
  ...["Date", "Math", "console", "process", "crypto", "performance", "structuredClone"],
  ...["queueMicrotask", "Request", "Response", "Headers", "URL", "URLSearchParams"],
  ...["AbortController", "TextEncoder", "TextDecoder", "atob", "btoa", "SubtleCrypto", "CryptoKey"],
];

/** Does `work` as a function in these surroundings. */
export function runAs<Result>(
  owner: object,
  surroundings: Surroundings,
  work: () => Promise<Result>,
): Promise<Result> {
  install();
  const own = new Map<string, unknown>();
  if (surroundings.kind !== "action") {
    for (const name of outlets) own.set(name, refusal(name, surroundings.kind));
  }
  return current.run({ owner, surroundings, own }, work);
}

/** Does `work` as the test, and not as the function that is running. */
export function runOutside<Result>(work: () => Result): Result {
  return current.run(undefined, work);
}

/** The transaction of this owner that is running the code that asks, if there is one. */
export function transactionOf(owner: object): ConvexHost | undefined {
  const run = current.getStore();
  return run?.owner === owner && run.surroundings.kind !== "action"
    ? run.surroundings.convex
    : undefined;
}

function refusal(name: string, kind: string): () => never {
  return () => {
    throw new Error(
      `${name} is not available in a ${kind}: do this in an action, which a mutation can start with ` +
        "ctx.scheduler.runAfter(0, ...).",
    );
  };
}

const accessors = new WeakSet<object>();

// Again before every run: a test may have put its own in the place of ours (vi.stubGlobal).
function install(): void {
  for (const name of assignable) makeAccessor(name);
  (globalThis as { Convex?: ConvexHost }).Convex ??= host;
}

function makeAccessor(name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!descriptor?.configurable || (descriptor.get && accessors.has(descriptor.get))) return;
  let { value } = descriptor;
  const { get: getOf, set: setOf } = descriptor;
  const get = (): unknown => {
    const own = current.getStore()?.own;
    if (own?.has(name)) return own.get(name);
    return getOf ? getOf.call(globalThis) : value;
  };
  const set = (next: unknown): void => {
    const own = current.getStore()?.own;
    if (own) own.set(name, next);
    else if (setOf) setOf.call(globalThis, next);
    else value = next;
  };
  accessors.add(get);
  const { enumerable = false } = descriptor;
  Object.defineProperty(globalThis, name, { get, set, enumerable, configurable: true });
}

// What npm convex calls, for the function that is running.
const host: ConvexHost = {
  syscall: (operation, args) => convex().syscall(operation, args),
  asyncSyscall: async (operation, args) => convex().asyncSyscall(operation, args),
  jsSyscall: (operation, args) => convex().jsSyscall(operation, args),
};

function convex(): ConvexHost {
  const run = current.getStore();
  if (run) return run.surroundings.convex;
  throw new Error(
    "this works only within a function: call it in t.run, t.query, t.mutation or t.action",
  );
}
