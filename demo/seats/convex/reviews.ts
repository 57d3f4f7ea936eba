// Reviews of résumés. One coach accepts each: accepting is strict, so no two believe to have it.
import { ConvexError, v } from "convex/values";
import { history, restore, strict } from "syncline/server";
import type { Id } from "./_generated/dataModel.js";
import { mutation, query } from "./_generated/server.js";
import { requireMember } from "./lib/access.js";

export const list = query({
  args: { centerId: v.id("centers") },
  handler: async (ctx, { centerId }) =>
    await ctx.db
      .query("reviews")
      .withIndex("by_center", (q) => q.eq("centerId", centerId))
      .collect(),
});

export const ask = mutation({
  args: { centerId: v.id("centers"), title: v.string() },
  handler: async (ctx, { centerId, title }) => {
    const { name } = await requireMember(ctx, centerId);
    return await ctx.db.insert("reviews", { centerId, title, seeker: name, status: "open" });
  },
});

export const accept = strict(
  mutation({
    args: { reviewId: v.id("reviews") },
    handler: async (ctx, { reviewId }) => {
      const review = await ctx.db.get("reviews", reviewId);
      if (!review) throw new ConvexError("This review is no longer wanted.");
      const coach = await requireMember(ctx, review.centerId);
      if (coach.role !== "coach") throw new ConvexError("Only coaches review.");
      if (review.status !== "open") {
        throw new ConvexError(`${review.coachName ?? "Somebody"} has accepted “${review.title}”.`);
      }
      await ctx.db.patch("reviews", reviewId, {
        status: "assigned",
        coachEmail: coach.email,
        coachName: coach.name,
      });
    },
  }),
);

export const complete = mutation({
  args: { reviewId: v.id("reviews") },
  handler: async (ctx, { reviewId }) =>
    await ctx.db.patch("reviews", reviewId, { status: "completed" }),
});

/** What became of a review, the newest first, as the relay has kept it. */
export const changes = query({
  args: { reviewId: v.id("reviews") },
  handler: async (ctx, { reviewId }) => {
    const entries = await history(ctx, reviewId, { limit: 20 });
    return await Promise.all(
      entries.map(async ({ _id, at, by, action, document }) => {
        const member = await ctx.db.get("members", by as Id<"members">);
        const name = member?.name ?? "Somebody who left";
        return { entry: _id, at, name, action, status: document.status };
      }),
    );
  },
});

/** Puts a review back as it was. */
export const putBack = mutation({
  args: { entry: v.id("_history") },
  handler: async (ctx, { entry }) => {
    await restore(ctx, entry);
  },
});
