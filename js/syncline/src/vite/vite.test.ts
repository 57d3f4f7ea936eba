// The plugin in a real dev server, without a page: what it serves, and when it makes the page start over.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer, type ViteDevServer } from "vite";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { syncline } from "./index.ts";

let root: string;
let server: ViteDevServer;
const reloads = vi.fn();

beforeEach(async () => {
  // Within the package, so that npm convex is found from there.
  const ignored = fileURLToPath(new URL("../../node_modules/", import.meta.url));
  mkdirSync(ignored, { recursive: true });
  root = mkdtempSync(`${ignored}.vite-test-`);
  mkdirSync(join(root, "convex"));
  write("notes.ts", module("1"));
  reloads.mockClear();
  server = await createServer({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [syncline()],
    server: { middlewareMode: true, ws: false, watch: null },
    appType: "custom",
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  server.ws.send = reloads as never;
});
afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

function module(result: string): string {
  return `import { queryGeneric } from "convex/server";\nexport const f = queryGeneric(async () => ${result});\n`;
}

function write(name: string, text: string): string {
  const file = join(root, "convex", name);
  writeFileSync(file, text);
  return file;
}

async function load(): Promise<string> {
  return (await server.transformRequest("virtual:syncline/app"))?.code ?? "";
}

// What the watcher would tell; the test needs no file system events for it.
function save(name: string, text: string): void {
  server.watcher.emit("change", write(name, text));
}

it("starts the page over when the functions have changed, and only then", async () => {
  expect(await load()).toContain("notes:f");
  save("notes.ts", `// a comment\n${module("1")}`);
  save("README.md", "text");
  save("notes.ts", module("2"));
  await vi.waitFor(() => expect(reloads).toHaveBeenCalledTimes(1));
  expect(reloads).toHaveBeenCalledWith({ type: "full-reload" });
  expect(await load()).toMatch(/=> 2/);

  reloads.mockClear();
  save("notes.ts", `// another comment\n${module("2")}`);
  save("notes.test.ts", "export {};");
  save("more.ts", module("3"));
  await vi.waitFor(() => expect(reloads).toHaveBeenCalled());
  expect(reloads.mock.calls).toEqual([[{ type: "full-reload" }]]);
  expect(await load()).toContain("more:f");
});

it("starts over with what is wrong, and again when it is mended", async () => {
  await load();
  save("notes.ts", 'export const f = ";');
  await vi.waitFor(() => expect(reloads).toHaveBeenCalledTimes(1));
  await expect(load()).rejects.toThrow(/notes\.ts:1/);
  save("notes.ts", module("1"));
  await vi.waitFor(() => expect(reloads).toHaveBeenCalledTimes(2));
  expect(await load()).toContain("notes:f");
});
