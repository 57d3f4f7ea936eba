// Strict mutations, run against a played device and relay.
import { anyApi, type FunctionReference } from "convex/server";
import { describe, expect, it } from "vitest";
import type { StrictOptions } from "../engine/application.ts";
import type { Committed } from "../engine/operations.ts";
import { failureOf, type Outcome } from "../engine/outcome.ts";
import { type ErrorData, SynclineError } from "../error.ts";
import type { SynclineNode } from "../node/node.ts";
import { openAs } from "../testing/fixture.ts";
import { CaughtUp } from "./caught-up.ts";
import { anonymous } from "./person.ts";
import { runStrictly, type StrictHost, strictPauseMs } from "./strict.ts";
import { type RunOnce, StrictRuns } from "./strict-runs.ts";

const conflict: ErrorData = { code: "conflict", message: "seats changed", table: "seats" };
const booked: Outcome = { ok: true, value: '"seat 1"' };
const failing = (code: ErrorData["code"], message: string): Outcome => ({
  ok: false,
  failure: failureOf(new SynclineError(code, message)),
});

// What the relay says of each run in turn (null: accepted), or how the run itself ends.
class Played implements StrictHost {
  readonly log: string[] = [];
  private number = 0;

  constructor(private readonly script: (ErrorData | null | Outcome)[]) {}

  async caughtUp(offline: string): Promise<void> {
    this.log.push(`caught up (${offline})`);
  }
  async attempt() {
    const next = this.script.shift() as ErrorData | null | Outcome;
    this.log.push("run");
    if (next !== null && "ok" in next) {
      return { outcome: next, key: null, decided: Promise.resolve(null) };
    }
    const key = { tenant: "t", number: ++this.number };
    return { outcome: booked, key, decided: Promise.resolve(next) };
  }
  hide({ number }: { number: number }): void {
    this.log.push(`hide ${number}`);
  }
  show({ number }: { number: number }): void {
    this.log.push(`show ${number}`);
  }
  async dismiss({ number }: { number: number }): Promise<void> {
    this.log.push(`dismiss ${number}`);
  }
  async pause(ms: number): Promise<void> {
    this.log.push(`pause ${ms}`);
  }
}

const half = (): number => 0.5;

describe("a strict mutation", () => {
  it("is run again after a conflict, once the device has caught up, with longer pauses", async () => {
    const host = new Played([conflict, conflict, null]);
    expect(await runStrictly("seats:book", {}, host, half)).toBe(booked);
    expect(host.log).toEqual([
      ...["caught up (fail)", "run", "hide 1", "pause 20"],
      ...["caught up (fail)", "run", "dismiss 1", "hide 2", "pause 40"],
      ...["caught up (fail)", "run", "dismiss 2"],
    ]);
  });

  it("gives up after so many runs, says how many, and leaves the last refusal to be told", async () => {
    for (const [attempts, count, often] of [
      [undefined, 8, "each of the 8 times"],
      [3, 3, "each of the 3 times"],
      [1, 1, "the one time"],
    ] as const) {
      const host = new Played(Array.from({ length: 9 }, () => conflict));
      const options = attempts === undefined ? {} : { attempts };
      const outcome = await runStrictly("seats:book", options, host, half);
      expect(outcome).toMatchObject({
        ok: false,
        failure: {
          error: {
            code: "conflict",
            message: expect.stringContaining(`what seats:book had read, ${often} that`),
            table: "seats",
          },
        },
      });
      expect(host.log.filter((line) => line === "run")).toHaveLength(count);
      expect(host.log.filter((line) => line.startsWith("dismiss"))).toHaveLength(count - 1);
      expect(host.log.at(-1)).not.toMatch(/hide/);
    }
  });

  it("ends with what the function throws when it sees what others did; the refusal is seen to", async () => {
    const taken = failing("invalid", "the seat is taken");
    const host = new Played([conflict, taken]);
    expect(await runStrictly("seats:book", {}, host, half)).toBe(taken);
    expect(host.log.slice(-2)).toEqual(["run", "dismiss 1"]);
  });

  it("is not run again when a rule refuses it", async () => {
    const denied: ErrorData = { code: "denied", message: "Only members", rule: "members" };
    const host = new Played([denied]);
    const outcome = await runStrictly("seats:book", {}, host, half);
    expect(outcome).toMatchObject({ ok: false, failure: { error: denied } });
    expect(host.log).toEqual(["caught up (fail)", "run"]);
  });

  it("waits for the copy here to be up to date, not for ever", async () => {
    const behind = failing("unavailable", "not up to date");
    expect(await runStrictly("a:b", {}, new Played([behind, null]), half)).toBe(booked);
    const host = new Played([behind, behind]);
    expect(await runStrictly("a:b", { attempts: 2 }, host, half)).toBe(behind);
  });

  it("tells of a refusal after all if it cannot be run again", async () => {
    const host = new Played([conflict]);
    let asked = 0;
    host.caughtUp = async () => {
      if (++asked === 2) throw new SynclineError("offline", "no connection");
    };
    const outcome = await runStrictly("seats:book", {}, host, half);
    expect(outcome).toMatchObject({ ok: false, failure: { error: { code: "offline" } } });
    expect(host.log).toEqual(["run", "hide 1", "pause 20", "show 1"]);
  });

  it("pauses at random below a bound that doubles, at most 2 s", () => {
    expect(strictPauseMs(1, 0)).toBe(0);
    expect(strictPauseMs(1, 0.999)).toBe(40);
    expect(strictPauseMs(4, 0.5)).toBe(160);
    for (const tried of [7, 100]) expect(strictPauseMs(tried, 0.9999)).toBe(2000);
  });
});

