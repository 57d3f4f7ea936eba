// syncline/esbuild: the plugin for esbuild. It makes virtual:syncline/app of the application's convex/
// folder, and puts syncline.wasm beside the built file that loads it.
import { copyFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { appModule, type BundleAppOptions, bundleApp } from "../bundle/bundle.ts";

export interface SynclineEsbuildOptions extends BundleAppOptions {
  /** The folder of schema.ts, rules.ts and the functions, from esbuild's working directory. Default
   * "convex". */
  functions?: string;
}

const wasm = fileURLToPath(new URL("../../wasm/syncline.wasm", import.meta.url));
const loader = /(^|\/)wasm\/syncline\.mjs$/;

export function syncline(options: SynclineEsbuildOptions = {}): Plugin {
  return {
    name: "syncline",
    setup(build) {
      const { absWorkingDir = process.cwd(), write } = build.initialOptions;
      const folder = resolve(absWorkingDir, options.functions ?? "convex");
      build.initialOptions.metafile = true;
      build.onResolve({ filter: /^virtual:syncline\/app$/ }, () => ({
        path: "app",
        namespace: "syncline",
      }));
      build.onLoad({ filter: /.*/, namespace: "syncline" }, async () => {
        try {
          const bundle = await bundleApp(folder, options);
          return {
            contents: appModule(bundle),
            resolveDir: folder,
            watchFiles: bundle.files,
            watchDirs: [folder],
            warnings: bundle.warnings.map((text) => ({ text })),
          };
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          return { errors: [{ text }], watchDirs: [folder] };
        }
      });
      build.onEnd(async ({ metafile }) => {
        if (write === false) return;
        for (const [file, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
          if (!Object.keys(inputs).some((input) => loader.test(input))) continue;
          await copyFile(wasm, join(absWorkingDir, dirname(file), "syncline.wasm"));
        }
      });
    },
  };
}
