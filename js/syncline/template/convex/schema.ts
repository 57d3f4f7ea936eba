// The tables: lists, the people who share them, and what is on them.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  lists: defineTable({ name: v.string() }),

  members: defineTable({
    list: v.id("lists"),
    email: v.string(),
    role: v.union(v.literal("owner"), v.literal("member")),
  })
    .index("by_list", ["list"])
    .index("by_email", ["email"]),

  tasks: defineTable({
    list: v.id("lists"),
    text: v.string(),
    done: v.boolean(),
  }).index("by_list", ["list"]),
});
