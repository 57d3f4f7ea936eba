import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { App } from "../engine/application.ts";
import { appModule, bundleApp } from "./bundle.ts";

const fixture = fileURLToPath(new URL("../testing/convex", import.meta.url));
// Within the package, so that npm convex is found.
let folder: string;
beforeAll(() => {
  // Ignored by git, and within the package, so that npm convex is found from there.
  const ignored = fileURLToPath(new URL("../../node_modules/", import.meta.url));
  mkdirSync(ignored, { recursive: true });
  folder = mkdtempSync(`${ignored}.bundle-test-`);
  cpSync(fixture, folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

it("lists functions by path, kind and visibility", async () => {
  const { functions } = await bundleApp(fixture);
  expect(functions).toContainEqual({ path: "notes:add", kind: "mutation", visibility: "public" });
  expect(functions).toContainEqual({
    path: "dir/file:default",
    kind: "query",
    visibility: "public",
  });
  expect(functions).toContainEqual({
    path: "notes:hidden",
    kind: "mutation",
    visibility: "internal",
  });
  expect(functions).toContainEqual({ path: "notes:act", kind: "action", visibility: "public" });
});

it("turns schema and rules into data", async () => {
  const { application } = await bundleApp(fixture);
  const { schema, rules } = application as {
    schema: { tables: { tableName: string }[] };
    rules: { tables: Record<string, unknown> };
  };
  expect(schema.tables.map(({ tableName }) => tableName)).toEqual(["teams", "members", "notes"]);
  expect(Object.keys(rules.tables)).toEqual(["teams", "members", "notes"]);
});

it("writes a module that gives each call an instance of its own", async () => {
  const file = join(folder, "app.mjs");
  writeFileSync(file, appModule(await bundleApp(fixture)));
  const app = ((await import(pathToFileURL(file).href)) as { default: App }).default;
  const globals = {} as Parameters<App["factory"]>[0];
  const one = app.factory({ ...globals, Date, Math });
  const two = app.factory({ ...globals, Date, Math });
  expect(one["notes"]?.()["add"]).not.toBe(two["notes"]?.()["add"]);
  expect(readFileSync(file, "utf8")).not.toMatch(/\beval\(|new Function\(/);
  rmSync(file);
});

it("names what is missing or fails", async () => {
  await expect(bundleApp(join(folder, "nowhere"))).rejects.toThrow(/there is no folder .*nowhere/);
  writeFileSync(join(folder, "broken.ts"), 'throw new Error("oh");');
  await expect(bundleApp(folder)).rejects.toThrow("broken fails when it is loaded: oh");
  writeFileSync(join(folder, "broken.ts"), 'fetch("https://example.org"); export {};');
  await expect(bundleApp(folder)).rejects.toThrow(/broken fails.*fetch is not available/);
  rmSync(join(folder, "broken.ts"));
  rmSync(join(folder, "rules.ts"));
  await expect(bundleApp(folder)).rejects.toThrow(/rules\.ts is missing/);
});
