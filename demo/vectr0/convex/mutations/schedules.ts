// Writes of schedules.
//
// These functions ask for membership and for sensible values; which role may do what, and which
// change of status is allowed, stands in rules.ts alone, so that the device and the relay agree.
import { v } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import { type MutationCtx, mutation } from "../_generated/server.js";
import { requireRole } from "../auth/index.js";
import { getCurrentTimestamp, requirePeriod, requireText } from "../lib/index.js";
import { status } from "../schema.js";

async function requireSchedule(
  ctx: MutationCtx,
  organizationId: Id<"organizations">,
  scheduleId: Id<"schedules">,
): Promise<Doc<"schedules">> {
  const schedule = await ctx.db.get(scheduleId);
  if (!schedule || schedule.organizationId !== organizationId) {
    throw new Error("Schedule not found");
  }
  return schedule;
}

async function requireAssignee(
  ctx: MutationCtx,
  organizationId: Id<"organizations">,
  userId: Id<"users">,
): Promise<void> {
  const user = await ctx.db.get(userId);
  if (!user || user.organizationId !== organizationId) throw new Error("User not found");
}

/** Creates a draft, or an active schedule; without a person it is the caller's own. */
export const create = mutation({
  args: {
    organizationId: v.id("organizations"),
    title: v.string(),
    description: v.optional(v.string()),
    userId: v.optional(v.id("users")),
    startDate: v.number(),
    endDate: v.number(),
    status: v.optional(status),
  },
  handler: async (ctx, { organizationId, title, description, userId, ...args }) => {
    const caller = await requireRole(ctx, organizationId, "viewer");
    if (userId !== undefined) await requireAssignee(ctx, organizationId, userId);
    requirePeriod(args.startDate, args.endDate);
    const now = getCurrentTimestamp();
    const text = description?.trim() ?? "";
    return await ctx.db.insert("schedules", {
      title: requireText("Title", title, 120),
      ...(text === "" ? {} : { description: text }),
      organizationId,
      userId: userId ?? caller._id,
      startDate: args.startDate,
      endDate: args.endDate,
      status: args.status ?? "draft",
      createdAt: now,
      updatedAt: now,
    });
  },
});

/** Changes the fields that are given and leaves the others, so that edits of different people merge. */
export const update = mutation({
  args: {
    organizationId: v.id("organizations"),
    scheduleId: v.id("schedules"),
    title: v.optional(v.string()),
    // An empty description removes it.
    description: v.optional(v.string()),
    userId: v.optional(v.id("users")),
    startDate: v.optional(v.number()),
    endDate: v.optional(v.number()),
  },
  handler: async (ctx, { organizationId, scheduleId, title, description, userId, ...period }) => {
    await requireRole(ctx, organizationId, "viewer");
    const schedule = await requireSchedule(ctx, organizationId, scheduleId);
    if (userId !== undefined) await requireAssignee(ctx, organizationId, userId);
    requirePeriod(period.startDate ?? schedule.startDate, period.endDate ?? schedule.endDate);
    const text = description?.trim();
    await ctx.db.patch(scheduleId, {
      ...(title === undefined ? {} : { title: requireText("Title", title, 120) }),
      ...(text === undefined ? {} : { description: text === "" ? undefined : text }),
      ...(userId === undefined ? {} : { userId }),
      ...(period.startDate === undefined ? {} : { startDate: period.startDate }),
      ...(period.endDate === undefined ? {} : { endDate: period.endDate }),
      updatedAt: getCurrentTimestamp(),
    });
    return null;
  },
});

/** Moves a schedule to another status, as far as the rules allow it. */
export const setStatus = mutation({
  args: {
    organizationId: v.id("organizations"),
    scheduleId: v.id("schedules"),
    status,
  },
  handler: async (ctx, { organizationId, scheduleId, status: wanted }) => {
    await requireRole(ctx, organizationId, "viewer");
    await requireSchedule(ctx, organizationId, scheduleId);
    await ctx.db.patch(scheduleId, { status: wanted, updatedAt: getCurrentTimestamp() });
    return null;
  },
});

export const remove = mutation({
  args: { organizationId: v.id("organizations"), scheduleId: v.id("schedules") },
  handler: async (ctx, { organizationId, scheduleId }) => {
    await requireRole(ctx, organizationId, "viewer");
    await requireSchedule(ctx, organizationId, scheduleId);
    await ctx.db.delete(scheduleId);
    return null;
  },
});
