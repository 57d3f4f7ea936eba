// loadApp: a convex/ folder as an App of this process, for Node and for tests.
import type { App } from "../engine/application.ts";
import { bundleApp } from "./bundle.ts";
import { loadFactory } from "./evaluate.ts";

/** Throws an Error that names the file and what is wrong with it. */
export async function loadApp(folder: string): Promise<App> {
  const { factoryCode, files: _, ...app } = await bundleApp(folder);
  return { factory: loadFactory(factoryCode), ...app };
}
