// Reads of an organization's people.
import { v } from "convex/values";
import { query } from "../_generated/server.js";
import { findMember, requireIdentity, requireRole } from "../auth/index.js";

/** The signed-in person's row in the organization, or null. */
export const me = query({
  args: { organizationId: v.id("organizations") },
  handler: async (ctx, { organizationId }) => {
    const identity = await requireIdentity(ctx);
    return await findMember(ctx, organizationId, identity.email);
  },
});

/** The organization's people by address. */
export const listByOrganization = query({
  args: { organizationId: v.id("organizations") },
  handler: async (ctx, { organizationId }) => {
    await requireRole(ctx, organizationId, "viewer");
    return await ctx.db
      .query("users")
      .withIndex("by_organization_and_email", (q) => q.eq("organizationId", organizationId))
      .collect();
  },
});
