// Service by providers: requests with quotes, ratings and history; disputes, tickets and payments.
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { ofOrganization, oneOf, requestStatus } from "../validators.js";

export const serviceTables = {
  serviceRequests: defineTable({
    ...ofOrganization,
    equipmentId: v.id("equipment"),
    requestedBy: v.id("user"),
    title: v.string(),
    description: v.string(),
    priority: oneOf("low", "medium", "high", "urgent"),
    status: requestStatus,
    assignedProviderId: v.optional(v.id("providers")),
    approvedQuoteId: v.optional(v.id("serviceQuotes")),
    completedAt: v.optional(v.number()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_equipment", ["organizationId", "equipmentId"])
    .index("by_status", ["organizationId", "status"])
    .index("by_requester", ["organizationId", "requestedBy"])
    .index("by_provider", ["organizationId", "assignedProviderId"]),

  serviceQuotes: defineTable({
    ...ofOrganization,
    serviceRequestId: v.id("serviceRequests"),
    providerId: v.id("providers"),
    // Cents.
    amount: v.number(),
    // As "USD", "VND".
    currency: v.string(),
    estimatedDays: v.number(),
    description: v.string(),
    status: oneOf("pending", "approved", "rejected"),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_request", ["organizationId", "serviceRequestId"])
    .index("by_provider", ["organizationId", "providerId"]),

  serviceRatings: defineTable({
    ...ofOrganization,
    serviceRequestId: v.id("serviceRequests"),
    userId: v.id("user"),
    // 1 to 5.
    rating: v.number(),
    comment: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_request", ["serviceRequestId"]),

  serviceRequestHistory: defineTable({
    ...ofOrganization,
    serviceRequestId: v.id("serviceRequests"),
    // Text, not a status: history keeps the words of its time.
    previousStatus: v.string(),
    newStatus: v.string(),
    changedBy: v.id("user"),
    notes: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_request", ["organizationId", "serviceRequestId"]),

  providers: defineTable({
    ...ofOrganization,
    name: v.string(),
    contactEmail: v.string(),
    contactPhone: v.optional(v.string()),
    specialty: v.string(),
    serviceAreas: v.optional(v.array(v.string())),
    status: oneOf("active", "inactive", "suspended"),
    averageRating: v.optional(v.number()),
    totalJobs: v.number(),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_specialty", ["organizationId", "specialty"])
    .index("by_status", ["organizationId", "status"]),

  disputes: defineTable({
    ...ofOrganization,
    serviceRequestId: v.id("serviceRequests"),
    raisedBy: v.id("user"),
    reason: v.string(),
    status: oneOf("open", "under_review", "resolved", "rejected"),
    resolution: v.optional(v.string()),
    resolvedBy: v.optional(v.id("user")),
    resolvedAt: v.optional(v.number()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_request", ["serviceRequestId"])
    .index("by_status", ["organizationId", "status"]),

  supportTickets: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    title: v.string(),
    description: v.string(),
    status: oneOf("open", "in_progress", "resolved", "closed"),
    priority: oneOf("low", "medium", "high"),
    assignedTo: v.optional(v.id("user")),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_status", ["organizationId", "status"]),

  payments: defineTable({
    ...ofOrganization,
    userId: v.id("user"),
    serviceRequestId: v.optional(v.id("serviceRequests")),
    // Cents.
    amount: v.number(),
    currency: v.string(),
    status: oneOf("pending", "completed", "failed", "refunded"),
    stripePaymentId: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_organization", ["organizationId"])
    .index("by_user", ["organizationId", "userId"])
    .index("by_service_request", ["serviceRequestId"]),
};
