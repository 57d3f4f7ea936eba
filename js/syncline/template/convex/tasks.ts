// What is on a list.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";

export const on = query({
  args: { list: v.id("lists") },
  handler: async (ctx, { list }) =>
    await ctx.db
      .query("tasks")
      .withIndex("by_list", (q) => q.eq("list", list))
      .collect(),
});

export const add = mutation({
  args: { list: v.id("lists"), text: v.string() },
  handler: async (ctx, { list, text }) => await ctx.db.insert("tasks", { list, text, done: false }),
});

export const setDone = mutation({
  args: { task: v.id("tasks"), done: v.boolean() },
  handler: async (ctx, { task, done }) => await ctx.db.patch(task, { done }),
});

export const remove = mutation({
  args: { task: v.id("tasks") },
  handler: async (ctx, { task }) => await ctx.db.delete(task),
});
