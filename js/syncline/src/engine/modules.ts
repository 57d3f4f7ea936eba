// ModuleSource: where the application's modules come from, and how one run of a function is kept apart
// from the others. The bundler's factory gives each run an instance of its own (instance.ts); a test's
// modules live in the test's own realm, where the run's surroundings follow the flow of control
// (syncline/testing).
import type { ConvexError, Value } from "convex/values";
import { SynclineError } from "../error.ts";
import type { FunctionInfo } from "./application.ts";
import type { Surroundings } from "./globals.ts";

export type ModuleExports = Readonly<Record<string, unknown>>;

// The application's modules as one run of a function sees them.
export interface LoadedModules {
  // A module's exports, by its path without extension; undefined if there is none. `component` is "" for
  // the application itself. Throws what the module throws.
  load(
    component: string,
    module: string,
  ): ModuleExports | undefined | Promise<ModuleExports | undefined>;
  // What the modules know as db.vars.commitTs, and values.ts knows as well.
  readonly commitTs: Value;
  // What the modules know as ConvexError, so that instanceof holds in them.
  readonly ConvexError: new (
    data: Value,
  ) => ConvexError<Value>;
}

export interface ModuleSource {
  // A function by its canonical path ("dir/file:name"); undefined if there is none.
  find(
    component: string,
    path: string,
  ): FunctionInfo | undefined | Promise<FunctionInfo | undefined>;
  // Does `work` where the modules see these surroundings and nobody else does. `isNested`: for a function
  // that another one waits for; it must not have to wait for that one's place. Passes on what `work`
  // throws; after a GivenUp, the work may still wake up later.
  within<Result>(
    surroundings: Surroundings,
    isNested: boolean,
    work: (modules: LoadedModules) => Promise<Result>,
  ): Promise<Result>;
}

// A function did not end in time and is not waited for any more.
export class GivenUp extends SynclineError {}
