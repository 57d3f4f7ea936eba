// Actions, scheduled functions, files and HTTP actions on a device alone, through both layers.
import type { JSONValue } from "convex/values";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MemoryStorage } from "../storage/memory.ts";
import { type Alone, type FunctionError, openAlone, PlayedClock } from "../testing/alone.ts";
import type { Job } from "./jobs.ts";

describe.each(["syncline", "convex"] as const)("with the layer of %s", (layer) => {
  let alone: Alone;
  beforeAll(async () => {
    alone = await openAlone({ layer });
  });
  afterAll(() => alone.close());

  const errorOf = async (work: Promise<JSONValue>): Promise<FunctionError["failure"]["error"]> => {
    const error = await work.then(
      (value) => {
        throw new Error(`did not fail but gave ${JSON.stringify(value)}`);
      },
      (thrown: FunctionError) => thrown,
    );
    if (!error.failure) throw error;
    return error.failure.error;
  };
  const numbers = (group: string, of = alone) => of.query("nested:list", { group });
  const jobOf = async (id: JSONValue, of = alone): Promise<Job> => {
    const job = ((await of.query("work:jobs")) as unknown as Job[]).find(({ _id }) => _id === id);
    if (!job) throw new Error(`there is no job ${JSON.stringify(id)}`);
    return job;
  };

  describe("actions", () => {
    it("call queries and mutations, and have timers", async () => {
      expect(await alone.action("work:act", { group: "act", n: 5 })).toEqual([5]);
    });

    it("have arguments of a limited size", async () => {
      const error = await errorOf(alone.action("work:hangs", { text: "x".repeat(17 << 20) }));
      expect(error.message).toContain("work:hangs arguments are too large");
    });

    it("pass on what they call and what that throws", async () => {
      expect(await alone.action("work:outer", { group: "outer", n: 13 })).toMatchObject({
        convex: { unlucky: 13 },
      });
      expect(await alone.action("work:outer", { group: "outer", n: 14 })).toEqual({
        message: "fourteen is too many",
      });
      expect(await numbers("outer")).toEqual([]);
    });

    it("run many at a time, beside queries and mutations", async () => {
      const all = Array.from({ length: 100 }, (_, n) =>
        alone.action("work:act", { group: `many ${n}`, n: n + 100 }),
      );
      await alone.mutation("nested:passOn", { group: "beside", n: 1 });
      expect(await numbers("beside")).toEqual([1]);
      expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, (_, n) => [n + 100]));
    });

    it("are given up when they do not end", async () => {
      const clock = new PlayedClock();
      const own = await openAlone({ layer, clock, actionTimeoutMs: 600_000 });
      const hanging = errorOf(own.action("work:hangs"));
      await own.query("nested:list", { group: "x" });
      clock.turn(600_000);
      expect((await hanging).message).toMatch(/work:hangs did not end within 600 s/);
      await own.close();
    });

    it("end with the database that they run on", async () => {
      const own = await openAlone({ layer });
      const hanging = errorOf(own.action("work:hangs"));
      await own.query("nested:list", { group: "x" });
      await own.close();
      expect(await hanging).toMatchObject({ code: "unavailable" });
    });

    it("say that they need a service peer", async () => {
      expect(await errorOf(alone.action("work:callPeer"))).toMatchObject({
        message: expect.stringContaining("service peer"),
      });
    });
  });

  describe("scheduled functions", () => {
    it("run when they are due, once", async () => {
      const id = await alone.mutation("work:schedule", { group: "due", n: 1, delayMs: 1000 });
      expect(await jobOf(id)).toMatchObject({
        name: "nested.js:put",
        args: [{ group: "due", n: 1 }],
        scheduledTime: alone.clock.now() + 1000,
        state: { kind: "pending" },
      });
      alone.clock.turn(999);
      await alone.finishJobs();
      expect(await numbers("due")).toEqual([]);
      alone.clock.turn(1);
      await alone.finishJobs();
      alone.clock.turn(10_000);
      await alone.finishJobs();
      expect(await numbers("due")).toEqual([1]);
      expect(await jobOf(id)).toMatchObject({ state: { kind: "success" } });
      expect((await jobOf(id)).completedTime).toBeTypeOf("number");
    });

    it("are there only if their mutation is", async () => {
      await errorOf(
        alone.mutation("work:schedule", { group: "failed", n: 1, delayMs: 0, fails: true }),
      );
      await alone.finishJobs();
      expect(await numbers("failed")).toEqual([]);
    });

    it("tell of their failure", async () => {
      const told = vi.spyOn(console, "error").mockImplementation(() => {});
      const id = await alone.mutation("work:schedule", { group: "fails", n: 14, delayMs: 0 });
      await alone.finishJobs();
      expect(await jobOf(id)).toMatchObject({
        state: { kind: "failed", error: "Uncaught Error: fourteen is too many" },
      });
      expect(told).toHaveBeenCalledOnce();
      expect(await numbers("fails")).toEqual([]);
      told.mockRestore();
    });

    it("end also with an error that fits into no row", async () => {
      const told = vi.spyOn(console, "error").mockImplementation(() => {});
      const id = await alone.mutation("work:scheduleOwn", { name: "failsUnspeakably" });
      await alone.finishJobs();
      const { state } = await jobOf(id);
      expect(state.kind === "failed" && state.error).toMatch(
        /^Uncaught Error: \ufffdx{1000,10000}$/,
      );
      told.mockRestore();
    });

    it("stay canceled if they cancel themselves", async () => {
      const own = await openAlone({ layer });
      const id = await own.mutation("work:scheduleOwn", { name: "cancelsItself" });
      await own.finishJobs();
      expect(await jobOf(id, own)).toMatchObject({ state: { kind: "canceled" } });
      expect(await own.query("work:anything")).toHaveLength(1);
      await own.close();
    });

    it("can be canceled", async () => {
      const id = await alone.mutation("work:schedule", { group: "canceled", n: 1, delayMs: 10 });
      await alone.mutation("work:cancel", { id });
      alone.clock.turn(10);
      await alone.finishJobs();
      expect(await jobOf(id)).toMatchObject({ state: { kind: "canceled" } });
      expect(await numbers("canceled")).toEqual([]);
      // Again, and after the end, does nothing.
      await alone.mutation("work:cancel", { id });
    });

    it("can be canceled in the moment in which they are due", async () => {
      const id = await alone.mutation("work:schedule", { group: "race", n: 1, delayMs: 10 });
      alone.clock.turn(10);
      expect(alone.engine.jobs.runningCount).toBe(1);
      await alone.mutation("work:cancel", { id });
      await alone.finishJobs();
      const { state } = await jobOf(id);
      // Whoever came first: both or neither.
      expect(await numbers("race")).toEqual(state.kind === "canceled" ? [] : [1]);
      expect(state.kind).toBe("canceled");
    });

    it("may be actions, and may be scheduled by actions", async () => {
      const at = alone.clock.now() + 5;
      const id = await alone.action("work:scheduleAction", { group: "action", n: 1, at });
      alone.clock.turn(5);
      await alone.finishJobs();
      expect(await numbers("action")).toEqual([1]);
      expect(await jobOf(id)).toMatchObject({ state: { kind: "success" } });
    });

    it("run for nobody", async () => {
      await alone.mutation("work:scheduleWho", { group: "who" });
      await alone.finishJobs();
      expect(await alone.query("work:anything")).toMatchObject([
        { identity: null, isScheduled: true },
      ]);
    });

    it("have limits, and must exist", async () => {
      const message = (await errorOf(alone.mutation("work:scheduleMany", { count: 1001 }))).message;
      expect(message).toContain("Too many functions scheduled by this mutation (limit: 1000)");
      expect((await errorOf(alone.mutation("work:scheduleMissing"))).message).toContain(
        "Attempted to schedule function at nonexistent path: work:notThere",
      );
    });

    it("wait for a service peer where they need one", async () => {
      const id = await alone.mutation("work:schedulePeer");
      await alone.finishJobs();
      expect(await jobOf(id)).toMatchObject({ state: { kind: "pending" } });
    });

    it("that were due while the database was closed run when it opens", async () => {
      const storage = new MemoryStorage();
      const clock = new PlayedClock();
      const first = await openAlone({ layer, storage, clock });
      const id = await first.mutation("work:schedule", { group: "closed", n: 1, delayMs: 1000 });
      const later = await first.mutation("work:schedule", { group: "closed", n: 2, delayMs: 9000 });
      await first.close();
      clock.turn(5000);
      const second = await openAlone({ layer, storage, clock });
      await second.finishJobs();
      expect(await numbers("closed", second)).toEqual([1]);
      expect(await jobOf(id, second)).toMatchObject({ state: { kind: "success" } });
      expect(await jobOf(later, second)).toMatchObject({ state: { kind: "pending" } });
      await second.close();
    });

    it("that a crash interrupted: mutations run again, actions do not", async () => {
      const storage = new MemoryStorage();
      const clock = new PlayedClock();
      const first = await openAlone({ layer, storage, clock });
      const action = await first.action("work:scheduleAction", {
        group: "crash",
        n: 1,
        at: clock.now(),
      });
      const mutation = await first.mutation("work:schedule", { group: "crash", n: 2, delayMs: 0 });
      // The action has begun when the machine dies, the mutation has not.
      await first.engine.transact("mutation", (transaction) => {
        const job = { ...jobRow, args: [{ group: "crash", n: 1 }] };
        transaction.call(22, {
          table: "_scheduled_functions",
          id: action,
          value: { ...job, scheduledTime: clock.now(), state: { kind: "inProgress" } },
        });
      });
      await first.close();
      const second = await openAlone({ layer, storage, clock });
      await second.finishJobs();
      expect(await numbers("crash", second)).toEqual([2]);
      expect(await jobOf(action, second)).toMatchObject({
        state: { kind: "failed", error: expect.stringContaining("not run again") },
      });
      expect(await jobOf(mutation, second)).toMatchObject({ state: { kind: "success" } });
      await second.close();
    });

    it("are forgotten a week after they ended", async () => {
      const own = await openAlone({ layer });
      await own.mutation("work:schedule", { group: "week", n: 1, delayMs: 0 });
      await own.finishJobs();
      own.clock.turn(7 * 24 * 3600 * 1000 + 1);
      const id = await own.mutation("work:schedule", { group: "week", n: 2, delayMs: 0 });
      await own.finishJobs();
      const left = (await own.query("work:jobs")) as unknown as Job[];
      expect(left.map(({ _id }) => _id)).toEqual([id]);
      await own.close();
    });
  });

  it("knows its pending jobs however large they are together", async () => {
    const storage = new MemoryStorage();
    const clock = new PlayedClock();
    const first = await openAlone({ layer, storage, clock });
    const args = [{ text: "x".repeat(900_000) }];
    for (let each = 0; each < 20; ++each) {
      const scheduledTime = clock.now() + 1000 * (each + 1);
      const value = { ...jobRow, args, scheduledTime, state: { kind: "pending" } };
      await first.engine.transact("mutation", (transaction) =>
        transaction.call(22, { table: "_scheduled_functions", value }),
      );
    }
    await first.close();
    const second = await openAlone({ layer, storage, clock });
    expect(second.engine.jobs.pendingCount).toBe(20);
    await second.close();
  });

  it("forgets ended jobs however many they are", async () => {
    const storage = new MemoryStorage();
    const clock = new PlayedClock();
    const first = await openAlone({ layer, storage, clock });
    const ended = { ...jobRow, args: [{}], scheduledTime: 1, completedTime: 1 };
    await first.engine.transact("mutation", (transaction) => {
      for (let each = 0; each < 1001; ++each) {
        const value = { ...ended, state: { kind: "success" } };
        transaction.call(22, { table: "_scheduled_functions", value });
      }
    });
    await first.close();
    const second = await openAlone({ layer, storage, clock });
    expect(await second.query("work:jobs")).toEqual([]);
    await second.close();
  });

  describe("files", () => {
    it("are stored, read, seen and deleted", async () => {
      const id = (await alone.action("work:store", { text: "hello" })) as string;
      expect(await alone.action("work:read", { id })).toBe("hello");
      const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
      const { url, metadata, row } = (await alone.query("work:file", { id })) as {
        url: string;
        metadata: object;
        row: object;
      };
      expect(metadata).toEqual({ storageId: id, sha256, size: 5, contentType: "text/plain" });
      expect(row).toMatchObject({ _id: id, size: 5, contentType: "text/plain" });
      expect(await (await fetch(url)).text()).toBe("hello");
      // The same URL when a live query runs again.
      expect(await alone.query("work:file", { id })).toMatchObject({ url });
      await alone.mutation("work:removeFile", { id });
      expect(await alone.query("work:file", { id })).toEqual({
        url: null,
        metadata: null,
        row: null,
      });
      expect(await alone.action("work:read", { id })).toBeNull();
      expect((await errorOf(alone.mutation("work:removeFile", { id }))).message).toContain(id);
    });

    it("are checked against the digest that the caller knows", async () => {
      const args = { text: "hello", sha256: "00" };
      expect((await errorOf(alone.action("work:store", args))).message).toContain("SHA-256");
    });

    it("can be stored by mutations", async () => {
      expect(await alone.mutation("work:storeInMutation", { text: "x" })).toMatchObject({
        text: "x",
        type: "text/x",
      });
    });

    it("have no URL to upload to on a device", async () => {
      expect((await errorOf(alone.mutation("work:uploadUrl"))).message).toContain(
        "ctx.storage.store",
      );
    });

    it("fail at once where there is a relay", async () => {
      const own = await openAlone({ layer, files: { refusal: "files do not travel yet" } });
      expect(await errorOf(own.action("work:store", { text: "x" }))).toMatchObject({
        code: "unavailable",
        message: "files do not travel yet",
      });
      await own.close();
    });
  });

  it("functions can ask about themselves", async () => {
    const told = vi.spyOn(console, "info").mockImplementation(() => {});
    expect(await alone.mutation("work:about")).toMatchObject({
      itself: { name: "work:about", componentPath: "", type: "mutation", visibility: "public" },
      deployment: { name: "device", region: null, class: "s16" },
      request: { ip: null, scheduledFunctionId: null, authToken: null },
      snapshot: "bigint",
    });
    expect(told).toHaveBeenCalledWith("audit:", expect.stringContaining('"what":"about"'));
    told.mockRestore();
  });

  it("HTTP actions answer requests by their routes", async () => {
    const post = (path: string, method = "POST") =>
      alone.engine.httpAction(
        new Request(`https://test${path}`, {
          method,
          ...(method === "GET" ? {} : { body: "abc" }),
        }),
      );
    const response = await post("/hello?group=http");
    expect([response.status, await response.json()]).toEqual([201, [3]]);
    expect((await post("/files/x?group=prefix", "GET")).status).toBe(201);
    expect((await post("/missing")).status).toBe(404);
    expect((await post("/hello", "GET")).status).toBe(404);
    await expect(post("/no-answer", "GET")).rejects.toThrow("must return a Response");
  });
});

const jobRow = { name: "work.js:inner" };
