// Coaches, their sessions, and the marketplace where they review resumes.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import {
  bidStatus,
  oneOf,
  sessionStatus,
  taskStatus,
  taskType,
  urgency,
  verificationStatus,
} from "../validators.js";

export const coachingTables = {
  coaches: defineTable({
    userId: v.id("users"),
    specialty: v.array(v.string()),
    industries: v.array(v.string()),
    experience: v.string(),
    yearsOfExperience: v.optional(v.number()),
    // The document says "array of objects" of these three, and not what is in them.
    certifications: v.array(
      v.object({ name: v.string(), issuer: v.optional(v.string()), year: v.optional(v.number()) }),
    ),
    portfolio: v.array(
      v.object({
        title: v.string(),
        description: v.optional(v.string()),
        url: v.optional(v.string()),
      }),
    ),
    // Each week: the day from 0 (Sunday) to 6, and minutes after midnight in `timezone`.
    availability: v.array(v.object({ day: v.number(), start: v.number(), end: v.number() })),
    hourlyRate: v.number(),
    timezone: v.optional(v.string()),
    // 0 to 5.
    rating: v.number(),
    reviewCount: v.number(),
    completedSessions: v.optional(v.number()),
    // Minutes.
    responseTime: v.optional(v.number()),
    verificationStatus,
    stripeAccountId: v.optional(v.string()),
    payoutEnabled: v.optional(v.boolean()),
    isAcceptingClients: v.optional(v.boolean()),
    maxClientsPerWeek: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_verification_status", ["verificationStatus"])
    .index("by_rating", ["rating"])
    .index("by_created_at", ["createdAt"])
    // By the whole list: as on Convex, an index does not find a row by one of its specialties.
    .index("by_specialty", ["specialty"])
    // "With filters", says the document; it uses the first itself.
    .searchIndex("search_coaches", {
      searchField: "experience",
      filterFields: ["verificationStatus", "isAcceptingClients"],
    }),

  sessions: defineTable({
    // The client.
    userId: v.id("users"),
    coachId: v.id("coaches"),
    scheduledTime: v.number(),
    // Minutes.
    duration: v.number(),
    status: sessionStatus,
    sessionType: v.optional(v.string()),
    meetingUrl: v.optional(v.string()),
    notes: v.optional(v.string()),
    recordingUrl: v.optional(v.string()),
    // For the coach alone.
    coachNotes: v.optional(v.string()),
    actionItems: v.optional(v.array(v.string())),
    rating: v.optional(v.number()),
    price: v.optional(v.number()),
    paymentId: v.optional(v.id("payments")),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_coach", ["coachId"])
    .index("by_status", ["status"])
    .index("by_scheduled_time", ["scheduledTime"])
    .index("by_user_and_status", ["userId", "status"])
    .index("by_coach_and_status", ["coachId", "status"]),

  verificationTasks: defineTable({
    resumeId: v.id("resumes"),
    userId: v.id("users"),
    taskType,
    urgency,
    suggestedPrice: v.number(),
    // The price of the bid that was accepted.
    finalPrice: v.optional(v.number()),
    status: taskStatus,
    assignedCoachId: v.optional(v.id("coaches")),
    description: v.optional(v.string()),
    requirements: v.optional(v.array(v.string())),
    deliverables: v.optional(v.array(v.string())),
    completedAt: v.optional(v.number()),
    feedback: v.optional(v.string()),
    // URLs.
    deliveredFiles: v.optional(v.array(v.string())),
    qaStatus: v.optional(oneOf("pending", "approved", "needs_revision")),
    qaFeedback: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_status", ["status"])
    .index("by_user", ["userId"])
    .index("by_coach", ["assignedCoachId"])
    .index("by_urgency", ["urgency"])
    .index("by_created_at", ["createdAt"])
    .index("by_status_and_urgency", ["status", "urgency"])
    // Not in the document: a coach looks for tasks on the board by what they ask for.
    .searchIndex("search_tasks", {
      searchField: "description",
      filterFields: ["status", "taskType", "urgency"],
    }),

  bids: defineTable({
    taskId: v.id("verificationTasks"),
    coachId: v.id("coaches"),
    price: v.number(),
    // Hours.
    estimatedTime: v.number(),
    message: v.optional(v.string()),
    status: bidStatus,
    deliveryDate: v.optional(v.number()),
    qualifications: v.optional(v.array(v.string())),
    createdAt: v.number(),
    updatedAt: v.optional(v.number()),
  })
    .index("by_task", ["taskId"])
    .index("by_coach", ["coachId"])
    .index("by_status", ["status"])
    .index("by_task_and_status", ["taskId", "status"])
    .index("by_price", ["price"]),

  reviews: defineTable({
    userId: v.id("users"),
    coachId: v.id("coaches"),
    taskId: v.optional(v.id("verificationTasks")),
    sessionId: v.optional(v.id("sessions")),
    // 1 to 5.
    rating: v.number(),
    comment: v.optional(v.string()),
    detailedRatings: v.optional(
      v.object({
        professionalism: v.number(),
        communication: v.number(),
        expertise: v.number(),
        value: v.number(),
      }),
    ),
    // Whoever wrote it had paid for the session or task.
    isVerified: v.optional(v.boolean()),
    helpfulCount: v.optional(v.number()),
    coachResponse: v.optional(v.string()),
    coachResponseDate: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.optional(v.number()),
  })
    .index("by_coach", ["coachId"])
    .index("by_user", ["userId"])
    .index("by_rating", ["rating"])
    .index("by_coach_and_rating", ["coachId", "rating"])
    .index("by_created_at", ["createdAt"]),
};
