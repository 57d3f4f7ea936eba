// A career center: workshops with seats, and reviews of résumés that a coach accepts.
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  centers: defineTable({ name: v.string() }),

  members: defineTable({
    centerId: v.id("centers"),
    email: v.string(),
    name: v.string(),
    role: v.union(v.literal("admin"), v.literal("coach"), v.literal("seeker")),
  })
    .index("by_email", ["email"])
    .index("by_center_and_email", ["centerId", "email"]),

  workshops: defineTable({
    centerId: v.id("centers"),
    title: v.string(),
    coach: v.string(),
    startsAt: v.number(),
    seats: v.number(),
  }).index("by_center", ["centerId", "startsAt"]),

  // A seat that somebody has.
  bookings: defineTable({
    centerId: v.id("centers"),
    workshopId: v.id("workshops"),
    email: v.string(),
    name: v.string(),
  }).index("by_workshop", ["workshopId"]),

  // Somebody's résumé, to be reviewed by one coach.
  reviews: defineTable({
    centerId: v.id("centers"),
    title: v.string(),
    seeker: v.string(),
    status: v.union(v.literal("open"), v.literal("assigned"), v.literal("completed")),
    coachEmail: v.optional(v.string()),
    coachName: v.optional(v.string()),
  }).index("by_center", ["centerId"]),
});
