// Messages between two people.
import { ConvexError, v } from "convex/values";
import type { Id } from "./_generated/dataModel.js";
import { mutation, type QueryCtx, query } from "./_generated/server.js";
import { requireText } from "./lib/checks.js";
import { requirePerson } from "./lib/person.js";

/** The newest messages between the person and another, the oldest of them first. */
export const conversation = query({
  args: { withUser: v.id("users"), limit: v.optional(v.number()) },
  handler: async (ctx, { withUser, limit = 50 }) => {
    const person = await requirePerson(ctx);
    const sent = await newest(ctx, person._id, withUser, limit);
    const received = await newest(ctx, withUser, person._id, limit);
    return [...sent, ...received].sort((a, b) => a._creationTime - b._creationTime).slice(-limit);
  },
});

function newest(ctx: QueryCtx, senderId: Id<"users">, receiverId: Id<"users">, limit: number) {
  return ctx.db
    .query("messages")
    .withIndex("by_conversation", (q) => q.eq("senderId", senderId).eq("receiverId", receiverId))
    .order("desc")
    .take(limit);
}

/** The person's unread messages. */
export const unread = query({
  args: {},
  handler: async (ctx) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("messages")
      .withIndex("by_read_status", (q) => q.eq("receiverId", person._id).eq("read", false))
      .collect();
  },
});

export const send = mutation({
  args: { to: v.id("users"), content: v.string(), replyToId: v.optional(v.id("messages")) },
  handler: async (ctx, { to, content, ...fields }) => {
    const person = await requirePerson(ctx);
    if (!(await ctx.db.get("users", to))) throw new ConvexError("There is nobody to write to");
    return await ctx.db.insert("messages", {
      ...fields,
      senderId: person._id,
      receiverId: to,
      content: requireText("The message", content, 10_000),
      messageType: "text",
      read: false,
      createdAt: Date.now(),
    });
  },
});

/** Marks all that another has sent to the person as read; gives how many that were. */
export const markRead = mutation({
  args: { from: v.id("users") },
  handler: async (ctx, { from }) => {
    const person = await requirePerson(ctx);
    const unread = await ctx.db
      .query("messages")
      .withIndex("by_read_status", (q) => q.eq("receiverId", person._id).eq("read", false))
      .filter((q) => q.eq(q.field("senderId"), from))
      .collect();
    for (const { _id } of unread) await ctx.db.patch(_id, { read: true, readAt: Date.now() });
    return unread.length;
  },
});
