// Evaluating an application at build time: its definitions, and which functions it has.
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";
import type {
  ApplicationFactory,
  FunctionInfo,
  FunctionKind,
  StrictOptions,
} from "../engine/application.ts";
import type { Instance } from "../engine/instance.ts";

// The exports of a CommonJS text, which stands for the file. What it was bundled without, it requires.
export function evaluate<Exports>(code: string, filename: string): Exports {
  const module = { exports: {} };
  const run = runInThisContext(`(function (module, exports, require) {${code}\n})`, {
    filename,
  }) as (own: typeof module, exports: object, require: NodeJS.Require) => void;
  run(module, module.exports, createRequire(filename));
  return module.exports as Exports;
}

export function loadFactory(factoryCode: string): ApplicationFactory {
  return runInThisContext(`(() => {${factoryCode}\nreturn factory;})()`, {
    filename: "functions",
  }) as ApplicationFactory;
}

interface Flags {
  isInternal?: boolean;
  // What strict() of syncline/server leaves.
  strict?: StrictOptions;
}

const kinds: readonly [flag: string, kind: FunctionKind][] = [
  ["isQuery", "query"],
  ["isMutation", "mutation"],
  ["isAction", "action"],
  ["isHttp", "httpAction"],
];

/** Throws an Error that names the module that fails when it is loaded. */
export function listFunctions(instance: Instance): FunctionInfo[] {
  return instance.paths().flatMap((key) => {
    const [component, module] = splitKey(key);
    try {
      return functionsOf(module, component, "device", instance.module(key) ?? {});
    } catch (error) {
      const where = component === "" ? module : `${module} of the component ${component}`;
      throw new Error(`${where} fails when it is loaded: ${messageOf(error)}`, { cause: error });
    }
  });
}

export function functionsOf(
  module: string,
  component: string,
  runsOn: FunctionInfo["runsOn"],
  exports: Readonly<Record<string, unknown>>,
): FunctionInfo[] {
  return Object.entries(exports).flatMap(([name, value]) => {
    if ((typeof value !== "function" && typeof value !== "object") || value === null) return [];
    const flags = value as Record<string, unknown> & Flags;
    const kind = kinds.find(([flag]) => flags[flag] === true)?.[1];
    if (!kind) return [];
    const visibility = flags.isInternal === true ? "internal" : "public";
    const strict = kind === "mutation" && flags.strict ? { strict: flags.strict } : {};
    return [{ path: `${module}:${name}`, component, kind, visibility, runsOn, ...strict } as const];
  });
}

// "component|module", or "module" of the application.
function splitKey(key: string): [component: string, module: string] {
  const bar = key.indexOf("|");
  return bar < 0 ? ["", key] : [key.slice(0, bar), key.slice(bar + 1)];
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
