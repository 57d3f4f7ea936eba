import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { App } from "../engine/application.ts";
import { Instance } from "../engine/instance.ts";
import { appModule, bundleApp } from "./bundle.ts";
import { loadFactory } from "./evaluate.ts";
import { hasUseNode } from "./modules.ts";

const fixture = fileURLToPath(new URL("../testing/convex", import.meta.url));
let folder: string;
beforeAll(() => {
  // Ignored by git, and within the package, so that npm convex is found from there.
  const ignored = fileURLToPath(new URL("../../node_modules/", import.meta.url));
  mkdirSync(ignored, { recursive: true });
  folder = mkdtempSync(`${ignored}.bundle-test-`);
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function write(files: Record<string, string>): string {
  const directory = join(folder, `app${count++}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

const builders =
  'import { queryGeneric as query, mutationGeneric as mutation, internalMutationGeneric as internalMutation, actionGeneric as action, internalActionGeneric as internalAction, httpActionGeneric as httpAction, httpRouter, cronJobs, anyApi, defineApp, defineComponent, defineSchema, defineTable } from "convex/server"; import { v } from "convex/values";\n';

function schemaOf(app: { application: { schema: unknown } }): {
  tables: { tableName: string; local?: boolean; documentType: unknown }[];
} {
  return app.application.schema as never;
}

it("lists functions by path, kind and visibility", async () => {
  const { functions } = await bundleApp(fixture);
  const device = { component: "", runsOn: "device" };
  for (const [path, kind, visibility] of [
    ["notes:add", "mutation", "public"],
    ["dir/file:default", "query", "public"],
    ["notes:hidden", "mutation", "internal"],
    ["notes:act", "action", "public"],
  ]) {
    expect(functions).toContainEqual({ ...device, path, kind, visibility });
  }
});

it("turns schema and rules into data", async () => {
  const bundle = await bundleApp(fixture);
  const rules = bundle.application.rules as { tables: Record<string, unknown> };
  expect(schemaOf(bundle).tables.map(({ tableName }) => tableName)).toEqual([
    "teams",
    "members",
    "notes",
  ]);
  expect(Object.keys(rules.tables)).toEqual(["teams", "members", "notes"]);
});

it("writes a module that gives each call an instance of its own", async () => {
  const file = join(folder, "app.mjs");
  writeFileSync(file, appModule(await bundleApp(fixture)));
  const app = ((await import(pathToFileURL(file).href)) as { default: App }).default;
  const globals = { process: { env: {} } } as Parameters<App["factory"]>[0];
  const one = app.factory({ ...globals, Date, Math });
  const two = app.factory({ ...globals, Date, Math });
  expect(one["notes"]?.()["add"]).not.toBe(two["notes"]?.()["add"]);
  expect(one["convex/values"]?.()["ConvexError"]).toBeTypeOf("function");
  expect(readFileSync(file, "utf8")).not.toMatch(/\beval\(|new Function\(/);
  rmSync(file);
});

it("names what is missing or fails", async () => {
  await expect(bundleApp(join(folder, "nowhere"))).rejects.toThrow(/there is no folder .*nowhere/);
  const broken = (text: string) => bundleApp(write({ "broken.ts": text }));
  await expect(broken('throw new Error("oh");\nexport {};')).rejects.toThrow(
    "broken fails when it is loaded: oh",
  );
  await expect(broken('fetch("https://example.org");\nexport {};')).rejects.toThrow(
    /broken fails.*fetch is not available/,
  );
  await expect(broken('import "./nothing"; export {};')).rejects.toThrow(
    /broken\.ts:1.*Could not resolve/,
  );
  await expect(broken('import "node:fs"; export {};')).rejects.toThrow(
    /broken\.ts:1(?:.|\n)*"use node"/,
  );
  await expect(bundleApp(write({ "schema.ts": "export default 5;" }))).rejects.toThrow(
    /schema\.ts must export default defineSchema/,
  );
  await expect(
    bundleApp(write({ "schema.ts": 'throw new Error("oh");\nexport {};' })),
  ).rejects.toThrow(/schema\.ts fails when it is loaded: oh/);
});

it("skips what Convex skips", async () => {
  const module = `${builders}export const f = query(async () => 1);`;
  const { functions } = await bundleApp(
    write({
      "good.ts": module,
      "deep/er.js": module,
      "good.test.ts": module,
      "auth.config.ts": module,
      ".hidden.ts": module,
      "#temporary.ts": module,
      "a space.ts": module,
      "_generated/api.ts": module,
      "script.ts": 'throw new Error("no module");',
      "good.d.ts": "export declare const f: number;",
      "deep/schema.ts": module,
      "notes.md": "text",
    }),
  );
  expect(functions.map(({ path }) => path)).toEqual(["deep/er:f", "good:f"]);
});

it("needs neither rules nor a schema, and finds tables in the functions' text", async () => {
  const bundle = await bundleApp(
    write({
      "a.ts": `${builders}export const f = mutation({ args: { id: v.id("users") }, handler: async ({ db }) => {
        await db.insert("notes", {});
        await db.query('tags').first();
        db.normalizeId(\`files\`, "");
        await db.query("_storage" as never).first();
      }});`,
    }),
  );
  expect(bundle.application.rules).toBe(null);
  expect(schemaOf(bundle).tables).toEqual(
    ["files", "notes", "tags", "users"].map((tableName) => ({
      tableName,
      indexes: [],
      documentType: { type: "any" },
    })),
  );
  expect(bundle.warnings.join()).toMatch(/no schema\.ts.*files, notes, tags, users/);
});

it("adds tables that schema.ts does not declare, but not where rules say who may use which", async () => {
  const files = {
    "schema.ts": `${builders}export default defineSchema({ teams: defineTable({}) });`,
    "a.ts": `${builders}export const f = mutation(async ({ db }) => await db.insert("extra", {}));`,
  };
  const tables = async (more: Record<string, string>) =>
    schemaOf(await bundleApp(write({ ...files, ...more }))).tables.map(
      ({ tableName }) => tableName,
    );
  expect(await tables({})).toEqual(["teams", "extra"]);
  const rules = `import { defineRules } from "syncline/rules"; export default defineRules({
    tenancy: { root: "teams", fields: {} }, tables: {},
    membership: { table: "members", field: "email", claim: "email", role: "role" } });`;
  expect(await tables({ "rules.ts": rules })).toEqual(["teams"]);
});

it("takes a rules.ts for rules only if it is made with syncline/rules", async () => {
  const other = await bundleApp(
    write({ "rules.ts": `${builders}export const check = query(async () => 1);` }),
  );
  expect(other.application.rules).toBe(null);
  expect(other.functions.map(({ path }) => path)).toEqual(["rules:check"]);
  const wrong = write({
    "rules.ts": 'import { row } from "syncline/rules"; export const a = row;',
  });
  await expect(bundleApp(wrong)).rejects.toThrow(/rules\.ts must export default defineRules/);
});

it("sees the execution's globals through globalThis as well", async () => {
  const { factoryCode } = await bundleApp(
    write({
      "a.ts":
        "export const env = (globalThis as any).process.env; export const now = globalThis.Date.now();",
    }),
  );
  const globals = { process: { env: { A: "1" } }, Date: { now: () => 7 } };
  const module = loadFactory(factoryCode)(globals as never)["a"]?.();
  expect(module?.["env"]).toEqual({ A: "1" });
  expect(module?.["now"]).toBe(7);
});

it('lists the functions of "use node" modules for the service peer', async () => {
  const bundle = await bundleApp(
    write({
      "mail.ts": `"use node";\n${builders}import { hostname } from "node:os";
        export const send = action({ args: {}, handler: async () => hostname() });
        export const hidden = internalAction(async () => null);`,
      "broken.ts": `/* why */\n'use strict';\n'use node'\n${builders}
        if (!process.env.SURELY_NOT_SET) throw new Error("no key");
        export const first = action(async () => 1);
        export const second = internalAction({ handler: async () => 1 });`,
    }),
  );
  const peer = { component: "", kind: "action", runsOn: "peer" };
  expect(bundle.functions).toEqual([
    { ...peer, path: "broken:first", visibility: "public" },
    { ...peer, path: "broken:second", visibility: "internal" },
    { ...peer, path: "mail:hidden", visibility: "internal" },
    { ...peer, path: "mail:send", visibility: "public" },
  ]);
  expect(bundle.warnings.join()).toMatch(
    /broken\.ts fails when it is loaded: no key.*broken:first/,
  );
  expect(bundle.factoryCode).not.toMatch(/hostname/);

  const query = `"use node"; ${builders}export const q = query(async () => 1);`;
  await expect(bundleApp(write({ "a.ts": query }))).rejects.toThrow(
    /a\.ts: a:q is a query.*actions only/,
  );
  const http = `"use node"; ${builders}export default httpRouter();`;
  await expect(bundleApp(write({ "http.ts": http }))).rejects.toThrow(/http cannot say "use node"/);
});

it('knows "use node" as a directive, and not as other text', () => {
  for (const text of [
    '"use node";',
    "'use node'",
    '// c\n/* d */ "use strict"; "use node";\nimport "x";',
    '#!/usr/bin/env node\n"use node"',
  ]) {
    expect(hasUseNode(text), text).toBe(true);
  }
  for (const text of [
    '// "use node"\nimport "x"',
    'import "x"; "use node";',
    'const a = "use node";',
    '/* "use node" */',
    '"use nodes"',
  ]) {
    expect(hasUseNode(text), text).toBe(false);
  }
});

it("has the router of http.ts", async () => {
  const http = `${builders}const router = httpRouter();
    export const hello = httpAction(async () => new Response("hi"));
    router.route({ path: "/hello", method: "GET", handler: hello });
    export default router;`;
  const bundle = await bundleApp(write({ "http.ts": http }));
  expect(bundle.hasHttp).toBe(true);
  expect(bundle.functions.map(({ path, kind }) => [path, kind])).toEqual([
    ["http:hello", "httpAction"],
  ]);
  const router = new Instance(loadFactory(bundle.factoryCode)).module("http")?.["default"];
  expect(
    (router as { lookup: (path: string, method: string) => unknown }).lookup("/hello", "GET"),
  ).toBeTruthy();
  await expect(bundleApp(write({ "http.ts": "export default 5;" }))).rejects.toThrow(
    /http\.ts must export default httpRouter/,
  );
});

it("reads crons.ts, and checks each job", async () => {
  const app = (jobs: string) =>
    bundleApp(
      write({
        "schema.ts": `${builders}export default defineSchema({ notes: defineTable({}) });`,
        "jobs.ts": `${builders}
          export const sweep = internalMutation({ args: { days: v.number() }, handler: async () => null });
          export const count = query(async () => 1);`,
        "crons.ts": `${builders}const crons = cronJobs(); ${jobs}; export default crons;
          export const own = internalMutation(async () => null);`,
      }),
    );
  const { crons, functions } = await app(
    'crons.daily("sweep", { hourUTC: 3 }, anyApi.jobs.sweep, { days: 7 }); crons.cron("own", "* * * * *", anyApi.crons.own)',
  );
  expect(crons).toEqual([
    {
      name: "sweep",
      component: "",
      path: "jobs:sweep",
      args: { days: 7 },
      schedule: { type: "daily", hourUTC: 3 },
    },
    {
      name: "own",
      component: "",
      path: "crons:own",
      args: {},
      schedule: { type: "cron", cron: "* * * * *" },
    },
  ]);
  expect(functions.map(({ path }) => path)).toContain("crons:own");
  await expect(app('crons.daily("a", { hourUTC: 3 }, anyApi.jobs.gone)')).rejects.toThrow(
    'crons.ts: the job "a" calls jobs:gone, which does not exist',
  );
  await expect(app('crons.daily("a", { hourUTC: 3 }, anyApi.jobs.count)')).rejects.toThrow(
    'the job "a" calls jobs:count, a query',
  );
  await expect(
    app('crons.daily("a", { hourUTC: 3 }, anyApi.jobs.sweep, { days: "7" })'),
  ).rejects.toThrow(/the job "a" calls jobs:sweep with wrong arguments: .*days/s);
  await expect(bundleApp(write({ "crons.ts": "export const a = 1;" }))).rejects.toThrow(
    /crons\.ts must export default cronJobs/,
  );
});

it("installs components with their tables, functions and environment", async () => {
  const directory = write({
    "convex.config.ts": `${builders}import counter from "./counter/convex.config";
      const app = defineApp({ env: { KEY: v.string() } });
      app.use(counter, { env: { KEY: app.env.KEY, MODE: "a" } });
      app.use(counter, { name: "other", env: { KEY: "fixed" } });
      export default app;`,
    "schema.ts": `${builders}export default defineSchema({ notes: defineTable({}) });`,
    "counter/convex.config.ts": `${builders}import inner from "./inner/convex.config.js";
      const component = defineComponent("counter", { env: { KEY: v.string(), MODE: v.optional(v.string()) } });
      component.use(inner);
      export default component;`,
    "counter/schema.ts": `${builders}export default defineSchema({
      counts: defineTable({ of: v.id("counts"), file: v.id("_storage"), type: v.literal("id") }).index("by_of", ["of"]),
    });`,
    "counter/lib.ts": `${builders}
      const key = process.env.KEY;
      export const settings = [key, (globalThis as any).process.env.MODE];
      export const add = mutation({ args: { id: v.id("counts") }, handler: async () => null });`,
    "counter/inner/convex.config.ts": `${builders}export default defineComponent("inner");`,
    "counter/inner/deep.ts": `${builders}export const f = internalMutation(async () => null);`,
  });
  const bundle = await bundleApp(directory);
  expect(bundle.warnings.join()).toMatch(/declares KEY/);
  expect(bundle.components).toEqual([
    { path: "counter", parent: "", name: "counter" },
    { path: "counter/inner", parent: "counter", name: "inner" },
    { path: "other", parent: "", name: "other" },
    { path: "other/inner", parent: "other", name: "inner" },
  ]);
  expect(bundle.functions.map(({ component, path }) => `${component}|${path}`).sort()).toEqual([
    "counter/inner|deep:f",
    "counter|lib:add",
    "other/inner|deep:f",
    "other|lib:add",
  ]);
  const { tables } = schemaOf(bundle);
  expect(tables.map(({ tableName, local }) => [tableName, local])).toEqual([
    ["notes", undefined],
    ["counter/counts", true],
    ["other/counts", true],
  ]);
  expect(JSON.stringify(tables[1]?.documentType)).toMatch(
    /"tableName":"counter\/counts".*"_storage"/,
  );
  expect(JSON.stringify(tables[1]?.documentType)).toMatch(/{"type":"literal","value":"id"}/);

  const modules = loadFactory(bundle.factoryCode)({ process: { env: { KEY: "secret" } } } as never);
  const settings = (path: string) => modules[path]?.()["settings"];
  expect(settings("counter|lib")).toEqual(["secret", "a"]);
  expect(settings("other|lib")).toEqual(["fixed", undefined]);

  const given = await bundleApp(directory, { env: { KEY: "given" } });
  expect(given.warnings).toEqual([]);
  const own = loadFactory(given.factoryCode)({ process: { env: {} } } as never);
  expect(own["counter|lib"]?.()["settings"]).toEqual(["given", "a"]);
  expect(bundle.files).toContain(join(directory, "counter/lib.ts"));
  expect(bundle.files).toContain(join(directory, "counter/convex.config.ts"));
});

it("takes merge kinds and strict mutations of the application and of components", async () => {
  const kinds = 'import { counter, text } from "syncline/values";\n';
  const tables = "export default defineSchema({ posts: defineTable({ likes: counter() }) });";
  const bundle = await bundleApp(
    write({
      "schema.ts": `${builders}${kinds}${tables}`,
      "seats.ts": `${builders}import { strict } from "syncline/server";
        import schema from "./schema";
        export const fields = schema.tables.posts.validator.fields;
        export const book = strict(mutation({ handler: async () => null }), { offline: "wait" });
        export const plain = mutation({ handler: async () => null });`,
      "convex.config.ts": `${builders}import one from "./one/convex.config"; const app = defineApp(); app.use(one); export default app;`,
      "one/convex.config.ts": `${builders}export default defineComponent("one");`,
      "one/schema.ts": `${builders}${kinds}${tables}`,
    }),
  );
  const likes = { fieldType: { type: "number", merge: "counter" }, optional: false };
  expect(
    schemaOf(bundle).tables.map(({ tableName, documentType }) => [tableName, documentType]),
  ).toEqual([
    ["posts", { type: "object", value: { likes } }],
    ["one/posts", { type: "object", value: { likes } }],
  ]);
  expect(bundle.functions.map(({ path, strict }) => [path, strict])).toEqual([
    ["seats:book", { offline: "wait" }],
    ["seats:plain", undefined],
  ]);
  const module = loadFactory(bundle.factoryCode)({ process: { env: {} } } as never)["seats"]?.();
  expect(Object.keys(module?.["fields"] as object)).toEqual(["likes"]);
});

it("takes what a mutation makes of an editor's changes from this package", async () => {
  const bundle = await bundleApp(
    write({
      "notes.ts": `${builders}import { applyTextChanges, textChangeValidator, textVersionOf } from "syncline/text";
        export const typed = applyTextChanges("one", [{ from: 3, to: 3, insert: "!" }], textVersionOf("one"));
        export const write = mutation({ args: { changes: v.array(textChangeValidator) }, handler: async () => null });`,
    }),
  );
  const module = loadFactory(bundle.factoryCode)({ process: { env: {} }, Math } as never)[
    "notes"
  ]?.();
  expect(module?.["typed"]).toBe("one!");
  expect(bundle.files).toContain(fileURLToPath(new URL("../text/changes.ts", import.meta.url)));
});

it("names the place of a merge kind that cannot be one, and what cannot be strict", async () => {
  const kinds = 'import { counter } from "syncline/values";\n';
  await expect(
    bundleApp(
      write({
        "schema.ts": `${builders}${kinds}export default defineSchema({ posts: defineTable({ a: v.array(counter()) }) });`,
      }),
    ),
  ).rejects.toThrow(/schema\.ts: posts\.a: counter\(\) stands within an array/);
  const strict = (text: string) =>
    bundleApp(
      write({
        "a.ts": `${builders}import { strict } from "syncline/server"; export const a = ${text};`,
      }),
    );
  await expect(strict("strict(query(async () => null))")).rejects.toThrow(
    /a fails when it is loaded: strict\(\): give it a mutation/,
  );
  await expect(strict("strict(mutation(async () => null), { attempts: 0 })")).rejects.toThrow(
    /attempts must be a whole number from 1 to 100/,
  );
});

it("names what is wrong with a component", async () => {
  const config = (text: string, more: Record<string, string> = {}) =>
    bundleApp(
      write({
        "convex.config.ts": `${builders}import one from "./one/convex.config"; const app = defineApp(); ${text}; export default app;`,
        "one/convex.config.ts": `${builders}export default defineComponent("one", { env: { KEY: v.string() } });`,
        ...more,
      }),
    );
  const given = 'app.use(one, { env: { KEY: "k" } })';
  await expect(config("app.use(one)")).rejects.toThrow(/convex\.config\.ts: .*"one" needs KEY/);
  await expect(config(`${given}; ${given}`)).rejects.toThrow(/two components are named "one"/);
  await expect(config('app.use(one, { name: "a-b", env: { KEY: "k" } })')).rejects.toThrow(
    /"a-b" is no name/,
  );
  await expect(
    config(given, { "one/a.ts": `"use node"; ${builders}export const f = action(async () => 1);` }),
  ).rejects.toThrow(/one\/a\.ts: a component's module cannot say "use node"/);
  await expect(config(given, { "one/a.ts": 'throw new Error("oh");\nexport {};' })).rejects.toThrow(
    "a of the component one fails when it is loaded: oh",
  );
  await expect(
    config(given, {
      "one/convex.config.ts": `${builders}import two from "../two/convex.config"; const one = defineComponent("one"); one.use(two); export default one;`,
      "two/convex.config.ts": `${builders}import one from "../one/convex.config"; const two = defineComponent("two"); two.use(one); export default two;`,
    }),
  ).rejects.toThrow(/install each other in a circle/);
  await expect(bundleApp(write({ "convex.config.ts": "export default 5;" }))).rejects.toThrow(
    /must export default defineApp\(\)/,
  );
  await expect(
    bundleApp(write({ "convex.config.ts": `${builders}export default defineComponent("a");` })),
  ).rejects.toThrow(/must export default defineApp\(\)/);
});
