// prepare: what comes before every push: types written, the application bundled, types checked.
import { type AppBundle, bundleApp } from "../../bundle/bundle.ts";
import { codegen } from "../codegen/generate.ts";
import type { Console } from "../console.ts";
import { type TypecheckMode, typecheck } from "./typecheck.ts";

/** Throws an Error that names the file and what is wrong with it. `said`: notes that need no saying again. */
export async function prepare(
  folder: string,
  mode: TypecheckMode,
  console: Console,
  said: Set<string> = new Set(),
): Promise<AppBundle> {
  const { changed, warnings } = await codegen(folder);
  if (changed.length > 0) console.error(`Wrote ${changed.join(", ")}.`);
  const bundle = await bundleApp(folder);
  for (const warning of [...warnings, ...bundle.warnings]) {
    if (!said.has(warning)) console.error(`note: ${warning}`);
    said.add(warning);
  }
  await typecheck(folder, mode);
  return bundle;
}

/** "12 functions, 3 tables" */
export function describe({ functions, application }: AppBundle): string {
  const { tables } = application.schema as { tables: readonly unknown[] };
  return `${count(functions.length, "function")}, ${count(tables.length, "table")}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
