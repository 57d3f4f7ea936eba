// Writes of organizations. Each mutation writes to one organization only.
import { v } from "convex/values";
import { mutation } from "../_generated/server.js";
import { requireIdentity, requireRole } from "../auth/index.js";
import { getCurrentTimestamp, requireText, toSlug } from "../lib/index.js";

/** Founds an organization; whoever does it becomes its admin, in the same change set. */
export const create = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const identity = await requireIdentity(ctx);
    const now = getCurrentTimestamp();
    const trimmed = requireText("Name", name, 80);
    const organizationId = await ctx.db.insert("organizations", {
      name: trimmed,
      slug: toSlug(trimmed),
      createdAt: now,
      updatedAt: now,
    });
    await ctx.db.insert("users", {
      email: identity.email,
      name: identity.name ?? identity.email,
      organizationId,
      role: "admin",
      createdAt: now,
      updatedAt: now,
    });
    return organizationId;
  },
});

export const rename = mutation({
  args: { organizationId: v.id("organizations"), name: v.string() },
  handler: async (ctx, { organizationId, name }) => {
    await requireRole(ctx, organizationId, "admin");
    const trimmed = requireText("Name", name, 80);
    await ctx.db.patch(organizationId, {
      name: trimmed,
      slug: toSlug(trimmed),
      updatedAt: getCurrentTimestamp(),
    });
    return null;
  },
});

/** Deletes the organization with its schedules and people. */
export const remove = mutation({
  args: { organizationId: v.id("organizations") },
  handler: async (ctx, { organizationId }) => {
    await requireRole(ctx, organizationId, "admin");
    const schedules = await ctx.db
      .query("schedules")
      .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
      .collect();
    for (const schedule of schedules) await ctx.db.delete(schedule._id);
    const users = await ctx.db
      .query("users")
      .withIndex("by_organization", (q) => q.eq("organizationId", organizationId))
      .collect();
    for (const user of users) await ctx.db.delete(user._id);
    await ctx.db.delete(organizationId);
    return null;
  },
});
