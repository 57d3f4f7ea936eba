// What happens by itself: workflows with their runs, and notifications.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf, runStatus } from "../validators.js";

export const automationTables = {
  notifications: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    type: oneOf(
      "course_update",
      "community_mention",
      "achievement_earned",
      "enrollment_confirmed",
      "system_announcement",
    ),
    title: v.string(),
    message: v.string(),
    // What it is about, as "course", and the id of that.
    entityType: v.optional(v.string()),
    entityId: v.optional(v.string()),
    isRead: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_user_unread", ["userId", "isRead"]),

  automationWorkflows: defineTable({
    ...ofOrganization,
    name: v.string(),
    trigger: oneOf(
      "enrollment",
      "course_completion",
      "membership_change",
      "community_post",
      "scheduled",
    ),
    // A tree of conditions; the document leaves its form open.
    conditions: v.optional(v.any()),
    actions: v.array(
      v.object({
        type: oneOf("send_notification", "send_email", "update_field", "add_to_group"),
        config: v.any(),
      }),
    ),
    isActive: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_trigger", ["organizationId", "trigger"]),

  automationExecutions: defineTable({
    ...ofOrganization,
    workflowId: v.id("automationWorkflows"),
    triggeredBy: v.optional(v.id("user")),
    status: runStatus,
    result: v.optional(v.any()),
    error: v.optional(v.string()),
    startedAt: v.number(),
    completedAt: v.optional(v.number()),
  })
    .index("by_organization", ["organizationId"])
    .index("by_workflow", ["organizationId", "workflowId"]),
};
