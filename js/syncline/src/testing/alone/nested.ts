// Functions that call functions.
import {
  anyApi as api,
  componentsGeneric,
  createFunctionHandle,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { ConvexError, v } from "convex/values";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const nested = api["nested"] as any;
// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const components = componentsGeneric() as any;

let calls = 0; // of this instance

export const put = internalMutationGeneric({
  args: { group: v.string(), n: v.number() },
  returns: v.id("items"),
  handler: async (ctx, { group, n }) => {
    ++calls;
    const id = await ctx.db.insert("items", { group, n });
    if (n === 13) throw new ConvexError({ unlucky: n, id });
    if (n === 14) throw new Error("fourteen is too many");
    if (n === 15) await ctx.db.insert("items", { group, n: "no number" });
    return id;
  },
});

export const numbers = internalQueryGeneric({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    const items = ctx.db.query("items").withIndex("by_group", (q) => q.eq("group", group));
    return (await items.collect()).map(({ n }) => n);
  },
});

export const list = query({
  args: { group: v.string() },
  handler: (ctx, args) => ctx.runQuery(nested.numbers, args),
});

export const putAll = mutation({
  args: { group: v.string(), ns: v.array(v.number()), isParallel: v.boolean() },
  handler: async (ctx, { group, ns, isParallel }) => {
    const caught: unknown[] = [];
    const one = async (n: number): Promise<void> => {
      try {
        await ctx.runMutation(nested.put, { group, n });
      } catch (error) {
        caught.push(
          error instanceof ConvexError
            ? { convex: error.data.unlucky }
            : { message: (error as Error).message },
        );
      }
    };
    if (isParallel) {
      // What the caller writes meanwhile stays, whatever becomes of those that it calls.
      const meanwhile = async (): Promise<void> => {
        for (let turn = 0; turn < 30; ++turn) {
          for (let each = 0; each < turn; ++each) await Promise.resolve();
          await ctx.db.insert("items", { group, n: 1000 + turn });
        }
      };
      await Promise.all([...ns.map(one), meanwhile()]);
    } else {
      for (const n of ns) await one(n);
    }
    return { caught, seen: await ctx.runQuery(nested.numbers, { group }), calls };
  },
});

export const passOn = mutation({
  args: { group: v.string(), n: v.number() },
  handler: (ctx, args) => ctx.runMutation(nested.put, args),
});

export const wrongArgs = mutation({
  args: {},
  handler: (ctx) => ctx.runMutation(nested.put, { group: 5 }),
});

// Walks while what it calls writes behind and before it.
export const walk = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    const seen: number[] = [];
    const items = ctx.db.query("items").withIndex("by_group", (q) => q.eq("group", group));
    for await (const { n } of items) {
      seen.push(n);
      if (n < 5) await ctx.runMutation(nested.put, { group, n: n + 1 });
      if (n === 5) await ctx.runMutation(nested.put, { group, n: 13 }).catch(() => {});
    }
    return seen;
  },
});

export const deep = mutation({
  args: { group: v.string(), depth: v.number() },
  handler: async (ctx, { group, depth }): Promise<number> => {
    await ctx.db.insert("items", { group, n: depth });
    return depth === 0 ? 0 : 1 + (await ctx.runMutation(nested.deep, { group, depth: depth - 1 }));
  },
});

export const forgets = mutation({
  args: { group: v.string() },
  handler: (ctx, { group }) => {
    void ctx.runMutation(nested.put, { group, n: 1 });
    return null;
  },
});

export const limited = mutation({
  args: { group: v.string(), documentsWritten: v.number() },
  handler: (ctx, { group, documentsWritten }) =>
    ctx.runMutation(nested.deep, { group, depth: 2 }, {
      transactionLimits: { documentsWritten },
    } as never),
});

export const writesInQuery = query({
  args: {},
  handler: async (ctx) =>
    await (ctx as never as { runMutation(...args: unknown[]): unknown }).runMutation?.(nested.put),
});

export const metrics = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    await ctx.runMutation(nested.put, { group, n: 1 });
    await ctx.db.insert("items", { group, n: 2 });
    await ctx.scheduler.runAfter(1e6, nested.put, { group, n: 3 });
    return await ctx.meta.getTransactionMetrics();
  },
});

export const handles = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    const handle = await createFunctionHandle(nested.put);
    await ctx.runMutation(handle as never, { group, n: 1 } as never);
    return handle;
  },
});

export const tally = mutation({
  args: { name: v.string(), by: v.number() },
  handler: async (ctx, { name, by }) => {
    await ctx.db.insert("items", { group: name, n: by });
    const id = await ctx.runMutation(components.tally.counts.add, { name, by });
    const handle = await createFunctionHandle(nested.put);
    await ctx.runMutation(components.tally.counts.callBack, { handle, n: by });
    return {
      count: await ctx.runQuery(components.tally.counts.get, { name }),
      byId: await ctx.runQuery(components.tally.counts.byId, { id }),
      other: await ctx.runQuery(components.other.counts.get, { name }),
      own: (await ctx.db.query("items").collect()).length,
      ownId: ctx.db.normalizeId("items", id),
    };
  },
});

export const tallyWrong = mutation({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.db.insert("items", { group: "wrong", n: 1 });
    return await ctx.runQuery(components.tally.counts.byId, { id });
  },
});

export const reachesIn = query({
  args: {},
  handler: (ctx) => ctx.db.query("tally/items" as never).collect(),
});

export const tallyLater = mutation({
  args: { name: v.string() },
  handler: (ctx, args) => ctx.runMutation(components.tally.counts.later, args),
});

export const ask = query({
  args: { handle: v.string(), name: v.string() },
  handler: (ctx, { handle, name }) => ctx.runQuery(handle as never, { name } as never),
});
