// What runs beside the daily work: audit, notifications, automation, the assistant, what is counted.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf, runStatus } from "../validators.js";

export const operationsTables = {
  auditLog: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    // As "create", "update", "delete".
    action: v.string(),
    // As "equipment", "serviceRequest".
    entityType: v.string(),
    entityId: v.string(),
    // The row before and after.
    metadata: v.optional(v.any()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_entity", ["organizationId", "entityType", "entityId"])
    .index("by_date", ["organizationId", "createdAt"]),

  notifications: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    type: oneOf(
      "equipment_status",
      "service_request_update",
      "maintenance_due",
      "low_stock",
      "dispute_update",
      "system_announcement",
    ),
    title: v.string(),
    message: v.string(),
    entityType: v.optional(v.string()),
    entityId: v.optional(v.string()),
    isRead: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_user_unread", ["userId", "isRead"]),

  notificationTemplates: defineTable({
    ...ofOrganization,
    // A type of notification; text, so that templates can come before their type.
    type: v.string(),
    subject: v.string(),
    // With {{variables}}.
    bodyTemplate: v.string(),
    channels: v.array(oneOf("in_app", "email", "push")),
    isActive: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_type", ["organizationId", "type"]),

  automationRecipes: defineTable({
    ...ofOrganization,
    name: v.string(),
    trigger: oneOf(
      "equipment_status_changed",
      "service_request_created",
      "maintenance_due",
      "low_stock",
      "scheduled",
    ),
    conditions: v.optional(
      v.object({
        field: v.optional(v.string()),
        operator: v.optional(v.string()),
        value: v.optional(v.any()),
      }),
    ),
    actions: v.array(
      v.object({
        type: oneOf("send_notification", "update_status", "create_audit_log", "send_email"),
        config: v.any(),
      }),
    ),
    isActive: v.boolean(),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_trigger", ["organizationId", "trigger"])
    .index("by_active", ["organizationId", "isActive"]),

  automationExecutions: defineTable({
    ...ofOrganization,
    recipeId: v.id("automationRecipes"),
    // What set it off: an entity, as text.
    triggeredBy: v.optional(v.string()),
    status: runStatus,
    result: v.optional(v.any()),
    error: v.optional(v.string()),
    startedAt: v.number(),
    completedAt: v.optional(v.number()),
  })
    .index("by_organization", ["organizationId"])
    .index("by_recipe", ["organizationId", "recipeId"])
    .index("by_status", ["organizationId", "status"]),

  aiConversations: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    messages: v.array(
      v.object({ role: oneOf("user", "assistant"), content: v.string(), timestamp: v.number() }),
    ),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"]),

  analyticsEvents: defineTable({
    ...ofOrganization,
    userId: v.optional(v.id("user")),
    eventType: v.string(),
    entityType: v.optional(v.string()),
    entityId: v.optional(v.string()),
    metadata: v.optional(v.any()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_type", ["organizationId", "eventType"])
    .index("by_date", ["organizationId", "createdAt"]),
};
