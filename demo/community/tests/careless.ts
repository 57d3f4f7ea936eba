// Mutations that check nothing.
import { v } from "convex/values";
import type { Id } from "../convex/_generated/dataModel.js";
import { mutation } from "../convex/_generated/server.js";

export const patch = mutation({
  args: { id: v.string(), fields: v.any() },
  handler: async (ctx, { id, fields }) => await ctx.db.patch(id as Id<"posts">, fields),
});

export const insert = mutation({
  args: { table: v.union(v.literal("posts"), v.literal("cursors")), row: v.any() },
  handler: async (ctx, { table, row }) => {
    await ctx.db.insert(table, row);
  },
});
