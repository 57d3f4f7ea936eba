// A module in a folder, whose functions other functions call.
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import { action, internalQuery } from "../_generated/server.js";

export const byEmail = internalQuery({
  args: { email: v.string() },
  handler: async (ctx, { email }): Promise<Doc<"people"> | null> =>
    await ctx.db
      .query("people")
      .withIndex("by_email", (q) => q.eq("email", email))
      .unique(),
});

export const tidy = action({
  args: {},
  handler: async (ctx): Promise<null> => await ctx.runMutation(internal.messages.sweep, {}),
});
