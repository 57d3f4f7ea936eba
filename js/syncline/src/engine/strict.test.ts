// The engine's part of strict mutations: what they may not do, and that they are strict whoever calls them.
import { describe, expect, it } from "vitest";
import { SynclineError } from "../error.ts";
import { type Alone, openAlone } from "../testing/alone.ts";
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
    const playRunner = ({ engine }: Alone, outcome: Outcome): string[] => {
      const asked: string[] = [];
      engine.strictRunner = async ({ path, argsText, caller }, options) => {
        const by = caller.request.scheduledFunctionId === null ? "a person" : "a job";
        asked.push(`${path} ${argsText} ${JSON.stringify(options)} by ${by}`);
        return outcome;
      };
      return asked;
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
        const failure = failureOf(new SynclineError("offline", "no connection"));
        playRunner(alone, { ok: false, failure });
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
