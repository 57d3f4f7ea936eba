// Reads of organizations: one, or all that the signed-in person belongs to.
import { v } from "convex/values";
import { query } from "../_generated/server.js";
import { findMember, requireIdentity } from "../auth/index.js";

/** The organization, or null if it does not exist or the person is no member of it. */
export const get = query({
  args: { organizationId: v.id("organizations") },
  handler: async (ctx, { organizationId }) => {
    const identity = await requireIdentity(ctx);
    const member = await findMember(ctx, organizationId, identity.email);
    return member ? await ctx.db.get(organizationId) : null;
  },
});

/** Every organization of the signed-in person, by name, with their row in it. */
export const listMine = query({
  args: {},
  handler: async (ctx) => {
    const identity = await requireIdentity(ctx);
    const memberships = await ctx.db
      .query("users")
      .withIndex("by_email", (q) => q.eq("email", identity.email))
      .collect();
    const mine = [];
    for (const member of memberships) {
      const organization = await ctx.db.get(member.organizationId);
      if (organization) mine.push({ organization, member });
    }
    return mine.sort((a, b) => (a.organization.name < b.organization.name ? -1 : 1));
  },
});
