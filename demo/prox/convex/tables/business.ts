// What an organization sells and how it is sold: tiers, subscriptions, the funnel; and what is counted.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf } from "../validators.js";

export const businessTables = {
  membershipTiers: defineTable({
    ...ofOrganization,
    name: v.string(),
    slug: v.string(),
    // Cents.
    price: v.number(),
    interval: oneOf("monthly", "yearly", "lifetime"),
    features: v.array(v.string()),
    // Absent: no limit.
    maxCourses: v.optional(v.number()),
    isActive: v.boolean(),
    order: v.number(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_slug", ["organizationId", "slug"]),

  subscriptions: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    tierId: v.id("membershipTiers"),
    stripeSubscriptionId: v.optional(v.string()),
    status: oneOf("active", "canceled", "past_due", "trialing"),
    currentPeriodStart: v.number(),
    currentPeriodEnd: v.number(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_stripe", ["stripeSubscriptionId"]),

  salesFunnelStages: defineTable({
    ...ofOrganization,
    name: v.string(),
    type: oneOf("landing", "offer", "checkout", "upsell", "thank_you"),
    order: v.number(),
    // Each type of stage has its own.
    config: v.optional(v.any()),
    isActive: v.boolean(),
    createdAt: v.number(),
  }).index("by_organization", ["organizationId"]),

  salesFunnelConversions: defineTable({
    ...ofOrganization,
    stageId: v.id("salesFunnelStages"),
    userId: v.optional(v.id("user")),
    // Of somebody who has not signed in.
    visitorId: v.optional(v.string()),
    action: oneOf("view", "click", "convert"),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_stage", ["organizationId", "stageId"]),

  analyticsEvents: defineTable({
    ...ofOrganization,
    userId: v.optional(v.id("user")),
    // As "page_view", "enrollment", "lesson_complete".
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
