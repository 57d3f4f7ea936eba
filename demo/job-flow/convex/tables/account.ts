// A person's payments and plan, and what reaches them: messages and notifications.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { oneOf, paymentStatus } from "../validators.js";

export const accountTables = {
  payments: defineTable({
    // Who pays.
    userId: v.id("users"),
    amount: v.number(),
    // ISO 4217.
    currency: v.string(),
    type: oneOf("verification", "session", "subscription", "refund"),
    status: paymentStatus,
    stripePaymentIntentId: v.optional(v.string()),
    stripeChargeId: v.optional(v.string()),
    stripeRefundId: v.optional(v.string()),
    taskId: v.optional(v.id("verificationTasks")),
    sessionId: v.optional(v.id("sessions")),
    subscriptionId: v.optional(v.id("subscriptions")),
    // Who is paid.
    coachId: v.optional(v.id("coaches")),
    platformFee: v.optional(v.number()),
    coachPayout: v.optional(v.number()),
    payoutStatus: v.optional(oneOf("pending", "paid", "failed")),
    errorMessage: v.optional(v.string()),
    metadata: v.optional(v.any()),
    createdAt: v.number(),
    updatedAt: v.optional(v.number()),
  })
    .index("by_user", ["userId"])
    .index("by_status", ["status"])
    .index("by_type", ["type"])
    .index("by_coach", ["coachId"])
    .index("by_stripe_payment_intent", ["stripePaymentIntentId"])
    .index("by_created_at", ["createdAt"])
    .index("by_user_and_status", ["userId", "status"]),

  subscriptions: defineTable({
    userId: v.id("users"),
    plan: oneOf("free", "premium", "pro", "enterprise"),
    status: oneOf("active", "cancelled", "expired", "past_due", "paused"),
    stripeSubscriptionId: v.optional(v.string()),
    stripeCustomerId: v.optional(v.string()),
    stripePriceId: v.optional(v.string()),
    currentPeriodStart: v.number(),
    currentPeriodEnd: v.number(),
    // When it is to end, and when it did.
    cancelAt: v.optional(v.number()),
    cancelledAt: v.optional(v.number()),
    features: v.optional(
      v.object({
        maxResumes: v.number(),
        maxStarStories: v.number(),
        aiGenerationsPerMonth: v.number(),
        prioritySupport: v.boolean(),
      }),
    ),
    trialStart: v.optional(v.number()),
    trialEnd: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_user", ["userId"])
    .index("by_status", ["status"])
    .index("by_plan", ["plan"])
    .index("by_stripe_subscription", ["stripeSubscriptionId"])
    .index("by_current_period_end", ["currentPeriodEnd"]),

  messages: defineTable({
    senderId: v.id("users"),
    receiverId: v.id("users"),
    content: v.string(),
    messageType: v.optional(oneOf("text", "file", "system")),
    read: v.boolean(),
    readAt: v.optional(v.number()),
    fileUrl: v.optional(v.string()),
    fileName: v.optional(v.string()),
    fileSize: v.optional(v.number()),
    taskId: v.optional(v.id("verificationTasks")),
    sessionId: v.optional(v.id("sessions")),
    threadId: v.optional(v.string()),
    replyToId: v.optional(v.id("messages")),
    // For moderation.
    flagged: v.optional(v.boolean()),
    flagReason: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.optional(v.number()),
  })
    .index("by_sender", ["senderId"])
    .index("by_receiver", ["receiverId"])
    // One direction of a conversation; whoever shows it walks it both ways round.
    .index("by_conversation", ["senderId", "receiverId"])
    .index("by_thread", ["threadId"])
    .index("by_created_at", ["createdAt"])
    .index("by_read_status", ["receiverId", "read"]),

  notifications: defineTable({
    userId: v.id("users"),
    title: v.string(),
    message: v.string(),
    // The document's own example inserts "task_completed", which is none of its types.
    type: oneOf("application", "session", "payment", "message", "review", "system"),
    priority: oneOf("low", "medium", "high", "urgent"),
    read: v.boolean(),
    readAt: v.optional(v.number()),
    actionUrl: v.optional(v.string()),
    actionText: v.optional(v.string()),
    relatedId: v.optional(v.string()),
    relatedType: v.optional(v.string()),
    emailSent: v.optional(v.boolean()),
    pushSent: v.optional(v.boolean()),
    smsSent: v.optional(v.boolean()),
    createdAt: v.number(),
    expiresAt: v.optional(v.number()),
  })
    .index("by_user", ["userId"])
    .index("by_type", ["type"])
    // "Unread notifications": of a person, as the same index of messages is used.
    .index("by_read_status", ["userId", "read"])
    .index("by_priority", ["priority"])
    .index("by_created_at", ["createdAt"])
    .index("by_expires_at", ["expiresAt"]),
};
