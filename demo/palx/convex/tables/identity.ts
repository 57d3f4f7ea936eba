// Who somebody is, as Better Auth keeps it, and which organizations they belong to.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { maybeOfOrganization, organizationRole, plan, tier } from "../validators.js";

export const identityTables = {
  user: defineTable({
    email: v.string(),
    emailVerified: v.boolean(),
    name: v.string(),
    image: v.optional(v.string()),
    bio: v.optional(v.string()),
    tier,
    ...maybeOfOrganization,
    stripeCustomerId: v.optional(v.string()),
    subscriptionStatus: v.optional(v.string()),
    subscriptionPlan: v.optional(v.string()),
    subscriptionEndDate: v.optional(v.number()),
    monthlyTokenLimit: v.optional(v.number()),
    tokensUsed: v.optional(v.number()),
    lastTokenReset: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_email", ["email"])
    .index("by_organization", ["organizationId"])
    .index("by_stripe_customer", ["stripeCustomerId"]),

  session: defineTable({
    userId: v.id("user"),
    token: v.string(),
    expiresAt: v.number(),
    ipAddress: v.optional(v.string()),
    userAgent: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_token", ["token"])
    .index("by_user", ["userId"]),

  account: defineTable({
    userId: v.id("user"),
    accountId: v.string(),
    providerId: v.string(),
    accessToken: v.optional(v.string()),
    refreshToken: v.optional(v.string()),
    accessTokenExpiresAt: v.optional(v.number()),
    refreshTokenExpiresAt: v.optional(v.number()),
    scope: v.optional(v.string()),
    idToken: v.optional(v.string()),
    password: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_provider", ["providerId", "accountId"]),

  verification: defineTable({
    identifier: v.string(),
    value: v.string(),
    expiresAt: v.number(),
    createdAt: v.number(),
    updatedAt: v.number(),
  }).index("by_identifier", ["identifier"]),

  organizations: defineTable({
    name: v.string(),
    slug: v.string(),
    plan,
    ownerId: v.id("user"),
    createdAt: v.number(),
  })
    .index("by_slug", ["slug"])
    .index("by_owner", ["ownerId"]),

  // "organizationMembers" where the document compares the three systems; its schema says this name.
  organizationMemberships: defineTable({
    organizationId: v.id("organizations"),
    userId: v.id("user"),
    role: organizationRole,
    invitedAt: v.number(),
    joinedAt: v.optional(v.number()),
  })
    .index("by_org", ["organizationId"])
    .index("by_user", ["userId"])
    .index("by_org_user", ["organizationId", "userId"]),
};
