// The types that codegen writes: what compiles with them, what must not, and when files are written.
import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder, writeFiles } from "../testing.ts";
import { codegen } from "./generate.ts";
import { validatorType } from "./validator-type.ts";

const typeTests = fileURLToPath(new URL("../../../type-tests", import.meta.url));
const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
const tsc = join(dirname(typescript), "bin/tsc");

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string): void => writeFiles(folder, { [file]: text });
const read = (file: string): string => readFileSync(join(folder, file), "utf8");

/** What TypeScript says of the folder: an empty text if it compiles. */
async function compile(directory: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, [tsc, "-p", directory], { cwd: directory });
  return await run.then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; message: string }) => error.stdout || error.message,
  );
}

const functions = (body = ""): string =>
  `import { query } from "./_generated/server.js";\n` +
  `export const one = query({ args: {}, handler: async () => 1 });\n${body}`;

it("gives types by which mistakes do not compile, and everything else does", async () => {
  expect(await codegen(join(typeTests, "convex"), { check: true })).toMatchObject({ changed: [] });
  expect(await compile(typeTests)).toBe("");
});

it("would notice types that allow anything", async () => {
  cpSync(typeTests, folder, { recursive: true });
  write(
    "tsconfig.json",
    read("tsconfig.json").replace("../../../tsconfig", "../../../../tsconfig"),
  );
  expect(await compile(folder)).toBe("");
  const model = read("convex/_generated/dataModel.d.ts");
  write("convex/_generated/dataModel.d.ts", model.replace(/DataModel = .*;/, "DataModel = any;"));
  expect(await compile(folder)).toMatch(/Unused '@ts-expect-error'/);
});

it("writes the same bytes again, and touches nothing that is up to date", async () => {
  write(
    "schema.ts",
    'import { defineSchema } from "convex/server"; export default defineSchema({});',
  );
  write("things.ts", functions());
  const { changed } = await codegen(folder);
  expect(changed.map((file) => file.split("/").at(-1)).sort()).toEqual([
    "api.d.ts",
    "api.js",
    "dataModel.d.ts",
    "server.d.ts",
    "server.js",
  ]);
  const before = statSync(join(folder, "_generated/api.d.ts")).mtimeMs;
  expect(await codegen(folder)).toMatchObject({ changed: [] });
  expect(statSync(join(folder, "_generated/api.d.ts")).mtimeMs).toBe(before);
});

it("with check writes nothing, and says what is out of date", async () => {
  write("things.ts", functions());
  expect((await codegen(folder, { check: true })).changed).toHaveLength(4);
  await codegen(folder);
  write("deep/more.ts", functions());
  const { changed } = await codegen(folder, { check: true });
  expect(changed).toEqual([expect.stringMatching(/_generated\/api\.d\.ts$/)]);
  expect(read("_generated/api.d.ts")).not.toContain("deep/more");
  await codegen(folder);
  expect(read("_generated/api.d.ts")).toContain('"deep/more": typeof m_deep_more;');
});

it("keeps modules apart whose names are alike, and leaves out what holds no functions", async () => {
  for (const name of ["a-b", "a_b", "a/b", "delete", "api", "things.test"]) {
    write(`${name}.ts`, functions());
  }
  write(
    "rules.ts",
    'import { defineRules } from "syncline/rules"; export default defineRules({});',
  );
  write("plain.js", functions());
  write("module.mts", functions());
  await codegen(folder);
  const lines = read("_generated/api.d.ts").split("\n");
  const imported = lines.filter((line) => line.startsWith("import type * as"));
  expect(imported).toEqual([
    'import type * as m_a_b from "../a-b.js";',
    'import type * as m_a_b_2 from "../a/b.js";',
    'import type * as m_a_b_3 from "../a_b.js";',
    'import type * as m_api from "../api.js";',
    'import type * as m_delete from "../delete.js";',
    'import type * as m_module from "../module.mjs";',
    'import type * as m_plain from "../plain.js";',
  ]);
});

it("lets documents be anything without a schema", async () => {
  write("things.ts", functions());
  await codegen(folder);
  expect(read("_generated/dataModel.d.ts")).toContain("DataModel = AnyDataModel");
});

it("types a package's component by its validators if the package has no types for it", async () => {
  const home = "node_modules/old-component";
  write(
    `${home}/package.json`,
    '{"name":"old-component","exports":{"./convex.config":"./convex.config.js"}}',
  );
  write(
    `${home}/convex.config.js`,
    'import { defineComponent } from "convex/server"; export default defineComponent("old");',
  );
  write(
    `${home}/inner/lib.js`,
    'import { mutationGeneric } from "convex/server"; import { v } from "convex/values";\n' +
      'export const push = mutationGeneric({ args: { id: v.id("x") }, returns: v.null(), handler() {} });',
  );
  write(
    "convex.config.ts",
    'import { defineApp } from "convex/server"; import old from "old-component/convex.config";\n' +
      'const app = defineApp(); app.use(old, { name: "one" }); export default app;',
  );
  await codegen(folder);
  expect(read("_generated/api.d.ts")).toContain(
    'FunctionReference<"mutation", "internal", { "id": string }, null, "one">',
  );
});

it("leaves alone what Convex's codegen keeps as TypeScript", async () => {
  write("things.ts", functions());
  write("_generated/api.ts", "export {};");
  const { changed, warnings } = await codegen(folder);
  expect(changed).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("left as it is")]);
});

it("writes validators as types", () => {
  const types: [json: unknown, type: string][] = [
    [{ type: "bytes" }, "ArrayBuffer"],
    [{ type: "literal", value: 'a"b' }, '"a\\"b"'],
    [{ type: "literal", value: { $integer: "AQAAAAAAAAA=" } }, "1n"],
    [
      { type: "array", value: { type: "union", value: [{ type: "null" }, { type: "any" }] } },
      "Array<(null | any)>",
    ],
    [
      {
        type: "record",
        keys: { type: "id", tableName: "x" },
        values: { fieldType: { type: "bigint" } },
      },
      "Record<string, bigint>",
    ],
    [
      { type: "object", value: { "a-b": { fieldType: { type: "number" }, optional: true } } },
      '{ "a-b"?: number }',
    ],
    [{ type: "union", value: [] }, "never"],
  ];
  for (const [json, type] of types) expect(validatorType(json)).toBe(type);
  expect(() => validatorType({ type: "date" })).toThrow(/no validator of the type "date"/);
});
