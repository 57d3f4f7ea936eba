// FunctionCalls: what functions of every kind may ask of the host: files, the scheduler, who calls, other
// functions' handles. Both faces (context/ and syscalls.ts) stand on it; frame.ts and action-frame.ts add
// what only transactions and only actions may do.
import type { JSONValue } from "convex/values";
import { SynclineError } from "../error.ts";
import { type FunctionAddress, type FunctionPath, handleOf, resolveAddress } from "./address.ts";
import type { FunctionInfo } from "./application.ts";
import type { Caller, RequestMetadata } from "./caller.ts";
import type { FileMetadata, Files } from "./files.ts";
import { cancelJob, insertJob, type JobName } from "./jobs.ts";
import type { ModuleSource } from "./modules.ts";
import type { Transaction } from "./transaction.ts";

export type FunctionKind = "query" | "mutation" | "action";

export interface DeploymentMetadata {
  name: string;
  region: string | null;
  class: "s16" | "s256" | "d1024" | "d2048";
}

export interface FunctionStart {
  kind: FunctionKind;
  component: string;
  // Canonical, or "inline" for a test's own.
  path: string;
  visibility: "public" | "internal";
  caller: Caller;
}

// What the host has, beside the core.
export interface HostParts {
  modules: ModuleSource;
  files: Files;
  deployment: DeploymentMetadata;
  // Whether the application has a convex/http.ts.
  hasHttp: boolean;
  // What _scheduled_functions calls a function; by default as Convex does.
  jobName?: JobName;
}

export abstract class FunctionCalls {
  readonly kind: FunctionKind;
  readonly component: string;
  readonly path: string;
  readonly visibility: "public" | "internal";
  readonly caller: Caller;

  constructor(
    protected readonly parts: HostParts,
    start: FunctionStart,
  ) {
    this.kind = start.kind;
    this.component = start.component;
    this.path = start.path;
    this.visibility = start.visibility;
    this.caller = start.caller;
  }

  // Does something in a transaction: the function's own, or for an action one for it alone.
  protected abstract within<Result>(
    kind: "query" | "mutation",
    run: (transaction: Transaction) => Result,
  ): Promise<Result>;

  // Unix milliseconds; stands still in a transaction.
  abstract nowMs(): number;

  // People do not pass from the application into its components.
  identity(): Record<string, unknown> | null {
    return this.component === "" ? this.caller.identity : null;
  }

  functionMetadata(): { name: string; componentPath: string } {
    return { name: this.path, componentPath: this.component };
  }

  deployment(): DeploymentMetadata {
    return this.parts.deployment;
  }

  request(): RequestMetadata {
    if (this.kind === "query") {
      throw new Error("getRequestMetadata() is not available in queries: call it in a mutation");
    }
    return this.caller.request;
  }

  resolve(address: FunctionAddress): FunctionPath {
    return resolveAddress(address, this.component);
  }

  async find(address: FunctionAddress, kind: FunctionKind): Promise<FunctionInfo> {
    return findFunction(this.parts.modules, this.resolve(address), kind);
  }

  async functionHandle(address: FunctionAddress): Promise<string> {
    return handleOf(this.resolve(address));
  }

  // `tsSeconds` since 1970, with fractions. The job's id.
  async schedule(address: FunctionAddress, tsSeconds: number, args: JSONValue): Promise<string> {
    const path = this.resolve(address);
    const info = await this.parts.modules.find(path.component, path.path);
    if (!info) {
      const message = `Attempted to schedule function at nonexistent path: ${path.path}`;
      throw new SynclineError("invalid", message);
    }
    return this.within("mutation", (transaction) =>
      insertJob(transaction, info, tsSeconds * 1000, args, this.parts.jobName),
    );
  }

  cancelJob(id: string): Promise<void> {
    return this.within("mutation", (transaction) => cancelJob(transaction, id));
  }

  fileUrl(id: string): Promise<string | null> {
    return this.within("query", (transaction) => this.parts.files.url(transaction, id));
  }

  fileMetadata(id: string): Promise<FileMetadata | null> {
    return this.within("query", (transaction) => this.parts.files.metadata(transaction, id));
  }

  async uploadUrl(): Promise<string> {
    return this.parts.files.uploadUrl();
  }

  deleteFile(id: string): Promise<void> {
    return this.within("mutation", (transaction) => this.parts.files.delete(transaction, id));
  }

  // The new file's id.
  async storeFile(blob: Blob, sha256?: string): Promise<string> {
    if (!(blob instanceof Blob)) {
      throw new Error(
        "store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.",
      );
    }
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return this.within("mutation", (transaction) =>
      this.parts.files.store(transaction, bytes, blob.type, sha256),
    );
  }

  readFile(id: string): Promise<Blob | null> {
    return this.within("query", (transaction) => this.parts.files.read(transaction, id));
  }

  // Told in the console, where a device's developer looks.
  async audit(body: JSONValue): Promise<void> {
    console.info("audit:", JSON.stringify(resolved(body, this.auditVariables())));
  }

  private auditVariables(): Record<string, JSONValue> {
    const { requestId, ip, userAgent } = this.caller.request;
    return { requestId, ip, userAgent, now: Date.now(), convexActor: null };
  }
}

// Throws as Convex does for what does not exist or is another kind of function.
export async function findFunction(
  modules: ModuleSource,
  path: FunctionPath,
  kind: FunctionKind,
): Promise<FunctionInfo> {
  const info = await modules.find(path.component, path.path);
  if (!info) {
    const where = path.component === "" ? "" : ` in the component ${path.component}`;
    throw new SynclineError("not found", `Could not find function for '${path.path}'${where}.`);
  }
  if (info.kind !== kind) {
    throw new SynclineError(
      "invalid",
      `Trying to execute ${path.path} as ${kind}, but it is defined as ${info.kind}.`,
    );
  }
  return info;
}

// log.vars stand as {"$var":name}.
function resolved(json: JSONValue, variables: Record<string, JSONValue>): JSONValue {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((each) => resolved(each, variables));
  const name = json["$var"];
  if (typeof name === "string") return variables[name] ?? null;
  return Object.fromEntries(
    Object.entries(json).map(([key, each]) => [key, resolved(each as JSONValue, variables)]),
  );
}
