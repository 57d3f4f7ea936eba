// The type of a component's references (`components.counter`): from the package that has it, or from the
// validators of the component's public functions.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { bundle } from "../../bundle/esbuild.ts";
import { evaluate, functionsOf, messageOf } from "../../bundle/evaluate.ts";
import { entryOf, findModules } from "../../bundle/modules.ts";
import { validatorType } from "./validator-type.ts";

/** A component's package says its type in "_generated/component.js": how to import that; undefined if it
 * has none. */
export function packagedType(directory: string): string | undefined {
  const home = packageOf(directory);
  if (home === undefined) return undefined;
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    name?: string;
    exports?: Record<string, unknown>;
  };
  const inside = relative(home, directory);
  const candidates = Object.entries(manifest.exports ?? {})
    .filter(([path]) => /(^|\/)_generated\/component(\.js)?$/.test(path))
    .map(([path, target]) => ({ path, targets: targetsOf(target) }));
  // A package with several components exports the type of each.
  const mine =
    candidates.find(({ targets }) =>
      targets.some((target) => dirname(target) === join(inside, "_generated")),
    ) ?? (candidates.length === 1 ? candidates[0] : undefined);
  return mine && manifest.name ? `${manifest.name}${mine.path.slice(1)}` : undefined;
}

/** The nearest folder above with a package.json that has a name. */
export function packageOf(directory: string): string | undefined {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && "name" in (JSON.parse(readFileSync(file, "utf8")) as object)) {
      return folder;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

// All files that a condition of an export may lead to.
function targetsOf(target: unknown): string[] {
  if (typeof target === "string")
    return [
      target
        .split("/")
        .join(sep)
        .replace(/^\.[/\\]/, ""),
    ];
  if (typeof target !== "object" || target === null) return [];
  return Object.values(target).flatMap(targetsOf);
}

interface Branch {
  [name: string]: Branch | string;
}

/** Evaluates the component's modules. `name`: the type that stands for where it is installed. Throws an
 * Error that names the component and the function. */
export async function typeFromFunctions(
  directory: string,
  name: string,
  conditions: readonly string[] = [],
): Promise<string> {
  const modules = await findModules(directory);
  const { code } = await bundle({ directory, contents: entryOf(modules), conditions });
  const entry = evaluate<{ modules: Record<string, () => Record<string, unknown>> }>(
    code,
    join(directory, "syncline-entry.js"),
  );
  const root: Branch = {};
  for (const { path } of modules) {
    const exports = entry.modules[path]?.() ?? {};
    for (const { path: full, kind, visibility } of functionsOf(path, "", "device", exports)) {
      if (visibility === "internal" || kind === "httpAction") continue;
      const exported = full.slice(path.length + 1);
      try {
        const type = referenceType(kind, name, exports[exported] as RegisteredFunction);
        plant(root, [...path.split("/"), exported], type);
      } catch (error) {
        throw new Error(`${directory}: ${full}: ${messageOf(error)}`, { cause: error });
      }
    }
  }
  return branchType(root, "  ");
}

interface RegisteredFunction {
  exportArgs(): string;
  exportReturns(): string;
}

function referenceType(kind: string, name: string, registered: RegisteredFunction): string {
  const args = JSON.parse(registered.exportArgs()) as unknown;
  const returns = JSON.parse(registered.exportReturns()) as unknown;
  const parts = [
    `"${kind}"`,
    '"internal"',
    args === null ? "any" : validatorType(args),
    returns === null ? "any" : validatorType(returns),
    name,
  ];
  return `import("convex/server").FunctionReference<${parts.join(", ")}>`;
}

function plant(root: Branch, path: readonly string[], type: string): void {
  let branch = root;
  for (const part of path.slice(0, -1)) {
    const next = branch[part] ?? {};
    if (typeof next === "string") throw new Error(`"${part}" is a function and a folder`);
    branch[part] = next;
    branch = next;
  }
  branch[path.at(-1) ?? ""] = type;
}

function branchType(branch: Branch, indent: string): string {
  const lines = Object.keys(branch)
    .sort()
    .map((name) => {
      const below = branch[name] ?? {};
      const type = typeof below === "string" ? below : branchType(below, `${indent}  `);
      return `${indent}${JSON.stringify(name)}: ${type};`;
    });
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent.slice(2)}}`;
}
