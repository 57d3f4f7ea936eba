// Strict mutations, and who calls them.
import {
  actionGeneric as action,
  anyApi as api,
  internalMutationGeneric as internalMutation,
  mutationGeneric as mutation,
} from "convex/server";
import { v } from "convex/values";
import { strict } from "../../server/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const own = api["booking"] as any;

export const book = strict(
  internalMutation({
    args: { group: v.string() },
    handler: async (ctx, { group }) => {
      await ctx.db.insert("anything", { group });
      return group;
    },
  }),
  { attempts: 3 },
);

export const bookByAction = action({
  args: { group: v.string() },
  handler: (ctx, args) => ctx.runMutation(own.book, args),
});

export const bookLater = mutation({
  args: { group: v.string() },
  handler: (ctx, args) => ctx.scheduler.runAfter(0, own.book, args),
});

export const bookWithin = mutation({
  args: { group: v.string() },
  handler: (ctx, args) => ctx.runMutation(own.book, args),
});
