// What convexTest does on our core that npm convex-test does not, or does otherwise than Convex.
import {
  componentsGeneric,
  defineSchema,
  defineTable,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import { expect, it, vi } from "vitest";
import { allow, defineRules, eq, isIn, role } from "../rules/index.ts";
import { convexTest } from "./index.ts";

const generated = { "./convex/_generated/api.ts": async () => ({}) };
const modulesOf = (things: Record<string, unknown>) => ({
  ...generated,
  "./convex/things.ts": async () => things,
});
const query = (name: string) => makeFunctionReference<"query">(`things:${name}`);
const mutation = (name: string) => makeFunctionReference<"mutation">(`things:${name}`);

const schema = defineSchema({
  notes: defineTable({
    a: v.number(),
    b: v.number(),
    extra: v.optional(v.record(v.string(), v.number())),
  }).index("by_a_b", ["a", "b"]),
});

it("takes back what a mutation wrote whose result is wrong", async () => {
  const wrong = mutationGeneric({
    args: {},
    returns: v.null(),
    handler: async (ctx) => {
      await ctx.db.insert("notes", { a: 1, b: 1 });
      return 5 as never;
    },
  });
  const t = convexTest(schema, modulesOf({ wrong }));
  await expect(t.mutation(mutation("wrong"))).rejects.toThrow(/ReturnsValidationError/);
  expect(await t.run((ctx) => ctx.db.query("notes").collect())).toEqual([]);
});

it("judges records, orders across types and takes equalities in any order", async () => {
  const t = convexTest(schema, generated);
  const wrong = t.run((ctx) => ctx.db.insert("notes", { a: 1, b: 1, extra: { x: "1" } } as never));
  await expect(wrong).rejects.toThrow(/extra/);
  await t.run(async (ctx) => {
    for (const b of [3, 1, 2]) await ctx.db.insert("notes", { a: 1, b });
    await ctx.db.insert("notes", { a: 2, b: 1, extra: {} });
  });
  const found = await t.query((ctx) =>
    ctx.db
      .query("notes")
      .withIndex("by_a_b", (q) => (q as never as { eq: Chain }).eq("b", 2).eq("a", 1) as never)
      .collect(),
  );
  expect(found).toMatchObject([{ a: 1, b: 2 }]);
  const above = await t.query((ctx) =>
    ctx.db
      .query("notes")
      // An object is above every number.
      .filter((q) => q.gt(q.field("extra"), 5))
      .collect(),
  );
  expect(above).toMatchObject([{ a: 2 }]);
});
type Chain = (field: string, value: number) => { eq: Chain };

it("throws the very error that a function threw", async () => {
  class OutOfStock extends Error {}
  const fails = queryGeneric({
    args: {},
    handler: async () => {
      throw new OutOfStock("none left");
    },
  });
  const t = convexTest(schema, modulesOf({ fails }));
  const error = await t.query(query("fails")).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OutOfStock);
  expect((error as Error).stack).toContain("testing.test.ts");
  const caught = t.action(async (ctx) => {
    await ctx.runQuery(query("fails")).catch(() => {});
    return "went on";
  });
  expect(await caught).toBe("went on");
});

it("needs no schema: tables are those that functions name", async () => {
  const add = mutationGeneric({
    args: { text: v.string() },
    handler: async (ctx, { text }) => await ctx.db.insert("lines", { text }),
  });
  const t = convexTest(undefined, modulesOf({ add }));
  await t.mutation(mutation("add"), { text: "one" });
  const count = await t.run(async (ctx) => {
    await ctx.db.insert("others", { anything: [1n, { deep: true }] });
    return (await ctx.db.query("lines").collect()).length;
  });
  expect(count).toBe(1);
  expect(await t.run(async (ctx) => (await ctx.db.query("others").first())?.["anything"])).toEqual([
    1n,
    { deep: true },
  ]);
});

