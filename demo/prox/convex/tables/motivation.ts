// What keeps people going: achievements, leaderboards, and the links of their own learning path.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf } from "../validators.js";

export const motivationTables = {
  achievements: defineTable({
    // Absent: an achievement of the whole platform. ("null" in the document, where null cannot stand.)
    organizationId: v.optional(v.id("organizations")),
    name: v.string(),
    description: v.string(),
    icon: v.string(),
    type: oneOf("course_completion", "community_participation", "streak", "milestone"),
    // As 5 for "complete 5 courses".
    threshold: v.number(),
    points: v.number(),
    isActive: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_type", ["type"]),

  userAchievements: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    achievementId: v.id("achievements"),
    earnedAt: v.number(),
    // 0 to 100.
    progress: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_achievement", ["achievementId"]),

  leaderboardEntries: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    // Absent: the leaderboard of the whole organization.
    spaceId: v.optional(v.id("spaces")),
    points: v.number(),
    period: oneOf("weekly", "monthly", "alltime"),
    periodStart: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_period", ["organizationId", "period"])
    .index("by_space", ["organizationId", "spaceId"]),

  linchpinLinks: defineTable({
    // Absent: the person's own.
    organizationId: v.optional(v.id("organizations")),
    userId: v.id("user"),
    title: v.string(),
    url: v.string(),
    category: v.optional(v.string()),
    notes: v.optional(v.string()),
    isFavorite: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"]),
};
