// Execution: one run of a query or mutation function in the core, and the syscalls that its instance of
// the application makes. The operations are a table: what it does not name fails with an error that
// begins "Unknown async operation", which npm convex recognises.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import type { ConvexHost } from "./application.ts";
import { type Claims, userIdentity } from "./identity.ts";
import { type Committed, type Operation, operation } from "./operations.ts";
import { Streams } from "./streams.ts";
import type { CoreEngine } from "./wasm.ts";

export interface ExecutionStart {
  kind: "query" | "mutation";
  nowMs: number;
  claims: Claims | null;
  path: string;
  args: JSONValue;
  preview: boolean;
}

export class Execution implements ConvexHost {
  // What the core last refused: npm convex passes on its message only.
  failure: SynclineError | null = null;
  readonly nowMs: number;
  private readonly id: number;
  private readonly streams: Streams;
  private isOpen = true;

  constructor(
    private readonly engine: CoreEngine,
    private readonly start: ExecutionStart,
  ) {
    const { kind, nowMs, claims, path, args, preview } = start;
    const isMutation = kind === "mutation";
    this.nowMs = nowMs;
    this.id = engine.call<{ execution: number }>(operation.begin, {
      kind,
      now: nowMs,
      identity: claims,
      ...(isMutation ? { path, args, preview } : {}),
    }).execution;
    this.streams = new Streams(engine, this.id);
  }

  commit(): Committed {
    return this.noting(() => {
      this.isOpen = false;
      return this.engine.call<Committed>(operation.commit, { execution: this.id });
    });
  }

  abort(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.engine.call(operation.abort, { execution: this.id });
  }

  // A query's end that keeps what it read; the core's number for it.
  keep(): number {
    this.streams.closeAll();
    this.isOpen = false;
    return this.engine.call<{ query: number }>(operation.keep, { execution: this.id }).query;
  }

  syscall(name: string, jsonArgs: string): string {
    const run = syncOperations[name];
    if (!run) throw new Error(`Unknown operation "${name}": Syncline does not support it yet`);
    return this.guard(() => run(this, jsonArgs));
  }

  async asyncSyscall(name: string, jsonArgs: string): Promise<string> {
    const run = asyncOperations[name];
    if (!run)
      throw new Error(`Unknown async operation "${name}": Syncline does not support it yet`);
    return this.guard(() => run(this, jsonArgs));
  }

  jsSyscall(name: string): never {
    throw new Error(`Unknown operation "${name}": Syncline does not support it yet`);
  }

  // The operations below are called by the table only.

  forward(core: Operation, jsonArgs: string): string {
    return this.engine.callText(core, `{"execution":${this.id},${jsonArgs.slice(1)}`);
  }

  write(core: Operation, jsonArgs: string): string {
    if (this.start.kind !== "mutation") {
      throw new SynclineError("denied", "a query cannot write: make it a mutation");
    }
    const output = this.forward(core, jsonArgs);
    this.streams.markStale();
    return output;
  }

  openStream(jsonArgs: string): string {
    const { query } = JSON.parse(jsonArgs) as { query: JSONValue };
    return `{"queryId":${this.streams.open(query)}}`;
  }

  nextOfStream(jsonArgs: string): string {
    const { queryId } = JSON.parse(jsonArgs) as { queryId: number };
    const document = this.streams.take(queryId);
    if (document === undefined) return '{"value":null,"done":true}';
    return `{"value":${JSON.stringify(document)},"done":false}`;
  }

  closeStream(jsonArgs: string): string {
    const { queryId } = JSON.parse(jsonArgs) as { queryId: number };
    this.streams.close(queryId);
    return "{}";
  }

  normalizeId(jsonArgs: string): string {
    const { table, idString } = JSON.parse(jsonArgs) as { table: string; idString: string };
    return this.engine.callText(operation.normalizeId, JSON.stringify({ table, id: idString }));
  }

  identity(): string {
    const { claims } = this.start;
    return JSON.stringify(claims === null ? null : userIdentity(claims));
  }

  private guard(run: () => string): string {
    if (!this.isOpen) {
      throw new Error(
        `${this.start.path} has ended: await every call of ctx.db before the function returns`,
      );
    }
    return this.noting(run);
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

type Run = (execution: Execution, jsonArgs: string) => string;

const syncOperations: Readonly<Record<string, Run>> = {
  "1.0/queryStream": (execution, args) => execution.openStream(args),
  "1.0/queryCleanup": (execution, args) => execution.closeStream(args),
  "1.0/db/normalizeId": (execution, args) => execution.normalizeId(args),
};

const asyncOperations: Readonly<Record<string, Run>> = {
  "1.0/get": (execution, args) => soleMember("document", execution.forward(operation.get, args)),
  "1.0/insert": (execution, args) => execution.write(operation.insert, args),
  "1.0/shallowMerge": (execution, args) => execution.write(operation.patch, args),
  "1.0/replace": (execution, args) => execution.write(operation.replace, args),
  "1.0/remove": (execution, args) => execution.write(operation.delete, args),
  "1.0/queryStreamNext": (execution, args) => execution.nextOfStream(args),
  "1.0/getUserIdentity": (execution) => execution.identity(),
};

// The text of an object's only member, without parsing it where the text shows where it is.
function soleMember(name: string, text: string): string {
  const prefix = `{"${name}":`;
  if (text.startsWith(prefix)) return text.slice(prefix.length, -1);
  return JSON.stringify((JSON.parse(text) as Record<string, JSONValue>)[name] ?? null);
}
