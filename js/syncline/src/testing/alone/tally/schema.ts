// The component's own tables; "items" is not the application's.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({ name: v.string(), count: v.number() }).index("by_name", ["name"]),
});
