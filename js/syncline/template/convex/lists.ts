// Lists and who shares them.
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel.js";
import { type MutationCtx, mutation, type QueryCtx, query } from "./_generated/server.js";

async function email(ctx: QueryCtx | MutationCtx): Promise<string> {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity?.email) throw new Error("Nobody is signed in");
  return identity.email;
}

/** The person's lists, oldest first, and how much is left to do. */
export const mine = query({
  args: {},
  handler: async (ctx) => {
    const address = await email(ctx);
    const memberships = await ctx.db
      .query("members")
      .withIndex("by_email", (q) => q.eq("email", address))
      .collect();
    const lists = await Promise.all(
      memberships.map(async ({ list, role }) => {
        const found = await ctx.db.get(list);
        return found && { ...found, role, left: await countLeft(ctx, list) };
      }),
    );
    return lists.filter((list) => list !== null);
  },
});

async function countLeft(ctx: QueryCtx, list: Id<"lists">): Promise<number> {
  const tasks = await ctx.db
    .query("tasks")
    .withIndex("by_list", (q) => q.eq("list", list))
    .collect();
  return tasks.filter(({ done }) => !done).length;
}

/** Makes a list; who does it owns it. A mutation writes to one list only. */
export const create = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const list = await ctx.db.insert("lists", { name });
    await ctx.db.insert("members", { list, email: await email(ctx), role: "owner" });
    return list;
  },
});

export const people = query({
  args: { list: v.id("lists") },
  handler: async (ctx, { list }) =>
    await ctx.db
      .query("members")
      .withIndex("by_list", (q) => q.eq("list", list))
      .collect(),
});

export const share = mutation({
  args: { list: v.id("lists"), email: v.string() },
  handler: async (ctx, { list, email }) => {
    const people = await ctx.db
      .query("members")
      .withIndex("by_list", (q) => q.eq("list", list))
      .collect();
    if (people.some((person) => person.email === email)) return;
    await ctx.db.insert("members", { list, email, role: "member" });
  },
});
