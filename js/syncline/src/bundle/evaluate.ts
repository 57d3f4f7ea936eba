// Evaluating an application at build time: its definitions, and which functions it has.
import { runInThisContext } from "node:vm";
import type { ApplicationFactory, FunctionInfo, FunctionKind } from "../engine/application.ts";
import { Instance } from "../engine/instance.ts";

// The exports of a CommonJS text.
export function evaluate<Exports>(code: string, filename: string): Exports {
  const module = { exports: {} };
  const run = runInThisContext(`(function (module, exports) {${code}\n})`, { filename }) as (
    own: typeof module,
    exports: object,
  ) => void;
  run(module, module.exports);
  return module.exports as Exports;
}

export function loadFactory(factoryCode: string): ApplicationFactory {
  return runInThisContext(`(() => {${factoryCode}\nreturn factory;})()`, {
    filename: "functions",
  }) as ApplicationFactory;
}

const kinds: readonly [flag: string, kind: FunctionKind][] = [
  ["isQuery", "query"],
  ["isMutation", "mutation"],
  ["isAction", "action"],
  ["isHttp", "httpAction"],
];

export function listFunctions(factory: ApplicationFactory): FunctionInfo[] {
  const found: FunctionInfo[] = [];
  const instance = new Instance(factory);
  for (const module of instance.paths()) {
    let exports: Record<string, unknown>;
    try {
      exports = instance.module(module) ?? {};
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${module} fails when it is loaded: ${why}`, { cause: error });
    }
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== "function" && typeof value !== "object") continue;
      if (value === null) continue;
      const flags = value as Record<string, unknown> & { isInternal?: boolean };
      const kind = kinds.find(([flag]) => flags[flag] === true)?.[1];
      if (!kind) continue;
      found.push({
        path: `${module}:${name}`,
        component: "",
        kind,
        runsOn: "device",
        visibility: flags.isInternal === true ? "internal" : "public",
      });
    }
  }
  return found;
}
