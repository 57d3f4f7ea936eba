// What the assistant knows: knowledge with its vectors, flows, and what people have found and kept.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { framework, maybeOfOrganization, oneOf } from "../validators.js";

export const libraryTables = {
  knowledgeBase: defineTable({
    ...maybeOfOrganization,
    frameworkId: v.string(),
    category: framework,
    subcategory: v.string(),
    title: v.string(),
    content: v.string(),
    keyTakeaways: v.optional(v.array(v.string())),
    tags: v.optional(v.array(v.string())),
    // 1536 numbers; a row without them is not found by likeness.
    embedding: v.optional(v.array(v.float64())),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_category", ["category"])
    .index("by_framework_id", ["frameworkId"])
    .index("by_organization", ["organizationId"])
    // By the whole list: as on Convex, an index does not find a row by one of its tags.
    .index("by_tags", ["tags"])
    .vectorIndex("by_embedding", {
      vectorField: "embedding",
      dimensions: 1536,
      filterFields: ["category", "subcategory", "organizationId"],
    }),

  userKnowledge: defineTable({
    userId: v.id("user"),
    knowledgeId: v.id("knowledgeBase"),
    bookmarked: v.boolean(),
    completed: v.boolean(),
    notes: v.optional(v.string()),
    lastAccessedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_knowledge", ["knowledgeId"]),

  yamlFlows: defineTable({
    ...maybeOfOrganization,
    // The flow's name in its YAML; not the id of a row.
    flowId: v.string(),
    name: v.string(),
    category: framework,
    description: v.string(),
    yamlContent: v.string(),
    status: oneOf("draft", "active", "archived"),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_flow_id", ["flowId"])
    .index("by_status", ["status"])
    .index("by_category", ["category"])
    .index("by_organization", ["organizationId"]),

  flowTriggers: defineTable({
    flowId: v.id("yamlFlows"),
    triggerType: oneOf("schedule", "event", "manual"),
    config: v.any(),
    isActive: v.boolean(),
    createdAt: v.number(),
  })
    .index("by_flow", ["flowId"])
    .index("by_type", ["triggerType"]),

  contentCurations: defineTable({
    ...maybeOfOrganization,
    contentType: oneOf("article", "video", "podcast", "book"),
    category: framework,
    title: v.string(),
    url: v.optional(v.string()),
    summary: v.optional(v.string()),
    curatedBy: v.id("user"),
    rating: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_category", ["category"])
    .index("by_curator", ["curatedBy"])
    .index("by_organization", ["organizationId"]),
};
