// The marketplace: somebody asks for a review of a resume, coaches bid, one does it. What a step changes
// in several tables, it changes in one mutation.
import { ConvexError, v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel.js";
import { type MutationCtx, mutation, query } from "./_generated/server.js";
import { requireCoach } from "./coaches.js";
import { requireMove, requireWithin } from "./lib/checks.js";
import { audit, notify, requireOwn, requirePerson } from "./lib/person.js";
import { taskType, urgency } from "./validators.js";

type Task = Doc<"verificationTasks">;
type Status = Task["status"];

export const moves = {
  open: ["bidding", "assigned", "cancelled"],
  bidding: ["assigned", "cancelled"],
  assigned: ["in_progress", "cancelled"],
  in_progress: ["review", "disputed"],
  review: ["completed", "in_progress", "disputed"],
  completed: [],
  disputed: ["completed", "cancelled"],
  cancelled: [],
} as const satisfies Record<Status, readonly Status[]>;

/** The person's tasks, newest first. */
export const mine = query({
  args: {},
  handler: async (ctx) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("verificationTasks")
      .withIndex("by_user", (q) => q.eq("userId", person._id))
      .order("desc")
      .collect();
  },
});

/** The tasks that the coach has been given. */
export const assigned = query({
  args: {},
  handler: async (ctx) => {
    const { coach } = await requireCoach(ctx);
    return await ctx.db
      .query("verificationTasks")
      .withIndex("by_coach", (q) => q.eq("assignedCoachId", coach._id))
      .collect();
  },
});

/** What coaches can bid on, the newest first, of one urgency or all; with text, by its words. */
export const board = query({
  args: { urgency: v.optional(urgency), text: v.optional(v.string()) },
  handler: async (ctx, { urgency, text }) => {
    await requireCoach(ctx);
    const found = await Promise.all(
      (["open", "bidding"] as const).map((status) =>
        text === undefined
          ? ctx.db
              .query("verificationTasks")
              .withIndex("by_status_and_urgency", (q) => {
                const all = q.eq("status", status);
                return urgency === undefined ? all : all.eq("urgency", urgency);
              })
              .take(100)
          : ctx.db
              .query("verificationTasks")
              .withSearchIndex("search_tasks", (q) => {
                const all = q.search("description", text).eq("status", status);
                return urgency === undefined ? all : all.eq("urgency", urgency);
              })
              .take(100),
      ),
    );
    return found.flat().sort((a, b) => b.createdAt - a.createdAt);
  },
});

/** Asks for a review; the resume waits for it. */
export const create = mutation({
  args: {
    resumeId: v.id("resumes"),
    taskType,
    urgency,
    suggestedPrice: v.number(),
    description: v.optional(v.string()),
    requirements: v.optional(v.array(v.string())),
  },
  handler: async (ctx, args) => {
    const { person, row: resume } = await requireOwn(ctx, "resumes", args.resumeId);
    requireWithin("The price", args.suggestedPrice, 0, 10_000);
    if (resume.status !== "draft") throw new ConvexError("Only a draft can be sent for review");
    const now = Date.now();
    const id = await ctx.db.insert("verificationTasks", {
      ...args,
      userId: person._id,
      status: "open",
      createdAt: now,
      updatedAt: now,
    });
    await ctx.db.patch(resume._id, { status: "pending_verification", updatedAt: now });
    return id;
  },
});

/** The bids on one's own task, the cheapest first. */
export const bids = query({
  args: { id: v.id("verificationTasks") },
  handler: async (ctx, { id }) => {
    await requireOwn(ctx, "verificationTasks", id);
    const found = await ctx.db
      .query("bids")
      .withIndex("by_task", (q) => q.eq("taskId", id))
      .collect();
    return found.sort((a, b) => a.price - b.price);
  },
});

