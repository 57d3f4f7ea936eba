// Payments: what the person has paid, and what the payment service reports.
import { ConvexError, v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { internalMutation, query } from "./_generated/server.js";
import { requireMove } from "./lib/checks.js";
import { audit, notify, requirePerson } from "./lib/person.js";
import { paymentStatus } from "./validators.js";

type Status = Doc<"payments">["status"];

const moves = {
  pending: ["processing", "cancelled"],
  processing: ["succeeded", "failed"],
  succeeded: ["refunded"],
  failed: [],
  refunded: [],
  cancelled: [],
} as const satisfies Record<Status, readonly Status[]>;

/** Of each price, the part that stays with the platform. */
const platformShare = 0.15;

/** The person's payments, newest first, of one status or all. */
export const mine = query({
  args: { status: v.optional(paymentStatus) },
  handler: async (ctx, { status }) => {
    const person = await requirePerson(ctx);
    return await ctx.db
      .query("payments")
      .withIndex("by_user_and_status", (q) => {
        const own = q.eq("userId", person._id);
        return status === undefined ? own : own.eq("status", status);
      })
      .order("desc")
      .collect();
  },
});

/** A payment for a completed task, from the payment service's intent. */
export const begin = internalMutation({
  args: { taskId: v.id("verificationTasks"), stripePaymentIntentId: v.string() },
  handler: async (ctx, { taskId, stripePaymentIntentId }) => {
    const task = await ctx.db.get("verificationTasks", taskId);
    if (!task?.assignedCoachId || task.finalPrice === undefined) {
      throw new ConvexError("Nobody has been given this task");
    }
    const platformFee = Math.round(task.finalPrice * platformShare * 100) / 100;
    return await ctx.db.insert("payments", {
      userId: task.userId,
      amount: task.finalPrice,
      currency: "USD",
      type: "verification",
      status: "pending",
      stripePaymentIntentId,
      taskId,
      coachId: task.assignedCoachId,
      platformFee,
      coachPayout: task.finalPrice - platformFee,
      payoutStatus: "pending",
      createdAt: Date.now(),
    });
  },
});

/** What the payment service reports of an intent. Hearing it again changes nothing. */
export const report = internalMutation({
  args: { stripePaymentIntentId: v.string(), status: paymentStatus },
  handler: async (ctx, { stripePaymentIntentId, status }) => {
    const payment = await ctx.db
      .query("payments")
      .withIndex("by_stripe_payment_intent", (q) =>
        q.eq("stripePaymentIntentId", stripePaymentIntentId),
      )
      .unique();
    const person = payment && (await ctx.db.get("users", payment.userId));
    if (!person) throw new ConvexError(`There is no payment ${stripePaymentIntentId}`);
    if (payment.status === status) return null;
    requireMove<Status>("The payment", moves, payment.status, status);
    await ctx.db.patch(payment._id, { status, updatedAt: Date.now() });
    await audit(ctx, {
      ...{ person, action: `payment_${status}`, resource: "payment", id: payment._id },
      metadata: { amount: payment.amount, currency: payment.currency },
    });
    if (status === "succeeded" || status === "failed") {
      const message = `${payment.amount} ${payment.currency}: ${status}`;
      await notify(ctx, person, { title: "Your payment", message, type: "payment" });
    }
    return null;
  },
});
