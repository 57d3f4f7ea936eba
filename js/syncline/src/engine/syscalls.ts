// The syscalls of npm convex: the face that its own layer sees. Every function has them, because parts of
// the package (createFunctionHandle, log.audit) and syncline/server make them beside ctx. They are tables: what these do not
// name fails with an error that begins "Unknown async operation", which the package recognises.
import { convexToJson, type JSONValue } from "convex/values";
import { ActionFrame } from "./action-frame.ts";
import type { FunctionAddress } from "./address.ts";
import { type ConvexHost, restoreOperation } from "./application.ts";
import { base64ToBytes, bytesToBase64 } from "./base64.ts";
import type { FunctionCalls } from "./calls.ts";
import type { CallKind, Frame, FrameStream, PageRequest } from "./frame.ts";
import type { TransactionLimits } from "./limits.ts";
import { FunctionFailed } from "./outcome.ts";
import { asJson } from "./streams.ts";

// An operation's arguments; what is in them is npm convex's word.
// biome-ignore lint/suspicious/noExplicitAny: every operation has others
type Args = any;
type Run<Calls> = (calls: Calls, args: Args, streams: OpenStreams) => Promise<string> | string;

class OpenStreams {
  private readonly streams = new Map<number, FrameStream<JSONValue>>();
  private nextId = 0;

  open(stream: FrameStream<JSONValue>): number {
    this.streams.set(this.nextId, stream);
    return this.nextId++;
  }

  get(id: number): FrameStream<JSONValue> {
    const stream = this.streams.get(id);
    if (!stream) throw new Error(`this query (${id}) has been closed`);
    return stream;
  }

  close(id: number): void {
    this.streams.get(id)?.close();
    this.streams.delete(id);
  }
}

export function syscallsOf(calls: Frame | ActionFrame): ConvexHost {
  const streams = new OpenStreams();
  const find = <Table extends object>(
    tables: readonly Table[],
    name: string,
  ): Run<never> | null => {
    for (const table of tables) {
      if (Object.hasOwn(table, name)) return table[name as keyof Table] as Run<never>;
    }
    return null;
  };
  const isAction = calls instanceof ActionFrame;
  const asyncTables = isAction ? [ofAll, ofActions] : [ofAll, ofTransactions];
  return {
    syscall(name, jsonArgs) {
      const run = isAction ? null : find([synchronous], name);
      if (!run) throw new Error(`Unknown operation "${name}"${where(calls)}`);
      return run(calls as never, JSON.parse(jsonArgs), streams) as string;
    },
    async asyncSyscall(name, jsonArgs) {
      const run = find<object>(asyncTables, name);
      if (!run) throw new Error(`Unknown async operation "${name}"${where(calls)}`);
      try {
        return await run(calls as never, JSON.parse(jsonArgs), streams);
      } catch (error) {
        throw asPackageExpects(error);
      }
    },
    jsSyscall(name, args) {
      const run = isAction ? blobs[name] : undefined;
      if (!run) throw new Error(`Unknown operation "${name}"${where(calls)}`);
      return run(calls as ActionFrame, args);
    },
  };
}

const synchronous: Readonly<Record<string, Run<Frame>>> = {
  "1.0/queryStream": (frame, { query }, streams) =>
    `{"queryId":${streams.open(frame.openStream(query, asJson))}}`,
  "1.0/queryCleanup": (_, { queryId }, streams) => {
    streams.close(queryId);
    return "{}";
  },
  "1.0/db/normalizeId": (frame, { table, idString }) =>
    JSON.stringify({ id: frame.normalizeId(table, idString) }),
  "1.0/getSnapshotTs": (frame) => JSON.stringify(convexToJson(frame.snapshotTs())),
};

