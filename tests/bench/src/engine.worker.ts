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

let engine: Engine;
let space: string;

async function query<Value>(path: string, args: Record<string, unknown>): Promise<Value> {
  const outcome = await engine.query(path, args as never);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return JSON.parse(outcome.value) as Value;
}

async function mutate<Value>(path: string, args: Record<string, unknown>): Promise<Value> {
  let text = "null";
  await engine.mutation(path, args as never, true, ({ outcome }) => {
    if (!outcome.ok) throw new Error(outcome.failure.message);
    text = outcome.value;
  });
  return JSON.parse(text) as Value;
}

answerRequests({
  async open({ name, token }: { name: string; token: string }) {
    const runtime = new Runtime({
      app,
      url: null,
      name,
      storage: "durable",
      platform: {
        createModule: createSyncline,
        openStorage: (database) => OpfsStorage.open(database),
      },
      makeSocket: () => {
        throw new Error("there is no relay here");
      },
      onReports: () => {},
    });
    await runtime.setToken(token);
    engine = await runtime.engine();
    space = await mutate<string>("items:found", { name: "Bench" });
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
