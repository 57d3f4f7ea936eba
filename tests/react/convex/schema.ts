// Tasks in lists: enough to see what hooks show.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  tasks: defineTable({
    list: v.string(),
    text: v.string(),
    rank: v.number(),
    done: v.boolean(),
  }).index("by_list", ["list", "rank"]),
});
