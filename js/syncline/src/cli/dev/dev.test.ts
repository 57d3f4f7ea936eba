// syncline dev and deploy, against a relay that only takes applications.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  call,
  type FakeRelay,
  makeFolder,
  smallApplication,
  startFakeRelay,
  writeFiles,
} from "../testing.ts";

let folder: string;
let relay: FakeRelay;
let key: string;
let common: string[];
beforeEach(async () => {
  folder = makeFolder();
  writeFiles(folder, { ...smallApplication, "admin.key": "key\n" });
  relay = await startFakeRelay();
  key = join(folder, "admin.key");
  common = ["--url", relay.url, "--key-file", key, "--dir", join(folder, "convex")];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await relay.close();
  rmSync(folder, { recursive: true });
});

const schema = (field: string): string =>
  smallApplication["convex/schema.ts"]?.replace(
    "role:",
    `${field}: v.optional(v.string()), role:`,
  ) ?? "";

it("deploys schema and rules, and says what the relay noted", async () => {
  const first = await call(["deploy", ...common]);
  expect(first).toMatchObject({ code: 0, out: "" });
  expect(first.error).toContain("note: it is new");
  expect(first.error).toContain(
    `Deployed to ${relay.url} (1 function, 1 table; schema and rules c0ffee)`,
  );
  expect(relay.pushes).toMatchObject([
    { query: "", body: { schema: { tables: [{ tableName: "teams" }] }, rules: { tables: {} } } },
  ]);
  expect(existsSync(join(folder, "convex/_generated/api.d.ts"))).toBe(true);
  expect((await call(["deploy", ...common])).error).toContain("has this already");
});

it("only asks with --dry-run", async () => {
  const { code, error } = await call(["deploy", ...common, "--dry-run"]);
  expect(code).toBe(0);
  expect(error).toContain("would take it");
  expect(relay.pushes.map(({ query }) => query)).toEqual(["?dry_run=1"]);
});

it("says why a relay does not take it", async () => {
  relay.refusal = { status: 409, message: "teams.role: 3 rows have no role" };
  const refused = await call(["deploy", ...common]);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.error).toContain("syncline deploy: teams.role: 3 rows have no role\n");
  writeFileSync(key, "another");
  expect((await call(["deploy", ...common])).error).toContain("does not know this admin key");
  await relay.close();
  expect((await call(["deploy", ...common])).error).toContain("no relay answers at");
});

it("wants an address, a key and rules", async () => {
  const dir = ["--dir", join(folder, "convex")];
  vi.stubEnv("SYNCLINE_ADMIN_KEY", "");
  vi.stubEnv("SYNCLINE_URL", "");
  expect((await call(["deploy", ...dir])).error).toContain("say which relay with --url");
  expect((await call(["deploy", ...dir, "--url", "relay"])).error).toContain(
    "no address of a relay",
  );
  const keyless = await call(["deploy", ...dir, "--url", relay.url]);
  expect(keyless.error).toContain("give its file with --key-file");
  vi.stubEnv("SYNCLINE_ADMIN_KEY", "key");
  vi.stubEnv("SYNCLINE_URL", relay.url);
  expect((await call(["deploy", ...dir])).code).toBe(0);
  rmSync(join(folder, "convex/rules.ts"));
  expect((await call(["deploy", ...dir])).error).toContain("has no rules.ts");
});

it("names the file that is wrong", async () => {
  writeFiles(folder, { "convex/teams.ts": "export const one = ;" });
  const { code, error } = await call(["dev", "--once", ...common]);
  expect(code).toBe(1);
  expect(error).toMatch(/teams\.ts:1:19: ERROR/);
  expect(relay.pushes).toEqual([]);
});

