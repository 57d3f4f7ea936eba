// Centers and their people.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { requirePerson } from "./lib/access.js";

const role = v.union(v.literal("admin"), v.literal("coach"), v.literal("seeker"));

/** The signed-in person's center, with their own row in it; null if they have none. */
export const mine = query({
  args: {},
  handler: async (ctx) => {
    const { email } = await requirePerson(ctx);
    const member = await ctx.db
      .query("members")
      .withIndex("by_email", (q) => q.eq("email", email))
      .first();
    const center = member && (await ctx.db.get("centers", member.centerId));
    return center ? { center, member } : null;
  },
});

/** Founds a center; whoever does it becomes its admin. */
export const found = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const person = await requirePerson(ctx);
    const centerId = await ctx.db.insert("centers", { name });
    await ctx.db.insert("members", { centerId, ...person, role: "admin" });
    return centerId;
  },
});

export const addMember = mutation({
  args: { centerId: v.id("centers"), email: v.string(), name: v.string(), role },
  handler: async (ctx, member) => await ctx.db.insert("members", member),
});
