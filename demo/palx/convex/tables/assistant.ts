// Talking with the assistant: conversations, where each stands, what it used and what it tells.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { maybeOfOrganization, oneOf } from "../validators.js";

export const assistantTables = {
  conversations: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    title: v.string(),
    category: v.optional(oneOf("warriorx", "busos", "general")),
    isArchived: v.boolean(),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_organization", ["organizationId"]),

  messages: defineTable({
    conversationId: v.id("conversations"),
    role: oneOf("user", "assistant"),
    content: v.string(),
    // Calls of tools, citations.
    metadata: v.optional(v.any()),
    createdAt: v.number(),
  }).index("by_conversation", ["conversationId"]),

  chatbotState: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    // A flow's name in its YAML.
    currentFlowId: v.optional(v.string()),
    flowStep: v.optional(v.number()),
    context: v.optional(v.any()),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_organization", ["organizationId"]),

  routerAnalytics: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    route: v.string(),
    category: v.optional(v.string()),
    responseTime: v.optional(v.number()),
    confidence: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_organization", ["organizationId"]),

  usageTracking: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    feature: v.string(),
    tokensUsed: v.number(),
    // As "2026-02-16".
    date: v.string(),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_date", ["userId", "date"])
    .index("by_organization", ["organizationId"]),

  notifications: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    type: oneOf("system", "achievement", "reminder", "social"),
    title: v.string(),
    message: v.string(),
    isRead: v.boolean(),
    actionUrl: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_user_unread", ["userId", "isRead"])
    .index("by_organization", ["organizationId"]),
};
