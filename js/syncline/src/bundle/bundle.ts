// bundleApp: makes an application of a convex/ folder. Its modules and npm convex become one function
// whose parameters stand for the globals, so that each execution has its own (no eval at run time); its
// schema, rules, components and crons are evaluated here and become data.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { App } from "../engine/application.ts";
import { Instance } from "../engine/instance.ts";
import { requirePlaces, type ValidatorJson } from "../values/places.ts";
import { type InstalledComponent, readComponents } from "./components.ts";
import { readCrons } from "./crons.ts";
import { type BundledText, bundle, rulesModule } from "./esbuild.ts";
import { evaluate, listFunctions, loadFactory } from "./evaluate.ts";
import { type ComponentModules, enginePackages, factoryText, sharedPackages } from "./factory.ts";
import { entryOf, type FoundModule, findModules, sourceFile } from "./modules.ts";
import { listNodeFunctions } from "./node-functions.ts";
import {
  anyTable,
  componentTables,
  mentionedTables,
  type SchemaJson,
  type TableJson,
} from "./tables.ts";

export interface AppBundle extends Omit<App, "factory"> {
  /** The text of a module whose default export is the ApplicationFactory. */
  factoryCode: string;
  /** Every file that it was made of, absolute: what to watch. */
  files: string[];
  /** What a developer should know, a sentence each. */
  warnings: string[];
}

export interface BundleAppOptions {
  /** Takes the sources of components that lie beside the application (the export condition
   * "@convex-dev/component-source"), as Convex's --live-component-sources does. */
  componentSources?: boolean;
  /** What the application's functions find in process.env. Whoever has the application can read it: no
   * secrets. */
  env?: Readonly<Record<string, string>>;
}

/** Throws an Error that names the file and what is wrong with it. */
export async function bundleApp(
  folder: string,
  options: BundleAppOptions = {},
): Promise<AppBundle> {
  const directory = resolve(folder);
  if (!existsSync(directory)) throw new Error(`there is no folder ${directory}`);
  const { env = {} } = options;
  const conditions = options.componentSources === true ? ["@convex-dev/component-source"] : [];
  const rules = await readRules(directory);
  const found = (await findModules(directory)).filter(({ path }) => !rules || path !== "rules");
  const modules = found.filter(({ usesNode }) => !usesNode);
  refuseNode(directory, found, ["http", "crons"]);

  const tree = await readComponents(directory, conditions);
  const functions = await bundle({
    directory,
    contents: entryOf(modules, tree.components.length > 0 ? sharedPackages : enginePackages),
    conditions,
  });
  const parts = await bundleComponents(tree.components, conditions);
  const factoryCode = factoryText(functions.code, parts.texts, parts.components, env);
  const instance = new Instance(loadFactory(factoryCode));
  const listed = listFunctions(instance);
  const peer = await listNodeFunctions(
    directory,
    found.filter(({ usesNode }) => usesNode),
  );
  const all = [...listed, ...peer.functions];

  const schema = await readSchema(directory);
  const warnings = [...tree.warnings, ...peer.warnings];
  for (const [name, { optional }] of tree.variables.get(directory) ?? []) {
    if (optional === true || Object.hasOwn(env, name)) continue;
    warnings.push(
      `convex.config.ts declares ${name}, which functions do not find in process.env: give the bundler ` +
        `{ env: { ${name}: ... } } if everybody may read it`,
    );
  }
  const application = {
    schema: {
      ...(schema?.json ?? { schemaValidation: true }),
      tables: [
        ...(schema?.json.tables ?? []),
        ...(await undeclaredTables(
          directory,
          found,
          schema?.json ?? null,
          rules !== null,
          warnings,
        )),
        ...parts.tables,
      ],
    },
    rules: rules?.json ?? null,
  };
  return {
    factoryCode,
    functions: all,
    application,
    components: tree.components.map(({ path, parent, name }) => ({ path, parent, name })),
    crons: await readCrons(instance, all, application),
    hasHttp: hasRouter(directory, instance, modules),
    files: [
      ...new Set(
        [functions, tree, peer, schema, rules, ...parts.bundles].flatMap((one) => one?.files ?? []),
      ),
    ],
    warnings,
  };
}

/** The text of a module that exports the App as its default. */
export function appModule({ factoryCode, files: _, warnings: __, ...app }: AppBundle): string {
  const data = JSON.stringify(app satisfies Omit<App, "factory">);
  return `${factoryCode}\nexport default { factory, ...${data} };\n`;
}

interface Definition<Json> {
  json: Json;
  files: string[];
}

