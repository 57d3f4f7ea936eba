// What the component does for its application.
import {
  createFunctionHandle,
  internalMutationGeneric,
  makeFunctionReference,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { v } from "convex/values";

export const add = mutation({
  args: { name: v.string(), by: v.number() },
  returns: v.id("items"),
  handler: async (ctx, { name, by }) => {
    const found = await ctx.db
      .query("items")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    if (!found) return await ctx.db.insert("items", { name, count: by });
    await ctx.db.patch(found._id, { count: found.count + by });
    if (found.count + by > 100) throw new Error("more than a hundred");
    return found._id;
  },
});

export const get = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const found = await ctx.db
      .query("items")
      .withIndex("by_name", (q) => q.eq("name", name))
      .unique();
    return {
      count: found?.count ?? 0,
      all: (await ctx.db.query("items").collect()).length,
      identity: await ctx.auth.getUserIdentity(),
      where: await ctx.meta.getFunctionMetadata(),
      normal: found && ctx.db.normalizeId("items", found._id),
    };
  },
});

export const byId = query({
  args: { id: v.id("items") },
  handler: async (ctx, { id }) => (await ctx.db.get(id))?.["count"] ?? null,
});

// Calls back what the application passed.
export const callBack = mutation({
  args: { handle: v.string(), n: v.number() },
  handler: async (ctx, { handle, n }) =>
    await ctx.runMutation(handle as never, { group: "called back", n } as never),
});

export const later = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">("counts:inner"), { name });
    return await createFunctionHandle(makeFunctionReference<"query">("counts:get"));
  },
});

export const inner = internalMutationGeneric({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("items", { name, count: 1000 });
  },
});
