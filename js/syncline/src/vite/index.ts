// syncline/vite: the plugin. It makes virtual:syncline/app of the application's convex/ folder, in the
// page's build, in workers, and again whenever a file changes.
import { resolve } from "node:path";
import type { Plugin, ViteDevServer } from "vite";
import { appModule, bundleApp } from "../bundle/bundle.ts";

export interface SynclinePluginOptions {
  /** The folder of schema.ts, rules.ts and the functions, from the project's root. Default "convex". */
  functions?: string;
}

const name = "virtual:syncline/app";
const resolved = `\0${name}`;

export function syncline(options: SynclinePluginOptions = {}): Plugin {
  let folder = "";
  let files = new Set<string>();
  return {
    name: "syncline",
    config: () => ({
      // The worker is a module, and finds syncline.wasm beside the module that loads it.
      worker: { format: "es", plugins: () => [syncline(options)] },
      optimizeDeps: { exclude: ["syncline"], include: ["convex/values", "convex/server"] },
    }),
    configResolved(config) {
      folder = resolve(config.root, options.functions ?? "convex");
    },
    resolveId: (id) => (id === name ? resolved : undefined),
    async load(id) {
      if (id !== resolved) return undefined;
      const bundle = await bundleApp(folder);
      files = new Set(bundle.files);
      for (const file of bundle.files) this.addWatchFile(file);
      return appModule(bundle);
    },
    // A worker cannot take a module anew: the page starts over.
    configureServer(server) {
      const changed = (file: string): void => {
        if (files.has(file) || file.startsWith(`${folder}/`)) restart(server);
      };
      server.watcher.add(folder);
      for (const event of ["add", "change", "unlink"] as const) server.watcher.on(event, changed);
    },
  };
}

function restart(server: ViteDevServer): void {
  for (const environment of Object.values(server.environments)) {
    const module = environment.moduleGraph.getModuleById(resolved);
    if (module) environment.moduleGraph.invalidateModule(module);
  }
  server.ws.send({ type: "full-reload" });
}
