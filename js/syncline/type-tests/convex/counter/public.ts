// The component's functions.
import { v } from "convex/values";
import { internalQuery, mutation, query } from "./_generated/server.js";

export const add = mutation({
  args: { name: v.string(), by: v.optional(v.number()) },
  returns: v.id("counts"),
  handler: async (ctx, { name, by = 1 }) => await ctx.db.insert("counts", { name, count: by }),
});

export const read = query({
  args: { name: v.string() },
  returns: v.union(v.null(), v.object({ id: v.id("counts"), count: v.number() })),
  handler: async (ctx, { name }) => {
    const row = await ctx.db
      .query("counts")
      .withIndex("by_name", (q) => q.eq("name", name))
      .first();
    return row === null ? null : { id: row._id, count: row.count };
  },
});

export const hidden = internalQuery({ args: {}, handler: async () => 1 });
