// People and what they did.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { userRole } from "../validators.js";

export const peopleTables = {
  users: defineTable({
    email: v.string(),
    name: v.string(),
    role: userRole,
    // The person's id at WorkOS or Clerk.
    authId: v.string(),
    emailVerified: v.boolean(),
    profilePhoto: v.optional(v.string()),
    bio: v.optional(v.string()),
    phone: v.optional(v.string()),
    location: v.optional(v.string()),
    twoFactorEnabled: v.boolean(),
    lastLoginAt: v.optional(v.number()),
    loginCount: v.optional(v.number()),
    privacySettings: v.object({
      profileVisible: v.boolean(),
      emailVisible: v.boolean(),
      phoneVisible: v.boolean(),
    }),
    notificationPreferences: v.object({ email: v.boolean(), push: v.boolean(), sms: v.boolean() }),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_auth_id", ["authId"])
    .index("by_email", ["email"])
    .index("by_role", ["role"])
    .index("by_created_at", ["createdAt"])
    .searchIndex("search_users", { searchField: "name", filterFields: ["role", "emailVerified"] }),

  auditLogs: defineTable({
    userId: v.id("users"),
    // As "login", "profile_update".
    action: v.string(),
    // As "user", "payment".
    resource: v.string(),
    resourceId: v.optional(v.string()),
    metadata: v.optional(v.any()),
    ipAddress: v.optional(v.string()),
    userAgent: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_action", ["action"])
    .index("by_resource", ["resource"])
    .index("by_created_at", ["createdAt"])
    .index("by_user_and_action", ["userId", "action"]),
};
