// readCrons: the jobs of crons.ts, each checked against the function that it calls.
import { readFile } from "node:fs/promises";
import type { JSONValue } from "convex/values";
import createSyncline from "../../wasm/syncline.mjs";
import { canonicalPath } from "../engine/address.ts";
import type { App, CronInfo, FunctionInfo } from "../engine/application.ts";
import type { Instance } from "../engine/instance.ts";
import { operation } from "../engine/operations.ts";
import { Core, type CoreEngine } from "../engine/wasm.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { messageOf } from "./evaluate.ts";
import { withTablesOf } from "./tables.ts";

type CronJson = Record<string, { name: string; args: JSONValue[]; schedule: CronInfo["schedule"] }>;

/** Throws an Error that names the job. REQUIRES: the instance has loaded every module. */
export async function readCrons(
  instance: Instance,
  functions: readonly FunctionInfo[],
  application: App["application"],
): Promise<CronInfo[]> {
  const found: CronInfo[] = [];
  for (const key of instance.paths()) {
    const [module, component] = key.split("|").reverse();
    if (module === "crons") found.push(...cronsOf(instance, key, component ?? ""));
  }
  if (found.length === 0) return found;
  await withCore(application, (core) => {
    for (const cron of found) check(cron, functions, instance, core);
  });
  return found;
}

function cronsOf(instance: Instance, key: string, component: string): CronInfo[] {
  const exported = instance.module(key)?.["default"] as
    | { isCrons?: boolean; export(): string }
    | undefined;
  if (exported?.isCrons !== true) {
    const where = component === "" ? "" : ` of the component ${component}`;
    throw new Error(`crons.ts${where} must export default cronJobs()`);
  }
  return Object.entries(JSON.parse(exported.export()) as CronJson).map(
    ([name, { name: path, args, schedule }]) => ({
      name,
      component,
      path: canonicalPath(path),
      args: args[0] ?? {},
      schedule,
    }),
  );
}

function check(
  { name, component, path, args }: CronInfo,
  functions: readonly FunctionInfo[],
  instance: Instance,
  core: CoreEngine,
): void {
  const where = `crons.ts: the job "${name}"`;
  const called = functions.find((one) => one.path === path && one.component === component);
  if (!called) throw new Error(`${where} calls ${path}, which does not exist`);
  if (called.kind !== "mutation" && called.kind !== "action") {
    throw new Error(
      `${where} calls ${path}, a ${called.kind}: a job calls a mutation or an action`,
    );
  }
  // What runs on a service peer is checked there.
  if (called.runsOn === "peer") return;
  const [module = "", exportName = ""] = path.split(":");
  const key = component === "" ? module : `${component}|${module}`;
  const registered = instance.module(key)?.[exportName] as { exportArgs(): string };
  try {
    const declared = JSON.parse(registered.exportArgs()) as JSONValue;
    const { validator } = core.call<{ validator: number }>(operation.validator, {
      validator: component === "" ? declared : withTablesOf(component, declared),
    });
    core.call(operation.validate, { validator, value: args });
  } catch (error) {
    throw new Error(`${where} calls ${path} with wrong arguments: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

// The core judges arguments at run time; here it does so beforehand.
async function withCore(
  application: App["application"],
  use: (core: CoreEngine) => void,
): Promise<void> {
  const wasmBinary = await readFile(new URL("../../wasm/syncline.wasm", import.meta.url));
  const core = new Core(await createSyncline({ storage: new MemoryStorage(), wasmBinary }));
  const engine = core.open({ path: "/crons", durability: "none", application });
  try {
    use(engine);
  } finally {
    engine.close();
  }
}
