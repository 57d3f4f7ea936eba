// A person's own life: connected services, money and habits.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { maybeOfOrganization, oneOf } from "../validators.js";

export const lifeTables = {
  appConnections: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    // As "google", "apple", "prox".
    provider: v.string(),
    status: oneOf("connected", "disconnected", "error"),
    lastSyncAt: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_provider", ["userId", "provider"])
    .index("by_organization", ["organizationId"]),

  oauthCredentials: defineTable({
    userId: v.id("user"),
    provider: v.string(),
    accessToken: v.string(),
    refreshToken: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
    scope: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_provider", ["userId", "provider"]),

  spending: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    category: v.string(),
    amount: v.number(),
    currency: v.string(),
    // As "2026-02-16".
    date: v.string(),
    description: v.optional(v.string()),
    // As "manual", "google_sheets".
    source: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_date", ["userId", "date"])
    .index("by_organization", ["organizationId"]),

  habits: defineTable({
    ...maybeOfOrganization,
    userId: v.id("user"),
    name: v.string(),
    frequency: oneOf("daily", "weekly", "monthly"),
    targetCount: v.number(),
    currentStreak: v.number(),
    longestStreak: v.number(),
    lastCompletedAt: v.optional(v.number()),
    isActive: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_organization", ["organizationId"]),
};
