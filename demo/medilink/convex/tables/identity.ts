// Who somebody is, as Better Auth keeps it, and which hospitals they belong to.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, organizationRole, plan, platformRole } from "../validators.js";

export const identityTables = {
  user: defineTable({
    email: v.string(),
    emailVerified: v.boolean(),
    name: v.string(),
    image: v.optional(v.string()),
    // The hospital that the person works in at the moment.
    organizationId: v.optional(v.id("organizations")),
    platformRole: v.optional(platformRole),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_email", ["email"])
    .index("by_organization", ["organizationId"]),

  session: defineTable({
    userId: v.id("user"),
    token: v.string(),
    expiresAt: v.number(),
    ipAddress: v.optional(v.string()),
    userAgent: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_token", ["token"])
    .index("by_user", ["userId"]),

  account: defineTable({
    userId: v.id("user"),
    accountId: v.string(),
    providerId: v.string(),
    accessToken: v.optional(v.string()),
    refreshToken: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_provider", ["providerId", "accountId"]),

  verification: defineTable({
    identifier: v.string(),
    value: v.string(),
    expiresAt: v.number(),
    createdAt: v.number(),
  }).index("by_identifier", ["identifier"]),

  // Hospitals.
  organizations: defineTable({
    name: v.string(),
    slug: v.string(),
    ownerId: v.id("user"),
    plan,
    address: v.optional(v.string()),
    phone: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_slug", ["slug"])
    .index("by_owner", ["ownerId"]),

  organizationMembers: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    role: organizationRole,
    invitedBy: v.optional(v.id("user")),
    joinedAt: v.number(),
  })
    .index("by_org", ["organizationId"])
    .index("by_user", ["userId"])
    .index("by_org_user", ["organizationId", "userId"]),
};
