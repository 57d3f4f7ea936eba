// Applications: the pipeline from the first letter to an offer, with interviews and follow-ups. A job
// follows its application: both change in one mutation.
import { ConvexError, v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import { type MutationCtx, mutation, query } from "./_generated/server.js";
import { requireMove } from "./lib/checks.js";
import { notify, requireOwn, requirePerson } from "./lib/person.js";
import { applicationStatus, contact } from "./validators.js";

type Status = Doc<"applications">["status"];

/** Where an application may go from where it is. Rejected and withdrawn end it at any time. */
export const moves = {
  pending: ["submitted", "rejected", "withdrawn"],
  submitted: ["reviewed", "interviewing", "offered", "rejected", "withdrawn"],
  reviewed: ["interviewing", "offered", "rejected", "withdrawn"],
  interviewing: ["offered", "rejected", "withdrawn"],
  offered: ["accepted", "rejected", "withdrawn"],
  rejected: [],
  accepted: [],
  withdrawn: [],
} as const satisfies Record<Status, readonly Status[]>;

// What the job's status becomes; a withdrawn application leaves a job that is saved again.
const jobStatusBy = {
  pending: "saved",
  submitted: "applied",
  reviewed: "applied",
  interviewing: "interviewing",
  offered: "offered",
  rejected: "rejected",
  accepted: "accepted",
  withdrawn: "saved",
} as const satisfies Record<Status, Doc<"jobs">["status"]>;

/** The person's applications with their jobs, newest first, of one status or all. */
export const list = query({
  args: { status: v.optional(applicationStatus) },
  handler: async (ctx, { status }) => {
    const person = await requirePerson(ctx);
    const applications = await (status === undefined
      ? ctx.db.query("applications").withIndex("by_user", (q) => q.eq("userId", person._id))
      : ctx.db
          .query("applications")
          .withIndex("by_user_and_status", (q) => q.eq("userId", person._id).eq("status", status))
    )
      .order("desc")
      .collect();
    return await Promise.all(
      applications.map(async (application) => ({
        ...application,
        job: await ctx.db.get("jobs", application.jobId),
      })),
    );
  },
});

/** The person's open applications to follow up until a time, the longest due first. */
export const dueFollowUps = query({
  args: { until: v.number() },
  handler: async (ctx, { until }) => {
    const person = await requirePerson(ctx);
    const due = ctx.db
      .query("applications")
      .withIndex("by_follow_up_date", (q) => q.gt("followUpDate", 0).lte("followUpDate", until))
      .filter((q) => q.eq(q.field("userId"), person._id));
    return (await due.collect()).filter(({ status }) => moves[status].length > 0);
  },
});

/** The interviews of the person's open applications that are still to come, the next first. */
export const upcomingInterviews = query({
  args: { from: v.number() },
  handler: async (ctx, { from }) => {
    const person = await requirePerson(ctx);
    const applications = await ctx.db
      .query("applications")
      .withIndex("by_user_and_status", (q) =>
        q.eq("userId", person._id).eq("status", "interviewing"),
      )
      .collect();
    const interviews = applications.flatMap(({ _id, jobId, interviewDates = [] }) =>
      interviewDates.filter((at) => at >= from).map((at) => ({ applicationId: _id, jobId, at })),
    );
    return interviews.sort((a, b) => a.at - b.at);
  },
});

/** Applies for a job: as a draft, or at once. */
export const create = mutation({
  args: {
    jobId: v.id("jobs"),
    resumeId: v.optional(v.id("resumes")),
    coverLetter: v.optional(v.string()),
    submit: v.optional(v.boolean()),
  },
  handler: async (ctx, { jobId, resumeId, coverLetter, submit }) => {
    const { person } = await requireOwn(ctx, "jobs", jobId);
    if (resumeId !== undefined) await requireOwn(ctx, "resumes", resumeId);
    const others = ctx.db.query("applications").withIndex("by_job", (q) => q.eq("jobId", jobId));
    for await (const { status } of others) {
      if (moves[status].length > 0) throw new ConvexError("You have applied for this job already");
    }
    const now = Date.now();
    const status = submit === true ? "submitted" : "pending";
    const id = await ctx.db.insert("applications", {
      userId: person._id,
      jobId,
      ...(resumeId === undefined ? {} : { resumeId }),
      ...(coverLetter === undefined ? {} : { coverLetter }),
      status,
      appliedDate: now,
      createdAt: now,
      updatedAt: now,
    });
    await followWithJob(ctx, jobId, status);
    return id;
  },
});

/** Moves an application on, and its job with it. */
export const move = mutation({
  args: { id: v.id("applications"), status: applicationStatus },
  handler: async (ctx, { id, status }) => {
    const { person, row } = await requireOwn(ctx, "applications", id);
    requireMove<Status>("The application", moves, row.status, status);
    const now = Date.now();
    const isAnswer = status !== "submitted" && status !== "withdrawn";
    await ctx.db.patch(id, {
      status,
      ...(status === "submitted" ? { appliedDate: now } : {}),
      ...(isAnswer && row.responseDate === undefined ? { responseDate: now } : {}),
      updatedAt: now,
    });
    await followWithJob(ctx, row.jobId, status);
    if (status === "offered") await notifyOfOffer(ctx, person, row);
    return null;
  },
});

/** Notes an interview; the first one moves the application on. */
export const addInterview = mutation({
  args: { id: v.id("applications"), at: v.number(), note: v.optional(v.string()) },
  handler: async (ctx, { id, at, note }) => {
    const { row } = await requireOwn(ctx, "applications", id);
    if (row.status !== "interviewing") {
      requireMove<Status>("The application", moves, row.status, "interviewing");
      await followWithJob(ctx, row.jobId, "interviewing");
    }
    const dates = [...(row.interviewDates ?? []), at].sort((a, b) => a - b);
    await ctx.db.patch(id, {
      status: "interviewing",
      interviewDates: dates,
      ...(note === undefined ? {} : { interviewNotes: [...(row.interviewNotes ?? []), note] }),
      updatedAt: Date.now(),
    });
    return null;
  },
});

export const addContact = mutation({
  args: { id: v.id("applications"), contact },
  handler: async (ctx, { id, contact }) => {
    const { row } = await requireOwn(ctx, "applications", id);
    await ctx.db.patch(id, {
      contacts: [...(row.contacts ?? []), contact],
      updatedAt: Date.now(),
    });
    return null;
  },
});

/** Sets when to ask again, null for never. */
export const setFollowUp = mutation({
  args: { id: v.id("applications"), at: v.union(v.number(), v.null()) },
  handler: async (ctx, { id, at }) => {
    await requireOwn(ctx, "applications", id);
    await ctx.db.patch(id, { followUpDate: at ?? undefined, updatedAt: Date.now() });
    return null;
  },
});

async function followWithJob(ctx: MutationCtx, jobId: Id<"jobs">, status: Status): Promise<void> {
  const now = Date.now();
  await ctx.db.patch(jobId, {
    status: jobStatusBy[status],
    ...(status === "submitted" ? { appliedDate: now } : {}),
    updatedAt: now,
  });
}

async function notifyOfOffer(
  ctx: MutationCtx,
  person: Doc<"users">,
  application: Doc<"applications">,
): Promise<void> {
  const job = await ctx.db.get("jobs", application.jobId);
  await notify(ctx, person, {
    title: "An offer",
    message: job ? `${job.company} offers you: ${job.title}` : "You have an offer",
    type: "application",
    priority: "high",
    relatedId: application._id,
    relatedType: "application",
  });
}
