// The tables of the type tests: references, indexes, and fields of every kind that a mistake can meet.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { counter, list, set, text } from "syncline/values";

export default defineSchema({
  people: defineTable({
    name: v.string(),
    email: v.string(),
    age: v.optional(v.number()),
  }).index("by_email", ["email"]),

  messages: defineTable({
    author: v.id("people"),
    body: v.string(),
    state: v.union(v.literal("draft"), v.literal("sent")),
    size: v.int64(),
    address: v.object({ city: v.string() }),
  })
    .index("by_author", ["author", "state"])
    .index("by_city", ["address.city"])
    .searchIndex("search_body", { searchField: "body", filterFields: ["author"] }),

  posts: defineTable({
    author: v.id("people"),
    body: text(),
    likes: counter(),
    views: v.optional(counter(v.int64())),
    tags: set(v.string()),
    parts: list(v.object({ text: v.string() }), v.null()),
    place: v.object({ visits: counter() }),
  }).index("by_likes", ["likes"]),
});
