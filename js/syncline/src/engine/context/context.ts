// The ctx that functions get from this host instead of npm convex's own layer: the same members, types and
// messages, without JSON text in between.
import type { UserIdentity } from "convex/server";
import type { Value } from "convex/values";
import type { ActionFrame, VectorMatch } from "../action-frame.ts";
import { addressOf } from "../address.ts";
import type { FunctionCalls } from "../calls.ts";
import type { CallKind, Frame } from "../frame.ts";
import type { TransactionLimits } from "../limits.ts";
import type { LoadedModules } from "../modules.ts";
import { errorInFunction, FunctionFailed } from "../outcome.ts";
import { textToValue, valueToJson, valueToText } from "../values.ts";
import { requireArg } from "./arguments.ts";
import { databaseReader, databaseWriter } from "./database.ts";
import { type Expression, serializeExpression, vectorFilterBuilder } from "./filter.ts";

interface RunOptions {
  transactionLimits?: TransactionLimits;
  useStaleSnapshot?: boolean;
}

export function queryContext(frame: Frame, modules: LoadedModules) {
  return {
    db: databaseReader(frame),
    auth: auth(frame),
    storage: storageReader(frame),
    meta: transactionMeta(frame),
    runQuery: runner(frame, modules, "query"),
  };
}

export function mutationContext(frame: Frame, modules: LoadedModules) {
  return {
    db: databaseWriter(frame, modules),
    auth: {
      ...auth(frame),
      signJwt: async (): Promise<never> => {
        throw new Error("signJwt() needs a service peer: a device has no key to sign with");
      },
    },
    storage: storageWriter(frame),
    scheduler: scheduler(frame),
    meta: { ...transactionMeta(frame), getRequestMetadata: async () => frame.request() },
    runQuery: runner(frame, modules, "query"),
    runMutation: runner(frame, modules, "mutation"),
  };
}

export function actionContext(frame: ActionFrame, modules: LoadedModules) {
  const run =
    (kind: "query" | "mutation" | "action") =>
    (reference: unknown, args?: Value): Promise<Value> =>
      called(modules, () => frame.run(kind, addressOf(reference), argsToText(args)));
  return {
    runQuery: run("query"),
    runMutation: run("mutation"),
    runAction: run("action"),
    auth: auth(frame),
    scheduler: scheduler(frame),
    storage: storageWriter(frame),
    vectorSearch: vectorSearch(frame),
    meta: {
      ...functionMeta(frame),
      getRequestMetadata: async () => frame.request(),
    },
  };
}

function auth(calls: FunctionCalls) {
  return {
    // Each caller gets an object of its own.
    getUserIdentity: async () => structuredClone(calls.identity()) as UserIdentity | null,
  };
}

function functionMeta(calls: FunctionCalls) {
  const { kind, visibility } = calls;
  return {
    getFunctionMetadata: async () => ({ ...calls.functionMetadata(), type: kind, visibility }),
    getDeploymentMetadata: async () => ({ ...calls.deployment() }),
  };
}

function transactionMeta(frame: Frame) {
  return {
    ...functionMeta(frame),
    getTransactionMetrics: () => frame.metrics(),
    getSnapshotTs: () => frame.snapshotTs(),
  };
}

function storageReader(calls: FunctionCalls) {
  return {
    getUrl: async (id: string) => {
      requireArg(id, 1, "getUrl", "storageId");
      return calls.fileUrl(id);
    },
    getMetadata: (id: string) => calls.fileMetadata(id),
  };
}

function storageWriter(calls: FunctionCalls) {
  return {
    ...storageReader(calls),
    generateUploadUrl: () => calls.uploadUrl(),
    delete: (id: string) => calls.deleteFile(id),
    store: (blob: Blob, options?: { sha256?: string }) => calls.storeFile(blob, options?.sha256),
    get: (id: string) => calls.readFile(id),
  };
}

function scheduler(calls: FunctionCalls) {
  return {
    runAfter: async (delayMs: number, reference: unknown, args?: Value) => {
      if (typeof delayMs !== "number") throw new Error("`delayMs` must be a number");
      if (!Number.isFinite(delayMs)) throw new Error("`delayMs` must be a finite number");
      if (delayMs < 0) throw new Error("`delayMs` must be non-negative");
      const dueMs = calls.nowMs() + delayMs;
      return calls.schedule(addressOf(reference), dueMs / 1000, valueToJson(argsOf(args)));
    },
    runAt: async (time: number | Date, reference: unknown, args?: Value) => {
      const dueMs = typeof time === "number" ? time : dateMs(time);
      return calls.schedule(addressOf(reference), dueMs / 1000, valueToJson(argsOf(args)));
    },
    cancel: async (id: string) => {
      requireArg(id, 1, "cancel", "id");
      await calls.cancelJob(id);
    },
  };
}

function dateMs(time: unknown): number {
  if (!(time instanceof Date)) throw new Error("The invoke time must a Date or a timestamp");
  return time.valueOf();
}

function vectorSearch(frame: ActionFrame) {
  return async (
    table: string,
    index: string,
    query: {
      vector: number[];
      limit?: number;
      filter?: (q: typeof vectorFilterBuilder) => Expression;
    },
  ): Promise<VectorMatch[]> => {
    requireArg(table, 1, "vectorSearch", "tableName");
    requireArg(index, 2, "vectorSearch", "indexName");
    requireArg(query, 3, "vectorSearch", "query");
    if (!Array.isArray(query.vector) || query.vector.length === 0) {
      throw Error("`vector` must be a non-empty Array in vectorSearch");
    }
    return frame.vectorSearch({
      indexName: `${table}.${index}`,
      ...(query.limit === undefined ? {} : { limit: query.limit }),
      vector: query.vector,
      expressions: query.filter ? serializeExpression(query.filter(vectorFilterBuilder)) : null,
    });
  };
}

function runner(frame: Frame, modules: LoadedModules, kind: "query" | "mutation") {
  return (reference: unknown, args?: Value, options?: RunOptions): Promise<Value> => {
    const callKind: CallKind =
      kind === "query" && options?.useStaleSnapshot === true ? "snapshotQuery" : kind;
    return called(modules, () =>
      frame.run(callKind, addressOf(reference), argsToText(args), options?.transactionLimits),
    );
  };
}

// Arguments are made of the call's own before anything else happens.
async function called(modules: LoadedModules, run: () => Promise<string>): Promise<Value> {
  try {
    return textToValue(await run());
  } catch (error) {
    throw error instanceof FunctionFailed ? errorInFunction(error.failure, modules) : error;
  }
}

function argsOf(args: Value | undefined): Value {
  if (args === undefined) return {};
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new Error(
      `The arguments to a Convex function must be an object. Received: ${args as unknown as string}`,
    );
  }
  return args;
}

function argsToText(args: Value | undefined): string {
  return valueToText(argsOf(args));
}
