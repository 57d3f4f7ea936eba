// The command itself: help, flags that are not there, errors in one sentence.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, vi } from "vitest";
import type { App } from "../engine/application.ts";
import { commands } from "./main.ts";
import { call, makeFolder, smallApplication, writeFiles } from "./testing.ts";

it("lists its commands, and says how each is called", async () => {
  const overview = await call(["--help"]);
  expect(overview.code).toBe(0);
  for (const { name, flags } of commands) {
    expect(overview.out).toContain(`\n  ${name} `);
    const help = await call([name, "--help"]);
    expect(help).toEqual(await call(["help", name]));
    expect(help.code).toBe(0);
    expect(help.out).toContain(`usage: syncline ${name}`);
    for (const flag of Object.keys(flags)) expect(help.out).toContain(`--${flag}`);
  }
  expect((await call(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it("refuses what it does not have, with exit code 2", async () => {
  for (const [argv, message] of [
    [["push"], "there is no command push"],
    [["--verbose"], "there is no flag --verbose"],
    [["codegen", "--quick"], "it has no flag --quick"],
    [["codegen", "-q"], "it has no flag -q"],
    [["codegen", "here"], '"here" is one argument too many'],
    [["codegen", "--dir"], "argument missing"],
    [["bundle", "convex"], "it needs FOLDER APP.json"],
    [["dev", "--port", "high"], "--port takes a number"],
  ] as const) {
    const { code, out, error } = await call(argv);
    expect([code, out, error]).toEqual([2, "", expect.stringContaining(message)]);
    expect(error).not.toMatch(/\n\s+at /);
  }
  expect((await call([])).code).toBe(2);
});

it("fails with a sentence and exit code 1", async () => {
  const { code, error } = await call(["codegen", "--dir", "no/such/folder"]);
  expect(code).toBe(1);
  expect(error).toMatch(/^syncline codegen: there is no folder .*no\/such\/folder\n$/);
});

it("bundles the application for the relay and for Node", async () => {
  const folder = makeFolder();
  writeFiles(folder, smallApplication);
  const convex = join(folder, "convex");
  await call(["codegen", "--dir", convex]);
  const [json, module] = [join(folder, "out/app.json"), join(folder, "out/app.mjs")];
  vi.stubEnv("SYNCLINE_TEST_REGION", "north");
  expect(await call(["bundle", convex, json, module, "--env", "SYNCLINE_TEST_REGION"])).toEqual({
    code: 0,
    out: "",
    error: "",
  });
  expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
    schema: { tables: [{ tableName: "teams" }] },
    rules: { tenancy: { root: "teams" } },
  });
  const { default: app } = (await import(pathToFileURL(module).href)) as { default: App };
  expect(app.functions.map(({ path }) => path)).toEqual(["teams:all"]);
  expect(readFileSync(module, "utf8")).toContain('"north"');
  vi.unstubAllEnvs();
  const missing = await call(["bundle", convex, json, "--env", "SYNCLINE_TEST_REGION"]);
  expect(missing.error).toContain("the environment has no variable SYNCLINE_TEST_REGION");
  rmSync(folder, { recursive: true });
});
