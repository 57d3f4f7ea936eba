// What convexTest promises, as Convex documents it: the same tests run on npm convex-test and on
// syncline/testing, with one import between them.
/// <reference types="vite/client" />

import { anyApi, type FunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import type { convexTest as theirs } from "convex-test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, components, internal } from "./convex/_generated/api.ts";
import schema from "./convex/schema.ts";
import counterSchema from "./counter/schema.ts";

const modules = import.meta.glob("./convex/**/*.*s");
const counterModules = import.meta.glob("./counter/**/*.*s");

// `hasFiles` false: where a Blob cannot be read.
export function describeConvexTest(
  name: string,
  convexTest: typeof theirs,
  { hasFiles = true } = {},
): void {
  const start = () => convexTest(schema, modules);
  const withCounter = () => {
    const t = start();
    t.registerComponent("counter", counterSchema, counterModules);
    return t;
  };

  describe(`${name}: functions`, () => {
    it("runs mutations and queries", async () => {
      const t = start();
      const id = await t.mutation(api.messages.send, { body: "Hi!", author: "Sarah" });
      await t.mutation(api.messages.send, { body: "Hey!", author: "Tom" });
      const messages = await t.query(api.messages.list);
      expect(messages).toMatchObject([
        { _id: id, body: "Hi!", author: "Sarah" },
        { body: "Hey!", author: "Tom" },
      ]);
      expect(messages[0]?._creationTime).toBeTypeOf("number");
    });

    it("keeps tests apart", async () => {
      const [one, two] = [start(), start()];
      await one.mutation(api.messages.send, { body: "Hi!", author: "Sarah" });
      expect(await two.query(api.messages.list)).toEqual([]);
      expect(await one.query(api.messages.list)).toHaveLength(1);
    });

    it("takes its options as an object", async () => {
      const t = convexTest({ schema, modules });
      expect(await t.query(api.deep.er.default)).toBe("deep");
    });

    it("calls internal functions", async () => {
      expect(await start().query(internal.messages.hidden)).toBe("for functions only");
    });

    it("runs inline functions", async () => {
      const t = start();
      const id = await t.run(
        async (ctx) => await ctx.db.insert("messages", { body: "Hi!", author: "Sarah" }),
      );
      expect(await t.run(async (ctx) => await ctx.db.get(id))).toMatchObject({ body: "Hi!" });
      await t.mutation(async (ctx) => await ctx.db.patch(id, { body: "Bye!" }));
      expect(await t.query(async (ctx) => (await ctx.db.get(id))?.body)).toBe("Bye!");
      const sent = await t.action(
        async (ctx) => await ctx.runMutation(api.messages.send, { body: "A", author: "B" }),
      );
      expect(await t.query(async (ctx) => (await ctx.db.get(sent))?.author)).toBe("B");
      expect(await t.run(async () => {})).toBe(null);
    });

    it("calls functions by their handles", async () => {
      const t = start();
      const id = await t.mutation(api.messages.byHandle, { body: "Hi!" });
      expect(await t.query(api.messages.list)).toMatchObject([{ _id: id, author: "function://" }]);
    });

    it("shows functions the clock and the random numbers of the test", async () => {
      const t = start();
      vi.spyOn(Math, "random").mockReturnValue(0.25);
      vi.spyOn(Date, "now").mockReturnValue(1_800_000_000_000);
      expect(await t.mutation(api.messages.dice)).toEqual({ random: 0.25, now: 1_800_000_000_000 });
      vi.restoreAllMocks();
    });

    it("calls functions within an inline one, as part of its transaction", async () => {
      const t = start();
      const failing = t.run(async () => {
        const id = await t.mutation(api.messages.send, { body: "Hi!", author: "Sarah" });
        expect(await t.query(api.messages.list)).toMatchObject([{ _id: id }]);
        await expect(t.mutation(api.messages.fails, { how: "convex" })).rejects.toMatchObject({
          data: { code: 7 },
        });
        throw new Error("no luck");
      });
      await expect(failing).rejects.toThrow("no luck");
      expect(await t.query(api.messages.list)).toEqual([]);
    });

    it("undoes an inline function that fails", async () => {
      const t = start();
      const failing = t.run(async (ctx) => {
        await ctx.db.insert("messages", { body: "gone", author: "nobody" });
        throw new Error("no luck");
      });
      await expect(failing).rejects.toThrow("no luck");
      expect(await t.query(api.messages.list)).toEqual([]);
    });

    it("uses indexes, search and pages", async () => {
      const t = start();
      for (const body of ["red fox", "blue fox", "red hen"]) {
        await t.mutation(api.messages.send, { body, author: "Sarah" });
      }
      await t.mutation(api.messages.send, { body: "red fox", author: "Tom" });
      expect(
        (await t.query(api.messages.byAuthor, { author: "Sarah" })).map(({ body }) => body),
      ).toEqual(["red hen", "blue fox", "red fox"]);
      const found = await t.query(api.messages.search, { body: "fox", author: "Sarah" });
      expect(found.map(({ body }) => body).sort()).toEqual(["blue fox", "red fox"]);

      const first = await t.query(api.messages.page, {
        paginationOpts: { numItems: 3, cursor: null },
      });
      expect(first.page).toHaveLength(3);
      expect(first.isDone).toBe(false);
      const last = await t.query(api.messages.page, {
        paginationOpts: { numItems: 3, cursor: first.continueCursor },
      });
      expect(last.page.map(({ author }) => author)).toEqual(["Tom"]);
      expect(last.isDone).toBe(true);
    });

    it("keeps every kind of value", async () => {
      const t = start();
      const tags = ["a", "ä", "😀"];
      const id = await t.run(
        async (ctx) => await ctx.db.insert("counts", { name: "n", value: 2n ** 62n, tags }),
      );
      expect(await t.run(async (ctx) => await ctx.db.get(id))).toMatchObject({
        value: 2n ** 62n,
        tags,
      });
      await t.run(async (ctx) => await ctx.db.patch(id, { tags: undefined }));
      expect(await t.run(async (ctx) => await ctx.db.get(id))).not.toHaveProperty("tags");
    });
  });

  describe(`${name}: failures`, () => {
    it("validates arguments, results and documents", async () => {
      const t = start();
      const wrong = { body: 5, author: "Sarah" } as never;
      await expect(t.mutation(api.messages.send, wrong)).rejects.toThrow(/string/);
      await expect(t.query(api.messages.wrongResult)).rejects.toThrow(/null/);
      const insert = t.run(
        async (ctx) => await ctx.db.insert("messages", { body: "Hi!" } as never),
      );
      await expect(insert).rejects.toThrow(/author/);
      expect(await t.query(api.messages.list)).toEqual([]);
    });

    it("rejects with what a function throws", async () => {
      const t = start();
      await expect(t.mutation(api.messages.fails, { how: "error" })).rejects.toThrow("no luck");
      const thrown = await t
        .mutation(api.messages.fails, { how: "convex" })
        .catch((e: unknown) => e);
      expect(thrown).toBeInstanceOf(ConvexError);
      expect((thrown as ConvexError<{ code: number }>).data).toEqual({ code: 7, why: "rules" });
      expect(await t.query(api.messages.list)).toEqual([]);
    });

    it("rolls back what fails within a mutation, and only that", async () => {
      const t = start();
      expect(await t.mutation(api.messages.halfway)).toMatchObject([{ body: "kept" }]);
      expect(await t.query(api.messages.list)).toHaveLength(1);
    });

    it("has no network and no timers in mutations", async () => {
      const t = start();
      await expect(t.mutation(api.messages.fails, { how: "fetch" })).rejects.toThrow(/fetch/);
      await expect(t.mutation(api.messages.fails, { how: "timer" })).rejects.toThrow(/setTimeout/);
    });

    it("names a function that does not exist", async () => {
      await expect(
        start().query(anyApi["messages"]?.["gone"] as unknown as FunctionReference<"query">),
      ).rejects.toThrow(/gone/);
    });
  });

  describe(`${name}: actions`, () => {
    afterEach(() => vi.unstubAllGlobals());

    it("run queries, mutations and actions", async () => {
      const t = start().withIdentity({ name: "Sarah" });
      expect(await t.action(api.messages.actionOfAction)).toEqual({ sent: 2, who: "Sarah" });
      const bodies = (await t.query(api.messages.list)).map(({ body }) => body);
      expect(bodies).toEqual(["deep", "deep"]);
    });

    it("fetch what the test stubs", async () => {
      vi.stubGlobal(
        "fetch",
        vi.fn(async (url: string) => new Response(`text of ${url}`)),
      );
      const text = await start().action(api.messages.fetching, { url: "https://example.org" });
      expect(text).toBe("text of https://example.org");
    });

    it("search by vectors", async () => {
      const t = start();
      const ids = await t.run(async (ctx) => {
        const insert = (food: string, cuisine: string, vector: number[]) =>
          ctx.db.insert("foods", { name: food, cuisine, vector });
        return {
          near: await insert("near", "fr", [1, 0.1, 0]),
          far: await insert("far", "fr", [0, 1, 0]),
          other: await insert("other", "it", [1, 0, 0]),
        };
      });
      const found = await t.action(api.messages.similar, { vector: [1, 0, 0], cuisine: "fr" });
      expect(found.map(({ _id }) => _id)).toEqual([ids.near, ids.far]);
      const [near = 0, far = 0] = found.map(({ _score }) => _score);
      expect(near).toBeGreaterThan(far);
    });
  });

  describe(`${name}: identities`, () => {
    it("are those of withIdentity, on that accessor only", async () => {
      const t = start();
      const asSarah = t.withIdentity({ name: "Sarah", email: "sarah@example.org" });
      expect(await asSarah.query(api.messages.whoAmI)).toMatchObject({
        name: "Sarah",
        email: "sarah@example.org",
        issuer: expect.any(String) as string,
        subject: expect.any(String) as string,
        tokenIdentifier: expect.any(String) as string,
      });
      expect(await t.query(api.messages.whoAmI)).toBe(null);
      const asTom = asSarah.withIdentity({ name: "Tom" });
      expect(await asTom.query(api.messages.whoAmI)).toMatchObject({ name: "Tom" });
      expect(await asTom.query(api.messages.whoAmI)).not.toHaveProperty("email");
    });

    it("keep what they are given, and otherwise differ by what they say", async () => {
      const t = start();
      const identity = {
        issuer: "https://a",
        subject: "1",
        tokenIdentifier: "https://a|1",
        role: "boss",
      };
      expect(await t.withIdentity(identity).query(api.messages.whoAmI)).toEqual(identity);
      const token = async (name: string) =>
        (await t.withIdentity({ name }).query(api.messages.whoAmI))?.tokenIdentifier;
      expect(await token("Sarah")).toBe(await token("Sarah"));
      expect(await token("Sarah")).not.toBe(await token("Tom"));
    });

    it("are seen by inline functions", async () => {
      const t = start().withIdentity({ name: "Sarah" });
      expect(await t.query(async (ctx) => (await ctx.auth.getUserIdentity())?.name)).toBe("Sarah");
      expect(await t.run(async (ctx) => (await ctx.auth.getUserIdentity())?.name)).toBe("Sarah");
    });

    it("come with the request's metadata", async () => {
      const t = start().withRequestMetadata({ ip: "10.0.0.1", userAgent: "test" });
      expect(await t.mutation(api.messages.request)).toMatchObject({
        ip: "10.0.0.1",
        userAgent: "test",
        requestId: expect.any(String) as string,
        scheduledFunctionId: null,
        authToken: null,
      });
      const asSarah = t.withIdentity({ name: "Sarah" });
      const { ip, authToken } = await asSarah.mutation(api.messages.request);
      expect([ip, authToken?.split(".").length]).toEqual(["10.0.0.1", 3]);
      expect(await t.withRequestMetadata({}).mutation(api.messages.request)).toMatchObject({
        ip: null,
        userAgent: null,
      });
    });
  });

  describe(`${name}: scheduled functions`, () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("run when their time has come", async () => {
      const t = start();
      const job = await t.mutation(api.messages.remind, { body: "tea", delayMs: 10_000 });
      const state = () => t.run(async (ctx) => (await ctx.db.system.get(job))?.state.kind);
      vi.advanceTimersByTime(9_000);
      await t.finishInProgressScheduledFunctions();
      expect(await t.query(api.messages.list)).toEqual([]);
      expect(await state()).toBe("pending");

      vi.advanceTimersByTime(1_000);
      await t.finishInProgressScheduledFunctions();
      expect(await t.query(api.messages.list)).toMatchObject([{ body: "tea", author: "clock" }]);
      expect(await state()).toBe("success");
    });

    it("run all, with those that they schedule", async () => {
      const t = start().withIdentity({ name: "Sarah" });
      await t.mutation(api.messages.countdown, { from: 3 });
      await t.mutation(api.messages.remind, { body: "tea", delayMs: 60_000 });
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      const bodies = (await t.query(api.messages.list)).map(({ body }) => body).sort();
      expect(bodies).toEqual(["0", "1", "2", "3", "tea"]);
    });

    it("come from actions as well", async () => {
      const t = start();
      await t.action(api.messages.remindFromAction, { body: "tea" });
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      expect(await t.query(api.messages.list)).toMatchObject([{ body: "tea" }]);
    });

    it("are rows that say how they ended", async () => {
      const t = start();
      vi.spyOn(console, "error").mockImplementation(() => {});
      const job = await t.mutation(api.messages.remind, { body: "bad", delayMs: 0 });
      const jobs = () =>
        t.run(async (ctx) => await ctx.db.system.query("_scheduled_functions").collect());
      expect(await jobs()).toMatchObject([
        {
          _id: job,
          name: expect.stringMatching(/^messages(\.js)?:arrive$/) as string,
          args: [{ body: "bad" }],
          state: { kind: "pending" },
        },
      ]);
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      expect(await jobs()).toMatchObject([
        { state: { kind: "failed" }, completedTime: expect.any(Number) as number },
      ]);
      expect(await t.query(api.messages.list)).toEqual([]);
      vi.restoreAllMocks();
    });

    it("do not run once they are cancelled", async () => {
      const t = start();
      const job = await t.mutation(api.messages.remind, { body: "tea", delayMs: 1000 });
      await t.mutation(api.messages.cancel, { job });
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      expect(await t.query(api.messages.list)).toEqual([]);
      expect(await t.run(async (ctx) => (await ctx.db.system.get(job))?.state)).toEqual({
        kind: "canceled",
      });
    });

    it("do not run for a mutation that failed", async () => {
      const t = start();
      const failing = t.run(async (ctx) => {
        await ctx.scheduler.runAfter(0, internal.messages.arrive, { body: "tea" });
        throw new Error("no luck");
      });
      await expect(failing).rejects.toThrow("no luck");
      expect(
        await t.run(async (ctx) => await ctx.db.system.query("_scheduled_functions").collect()),
      ).toEqual([]);
    });

    it("run that were due before the timers were replaced", async () => {
      vi.useRealTimers();
      const t = start();
      await t.mutation(api.messages.remind, { body: "tea", delayMs: 0 });
      await t.mutation(api.messages.remind, { body: "next week", delayMs: 6e8 });
      vi.useFakeTimers();
      await t.finishAllScheduledFunctions(() => {});
      expect(await t.query(api.messages.list)).toMatchObject([{ body: "tea" }]);
    });

    it("stop a chain that never ends", async () => {
      const t = start();
      await t.mutation(api.messages.countdown, { from: 1000 });
      const finishing = t.finishAllScheduledFunctions(vi.runAllTimers, 5);
      await expect(finishing).rejects.toThrow(/too many iterations/);
    });
  });

  describe.runIf(hasFiles)(`${name}: files`, () => {
    it("are stored, read, described and deleted", async () => {
      const t = start();
      const id = await t.action(api.messages.keep, { text: "hello" });
      expect(await t.action(api.messages.read, { id })).toBe("hello");
      expect(await t.query(api.messages.fileOf, { id })).toEqual({ size: 5, url: true });
      await t.mutation(api.messages.drop, { id });
      expect(await t.query(api.messages.fileOf, { id })).toEqual({ size: null, url: false });
      expect(await t.action(api.messages.read, { id })).toBe(null);
    });

    it("are stored by inline functions", async () => {
      const t = start();
      const text = await t.run(async (ctx) => {
        const file = await ctx.storage.store(new Blob(["abc"]));
        await ctx.db.insert("files", { file });
        return await (await ctx.storage.get(file))?.text();
      });
      expect(text).toBe("abc");
    });
  });

  describe(`${name}: HTTP actions`, () => {
    it("are fetched by path and method", async () => {
      const t = start();
      const body = JSON.stringify({ body: "by http" });
      const response = await t.fetch("/send?q=1", { method: "POST", body });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ query: "1" });
      expect(await t.query(api.messages.list)).toMatchObject([
        { body: "by http", author: "anonymous" },
      ]);

      const file = await t.fetch("/files/a/b");
      expect([await file.text(), file.headers.get("x-kind")]).toEqual(["a/b", "file"]);
      expect((await t.fetch("/nowhere")).status).toBe(404);
      expect((await t.fetch("/send")).status).toBe(404);
      await expect(t.fetch("send")).rejects.toThrow("/");
      await expect(t.fetch("/fail")).rejects.toThrow("no luck");
    });

    it("know who calls", async () => {
      const t = start();
      const body = JSON.stringify({ body: "by http" });
      await t.withIdentity({ name: "Sarah" }).fetch("/send", { method: "POST", body });
      expect(await t.query(api.messages.list)).toMatchObject([{ author: "Sarah" }]);
    });
  });

  describe(`${name}: components`, () => {
    it("have functions and tables of their own", async () => {
      const t = withCounter();
      expect(await t.mutation(api.messages.addTo, { name: "visits", by: 2 })).toBe(2);
      expect(await t.mutation(api.messages.addTo, { name: "visits", by: 3 })).toBe(5);
      expect(await t.query(components.counter.lib.counters)).toMatchObject([
        { name: "visits", value: 5 },
      ]);
      await expect(
        t.run(async (ctx) => await ctx.db.query("counters" as never).collect()),
      ).resolves.toEqual([]);
    });

    it("roll back alone", async () => {
      const t = withCounter();
      const seen = await t.run(async (ctx) => {
        await ctx.runMutation(components.counter.lib.add, { name: "visits", by: 1 });
        await ctx
          .runMutation(components.counter.lib.add, { name: "visits", by: -1 })
          .catch(() => {});
        return await ctx.runQuery(components.counter.lib.counters);
      });
      expect(seen).toMatchObject([{ value: 1 }]);
    });

    it("do not know who calls", async () => {
      const t = withCounter().withIdentity({ name: "Sarah" });
      expect(await t.query(api.messages.whoInside)).toBe(null);
    });

    it("must be registered", async () => {
      await expect(start().mutation(api.messages.addTo, { name: "a", by: 1 })).rejects.toThrow(
        /counter/,
      );
    });
  });

  describe(`${name}: limits`, () => {
    const insert = (t: ReturnType<typeof start>, count: number) =>
      t.run(async (ctx) => {
        for (let i = 0; i < count; ++i) await ctx.db.insert("messages", { body: "a", author: "b" });
      });

    it("can be lowered", async () => {
      const t = convexTest({ schema, modules, transactionLimits: { documentsWritten: 2 } });
      await insert(t, 2);
      await expect(insert(t, 3)).rejects.toThrow(/documents/);
      expect(await t.query(api.messages.list)).toHaveLength(2);
    });

    it("are counted", async () => {
      const t = convexTest({ schema, modules, transactionLimits: true });
      const metrics = await t.mutation(async (ctx) => {
        await ctx.db.insert("messages", { body: "a", author: "b" });
        return (await ctx.meta.getTransactionMetrics()).documentsWritten;
      });
      expect(metrics).toEqual({ used: 1, remaining: 15_999 });
    });
  });
}
