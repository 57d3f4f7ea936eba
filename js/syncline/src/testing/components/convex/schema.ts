// What the components work on.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  scores: defineTable({ game: v.string(), player: v.string(), points: v.number() }),
  mails: defineTable({ to: v.string(), status: v.string() }),
  people: defineTable({ name: v.string(), isActive: v.optional(v.boolean()) }),
});
