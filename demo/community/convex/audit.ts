// Reading the audit trail. It is written by the mutations themselves (lib/audit.ts) and by nothing else.
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { query } from "./_generated/server.js";
import { requirePermission } from "./lib/access.js";

/** What happened in the community, newest first, page by page. */
export const recent = query({
  args: { communityId: v.id("communities"), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { communityId, paginationOpts }) => {
    await requirePermission(ctx, communityId, "audit:view");
    return await ctx.db
      .query("auditLogs")
      .withIndex("by_community", (q) => q.eq("communityId", communityId))
      .order("desc")
      .paginate(paginationOpts);
  },
});

/** What happened to one thing, oldest first, also after it is gone. */
export const ofTarget = query({
  args: { communityId: v.id("communities"), targetId: v.string() },
  handler: async (ctx, { communityId, targetId }) => {
    await requirePermission(ctx, communityId, "audit:view");
    return await ctx.db
      .query("auditLogs")
      .withIndex("by_target", (q) => q.eq("communityId", communityId).eq("targetId", targetId))
      .take(200);
  },
});
