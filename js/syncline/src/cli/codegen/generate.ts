// codegen: the _generated/ folder of an application, and those of the components that lie beside it.
// The same sources give the same bytes, and a file is written only if it changes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import {
  type ComponentTree,
  type InstalledComponent,
  readComponents,
} from "../../bundle/components.ts";
import { findModules, sourceFile } from "../../bundle/modules.ts";
import { type ApiComponent, type ApiModule, apiCode, apiTypes } from "./api-text.ts";
import { packagedType, packageOf, typeFromFunctions } from "./component-type.ts";
import { dataModelTypes } from "./data-model-text.ts";
import { header } from "./header.ts";
import { type DeclaredVariable, serverCode, serverTypes } from "./server-text.ts";

export interface CodegenResult {
  /** Files that were not as they should be, from the working directory: now written, or with `check` not. */
  changed: string[];
  warnings: string[];
}

/** Throws an Error that names the file and what is wrong with it. */
export async function codegen(
  folder: string,
  { check = false }: { check?: boolean } = {},
): Promise<CodegenResult> {
  const directory = resolve(folder);
  if (!existsSync(directory)) throw new Error(`there is no folder ${directory}`);
  const writer = new Writer(check);
  const tree = await readComponents(directory, []);
  const local = localComponents(directory, tree.components);
  const folders = [...local, directory];
  // What needs no evaluation comes first, because evaluating the components needs it.
  for (const each of folders) {
    if (isTypeScript(each)) {
      writer.warnings.push(
        `${join(each, "_generated")} holds TypeScript, which Convex's own codegen keeps: left as it is`,
      );
      continue;
    }
    writer.write(each, "api.js", apiCode());
    writer.write(each, "server.js", serverCode());
    writer.write(each, "server.d.ts", serverTypes(variablesOf(tree, each)));
    writer.write(each, "dataModel.d.ts", dataModelTypes(specifierOf(each, "schema")));
  }
  if (check && writer.changed.length > 0) return writer;
  for (const each of folders.filter((one) => !isTypeScript(one))) {
    const components = await apiComponents(each, childrenOf(tree.components, directory, each));
    writer.write(each, "api.d.ts", apiTypes(await apiModules(each), components));
    if (each !== directory) writer.write(each, "component.d.ts", await componentTypes(each));
  }
  return writer;
}

class Writer implements CodegenResult {
  readonly changed: string[] = [];
  readonly warnings: string[] = [];

  constructor(private readonly check: boolean) {}

  write(folder: string, name: string, text: string): void {
    const file = join(folder, "_generated", name);
    if (existsSync(file) && readFileSync(file, "utf8") === text) return;
    this.changed.push(relative(process.cwd(), file));
    if (this.check) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

// Folders of components that are part of this project and not of a package, inner ones first.
function localComponents(directory: string, components: readonly InstalledComponent[]): string[] {
  const home = packageOf(directory) ?? dirname(directory);
  const local = components
    .map((component) => component.directory)
    .filter((one) => one.startsWith(home + sep))
    .filter((one) => !relative(home, one).split(sep).includes("node_modules"))
    .filter((one) => packageOf(one) === home);
  return [...new Set(local)].reverse();
}

function childrenOf(
  components: readonly InstalledComponent[],
  application: string,
  folder: string,
): InstalledComponent[] {
  const path = components.find((one) => one.directory === folder)?.path;
  const parent = folder === application ? "" : path;
  return components.filter((one) => one.parent === parent);
}

async function apiComponents(
  folder: string,
  installed: readonly InstalledComponent[],
): Promise<ApiComponent[]> {
  return Promise.all(
    installed.map(async ({ name, directory }) => {
      const argument = JSON.stringify(name);
      const specifier = hasOwnTypes(directory)
        ? relativeSpecifier(join(folder, "_generated"), join(directory, "_generated/component.js"))
        : packagedType(directory);
      if (specifier === undefined) {
        return { name, type: await typeFromFunctions(directory, argument) };
      }
      return { name, type: `import(${JSON.stringify(specifier)}).ComponentApi<${argument}>` };
    }),
  );
}

// A component of this project, whose types codegen wrote.
function hasOwnTypes(directory: string): boolean {
  return (
    !directory.split(sep).includes("node_modules") &&
    ["d.ts", "ts"].some((end) => existsSync(join(directory, `_generated/component.${end}`)))
  );
}

function relativeSpecifier(from: string, to: string): string {
  const path = relative(from, to).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

async function componentTypes(directory: string): Promise<string> {
  const what = "The component's public functions, as who installs it calls them.";
  return [
    header(what),
    "/** `components.name`; a parameter of this type takes any such component. */",
    "export type ComponentApi<Name extends string | undefined = string | undefined> =",
    `  ${await typeFromFunctions(directory, "Name")};`,
    "",
  ].join("\n");
}

async function apiModules(directory: string): Promise<ApiModule[]> {
  const modules = await findModules(directory);
  return modules
    .filter(({ path, file }) => path !== "rules" || !isOurRules(join(directory, file)))
    .map(({ path, file }) => ({ path, specifier: importable(file) }));
}

// rules.ts holds no functions, unless it is a module like others that has that name by chance.
function isOurRules(file: string): boolean {
  return /["']syncline\/rules["']/.test(readFileSync(file, "utf8"));
}

function specifierOf(directory: string, name: string): string | null {
  const file = sourceFile(directory, name);
  return file === undefined ? null : importable(basename(file));
}

// How TypeScript imports a source file, under the name of what it becomes.
function importable(file: string): string {
  const extension = extname(file).replace("ts", "js").replace("x", "");
  return `${file.slice(0, -extname(file).length)}${extension}`;
}

function isTypeScript(directory: string): boolean {
  return existsSync(join(directory, "_generated/api.ts"));
}

function variablesOf({ variables }: ComponentTree, directory: string): DeclaredVariable[] {
  return (variables.get(directory) ?? []).map(([name, { value, optional }]) => ({
    name,
    validator: JSON.parse(value) as unknown,
    optional: optional === true,
  }));
}
