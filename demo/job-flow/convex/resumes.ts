// Resumes: versions, scores, and the ones that are good enough.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { requireMove, requireText, requireWithin } from "./lib/checks.js";
import { audit, requireOwn, requirePerson } from "./lib/person.js";
import { resumeStatus } from "./validators.js";

const moves = {
  draft: ["pending_verification", "archived"],
  pending_verification: ["verified", "draft", "archived"],
  verified: ["archived"],
  archived: ["draft"],
} as const;

/** The person's resumes, newest first; without a status, those that are not archived. */
export const list = query({
  args: { status: v.optional(resumeStatus) },
  handler: async (ctx, { status }) => {
    const person = await requirePerson(ctx);
    if (status !== undefined) {
      return await ctx.db
        .query("resumes")
        .withIndex("by_user_and_status", (q) => q.eq("userId", person._id).eq("status", status))
        .order("desc")
        .collect();
    }
    return await ctx.db
      .query("resumes")
      .withIndex("by_user", (q) => q.eq("userId", person._id))
      .order("desc")
      .filter((q) => q.neq(q.field("status"), "archived"))
      .collect();
  },
});

/** The person's resumes that an applicant tracking system likes best. */
export const best = query({
  args: { scoreMin: v.optional(v.number()), limit: v.optional(v.number()) },
  handler: async (ctx, { scoreMin, limit }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("resumes")
      .withIndex("by_ats_score", (q) => q.gte("atsScore", scoreMin ?? 80))
      .order("desc")
      .filter((q) => q.eq(q.field("userId"), person._id))
      .take(limit ?? 10);
  },
});

export const search = query({
  args: { text: v.string(), status: v.optional(resumeStatus) },
  handler: async (ctx, { text, status }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("resumes")
      .withSearchIndex("search_resumes", (q) => {
        const own = q.search("title", text).eq("userId", person._id);
        return status === undefined ? own : own.eq("status", status);
      })
      .take(20);
  },
});

export const create = mutation({
  args: {
    title: v.string(),
    content: v.string(),
    jobDescription: v.string(),
    starStoryIds: v.optional(v.array(v.id("starStories"))),
  },
  handler: async (ctx, { title, content, jobDescription, starStoryIds = [] }) => {
    const person = await requirePerson(ctx);
    for (const id of starStoryIds) await requireOwn(ctx, "starStories", id);
    const now = Date.now();
    return await ctx.db.insert("resumes", {
      userId: person._id,
      title: requireText("Title", title, 200),
      content,
      jobDescription,
      starStoryIds,
      atsScore: 0,
      confidenceScore: 0,
      status: "draft",
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
  },
});

/** Saves new content as the next version; what was verified has to be verified again. */
export const revise = mutation({
  args: {
    id: v.id("resumes"),
    content: v.string(),
    atsScore: v.optional(v.number()),
    keywords: v.optional(v.array(v.string())),
    improvements: v.optional(v.array(v.string())),
  },
  handler: async (ctx, { id, content, atsScore, keywords, improvements }) => {
    const { row } = await requireOwn(ctx, "resumes", id);
    requireWithin("The ATS score", atsScore, 0, 100);
    await ctx.db.patch(id, {
      content,
      version: row.version + 1,
      status: "draft",
      ...(atsScore === undefined ? {} : { atsScore }),
      ...(keywords === undefined ? {} : { keywords }),
      ...(improvements === undefined ? {} : { improvements }),
      updatedAt: Date.now(),
    });
    return row.version + 1;
  },
});

/** Archives instead of deleting; an archived one can become a draft again. */
export const setStatus = mutation({
  args: { id: v.id("resumes"), status: resumeStatus },
  handler: async (ctx, { id, status }) => {
    const { person, row } = await requireOwn(ctx, "resumes", id);
    requireMove("The resume", moves, row.status, status);
    await ctx.db.patch(id, { status, updatedAt: Date.now() });
    await audit(ctx, {
      ...{ person, action: "resume_status", resource: "resume", id },
      metadata: { from: row.status, to: status },
    });
    return null;
  },
});
