// The second fixture: an application without rules, so that its data stay on one device.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({ group: v.string(), n: v.number() }).index("by_group", ["group", "n"]),
  anything: defineTable(v.any()),
});
