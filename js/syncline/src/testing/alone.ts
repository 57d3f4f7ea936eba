// The second fixture on the real core, without a client: an engine with a clock that tests turn.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { JSONValue } from "convex/values";
import createSyncline from "../../wasm/syncline.mjs";
import { loadApp } from "../bundle/load.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../client/database.ts";
import type { App } from "../engine/application.ts";
import type { Clock } from "../engine/clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Failure, Outcome } from "../engine/outcome.ts";
import { MemoryStorage } from "../storage/memory.ts";

let app: Promise<App> | undefined;

export function aloneApp(): Promise<App> {
  app ??= loadApp(fileURLToPath(new URL("./alone", import.meta.url)));
  return app;
}

// Stands until it is turned.
export class PlayedClock implements Clock {
  private timers: { atMs: number; run: () => void }[] = [];

  constructor(private nowMs = 1_800_000_000_000) {}

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  // Runs what is due on the way.
  turn(byMs: number): void {
    const end = this.nowMs + byMs;
    for (;;) {
      const [next] = this.timers
        .filter(({ atMs }) => atMs <= end)
        .sort((one, other) => one.atMs - other.atMs);
      if (!next) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = end;
  }
}

export interface Alone {
  engine: Engine;
  clock: PlayedClock;
  storage: MemoryStorage;
  // The value, or throws a FunctionError.
  query(path: string, args?: object): Promise<JSONValue>;
  mutation(path: string, args?: object): Promise<JSONValue>;
  action(path: string, args?: object): Promise<JSONValue>;
  // Until no job is due or runs.
  finishJobs(): Promise<void>;
  close(): Promise<void>;
}

// What a function failed with.
export class FunctionError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

type AloneOptions = DatabaseOptions["engineOptions"] & {
  storage?: MemoryStorage;
  clock?: PlayedClock;
};

export async function openAlone(options: AloneOptions = {}): Promise<Alone> {
  const { storage = new MemoryStorage(), clock = new PlayedClock(), ...engineOptions } = options;
  const database: Database = await openDatabase(
    {
      openStorage: async () => storage,
      createModule: createSyncline,
      readWasm: () => readFile(new URL("../../wasm/syncline.wasm", import.meta.url)),
    },
    {
      app: await aloneApp(),
      name: "alone",
      claims: { iss: "https://test", sub: "ada", name: "Ada" },
      counter: { current: 0 },
      engineOptions: { clock, functionTimeoutMs: null, actionTimeoutMs: null, ...engineOptions },
    },
  );
  const { engine } = database;
  await engine.jobs.start();
  return {
    engine,
    clock,
    storage,
    query: async (path, args = {}) => valueOrThrow(await engine.query(path, args as JSONValue)),
    mutation: (path, args = {}) =>
      new Promise((resolve, reject) => {
        void engine.mutation(path, args as JSONValue, {}, ({ outcome }) => {
          if (outcome.ok) resolve(JSON.parse(outcome.value) as JSONValue);
          else reject(new FunctionError(outcome.failure));
        });
      }),
    action: async (path, args = {}) => valueOrThrow(await engine.action(path, args as JSONValue)),
    finishJobs: async () => {
      clock.turn(0);
      while (engine.jobs.runningCount > 0) {
        await engine.jobs.finishRunning();
        clock.turn(0);
      }
    },
    close: () => database.close(),
  };
}

function valueOrThrow(outcome: Outcome): JSONValue {
  if (!outcome.ok) throw new FunctionError(outcome.failure);
  return JSON.parse(outcome.value) as JSONValue;
}