describe("waiting to have caught up", () => {
  const offline = { code: "offline" };

  it("fails at once without a connection, or waits for one", async () => {
    const own = new CaughtUp();
    await expect(own.wait("fail")).rejects.toMatchObject(offline);
    own.set({ connection: "offline", sync: "offline" });
    await expect(own.wait("fail")).rejects.toMatchObject(offline);
    const waiting = own.wait("wait");
    own.set({ connection: "connecting", sync: "offline" });
    own.set({ connection: "online", sync: "syncing" });
    own.set({ connection: "online", sync: "synced" });
    await waiting;
    await own.wait("fail");
  });

  it("waits for a connection that is being made, until that fails", async () => {
    const own = new CaughtUp();
    own.set({ connection: "connecting", sync: "offline" });
    const first = own.wait("fail");
    own.set({ connection: "online", sync: "synced" });
    await first;
    own.set({ connection: "connecting", sync: "offline" });
    const second = own.wait("fail");
    own.set({ connection: "offline", sync: "offline" });
    await expect(second).rejects.toMatchObject(offline);
  });

  it("ends when the person signs out", async () => {
    const own = new CaughtUp();
    const waiting = own.wait("wait");
    own.abandon();
    await expect(waiting).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("a scheduled strict mutation", () => {
  it("whose connection ends behind a conflict leaves no refusal, because it is run anew", async () => {
    const client = await openAs("ada");
    const engine = await client.engine();
    const dismissed: number[] = [];
    engine.dismiss = async (_tenant, number) => void dismissed.push(number);
    const runs = new StrictRuns({
      engine: async () => engine,
      person: () => anonymous,
      reporter: { hide: () => {}, show: () => {} },
      ended: async () => {
        runs.caughtUp.set({ connection: "offline", sync: "offline" });
        return conflict;
      },
    });
    const once: RunOnce = async (_engine, onApplied) => {
      const committed: Committed = { tenant: "t", number: 5 };
      onApplied({ outcome: booked, committed, refusal: null, jobs: [] });
    };
    for (const [run, expected] of [
      ["run", []],
      ["runJob", [5]],
    ] as const) {
      runs.caughtUp.set({ connection: "online", sync: "synced" });
      const outcome = await runs[run]("seats:book", {}, once);
      expect(outcome).toMatchObject({ ok: false, failure: { error: { code: "offline" } } });
      await new Promise((resolve) => setImmediate(resolve));
      expect(dismissed).toEqual(expected);
    }
    await client.close();
  });
});

describe("a client's strict mutation", () => {
  const found = (anyApi as unknown as { notes: { found: FunctionReference<"mutation"> } }).notes
    .found;
  const args = { name: "T", email: "ada@example.org" };
  const start = (client: SynclineNode, strict: true | StrictOptions) =>
    client.mutation(found, args, { strict });
  // Nobody listens there.
  const url = "http://localhost:1";

  it("fails at once where there is no relay to be reached, and leaves nothing behind", async () => {
    const client = await openAs("ada", { url });
    const { applied, durable, accepted } = start(client, true);
    for (const stage of [applied, durable, accepted]) {
      await expect(stage).rejects.toMatchObject({ name: "SynclineError", code: "offline" });
    }
    expect((await client.engine()).pending()).toEqual([]);
    await client.close();
  });

  it("that waits for a connection ends with the client", async () => {
    const client = await openAs("ada", { url });
    const waiting = expect(start(client, { offline: "wait" }).applied).rejects.toMatchObject({
      code: "unavailable",
    });
    await client.close();
    await waiting;
  });

  it("is like any other on a device alone", async () => {
    const client = await openAs("ada");
    await expect(start(client, true).applied).resolves.toBeTypeOf("string");
    await client.close();
  });

  it("says what is wrong with its options", async () => {
    const client = await openAs("ada", { url });
    await expect(start(client, { attempts: 0.5 }).applied).rejects.toThrow(
      "attempts must be a whole number from 1 to 100",
    );
    await client.close();
  });
});
