// loadApp: a convex/ folder as an App of this process, for Node and for tests.
import type { App } from "../engine/application.ts";
import { type BundleAppOptions, bundleApp } from "./bundle.ts";
import { loadFactory } from "./evaluate.ts";

/** Throws an Error that names the file and what is wrong with it. */
export async function loadApp(folder: string, options: BundleAppOptions = {}): Promise<App> {
  const { factoryCode, files: _, warnings, ...app } = await bundleApp(folder, options);
  for (const warning of warnings) console.warn(warning);
  return { factory: loadFactory(factoryCode), ...app };
}
