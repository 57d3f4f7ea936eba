// The same engine as in syncline.worker.ts, driven from inside the worker: rates without the way from
// the page and back. The other subject's are measured in its worker too.

import app from "virtual:syncline/app";
import { Runtime } from "../../../js/syncline/src/client/runtime.ts";
import type { Engine } from "../../../js/syncline/src/engine/engine.ts";
import { OpfsStorage } from "../../../js/syncline/src/storage/opfs.ts";
import createSyncline from "../../../js/syncline/wasm/syncline.mjs";
import { itemFields } from "../convex/item.js";
import type { LocalSizes } from "./local.ts";
import { median, perSecond, timeAll, timeEach } from "./measure.ts";
import { answerRequests } from "./requests.ts";

type Layer = "syncline" | "convex";

let runtime: Runtime;
let engine: Engine;
let space: string;
// With npm convex's own layer, on a database of its own.
let packaged: Engine;

// How many groups of a size there are, for queries that are measured alone.
const queryGroups = 5;

async function queryText(on: Engine, path: string, args: Record<string, unknown>): Promise<string> {
  const outcome = await on.query(path, args as never);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

async function query<Value>(path: string, args: Record<string, unknown>): Promise<Value> {
  return JSON.parse(await queryText(engine, path, args)) as Value;
}

async function mutate<Value>(
  path: string,
  args: Record<string, unknown>,
  on = engine,
): Promise<Value> {
  let text = "null";
  await on.mutation(path, args as never, {}, ({ outcome }) => {
    if (!outcome.ok) throw new Error(outcome.failure.message);
    text = outcome.value;
  });
  return JSON.parse(text) as Value;
}

answerRequests({
  async open({ name, token }: { name: string; token: string }) {
    const open = async (layer: Layer): Promise<Runtime> => {
      const opened = new Runtime({
        app,
        url: null,
        name: `${name}-${layer}`,
        storage: "durable",
        engineOptions: { layer },
        platform: {
          createModule: createSyncline,
          openStorage: (database) => OpfsStorage.open(database),
        },
        makeSocket: () => {
          throw new Error("there is no relay here");
        },
        onReports: () => {},
      });
      await opened.setToken(token);
      return opened;
    };
    runtime = await open("syncline");
    engine = await runtime.engine();
    packaged = await (await open("convex")).engine();
    space = await mutate<string>("items:found", { name: "Bench" });
  },

  // ms, from a call of the engine to the result's text
  async query({ rows, queries, layer }: LocalSizes & { rows: number; layer: Layer }) {
    const on = layer === "syncline" ? engine : packaged;
    const own = await mutate<string>("items:found", { name: `Queries of ${rows}` }, on);
    const args = { space: own, first: 0, count: rows * queryGroups, groupSize: rows };
    await mutate("items:fill", args, on);
    let text = "";
    const times = await timeEach(queries, async (n) => {
      text = await queryText(on, "items:group", { space: own, group: n % queryGroups });
    });
    const found = (JSON.parse(text) as unknown[]).length;
    if (found !== rows) throw new Error(`${found} of ${rows} items are there`);
    return median(times.slice(queries >> 2));
  },

  // ms, from the write to the callback of the one query that it touches
  async liveCallback({ manyLiveQueries, liveWrites }: LocalSizes) {
    const own = await mutate<string>("items:found", { name: "Many live queries" });
    await mutate("items:fill", { space: own, first: 0, count: manyLiveQueries, groupSize: 1 });
    const touched = manyLiveQueries >> 1;
    const [id] = await query<string[]>("items:idsOfGroup", { space: own, group: touched });
    let onTouched: () => void = () => {};
    const stops = await Promise.all(
      Array.from(
        { length: manyLiveQueries },
        (_, group) =>
          new Promise<() => void>((resolve) => {
            const stop = runtime.onQuery("items:group", { space: own, group }, () => {
              if (group === touched) onTouched();
              resolve(stop);
            });
          }),
      ),
    );
    const times = await timeEach(liveWrites, async (n) => {
      const told = new Promise<void>((resolve) => {
        onTouched = resolve;
      });
      await mutate("items:retitle", { id, title: `Called back ${n}` });
      await told;
    });
    for (const stop of stops) stop();
    return median(times.slice(liveWrites >> 2));
  },

  // 1/s
  async durableMutation({ warmUps, mutations, groupSize }: LocalSizes) {
    const add = (n: number) => mutate("items:add", { space, ...itemFields(n, groupSize) });
    await timeAll(warmUps, (n) => add(1e7 + n));
    return perSecond(mutations, await timeAll(mutations, (n) => add(2e7 + n)));
  },

  // ms
  bulkInsert({ bulkRows, bulkRowsPerTransaction, groupSize }: LocalSizes) {
    return timeAll(bulkRows / bulkRowsPerTransaction, (n) =>
      mutate("items:fill", {
        space,
        first: n * bulkRowsPerTransaction,
        count: bulkRowsPerTransaction,
        groupSize,
      }),
    );
  },

  // us a read
  async readById({ reads, readRounds, bulkRows, groupSize }: LocalSizes) {
    const ids: string[] = [];
    // Far apart: a prime step through all groups.
    for (let group = 0; ids.length < reads; group = (group + 7) % (bulkRows / groupSize)) {
      ids.push(...(await query<string[]>("items:idsOfGroup", { space, group })));
    }
    ids.length = reads;
    const times = await timeEach(readRounds, async () => {
      const found = await query<number>("items:readAll", { ids });
      if (found !== reads) throw new Error(`${found} of ${reads} items are there`);
    });
    return (median(times.slice(1)) * 1000) / reads;
  },

  // ms
  async indexRange({ ranges, bulkRows, groupSize }: LocalSizes) {
    const groups = bulkRows / groupSize;
    const times = await timeEach(ranges, async (n) => {
      const items = await query<unknown[]>("items:group", { space, group: (n * 7) % groups });
      if (items.length !== groupSize) throw new Error(`${items.length} items in a group`);
    });
    return median(times.slice(ranges >> 2));
  },
});
