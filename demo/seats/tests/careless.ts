// Mutations that check nothing.
import { v } from "convex/values";
import type { Id } from "../convex/_generated/dataModel.js";
import { mutation } from "../convex/_generated/server.js";

export const patch = mutation({
  args: { id: v.string(), fields: v.any() },
  handler: async (ctx, { id, fields }) => await ctx.db.patch(id as Id<"reviews">, fields),
});

export const insert = mutation({
  args: { table: v.union(v.literal("reviews"), v.literal("bookings")), row: v.any() },
  handler: async (ctx, { table, row }) => await ctx.db.insert(table, row),
});

export const removeWorkshop = mutation({
  args: { id: v.id("workshops") },
  handler: async (ctx, { id }) => await ctx.db.delete("workshops", id),
});
