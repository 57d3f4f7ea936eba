// bundleApp: makes an application of a convex/ folder. Its modules and npm convex become one function
// whose parameters stand for the globals, so that each execution has its own (no eval at run time); its
// schema and rules are evaluated here and become data.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { type App, executionGlobalNames } from "../engine/application.ts";
import { evaluate, listFunctions, loadFactory } from "./evaluate.ts";

export interface AppBundle extends Omit<App, "factory"> {
  /** The text of a module whose default export is the ApplicationFactory. */
  factoryCode: string;
  /** Every file that it was made of, absolute: what to watch. */
  files: string[];
}

// Modules of the folder that hold no functions of this host.
const reserved = new Set(["schema", "rules", "auth.config", "convex.config", "crons", "http"]);

/** Throws an Error that names the file and what is wrong with it. */
export async function bundleApp(folder: string): Promise<AppBundle> {
  const directory = resolve(folder);
  const modules = await findModules(directory);
  const functions = await bundle(directory, entryOfModules(modules));
  const definitions = await bundle(directory, entryOfDefinitions(directory));
  const factoryCode = wrap(functions.code);
  const { schema, rules } = evaluate<{ schema: { export(): string }; rules: unknown }>(
    definitions.code,
    join(directory, "schema"),
  );
  if (typeof schema?.export !== "function") {
    throw new Error(`${join(directory, "schema.ts")} must export default defineSchema({...})`);
  }
  return {
    factoryCode,
    functions: listFunctions(loadFactory(factoryCode)),
    application: { schema: JSON.parse(schema.export()) as unknown, rules },
    components: [],
    crons: [],
    hasHttp: false,
    files: [...new Set([...functions.files, ...definitions.files])],
  };
}

/** The text of a module that exports the App as its default. */
export function appModule({ factoryCode, files: _, ...app }: AppBundle): string {
  const data = JSON.stringify(app satisfies Omit<App, "factory">);
  return `${factoryCode}\nexport default { factory, ...${data} };\n`;
}

async function findModules(directory: string): Promise<string[]> {
  if (!existsSync(directory)) throw new Error(`there is no folder ${directory}`);
  const files = await readdir(directory, { recursive: true });
  return files
    .map((file) => file.split(sep).join("/"))
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !/\.(d|test|spec)\.[cm]?[jt]sx?$/.test(file))
    .filter((file) => !/(^|\/)(_generated|node_modules)\//.test(file))
    .filter((file) => !reserved.has(pathOf(file)))
    .sort();
}

function pathOf(file: string): string {
  return file.replace(/\.[^.]+$/, "");
}

// Modules are required and not imported, so that an execution loads only what its function needs.
function entryOfModules(files: readonly string[]): string {
  const loaders = files.map(
    (file) => `${JSON.stringify(pathOf(file))}: () => require(${JSON.stringify(`./${file}`)}),`,
  );
  return `module.exports = {\n${loaders.join("\n")}\n};`;
}

function entryOfDefinitions(directory: string): string {
  for (const name of ["schema", "rules"]) {
    const files = ["ts", "js", "mts", "mjs"].map((extension) => `${name}.${extension}`);
    if (!files.some((file) => existsSync(join(directory, file)))) {
      throw new Error(`${join(directory, `${name}.ts`)} is missing`);
    }
  }
  return 'export { default as schema } from "./schema"; export { default as rules } from "./rules";';
}

async function bundle(
  directory: string,
  contents: string,
): Promise<{ code: string; files: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir: directory, sourcefile: "syncline-entry.js", loader: "js" },
    absWorkingDir: directory,
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    platform: "browser",
    conditions: ["convex", "module"],
    target: "es2022",
    logLevel: "silent",
    legalComments: "none",
    plugins: [ownRules],
  });
  const files = Object.keys(result.metafile.inputs)
    .filter((file) => !file.startsWith("syncline-entry"))
    .map((file) => resolve(directory, file));
  return { code: result.outputFiles[0]?.text ?? "", files };
}

// rules.ts is compiled by the builder of this very package, wherever the application finds it.
const ownRules: Plugin = {
  name: "syncline-rules",
  setup(build) {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const path = fileURLToPath(new URL(`../rules/index.${extension}`, import.meta.url));
    build.onResolve({ filter: /^syncline\/rules$/ }, () => ({ path }));
  },
};

function wrap(code: string): string {
  return [
    `const factory = ({ ${executionGlobalNames.join(", ")} }) => {`,
    "const module = { exports: {} }, exports = module.exports;",
    code,
    "return module.exports;",
    "};",
  ].join("\n");
}
