// Functions that the type tests call.
import { v } from "convex/values";
import { internalMutation, mutation, query } from "./_generated/server.js";

export const list = query({
  args: { author: v.id("people"), limit: v.optional(v.number()) },
  handler: async (ctx, { author, limit }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_author", (q) => q.eq("author", author))
      .take(limit ?? 10),
});

export const send = mutation({
  args: { author: v.id("people"), body: v.string() },
  returns: v.id("messages"),
  handler: async (ctx, { author, body }) =>
    await ctx.db.insert("messages", {
      author,
      body,
      state: "sent",
      size: BigInt(body.length),
      address: { city: "Zürich" },
    }),
});

export const sweep = internalMutation({ args: {}, handler: async () => null });
