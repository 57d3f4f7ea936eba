// Sessions with coaches: booking one, how it went, and what people say about it.
import { ConvexError, v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { mutation, query } from "./_generated/server.js";
import { requireCoach } from "./coaches.js";
import { given, requireMove, requireWithin } from "./lib/checks.js";
import { requireOwn, requirePerson } from "./lib/person.js";
import { sessionStatus } from "./validators.js";

type Status = Doc<"sessions">["status"];

const moves = {
  scheduled: ["completed", "cancelled", "no_show", "rescheduled"],
  rescheduled: ["scheduled", "cancelled"],
  completed: [],
  cancelled: [],
  no_show: [],
} as const satisfies Record<Status, readonly Status[]>;

/** The person's sessions as a client, of one status or all. */
export const mine = query({
  args: { status: v.optional(sessionStatus) },
  handler: async (ctx, { status }) => {
    const person = await requirePerson(ctx);
    const sessions = ctx.db.query("sessions").withIndex("by_user_and_status", (q) => {
      const own = q.eq("userId", person._id);
      return status === undefined ? own : own.eq("status", status);
    });
    return (await sessions.collect()).sort((a, b) => a.scheduledTime - b.scheduledTime);
  },
});

/** The coach's sessions of a status. */
export const coaching = query({
  args: { status: sessionStatus },
  handler: async (ctx, { status }) => {
    const { coach } = await requireCoach(ctx);
    return await ctx.db
      .query("sessions")
      .withIndex("by_coach_and_status", (q) => q.eq("coachId", coach._id).eq("status", status))
      .collect();
  },
});

/** Books a coach who has no other session then. Times in milliseconds, duration in minutes. */
export const book = mutation({
  args: {
    coachId: v.id("coaches"),
    scheduledTime: v.number(),
    duration: v.number(),
    sessionType: v.optional(v.string()),
  },
  handler: async (ctx, { coachId, scheduledTime, duration, ...fields }) => {
    const person = await requirePerson(ctx);
    const coach = await ctx.db.get("coaches", coachId);
    if (coach?.verificationStatus !== "approved" || coach.isAcceptingClients === false) {
      throw new ConvexError("This coach takes no clients");
    }
    requireWithin("The duration", duration, 15, 480);
    const end = scheduledTime + duration * 60_000;
    const others = ctx.db
      .query("sessions")
      .withIndex("by_coach_and_status", (q) => q.eq("coachId", coachId).eq("status", "scheduled"));
    for await (const other of others) {
      const otherEnd = other.scheduledTime + other.duration * 60_000;
      if (other.scheduledTime < end && scheduledTime < otherEnd) {
        throw new ConvexError("The coach has another session then");
      }
    }
    const now = Date.now();
    return await ctx.db.insert("sessions", {
      ...fields,
      userId: person._id,
      coachId,
      scheduledTime,
      duration,
      price: (coach.hourlyRate * duration) / 60,
      status: "scheduled",
      createdAt: now,
      updatedAt: now,
    });
  },
});

/** Moves one's own session on. */
export const move = mutation({
  args: { id: v.id("sessions"), status: sessionStatus, notes: v.optional(v.string()) },
  handler: async (ctx, { id, status, ...fields }) => {
    const { row } = await requireOwn(ctx, "sessions", id);
    requireMove<Status>("The session", moves, row.status, status);
    await ctx.db.patch(id, { ...given(fields), status, updatedAt: Date.now() });
    return null;
  },
});

/** Reviews the coach of one's own completed session, once; the coach's rating follows. */
export const review = mutation({
  args: { id: v.id("sessions"), rating: v.number(), comment: v.optional(v.string()) },
  handler: async (ctx, { id, rating, ...fields }) => {
    const { person, row: session } = await requireOwn(ctx, "sessions", id);
    requireWithin("The rating", rating, 1, 5);
    if (session.status !== "completed") throw new ConvexError("Review it when it is over");
    if (session.rating !== undefined) throw new ConvexError("You have reviewed it already");
    const coach = await ctx.db.get("coaches", session.coachId);
    if (!coach) throw new ConvexError("There is no such coach any more");
    const now = Date.now();
    await ctx.db.patch(id, { rating, updatedAt: now });
    const reviewId = await ctx.db.insert("reviews", {
      ...fields,
      userId: person._id,
      coachId: coach._id,
      sessionId: id,
      rating,
      isVerified: true,
      createdAt: now,
    });
    const reviewCount = coach.reviewCount + 1;
    await ctx.db.patch(coach._id, {
      reviewCount,
      rating: (coach.rating * coach.reviewCount + rating) / reviewCount,
      completedSessions: (coach.completedSessions ?? 0) + 1,
      updatedAt: now,
    });
    return reviewId;
  },
});

/** What is said about a coach, the best first. */
export const reviews = query({
  args: { coachId: v.id("coaches") },
  handler: async (ctx, { coachId }) => {
    await requirePerson(ctx);
    return await ctx.db
      .query("reviews")
      .withIndex("by_coach_and_rating", (q) => q.eq("coachId", coachId))
      .order("desc")
      .take(50);
  },
});