async function readDefault(
  directory: string,
  file: string,
): Promise<BundledText & { exported: unknown }> {
  const contents = `module.exports = require(${JSON.stringify(file)});`;
  const text = await bundle({ directory, contents });
  let exported: unknown;
  try {
    exported = evaluate<{ default?: unknown }>(text.code, file).default;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} fails when it is loaded: ${why}`, { cause: error });
  }
  return { ...text, exported };
}

async function readSchema(directory: string): Promise<Definition<SchemaJson> | null> {
  const file = sourceFile(directory, "schema");
  if (file === undefined) return null;
  const { exported, files } = await readDefault(directory, file);
  const schema = exported as { export?(): string } | undefined;
  if (typeof schema?.export !== "function") {
    throw new Error(`${file} must export default defineSchema({...})`);
  }
  const json = JSON.parse(schema.export()) as SchemaJson;
  for (const { tableName, documentType } of json.tables) {
    if (documentType) requirePlaces(documentType as ValidatorJson, `${file}: ${tableName}`);
  }
  return { json, files };
}

// Null without rules: a rules.ts that has nothing to do with syncline/rules is a module like others.
async function readRules(directory: string): Promise<Definition<unknown> | null> {
  const file = sourceFile(directory, "rules");
  if (file === undefined) return null;
  const { exported, files } = await readDefault(directory, file);
  if (!files.includes(rulesModule)) return null;
  if (typeof exported !== "object" || exported === null || !("tenancy" in exported)) {
    throw new Error(`${file} must export default defineRules({...})`);
  }
  return { json: exported, files };
}

// Convex makes a table when something is written to it; the core wants them named beforehand. With
// rules, a table that schema.ts does not declare is one that nobody may use.
async function undeclaredTables(
  directory: string,
  modules: readonly FoundModule[],
  schema: SchemaJson | null,
  hasRules: boolean,
  warnings: string[],
): Promise<TableJson[]> {
  if (schema && hasRules) return [];
  const texts = modules.map(({ file }) => readFile(join(directory, file), "utf8"));
  const declared = new Set(schema?.tables.map(({ tableName }) => tableName));
  const names = mentionedTables(await Promise.all(texts)).filter((name) => !declared.has(name));
  if (!schema && names.length > 0) {
    warnings.push(
      `${directory} has no schema.ts: the tables are those that the functions' text names ` +
        `(${names.join(", ")}), and hold any documents. A table whose name is computed must be ` +
        "declared in schema.ts.",
    );
  }
  return names.map(anyTable);
}

async function bundleComponents(
  installed: readonly InstalledComponent[],
  conditions: readonly string[],
): Promise<{
  components: ComponentModules[];
  texts: string[];
  tables: TableJson[];
  bundles: { files: string[] }[];
}> {
  const directories = [...new Set(installed.map(({ directory }) => directory))];
  const definitions = await Promise.all(
    directories.map(async (directory) => {
      const found = await findModules(directory);
      refuseNode(directory, found);
      const text = await bundle({
        directory,
        contents: entryOf(found),
        conditions,
        external: sharedPackages,
      });
      return { found, text, schema: await readSchema(directory) };
    }),
  );
  const components: ComponentModules[] = [];
  const tables: TableJson[] = [];
  for (const { path, parent, environment, directory } of installed) {
    const definition = directories.indexOf(directory);
    const { found, schema } = definitions[definition] ?? { found: [], schema: null };
    const modules = found.map((module) => module.path);
    components.push({ path, parent, environment, definition, modules });
    if (schema) tables.push(...componentTables(path, schema.json));
  }
  const bundles = definitions.flatMap(({ text, schema }) => (schema ? [text, schema] : [text]));
  return { components, texts: definitions.map(({ text }) => text.code), tables, bundles };
}

// Without `paths`: anywhere, because components have no service peer's functions.
function refuseNode(
  directory: string,
  modules: readonly FoundModule[],
  paths?: readonly string[],
): void {
  const wrong = modules.find(({ usesNode, path }) => usesNode && (paths?.includes(path) ?? true));
  if (!wrong) return;
  const where = paths ? `${wrong.path} cannot` : "a component's module cannot";
  throw new Error(`${join(directory, wrong.file)}: ${where} say "use node"`);
}

function hasRouter(
  directory: string,
  instance: Instance,
  modules: readonly FoundModule[],
): boolean {
  const module = modules.find(({ path }) => path === "http");
  if (!module) return false;
  const router = instance.module("http")?.["default"] as { isRouter?: boolean } | undefined;
  if (router?.isRouter !== true) {
    throw new Error(`${join(directory, module.file)} must export default httpRouter()`);
  }
  return true;
}
