import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import createSyncline from "../../wasm/syncline.mjs";
import { openDatabase } from "../client/database.ts";
import { MemoryStorage } from "../storage/memory.ts";
import { fixtureApp } from "../testing/fixture.ts";

it("gives up a function that never ends, and the database goes on", async () => {
  const database = await openDatabase(
    {
      openStorage: async () => new MemoryStorage(),
      createModule: createSyncline,
      readWasm: () => readFile(new URL("../../wasm/syncline.wasm", import.meta.url)),
    },
    {
      app: await fixtureApp(),
      name: "test",
      claims: { iss: "i", sub: "s", email: "e@example.org" },
      counter: { current: 0 },
      functionTimeoutMs: 30,
    },
  );
  const { engine } = database;
  const hanging = engine.query("notes:fails", { how: "hang" });
  let applied = false;
  const written = engine.mutation(
    "notes:found",
    { name: "T", email: "e@example.org" },
    true,
    ({ outcome }) => {
      applied = outcome.ok;
    },
  );
  const outcome = await hanging;
  expect(outcome.ok ? "" : outcome.failure.message).toMatch(/fails did not end within 0.03 s/);
  await written;
  expect(applied).toBe(true);
  await database.close();
});
