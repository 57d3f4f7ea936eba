// What the hooks call.
import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api.js";
import { action, internalMutation, mutation, query } from "./_generated/server.js";

export const list = query({
  args: { list: v.string() },
  handler: (ctx, { list }) =>
    ctx.db
      .query("tasks")
      .withIndex("by_list", (q) => q.eq("list", list))
      .collect(),
});

/** Only the texts: the same for as long as these are. */
export const texts = query({
  args: { list: v.string() },
  handler: async (ctx, { list }) => {
    const tasks = ctx.db.query("tasks").withIndex("by_list", (q) => q.eq("list", list));
    return (await tasks.collect()).map(({ text }) => text);
  },
});

export const count = query({
  args: { list: v.string() },
  handler: async (ctx, { list }) => {
    const tasks = ctx.db.query("tasks").withIndex("by_list", (q) => q.eq("list", list));
    return (await tasks.collect()).length;
  },
});

export const page = query({
  args: { list: v.string(), paginationOpts: paginationOptsValidator },
  handler: (ctx, { list, paginationOpts }) =>
    ctx.db
      .query("tasks")
      .withIndex("by_list", (q) => q.eq("list", list))
      .paginate(paginationOpts),
});

export const fail = query({
  args: {},
  handler: (): string => {
    throw new ConvexError({ reason: "closed" });
  },
});

export const add = mutation({
  args: { list: v.string(), text: v.string(), rank: v.number() },
  handler: (ctx, task) => ctx.db.insert("tasks", { ...task, done: false }),
});

export const fill = mutation({
  args: { list: v.string(), count: v.number() },
  handler: async (ctx, { list, count }) => {
    for (let rank = 0; rank < count; ++rank) {
      await ctx.db.insert("tasks", { list, text: `task ${rank}`, rank, done: false });
    }
  },
});

export const finish = mutation({
  args: { id: v.id("tasks") },
  handler: (ctx, { id }) => ctx.db.patch(id, { done: true }),
});

export const addOrFail = mutation({
  args: { list: v.string(), text: v.string() },
  handler: async (ctx, { list, text }) => {
    await ctx.db.insert("tasks", { list, text, rank: 0, done: false });
    throw new ConvexError("the list is full");
  },
});

export const addLoudly = internalMutation({
  args: { list: v.string(), text: v.string() },
  handler: (ctx, { list, text }) =>
    ctx.db.insert("tasks", { list, text: text.toUpperCase(), rank: 0, done: false }),
});

export const shout = action({
  args: { list: v.string(), text: v.string() },
  handler: async (ctx, args): Promise<string> => {
    await ctx.runMutation(internal.tasks.addLoudly, args);
    return `${args.text}!`;
  },
});

/** Adds the task when the job runs. */
export const addSoon = mutation({
  args: { list: v.string(), text: v.string() },
  handler: async (ctx, args) => {
    await ctx.scheduler.runAfter(0, internal.tasks.addLoudly, args);
  },
});

export const whoami = query({
  args: {},
  handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null,
});