/** Bids on a task; a second bid of the same coach takes the place of the first. */
export const bid = mutation({
  args: {
    id: v.id("verificationTasks"),
    price: v.number(),
    estimatedTime: v.number(),
    message: v.optional(v.string()),
  },
  handler: async (ctx, { id, ...offer }) => {
    const { coach } = await requireCoach(ctx);
    requireWithin("The price", offer.price, 0, 10_000);
    const task = await ctx.db.get("verificationTasks", id);
    if (!task || (task.status !== "open" && task.status !== "bidding")) {
      throw new ConvexError("This task takes no bids");
    }
    const now = Date.now();
    const earlier = (await pendingBids(ctx, id)).find(({ coachId }) => coachId === coach._id);
    if (earlier) {
      await ctx.db.patch(earlier._id, { ...offer, updatedAt: now });
      return earlier._id;
    }
    if (task.status === "open") await moveTask(ctx, task, "bidding");
    return await ctx.db.insert("bids", {
      ...offer,
      taskId: id,
      coachId: coach._id,
      status: "pending",
      createdAt: now,
    });
  },
});

/** Takes a bid: the task is the coach's, the other bids are rejected. */
export const accept = mutation({
  args: { bidId: v.id("bids") },
  handler: async (ctx, { bidId }) => {
    const bid = await ctx.db.get("bids", bidId);
    if (bid?.status !== "pending") throw new ConvexError("There is no such bid any more");
    const { person, row: task } = await requireOwn(ctx, "verificationTasks", bid.taskId);
    await moveTask(ctx, task, "assigned", {
      assignedCoachId: bid.coachId,
      finalPrice: bid.price,
    });
    for (const other of await pendingBids(ctx, task._id)) {
      const status = other._id === bidId ? "accepted" : "rejected";
      await ctx.db.patch(other._id, { status, updatedAt: Date.now() });
    }
    await audit(ctx, { person, action: "bid_accepted", resource: "task", id: task._id });
    return null;
  },
});

/** The coach begins, or hands in. */
export const work = mutation({
  args: {
    id: v.id("verificationTasks"),
    step: v.union(v.literal("begin"), v.literal("deliver")),
    files: v.optional(v.array(v.string())),
  },
  handler: async (ctx, { id, step, files }) => {
    const { coach } = await requireCoach(ctx);
    const task = await ctx.db.get("verificationTasks", id);
    if (!task || task.assignedCoachId !== coach._id) throw new ConvexError("This is not your task");
    if (step === "begin") await moveTask(ctx, task, "in_progress");
    else await moveTask(ctx, task, "review", files ? { deliveredFiles: files } : {});
    return null;
  },
});

/** The one who asked is content: the task is done and the resume verified. */
export const complete = mutation({
  args: { id: v.id("verificationTasks"), feedback: v.optional(v.string()) },
  handler: async (ctx, { id, feedback }) => {
    const { person, row: task } = await requireOwn(ctx, "verificationTasks", id);
    const now = Date.now();
    await moveTask(ctx, task, "completed", {
      completedAt: now,
      qaStatus: "approved",
      ...(feedback === undefined ? {} : { feedback }),
    });
    await ctx.db.patch(task.resumeId, { status: "verified", updatedAt: now });
    await audit(ctx, { person, action: "task_completed", resource: "task", id });
    await notify(ctx, person, {
      title: "Your resume is verified",
      message: "The review is done.",
      type: "review",
      relatedId: id,
      relatedType: "task",
    });
    return null;
  },
});

/** Calls a task off; its resume is a draft again. */
export const cancel = mutation({
  args: { id: v.id("verificationTasks") },
  handler: async (ctx, { id }) => {
    const { row: task } = await requireOwn(ctx, "verificationTasks", id);
    await moveTask(ctx, task, "cancelled");
    await ctx.db.patch(task.resumeId, { status: "draft", updatedAt: Date.now() });
    for (const { _id } of await pendingBids(ctx, id)) {
      await ctx.db.patch(_id, { status: "rejected", updatedAt: Date.now() });
    }
    return null;
  },
});

async function pendingBids(
  ctx: MutationCtx,
  taskId: Id<"verificationTasks">,
): Promise<Doc<"bids">[]> {
  return await ctx.db
    .query("bids")
    .withIndex("by_task_and_status", (q) => q.eq("taskId", taskId).eq("status", "pending"))
    .collect();
}

async function moveTask(
  ctx: MutationCtx,
  task: Task,
  status: Status,
  fields: Partial<Task> = {},
): Promise<void> {
  requireMove<Status>("The task", moves, task.status, status);
  await ctx.db.patch(task._id, { ...fields, status, updatedAt: Date.now() });
}
