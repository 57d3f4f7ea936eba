// The tables of an application as in Convex's documents.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ body: v.string(), author: v.string() })
    .index("by_author", ["author"])
    .searchIndex("by_body", { searchField: "body", filterFields: ["author"] }),
  counts: defineTable({
    name: v.string(),
    value: v.int64(),
    tags: v.optional(v.array(v.string())),
  }),
  foods: defineTable({
    name: v.string(),
    cuisine: v.string(),
    vector: v.array(v.float64()),
  }).vectorIndex("by_vector", { vectorField: "vector", dimensions: 3, filterFields: ["cuisine"] }),
  files: defineTable({ file: v.id("_storage"), job: v.optional(v.id("_scheduled_functions")) }),
});
