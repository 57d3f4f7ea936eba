// The runtime when opening fails or the core stops: what is reported, and how it goes on.
import { readFile } from "node:fs/promises";
import type { JSONValue } from "convex/values";
import { afterEach, expect, it } from "vitest";
import createSyncline from "../../wasm/syncline.mjs";
import { operation } from "../engine/operations.ts";
import type { CoreModule, CoreModuleFactory } from "../engine/wasm.ts";
import { SynclineError } from "../error.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { fixtureApp, tokenOf, until } from "../testing/fixture.ts";
import type { Platform } from "./database.ts";
import type { Reports } from "./messages.ts";
import { Runtime } from "./runtime.ts";

let runtime: Runtime | undefined;
const reports: Partial<Reports> = {};
afterEach(async () => {
  await runtime?.close();
});

async function start(platform: Partial<Platform>): Promise<Runtime> {
  const started = new Runtime({
    app: await fixtureApp(),
    url: null,
    name: "test",
    storage: "memory",
    makeSocket: () => {
      throw new Error("there is no relay here");
    },
    onReports: (given) => Object.assign(reports, given),
    platform: {
      openStorage: async () => new MemoryStorage(),
      createModule: createSyncline,
      readWasm: () => readFile(new URL("../../wasm/syncline.wasm", import.meta.url)),
      ...platform,
    },
  });
  runtime = started;
  await started.setToken(tokenOf("ada"));
  return started;
}

async function mutate(own: Runtime, path: string, args: JSONValue): Promise<string> {
  let result = "";
  await own.mutation(
    path,
    args,
    {},
    {
      applied: (outcome) => {
        result = outcome.ok ? outcome.value : outcome.failure.message;
      },
      decided: () => {},
    },
  );
  return result;
}

const team = { name: "T", email: "ada@example.org" };

it("waits for data that another tab has open, and takes over", async () => {
  let isTaken = true;
  const own = await start({
    openStorage: async () => {
      if (isTaken) throw new SynclineError("conflict", "this data is already open in another tab");
      return new MemoryStorage();
    },
  });
  const results: (string | null)[] = [];
  own.live.add("notes:teams", {});
  own.onBatch(({ changes }) => {
    for (const outcome of changes.values()) results.push(outcome.ok ? outcome.value : null);
  });
  await until("the problem", () => reports.status?.problem?.code === "conflict");
  expect(await mutate(own, "notes:found", team)).toBe("this data is already open in another tab");
  expect(results).toEqual([]);
  isTaken = false;
  own.wake();
  await until("the result", () => results.length === 1);
  expect(results).toEqual(["[]"]);
  expect(reports.status?.problem).toBeNull();
});

it("fails queries with the reason where nothing can be kept", async () => {
  const own = await start({
    openStorage: async () => {
      throw new SynclineError("unavailable", "this browser cannot keep data on the device");
    },
  });
  const results: string[] = [];
  own.onBatch(({ changes }) => {
    for (const outcome of changes.values()) {
      results.push(outcome.ok ? "ok" : outcome.failure.message);
    }
  });
  own.live.add("notes:teams", {});
  await until("the failure", () => results.length === 1);
  own.live.add("notes:whoAmI", {});
  await until("a later one's", () => results.length === 2);
  expect(new Set(results)).toEqual(new Set(["this browser cannot keep data on the device"]));
  expect(reports.status?.problem?.code).toBe("unavailable");
});

it("says that the disk is full until a write succeeds", async () => {
  const storage = new MemoryStorage({ bytesMax: 1_500_000 });
  const own = await start({ openStorage: async () => storage });
  const id = JSON.parse(await mutate(own, "notes:found", team)) as string;
  const add = (size: number) =>
    mutate(own, "notes:add", { team: id, text: "x".repeat(size), rank: 1 });
  let last = "";
  for (let each = 0; each < 100 && !last.includes("full"); ++each) last = await add(100_000);
  expect(last).toMatch(/disk is full/i);
  expect(reports.status?.problem).toMatchObject({ code: "unavailable" });
  storage.bytesMax += 500_000;
  await until("room for a little", () => {
    void add(10);
    return reports.status?.problem === null;
  });
});

it("opens anew when the core stops, with all that was written; but not again and again", async () => {
  const storage = new MemoryStorage();
  let trap = false;
  const createModule: CoreModuleFactory = async (options) => {
    const module = await createSyncline(options);
    const call: CoreModule["_syncline_call"] = (engine, name, input, size) => {
      if (!trap || name !== operation.insert)
        return module._syncline_call(engine, name, input, size);
      trap = false;
      throw new WebAssembly.RuntimeError("unreachable");
    };
    return Object.create(module, { _syncline_call: { value: call } }) as CoreModule;
  };
  const own = await start({ openStorage: async () => storage, createModule });
  const id = JSON.parse(await mutate(own, "notes:found", team)) as string;
  const counts: number[] = [];
  own.live.add("notes:list", { team: id });
  own.onBatch(({ changes }) => {
    for (const outcome of changes.values()) {
      if (outcome.ok) counts.push((JSON.parse(outcome.value) as unknown[]).length);
    }
  });
  await mutate(own, "notes:add", { team: id, text: "kept", rank: 1 });
  await until("the note", () => counts.at(-1) === 1);
  trap = true;
  expect(await mutate(own, "notes:add", { team: id, text: "lost", rank: 2 })).toMatch(
    /the core has stopped \(unreachable\)/,
  );
  await mutate(own, "notes:add", { team: id, text: "after", rank: 3 });
  await until("the next note", () => counts.at(-1) === 2);
  expect(reports.status?.problem).toBeNull();
  trap = true;
  await mutate(own, "notes:add", { team: id, text: "lost", rank: 2 });
  await until("the problem", () => /has stopped/.test(reports.status?.problem?.message ?? ""));
});
