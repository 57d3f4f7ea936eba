// The types are npm convex-test's: each stands where the other is asked for. tsc is what tests it.
import { defineSchema, defineTable, makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import type { TestConvex as Theirs, convexTest as theirConvexTest } from "convex-test";
import { expectTypeOf, it } from "vitest";
import { convexTest, type TestConvex } from "./index.ts";

const schema = defineSchema({ notes: defineTable({ text: v.string() }) });
const send = makeFunctionReference<"mutation", { text: string }, number>("notes:send");

it("stands where npm convex-test's is asked for", () => {
  expectTypeOf(convexTest).toExtend<typeof theirConvexTest>();
  expectTypeOf<TestConvex<typeof schema>>().toExtend<Theirs<typeof schema>>();
  expectTypeOf<Theirs<typeof schema>>().toExtend<TestConvex<typeof schema>>();
});

it("knows functions, tables and results, and refuses what is wrong", () => {
  const never = (): void => {
    const t = convexTest(schema, {});
    expectTypeOf(t.mutation(send, { text: "a" })).resolves.toBeNumber();
    // @ts-expect-error: a wrong argument
    void t.mutation(send, { text: 5 });
    // @ts-expect-error: a mutation is no query
    void t.query(send, { text: "a" });
    expectTypeOf(
      t.run(async (ctx) => (await ctx.db.query("notes").first())?.text),
    ).resolves.toEqualTypeOf<string | undefined>();
    // @ts-expect-error: no such table
    void t.run(async (ctx) => await ctx.db.query("others").collect());
    // @ts-expect-error: a query's ctx does not write
    void t.query(async (ctx) => await ctx.db.insert("notes", { text: "a" }));
    expectTypeOf(t.withIdentity({ name: "Sarah" })).not.toHaveProperty("registerComponent");
  };
  expectTypeOf(never).toBeFunction();
});
