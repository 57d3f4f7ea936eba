// The functions of "use node" modules. They run on a service peer and never on a device, so they are no
// part of the factory: they are bundled for Node and loaded once, here, to see what there is.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionInfo } from "../engine/application.ts";
import { bundle } from "./esbuild.ts";
import { evaluate, functionsOf, messageOf } from "./evaluate.ts";
import type { FoundModule } from "./modules.ts";

export interface NodeFunctions {
  functions: FunctionInfo[];
  files: string[];
  warnings: string[];
}

/** Throws an Error for what is no action, and for what cannot be bundled. */
export async function listNodeFunctions(
  directory: string,
  modules: readonly FoundModule[],
): Promise<NodeFunctions> {
  const all: NodeFunctions = { functions: [], files: [], warnings: [] };
  for (const { path, file } of modules) {
    const source = join(directory, file);
    const { code, files } = await bundle({
      directory,
      contents: `module.exports = require(${JSON.stringify(`./${file}`)});`,
      platform: "node",
    });
    all.files.push(...files);
    let found: FunctionInfo[];
    try {
      found = functionsOf(path, "", "peer", evaluate(code, source));
    } catch (error) {
      found = guess(path, await readFile(source, "utf8"));
      all.warnings.push(
        `${source} fails when it is loaded: ${messageOf(error)}. Its functions were read from its text: ` +
          (found.map((one) => `${one.path} (${one.visibility})`).join(", ") || "none was found"),
      );
    }
    for (const { path: name, kind } of found) {
      if (kind === "action") continue;
      throw new Error(
        `${source}: ${name} is a ${kind}, but "use node" modules hold actions only: move it to another file`,
      );
    }
    all.functions.push(...found);
  }
  return all;
}

const exported =
  /^\s*export\s+(?:const\s+(\w+)\s*(?::[^=]+)?=|default)\s*(internalAction|action)(?:Generic)?\s*\(/gm;

function guess(module: string, text: string): FunctionInfo[] {
  return [...text.matchAll(exported)].map(([, name = "default", builder]) => ({
    path: `${module}:${name}`,
    component: "",
    kind: "action",
    visibility: builder === "internalAction" ? "internal" : "public",
    runsOn: "peer",
  }));
}
