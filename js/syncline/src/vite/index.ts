// syncline/vite: the plugin. It makes virtual:syncline/app of the application's convex/ folder, in the
// page's build and in workers, and the page starts over when the functions have changed.
import { resolve } from "node:path";
import type { Plugin, ViteDevServer } from "vite";
import { type AppBundle, appModule, type BundleAppOptions, bundleApp } from "../bundle/bundle.ts";

export interface SynclinePluginOptions extends BundleAppOptions {
  /** The folder of schema.ts, rules.ts and the functions, from the project's root. Default "convex". */
  functions?: string;
}

const name = "virtual:syncline/app";
const resolved = `\0${name}`;

export function syncline(options: SynclinePluginOptions = {}): Plugin {
  let folder = "";
  let files = new Set<string>();
  let server: ViteDevServer | undefined;
  // What the page has; null if it could not be made.
  let served: string | null = null;
  const make = async (): Promise<AppBundle> => {
    const bundle = await bundleApp(folder, options);
    files = new Set(bundle.files);
    return bundle;
  };
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
      const bundle = await make().catch((error: unknown) => {
        served = null;
        throw error;
      });
      // A dev server is told below: by itself it would start the page over at any change of a file.
      if (server) server.watcher.add(bundle.files);
      else for (const file of bundle.files) this.addWatchFile(file);
      for (const warning of bundle.warnings) this.warn(warning);
      served = appModule(bundle);
      return served;
    },
    configureServer(own) {
      server = own;
      const changed = latestOnly(async () => {
        // What is wrong with them is told by `load`, in the page and in the terminal.
        const now = await make().then(appModule, () => null);
        // A comment, a test or generated types: the functions are what they were.
        if (now !== null && now === served) return;
        served = now;
        restart(own);
      });
      own.watcher.add(folder);
      for (const event of ["add", "change", "unlink"] as const) {
        own.watcher.on(event, (file) => {
          if (files.has(file) || file.startsWith(`${folder}/`)) changed();
        });
      }
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

// Runs once more after the last call, never twice at a time: an editor may save many files at once.
function latestOnly(run: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const loop = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await run();
    } while (again);
    running = false;
  };
  return () => {
    again = true;
    if (!running) void loop();
  };
}
