// convexTest: an application's functions in a test, on the real core and the device's own engine, with the
// interface of npm convex-test.
import {
  type FunctionReference,
  type GenericSchema,
  getFunctionAddress,
  type SchemaDefinition,
  type UserIdentity,
} from "convex/server";
import { ConvexError, convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";
import { failureToError } from "../client/stages.ts";
import { type FunctionAddress, resolveAddress } from "../engine/address.ts";
import type { ConvexHost } from "../engine/application.ts";
import type { Engine } from "../engine/engine.ts";
import type { InlineHandler, Layer } from "../engine/host.ts";
import type { TransactionLimits } from "../engine/limits.ts";
import type { Outcome } from "../engine/outcome.ts";
import { TestBackend } from "./backend.ts";
import { callerOf, type Origin, wholeIdentity } from "./identity.ts";
import { transactionOf } from "./realm.ts";
import { finishAll } from "./scheduled.ts";
import { noteThrown } from "./thrown.ts";
import type { Any, ModuleMap, TestConvex, TestLimits, TestOptions } from "./types.ts";

/**
 * Begins a test: `t` has a database of its own and the methods that run functions on it.
 *
 * @param schema The default export of schema.ts; without it, tables hold any documents.
 * @param modules import.meta.glob("./**\/*.*s") beside schema.ts. Without it, the folder "convex" of the
 *   project, which takes `test.server.deps.inline: ["syncline"]` in Vitest's configuration.
 */
export function convexTest<Schema extends GenericSchema>(
  schema?: SchemaDefinition<Schema, boolean>,
  modules?: ModuleMap,
): TestConvex<SchemaDefinition<Schema, boolean>>;
/** The same, with more options: `transactionLimits`, and Syncline's `rules`. */
export function convexTest<Schema extends GenericSchema>(
  options: TestOptions<Schema>,
): TestConvex<SchemaDefinition<Schema, boolean>>;
export function convexTest<Schema extends GenericSchema>(
  first?: SchemaDefinition<Schema, boolean> | TestOptions<Schema>,
  second?: ModuleMap,
): TestConvex<SchemaDefinition<Schema, boolean>> {
  return begin(optionsOf(first, second), "syncline");
}

/** The same through npm convex's own layer instead of ours; for tests of this package. */
export const convexTestThroughPackage: typeof convexTest = <Schema extends GenericSchema>(
  first?: SchemaDefinition<Schema, boolean> | TestOptions<Schema>,
  second?: ModuleMap,
) => begin(optionsOf(first, second), "convex");

function begin<Schema extends GenericSchema>(
  options: TestOptions<Schema>,
  layer: Layer,
): TestConvex<SchemaDefinition<Schema, boolean>> {
  const backend = new TestBackend(
    (options.schema as SchemaDefinition<GenericSchema, boolean> | undefined) ?? null,
    options.modules ?? projectModules(),
    options.rules ?? null,
    limitsOf(options.transactionLimits),
    layer,
  );
  const root = accessor(backend, null, { ip: null, userAgent: null });
  const registerComponent = (
    path: string,
    schema: SchemaDefinition<GenericSchema, boolean>,
    modules: ModuleMap,
  ): void => backend.add(path, schema, modules);
  return { ...root, registerComponent } as unknown as TestConvex<SchemaDefinition<Schema, boolean>>;
}

function optionsOf<Schema extends GenericSchema>(
  first: SchemaDefinition<Schema, boolean> | TestOptions<Schema> | undefined,
  modules: ModuleMap | undefined,
): TestOptions<Schema> {
  if (first === undefined) return { modules };
  return "tables" in first ? { schema: first, modules } : first;
}

// Convex's own always hold.
function limitsOf(given: Partial<TestLimits> | boolean = false): TransactionLimits {
  return typeof given === "boolean" ? {} : given;
}

interface ViteMeta {
  glob(pattern: string): ModuleMap;
}

// Vite writes the modules here, if it is told to read this file.
function projectModules(): ModuleMap {
  try {
    return (import.meta as unknown as ViteMeta).glob("../../../../convex/**/*.*s");
  } catch {
    throw new Error(
      'convexTest: pass the functions as its second argument, import.meta.glob("./convex/**/*.*s"), or ' +
        'have Vitest find them: test: { server: { deps: { inline: ["syncline"] } } }',
    );
  }
}

type Called = FunctionReference<Any, Any> | InlineHandler;
type Kind = "query" | "mutation" | "action";

function accessor(backend: TestBackend, identity: UserIdentity | null, origin: Origin): object {
  const { limits } = backend;
  const call = async (kind: Kind, called: Called, args: Value = {}): Promise<Value> => {
    const caller = callerOf(identity, origin);
    if (typeof called === "function") return runInline(kind, "", called);
    const address = getFunctionAddress(called) as FunctionAddress;
    const transaction = transactionOf(backend.modules);
    if (transaction) return callWithin(transaction, kind, address, argsToJson(args));
    const { component, path } = resolveAddress(address, "");
    const json = argsToJson(args);
    return settle(backend, "", (engine) =>
      engine.run(kind, path, json, { component, caller, limits }),
    );
  };
  const runInline = async (
    kind: Kind,
    component: string,
    handler: InlineHandler,
    preview = true,
  ): Promise<Value> => {
    if (transactionOf(backend.modules)) {
      throw new Error("t is asked for another transaction within one of its own: use ctx instead");
    }
    const options = { component, caller: callerOf(identity, origin), limits, preview };
    return settle(backend, String(handler), (engine) => engine.runInline(kind, handler, options));
  };
  return {
    query: (called: Called, args?: Value) => call("query", called, args),
    mutation: (called: Called, args?: Value) => call("mutation", called, args),
    action: (called: Called, args?: Value) => call("action", called, args),
    // The test's own hand: rules do not judge it.
    run: (handler: InlineHandler) => runInline("mutation", "", handler, false),
    runInComponent: (component: string, handler: InlineHandler) =>
      runInline("mutation", component, handler, false),
    fetch: async (path: string, init?: RequestInit): Promise<Response> => {
      if (!path.startsWith("/")) throw new Error(`t.fetch: "${path}" must begin with "/"`);
      const engine = await backend.engine();
      const request = new Request(`https://test.convex.site${path}`, init);
      return engine.httpAction(request, callerOf(identity, origin));
    },
    finishInProgressScheduledFunctions: async () => (await backend.engine()).jobs.finishRunning(),
    finishAllScheduledFunctions: async (advanceTimers: () => void, maxIterations = 100) =>
      finishAll((await backend.engine()).jobs, advanceTimers, maxIterations),
    withIdentity: (partial: Partial<UserIdentity>) =>
      accessor(backend, wholeIdentity(partial), origin),
    withRequestMetadata: ({ ip = null, userAgent = null }: Partial<Origin>) =>
      accessor(backend, identity, { ip, userAgent }),
  };
}

// What a test sees: the result, or what the function threw, with its own stack.
async function settle(
  backend: TestBackend,
  text: string,
  run: (engine: Engine) => Promise<Outcome>,
): Promise<Value> {
  const engine = await backend.engine(text);
  const { result: outcome, thrown } = await noteThrown(() => run(engine));
  if (outcome.ok) return jsonToConvex(JSON.parse(outcome.value) as JSONValue);
  const { data, isConvexError } = outcome.failure;
  // npm convex's layer has made text of it on the way out.
  if (isConvexError && thrown instanceof ConvexError) thrown.data = jsonToConvex(data ?? null);
  throw withFamiliarWords(thrown ?? failureToError(outcome.failure));
}

// Tests that were written for npm convex-test look for its words beside Convex's.
function withFamiliarWords(error: unknown): unknown {
  if (error instanceof Error && /\bValidator: |ValidationError: /.test(error.message)) {
    error.message += "\n(Validator error)";
  }
  return error;
}

// t.query(...) within t.run and its like belongs to that transaction, as ctx.runQuery(...) would.
async function callWithin(
  transaction: ConvexHost,
  kind: Kind,
  address: FunctionAddress,
  args: JSONValue,
): Promise<Value> {
  if (kind === "action") throw new Error("t.action cannot run within a transaction of t");
  const call = JSON.stringify({ udfType: kind, args, ...address });
  try {
    const result = await transaction.asyncSyscall("1.0/runUdf", call);
    return jsonToConvex(JSON.parse(result) as JSONValue);
  } catch (error) {
    const { message, data } = error as Error & { data?: JSONValue };
    if (data === undefined) throw error;
    throw Object.assign(new ConvexError(jsonToConvex(data)), { message });
  }
}

function argsToJson(args: Value): JSONValue {
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new Error(
      `The arguments to a Convex function must be an object. Received: ${String(args)}`,
    );
  }
  return convexToJson(args);
}
