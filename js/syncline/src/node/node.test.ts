// Node's client on files: what is kept, who may open it, and what happens when the disk fails.
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anyApi, type FunctionReference } from "convex/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SynclineError } from "../error.ts";
import { aloneApp } from "../testing/alone.ts";
import { openAs, until } from "../testing/fixture.ts";
import { openSyncline, type SynclineNode } from "./node.ts";

// biome-ignore lint/suspicious/noExplicitAny: npm convex's own type of a reference's arguments
type Args = any;
const notes = anyApi["notes"] as unknown as Record<string, Args>;
const query = (name: string) => notes[name] as FunctionReference<"query", "public", Args>;
const mutation = (name: string) => notes[name] as FunctionReference<"mutation", "public", Args>;

let directory: string;
const open: SynclineNode[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "syncline-"));
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
  rmSync(directory, { recursive: true });
});

async function openHere(name = "ada"): Promise<SynclineNode> {
  const client = await openAs(name, { storage: { directory } });
  open.push(client);
  return client;
}

async function found(client: SynclineNode): Promise<string> {
  const args = { name: "T", email: "ada@example.org" };
  return (await client.mutation(mutation("found"), args).applied) as string;
}

const add = (client: SynclineNode, team: string, text: string) =>
  client.mutation(mutation("add"), { team, text, rank: 1 });

it("finds data and unsent changes again after it was closed", async () => {
  const first = await openHere();
  const team = await found(first);
  await add(first, team, "kept").durable;
  await first.close();
  const second = await openHere();
  expect(await second.query(query("list"), { team })).toMatchObject([{ text: "kept" }]);
  await until("the reports", () => second.pending().length === 2);
  expect(second.status()).toMatchObject({ pending: 2, storage: "durable", problem: null });
  expect(second.pending().map(({ path, args }) => [path, args["text"]])).toEqual([
    ["notes:found", undefined],
    ["notes:add", "kept"],
  ]);
});

it("keeps people apart, each in a file of their own", async () => {
  const ada = await openHere("ada");
  const team = await found(ada);
  const bob = await openHere("bob");
  expect(await bob.query(query("teams"), {})).toEqual([]);
  await ada.setToken(null);
  expect(await ada.query(query("list"), { team })).toEqual([]);
  expect(await ada.query(query("whoAmI"), {})).toBeNull();
});

it("refuses to open what another owner has open, and harms nothing", async () => {
  const first = await openHere();
  const team = await found(first);
  await expect(openHere()).rejects.toMatchObject({ code: "conflict" });
  await add(first, team, "still here").durable;
  await first.close();
  expect(await (await openHere()).query(query("list"), { team })).toHaveLength(1);
});

it("sets a corrupt file aside, says so, and begins anew", async () => {
  const first = await openHere();
  await add(first, await found(first), "lost").durable;
  await first.close();
  const file = readdirSync(directory).find((name) => name.endsWith(".db")) ?? "";
  for (const name of readdirSync(directory)) {
    if (name.endsWith("-wal")) truncateSync(join(directory, name), 0);
  }
  const size = statSync(join(directory, file)).size;
  writeFileSync(join(directory, file), Buffer.alloc(Math.max(size, 8192), 0x5a));
  const second = await openHere();
  expect(second.status().problem).toMatchObject({ code: "corrupt" });
  expect(second.status().problem?.message).toMatch(/set aside as .*corrupt-1/);
  expect(readdirSync(directory).some((name) => name.includes("corrupt-1.db"))).toBe(true);
  expect(await second.query(query("teams"), {})).toEqual([]);
  const team = await found(second);
  await add(second, team, "anew").durable;
  expect(await second.query(query("list"), { team })).toHaveLength(1);
});

it("notices damage within the file when a query meets it, and begins anew", async () => {
  const first = await openHere();
  const team = await found(first);
  for (let each = 0; each < 40; ++each) await add(first, team, "x".repeat(5000)).durable;
  await first.close();
  const file = join(directory, readdirSync(directory).find((name) => name.endsWith(".db")) ?? "");
  for (const name of readdirSync(directory)) {
    if (name.endsWith("-wal")) rmSync(join(directory, name));
  }
  const bytes = readFileSync(file);
  bytes.fill(0x5a, Math.floor(bytes.length / 2));
  writeFileSync(file, bytes);
  const second = await openHere();
  let sizes: number[] = [];
  const stop = second.onUpdate(
    query("list"),
    { team },
    (list) => sizes.push((list as unknown[]).length),
    () => {},
  );
  await until("the damage", () => second.status().problem?.code === "corrupt");
  expect(second.status().problem?.message).toMatch(/set aside/);
  await until("an empty list", () => sizes.includes(0));
  sizes = [];
  const anew = await found(second);
  await add(second, anew, "after").durable;
  expect(await second.query(query("list"), { team: anew })).toHaveLength(1);
  stop();
});

