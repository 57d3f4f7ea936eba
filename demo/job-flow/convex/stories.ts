// STAR stories: what somebody has done, as situation, task, action and result.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { given, requireText } from "./lib/checks.js";
import { requireOwn, requirePerson } from "./lib/person.js";
import { oneOf } from "./validators.js";

const metrics = v.object({
  quantifiable: v.boolean(),
  impactLevel: oneOf("low", "medium", "high"),
  timeframe: v.optional(v.string()),
});

/** The person's stories, newest first, of one category or all. */
export const list = query({
  args: { category: v.optional(v.string()) },
  handler: async (ctx, { category }) => {
    const person = await requirePerson(ctx);
    const stories =
      category === undefined
        ? ctx.db.query("starStories").withIndex("by_user", (q) => q.eq("userId", person._id))
        : ctx.db
            .query("starStories")
            .withIndex("by_user_and_category", (q) =>
              q.eq("userId", person._id).eq("category", category),
            );
    return await stories.order("desc").collect();
  },
});

/** The person's stories whose title has the words, best first. */
export const search = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("starStories")
      .withSearchIndex("search_stories", (q) => q.search("title", text).eq("userId", person._id))
      .take(20);
  },
});

export const create = mutation({
  args: {
    title: v.string(),
    situation: v.string(),
    task: v.string(),
    action: v.string(),
    result: v.string(),
    skills: v.array(v.string()),
    category: v.string(),
    metrics: v.optional(metrics),
    isPublic: v.optional(v.boolean()),
  },
  handler: async (ctx, { title, ...fields }) => {
    const person = await requirePerson(ctx);
    const now = Date.now();
    return await ctx.db.insert("starStories", {
      ...fields,
      title: requireText("Title", title, 200),
      userId: person._id,
      createdAt: now,
      updatedAt: now,
    });
  },
});

export const update = mutation({
  args: {
    id: v.id("starStories"),
    title: v.optional(v.string()),
    situation: v.optional(v.string()),
    task: v.optional(v.string()),
    action: v.optional(v.string()),
    result: v.optional(v.string()),
    skills: v.optional(v.array(v.string())),
    category: v.optional(v.string()),
    metrics: v.optional(metrics),
    isPublic: v.optional(v.boolean()),
  },
  handler: async (ctx, { id, title, ...fields }) => {
    await requireOwn(ctx, "starStories", id);
    await ctx.db.patch(id, {
      ...given(fields),
      ...(title === undefined ? {} : { title: requireText("Title", title, 200) }),
      updatedAt: Date.now(),
    });
    return null;
  },
});

/** Deletes a story, and takes it out of the resumes that use it. */
export const remove = mutation({
  args: { id: v.id("starStories") },
  handler: async (ctx, { id }) => {
    const { person } = await requireOwn(ctx, "starStories", id);
    const resumes = ctx.db.query("resumes").withIndex("by_user", (q) => q.eq("userId", person._id));
    for await (const { _id, starStoryIds } of resumes) {
      if (!starStoryIds.includes(id)) continue;
      const rest = starStoryIds.filter((story) => story !== id);
      await ctx.db.patch(_id, { starStoryIds: rest, updatedAt: Date.now() });
    }
    await ctx.db.delete(id);
    return null;
  },
});
