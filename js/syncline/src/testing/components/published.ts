// The components that Convex publishes, registered as their own documents say.
/// <reference types="vite/client" />
import type { GenericSchema, SchemaDefinition } from "convex/server";
import type { TestConvex, convexTest as theirs } from "convex-test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "./convex/_generated/api.ts";
import schema from "./convex/schema.ts";

const modules = import.meta.glob("./convex/**/*.*s");

type Registered = TestConvex<SchemaDefinition<GenericSchema, boolean>>;

// import component from "@convex-dev/.../test", but not by a text that TypeScript follows: these are
// sources, which our stricter flags would judge.
async function register(t: Registered, component: string, name?: string): Promise<void> {
  const specifier = `@convex-dev/${component}/test`;
  const test = (await import(/* @vite-ignore */ specifier)) as {
    default: { register(t: Registered, name?: string): void };
  };
  test.default.register(t, name);
}

export function describePublished(name: string, convexTest: typeof theirs): void {
  const start = async () => {
    const t = convexTest(schema, modules);
    const registered = t as unknown as Registered;
    await register(registered, "rate-limiter");
    await register(registered, "aggregate", "scoresByGame");
    // Its own register leaves out what it installs itself.
    await register(registered, "batch-worker", "scoresByGame/batchWorker");
    await register(registered, "presence");
    await register(registered, "prosemirror-sync");
    await register(registered, "workpool", "mailPool");
    await register(registered, "migrations");
    return t;
  };

  describe(`${name}: published components`, () => {
    beforeEach(() => {
      vi.useFakeTimers();
      vi.setSystemTime(new Date("2026-01-01T00:00:00Z"));
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("rate-limiter", async () => {
      const t = await start();
      const send = () => t.mutation(api.messages.send, { by: "Sarah" });
      await expect(t.mutation(api.messages.sendAndFail, { by: "Sarah" })).rejects.toThrow();
      for (let i = 0; i < 3; ++i) expect((await send()).ok).toBe(true);
      expect(await send()).toEqual({ ok: false, retryAfter: 10_000 });
      expect((await t.mutation(api.messages.send, { by: "Tom" })).ok).toBe(true);
      vi.advanceTimersByTime(10_000);
      expect((await send()).ok).toBe(true);
      expect((await send()).ok).toBe(false);
      await t.mutation(api.messages.reset, { by: "Sarah" });
      expect((await send()).ok).toBe(true);

      await t.mutation(api.messages.signUp);
      await t.mutation(api.messages.signUp);
      await expect(t.mutation(api.messages.signUp)).rejects.toMatchObject({
        data: { kind: "RateLimited", name: "signUp" },
      });
    });

    it("aggregate", async () => {
      const t = await start();
      const points = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
      await t.mutation(api.scores.add, { game: "chess", player: "Sarah", points });
      await t.mutation(api.scores.add, { game: "go", player: "Tom", points: [1000] });
      const summary = () => t.query(api.scores.summary, { game: "chess", above: 29 });
      expect(await summary()).toEqual({ count: 40, sum: 780, above: 10, third: 2, rank: 29 });
      await t.mutation(api.scores.removeBest, { game: "chess" });
      expect(await summary()).toMatchObject({ count: 39, sum: 741, above: 9 });
    });

    it("rate-limiter and aggregate, counting later", async () => {
      const t = await start();
      const write = () => t.mutation(api.messages.write, { words: 8 });
      expect([await write(), await write()]).toEqual([true, true]);
      const add = { game: "chess", player: "Sarah", points: [1, 2, 3], later: true };
      await t.mutation(api.scores.add, add);
      const count = () => t.query(api.scores.count, { game: "chess" });
      await expect(count()).rejects.toMatchObject({ data: { code: "PENDING_OPERATIONS" } });
      for (let second = 0; second < 5; ++second) {
        vi.advanceTimersByTime(1000);
        await t.finishInProgressScheduledFunctions();
      }
      expect(await write()).toBe(false);
      expect(await count()).toBe(3);
    });

    it("presence", async () => {
      const t = await start();
      const enter = (user: string) =>
        t.mutation(api.rooms.heartbeat, { room: "lobby", user, session: `session of ${user}` });
      const online = async () =>
        (await t.query(api.rooms.list, { roomToken }))
          .filter((one) => one.online)
          .map(({ userId }) => userId)
          .sort();
      const { roomToken, sessionToken } = await enter("Sarah");
      await enter("Tom");
      expect(await online()).toEqual(["Sarah", "Tom"]);
      await t.mutation(api.rooms.leave, { sessionToken });
      expect(await online()).toEqual(["Tom"]);
      // Tom's heartbeats stop: the component's own worker finds out.
      for (let second = 0; second < 40; ++second) {
        vi.advanceTimersByTime(1000);
        await t.finishInProgressScheduledFunctions();
      }
      expect(await online()).toEqual([]);
    });

    it("prosemirror-sync", async () => {
      const t = await start();
      const id = "document";
      await t.mutation(api.documents.create, { id, text: "Hello" });
      expect(await t.mutation(api.documents.append, { id, text: " world" })).toBe("Hello world");
      // Two people edit: the second has to take the first one's steps before.
      const insert = (text: string, at: number) =>
        JSON.stringify({
          stepType: "replace",
          from: at,
          to: at,
          slice: { content: [{ type: "text", text }] },
        });
      const submit = (version: number, clientId: string, text: string) =>
        t.mutation(api.documents.submitSteps, {
          id,
          version,
          clientId,
          steps: [insert(text, 1)],
        });
      const version = (await t.query(api.documents.latestVersion, { id })) ?? 0;
      expect(await submit(version, "sarah", "Oh! ")).toMatchObject({ status: "synced" });
      expect(await submit(version, "tom", "So: ")).toMatchObject({
        status: "needs-rebase",
        clientIds: ["sarah"],
      });
      expect(await submit(version + 1, "tom", "So: ")).toMatchObject({ status: "synced" });
      expect(await t.mutation(api.documents.read, { id })).toEqual({
        text: "So: Oh! Hello world",
        version: version + 2,
      });
      const { steps } = await t.query(api.documents.getSteps, { id, version });
      expect(steps).toHaveLength(2);
    });

    it("workpool", async () => {
      const t = await start();
      for (const to of ["Sarah", "nobody", "Tom"]) await t.mutation(api.mails.enqueue, { to });
      expect(await t.query(api.mails.list)).toEqual([
        "Sarah: queued",
        "nobody: queued",
        "Tom: queued",
      ]);
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      expect(await t.query(api.mails.list)).toEqual([
        "Sarah: delivered to Sarah",
        "nobody: failed",
        "Tom: delivered to Tom",
      ]);
    });

    it("migrations", async () => {
      const t = await start();
      await t.mutation(api.people.add, { count: 25 });
      expect(await t.query(api.people.progress)).toEqual({ state: null, processed: 0, active: 0 });
      expect(await t.mutation(api.people.start)).toBe("inProgress");
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      expect(await t.query(api.people.progress)).toEqual({
        state: "success",
        processed: 25,
        active: 25,
      });
      await t.mutation(internal.people.run, { fn: "people:activate" });
    });
  });
}