const ofTransactions: Readonly<Record<string, Run<Frame>>> = {
  "1.0/get": (frame, { id, table, isSystem }) => frame.get(id, table, isSystem === true),
  "1.0/queryStreamNext": async (_, { queryId }, streams) => {
    const document = await streams.get(queryId).next();
    if (document === undefined) return '{"value":null,"done":true}';
    return `{"value":${JSON.stringify(document)},"done":false}`;
  },
  "1.0/queryPage": (frame, args: PageRequest & { version?: string }) => {
    const { version: _, ...request } = args;
    return frame.page(request);
  },
  "1.0/count": async (frame, { table }) => String(await frame.count(table, asJson)),
  "1.0/insert": async (frame, { table, value }) =>
    JSON.stringify({ _id: await frame.insert(table, JSON.stringify(value)) }),
  "1.0/shallowMerge": async (frame, { id, table, value }) => {
    await frame.patch(id, table, JSON.stringify(value));
    return "{}";
  },
  "1.0/replace": async (frame, { id, table, value }) => {
    await frame.replace(id, table, JSON.stringify(value));
    return "{}";
  },
  "1.0/remove": async (frame, { id, table }) => {
    await frame.delete(id, table);
    return "{}";
  },
  "1.0/runUdf": (frame, args: { udfType: CallKind; args: JSONValue } & FunctionAddress & Limits) =>
    frame.run(args.udfType, args, JSON.stringify(args.args), args.transactionLimits),
  "1.0/schedule": (frame, args) => schedule(frame, args),
  "1.0/cancel_job": (frame, args) => cancel(frame, args),
  "1.0/getTransactionMetrics": async (frame) => JSON.stringify(await frame.metrics()),
  "1.0/storageStore": async (frame, { blob, contentType, sha256 }) => {
    const file = new Blob([base64ToBytes(blob)], { type: contentType ?? "" });
    return JSON.stringify(await frame.storeFile(file, sha256));
  },
  "1.0/storageGet": async (frame, { storageId }) => {
    const blob = await frame.readFile(storageId);
    if (!blob) return "null";
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return JSON.stringify({ blob: bytesToBase64(bytes), contentType: blob.type || null });
  },
  [restoreOperation]: async (frame, { entry }) =>
    JSON.stringify({ _id: await frame.restore(entry) }),
  "1.0/signJwt": () => {
    throw new Error("signJwt() needs a service peer: a device has no key to sign with");
  },
};

interface Limits {
  transactionLimits?: TransactionLimits;
}

const ofActions: Readonly<Record<string, Run<ActionFrame>>> = {
  "1.0/actions/query": (frame, args) => frame.run("query", args, JSON.stringify(args.args)),
  "1.0/actions/mutation": (frame, args) => frame.run("mutation", args, JSON.stringify(args.args)),
  "1.0/actions/action": (frame, args) => frame.run("action", args, JSON.stringify(args.args)),
  "1.0/actions/schedule": (frame, args) => schedule(frame, args),
  "1.0/actions/cancel_job": (frame, args) => cancel(frame, args),
  "1.0/actions/vectorSearch": async (frame, { query }) =>
    JSON.stringify({ results: await frame.vectorSearch(query) }),
};

const ofAll: Readonly<Record<string, Run<FunctionCalls>>> = {
  "1.0/getUserIdentity": async (calls) => JSON.stringify(calls.identity()),
  "1.0/createFunctionHandle": async (calls, args) =>
    JSON.stringify(await calls.functionHandle(args)),
  "1.0/getFunctionMetadata": async (calls) => JSON.stringify(calls.functionMetadata()),
  "1.0/getDeploymentMetadata": async (calls) => JSON.stringify(calls.deployment()),
  "1.0/getRequestMetadata": async (calls) => JSON.stringify(calls.request()),
  "1.0/storageGetUrl": async (calls, { storageId }) =>
    JSON.stringify(await calls.fileUrl(storageId)),
  "1.0/storageGetMetadata": async (calls, { storageId }) =>
    JSON.stringify(await calls.fileMetadata(storageId)),
  "1.0/storageGenerateUploadUrl": async (calls) => JSON.stringify(await calls.uploadUrl()),
  "1.0/storageDelete": async (calls, { storageId }) => {
    await calls.deleteFile(storageId);
    return "{}";
  },
  "1.0/auditLog": async (calls, { body }) => {
    await calls.audit(body);
    return "null";
  },
};

const blobs: Readonly<Record<string, (frame: ActionFrame, args: Args) => Promise<unknown>>> = {
  "storage/storeBlob": (frame, { blob, options }) => frame.storeFile(blob, options?.sha256),
  "storage/getBlob": (frame, { storageId }) => frame.readFile(storageId),
};

async function schedule(calls: FunctionCalls, args: Args): Promise<string> {
  return JSON.stringify(await calls.schedule(args, args.ts, args.args));
}

async function cancel(calls: FunctionCalls, { id }: Args): Promise<string> {
  await calls.cancelJob(id);
  return "{}";
}

function where({ kind }: FunctionCalls): string {
  return `: a ${kind} on a device has no such operation`;
}

// The package makes a ConvexError of what has data, and passes on the message of the rest.
function asPackageExpects(error: unknown): unknown {
  if (!(error instanceof FunctionFailed)) return error;
  const { data, isConvexError } = error.failure;
  return isConvexError ? Object.assign(new Error(error.message), { data }) : error;
}