it("checks types where there is a tsconfig.json, unless told otherwise", async () => {
  writeFiles(folder, {
    "convex/wrong.ts": "export const one: string = 1;",
    "convex/tsconfig.json": '{ "compilerOptions": { "skipLibCheck": true, "types": [] } }',
  });
  const { code, error } = await call(["deploy", ...common]);
  expect(code).toBe(1);
  expect(error).toMatch(/wrong\.ts\(1,14\): error TS2322/);
  expect((await call(["deploy", ...common, "--typecheck", "disable"])).code).toBe(0);
  rmSync(join(folder, "convex/tsconfig.json"));
  expect((await call(["deploy", ...common])).code).toBe(0);
  const wanted = await call(["deploy", ...common, "--typecheck", "enable"]);
  expect(wanted.error).toMatch(/cannot be checked without .*tsconfig\.json/);
});

it("pushes again at a change, goes on after a mistake, and stops when asked", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  let wake = (): void => {};
  const seen = async (text: string): Promise<void> => {
    while (!lines.some((line) => line.includes(text))) {
      await new Promise<void>((done) => {
        wake = done;
      });
    }
    lines.length = 0;
  };
  const running = call(["dev", ...common], {
    signal: stop.signal,
    onError: (line) => {
      lines.push(line);
      wake();
    },
  });
  await seen("now has schema and rules");
  writeFiles(folder, { "convex/schema.ts": "export default 1 +;" });
  await seen("Waiting for a change");
  writeFiles(folder, { "convex/schema.ts": schema("title") });
  await seen("now has schema and rules");
  // Functions alone are nothing to the relay.
  writeFiles(folder, {
    "convex/more/deep.ts":
      'import { query } from "../_generated/server.js"; export const a = query(() => 1);',
  });
  await seen("2 functions, 1 table. The relay has these tables and rules");
  stop.abort();
  expect((await running).code).toBe(130);
  expect(relay.pushes).toHaveLength(2);
  expect(readFileSync(join(folder, "convex/_generated/api.d.ts"), "utf8")).toContain("more/deep");
});

it("follows files that the folder imports from elsewhere", async () => {
  const stop = new AbortController();
  writeFiles(folder, {
    "shared/names.ts": 'export const extra = "title";',
    "convex/schema.ts": schema("[extra]").replace(
      "import { v }",
      'import { extra } from "../shared/names.js"; import { v }',
    ),
  });
  const pushed = new Promise<void>((done) => {
    let count = 0;
    void call(["dev", ...common], {
      signal: stop.signal,
      onError: (line) => {
        if (!line.includes("now has schema")) return;
        if (++count === 1)
          writeFiles(folder, { "shared/names.ts": 'export const extra = "name";' });
        else done();
      },
    });
  });
  await pushed;
  stop.abort();
  expect(JSON.stringify(relay.pushes[1]?.body.schema)).toContain('"name"');
});

it("runs a command beside it, tells it where the relay is, and ends with it", async () => {
  const file = join(folder, "said");
  const program = `require("fs").writeFileSync(${JSON.stringify(file)}, process.env.SYNCLINE_URL); process.exit(7)`;
  const run = `${JSON.stringify(process.execPath)} -e '${program}'`;
  expect((await call(["dev", ...common, "--run", run])).code).toBe(7);
  expect(readFileSync(file, "utf8")).toBe(relay.url);
  expect((await call(["dev", "--once", ...common, "--run", run])).code).toBe(7);
});

it("says what to do when there is no relay on this machine", async () => {
  vi.stubEnv("SYNCLINE_RELAY", join(folder, "nowhere"));
  const argv = ["dev", "--once", "--dir", join(folder, "convex"), "--state", join(folder, "state")];
  const { code, error } = await call([...argv, "--port", "1"]);
  expect(code).toBe(1);
  expect(error).toMatch(/SYNCLINE_RELAY says .*nowhere, and there is no such file/);
});

it("needs no relay without rules", async () => {
  rmSync(join(folder, "convex/rules.ts"));
  const { code, error } = await call([
    "dev",
    "--once",
    "--port",
    "1",
    "--dir",
    join(folder, "convex"),
  ]);
  expect(code).toBe(0);
  expect(error).toContain("Without rules.ts the data stay on each device");
});