it("keeps what there is when a component comes later", async () => {
  const inner = defineSchema({ notes: defineTable({ inside: v.boolean() }) });
  const add = mutationGeneric({
    args: {},
    handler: async (ctx) => await ctx.db.insert("notes", { inside: true }),
  });
  const t = convexTest(schema, generated);
  await t.run((ctx) => ctx.db.insert("notes", { a: 1, b: 1 }));
  t.registerComponent("late", inner, modulesOf({ add }));
  const { late } = componentsGeneric() as never as {
    late: { things: { add: ReturnType<typeof mutation> } };
  };
  await t.run((ctx) => ctx.runMutation(late.things.add, {}));
  expect(await t.run((ctx) => ctx.db.query("notes").collect())).toMatchObject([{ a: 1, b: 1 }]);
});

it("says what is wrong with a schema, each time", async () => {
  const wrong = defineSchema({ notes: defineTable({ at: v.id("nowhere") }) });
  const t = convexTest(wrong, generated);
  for (let i = 0; i < 2; ++i) {
    await expect(t.run((ctx) => ctx.db.query("notes").collect())).rejects.toThrow(/nowhere/);
  }
  expect(() => convexTest(schema, { "./a.ts": async () => ({}) })).toThrow(/_generated/);
});

it("lets a function have globals of its own", async () => {
  const t = convexTest(schema, generated);
  const before = { Math: globalThis.Math, fetch: globalThis.fetch };
  const seen = await t.mutation(async () => {
    globalThis.Math = Object.create(Math, { random: { value: () => 0.5 } }) as Math;
    globalThis.fetch = (async () => new Response("mine")) as typeof fetch;
    return [Math.random(), await (await fetch("x")).text()];
  });
  expect(seen).toEqual([0.5, "mine"]);
  expect(globalThis.Math).toBe(before.Math);
  expect(globalThis.fetch).toBe(before.fetch);
  vi.stubGlobal("fetch", () => "stubbed");
  await expect(t.query(async () => void fetch("x"))).rejects.toThrow(/fetch is not available/);
  expect(fetch("x")).toBe("stubbed");
  vi.unstubAllGlobals();
  expect(globalThis.fetch).toBe(before.fetch);
});

it("judges what people write by the rules, and not what the test sets up", async () => {
  const tables = defineSchema({
    teams: defineTable({ name: v.string() }),
    members: defineTable({ team: v.id("teams"), email: v.string(), role: v.string() }).index(
      "by_email",
      ["email"],
    ),
    notes: defineTable({ team: v.id("teams"), text: v.string() }),
  });
  const member = isIn(role(), ["admin", "viewer"]);
  const rules = defineRules({
    tenancy: { root: "teams", fields: { members: "team", notes: "team" } },
    membership: { table: "members", field: "email", claim: "email", role: "role" },
    tables: {
      teams: { read: allow("members", "Only members", member) },
      members: { read: allow("members", "Only members", member) },
      notes: { insert: allow("admins", "Viewers cannot write", eq(role(), "admin")) },
    },
  });
  const write = mutationGeneric({
    args: { team: v.id("teams") },
    handler: async (ctx, { team }) => await ctx.db.insert("notes", { team, text: "hello" }),
  });
  const t = convexTest({ schema: tables, modules: modulesOf({ write }), rules });
  const team = await t.run(async (ctx) => {
    const id = await ctx.db.insert("teams", { name: "Red" });
    await ctx.db.insert("members", { team: id, email: "ann@example.org", role: "admin" });
    await ctx.db.insert("members", { team: id, email: "bob@example.org", role: "viewer" });
    return id;
  });
  await t.withIdentity({ email: "ann@example.org" }).mutation(mutation("write"), { team });
  const asBob = t.withIdentity({ email: "bob@example.org" });
  await expect(asBob.mutation(mutation("write"), { team })).rejects.toThrow("Viewers cannot write");
  await expect(t.mutation(mutation("write"), { team })).rejects.toThrow("Viewers cannot write");
  expect(await t.run(async (ctx) => (await ctx.db.query("notes").collect()).length)).toBe(1);
});
