// The components that Convex publishes, through convex.config.ts, the bundler and the device's engine.
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { loadApp } from "../../bundle/load.ts";
import type { App } from "../../engine/application.ts";
import { openSyncline, type SynclineNode } from "../../node/node.ts";
import { api } from "./convex/_generated/api.ts";

let app: App;
let client: SynclineNode;
beforeAll(async () => {
  app = await loadApp(fileURLToPath(new URL("./convex", import.meta.url)));
});
beforeEach(async () => {
  // The engine's own turns stay real.
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  vi.setSystemTime(new Date("2026-01-01T00:00:00Z"));
  client = await openSyncline({ app, storage: "memory" });
});
afterEach(async () => {
  await client.close();
  vi.useRealTimers();
});

// Plays time until it holds: a second of it, then what is due.
async function playUntil(holds: () => Promise<boolean>, seconds = 120): Promise<void> {
  for (let second = 0; second < seconds; ++second) {
    await vi.advanceTimersByTimeAsync(1000);
    for (let turn = 0; turn < 20; ++turn) await new Promise((resolve) => setImmediate(resolve));
    if (await holds()) return;
  }
  throw new Error(`in vain played ${seconds} s`);
}

const settled = async <Result>(stages: { applied: Promise<Result> }): Promise<Result> =>
  await stages.applied;

it("installs all six, with what they install", () => {
  expect(app.components.map(({ path }) => path)).toEqual([
    "rateLimiter",
    "rateLimiter/batchWorker",
    "scoresByGame",
    "scoresByGame/batchWorker",
    "presence",
    "presence/batchWorker",
    "prosemirrorSync",
    "mailPool",
    "mailPool/batchWorker",
    "migrations",
  ]);
});

it("rate-limiter", async () => {
  const send = (by: string) => settled(client.mutation(api.messages.send, { by }));
  await expect(settled(client.mutation(api.messages.sendAndFail, { by: "Sarah" }))).rejects.toThrow(
    "changed my mind",
  );
  for (let i = 0; i < 3; ++i) expect((await send("Sarah")).ok).toBe(true);
  expect(await send("Sarah")).toEqual({ ok: false, retryAfter: 10_000 });
  expect((await send("Tom")).ok).toBe(true);
  vi.setSystemTime(Date.now() + 10_000);
  expect((await send("Sarah")).ok).toBe(true);
  for (let i = 0; i < 2; ++i) await settled(client.mutation(api.messages.signUp, {}));
  await expect(settled(client.mutation(api.messages.signUp, {}))).rejects.toMatchObject({
    data: { kind: "RateLimited", name: "signUp" },
  });
});

it("aggregate", async () => {
  const points = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
  const args = { game: "chess", player: "Sarah", points };
  await settled(client.mutation(api.scores.add, args));
  const summary = () => client.query(api.scores.summary, { game: "chess", above: 29 });
  expect(await summary()).toEqual({ count: 40, sum: 780, above: 10, third: 2, rank: 29 });
  await settled(client.mutation(api.scores.removeBest, { game: "chess" }));
  expect(await summary()).toMatchObject({ count: 39, sum: 741, above: 9 });
});

it("rate-limiter and aggregate, counting later", async () => {
  const write = () => settled(client.mutation(api.messages.write, { words: 8 }));
  expect([await write(), await write()]).toEqual([true, true]);
  const add = { game: "chess", player: "Sarah", points: [1, 2, 3], later: true };
  await settled(client.mutation(api.scores.add, add));
  const count = () => client.query(api.scores.count, { game: "chess" });
  await expect(count()).rejects.toMatchObject({ data: { code: "PENDING_OPERATIONS" } });
  await playUntil(() =>
    count().then(
      () => true,
      () => false,
    ),
  );
  expect(await count()).toBe(3);
  expect(await write()).toBe(false);
});

it("presence, live", async () => {
  const enter = (user: string) =>
    settled(
      client.mutation(api.rooms.heartbeat, { room: "lobby", user, session: `session of ${user}` }),
    );
  const { roomToken, sessionToken } = await enter("Sarah");
  const seen: string[] = [];
  client.onUpdate(api.rooms.list, { roomToken }, (users) =>
    seen.push(
      users
        .filter(({ online }) => online)
        .map(({ userId }) => userId)
        .sort()
        .join(),
    ),
  );
  await vi.waitFor(() => expect(seen.at(-1)).toBe("Sarah"));
  await enter("Tom");
  await vi.waitFor(() => expect(seen.at(-1)).toBe("Sarah,Tom"));
  await settled(client.mutation(api.rooms.leave, { sessionToken }));
  await vi.waitFor(() => expect(seen.at(-1)).toBe("Tom"));
  await playUntil(async () => seen.at(-1) === "");
});

it("prosemirror-sync", async () => {
  const id = "document";
  await settled(client.mutation(api.documents.create, { id, text: "Hello" }));
  expect(await settled(client.mutation(api.documents.append, { id, text: " world" }))).toBe(
    "Hello world",
  );
  const version = (await client.query(api.documents.latestVersion, { id })) ?? 0;
  expect(await settled(client.mutation(api.documents.read, { id }))).toEqual({
    text: "Hello world",
    version,
  });
});

it("workpool", async () => {
  for (const to of ["Sarah", "nobody", "Tom"]) {
    await settled(client.mutation(api.mails.enqueue, { to }));
  }
  const list = () => client.query(api.mails.list, {});
  expect(await list()).toEqual(["Sarah: queued", "nobody: queued", "Tom: queued"]);
  const silent = vi.spyOn(console, "error").mockImplementation(() => {});
  await playUntil(async () => !(await list()).some((mail) => mail.endsWith("queued")));
  silent.mockRestore();
  expect(await list()).toEqual([
    "Sarah: delivered to Sarah",
    "nobody: failed",
    "Tom: delivered to Tom",
  ]);
});

it("migrations", async () => {
  await settled(client.mutation(api.people.add, { count: 25 }));
  expect(await settled(client.mutation(api.people.start, {}))).toBe("inProgress");
  const progress = () => client.query(api.people.progress, {});
  await playUntil(async () => (await progress()).state === "success");
  expect(await progress()).toEqual({ state: "success", processed: 25, active: 25 });
});
