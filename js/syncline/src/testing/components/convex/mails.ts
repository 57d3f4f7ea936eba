// workpool: work that is done later, a few at a time, again if it fails, and reported when done.
import { vOnCompleteArgs, Workpool } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.ts";
import { internalAction, internalMutation, mutation, query } from "./_generated/server.ts";

const pool = new Workpool(components.mailPool, { maxParallelism: 2, logLevel: "ERROR" });

export const enqueue = mutation({
  args: { to: v.string() },
  handler: async (ctx, { to }): Promise<string> => {
    const mail = await ctx.db.insert("mails", { to, status: "queued" });
    return await pool.enqueueAction(
      ctx,
      internal.mails.deliver,
      { to },
      { onComplete: internal.mails.delivered, context: { mail }, retry: false },
    );
  },
});

export const deliver = internalAction({
  args: { to: v.string() },
  handler: async (_, { to }) => {
    if (to === "nobody") throw new Error("no such mailbox");
    return `delivered to ${to}`;
  },
});

export const delivered = internalMutation({
  args: vOnCompleteArgs(v.object({ mail: v.id("mails") })),
  handler: async (ctx, { context, result }) => {
    const status = result.kind === "success" ? String(result.returnValue) : result.kind;
    await ctx.db.patch(context.mail, { status });
  },
});

export const list = query({
  args: {},
  handler: async (ctx) =>
    (await ctx.db.query("mails").collect()).map(({ to, status }) => `${to}: ${status}`),
});
