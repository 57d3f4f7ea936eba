// Validators that tables and functions share.
import { v } from "convex/values";

/** One of some words: oneOf("draft", "active") for v.union(v.literal("draft"), v.literal("active")). */
export function oneOf<const Word extends string>(...words: [Word, Word, ...Word[]]) {
  return v.union(...words.map((word) => v.literal(word)));
}

export const userRole = oneOf("job_seeker", "coach", "admin");

export const resumeStatus = oneOf("draft", "pending_verification", "verified", "archived");

export const jobStatus = oneOf(
  "saved",
  "applied",
  "interviewing",
  "offered",
  "rejected",
  "accepted",
);

export const jobSource = oneOf("manual", "linkedin", "indeed", "glassdoor", "other");

export const applicationStatus = oneOf(
  "pending",
  "submitted",
  "reviewed",
  "interviewing",
  "offered",
  "rejected",
  "accepted",
  "withdrawn",
);

export const verificationStatus = oneOf("pending", "approved", "rejected", "suspended");

export const taskType = oneOf(
  "resume_review_quick",
  "resume_review_full",
  "cover_letter_review",
  "linkedin_profile_review",
);

/** Within 24 hours, 2 to 3 days, a week. */
export const urgency = oneOf("urgent", "standard", "flexible");

export const taskStatus = oneOf(
  "open",
  "bidding",
  "assigned",
  "in_progress",
  "review",
  "completed",
  "disputed",
  "cancelled",
);

export const bidStatus = oneOf("pending", "accepted", "rejected", "withdrawn");

export const sessionStatus = oneOf("scheduled", "completed", "cancelled", "no_show", "rescheduled");

export const paymentStatus = oneOf(
  "pending",
  "processing",
  "succeeded",
  "failed",
  "refunded",
  "cancelled",
);

export const contact = v.object({
  name: v.string(),
  email: v.optional(v.string()),
  role: v.optional(v.string()),
});
