// Jobs that somebody follows: the board by status, what is urgent, and finding them again.
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { given, requireText, requireWithin } from "./lib/checks.js";
import { requireOwn, requirePerson } from "./lib/person.js";
import { jobSource, jobStatus } from "./validators.js";

const details = {
  jobUrl: v.optional(v.string()),
  salary: v.optional(v.string()),
  salaryMin: v.optional(v.number()),
  salaryMax: v.optional(v.number()),
  salaryCurrency: v.optional(v.string()),
  notes: v.optional(v.string()),
  priority: v.optional(v.number()),
  tags: v.optional(v.array(v.string())),
};

/** A page of the person's jobs, newest first, of one status or all. */
export const list = query({
  args: { status: v.optional(jobStatus), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { status, paginationOpts }) => {
    const person = await requirePerson(ctx);
    const jobs =
      status === undefined
        ? ctx.db.query("jobs").withIndex("by_user", (q) => q.eq("userId", person._id))
        : ctx.db
            .query("jobs")
            .withIndex("by_user_and_status", (q) =>
              q.eq("userId", person._id).eq("status", status),
            );
    return await jobs.order("desc").paginate(paginationOpts);
  },
});

/** How many jobs have each status. */
export const countByStatus = query({
  args: {},
  handler: async (ctx) => {
    const person = await requirePerson(ctx);
    const counts = { saved: 0, applied: 0, interviewing: 0, offered: 0, rejected: 0, accepted: 0 };
    const jobs = ctx.db.query("jobs").withIndex("by_user", (q) => q.eq("userId", person._id));
    for await (const { status } of jobs) counts[status] += 1;
    return counts;
  },
});

/** The person's jobs of a priority of 4 and 5. */
export const urgent = query({
  args: {},
  handler: async (ctx) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("jobs")
      .withIndex("by_user", (q) => q.eq("userId", person._id))
      .filter((q) => q.gte(q.field("priority"), 4))
      .collect();
  },
});

export const search = query({
  args: { text: v.string(), status: v.optional(jobStatus), company: v.optional(v.string()) },
  handler: async (ctx, { text, status, company }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("jobs")
      .withSearchIndex("search_jobs", (q) => {
        let own = q.search("title", text).eq("userId", person._id);
        if (status !== undefined) own = own.eq("status", status);
        if (company !== undefined) own = own.eq("company", company);
        return own;
      })
      .take(20);
  },
});

/** A job with its applications, newest first. */
export const get = query({
  args: { id: v.id("jobs") },
  handler: async (ctx, { id }) => {
    const { row } = await requireOwn(ctx, "jobs", id);
    const applications = await ctx.db
      .query("applications")
      .withIndex("by_job", (q) => q.eq("jobId", id))
      .order("desc")
      .collect();
    return { ...row, applications };
  },
});

export const save = mutation({
  args: {
    title: v.string(),
    company: v.string(),
    location: v.string(),
    description: v.string(),
    source: v.optional(jobSource),
    ...details,
  },
  handler: async (ctx, { title, company, source, priority, ...fields }) => {
    const person = await requirePerson(ctx);
    requireWithin("The priority", priority, 1, 5);
    const now = Date.now();
    return await ctx.db.insert("jobs", {
      ...fields,
      ...(priority === undefined ? {} : { priority }),
      title: requireText("Title", title, 200),
      company: requireText("Company", company, 200),
      source: source ?? "manual",
      status: "saved",
      userId: person._id,
      createdAt: now,
      updatedAt: now,
    });
  },
});

export const update = mutation({
  args: {
    id: v.id("jobs"),
    title: v.optional(v.string()),
    company: v.optional(v.string()),
    location: v.optional(v.string()),
    description: v.optional(v.string()),
    ...details,
  },
  handler: async (ctx, { id, title, company, ...fields }) => {
    await requireOwn(ctx, "jobs", id);
    requireWithin("The priority", fields.priority, 1, 5);
    await ctx.db.patch(id, {
      ...given(fields),
      ...(title === undefined ? {} : { title: requireText("Title", title, 200) }),
      ...(company === undefined ? {} : { company: requireText("Company", company, 200) }),
      updatedAt: Date.now(),
    });
    return null;
  },
});

/** Deletes a job with its applications. */
export const remove = mutation({
  args: { id: v.id("jobs") },
  handler: async (ctx, { id }) => {
    await requireOwn(ctx, "jobs", id);
    const applications = await ctx.db
      .query("applications")
      .withIndex("by_job", (q) => q.eq("jobId", id))
      .collect();
    for (const { _id } of applications) await ctx.db.delete(_id);
    await ctx.db.delete(id);
    return null;
  },
});
