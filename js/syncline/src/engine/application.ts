// An application as the bundler makes it: its functions as a factory, its tables and rules as data.

/** What one execution sees in place of the globals of these names. */
export interface ExecutionGlobals {
  Convex: ConvexHost;
  Date: DateConstructor;
  Math: Math;
  crypto: Pick<Crypto, "getRandomValues" | "randomUUID">;
  performance: { now(): number };
  process: { env: Record<string, string | undefined> };
  fetch: (...args: unknown[]) => never;
  setTimeout: (...args: unknown[]) => never;
  setInterval: (...args: unknown[]) => never;
  setImmediate: (...args: unknown[]) => never;
  WebSocket: (...args: unknown[]) => never;
  XMLHttpRequest: (...args: unknown[]) => never;
}

/** The names of ExecutionGlobals: the bundler makes them the factory's parameters. */
export const executionGlobalNames = [
  "Convex",
  "Date",
  "Math",
  "crypto",
  "performance",
  "process",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "WebSocket",
  "XMLHttpRequest",
] as const satisfies (keyof ExecutionGlobals)[];

/** The host that npm convex calls. */
export interface ConvexHost {
  syscall(operation: string, jsonArgs: string): string;
  asyncSyscall(operation: string, jsonArgs: string): Promise<string>;
  jsSyscall(operation: string, args: Record<string, unknown>): unknown;
}

/** Loads a module of the instance on demand and gives its exports. */
export type ModuleLoader = () => Record<string, unknown>;

/** One call makes one instance of the application's modules, by path without extension. */
export type ApplicationFactory = (
  globals: ExecutionGlobals,
) => Readonly<Record<string, ModuleLoader>>;

export type FunctionKind = "query" | "mutation" | "action" | "httpAction";

export interface FunctionInfo {
  /** As "queries/schedules:list"; a default export is "queries/schedules:default". */
  path: string;
  kind: FunctionKind;
  visibility: "public" | "internal";
}

/** What virtual:syncline/app exports. */
export interface App {
  factory: ApplicationFactory;
  /** Schema.export() of convex/schema.ts and the compiled convex/rules.ts. */
  application: { schema: unknown; rules: unknown };
  functions: readonly FunctionInfo[];
}
