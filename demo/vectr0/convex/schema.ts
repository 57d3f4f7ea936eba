// The tables of VECTR0: organizations are the tenants, users are their members, schedules their work.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export const role = v.union(v.literal("admin"), v.literal("member"), v.literal("viewer"));

export const status = v.union(
  v.literal("draft"),
  v.literal("active"),
  v.literal("completed"),
  v.literal("cancelled"),
);

export default defineSchema({
  organizations: defineTable({
    name: v.string(),
    slug: v.string(),
    createdAt: v.number(),
    updatedAt: v.number(),
  }).index("by_slug", ["slug"]),

  users: defineTable({
    email: v.string(),
    name: v.string(),
    organizationId: v.id("organizations"),
    role,
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_email", ["email"])
    .index("by_organization_and_email", ["organizationId", "email"]),

  schedules: defineTable({
    title: v.string(),
    description: v.optional(v.string()),
    organizationId: v.id("organizations"),
    userId: v.id("users"),
    startDate: v.number(),
    endDate: v.number(),
    status,
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["userId"])
    .index("by_status", ["status"])
    .index("by_organization_and_start", ["organizationId", "startDate"])
    .index("by_organization_and_status", ["organizationId", "status", "startDate"]),
});
