// Coaches: their profile, finding one, and the platform's word on who may coach.
import { ConvexError, v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { internalMutation, mutation, type QueryCtx, query } from "./_generated/server.js";
import { given, requireText, requireWithin } from "./lib/checks.js";
import { notify, requirePerson } from "./lib/person.js";
import { verificationStatus } from "./validators.js";

const details = {
  specialty: v.optional(v.array(v.string())),
  industries: v.optional(v.array(v.string())),
  yearsOfExperience: v.optional(v.number()),
  timezone: v.optional(v.string()),
  isAcceptingClients: v.optional(v.boolean()),
  maxClientsPerWeek: v.optional(v.number()),
};

/** The person's own profile as a coach, null without one. */
export async function findCoach(
  ctx: QueryCtx,
  person: Doc<"users">,
): Promise<Doc<"coaches"> | null> {
  return await ctx.db
    .query("coaches")
    .withIndex("by_user", (q) => q.eq("userId", person._id))
    .unique();
}

export async function requireCoach(
  ctx: QueryCtx,
): Promise<{ person: Doc<"users">; coach: Doc<"coaches"> }> {
  const person = await requirePerson(ctx);
  const coach = await findCoach(ctx, person);
  if (coach?.verificationStatus !== "approved") throw new ConvexError("Only approved coaches can");
  return { person, coach };
}

export const mine = query({
  args: {},
  handler: async (ctx) => findCoach(ctx, await requirePerson(ctx)),
});

/** Approved coaches whose experience has the words. */
export const search = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await requirePerson(ctx);
    return await ctx.db
      .query("coaches")
      .withSearchIndex("search_coaches", (q) =>
        q.search("experience", text).eq("verificationStatus", "approved"),
      )
      .take(20);
  },
});

/** Approved coaches, the best first. */
export const best = query({
  args: { limit: v.optional(v.number()) },
  handler: async (ctx, { limit }) => {
    await requirePerson(ctx);
    return await ctx.db
      .query("coaches")
      .withIndex("by_rating")
      .order("desc")
      .filter((q) => q.eq(q.field("verificationStatus"), "approved"))
      .take(limit ?? 10);
  },
});

/** Applies to be a coach; the platform decides. */
export const apply = mutation({
  args: { experience: v.string(), hourlyRate: v.number(), ...details },
  handler: async (ctx, { experience, hourlyRate, ...fields }) => {
    const person = await requirePerson(ctx);
    if (person.role !== "coach") throw new ConvexError("Only those who signed up as a coach can");
    if (await findCoach(ctx, person)) throw new ConvexError("You have applied already");
    requireWithin("The hourly rate", hourlyRate, 0, 10_000);
    const now = Date.now();
    return await ctx.db.insert("coaches", {
      specialty: [],
      industries: [],
      certifications: [],
      portfolio: [],
      availability: [],
      ...given(fields),
      userId: person._id,
      experience: requireText("Experience", experience, 5000),
      hourlyRate,
      rating: 0,
      reviewCount: 0,
      verificationStatus: "pending",
      createdAt: now,
      updatedAt: now,
    });
  },
});

export const update = mutation({
  args: {
    experience: v.optional(v.string()),
    hourlyRate: v.optional(v.number()),
    ...details,
  },
  handler: async (ctx, fields) => {
    const coach = await findCoach(ctx, await requirePerson(ctx));
    if (!coach) throw new ConvexError("Apply first");
    requireWithin("The hourly rate", fields.hourlyRate, 0, 10_000);
    await ctx.db.patch(coach._id, { ...given(fields), updatedAt: Date.now() });
    return null;
  },
});

/** The platform's word. */
export const decide = internalMutation({
  args: { id: v.id("coaches"), status: verificationStatus },
  handler: async (ctx, { id, status }) => {
    const coach = await ctx.db.get("coaches", id);
    const person = coach && (await ctx.db.get("users", coach.userId));
    if (!person) throw new ConvexError("There is no such coach");
    await ctx.db.patch(id, { verificationStatus: status, updatedAt: Date.now() });
    const message = `Your profile is ${status} now.`;
    await notify(ctx, person, { title: "Your profile as a coach", message, type: "system" });
    return null;
  },
});
