// Functions on fields that merge; a strict mutation; history.
import { v } from "convex/values";
import { history, restore, strict } from "syncline/server";
import { mutation, query } from "./_generated/server.js";

export const like = strict(
  mutation({
    args: { id: v.id("posts") },
    returns: v.number(),
    handler: async (ctx, { id }) => {
      const post = await ctx.db.get(id);
      if (!post) throw new Error("no such post");
      await ctx.db.patch(id, { likes: post.likes + 1, tags: [...post.tags, "liked"] });
      return post.likes + 1;
    },
  }),
  { offline: "wait", attempts: 3 },
);

export const changes = query({
  args: { id: v.id("posts") },
  handler: async (ctx, { id }) => {
    const entries = await history(ctx, id, { limit: 10 });
    return entries.map(({ _id, row, at, action, document }) => ({
      ...{ _id, row, at, action },
      body: document.body,
    }));
  },
});

export const rewind = mutation({
  args: { id: v.id("posts") },
  handler: async (ctx, { id }) => {
    const [, before] = await history(ctx, id, { limit: 2 });
    return before ? await restore(ctx, before) : null;
  },
});

export const putBack = mutation({
  args: { entry: v.id("_history") },
  handler: async (ctx, { entry }): Promise<string> => await restore(ctx, entry),
});
