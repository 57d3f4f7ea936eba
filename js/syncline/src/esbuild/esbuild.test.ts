// The plugin for esbuild: a page's build that imports the application.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "../cli/testing.ts";
import type { App } from "../engine/application.ts";
import { syncline } from "./index.ts";

const functions = fileURLToPath(new URL("../testing/convex", import.meta.url));
const wasm = fileURLToPath(new URL("../../wasm/syncline.wasm", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

it("bundles the application, and the wasm beside the worker that loads it", async () => {
  const worker = fileURLToPath(new URL("../worker.ts", import.meta.url));
  writeFileSync(
    join(folder, "page.js"),
    'import app from "virtual:syncline/app"; export default app;',
  );
  writeFileSync(
    join(folder, "worker.js"),
    `import app from "virtual:syncline/app"; import { serve } from ${JSON.stringify(worker)}; serve(app);`,
  );
  await build({
    absWorkingDir: folder,
    entryPoints: ["page.js", "worker.js"],
    outdir: "dist/assets",
    bundle: true,
    format: "esm",
    logLevel: "silent",
    plugins: [syncline({ functions })],
  });
  const page = pathToFileURL(join(folder, "dist/assets/page.js")).href;
  const { default: app } = (await import(page)) as { default: App };
  expect(app.functions).toContainEqual(expect.objectContaining({ path: "notes:list" }));
  const copied = readFileSync(join(folder, "dist/assets/syncline.wasm"));
  expect(copied.equals(readFileSync(wasm))).toBe(true);
});

it("fails with the sentence that names what is wrong", async () => {
  writeFileSync(join(folder, "page.js"), 'import "virtual:syncline/app";');
  const built = build({
    absWorkingDir: folder,
    entryPoints: ["page.js"],
    write: false,
    bundle: true,
    logLevel: "silent",
    plugins: [syncline()],
  });
  await expect(built).rejects.toThrow(/there is no folder .*convex/);
});
