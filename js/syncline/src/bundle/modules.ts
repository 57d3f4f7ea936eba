// The modules of a functions folder, by the rules of Convex's own bundler.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

export interface FoundModule {
  /** From the folder, with slashes, without extension: the path that functions are called by. */
  path: string;
  /** From the folder, with slashes. */
  file: string;
  /** Whether its first statement is "use node". */
  usesNode: boolean;
}

/** REQUIRES: the folder exists. Skips what holds no functions: schema, *.config, tests, generated files,
 * and folders that are components of their own. */
export async function findModules(directory: string): Promise<FoundModule[]> {
  const files = (await readdir(directory, { recursive: true }))
    .filter(isModuleFile)
    .filter((file) => !isWithinComponent(directory, file))
    .map((file) => file.split(sep).join("/"))
    .sort();
  const found: FoundModule[] = [];
  for (const file of files) {
    const text = await readFile(join(directory, file), "utf8");
    // TypeScript takes a file without import and export for a script; Convex skips it.
    if (/\.[cm]?tsx?$/.test(file) && !/^\s*(import|export)/m.test(text)) continue;
    found.push({ path: file.replace(/\.[^.]+$/, ""), file, usesNode: hasUseNode(text) });
  }
  return found;
}

function isModuleFile(file: string): boolean {
  const parts = file.split(sep);
  const base = parts.at(-1) ?? "";
  if (parts.some((part) => part === "_generated" || part === "node_modules")) return false;
  if (!/^[^.#][^.]*\.[cm]?[jt]sx?$/.test(base) || file.includes(" ")) return false;
  return !/^schema\./.test(base);
}

function isWithinComponent(directory: string, file: string): boolean {
  for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
    if (definitionIn(join(directory, folder))) return true;
  }
  return false;
}

/** The folder's convex.config file, if it has one. */
export function definitionIn(directory: string): string | undefined {
  return sourceFile(directory, "convex.config");
}

/** "schema" as the file schema.ts or schema.js (...) of a folder, if there is one. */
export function sourceFile(directory: string, name: string): string | undefined {
  return ["ts", "js", "mts", "mjs", "tsx", "jsx"]
    .map((extension) => join(directory, `${name}.${extension}`))
    .find((file) => existsSync(file));
}

// The prologue: comments, then statements that are a string alone.
export function hasUseNode(text: string): boolean {
  const prologue =
    /^(?:\uFEFF?#![^\n]*\n)?((?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|"[^"\n]*"\s*;?|'[^'\n]*'\s*;?)*)/;
  const [, head = ""] = prologue.exec(text) ?? [];
  const statements = head.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
  return /(["'])use node\1/.test(statements);
}

/** An entry that loads modules, and packages, one by one: an execution evaluates only what it needs. A
 * package may name the exports that are wanted: "convex/values?ConvexError". */
export function entryOf(modules: readonly FoundModule[], packages: readonly string[] = []): string {
  return [
    loaders(
      "modules",
      modules.map(({ path, file }) => [path, `./${file}`] as const),
    ),
    loaders(
      "packages",
      packages.map((name) => [name.replace(/\?.*/, ""), `syncline-package:${name}`] as const),
    ),
  ].join("\n");
}

function loaders(
  group: string,
  sources: readonly (readonly [name: string, source: string])[],
): string {
  const lines = sources.map(
    ([name, source]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(source)}),`,
  );
  return `exports.${group} = {\n${lines.join("\n")}\n};`;
}