it("tells a live query of changes until it is stopped", async () => {
  const client = await openAs("ada");
  open.push(client);
  const team = await found(client);
  const seen: number[] = [];
  const stop = client.onUpdate(query("list"), { team }, (list) => {
    seen.push((list as unknown[]).length);
  });
  await until("the first", () => seen.length === 1);
  await add(client, team, "a").applied;
  await until("the second", () => seen.length === 2);
  // Another table does not concern it.
  await found(client);
  stop();
  await add(client, team, "b").applied;
  await client.query(query("list"), { team });
  expect(seen).toEqual([0, 1]);
  const errors: string[] = [];
  const stopFailing = client.onUpdate(
    query("fails"),
    { how: "error" },
    () => {},
    (error) => errors.push(error.message),
  );
  await until("the failure", () => errors.length === 1);
  stopFailing();
  expect(errors).toEqual(["no luck"]);
});

it("reports what has not been accepted, and holds that stage open", async () => {
  const client = await openAs("ada");
  open.push(client);
  const stages = client.mutation(mutation("found"), { name: "T", email: "ada@example.org" });
  await stages.applied;
  await stages.durable;
  await until("the report", () => client.pending().length === 1);
  expect(client.pending()).toBe(client.pending());
  expect(client.pending()[0]).toMatchObject({
    path: "notes:found",
    args: { name: "T", email: "ada@example.org" },
  });
  const accepted = await Promise.race([
    stages.accepted.then(() => "accepted"),
    new Promise((resolve) => setTimeout(resolve, 20, "waiting")),
  ]);
  expect(accepted).toBe("waiting");
});

it("refuses wrong input with an error that names it", async () => {
  await expect(openAs("ada", { token: "nonsense" })).rejects.toBeInstanceOf(SynclineError);
  await expect(openAs("ada", { url: "localhost:1" })).rejects.toThrow(/url "localhost:1"/);
  await expect(openAs("ada", { name: "../x" })).rejects.toThrow(/name "\.\.\/x"/);
  const client = await openAs("ada");
  open.push(client);
  expect(() => client.mutation(mutation("add"), 5 as never)).toThrow(/must be one object/);
  await expect(client.retry({ tenant: "x", number: 1 }).applied).rejects.toMatchObject({
    code: "not found",
  });
});

it("runs actions and answers requests", async () => {
  const client = await openSyncline({ app: await aloneApp(), storage: "memory" });
  open.push(client);
  const act = anyApi["work"]?.["act"] as unknown as FunctionReference<"action", "public", Args>;
  expect(await client.action(act, { group: "g", n: 1 })).toEqual([1]);
  const response = await client.fetch("/hello?group=g", { method: "POST", body: "four" });
  expect([response.status, await response.json()]).toEqual([201, [1, 4]]);
  await expect(client.action(act, { group: "g", n: 14 })).rejects.toThrow("fourteen is too many");
});

it("answers SQL, once or whenever the answer changes", async () => {
  const client = await openSyncline({ app: await aloneApp(), storage: "memory" });
  open.push(client);
  const text = 'SELECT n FROM items WHERE "group" = ? ORDER BY n';
  const seen: unknown[] = [];
  const stop = client.onSql(text, ["sql"], ({ rows }) => seen.push(rows));
  await until("the first", () => seen.length === 1);
  const put = anyApi["nested"]?.["passOn"] as unknown as FunctionReference<
    "mutation",
    "public",
    Args
  >;
  await client.mutation(put, { group: "sql", n: 2 }).applied;
  await until("the second", () => seen.length === 2);
  // It runs again, but there is nothing to tell.
  await client.mutation(put, { group: "other", n: 9 }).applied;
  await client.mutation(put, { group: "sql", n: 1 }).applied;
  await until("the third", () => seen.length === 3);
  expect(seen).toEqual([[], [[2]], [[1], [2]]]);
  stop();
  await client.mutation(put, { group: "sql", n: 3 }).applied;
  expect(await client.sql(text, ["sql"])).toEqual({ columns: ["n"], rows: [[1], [2], [3]] });
  expect(seen).toHaveLength(3);
  await expect(client.sql("DELETE FROM items")).rejects.toBeInstanceOf(SynclineError);
  const errors: Error[] = [];
  const stopFailing = client.onSql(
    "SELECT nothing",
    [],
    () => {},
    (error) => errors.push(error),
  );
  await until("the failure", () => errors.length === 1);
  stopFailing();
});

it("wants rules where there is a relay", async () => {
  const options = { app: await aloneApp(), storage: "memory", url: "http://localhost:1" } as const;
  await expect(openSyncline(options)).rejects.toThrow(/no convex\/rules\.ts/);
});

it("says that it is closed", async () => {
  const client = await openAs("ada");
  await client.close();
  await expect(client.query(query("teams"), {})).rejects.toThrow(/closed/);
  await client.close();
});
