// The functions that are measured, and those that prepare and check.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { itemFields } from "./item.js";

/** A new space, with the caller as its admin. */
export const found = mutation({
  args: { name: v.string() },
  returns: v.id("spaces"),
  handler: async (ctx, { name }) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity?.email) throw new Error("sign in with an email");
    const space = await ctx.db.insert("spaces", { name });
    await ctx.db.insert("members", { space, email: identity.email, role: "admin" });
    return space;
  },
});

export const add = mutation({
  args: {
    space: v.id("spaces"),
    title: v.string(),
    note: v.string(),
    group: v.number(),
    status: v.string(),
    priority: v.number(),
    done: v.boolean(),
    due: v.number(),
  },
  returns: v.id("items"),
  handler: async (ctx, item) => await ctx.db.insert("items", item),
});

/** Inserts items first to first + count - 1, at most 16,000: a change set holds no more rows. */
export const fill = mutation({
  args: { space: v.id("spaces"), first: v.number(), count: v.number(), groupSize: v.number() },
  returns: v.null(),
  handler: async (ctx, { space, first, count, groupSize }) => {
    for (let n = first; n < first + count; ++n) {
      await ctx.db.insert("items", { space, ...itemFields(n, groupSize) });
    }
    return null;
  },
});

export const retitle = mutation({
  args: { id: v.id("items"), title: v.string() },
  returns: v.null(),
  handler: async (ctx, { id, title }) => {
    await ctx.db.patch(id, { title });
    return null;
  },
});

export const group = query({
  args: { space: v.id("spaces"), group: v.number() },
  handler: async (ctx, { space, group }) =>
    await ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("space", space).eq("group", group))
      .collect(),
});

/** Reads each item by its id, and tells how many there are. */
export const readAll = query({
  args: { ids: v.array(v.id("items")) },
  returns: v.number(),
  handler: async (ctx, { ids }) => {
    let found = 0;
    for (const id of ids) if ((await ctx.db.get(id)) !== null) ++found;
    return found;
  },
});

export const idsOfGroup = query({
  args: { space: v.id("spaces"), group: v.number() },
  returns: v.array(v.id("items")),
  handler: async (ctx, { space, group }) => {
    const items = await ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("space", space).eq("group", group))
      .collect();
    return items.map(({ _id }) => _id);
  },
});

/** The spaces of this person, with the number of items from group `begin` up to group `end`. */
export const count = query({
  args: { begin: v.number(), end: v.number() },
  returns: v.number(),
  handler: async (ctx, { begin, end }) => {
    let found = 0;
    for (const { _id: space } of await ctx.db.query("spaces").collect()) {
      const items = ctx.db
        .query("items")
        .withIndex("by_group", (q) => q.eq("space", space).gte("group", begin).lt("group", end));
      for await (const _ of items) ++found;
    }
    return found;
  },
});
