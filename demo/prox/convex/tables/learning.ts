// Courses, their lessons, who takes them and how far they are; and what else there is to read.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf, requiredTier } from "../validators.js";

export const learningTables = {
  courses: defineTable({
    ...ofOrganization,
    title: v.string(),
    slug: v.string(),
    description: v.string(),
    thumbnailUrl: v.optional(v.string()),
    instructorId: v.id("user"),
    // Text: there is no table of categories.
    categoryId: v.optional(v.string()),
    requiredTier,
    isPublished: v.boolean(),
    // Minutes.
    estimatedDuration: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_instructor", ["organizationId", "instructorId"])
    .index("by_slug", ["organizationId", "slug"])
    .index("by_category", ["organizationId", "categoryId"]),

  lessons: defineTable({
    ...ofOrganization,
    courseId: v.id("courses"),
    title: v.string(),
    // Markdown.
    content: v.string(),
    mediaUrl: v.optional(v.string()),
    mediaType: v.optional(oneOf("video", "image", "document")),
    order: v.number(),
    // Minutes.
    estimatedDuration: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_course", ["organizationId", "courseId"])
    .index("by_course_order", ["courseId", "order"]),

  enrollments: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    courseId: v.id("courses"),
    enrolledAt: v.number(),
    completedAt: v.optional(v.number()),
    status: oneOf("active", "completed", "dropped"),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_course", ["organizationId", "courseId"])
    .index("by_user_course", ["userId", "courseId"]),

  progress: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    courseId: v.id("courses"),
    lessonId: v.id("lessons"),
    completedAt: v.optional(v.number()),
    // 0 to 100.
    progressPercent: v.number(),
    lastAccessedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user_course", ["userId", "courseId"])
    .index("by_user_lesson", ["userId", "lessonId"]),

  resourceContent: defineTable({
    ...ofOrganization,
    title: v.string(),
    body: v.string(),
    type: oneOf("article", "video", "document", "resource"),
    authorId: v.id("user"),
    isPublished: v.boolean(),
    tags: v.optional(v.array(v.string())),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_author", ["organizationId", "authorId"]),
};
