// The bench's tables: one of eight fields with one index, and what tenancy needs.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  spaces: defineTable({ name: v.string() }),
  members: defineTable({ space: v.id("spaces"), email: v.string(), role: v.string() }),
  items: defineTable({
    space: v.id("spaces"),
    title: v.string(),
    note: v.string(),
    group: v.number(),
    status: v.string(),
    priority: v.number(),
    done: v.boolean(),
    due: v.number(),
  }).index("by_group", ["space", "group", "due"]),
});
