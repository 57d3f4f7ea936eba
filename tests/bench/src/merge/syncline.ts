// Syncline in the suite "merge": the engine with its database in OPFS, durable, and instead of a relay what
// a relay once sent.
import app from "virtual:syncline/app";
import { Inbox } from "../../../../js/syncline/src/client/inbox.ts";
import { Runtime } from "../../../../js/syncline/src/client/runtime.ts";
import type { Engine } from "../../../../js/syncline/src/engine/engine.ts";
import { OpfsStorage } from "../../../../js/syncline/src/storage/opfs.ts";
import createSyncline from "../../../../js/syncline/wasm/syncline.mjs";
import { cellNames, cellsOf } from "../../convex/cells.js";
import { expectEqual, type MergePeer, type MergeSizes, timed } from "./subject.ts";

/** Messages are base64. */
export interface Recordings {
  cells: {
    token: string;
    space: string;
    snapshot: string[];
    all: string[];
    newRowBytes: number;
    oneCellBytes: number;
    batchBytes: number;
  };
  texts: { token: string; id: string; text: string; snapshot: string[]; updates: string[] }[];
}

const pendingMutations = 1000;
const pendingRows = 100;

let opened = 0;

// A device that has just come, with the snapshot.
class Device {
  static async open(token: string, snapshot: readonly string[]): Promise<Device> {
    const runtime = new Runtime({
      app,
      url: null,
      name: `merge-${++opened}-${Date.now()}`,
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
    const engine = await runtime.engine();
    const device = new Device(runtime, engine);
    await engine.connected(token);
    await device.receive(decoded(snapshot));
    return device;
  }

  // As a connection takes what comes while the engine is busy.
  async receive(messages: Uint8Array<ArrayBuffer>[]): Promise<void> {
    let left = messages.reduce((sum, { length }) => sum + length, 0);
    if (left === 0) return;
    await new Promise<void>((resolve, reject) => {
      const inbox = new Inbox(async (take) => {
        try {
          await this.engine.receive(() => {
            const taken = take();
            left -= taken?.length ?? 0;
            return taken;
          });
          if (left === 0) resolve();
        } catch (error) {
          reject(error);
        }
      });
      for (const message of messages) inbox.add(message);
    });
  }

  private constructor(
    private readonly runtime: Runtime,
    readonly engine: Engine,
  ) {}

  async query<Value>(path: string, args: Record<string, unknown>): Promise<Value> {
    const outcome = await this.engine.query(path, args as never);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    return JSON.parse(outcome.value) as Value;
  }

  async mutate(path: string, args: Record<string, unknown>): Promise<void> {
    await this.engine.mutation(path, args as never, {}, ({ outcome }) => {
      if (!outcome.ok) throw new Error(outcome.failure.message);
    });
  }

  // What is due to the relay.
  async outgoing(): Promise<number> {
    return await this.engine.exclusively(() => this.engine.takeMessage().length);
  }

  async close(): Promise<void> {
    await this.runtime.close();
  }
}

export class MergeSyncline implements MergePeer {
  constructor(private readonly recordings: Recordings) {}

  async "merge-cells"({ rows }: MergeSizes): Promise<number> {
    const { cells } = this.recordings;
    const device = await Device.open(cells.token, cells.snapshot);
    const updates = decoded(cells.all);
    const time = await timed(() => device.receive(updates));
    await expectCells(device, cells.space, rows, 1);
    await device.close();
    return (rows * cellNames.length * 1000) / time;
  }

  // The larger of what goes to the relay and what comes from it. The row was named before on the connection.
  async "wire-bytes-one-cell"(): Promise<number> {
    const { cells } = this.recordings;
    const device = await Device.open(cells.token, cells.snapshot);
    const push = async (row: number, value: number) => {
      await device.mutate("merge:setCell", { space: cells.space, row, value });
      return await device.outgoing();
    };
    await push(400, 7);
    await push(500, 7);
    const pushed = await push(500, 42);
    await device.close();
    return Math.max(pushed, cells.oneCellBytes);
  }

  async "wire-bytes-batch-cell"({ batchCells }: MergeSizes): Promise<number> {
    const { cells } = this.recordings;
    const device = await Device.open(cells.token, cells.snapshot);
    const { space } = cells;
    await device.mutate("merge:setCells", { space, first: 0, count: 10, round: 2 });
    await device.outgoing();
    const count = batchCells / cellNames.length;
    await device.mutate("merge:setCells", { space, first: 100, count, round: 2 });
    const pushed = await device.outgoing();
    await device.close();
    return Math.max(pushed, cells.batchBytes) / batchCells;
  }

  async "undo-refused"(): Promise<number> {
    const { cells } = this.recordings;
    const device = await Device.open(cells.token, cells.snapshot);
    const { space } = cells;
    for (let n = 0; n < pendingMutations; ++n) {
      await device.mutate("merge:setCell", { space, row: n % pendingRows, value: n + 0.5 });
    }
    await device.outgoing();
    expectEqual("pending", device.engine.pending().length, pendingMutations);
    const verdict = refusalOf(space, 1);
    const time = await timed(() => device.receive([verdict]));
    expectEqual("refused", device.engine.refused().length, 1);
    expectEqual("pending", device.engine.pending().length, pendingMutations - 1);
    const last = pendingMutations - pendingRows + 0.5;
    expectEqual("the row", await device.query("merge:cell", { space, row: 0 }), last);
    await device.close();
    return time;
  }

  async "text-merge"(): Promise<number> {
    const { texts } = this.recordings;
    let time = 0;
    for (const { token, id, text, snapshot, updates } of texts) {
      const device = await Device.open(token, snapshot);
      const messages = decoded(updates);
      let merged = "";
      time += await timed(async () => {
        await device.receive(messages);
        merged = await device.query<string>("merge:text", { id });
      });
      expectEqual("the text", merged, text);
      await device.close();
    }
    return time;
  }
}

// In parts, because a function may take only so long.
async function expectCells(device: Device, space: string, rows: number, round: number) {
  const count = 1000;
  for (let first = 0; first < rows; first += count) {
    let wanted = 0;
    for (let row = first; row < first + count; ++row) {
      for (const value of Object.values(cellsOf(row, round))) wanted += value;
    }
    const found = await device.query<{ rows: number; sum: number }>("merge:sum", {
      space,
      first,
      count,
    });
    expectEqual("the sum of cells", found.sum, wanted);
  }
}

function decoded(messages: readonly string[]): Uint8Array<ArrayBuffer>[] {
  return messages.map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
}

// A verdict (shared/wire/messages.hpp) that refuses that change set; nothing before it is pending.
function refusalOf(tenant: string, number: number): Uint8Array<ArrayBuffer> {
  const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  const body = [
    8, // the type
    ...text(tenant),
    ...[number, 1, 0, 0, 1], // settled, seq, difference, how many are accepted and refused
    ...[number, 2, ...text("Not you."), ...text(""), ...text(""), ...text("")],
  ];
  return Uint8Array.from([body.length, ...body]);
}
