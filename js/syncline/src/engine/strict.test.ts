// The engine's part of strict mutations: what they may not do, and that they are strict whoever calls them.
import { describe, expect, it } from "vitest";
import { SynclineError } from "../error.ts";
import { type Alone, openAlone } from "../testing/alone.ts";
import type { StrictRunner } from "./engine.ts";
import type { Job } from "./jobs.ts";
import { failureOf, type Outcome } from "./outcome.ts";

describe.each(["syncline", "convex"] as const)(
  "with the layer of %s, a strict mutation",
  (layer) => {
    const within = async (use: (alone: Alone) => Promise<void>): Promise<void> => {
      const alone = await openAlone({ layer });
      try {
        await use(alone);
      } finally {
        await alone.close();
      }
    };
    // What the runtime is asked for, in place of asking the relay.
    const playRunner = (
      { engine }: Alone,
      outcome: Outcome,
      isReady: () => boolean = () => true,
    ): string[] => {
      const asked: string[] = [];
      const runAs =
        (by: string): StrictRunner["run"] =>
        async ({ path, argsText }, options) => {
          asked.push(`${path} ${argsText} ${JSON.stringify(options)} by ${by}`);
          return outcome;
        };
      engine.strictRunner = { isReady, run: runAs("a person"), runJob: runAs("a job") };
      return asked;
    };
    const offline: Outcome = {
      ok: false,
      failure: failureOf(new SynclineError("offline", "no connection")),
    };
    const jobs = async (alone: Alone) => (await alone.query("work:jobs")) as unknown as Job[];

    it("schedules nothing and writes no files: those would be here before it is accepted", () =>
      within(async ({ engine }) => {
        const outcomes: Outcome[] = [];
        await engine.mutation(
          "work:schedule",
          { group: "strict", n: 1, delayMs: 0 },
          { strict: true },
          ({ outcome }) => outcomes.push(outcome),
        );
        expect(outcomes).toMatchObject([
          {
            ok: false,
            failure: {
              error: {
                message: expect.stringMatching(/work:schedule is strict, so it can neither/),
              },
            },
          },
        ]);
      }));

    it("is strict when an action calls it, and its failure is the action's to catch", () =>
      within(async (alone) => {
        const asked = playRunner(alone, { ok: true, value: '"booked"' });
        expect(await alone.action("booking:bookByAction", { group: "a" })).toBe("booked");
        playRunner(alone, offline);
        await expect(alone.action("booking:bookByAction", { group: "b" })).rejects.toThrow(
          "no connection",
        );
        expect(asked).toEqual(['booking:book {"group":"a"} {"attempts":3} by a person']);
      }));

    it("is strict when it is scheduled, and the job ends as it does", () =>
      within(async (alone) => {
        const asked = playRunner(alone, { ok: true, value: "null" });
        await alone.mutation("booking:bookLater", { group: "a" });
        await alone.finishJobs();
        expect(asked).toEqual(['booking:book {"group":"a"} {"attempts":3} by a job']);
        expect(await jobs(alone)).toMatchObject([{ state: { kind: "success" } }]);
      }));

    it("is pending while it waits for a connection, also after a reload, and holds nobody up", () =>
      within(async (alone) => {
        const { storage, clock } = alone;
        const asked = playRunner(alone, { ok: true, value: "null" }, () => false);
        for (let n = 0; n < 70; ++n) await alone.mutation("booking:bookLater", { group: `${n}` });
        await alone.finishJobs();
        await alone.mutation("work:schedule", { group: "other", n: 1, delayMs: 0 });
        await alone.finishJobs();
        const kinds = (await jobs(alone)).map(({ state }) => state.kind);
        expect(kinds.filter((kind) => kind === "pending")).toHaveLength(70);
        expect(kinds.filter((kind) => kind === "success")).toHaveLength(1);
        expect(asked).toEqual([]);
        await alone.close();

        const reloaded = await openAlone({ layer, storage, clock });
        const askedAgain = playRunner(reloaded, { ok: true, value: "null" });
        await reloaded.finishJobs();
        expect(askedAgain).toHaveLength(70);
        const states = (await jobs(reloaded)).map(({ state }) => state.kind);
        expect(new Set(states)).toEqual(new Set(["success"]));
        await reloaded.close();
      }));

    it("is pending again when the connection ends before it is accepted", () =>
      within(async (alone) => {
        playRunner(alone, offline);
        await alone.mutation("booking:bookLater", { group: "a" });
        await alone.finishJobs();
        expect(await jobs(alone)).toMatchObject([{ state: { kind: "pending" } }]);
        const asked = playRunner(alone, { ok: true, value: "null" });
        await alone.finishJobs();
        expect(asked).toEqual([]);
        alone.engine.jobs.connected();
        await alone.finishJobs();
        expect(asked).toHaveLength(1);
        expect(await jobs(alone)).toMatchObject([{ state: { kind: "success" } }]);
      }));

    it("is part of the mutation that runs it, and ordinary on a device alone", () =>
      within(async (alone) => {
        const asked = playRunner(alone, { ok: false, failure: failureOf("no") });
        expect(await alone.mutation("booking:bookWithin", { group: "a" })).toBe("a");
        alone.engine.strictRunner = null;
        expect(await alone.action("booking:bookByAction", { group: "b" })).toBe("b");
        await alone.mutation("booking:bookLater", { group: "c" });
        await alone.finishJobs();
        expect(await jobs(alone)).toMatchObject([{ state: { kind: "success" } }]);
        expect(asked).toEqual([]);
      }));
  },
);
