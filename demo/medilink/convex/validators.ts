// Validators that several tables share.
import { v } from "convex/values";

/** One of some words: oneOf("draft", "active") for v.union(v.literal("draft"), v.literal("active")). */
export function oneOf<const Word extends string>(...words: [Word, Word, ...Word[]]) {
  return v.union(...words.map((word) => v.literal(word)));
}

/** What a person may do in a hospital: its owner, its administration, a doctor or provider, staff, a
 * visitor. */
export const organizationRole = oneOf("owner", "admin", "instructor", "member", "guest");

/** What a person of the platform's own staff may do everywhere. */
export const platformRole = oneOf("platform_admin", "platform_support");

export const plan = oneOf("free", "pro", "enterprise");

export const requestStatus = oneOf(
  "pending",
  "quoted",
  "approved",
  "in_progress",
  "completed",
  "cancelled",
);

export const runStatus = oneOf("running", "completed", "failed");

/** Every row of a hospital names it; it is the tenant. */
export const ofOrganization = { organizationId: v.id("organizations") };
