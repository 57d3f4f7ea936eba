// Notifications of the person: what is unread, and reading it.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { requireOwn, requirePerson } from "./lib/person.js";

/** The person's notifications, newest first. */
export const list = query({
  args: { limit: v.optional(v.number()) },
  handler: async (ctx, { limit }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("notifications")
      .withIndex("by_user", (q) => q.eq("userId", person._id))
      .order("desc")
      .take(limit ?? 50);
  },
});

export const unreadCount = query({
  args: {},
  handler: async (ctx) => {
    const person = await requirePerson(ctx);
    const unread = await ctx.db
      .query("notifications")
      .withIndex("by_read_status", (q) => q.eq("userId", person._id).eq("read", false))
      .collect();
    return unread.length;
  },
});

export const markRead = mutation({
  args: { id: v.id("notifications") },
  handler: async (ctx, { id }) => {
    const { row } = await requireOwn(ctx, "notifications", id);
    if (!row.read) await ctx.db.patch(id, { read: true, readAt: Date.now() });
    return null;
  },
});

export const markAllRead = mutation({
  args: {},
  handler: async (ctx) => {
    const person = await requirePerson(ctx);
    const unread = await ctx.db
      .query("notifications")
      .withIndex("by_read_status", (q) => q.eq("userId", person._id).eq("read", false))
      .collect();
    for (const { _id } of unread) await ctx.db.patch(_id, { read: true, readAt: Date.now() });
    return unread.length;
  },
});
