// The bench's tables: one of eight fields with one index, one of ten cells, one of a text that merges,
// and what tenancy needs.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { text } from "syncline/values";

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
  rows: defineTable({
    space: v.id("spaces"),
    row: v.number(),
    cell0: v.number(),
    cell1: v.number(),
    cell2: v.number(),
    cell3: v.number(),
    cell4: v.number(),
    cell5: v.number(),
    cell6: v.number(),
    cell7: v.number(),
    cell8: v.number(),
    cell9: v.number(),
  }).index("by_row", ["space", "row"]),
  texts: defineTable({ space: v.id("spaces"), body: text() }),
});
