// loadApp: an application for this very process, as tests and scripts want it.
import type { App } from "../engine/application.ts";
import { bundleApp } from "./bundle.ts";
import { loadFactory } from "./evaluate.ts";

/** Bundles the folder and loads it. Throws as bundleApp does. */
export async function loadApp(folder: string): Promise<App> {
  const { factoryCode, application, functions } = await bundleApp(folder);
  return { factory: loadFactory(factoryCode), application, functions };
}
