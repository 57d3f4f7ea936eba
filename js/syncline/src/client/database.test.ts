// A database at its limits: a disk that is full, a function that never ends.
import { readFile } from "node:fs/promises";
import type { JSONValue } from "convex/values";
import { expect, it } from "vitest";
import createSyncline from "../../wasm/syncline.mjs";
import type { Outcome } from "../engine/outcome.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { fixtureApp } from "../testing/fixture.ts";
import { type Database, openDatabase } from "./database.ts";

async function openOn(storage: MemoryStorage, functionTimeoutMs?: number): Promise<Database> {
  return await openDatabase(
    {
      openStorage: async () => storage,
      createModule: createSyncline,
      readWasm: () => readFile(new URL("../../wasm/syncline.wasm", import.meta.url)),
    },
    {
      app: await fixtureApp(),
      name: "test",
      claims: { iss: "i", sub: "s", email: "e@example.org" },
      counter: { current: 0 },
      ...(functionTimeoutMs === undefined ? {} : { engineOptions: { functionTimeoutMs } }),
    },
  );
}

async function mutate(
  { engine }: Database,
  path: string,
  args: JSONValue,
): Promise<Outcome | undefined> {
  let result: Outcome | undefined;
  await engine.mutation(path, args, {}, ({ outcome }) => {
    result = outcome;
  });
  return result;
}

const team = { name: "T", email: "e@example.org" };

it("gives up a function that never ends, and the database goes on", async () => {
  const database = await openOn(new MemoryStorage(), 30);
  const hanging = database.engine.query("notes:fails", { how: "hang" });
  const written = mutate(database, "notes:found", team);
  const outcome = await hanging;
  expect(outcome.ok ? "" : outcome.failure.message).toMatch(/fails did not end within 0.03 s/);
  expect((await written)?.ok).toBe(true);
  await database.close();
});

it("refuses writes on a full disk with a reason, loses nothing and stays readable", async () => {
  const database = await openOn(new MemoryStorage({ bytesMax: 1_500_000 }));
  const founded = await mutate(database, "notes:found", team);
  const id = JSON.parse(founded?.ok ? founded.value : "null") as string;
  let written = 0;
  let refused: Outcome | undefined;
  while (written < 200 && !refused) {
    const outcome = await mutate(database, "notes:add", {
      team: id,
      text: "x".repeat(50_000),
      rank: written,
    });
    if (outcome?.ok) ++written;
    else refused = outcome;
  }
  expect(refused && !refused.ok ? refused.failure.error.code : "none").toBe("unavailable");
  const list = await database.engine.query("notes:list", { team: id });
  expect(list.ok ? (JSON.parse(list.value) as unknown[]).length : -1).toBe(written);
  await database.close();
});
