// An application as the bundler makes it: its functions as a factory, its tables and rules as data.

/** What one execution sees in place of the globals of these names. */
export interface ExecutionGlobals {
  Convex: ConvexHost;
  Date: DateConstructor;
  Math: Math;
  crypto: Pick<Crypto, "getRandomValues" | "randomUUID" | "subtle">;
  performance: { now(): number };
  process: { env: Record<string, string | undefined> };
  // These throw outside of actions.
  fetch: typeof fetch;
  setTimeout: typeof setTimeout;
  setInterval: typeof setInterval;
  setImmediate: (run: () => void) => unknown;
  WebSocket: typeof WebSocket;
  XMLHttpRequest: typeof XMLHttpRequest;
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
  /** The component that it belongs to, as "workpool" or "workpool/inner"; "" is the application. */
  component: string;
  kind: FunctionKind;
  visibility: "public" | "internal";
  /** "peer": its module says "use node", so it cannot run on a device. */
  runsOn: "device" | "peer";
  /** A mutation that strict() of syncline/server declares so. */
  strict?: StrictOptions;
}

/** How a strict mutation is run. */
export interface StrictOptions {
  /** Without a connection it fails at once with the code "offline" (the default), or waits for one, as long
   * as the page is open. */
  offline?: "fail" | "wait";
  /** How often it is run at most, if what it read has changed each time. Default 8, at most 100. */
  attempts?: number;
}

const attemptsMax = 100;

/** The options themselves. Throws a TypeError that names what is wrong with them. */
export function requireStrictOptions(options: StrictOptions): StrictOptions {
  const { offline = "fail", attempts = 1 } = options;
  if (offline !== "fail" && offline !== "wait") {
    throw new TypeError(`strict: offline must be "fail" or "wait", not ${JSON.stringify(offline)}`);
  }
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > attemptsMax) {
    throw new TypeError(`strict: attempts must be a whole number from 1 to ${attemptsMax}`);
  }
  return options;
}

/** Our own among the host's operations: syncline/server calls it. */
export const restoreOperation = "syncline/restore";

/** A component that the application, or another component, has installed (convex.config.ts). */
export interface ComponentInfo {
  /** Where it is: its name behind its parent's path. Its tables are "path/table" in the schema. */
  path: string;
  parent: string;
  name: string;
}

/** A job of convex/crons.ts, or of a component's. */
export interface CronInfo {
  name: string;
  /** As in FunctionInfo: the path is of a function of this component. */
  component: string;
  path: string;
  /** Convex's JSON of the arguments object. */
  args: unknown;
  /** As cronJobs() exports it: {"type":"interval","seconds":10}, {"type":"cron","cronString":...}, ... */
  schedule: Record<string, unknown>;
}

/** What virtual:syncline/app exports. Modules of a component are "component|module" in the factory. */
export interface App {
  factory: ApplicationFactory;
  /** Schema.export() of convex/schema.ts, with the components' tables, and the compiled convex/rules.ts
   * (null without one: then every table is local). */
  application: { schema: unknown; rules: unknown };
  functions: readonly FunctionInfo[];
  components: readonly ComponentInfo[];
  crons: readonly CronInfo[];
  /** Whether there is a convex/http.ts; its router is the default export of the module "http". */
  hasHttp: boolean;
}
