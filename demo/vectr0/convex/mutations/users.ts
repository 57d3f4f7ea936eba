// Writes of an organization's people. Only admins may; the last admin stays.
import { v } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import { type MutationCtx, mutation } from "../_generated/server.js";
import { findMember, requireRole } from "../auth/index.js";
import { getCurrentTimestamp, requireEmail, requireText } from "../lib/index.js";
import { role } from "../schema.js";

async function requireUser(
  ctx: MutationCtx,
  organizationId: Id<"organizations">,
  userId: Id<"users">,
): Promise<Doc<"users">> {
  const user = await ctx.db.get(userId);
  if (!user || user.organizationId !== organizationId) throw new Error("User not found");
  return user;
}

async function requireAnotherAdmin(ctx: MutationCtx, user: Doc<"users">): Promise<void> {
  const people = await ctx.db
    .query("users")
    .withIndex("by_organization", (q) => q.eq("organizationId", user.organizationId))
    .collect();
  if (!people.some((other) => other.role === "admin" && other._id !== user._id)) {
    throw new Error("An organization needs at least one admin");
  }
}

/** Makes a person a member: whoever signs in with this address. */
export const create = mutation({
  args: {
    organizationId: v.id("organizations"),
    name: v.string(),
    email: v.string(),
    role,
  },
  handler: async (ctx, args) => {
    await requireRole(ctx, args.organizationId, "admin");
    const email = requireEmail(args.email);
    if (await findMember(ctx, args.organizationId, email)) {
      throw new Error(`${email} is a member already`);
    }
    const now = getCurrentTimestamp();
    return await ctx.db.insert("users", {
      email,
      name: requireText("Name", args.name, 80),
      organizationId: args.organizationId,
      role: args.role,
      createdAt: now,
      updatedAt: now,
    });
  },
});

export const update = mutation({
  args: {
    organizationId: v.id("organizations"),
    userId: v.id("users"),
    name: v.optional(v.string()),
    role: v.optional(role),
  },
  handler: async (ctx, { organizationId, userId, name, role: wanted }) => {
    await requireRole(ctx, organizationId, "admin");
    const user = await requireUser(ctx, organizationId, userId);
    if (wanted !== undefined && wanted !== "admin" && user.role === "admin") {
      await requireAnotherAdmin(ctx, user);
    }
    await ctx.db.patch(userId, {
      ...(name === undefined ? {} : { name: requireText("Name", name, 80) }),
      ...(wanted === undefined ? {} : { role: wanted }),
      updatedAt: getCurrentTimestamp(),
    });
    return null;
  },
});

/** Ends a membership. The person's schedules stay with the organization. */
export const remove = mutation({
  args: { organizationId: v.id("organizations"), userId: v.id("users") },
  handler: async (ctx, { organizationId, userId }) => {
    await requireRole(ctx, organizationId, "admin");
    const user = await requireUser(ctx, organizationId, userId);
    if (user.role === "admin") await requireAnotherAdmin(ctx, user);
    await ctx.db.delete(userId);
    return null;
  },
});
