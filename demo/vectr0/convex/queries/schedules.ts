// Reads of an organization's schedules: as a list, within a period, and counted by status.
import { v } from "convex/values";
import { query } from "../_generated/server.js";
import { requireRole } from "../auth/index.js";
import { status } from "../schema.js";

/** The schedules by start, all or of one status. */
export const list = query({
  args: {
    organizationId: v.id("organizations"),
    status: v.optional(status),
    limit: v.optional(v.number()),
  },
  handler: async (ctx, { organizationId, status: wanted, limit }) => {
    await requireRole(ctx, organizationId, "viewer");
    const found =
      wanted === undefined
        ? ctx.db
            .query("schedules")
            .withIndex("by_organization_and_start", (q) => q.eq("organizationId", organizationId))
        : ctx.db
            .query("schedules")
            .withIndex("by_organization_and_status", (q) =>
              q.eq("organizationId", organizationId).eq("status", wanted),
            );
    return await found.take(limit ?? 500);
  },
});

/** The schedules that touch the period [from, to), in milliseconds, by start. */
export const listWithin = query({
  args: { organizationId: v.id("organizations"), from: v.number(), to: v.number() },
  handler: async (ctx, { organizationId, from, to }) => {
    await requireRole(ctx, organizationId, "viewer");
    return await ctx.db
      .query("schedules")
      .withIndex("by_organization_and_start", (q) =>
        q.eq("organizationId", organizationId).lt("startDate", to),
      )
      .filter((q) => q.gte(q.field("endDate"), from))
      .collect();
  },
});

/** How many schedules have each status. */
export const countByStatus = query({
  args: { organizationId: v.id("organizations") },
  handler: async (ctx, { organizationId }) => {
    await requireRole(ctx, organizationId, "viewer");
    const counts = { draft: 0, active: 0, completed: 0, cancelled: 0 };
    const schedules = ctx.db
      .query("schedules")
      .withIndex("by_organization", (q) => q.eq("organizationId", organizationId));
    for await (const schedule of schedules) counts[schedule.status] += 1;
    return counts;
  },
});
