// Validators that several tables share.
import { v } from "convex/values";

/** One of some words: oneOf("draft", "active") for v.union(v.literal("draft"), v.literal("active")). */
export function oneOf<const Word extends string>(...words: [Word, Word, ...Word[]]) {
  return v.union(...words.map((word) => v.literal(word)));
}

/** What a person may do in an organization, most first. */
export const organizationRole = oneOf("owner", "admin", "instructor", "member", "guest");

/** What a person of the platform's own staff may do everywhere. */
export const platformRole = oneOf("platform_admin", "platform_support");

export const plan = oneOf("free", "pro", "enterprise");

/** The membership tier from which on a course is open. */
export const requiredTier = oneOf("free", "starter", "pro", "vip");

export const runStatus = oneOf("running", "completed", "failed");

/** Every row of an organization names it; it is the tenant. */
export const ofOrganization = { organizationId: v.id("organizations") };
