// The fixture: teams as tenants, their members and notes.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  teams: defineTable({ name: v.string() }),
  members: defineTable({ team: v.id("teams"), email: v.string(), role: v.string() })
    .index("by_email", ["email"])
    .index("by_team", ["team"]),
  notes: defineTable({
    team: v.id("teams"),
    text: v.string(),
    rank: v.number(),
    done: v.optional(v.boolean()),
  }).index("by_rank", ["team", "rank"]),
});
