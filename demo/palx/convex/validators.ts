// Validators that several tables share.
import { v } from "convex/values";

/** One of some words: oneOf("draft", "active") for v.union(v.literal("draft"), v.literal("active")). */
export function oneOf<const Word extends string>(...words: [Word, Word, ...Word[]]) {
  return v.union(...words.map((word) => v.literal(word)));
}

/** What a person pays for. */
export const tier = oneOf("free", "paid", "admin");

export const plan = oneOf("free", "pro", "enterprise");

/** What a person may do in an organization. */
export const organizationRole = oneOf("owner", "admin", "member");

/** The two bodies of knowledge that the assistant draws on. */
export const framework = oneOf("warriorx", "busos");

/** The organization that a row belongs to; absent where it is everybody's or one person's. */
export const maybeOfOrganization = { organizationId: v.optional(v.id("organizations")) };
